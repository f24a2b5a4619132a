//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

/// How long a test waits for something that should happen at once before it gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How often a condition that nobody announces (a file, another process's list) is looked at again.
const GLANCE: Duration = Duration::from_millis(5);

/// Asks `condition` until it answers, and fails with `what` once [`PATIENCE`] is over.
#[track_caller]
pub fn until<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, condition).unwrap_or_else(|| panic!("waited {PATIENCE:?} in vain for {what}"))
}

/// Asks `condition` until it answers or `patience` is over.
pub fn within<T>(patience: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = condition() {
            return Some(answer);
        }
        if started.elapsed() > patience {
            return None;
        }
        std::thread::sleep(GLANCE);
    }
}

/// The same for a condition that has to be asked over the network.
pub async fn until_async<T, F: Future<Output = Option<T>>>(what: &str, condition: impl FnMut() -> F) -> T {
    within_async(PATIENCE, what, condition).await
}

/// The same for something that takes longer.
pub async fn within_async<T, F: Future<Output = Option<T>>>(
    patience: Duration,
    what: &str,
    mut condition: impl FnMut() -> F,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = condition().await {
            return answer;
        }
        assert!(started.elapsed() < patience, "waited {patience:?} in vain for {what}");
        tokio::time::sleep(GLANCE).await;
    }
}
