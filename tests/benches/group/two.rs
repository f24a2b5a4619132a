//! Two users: one message after the other, with a pause, from POST to its answer and to the other's socket.

use std::time::{Duration, Instant};

use tests::bench::{self, HEADING, Times};

use crate::crowd::Crowd;

/// Sends that are not measured.
const WARM_UP: usize = 20;
/// Between a message and the next: people do not write at once.
const GAP: Duration = Duration::from_millis(20);
/// What has not come then is lost.
const PATIENCE: Duration = Duration::from_secs(5);

/// Measures the phase and prints it.
pub(crate) async fn measure(crowd: &Crowd) {
    let sends = bench::number("BACKCHANNEL_SENDS", 300);
    let (ann, bob, bobs) = (&crowd.users[0], &crowd.users[1], &crowd.listeners[1]);
    let thread = ann.open(bob).await;
    let (mut answers, mut arrivals, mut refused, mut lost) = (Vec::new(), Vec::new(), 0, 0);
    for send in 0..WARM_UP + sends {
        let started = Instant::now();
        let (number, text) = crowd.clock.message();
        let status = ann.sending(&thread, &text).status().await;
        let answered = started.elapsed();
        let arrived = bobs.hear(number, PATIENCE).await;
        if send >= WARM_UP {
            refused += usize::from(status != Some(201));
            lost += usize::from(status == Some(201) && arrived.is_none());
            answers.extend((status == Some(201)).then_some(answered));
            arrivals.extend(arrived);
        }
        tokio::time::sleep(GAP).await;
    }
    println!("\n{:<42} {HEADING}", format!("two: {sends} sends, one after the other"));
    println!("{:<42} {}", "POST to its answer", Times::new(answers));
    println!("{:<42} {}", "POST to the other's socket", Times::new(arrivals));
    println!("{:<42} {refused:>9}", "refused");
    println!("{:<42} {lost:>9}", "lost");
}
