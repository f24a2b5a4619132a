//! All keys of the table. No other file builds one.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | profile and settings | `USER#u` | `PROFILE` |
//! | username | `NAME#<first 2 letters>` | `<username>` |
//! | follow, block | `USER#u` | `FOLLOW#v`, `BLOCK#v` |
//! | live connections of a user | `USER#u` | `CONNECTIONS` |
//! | image or video, and the time to look after it | `MEDIA#<id>`, `MEDIA_DUE` | `MEDIA`, `<due at>#<id>` |
//! | mailbox entry | `USER#u` | `INBOX#<bumped at>#t`, `REQUEST#<since>#t` |
//! | connection | `CONNECTION#c` | `CONNECTION` |
//! | ticket | `TICKET#t` | `TICKET` |
//! | group of a user | `USER#u` | `GROUP#t` |
//! | thread of a room | `USER#u` | `ROOM#r#t` |
//! | thread head | `THREAD#t` | `HEAD` |
//! | details of a group | `THREAD#t` | `DETAILS` |
//! | left, removed | `THREAD#t` | `LEFT#u`, `REMOVED#u` |
//! | hidden stays | `THREAD#t` | `HIDDEN#u` |
//! | message | `THREAD#t` | `MSG#<seq>` |
//! | change | `THREAD#t` | `CHANGE#<seq>` |
//! | idempotency record | `IDEMPOTENCY#u` | `<idempotency key>` |
//! | report | `REPORT#r` | `REPORT` |
//! | open report | `REPORTS` | `OPEN#<created at>#r` |
//!
//! Numbers in sort keys have a fixed width, so that their texts sort as the numbers do: 13 digits of milliseconds, 10 of a
//! seq.

use std::fmt;

use crate::domain::idempotency::IdempotencyKey;
use crate::domain::ids::{ConnectionId, Seq, ThreadId, Ticket, UserId};
use crate::domain::mailbox::Mailbox;
use crate::domain::media::MediaId;
use crate::domain::profile::{USERNAME_ALPHABET, Username, UsernamePrefix};
use crate::domain::report::{ReportId, ReportPosition};
use crate::domain::room::RoomId;
use crate::domain::time::Timestamp;

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

/// The form for log lines: without names, tokens and clients' own keys.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pk.split_once('#') {
            Some(("USER" | "THREAD" | "CONNECTION", _)) => write!(f, "{} / {}", self.pk, self.sk),
            Some((kind, _)) => write!(f, "{kind}#…"),
            None => f.write_str("…"),
        }
    }
}

/// A range of sort keys in one partition, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub pk: String,
    pub from: String,
    pub to: String,
}

/// Sorts behind every character of a key.
const AFTER_ALL: char = '\u{7f}';

fn user_partition(user: &UserId) -> String {
    format!("USER#{user}")
}

fn thread_partition(thread: &ThreadId) -> String {
    format!("THREAD#{thread}")
}

impl Range {
    fn with_prefix(pk: String, prefix: &str) -> Self {
        Self { pk, from: prefix.to_owned(), to: format!("{prefix}{AFTER_ALL}") }
    }
}

/// `USER#u` / `PROFILE`.
pub(super) fn profile(user: &UserId) -> Key {
    Key { pk: user_partition(user), sk: "PROFILE".to_owned() }
}

/// `USER#<user>` / `RATES`: how much of their rates is used up.
pub(super) fn rates(user: &UserId) -> Key {
    Key { pk: user_partition(user), sk: "RATES".to_owned() }
}

/// `NAME#<first 2 letters>` / `<username>`: unique, and in order within a partition.
pub(super) fn username(name: &Username) -> Key {
    Key { pk: name_partition(&name.as_str()[..2]), sk: name.as_str().to_owned() }
}

fn name_partition(two_letters: &str) -> String {
    format!("NAME#{two_letters}")
}

