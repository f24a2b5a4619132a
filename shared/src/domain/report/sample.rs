//! The largest report that there can be, for tests of what it takes.

use super::evidence::{Evidence, ReportedMessage, ReportedThread, ReportedUser};
use super::filed::{Closed, Report};
use super::subject::{Reason, ReportId, Subject};
use crate::domain::emoji::Emoji;
use crate::domain::ids::{OperatorArn, Seq, ThreadId, UserId};
use crate::domain::limits::{
    MAX_ARN_CHARS, MAX_ATTACHMENTS, MAX_AVATAR_URL_BYTES, MAX_DISPLAY_NAME_CHARS, MAX_MEMBERS, MAX_MESSAGES_AROUND,
    MAX_NOTE_CHARS, MAX_REACTION_KINDS, MAX_TEXT_CHARS, MAX_TITLE_CHARS, MAX_USER_ID_CHARS, MAX_USERNAME_CHARS,
};
use crate::domain::media::{Attachment, Checked, MediaId, MediaType};
use crate::domain::reactions::ReactionCount;
use crate::domain::time::Timestamp;

/// Two people who kiss, with the tone of their skin: the longest emoji that Unicode recommends.
const LONGEST_EMOJI: &str = "\u{1f469}\u{1f3fd}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f48b}\u{200d}\u{1f468}\u{1f3fe}";

fn user(number: usize) -> UserId {
    // A quotation mark takes a backslash in JSON, and more in JSON within JSON.
    UserId::try_from(format!("{number:\"<MAX_USER_ID_CHARS$}")).unwrap()
}

fn message(letter: &str) -> ReportedMessage {
    let emoji = Emoji::try_from(LONGEST_EMOJI.to_owned()).unwrap();
    let attachment = Attachment {
        media_id: MediaId::from_random([7; 16]),
        checked: Checked {
            content_type: MediaType::Jpeg,
            bytes: u64::MAX,
            width: u32::MAX,
            height: u32::MAX,
            duration_ms: Some(u64::MAX),
            thumbnail: false,
        },
    };
    ReportedMessage {
        seq: Seq::MAX,
        author_id: user(0),
        created_at: Timestamp::LAST,
        text: Some(letter.repeat(MAX_TEXT_CHARS)),
        reply_to: Some(Seq::MAX),
        mentions: (0..MAX_MEMBERS).map(user).collect(),
        attachments: vec![attachment; MAX_ATTACHMENTS],
        reactions: vec![ReactionCount { emoji, count: MAX_MEMBERS, mine: false }; MAX_REACTION_KINDS],
        edited_at: Some(Timestamp::LAST),
        deleted_at: None,
        hidden: false,
    }
}

/// A report whose texts are made of `letter`.
pub(crate) fn largest(letter: &str) -> Report {
    let thread_id = ThreadId::try_from(format!("thr_{}", "a".repeat(26))).unwrap();
    let subject = Subject::Message { thread_id, seq: Seq::MAX };
    let user_as_it_was = ReportedUser {
        id: user(0),
        username: "x".repeat(MAX_USERNAME_CHARS),
        display_name: letter.repeat(MAX_DISPLAY_NAME_CHARS),
        avatar_url: Some("x".repeat(MAX_AVATAR_URL_BYTES)),
    };
    let thread = ReportedThread {
        title: Some(letter.repeat(MAX_TITLE_CHARS)),
        member_ids: (0..MAX_MEMBERS).map(user).collect(),
    };
    let by = OperatorArn::try_from(format!("arn:{}", "x".repeat(MAX_ARN_CHARS - 4))).unwrap();
    Report {
        id: ReportId::of(&user(1), &subject),
        reporter_id: user(1),
        subject,
        reason: Reason::Impersonation,
        note: Some(letter.repeat(MAX_NOTE_CHARS)),
        created_at: Timestamp::LAST,
        evidence: Evidence {
            user: Some(user_as_it_was),
            thread: Some(thread),
            messages: vec![message(letter); 2 * MAX_MESSAGES_AROUND + 1],
        },
        closed: Some(Closed { at: Timestamp::EPOCH, by }),
    }
}
