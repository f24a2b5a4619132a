//! Searches an order for concurrent operations. The log fixes the order of what it records. Other actions may have happened
//! anywhere in between, and a refusal must have been right at some moment.

use serde_json::{Value, json};
use tests::Answer;

use crate::driver::client::Client;
use crate::driver::compare::{Check, same, same_list};
use crate::driver::responses::{check_status, read};
use crate::oracle::{Action, Marks, Oracle, Outcome, Tid, event_view, name};

/// An action that was tried, and its response.
pub(crate) struct Attempt {
    pub(crate) action: Action,
    pub(crate) answer: Answer,
}

/// Concurrent attempts, and the state they led to.
pub(crate) struct Batch<'a> {
    pub(crate) client: &'a Client,
    pub(crate) group: Tid,
    pub(crate) attempts: &'a [Attempt],
    /// The entries that they appended to the log.
    pub(crate) log: &'a [Value],
    /// The group as each user sees it afterwards.
    pub(crate) views: &'a [Option<Value>],
}

/// The beginning of an order.
#[derive(Clone)]
struct Path {
    /// The state at the beginning and after every action so far.
    states: Vec<Oracle>,
    /// Which attempts are part of it.
    used: Vec<bool>,
}

/// The longest order that was found: how many attempts it has, and why it goes no further.
struct BestAttempt(usize, String);

impl Batch<'_> {
    /// The state that the attempts lead to from `before`, in an order that explains everything.
    ///
    /// # Errors
    /// Why there is no such order: where the longest one ends.
    pub(crate) fn linearize(&self, before: Oracle) -> Result<Oracle, String> {
        let start = Path { states: vec![before], used: vec![false; self.attempts.len()] };
        let mut best = BestAttempt(0, "nothing happened".to_owned());
        self.search(&start, &mut best).ok_or_else(|| format!("no order explains it: {}", best.1))
    }

    fn search(&self, path: &Path, best: &mut BestAttempt) -> Option<Oracle> {
        let explained = self.entries(path);
        if explained == self.log.len() && self.waiting(path, false).next().is_none() {
            return match self.rest(path) {
                Ok(()) => path.states.last().cloned(),
                Err(why) => {
                    best.note(usize::MAX, why);
                    None
                }
            };
        }
        let placed = path.used.iter().filter(|used| **used).count();
        if let Some(event) = self.log.get(explained) {
            best.note(placed, format!("nothing explains {event}"));
        }
        let next: Vec<usize> = self.waiting(path, true).chain(self.waiting(path, false)).collect();
        next.into_iter().find_map(|place| match self.place(path, place) {
            Ok(longer) => self.search(&longer, best),
            Err(why) => {
                best.note(placed, format!("{}: {why}", self.attempts[place].action));
                None
            }
        })
    }

    /// Entries of the log that a path explains.
    fn entries(&self, path: &Path) -> usize {
        let seq = |oracle: Option<&Oracle>| oracle.map_or(0, |oracle| oracle.threads[self.group].log.len());
        seq(path.states.last()) - seq(path.states.first())
    }

    /// Attempts that succeeded and are not part of the path yet: those that the log records, or the others.
    fn waiting<'p>(&'p self, path: &'p Path, logged: bool) -> impl Iterator<Item = usize> + 'p {
        let fits = move |place: &usize| {
            let Attempt { action, answer } = &self.attempts[*place];
            !path.used[*place] && answer.status < 300 && action.is_logged() == logged
        };
        (0..self.attempts.len()).filter(fits)
    }

    /// The path with an attempt as its next action, if the oracle then gives the same response and the same log.
    fn place(&self, path: &Path, place: usize) -> Result<Path, String> {
        let Attempt { action, answer } = &self.attempts[place];
        let mut longer = path.clone();
        let mut oracle = longer.states.last().cloned().ok_or("there is no beginning")?;
        let outcome = oracle.apply(action);
        self.fits(&oracle, action, &outcome, answer)?;
        if action.is_logged() {
            if outcome.wrote == 0 {
                return Err("it would have changed nothing".to_owned());
            }
            let explained = self.entries(path);
            let recorded = self.log.iter().skip(explained).take(outcome.wrote).cloned().collect();
            same_list("the log", recorded, self.written(&oracle, outcome.wrote))?;
        }
        longer.states.push(oracle);
        longer.used[place] = true;
        Ok(longer)
    }

    /// Whether a response is what the oracle says, as far as that is known amid other operations.
    fn fits(&self, oracle: &Oracle, action: &Action, outcome: &Outcome, answer: &Answer) -> Check {
        check_status(self.client, &outcome.expected, answer)?;
        match action {
            _ if !outcome.expected.is_done() => Ok(()),
            Action::Send { thread, .. } => {
                same("the message's seq", &answer.json["seq"], &json!(oracle.threads[*thread].last_seq()))
            }
            Action::Read { who, thread, .. } => read(oracle, *who, *thread, &answer.json),
            _ => Ok(()),
        }
    }

    /// The last entries of the oracle's log, as a user sees them who hides nobody.
    fn written(&self, oracle: &Oracle, entries: usize) -> Vec<Value> {
        let log = &oracle.threads[self.group].log;
        let first = log.len() - entries;
        let written = log.iter().enumerate().skip(first);
        written.map(|(place, entry)| event_view(place as u64 + 1, entry, false)).collect()
    }

    /// Checks the end of a path: refusals must have been right at some moment of it, and its last state must be what every user
    /// sees.
    fn rest(&self, path: &Path) -> Check {
        for (attempt, _) in self.attempts.iter().zip(&path.used).filter(|(_, used)| !**used) {
            let Attempt { action, answer } = attempt;
            let right = |oracle: &Oracle| {
                let mut oracle = oracle.clone();
                let outcome = oracle.apply(action);
                outcome.wrote == 0 && self.fits(&oracle, action, &outcome, answer).is_ok()
            };
            if !path.states.iter().any(right) {
                return Err(format!("{action} was at no moment to be answered {}", answer.text()));
            }
        }
        let oracle = path.states.last().ok_or("there is no end")?;
        for (who, view) in self.views.iter().enumerate() {
            let seen = oracle.thread_seen(who, self.group, Marks::Shown).unwrap_or_default();
            same(&format!("the group as {} sees it", name(who)), &view.clone().unwrap_or_default(), &seen)?;
        }
        Ok(())
    }
}

impl BestAttempt {
    fn note(&mut self, explained: usize, why: String) {
        if explained >= self.0 {
            *self = Self(explained, why);
        }
    }
}