/// The ranges of usernames with this prefix, in the order of the names: one, or one for each second letter.
pub(super) fn usernames(prefix: &UsernamePrefix) -> Vec<Range> {
    let prefix = prefix.as_str();
    let range = |two_letters: &str| Range::with_prefix(name_partition(two_letters), prefix);
    match prefix.get(..2) {
        Some(two_letters) => vec![range(two_letters)],
        None => USERNAME_ALPHABET.chars().map(|second| range(&format!("{prefix}{second}"))).collect(),
    }
}

/// The two kinds of one-way edges between users (rule 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Follow,
    Block,
}

impl Edge {
    fn prefix(self) -> &'static str {
        match self {
            Self::Follow => "FOLLOW#",
            Self::Block => "BLOCK#",
        }
    }
}

/// `USER#from` / `FOLLOW#to` or `BLOCK#to`.
pub(super) fn edge(edge: Edge, from: &UserId, to: &UserId) -> Key {
    Key { pk: user_partition(from), sk: format!("{}{to}", edge.prefix()) }
}

/// All edges of one kind from a user, in the order of their targets.
pub(super) fn edges(edge: Edge, from: &UserId) -> Range {
    Range::with_prefix(user_partition(from), edge.prefix())
}

/// The user that the sort key of an edge leads to.
pub(super) fn edge_target(edge: Edge, sk: &str) -> Option<UserId> {
    UserId::try_from(sk.strip_prefix(edge.prefix())?.to_owned()).ok()
}

/// `USER#u` / `CONNECTIONS`.
pub(super) fn connections(user: &UserId) -> Key {
    Key { pk: user_partition(user), sk: "CONNECTIONS".to_owned() }
}

/// The user whose partition this is.
pub(super) fn user_of(pk: &str) -> Option<UserId> {
    UserId::try_from(pk.strip_prefix("USER#")?.to_owned()).ok()
}

fn mailbox_prefix(mailbox: Mailbox) -> &'static str {
    match mailbox {
        Mailbox::Inbox => "INBOX#",
        Mailbox::Requests => "REQUEST#",
    }
}

/// `USER#u` / `INBOX#<bumped at>#t` or `REQUEST#<since>#t`.
pub(super) fn mailbox_entry(user: &UserId, mailbox: Mailbox, bumped_at: Timestamp, thread: &ThreadId) -> Key {
    Key { pk: user_partition(user), sk: format!("{}{:013}#{thread}", mailbox_prefix(mailbox), bumped_at.ms()) }
}

/// A user's mailbox, oldest entry first.
pub(super) fn mailbox(user: &UserId, mailbox: Mailbox) -> Range {
    Range::with_prefix(user_partition(user), mailbox_prefix(mailbox))
}

/// The time and the thread in the sort key of a mailbox entry.
pub(super) fn mailbox_parts(mailbox: Mailbox, sk: &str) -> Option<(Timestamp, ThreadId)> {
    let (bumped_at, thread) = sk.strip_prefix(mailbox_prefix(mailbox))?.split_once('#')?;
    Some((Timestamp::from_ms(bumped_at.parse().ok()?).ok()?, ThreadId::try_from(thread.to_owned()).ok()?))
}

/// `CONNECTION#c` / `CONNECTION`.
pub(super) fn connection(connection: &ConnectionId) -> Key {
    Key { pk: format!("CONNECTION#{}", connection.as_str()), sk: "CONNECTION".to_owned() }
}

/// `TICKET#t` / `TICKET`.
pub(super) fn ticket(ticket: &Ticket) -> Key {
    Key { pk: format!("TICKET#{}", ticket.as_str()), sk: "TICKET".to_owned() }
}

/// `THREAD#t` / `HEAD`.
pub(super) fn head(thread: &ThreadId) -> Key {
    Key { pk: thread_partition(thread), sk: "HEAD".to_owned() }
}

/// `THREAD#t` / `DETAILS`.
pub(super) fn details(thread: &ThreadId) -> Key {
    Key { pk: thread_partition(thread), sk: "DETAILS".to_owned() }
}

/// `THREAD#t` / `LEFT#u`: the user was in the group and left it.
pub(super) fn left(thread: &ThreadId, user: &UserId) -> Key {
    Key { pk: thread_partition(thread), sk: format!("{LEFT_PREFIX}{user}") }
}

