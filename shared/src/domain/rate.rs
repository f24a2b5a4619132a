//! Rate limits of a user (contract §4): token buckets. A bucket is one time, that at which it will be full again, so that what was
//! taken needs no counting back.

use std::collections::BTreeMap;
use std::time::Duration;

use super::counts::Slot;
use super::ids::ThreadId;
use super::invalid::Invalid;
use super::refusal::Refusal;
use super::time::Timestamp;

/// What one user can do only so often. Everything else is not limited, above all what protects or frees somebody: leaving, blocking,
/// declining, reading, deleting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// Sending messages. They are counted [`COUNTED_AT_ONCE`] at a time.
    Messages,
    /// Opening direct threads with users who do not follow the caller, and adding such users to groups: one each.
    Contacts,
    /// Searching for users, and for messages in a thread.
    Searches,
    /// Announcing images and videos.
    Uploads,
    /// Reporting.
    Reports,
}

/// One message in so many is counted, for as many: a write for each would cost a third of what a message costs.
pub const COUNTED_AT_ONCE: u32 = 8;

impl Limit {
    /// All limits.
    pub const ALL: [Self; 5] = [Self::Messages, Self::Contacts, Self::Searches, Self::Uploads, Self::Reports];

    /// Its name in the configuration, and that of its bucket in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Contacts => "contacts",
            Self::Searches => "searches",
            Self::Uploads => "uploads",
            Self::Reports => "reports",
        }
    }
}

/// How often something can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How long it takes until one more is allowed.
    pub interval: Duration,
    /// How many there can be at once.
    pub burst: u32,
}

/// When the buckets of a user are full again. One that is not named is full.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buckets(BTreeMap<Limit, Timestamp>);

impl Buckets {
    /// The buckets that are full at these times.
    #[must_use]
    pub fn new(full_at: impl IntoIterator<Item = (Limit, Timestamp)>) -> Self {
        Self(full_at.into_iter().collect())
    }

    /// When a bucket is full again, as it was read.
    #[must_use]
    pub fn full_at(&self, limit: Limit) -> Option<Timestamp> {
        self.0.get(&limit).copied()
    }
}

/// Something is taken from a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub limit: Limit,
    /// When the bucket was to be full again.
    pub before: Option<Timestamp>,
    /// When it will be.
    pub after: Timestamp,
}

impl Rate {
    /// Takes `count` from a bucket at `now`; more than a bucket holds counts as all of it.
    ///
    /// # Errors
    /// How long it takes until there are so many again.
    fn take(self, full_at: Option<Timestamp>, count: u32, now: Timestamp) -> Result<Timestamp, Duration> {
        let missing = full_at.map_or(Duration::ZERO, |at| at.since(now)) + self.interval * count.min(self.burst);
        let too_much = missing.saturating_sub(self.interval * self.burst);
        if too_much.is_zero() { Ok(now.plus(missing)) } else { Err(too_much) }
    }
}

/// The rates of a deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(BTreeMap<Limit, Rate>);

impl Rates {
    /// Reads `messages 10/s 30; contacts 30/h 30; …`: of each limit how many in a second (`s`), minute (`min`) or hour (`h`), and how
    /// many at once. What is not named, or is 0, is not limited.
    ///
    /// # Errors
    /// If it is no such text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let rates = text.split(';').map(str::trim).filter(|rate| !rate.is_empty()).map(parse_rate);
        let rates = rates.collect::<Option<Vec<_>>>().ok_or_else(bad_rates)?;
        Ok(Self(rates.into_iter().filter_map(|(limit, rate)| Some((limit, rate?))).collect()))
    }

    /// The rate of a limit, if it has one.
    #[must_use]
    pub fn of(&self, limit: Limit) -> Option<Rate> {
        self.0.get(&limit).copied()
    }

    /// Takes `count` from a bucket of a user; `None` if nothing is limited.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn take(&self, limit: Limit, buckets: &Buckets, count: u32, now: Timestamp) -> Result<Option<Taken>, Refusal> {
        let Some(rate) = self.0.get(&limit).filter(|_| count > 0) else { return Ok(None) };
        let before = buckets.full_at(limit);
        let after = rate.take(before, count, now).map_err(Refusal::TooManyRequests)?;
        Ok(Some(Taken { limit, before, after }))
    }

    /// Whether a message may be sent. Since some are counted before they are sent, and some not yet, only what is surely too much is
    /// refused: beyond the burst and two counts.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn allow_message(&self, buckets: &Buckets, now: Timestamp) -> Result<(), Refusal> {
        let Some(rate) = self.0.get(&Limit::Messages) else { return Ok(()) };
        let lenient = Rate { burst: rate.burst + 2 * COUNTED_AT_ONCE, ..*rate };
        let full_at = buckets.full_at(Limit::Messages);
        lenient.take(full_at, 1, now).map_err(Refusal::TooManyRequests).map(|_| ())
    }

    /// How much later a bucket is full when the `number`th message from a slot of a thread was sent: not at all, or by several at once.
    /// Which one counts depends on the thread, so that messages to many threads are counted as well as those to one.
    #[must_use]
    pub fn count_message(&self, thread: &ThreadId, slot: Slot, number: u64) -> Option<Duration> {
        let rate = self.0.get(&Limit::Messages)?;
        counts(thread, number, slot).then(|| rate.interval * COUNTED_AT_ONCE)
    }
}

