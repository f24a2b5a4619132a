//! Runs cases: several at a time, each from its own seed. A case that fails is shrunk.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tests::Stack;

use crate::driver::compare::Check;

/// How many cases each test runs.
const CASES: &str = "BACKCHANNEL_MODEL_CASES";
/// The seed of the one case to run.
const SEED: &str = "BACKCHANNEL_MODEL_SEED";

/// A failing case is shrunk for so long.
const MAX_SHRINKING_MS: u32 = 60_000;

/// A test: its name, how many cases it has, how many of them run at a time, and how often a failed case is tried again, since a
/// concurrent one does not fail every time.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) cases: usize,
    pub(crate) at_a_time: usize,
    pub(crate) tries: usize,
}

/// What a case has done so far: a line for every operation, and the number of operations. It is kept outside of the case, so
/// that it can be printed even after a panic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript(Rc<RefCell<(Vec<String>, usize)>>);

impl Transcript {
    pub(crate) fn record(&self, line: String) {
        self.0.borrow_mut().0.push(line);
    }

    /// Counts so many operations.
    pub(crate) fn count(&self, operations: usize) {
        self.0.borrow_mut().1 += operations;
    }

    pub(crate) fn operations(&self) -> usize {
        self.0.borrow().1
    }

    fn lines(&self) -> String {
        self.0.borrow().0.join("\n  ")
    }
}

/// What the workers of a test share.
struct Progress {
    seeds: Seeds,
    started: Instant,
    begun: AtomicUsize,
    operations: AtomicUsize,
    /// Whether a case has failed: one is enough.
    found: AtomicBool,
    report: Mutex<Option<String>>,
}

impl Suite {
    /// Runs one case of `traces` after the other, or fails with the smallest case that fails.
    pub(crate) fn run<S: Strategy>(
        &self,
        traces: impl Fn() -> S + Sync,
        run_case: impl AsyncFn(&Stack, &S::Value, &Transcript) -> Check + Sync,
    ) {
        // Held until the last case is over.
        let stack = Stack::shared();
        let progress = Progress {
            seeds: Seeds::new(self.cases),
            started: Instant::now(),
            begun: AtomicUsize::new(0),
            operations: AtomicUsize::new(0),
            found: AtomicBool::new(false),
            report: Mutex::new(None),
        };
        let worker = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime can be built");
            let stack = runtime.block_on(async { Stack::shared() });
            while let Some(seed) = progress.next() {
                self.case(&progress, seed, &traces(), |trace, transcript| {
                    runtime.block_on(run_case(&stack, trace, transcript))
                });
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.at_a_time.min(progress.seeds.cases) {
                scope.spawn(worker);
            }
        });
        let report = progress.report.lock().expect("nobody panics with it").take();
        let (cases, operations) =
            (progress.begun.into_inner().min(progress.seeds.cases), progress.operations.into_inner());
        let took = progress.started.elapsed().as_secs_f32();
        // Not by `println`, whose output the test runner captures: a run of CI should show it.
        let _ = writeln!(std::io::stderr(), "{}: {cases} cases, {operations} operations in {took:.1} s", self.name);
        // Printed here, because the stack may panic with complaints of its own when it stops.
        eprintln!("{}", report.as_deref().unwrap_or_default());
        drop(stack);
        assert!(report.is_none(), "the product and its model differ, see above");
    }

    /// One case, and if it fails the smallest one that does.
    fn case<S: Strategy>(
        &self,
        progress: &Progress,
        seed: u64,
        traces: &S,
        run_case: impl Fn(&S::Value, &Transcript) -> Check,
    ) {
        let config = Config {
            cases: 1,
            failure_persistence: None,
            max_shrink_iters: 5_000,
            max_shrink_time: MAX_SHRINKING_MS,
            ..Config::default()
        };
        let (found, shortest) = (Cell::new(None), RefCell::new(Transcript::default()));
        let outcome = TestRunner::new_with_rng(config, rng(seed)).run(traces, |trace| {
            for _ in 0..if found.get().is_some() { self.tries } else { 1 } {
                let transcript = Transcript::default();
                let result = catch_unwind(AssertUnwindSafe(|| run_case(&trace, &transcript)));
                progress.operations.fetch_add(transcript.operations(), Ordering::Relaxed);
                let Err(wrong) = result.unwrap_or_else(|panic| Err(message_of(panic.as_ref()))) else { continue };
                if found.get().is_none() {
                    if progress.found.swap(true, Ordering::Relaxed) {
                        break;
                    }
                    found.set(Some((progress.operations.load(Ordering::Relaxed), progress.started.elapsed())));
                }
                // The last case that fails is the smallest.
                shortest.replace(transcript);
                return Err(TestCaseError::fail(wrong));
            }
            Ok(())
        });
        let report = match (outcome, found.get()) {
            (Err(TestError::Fail(why, _)), Some((operations, took))) => {
                let (name, lines, took) = (self.name, shortest.into_inner().lines(), took.as_secs_f32());
                format!(
                    "{name}: {why}\n\nthe shortest way there:\n  {lines}\n\nfound after {operations} operations and \
                     {took:.1} s; once more: {SEED}={seed} cargo test -p tests --test model {name}\n"
                )
            }
            (Err(TestError::Abort(why)), _) => format!("{} could not be run: {why}", self.name),
            (Ok(()) | Err(TestError::Fail(..)), _) => return,
        };
        progress.report.lock().expect("nobody panics with it").get_or_insert(report);
    }
}

impl Progress {
    /// The seed of the next case, until one has failed.
    fn next(&self) -> Option<u64> {
        if self.found.load(Ordering::Relaxed) {
            return None;
        }
        self.seeds.get(self.begun.fetch_add(1, Ordering::Relaxed))
    }
}

/// The seeds of a run: one for each case, or the given one.
struct Seeds {
    first: u64,
    cases: usize,
}

impl Seeds {
    fn new(cases: usize) -> Self {
        let number =
            |name| std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")));
        if let Some(first) = number(SEED) {
            return Self { first, cases: 1 };
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_nanos();
        let first = u64::try_from(now % u128::from(u64::MAX)).unwrap_or_default();
        let cases = number(CASES).map_or(cases, |cases: u64| usize::try_from(cases).unwrap_or(usize::MAX));
        Self { first, cases }
    }

    fn get(&self, place: usize) -> Option<u64> {
        (place < self.cases).then(|| self.first.wrapping_add(place as u64))
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "a panic".to_owned())
}
