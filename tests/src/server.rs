//! The local stack as a child process.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::binaries::{self, Profile};
use crate::control::Invocation;
use crate::meter::Usage;
use crate::processes::{Relative, descendants};
use crate::sources::root;
use crate::storage;
use crate::wait;

/// How long the stack and its functions may take to go away.
const FAREWELL: Duration = Duration::from_secs(10);

/// The file that every stack of a run adds its grants to.
const GRANTS: &str = "BACKCHANNEL_GRANTS";

/// The key with which the stacks of this process sign tokens: that of the first.
static SIGNING_KEY: OnceLock<Vec<u8>> = OnceLock::new();

/// What the stack writes into its ready file.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ready {
    pub(crate) http_url: String,
    /// Nothing if the template has no WebSocket API.
    pub(crate) socket_url: Option<String>,
    pub(crate) sign_in_url: String,
    pub(crate) control_url: String,
    pub(crate) dynamodb_url: String,
    pub(crate) sqs_url: String,
    pub(crate) s3_url: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) region: String,
    pub(crate) operator_access_key_id: String,
    pub(crate) operator_secret_access_key: String,
    pub(crate) table_names: Vec<String>,
    pub(crate) bucket_names: Vec<String>,
}

/// One stack: its data folder, and the process that serves it at the moment.
pub(crate) struct Server {
    profile: Profile,
    arguments: Vec<String>,
    folder: TempDir,
    running: Mutex<Option<Running>>,
    /// Why this test causes failures on purpose; without a reason, any failure of a function fails the test.
    excuse: Mutex<Option<&'static str>>,
    /// Whether this test makes functions ask for what they may not.
    refuses: AtomicBool,
}

struct Running {
    child: Child,
    ready: Ready,
}

impl Server {
    /// Starts a stack on a new data folder; `arguments` are added to its command line.
    pub(crate) fn start(profile: Profile, arguments: &[&str]) -> Self {
        let server = Self {
            profile,
            arguments: arguments.iter().map(ToString::to_string).collect(),
            folder: tempfile::Builder::new()
                .prefix("backchannel-")
                .tempdir_in(storage::place(profile))
                .expect("a temporary folder can be made"),
            running: Mutex::new(None),
            excuse: Mutex::new(None),
            refuses: AtomicBool::new(false),
        };
        server.bring_key();
        server.launch();
        SIGNING_KEY.get_or_init(|| fs::read(server.key_path()).expect("the stack has a signing key"));
        server
    }

    /// Gives a new data folder the signing key of an earlier stack, since making one costs as much as the rest of a start.
    fn bring_key(&self) {
        if let Some(key) = SIGNING_KEY.get() {
            fs::create_dir(self.data_path()).expect("the data folder can be made");
            fs::write(self.key_path(), key).expect("the key can be written");
        }
    }

    pub(crate) fn ready(&self) -> Ready {
        self.running().as_ref().expect("the stack is running").ready.clone()
    }

