//! What the stack says when it is ready.

use crate::assembly::Ready;
use crate::console::Console;

/// Prints the URLs and what to try first.
pub(crate) fn print(console: &Console, ready: &Ready, token: &str, in_default_folder: bool) {
    console.say("\nReady.\n");
    console.say(format!("  HTTP API   {}", ready.http_url));
    if let Some(socket_url) = &ready.socket_url {
        console.say(format!(
            "  sockets    {socket_url}?ticket=…   (a ticket comes from POST {}/connections)",
            ready.http_url
        ));
    }
    console.say(format!("  sign in    curl -d '{{\"username\":\"ann\"}}' {}", ready.sign_in_url));
    console.say(format!("  faults     {}", ready.control_url));
    console.say("\nTry it, as ann:\n");
    console.say(format!(
        "  curl -X PUT {}/me -H 'content-type: application/json' -d '{{\"username\":\"ann\",\"display_name\":\"Ann\"}}' \\\n    \
         -H 'authorization: Bearer {token}'",
        ready.http_url
    ));
    if in_default_folder {
        console.say("\nOr talk, in two more terminals:\n");
        console.say("  cargo dev chat --as ann");
        console.say("  cargo dev chat --as bob");
    }
    console.say("\nOne line per request follows; Ctrl-C stops.\n");
}
