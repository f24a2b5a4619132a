//! The preferences of members: in the head of a direct thread, in the details of a group.

use std::collections::BTreeMap;

use crate::domain::details::{Preferences, ThreadDetails};
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;

/// By user: until when the thread is muted (0 if it is not), and whether it is pinned.
pub(super) type PreferencesRecord = BTreeMap<UserId, (Timestamp, bool)>;

/// The stored form of all members' preferences.
pub(super) fn records(details: &ThreadDetails) -> PreferencesRecord {
    details.preferences.iter().map(|(user, own)| (user.clone(), record(*own))).collect()
}

pub(super) fn record(own: Preferences) -> (Timestamp, bool) {
    (own.muted_until.unwrap_or(Timestamp::EPOCH), own.pinned)
}

/// The preferences in a record.
pub(super) fn parse(record: PreferencesRecord) -> BTreeMap<UserId, Preferences> {
    let parse = |(muted_until, pinned)| Preferences {
        muted_until: Some(muted_until).filter(|at| *at > Timestamp::EPOCH),
        pinned,
    };
    record.into_iter().map(|(user, own)| (user, parse(own))).collect()
}
