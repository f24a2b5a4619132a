//! Every limit of the product, in one place. The rules are those of `functions/RULES.md`.

use std::time::Duration;

/// Characters of a user id, at most. `OpenID` Connect allows 255 for a `sub`. The id is part of keys and of every head, so
/// ours is shorter.
pub const MAX_USER_ID_CHARS: usize = 128;
/// Characters of a username, at least (rule 1).
pub const MIN_USERNAME_CHARS: usize = 3;
/// Characters of a username, at most (rule 1).
pub const MAX_USERNAME_CHARS: usize = 30;
/// Characters of a display name, at most (rule 1).
pub const MAX_DISPLAY_NAME_CHARS: usize = 60;
/// Bytes of an avatar's URL, at most. Browsers and proxies accept this length.
pub const MAX_AVATAR_URL_BYTES: usize = 2_048;
/// Characters of a message's text after trimming, at most (rule 16).
pub const MAX_TEXT_CHARS: usize = 4_000;
/// Bytes of a message's text after trimming, at most (rule 16).
pub const MAX_TEXT_BYTES: usize = 16 * 1_024;
/// Members of a group, at most (rule 9). It also limits mentions, because a message mentions only members.
pub const MAX_MEMBERS: usize = 15;
/// Characters of the title of a group or a room, at most; as many as of a display name.
pub const MAX_TITLE_CHARS: usize = 60;
/// Characters of a room's id, at most. The host application gives the ids.
pub const MAX_ROOM_ID_CHARS: usize = 128;
/// Groups that a user is in, at most (rule 9). What a profile, a block or a follow sets off goes through all of them.
pub const MAX_MEMBERSHIPS: u64 = 1_000;
/// Groups that wait to be accepted by a user, at most (rule 8).
pub const MAX_WAITING_GROUPS: u64 = 100;
/// Groups that one transaction changes for a block or a follow. A transaction takes 100 items, and accepting a group writes
/// three.
pub const MAX_GROUPS_AT_ONCE: usize = 30;
/// Graphemes of the last message's text that a head keeps, at most: as many in every script, while they fit.
pub const MAX_PREVIEW_GRAPHEMES: usize = 80;
/// Bytes of that text, at most. A full head has to stay below 2 KiB with its tail.
pub const MAX_PREVIEW_BYTES: usize = 120;
/// Bytes of a message's text and mentions that the tail of a head takes, at most. A longer message is stored as an item at once.
pub const MAX_TAIL_CONTENT_BYTES: usize = 512;
/// How long after it was stored a message can be edited (rule 17).
pub const EDIT_WINDOW: Duration = Duration::from_hours(24);
/// Edits of a message, at most (rule 17).
pub const MAX_EDITS: u8 = 10;
/// Kinds of reactions to a message, at most (rule 18).
pub const MAX_REACTION_KINDS: usize = 20;
/// Reactions to a message, at most: those of all members with all kinds. Those of former members stay, so it has to be said.
pub const MAX_REACTIONS: usize = MAX_MEMBERS * MAX_REACTION_KINDS;
/// Characters (Unicode scalar values) of an emoji as clients write it, at most. The longest that Unicode recommends has 10 ("RGI emoji
/// ZWJ sequence").
pub const MAX_EMOJI_CHARS: usize = 24;
/// Pinned messages of a thread, at most (rule 32). Every message pays for their size.
pub const MAX_PINS: usize = 10;
/// Characters of the query of a search, at most (rule 33).
pub const MAX_QUERY_CHARS: usize = 100;
/// Messages that one page of a search looks at, at most. A query of the table also ends at a megabyte.
pub const MAX_SEARCHED_MESSAGES: usize = 500;
/// Deleted messages that a head remembers while somebody has not read so far, at most. Every message pays for its size.
pub const MAX_DELETIONS: usize = 100;
/// Images and videos of a message, at most (rule 16).
pub const MAX_ATTACHMENTS: usize = 10;
/// Bytes of an image, at most (rule 21).
pub const MAX_IMAGE_BYTES: u64 = 10 * 1_024 * 1_024;
/// Bytes of a video, at most (rule 21).
pub const MAX_VIDEO_BYTES: u64 = 100 * 1_024 * 1_024;
/// How long an upload may begin after its address was given out.
pub const UPLOAD_LIFE: Duration = Duration::from_mins(15);
/// How long the address of an image or a video is valid. Whoever may not see it any more is out after that time.
pub const DOWNLOAD_LIFE: Duration = Duration::from_mins(5);
/// How long what was uploaded waits until it is sent (rule 21).
pub const UNSENT_LIFE: Duration = Duration::from_hours(24);
/// Messages in the tail of a head, at most. It is settled long before; that many wait where the table or a process is slow.
pub const MAX_TAIL_MESSAGES: usize = 24;
/// Keys that a head remembers at least, and so the messages that may come between a decision and its append.
pub const RECENT_KEYS: usize = 48;
const _: () = assert!(MAX_TAIL_MESSAGES < RECENT_KEYS && MAX_TAIL_MESSAGES <= MAX_PAGE_ITEMS);
/// Messages that a message request holds before it is accepted (rule 7).
pub const MAX_REQUEST_MESSAGES: u64 = 3;
/// How long a declined message request stays hidden, also when the sender writes again (rule 7).
pub const DECLINED_REST: Duration = Duration::from_hours(24);
/// How long a repeated `Idempotency-Key` gets the first response (rule 15).
pub const IDEMPOTENCY_WINDOW: Duration = Duration::from_hours(24);
/// Characters of an `Idempotency-Key`, at most (rule 15).
pub const MAX_IDEMPOTENCY_KEY_CHARS: usize = 64;
/// How long a socket ticket is valid (rule 22).
pub const TICKET_LIFE: Duration = Duration::from_secs(30);
/// How long a connection lives at most: API Gateway closes a socket after two hours.
pub const CONNECTION_LIFE: Duration = Duration::from_hours(2);
/// Live connections of a user, at most. With one more the oldest is removed. Each message to the user pays for reading them.
pub const MAX_CONNECTIONS: usize = 20;
/// How long a client shows a typing signal (rule 24).
pub const TYPING_LIFE: Duration = Duration::from_secs(7);
/// The least time between two typing signals of a connection in a thread that are passed on (rule 24).
pub const TYPING_PAUSE: Duration = Duration::from_secs(2);
/// Threads in which one connection may be typing within [`TYPING_PAUSE`].
pub const MAX_TYPING_THREADS: usize = 8;
/// When a request is over for good, whatever became of it: longer than a function may run.
pub const REQUEST_OVER: Duration = Duration::from_secs(15);
/// Characters of the note in a report, at most (rule 28).
pub const MAX_NOTE_CHARS: usize = 1_000;
/// Messages that a report keeps before the reported one, and behind it; and of a reported thread the last ones (rule 28).
pub const MAX_MESSAGES_AROUND: usize = 5;
/// How long after they left a group, or were removed from it, somebody can report what they saw in it (rule 28).
pub const REPORT_AFTER_LEAVING: Duration = Duration::from_hours(7 * 24);
/// How long a report is kept once it was closed (rule 28).
pub const CLOSED_REPORT_LIFE: Duration = Duration::from_hours(30 * 24);
/// Reports on a page, at most. One has up to 330 KB as JSON within JSON, and a response of Lambda 6 MB.
pub const MAX_REPORTS_ON_PAGE: usize = 16;
/// Characters of the ARN of an operator, at most: that of IAM.
pub const MAX_ARN_CHARS: usize = 2_048;
/// Bytes of the body of an HTTP request, at most.
pub const MAX_BODY_BYTES: usize = 64 * 1_024;
/// Items of a page if the request has no limit.
pub const DEFAULT_PAGE_ITEMS: usize = 50;
/// Items of a page, at most.
pub const MAX_PAGE_ITEMS: usize = 100;
/// How long a direct thread keeps its position in inboxes, whatever is said in it: a move writes two items for each of its members.
/// A page has to look at all threads further down whose position is so much older, so it is short.
pub const DIRECT_INBOX_SPAN: Duration = Duration::from_mins(6);
/// How long a group keeps its position: longer, because it has more members.
pub const GROUP_INBOX_SPAN: Duration = Duration::from_hours(1);
/// Threads that a page of an inbox looks at beside as many as it shows, at most: those further down that may have been active more
/// recently. It is also how many may be shown before one whose position is newer.
pub const MAX_OVERTAKING: usize = 50;
/// Entries that a page of an inbox reads at least, to find these: as many as can be active within [`GROUP_INBOX_SPAN`] while the order
/// is exact.
pub const MIN_INBOX_WINDOW: usize = 150;
/// How old an entry of a mailbox is that somebody takes away because the thread is listed elsewhere: no request that put it there
/// goes on so long.
pub const ASTRAY_AFTER: Duration = Duration::from_mins(1);
/// Entries that a page takes away, at most. The others wait for the next one.
pub const MAX_PUT_RIGHT: usize = 10;
/// Threads of a room that a page sorts, at most.
pub const MAX_ROOM_WINDOW: usize = 150;