const LEFT_PREFIX: &str = "LEFT#";
const REMOVED_PREFIX: &str = "REMOVED#";

/// `THREAD#t` / `REMOVED#u`: the user was in the group and was removed.
pub(super) fn removed(thread: &ThreadId, user: &UserId) -> Key {
    Key { pk: thread_partition(thread), sk: format!("{REMOVED_PREFIX}{user}") }
}

/// The user in a `LEFT` or `REMOVED` sort key, and whether they left.
pub(super) fn former_member(sk: &str) -> Option<(bool, UserId)> {
    let (left, user) = match sk.strip_prefix(LEFT_PREFIX) {
        Some(user) => (true, user),
        None => (false, sk.strip_prefix(REMOVED_PREFIX)?),
    };
    Some((left, UserId::try_from(user.to_owned()).ok()?))
}

/// `THREAD#t` / `HIDDEN#u`: stays that the user hides and the head has no room for.
pub(super) fn hidden(thread: &ThreadId, user: &UserId) -> Key {
    Key { pk: thread_partition(thread), sk: format!("HIDDEN#{user}") }
}

const GROUP_PREFIX: &str = "GROUP#";

/// `USER#u` / `GROUP#t`.
pub(super) fn group(user: &UserId, thread: &ThreadId) -> Key {
    Key { pk: user_partition(user), sk: format!("{GROUP_PREFIX}{thread}") }
}

/// All groups of a user.
pub(super) fn groups(user: &UserId) -> Range {
    Range::with_prefix(user_partition(user), GROUP_PREFIX)
}

/// The group in a sort key of [`groups`].
pub(super) fn group_thread(sk: &str) -> Option<ThreadId> {
    ThreadId::try_from(sk.strip_prefix(GROUP_PREFIX)?.to_owned()).ok()
}

fn room_prefix(room: &RoomId) -> String {
    format!("ROOM#{}#", room.as_str())
}

/// `USER#u` / `ROOM#r#t`.
pub(super) fn room(user: &UserId, room: &RoomId, thread: &ThreadId) -> Key {
    Key { pk: user_partition(user), sk: format!("{}{thread}", room_prefix(room)) }
}

/// A user's threads of a room.
pub(super) fn room_threads(user: &UserId, room: &RoomId) -> Range {
    Range::with_prefix(user_partition(user), &room_prefix(room))
}

/// The thread in a sort key of [`room_threads`].
pub(super) fn room_thread(room: &RoomId, sk: &str) -> Option<ThreadId> {
    ThreadId::try_from(sk.strip_prefix(&room_prefix(room))?.to_owned()).ok()
}

/// The thread whose partition this is.
pub(super) fn thread_of(pk: &str) -> Option<ThreadId> {
    ThreadId::try_from(pk.strip_prefix("THREAD#")?.to_owned()).ok()
}

/// The two kinds of log entries. Their sort keys differ, so that a page of history reads messages alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogKind {
    /// `MSG#<seq>`.
    Message,
    /// `CHANGE#<seq>`.
    Change,
}

impl LogKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Message => "MSG#",
            Self::Change => "CHANGE#",
        }
    }
}

/// `THREAD#t` / `MSG#<seq>` or `CHANGE#<seq>`.
pub(super) fn log(kind: LogKind, thread: &ThreadId, seq: Seq) -> Key {
    Key { pk: thread_partition(thread), sk: format!("{}{:010}", kind.prefix(), seq.get()) }
}

/// The entries of one kind from `first` to `last`.
pub(super) fn log_range(kind: LogKind, thread: &ThreadId, first: Seq, last: Seq) -> Range {
    Range { pk: thread_partition(thread), from: log(kind, thread, first).sk, to: log(kind, thread, last).sk }
}

/// All items of a thread.
pub(super) fn whole_thread(thread: &ThreadId) -> Range {
    // Sort keys begin with capital letters.
    Range { pk: head(thread).pk, from: "A".to_owned(), to: "~".to_owned() }
}

/// `MEDIA#<id>` / `MEDIA`.
pub(super) fn media(id: &MediaId) -> Key {
    Key { pk: format!("{MEDIA}{id}"), sk: "MEDIA".to_owned() }
}

