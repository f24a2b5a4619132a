//! Every number of the contract (section 4 and the rules), in one place.

use std::time::Duration;

/// Characters a user id may have. `OpenID` Connect allows a `sub` 255; it is part of keys and of every head, so shorter.
pub const MAX_USER_ID_CHARS: usize = 128;
/// Characters of a username, at least (rule 1).
pub const MIN_USERNAME_CHARS: usize = 3;
/// Characters of a username, at most (rule 1).
pub const MAX_USERNAME_CHARS: usize = 30;
/// Characters of a display name, at most (rule 1).
pub const MAX_DISPLAY_NAME_CHARS: usize = 60;
/// Bytes of an avatar's URL; what browsers and proxies take without trouble.
pub const MAX_AVATAR_URL_BYTES: usize = 2_048;
/// Characters of a message's text after trimming (rule 16).
pub const MAX_TEXT_CHARS: usize = 4_000;
/// Bytes of a message's text after trimming (rule 16).
pub const MAX_TEXT_BYTES: usize = 16 * 1_024;
/// Members of a group (rule 9); so a message can mention no more users.
pub const MAX_MEMBERS: usize = 15;
/// Characters of a group's title, and of a room's; as many as of a display name.
pub const MAX_TITLE_CHARS: usize = 60;
/// Characters of a room's id: the host application gives them out.
pub const MAX_ROOM_ID_CHARS: usize = 128;
/// Groups that one write changes when a block or a follow concerns them: a transaction takes 100 items, accepting is three.
pub const MAX_GROUPS_AT_ONCE: usize = 30;
/// Bytes of the text that a thread's head keeps of its last message: a full head has to stay below 1 KiB.
pub const MAX_PREVIEW_BYTES: usize = 80;
/// Messages that may wait in a request before it is accepted (rule 7).
pub const MAX_REQUEST_MESSAGES: u64 = 3;
/// How long a declined request stays away, whatever the sender writes (rule 7).
pub const DECLINED_REST: Duration = Duration::from_hours(24);
/// How long a repeated `Idempotency-Key` answers the first response (rule 15).
pub const IDEMPOTENCY_WINDOW: Duration = Duration::from_hours(24);
/// Characters of an `Idempotency-Key`, at most (rule 15).
pub const MAX_IDEMPOTENCY_KEY_CHARS: usize = 64;
/// How long a socket ticket is good for (rule 22).
pub const TICKET_LIFE: Duration = Duration::from_secs(30);
/// How long a connection lives at most: API Gateway closes a socket after two hours.
pub const CONNECTION_LIFE: Duration = Duration::from_hours(2);
/// Live connections of a user; with one more the oldest is forgotten. Everyone who writes to the user pays for reading them.
pub const MAX_CONNECTIONS: usize = 20;
/// After how long a typing signal is to be forgotten by those who saw it (rule 24).
pub const TYPING_LIFE: Duration = Duration::from_secs(7);
/// Bytes of a request's body (section 4).
pub const MAX_BODY_BYTES: usize = 64 * 1_024;
/// Items of a page when the caller does not say (section 2).
pub const DEFAULT_PAGE_ITEMS: usize = 50;
/// Items of a page at most (section 2).
pub const MAX_PAGE_ITEMS: usize = 100;
/// Entries that a mailbox page looks at to put them in order: all of its oldest day's, unless they are more than this.
pub const MAX_MAILBOX_WINDOW: usize = 150;
