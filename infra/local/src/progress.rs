//! What the stack prints while it starts.

use std::time::Duration;

use crate::console::Console;
use crate::ready::Ready;
use crate::workspace::Binaries;

pub(crate) fn building(console: &Console, functions: usize) {
    console.say(format!("Building {functions} functions; only what has changed is compiled …"));
}

/// Says which functions were compiled.
pub(crate) fn built(console: &Console, binaries: &Binaries, took: Duration) {
    console.say(summary(&binaries.compiled, binaries.paths.len(), took));
}

fn summary(compiled: &[String], functions: usize, took: Duration) -> String {
    match functions - compiled.len() {
        _ if compiled.is_empty() => "All functions are up to date.".to_owned(),
        0 => format!("All functions are built ({:.1} s).", took.as_secs_f64()),
        rest => format!("Built {} ({:.1} s); {rest} up to date.", compiled.join(", "), took.as_secs_f64()),
    }
}

pub(crate) fn ready(console: &Console, took: Duration) {
    console.say(format!("\nReady after {:.1} s.\n", took.as_secs_f64()));
}

/// Prints the URLs and an example.
pub(crate) fn welcome(console: &Console, ready: &Ready, token: &str, in_default_folder: bool) {
    console.say(format!("  HTTP API   {}", ready.http_url));
    if let Some(socket_url) = &ready.socket_url {
        console.say(format!(
            "  sockets    {socket_url}?ticket=…   (POST {}/connections returns a ticket)",
            ready.http_url
        ));
    }
    console.say(format!("  sign in    curl -d '{{\"username\":\"ann\"}}' {}", ready.sign_in_url));
    if !ready.bucket_names.is_empty() {
        console.say(format!("  S3         {}", ready.s3_url));
    }
    console.say(format!("  control    {}", ready.control_url));
    console.say(format!(
        "  operator   curl --aws-sigv4 aws:amz:{}:execute-api --user {}:{} {}/…",
        ready.region, ready.operator_access_key_id, ready.operator_secret_access_key, ready.http_url
    ));
    console.say("\nTry it as the user ann:\n");
    console.say(format!(
        "  curl -X PUT {}/me -H 'content-type: application/json' -d '{{\"username\":\"ann\",\"display_name\":\"Ann\"}}' \\\n    \
         -H 'authorization: Bearer {token}'",
        ready.http_url
    ));
    if in_default_folder {
        console.say("\nOr chat, in two more terminals:\n");
        console.say("  cargo dev chat --as ann");
        console.say("  cargo dev chat --as bob");
    }
    console.say("\nOne line per invocation follows. Press Ctrl-C to stop.\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_compiled_functions_are_named() {
        let said = |compiled: &[&str]| {
            let compiled: Vec<String> = compiled.iter().map(ToString::to_string).collect();
            summary(&compiled, 2, Duration::from_millis(1250))
        };
        assert_eq!(said(&[]), "All functions are up to date.");
        assert_eq!(said(&["user"]), "Built user (1.2 s); 1 up to date.");
        assert_eq!(said(&["thread", "user"]), "All functions are built (1.2 s).");
    }
}
