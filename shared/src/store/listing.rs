//! Entries of the users' boxes.

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::table::{Query, Read};
use super::write::Write;
use super::{Store, convert, keys};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::inbox::BoxPlace;
use crate::domain::member::Mailbox;
use crate::domain::thread::Listing;

/// `USER#u` / `INBOX#…`, `REQUEST#…`: the key says it all but who the other of a direct thread is.
#[derive(Debug, Serialize, Deserialize)]
struct ListingRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    peer: Option<UserId>,
}

/// A thread in a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxEntry {
    /// Where it stands.
    pub place: BoxPlace,
    /// The other of a direct thread.
    pub peer_id: Option<UserId>,
}

/// The writes that turn the box entries `before` into `after`.
pub(super) fn writes(thread: &ThreadId, before: &[Listing], after: &[Listing]) -> Result<Vec<Write>, StoreError> {
    let key = |listing: &Listing| keys::listing(&listing.user_id, listing.mailbox, listing.bumped_at, thread);
    let gone = before.iter().filter(|listing| !after.contains(listing)).map(|listing| Ok(Write::delete(key(listing))));
    let new = after.iter().filter(|listing| !before.contains(listing)).map(|listing| {
        let record = ListingRecord { peer: listing.peer_id.clone() };
        Ok(Write::put(key(listing), convert::item(&record)?))
    });
    gone.chain(new).collect()
}

impl Store {
    /// Entries of a user's box behind `after`, newest first, at most `limit`; and whether there are more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn box_entries(
        &self,
        user: &UserId,
        mailbox: Mailbox,
        after: Option<&BoxPlace>,
        limit: usize,
    ) -> Result<(Vec<BoxEntry>, bool), StoreError> {
        let after = after.map(|place| keys::listing(user, mailbox, place.bumped_at, &place.thread_id));
        let range = keys::mailbox(user, mailbox);
        // Consistent: who accepts a request looks for it in the inbox next.
        let query = Query { range, newest_first: true, after, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let entries = page.items.into_iter().map(|item| {
            let key = convert::key_of(&item)?;
            let peer_id = convert::record::<ListingRecord>(item)?.peer;
            match keys::listing_parts(mailbox, &key.sk) {
                Some((bumped_at, thread_id)) => Ok(BoxEntry { place: BoxPlace { bumped_at, thread_id }, peer_id }),
                None => Err(StoreError::Corrupt { key, reason: "not a box entry's key".to_owned() }),
            }
        });
        Ok((entries.collect::<Result<_, _>>()?, page.more_after.is_some()))
    }
}
