//! Identifiers. They are opaque to clients and checked where they are parsed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::invalid::Invalid;
use super::limits::{MAX_ARN_CHARS, MAX_USER_ID_CHARS};

/// A user of the host app: the `sub` of their JWT, 1–128 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

impl UserId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = (1..=MAX_USER_ID_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits {
            Ok(Self(text))
        } else {
            Err(Invalid::new(format!("must be 1–{MAX_USER_ID_CHARS} visible ASCII characters")))
        }
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Two different users in a fixed order, so that A–B and B–A are one pair.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pair {
    low: UserId,
    high: UserId,
}

impl Pair {
    /// The pair of `one` and `other`; `None` if they are the same user.
    #[must_use]
    pub fn new(one: &UserId, other: &UserId) -> Option<Self> {
        match one.cmp(other) {
            std::cmp::Ordering::Less => Some(Self { low: one.clone(), high: other.clone() }),
            std::cmp::Ordering::Greater => Some(Self { low: other.clone(), high: one.clone() }),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// The id of a thread: `thr_` and 26 characters of lower-case base 32.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ThreadId(String);

const THREAD_PREFIX: &str = "thr_";
const THREAD_DIGITS: usize = 26;

impl ThreadId {
    /// The id of the direct thread of two users. It is derived from their ids, so that no second thread can exist (rule 5) and
    /// no look-up is needed.
    #[must_use]
    pub fn direct(pair: &Pair) -> Self {
        // User ids hold no control characters, so the separator keeps different pairs apart.
        let digest = Sha256::new().chain_update(&pair.low.0).chain_update([0]).chain_update(&pair.high.0).finalize();
        let text = data_encoding::BASE32_NOPAD.encode(&digest).to_ascii_lowercase();
        Self(format!("{THREAD_PREFIX}{}", &text[..THREAD_DIGITS]))
    }

    /// The id of a new group, made of these random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 17]) -> Self {
        let text = data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
        Self(format!("{THREAD_PREFIX}{}", &text[..THREAD_DIGITS]))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ThreadId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let digits = text.strip_prefix(THREAD_PREFIX).unwrap_or_default();
        let fits =
            digits.len() == THREAD_DIGITS && digits.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if fits { Ok(Self(text)) } else { Err(Invalid::new("must be a thread's id")) }
    }
}

impl From<ThreadId> for String {
    fn from(id: ThreadId) -> Self {
        id.0
    }
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a thread's log: 1, 2, 3 … without a gap (rule 14). Zero is the place before the first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Seq(u64);

impl Seq {
    /// The place before the first entry.
    pub const ZERO: Self = Self(0);
    /// The place of the first entry.
    pub const ONE: Self = Self(1);
    /// The last possible place: keys have ten digits for it.
    pub const MAX: Self = Self(9_999_999_999);

    /// The place as a number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The place before this one. There is none before zero, so zero stays zero.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl TryFrom<u64> for Seq {
    type Error = Invalid;

    fn try_from(number: u64) -> Result<Self, Invalid> {
        if number <= Self::MAX.0 {
            Ok(Self(number))
        } else {
            Err(Invalid::new("must be a whole number from 0 to 9999999999"))
        }
    }
}

impl From<Seq> for u64 {
    fn from(seq: Seq) -> Self {
        seq.0
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Seq {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let number = text.parse::<u64>().map_err(|_| Invalid::new("must be a whole number from 0 to 9999999999"))?;
        Self::try_from(number)
    }
}

/// The id of an open WebSocket, given by API Gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionId(String);

impl ConnectionId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ConnectionId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err(Invalid::new("must be a connection's id")) }
    }
}

impl From<ConnectionId> for String {
    fn from(id: ConnectionId) -> Self {
        id.0
    }
}

/// Who operates the deployment, as IAM names them: the ARN of a user, or of a session of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperatorArn(String);

impl OperatorArn {
    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OperatorArn {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits =
            text.starts_with("arn:") && text.len() <= MAX_ARN_CHARS && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err(Invalid::new("must be an ARN")) }
    }
}

impl From<OperatorArn> for String {
    fn from(arn: OperatorArn) -> Self {
        arn.0
    }
}

/// The secret that opens one socket (rule 22): 32 random bytes in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ticket(String);

impl Ticket {
    /// The ticket made of these random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(data_encoding::BASE64URL_NOPAD.encode(&bytes))
    }

    /// The ticket as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Ticket> for String {
    fn from(ticket: Ticket) -> Self {
        ticket.0
    }
}

impl TryFrom<String> for Ticket {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        match data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text)),
            _ => Err(Invalid::new("must be a ticket")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> UserId {
        UserId::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_direct_thread_has_one_id_whoever_opens_it() {
        let (ann, bob) = (user("ann"), user("bob"));
        let id = ThreadId::direct(&Pair::new(&ann, &bob).unwrap());
        assert_eq!(id, ThreadId::direct(&Pair::new(&bob, &ann).unwrap()));
        assert_eq!(ThreadId::try_from(id.as_str().to_owned()), Ok(id.clone()));
        // The boundary between the two ids counts.
        assert_ne!(id, ThreadId::direct(&Pair::new(&user("annb"), &user("ob")).unwrap()));
        assert_eq!(Pair::new(&ann, &ann), None);
    }

    #[test]
    fn ids_refuse_what_could_not_have_been_given_out() {
        for text in ["", "a b", "ann\n", "änn", &"x".repeat(129)] {
            assert!(UserId::try_from(text.to_owned()).is_err(), "{text:?}");
        }
        for text in [
            "",
            "thr_",
            "thr_UPPERCASEUPPERCASEUPPERCA",
            "abc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
            "thr_aaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(ThreadId::try_from(text.to_owned()).is_err(), "{text:?}");
        }
        assert!("10000000000".parse::<Seq>().is_err());
        assert!("-1".parse::<Seq>().is_err());
        assert!("1.5".parse::<Seq>().is_err());
        assert!(Ticket::try_from("short".to_owned()).is_err());
    }
}
