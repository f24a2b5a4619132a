//! What the benchmarks share: whether they are asked to run, numbers from the environment, and how times are told.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The heading of the columns that [`Times`] prints.
pub const HEADING: &str = "median ms    p99 ms    max ms";

/// Whether to measure at all: `cargo test --benches` only wants to know that it compiles.
#[must_use]
pub fn asked() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// A number from the environment, or what it is without.
#[must_use]
pub fn number<N: FromStr>(name: &str, otherwise: N) -> N {
    std::env::var(name)
        .map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not such a number")))
}

/// Runs a benchmark. The client has one thread beside this one, since it shares the machine with what it measures.
pub fn run<T>(benchmark: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime can be built").block_on(benchmark)
}

/// A count as a number to divide.
#[must_use]
pub fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("nothing is done so often"))
}

/// How long something took, each time it was done.
pub struct Times(Vec<Duration>);

impl Times {
    /// These times, in any order.
    #[must_use]
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time in milliseconds that so many percent did not exceed; NaN if there are none.
    #[must_use]
    pub fn at(&self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last * percent).div_ceil(100)).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

/// The columns of [`HEADING`].
impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:>9.2} {:>9.2} {:>9.2}", self.at(50), self.at(99), self.at(100))
    }
}