const MEDIA: &str = "MEDIA#";

/// The id in the key of an image or a video.
pub(super) fn media_of(key: &Key) -> Option<MediaId> {
    key.pk.strip_prefix(MEDIA)?.to_owned().try_into().ok()
}

const MEDIA_DUE: &str = "MEDIA_DUE";

/// `MEDIA_DUE` / `<due at>#<id>`: what somebody has to look after then.
pub(super) fn media_due(at: Timestamp, id: &MediaId) -> Key {
    Key { pk: MEDIA_DUE.to_owned(), sk: format!("{:013}#{id}", at.ms()) }
}

/// What is due until then.
pub(super) fn media_due_until(now: Timestamp) -> Range {
    Range { pk: MEDIA_DUE.to_owned(), from: "0".to_owned(), to: format!("{:013}{AFTER_ALL}", now.ms()) }
}

/// When what is due, by its key.
pub(super) fn due_media_of(key: &Key) -> Option<(Timestamp, MediaId)> {
    let (at, id) = key.sk.split_once('#')?;
    Some((Timestamp::from_ms(at.parse().ok()?).ok()?, id.to_owned().try_into().ok()?))
}

/// The seq in the sort key of a log entry.
pub(super) fn log_seq(kind: LogKind, sk: &str) -> Option<Seq> {
    sk.strip_prefix(kind.prefix())?.parse().ok()
}

/// `IDEMPOTENCY#u` / `<idempotency key>`.
pub(super) fn idempotency(user: &UserId, key: &IdempotencyKey) -> Key {
    Key { pk: format!("IDEMPOTENCY#{user}"), sk: key.as_str().to_owned() }
}

/// `REPORT#r` / `REPORT`.
pub(super) fn report(report: &ReportId) -> Key {
    Key { pk: format!("{REPORT_PREFIX}{}", report.as_str()), sk: "REPORT".to_owned() }
}

const REPORT_PREFIX: &str = "REPORT#";

/// The report whose partition this is.
pub(super) fn report_of(pk: &str) -> Option<ReportId> {
    ReportId::try_from(pk.strip_prefix(REPORT_PREFIX)?.to_owned()).ok()
}

/// The partition of the open reports. One is enough: it takes a thousand writes a second, and each report writes one item there.
const OPEN_REPORTS: &str = "REPORTS";
const OPEN_PREFIX: &str = "OPEN#";

/// `REPORTS` / `OPEN#<created at>#r`.
pub(super) fn open_report(position: &ReportPosition) -> Key {
    let ReportPosition { created_at, id } = position;
    Key { pk: OPEN_REPORTS.to_owned(), sk: format!("{OPEN_PREFIX}{:013}#{}", created_at.ms(), id.as_str()) }
}

/// All open reports, the oldest first.
pub(super) fn open_reports() -> Range {
    Range::with_prefix(OPEN_REPORTS.to_owned(), OPEN_PREFIX)
}

