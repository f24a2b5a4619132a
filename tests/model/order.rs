//! The order of things that happened at once. The log fixes it for what the log tells; acts that leave no trace there may have
//! been anywhere between, and refusals must have been right at some moment.

use serde_json::{Value, json};
use tests::Answer;

use crate::play::judge::{read, verdict};
use crate::play::same::{Check, same, same_list};
use crate::play::stage::Stage;
use crate::world::{Act, Marks, Outcome, Tid, World, event_view, name};

/// Something that was tried, and its answer.
pub(crate) struct Attempt {
    pub(crate) act: Act,
    pub(crate) answer: Answer,
}

/// What was tried at the same time, and what was there afterwards.
pub(crate) struct Meanwhile<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) group: Tid,
    pub(crate) attempts: &'a [Attempt],
    /// What the log got by it.
    pub(crate) log: &'a [Value],
    /// The group as each user sees it afterwards.
    pub(crate) views: &'a [Option<Value>],
}

/// An order as far as it was found.
#[derive(Clone)]
struct Path {
    /// The state at the beginning and after every act so far.
    worlds: Vec<World>,
    /// Which attempts have their place in it.
    used: Vec<bool>,
}

/// The best that was found: how far it came, and why no further.
struct Farthest(usize, String);

impl Meanwhile<'_> {
    /// The state that the attempts lead to from `before`, in an order that explains everything.
    ///
    /// # Errors
    /// Why there is none: what is wrong with the order that explains most.
    pub(crate) fn explain(&self, before: World) -> Result<World, String> {
        let start = Path { worlds: vec![before], used: vec![false; self.attempts.len()] };
        let mut farthest = Farthest(0, "nothing happened".to_owned());
        self.search(&start, &mut farthest).ok_or_else(|| format!("no order explains it: {}", farthest.1))
    }

    fn search(&self, path: &Path, farthest: &mut Farthest) -> Option<World> {
        let came = self.entries(path);
        if came == self.log.len() && self.waiting(path, false).next().is_none() {
            return match self.rest(path) {
                Ok(()) => path.worlds.last().cloned(),
                Err(why) => {
                    farthest.note(usize::MAX, why);
                    None
                }
            };
        }
        let placed = path.used.iter().filter(|used| **used).count();
        if let Some(event) = self.log.get(came) {
            farthest.note(placed, format!("nothing explains {event}"));
        }
        let next: Vec<usize> = self.waiting(path, true).chain(self.waiting(path, false)).collect();
        next.into_iter().find_map(|place| match self.place(path, place) {
            Ok(longer) => self.search(&longer, farthest),
            Err(why) => {
                farthest.note(placed, format!("{}: {why}", self.attempts[place].act));
                None
            }
        })
    }

    /// Entries of the log that a path explains.
    fn entries(&self, path: &Path) -> usize {
        let seq = |world: Option<&World>| world.map_or(0, |world| world.threads[self.group].log.len());
        seq(path.worlds.last()) - seq(path.worlds.first())
    }

    /// What succeeded and has no place yet: what the log tells, or what it does not.
    fn waiting<'p>(&'p self, path: &'p Path, logged: bool) -> impl Iterator<Item = usize> + 'p {
        let fits = move |place: &usize| {
            let Attempt { act, answer } = &self.attempts[*place];
            !path.used[*place] && answer.status < 300 && act.is_logged() == logged
        };
        (0..self.attempts.len()).filter(fits)
    }

    /// The path with an attempt as its next act, if the model then says what was answered and what the log tells.
    fn place(&self, path: &Path, place: usize) -> Result<Path, String> {
        let Attempt { act, answer } = &self.attempts[place];
        let mut longer = path.clone();
        let mut world = longer.worlds.last().cloned().ok_or("there is no beginning")?;
        let outcome = world.apply(act);
        self.fits(&world, act, &outcome, answer)?;
        if act.is_logged() {
            if outcome.wrote == 0 {
                return Err("it would have changed nothing".to_owned());
            }
            let came = self.entries(path);
            let told = self.log.iter().skip(came).take(outcome.wrote).cloned().collect();
            same_list("the log", told, self.written(&world, outcome.wrote))?;
        }
        longer.worlds.push(world);
        longer.used[place] = true;
        Ok(longer)
    }

    /// Whether an answer is what the model says, as far as it can be known amid others.
    fn fits(&self, world: &World, act: &Act, outcome: &Outcome, answer: &Answer) -> Check {
        verdict(self.stage, &outcome.expected, answer)?;
        match act {
            _ if !outcome.expected.is_done() => Ok(()),
            Act::Send { thread, .. } => {
                same("the message's seq", &answer.json["seq"], &json!(world.threads[*thread].last_seq()))
            }
            Act::Read { who, thread, .. } => read(world, *who, *thread, &answer.json),
            _ => Ok(()),
        }
    }

    /// The last entries of the model's log, as somebody sees them who hides nobody.
    fn written(&self, world: &World, entries: usize) -> Vec<Value> {
        let log = &world.threads[self.group].log;
        let first = log.len() - entries;
        let written = log.iter().enumerate().skip(first);
        written.map(|(place, entry)| event_view(place as u64 + 1, entry, false)).collect()
    }

    /// What is left once everything has its place: attempts that changed nothing must have been answered rightly at some
    /// moment, and the state must be what everybody sees.
    fn rest(&self, path: &Path) -> Check {
        for (attempt, _) in self.attempts.iter().zip(&path.used).filter(|(_, used)| !**used) {
            let Attempt { act, answer } = attempt;
            let right = |world: &World| {
                let mut world = world.clone();
                let outcome = world.apply(act);
                outcome.wrote == 0 && self.fits(&world, act, &outcome, answer).is_ok()
            };
            if !path.worlds.iter().any(right) {
                return Err(format!("{act} was at no moment to be answered {}", answer.text()));
            }
        }
        let world = path.worlds.last().ok_or("there is no end")?;
        for (who, view) in self.views.iter().enumerate() {
            let seen = world.thread_seen(who, self.group, Marks::Shown).unwrap_or_default();
            same(&format!("the group as {} sees it", name(who)), &view.clone().unwrap_or_default(), &seen)?;
        }
        Ok(())
    }
}

impl Farthest {
    fn note(&mut self, came: usize, why: String) {
        if came >= self.0 {
            *self = Self(came, why);
        }
    }
}
