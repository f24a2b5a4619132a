//! Timestamps in milliseconds, as clients and the table have them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::invalid::Invalid;

/// Milliseconds since 1970-01-01T00:00:00Z. The table stores the number; clients see RFC 3339 (see [`Timestamp::rfc3339`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Timestamp(i64);

/// The first millisecond of the year 10000, which RFC 3339 cannot write.
const YEAR_10000: i64 = 253_402_300_800_000;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The last instant of the year 9999.
    pub const LAST: Self = Self(YEAR_10000 - 1);

    /// The instant at `ms` milliseconds after 1970.
    ///
    /// # Errors
    /// Before 1970 or after the year 9999, which RFC 3339 cannot write.
    pub fn from_ms(ms: i64) -> Result<Self, Invalid> {
        if (0..YEAR_10000).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(Invalid::new("must be a time between 1970 and 9999"))
        }
    }

    /// The instant that an RFC 3339 text names, to the millisecond.
    ///
    /// # Errors
    /// If it is no such text, or names no instant between 1970 and 9999.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| Invalid::new("must be an RFC 3339 time"))?;
        let ms = i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000));
        ms.map_err(|_| Invalid::new("must be a time between 1970 and 9999")).and_then(Self::from_ms)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn ms(self) -> i64 {
        self.0
    }

    /// How long ago `earlier` was; zero if it is yet to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Seconds since 1970, rounded up: the unit of the table's TTL attribute.
    #[must_use]
    pub fn ttl_s(self) -> i64 {
        self.0.div_euclid(1_000) + i64::from(self.0.rem_euclid(1_000) > 0)
    }

    /// The number of the UTC day, counted from 1970.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(24 * 60 * 60 * 1_000)
    }

    /// The instant `duration` later, at most [`Timestamp::LAST`].
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(ms).min(Self::LAST.0))
    }

    /// RFC 3339 in UTC with exactly three decimals: `2026-11-24T01:02:03.004Z`. Fixed width, so text sorts as time does.
    #[must_use]
    pub fn rfc3339(self) -> String {
        // A timestamp is within 1970..=9999 by construction, so the conversion always succeeds.
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = Invalid;

    fn try_from(ms: i64) -> Result<Self, Invalid> {
        Self::from_ms(ms)
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// Serialises as [`rfc3339`] does, or as `null`.
///
/// # Errors
/// Only what the serializer itself reports.
pub fn optional_rfc3339<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => rfc3339(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// Serialises as RFC 3339; for use in views with `#[serde(serialize_with = …)]`.
///
/// # Errors
/// Only what the serializer itself reports.
pub fn rfc3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.rfc3339())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_three_decimals_and_sorts_as_time_does() {
        let texts: Vec<String> = [0, 1, 250, 999, 1_000, 1_732_406_400_123]
            .iter()
            .map(|ms| Timestamp::from_ms(*ms).unwrap().rfc3339())
            .collect();
        assert_eq!(texts[0], "1970-01-01T00:00:00.000Z");
        assert_eq!(texts[5], "2024-11-24T00:00:00.123Z");
        assert!(texts.is_sorted());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let at = Timestamp::from_ms(1_732_406_400_123).unwrap();
        assert_eq!(Timestamp::parse(&at.rfc3339()), Ok(at));
        assert_eq!(Timestamp::parse("2024-11-24T01:00:00.1239+01:00"), Ok(at));
        for text in ["", "tomorrow", "2024-11-24", "2024-11-24T00:00:00", "1969-12-31T23:59:59Z"] {
            assert!(Timestamp::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_ttl_never_ends_before_its_instant() {
        assert_eq!(Timestamp::from_ms(1_000).unwrap().ttl_s(), 1);
        assert_eq!(Timestamp::from_ms(1_001).unwrap().ttl_s(), 2);
    }

    #[test]
    fn days_change_at_midnight_utc() {
        assert_eq!(Timestamp::from_ms(86_399_999).unwrap().day(), 0);
        assert_eq!(Timestamp::from_ms(86_400_000).unwrap().day(), 1);
        assert!(Timestamp::from_ms(-1).is_err());
    }
}