    pub(crate) fn excuse(&self, reason: &'static str) {
        *self.excuse.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    pub(crate) fn expect_refusals(&self) {
        self.refuses.store(true, Ordering::Relaxed);
    }

    /// Starts the process on the data folder as it is.
    pub(crate) fn launch(&self) {
        let mut running = self.running();
        assert!(running.is_none(), "the stack is running already");
        let ready_file = self.folder.path().join("ready.json");
        if ready_file.exists() {
            fs::remove_file(&ready_file).expect("the old ready file can be removed");
        }
        let log = File::options().create(true).append(true).open(self.log_path()).expect("the log can be opened");
        let mut child = Command::new(binaries::local(self.profile))
            .current_dir(root())
            .args(["--port", "0", "--no-build", "--verbose", "--data"])
            .arg(self.data_path())
            .arg("--ready-file")
            .arg(&ready_file)
            .args(match self.profile {
                // As many at once as on Lambda, so that they race.
                Profile::Debug => ["--processes", "64"].as_slice(),
                Profile::Release => &["--release"],
            })
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log can be shared"))
            .stderr(log)
            .spawn()
            .expect("the local stack can be started");
        let ready = wait::until("the stack to be ready", || {
            if let Some(status) = child.try_wait().expect("the stack can be watched") {
                panic!("the stack ended ({status}) instead of getting ready:\n{}", self.log_tail());
            }
            // A file that is being written parses a moment later.
            serde_json::from_slice(&fs::read(&ready_file).ok()?).ok()
        });
        *running = Some(Running { child, ready });
    }

    /// Ends the process the hard way.
    pub(crate) fn kill(&self) {
        self.end(Signal::KILL);
    }

    /// Ends the process as Ctrl-C does, and tells what is wrong with the way it went.
    fn stop(&self) -> Option<String> {
        self.end(Signal::INT)
    }

    fn end(&self, signal: Signal) -> Option<String> {
        let mut running = self.running().take()?;
        let family = descendants(running.child.id());
        let pid = Pid::from_child(&running.child);
        kill_process(pid, signal).expect("the stack can be signalled");
        let status = wait::within(FAREWELL, || running.child.try_wait().expect("the stack can be watched"));
        let Some(status) = status else {
            running.child.kill().expect("the stack can be killed");
            running.child.wait().expect("the stack can be reaped");
            return Some(format!("the stack did not stop within {FAREWELL:?} of {signal:?}"));
        };
        let alive = || family.iter().filter(|relative| relative.is_alive()).cloned().collect::<Vec<Relative>>();
        if wait::within(FAREWELL, || alive().is_empty().then_some(())).is_none() {
            return Some(format!("the stack left processes behind: {:?}", alive()));
        }
        (signal == Signal::INT && !status.success()).then(|| format!("the stack ended with {status} on Ctrl-C"))
    }

    /// Everything the stack and its functions printed.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// What the stack and its functions have used so far.
    pub(crate) fn usage(&self) -> Usage {
        Usage::of_stack(self.running().as_ref().expect("the stack is running").child.id())
    }

    /// Where its table is, for people.
    pub(crate) fn storage(&self) -> String {
        storage::describe(&self.data_path())
    }

    fn data_path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn key_path(&self) -> PathBuf {
        self.data_path().join("issuer-key.pem")
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("stack.log")
    }

    fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What went wrong unannounced while this stack was used.
    fn complaints(&self) -> Vec<String> {
        let excused = self.excuse.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        let mut complaints = Vec::new();
        let control_url = self.running().as_ref().map(|running| running.ready.control_url.clone());
        if let Some(control_url) = control_url {
            if !excused {
                complaints.extend(failures(&control_url));
            }
            if !self.refuses.load(Ordering::Relaxed) {
                report_grants(&control_url);
            }
        }
        complaints.extend(self.stop());
        // What functions do last, they do while the stack stops. One may live with a refusal, such as that of a push; a grant
        // is missing all the same.
        let refuses = self.refuses.load(Ordering::Relaxed);
        let told = |line: &&str| line.contains("panicked at") || (!refuses && line.contains("] AccessDenied: "));
        complaints.extend(self.log().lines().filter(told).map(str::to_owned));
        complaints
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the end of the stack's log ---\n{}\n---", self.log_tail());
            self.stop();
            return;
        }
        let complaints = self.complaints();
        assert!(
            complaints.is_empty(),
            "the test passed, but on the stack something failed that it did not announce:\n{}\n--- the end of the stack's log ---\n{}",
            complaints.join("\n"),
            self.log_tail()
        );
    }
}

/// The invocations that were answered by a 5xx.
fn failures(control_url: &str) -> Vec<String> {
    let invocations: Vec<Invocation> = match ask(format!("{control_url}/invocations")) {
        Ok(body) => serde_json::from_slice(&body).expect("the stack lists its invocations"),
        Err(error) => return vec![format!("the stack could not list its invocations: {error}")],
    };
    invocations.iter().filter(|invocation| invocation.failed()).map(|invocation| format!("{invocation:?}")).collect()
}

/// Adds what became of the grants on this stack to the file that [`GRANTS`] names: a line of JSON for each stack of the run.
fn report_grants(control_url: &str) {
    let Some(path) = std::env::var_os(GRANTS) else { return };
    let grants = ask(format!("{control_url}/grants")).expect("the stack lists its grants");
    let grants: Value = serde_json::from_slice(&grants).expect("they are JSON");
    let mut file = File::options().create(true).append(true).open(path).expect("the list of grants can be opened");
    // In one piece, since other processes of the run write to it too.
    file.write_all(format!("{grants}\n").as_bytes()).expect("the list of grants can be written");
}

/// A destructor cannot await, so this asks from a thread of its own.
fn ask(url: String) -> reqwest::Result<Vec<u8>> {
    let thread = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
        runtime.block_on(async { Ok(reqwest::get(url).await?.bytes().await?.to_vec()) })
    });
    thread.join().expect("the stack can be asked")
}