/// The place in a sort key of [`open_reports`].
pub(super) fn open_report_position(sk: &str) -> Option<ReportPosition> {
    let (created_at, id) = sk.strip_prefix(OPEN_PREFIX)?.split_once('#')?;
    let created_at = Timestamp::from_ms(created_at.parse().ok()?).ok()?;
    Some(ReportPosition { created_at, id: ReportId::try_from(id.to_owned()).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(key: &Key) -> String {
        format!("{} / {}", key.pk, key.sk)
    }

    #[test]
    fn keys_are_what_the_data_book_says() {
        let ann = UserId::try_from("ann".to_owned()).unwrap();
        let bob = UserId::try_from("bob".to_owned()).unwrap();
        let thread = ThreadId::try_from(format!("thr_{}", "a".repeat(26))).unwrap();
        let at = Timestamp::from_ms(1_732_406_400_123).unwrap();
        let seq = Seq::try_from(42).unwrap();
        assert_eq!(shown(&profile(&ann)), "USER#ann / PROFILE");
        assert_eq!(shown(&username(&Username::try_from("Ann_b".to_owned()).unwrap())), "NAME#an / ann_b");
        assert_eq!(shown(&edge(Edge::Follow, &ann, &bob)), "USER#ann / FOLLOW#bob");
        assert_eq!(shown(&edge(Edge::Block, &ann, &bob)), "USER#ann / BLOCK#bob");
        assert_eq!(shown(&connections(&ann)), "USER#ann / CONNECTIONS");
        let inbox = mailbox_entry(&ann, Mailbox::Inbox, at, &thread);
        assert_eq!(shown(&inbox), "USER#ann / INBOX#1732406400123#thr_aaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_eq!(mailbox_parts(Mailbox::Inbox, &inbox.sk), Some((at, thread.clone())));
        assert!(
            shown(&mailbox_entry(&ann, Mailbox::Requests, at, &thread))
                .starts_with("USER#ann / REQUEST#1732406400123#thr_")
        );
        assert_eq!(shown(&head(&thread)), "THREAD#thr_aaaaaaaaaaaaaaaaaaaaaaaaaa / HEAD");
        assert_eq!(shown(&details(&thread)), "THREAD#thr_aaaaaaaaaaaaaaaaaaaaaaaaaa / DETAILS");
        assert_eq!(left(&thread, &ann).sk, "LEFT#ann");
        assert_eq!(removed(&thread, &ann).sk, "REMOVED#ann");
        assert_eq!(shown(&group(&ann, &thread)), "USER#ann / GROUP#thr_aaaaaaaaaaaaaaaaaaaaaaaaaa");
        let lobby = RoomId::try_from("lobby".to_owned()).unwrap();
        assert_eq!(shown(&room(&ann, &lobby, &thread)), "USER#ann / ROOM#lobby#thr_aaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_eq!(room_thread(&lobby, &room(&ann, &lobby, &thread).sk), Some(thread.clone()));
        assert_eq!(log(LogKind::Message, &thread, seq).sk, "MSG#0000000042");
        assert_eq!(log(LogKind::Change, &thread, seq).sk, "CHANGE#0000000042");
        assert_eq!(log_seq(LogKind::Message, "MSG#0000000042"), Some(seq));
        assert_eq!(
            shown(&idempotency(&ann, &IdempotencyKey::try_from("k-1".to_owned()).unwrap())),
            "IDEMPOTENCY#ann / k-1"
        );
        let id = ReportId::try_from(format!("rep_{}", "a".repeat(26))).unwrap();
        assert_eq!(shown(&report(&id)), "REPORT#rep_aaaaaaaaaaaaaaaaaaaaaaaaaa / REPORT");
        assert_eq!(report_of(&report(&id).pk), Some(id.clone()));
        let position = ReportPosition { created_at: at, id };
        assert_eq!(shown(&open_report(&position)), "REPORTS / OPEN#1732406400123#rep_aaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_eq!(open_report_position(&open_report(&position).sk), Some(position));
    }

    #[test]
    fn a_log_shows_no_name_and_no_token() {
        let user = UserId::try_from("ann".to_owned()).unwrap();
        assert_eq!(profile(&user).to_string(), "USER#ann / PROFILE");
        assert_eq!(username(&Username::try_from("annie".to_owned()).unwrap()).to_string(), "NAME#…");
        assert_eq!(ticket(&Ticket::from_random([7; 32])).to_string(), "TICKET#…");
        assert_eq!(idempotency(&user, &IdempotencyKey::try_from("k".to_owned()).unwrap()).to_string(), "IDEMPOTENCY#…");
    }

    #[test]
    fn a_prefix_of_one_letter_walks_the_partitions_in_order() {
        let ranges = usernames(&UsernamePrefix::try_from("a".to_owned()).unwrap());
        assert_eq!(ranges.len(), USERNAME_ALPHABET.len());
        assert!(ranges.is_sorted_by(|a, b| a.pk < b.pk));
        let ranges = usernames(&UsernamePrefix::try_from("ann".to_owned()).unwrap());
        assert_eq!(ranges, [Range { pk: "NAME#an".to_owned(), from: "ann".to_owned(), to: "ann\u{7f}".to_owned() }]);
    }
}
