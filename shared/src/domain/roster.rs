//! The list of a thread's members, as one of them sees it.

use serde::{Deserialize, Serialize};

use super::details::ThreadDetails;
use super::ids::{Seq, UserId};
use super::member::{Member, Role};
use super::profile::Profiles;
use super::read;
use super::thread::Thread;
use super::time::Timestamp;

/// A member in a list. It has ids, places and times, and no names: idempotency records keep such lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedMember {
    pub user_id: UserId,
    pub role: Role,
    pub joined_at: Timestamp,
    /// How far they have read; `None` if the viewer may not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_seq: Option<Seq>,
}

impl ListedMember {
    /// A member in a list, with this read mark.
    #[must_use]
    pub fn new(member: &Member, details: &ThreadDetails, read_seq: Option<Seq>) -> Self {
        Self {
            user_id: member.user_id.clone(),
            role: member.role,
            joined_at: details.joined_at(&member.user_id),
            read_seq,
        }
    }
}

/// The members of `thread` as `viewer` sees them, longest-standing first; `None` if `profiles` lacks one.
#[must_use]
pub fn roster(
    thread: &Thread,
    viewer: &UserId,
    details: &ThreadDetails,
    profiles: &Profiles,
) -> Option<Vec<ListedMember>> {
    let viewer_shows = profiles.get(viewer)?.settings.read_receipts;
    let listed = |member: &Member| {
        let profile = profiles.get(&member.user_id)?;
        let shown = read::shows(member, profile.settings.read_receipts, viewer_shows).then(|| member.shown_mark());
        let read_seq = if member.user_id == *viewer { Some(member.mark.seq) } else { shown };
        Some(ListedMember::new(member, details, read_seq))
    };
    thread.members.iter().map(listed).collect()
}