fn bad_rates() -> Invalid {
    Invalid::new("rates are like `messages 10/s 30; contacts 30/h 30`")
}

fn parse_rate(text: &str) -> Option<(Limit, Option<Rate>)> {
    let mut words = text.split_whitespace();
    let name = words.next()?;
    let (number, unit) = words.next()?.split_once('/')?;
    let (number, burst): (u32, u32) = (number.parse().ok()?, words.next()?.parse().ok()?);
    let unit = match unit {
        "s" => Duration::from_secs(1),
        "min" => Duration::from_mins(1),
        "h" => Duration::from_hours(1),
        _ => return None,
    };
    let limit = Limit::ALL.into_iter().find(|limit| limit.name() == name)?;
    let rate = (number > 0 && burst > 0).then(|| Rate { interval: unit / number, burst });
    words.next().is_none().then_some((limit, rate))
}

/// Whether the message that is the `number`th from this slot of a thread is the one that is counted.
fn counts(thread: &ThreadId, number: u64, slot: Slot) -> bool {
    let shift: u64 = thread.as_str().bytes().map(u64::from).sum::<u64>() + u64::from(u8::from(slot));
    (number + shift).is_multiple_of(COUNTED_AT_ONCE.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    const RATE: Rate = Rate { interval: Duration::from_millis(100), burst: 3 };

    #[test]
    fn a_bucket_gives_its_burst_at_once_and_then_one_an_interval() {
        let mut full_at = None;
        for _ in 0..3 {
            full_at = Some(RATE.take(full_at, 1, at(1_000)).unwrap());
        }
        assert_eq!(full_at, Some(at(1_300)));
        assert_eq!(RATE.take(full_at, 1, at(1_000)), Err(Duration::from_millis(100)));
        assert_eq!(RATE.take(full_at, 1, at(1_099)), Err(Duration::from_millis(1)));
        assert_eq!(RATE.take(full_at, 1, at(1_100)), Ok(at(1_400)), "as long as it said, and no longer");
        assert_eq!(RATE.take(full_at, 1, at(9_000)), Ok(at(9_100)), "it gets no fuller than full");
    }

    #[test]
    fn all_of_several_are_taken_or_none() {
        assert_eq!(RATE.take(None, 3, at(0)), Ok(at(300)));
        assert_eq!(RATE.take(Some(at(100)), 3, at(0)), Err(Duration::from_millis(100)));
        assert_eq!(RATE.take(None, 9, at(0)), Ok(at(300)), "what no bucket holds is possible at all");
    }

    #[test]
    fn rates_are_read_from_a_text() {
        let rates = Rates::parse("messages 10/s 30; contacts 30/h 5; searches 0/min 60").unwrap();
        assert_eq!(rates.0[&Limit::Messages], Rate { interval: Duration::from_millis(100), burst: 30 });
        assert_eq!(rates.0[&Limit::Contacts], Rate { interval: Duration::from_mins(2), burst: 5 });
        assert!(!rates.0.contains_key(&Limit::Searches) && Rates::parse("").unwrap() == Rates::default());
        for bad in
            ["messages", "messages 10/s", "messages ten/s 1", "messages 1/d 1", "letters 1/s 1", "messages 1/s 1 1"]
        {
            assert!(Rates::parse(bad).is_err(), "{bad}");
        }
        let none = Rates::default().take(Limit::Contacts, &Buckets::default(), 1, at(0));
        assert_eq!(none, Ok(None));
    }

    #[test]
    fn one_message_in_eight_is_counted_in_a_thread_and_over_many() {
        let thread = |number: u64| ThreadId::try_from(format!("thr_{number:026}")).unwrap();
        let in_one = (1..=800).filter(|number| counts(&thread(7), *number, Slot::FIRST)).count();
        assert_eq!(in_one, 100);
        let over_many = (1..=8_000).filter(|id| counts(&thread(*id), 1, Slot::FIRST)).count();
        assert!((900..=1_100).contains(&over_many), "{over_many}");
    }
}
