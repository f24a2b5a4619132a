//! Entries of mailboxes.

use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert;
use super::error::StoreError;
use super::keys;
use super::page::Page;
use super::table::{Query, Read};
use super::write::Write;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::mailbox::{Mailbox, MailboxListing, MailboxPosition};

/// `USER#u` / `INBOX#…`, `REQUEST#…`: the key has all but the other member of a direct thread.
#[derive(Debug, Serialize, Deserialize)]
struct MailboxRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    peer: Option<UserId>,
}

/// A thread in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxEntry {
    pub position: MailboxPosition,
    /// The other member of a direct thread.
    pub peer_id: Option<UserId>,
}

/// The writes that turn the entries `before` into `after`.
pub(super) fn writes(
    thread: &ThreadId,
    before: &[MailboxListing],
    after: &[MailboxListing],
) -> Result<Vec<Write>, StoreError> {
    let key =
        |listing: &MailboxListing| keys::mailbox_entry(&listing.user_id, listing.mailbox, listing.bumped_at, thread);
    let gone = before.iter().filter(|listing| !after.contains(listing)).map(|listing| Ok(Write::delete(key(listing))));
    let new = after.iter().filter(|listing| !before.contains(listing)).map(|listing| {
        let record = MailboxRecord { peer: listing.peer_id.clone() };
        Ok(Write::put(key(listing), convert::item(&record)?))
    });
    gone.chain(new).collect()
}

impl Store {
    /// A page of a user's mailbox behind `after`, newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn mailbox_entries(
        &self,
        user: &UserId,
        mailbox: Mailbox,
        after: Option<&MailboxPosition>,
        limit: usize,
    ) -> Result<Page<MailboxEntry>, StoreError> {
        let after = after.map(|position| keys::mailbox_entry(user, mailbox, position.bumped_at, &position.thread_id));
        let range = keys::mailbox(user, mailbox);
        // Consistent: a user who accepts a message request looks for it in the inbox next.
        let query = Query { range, newest_first: true, after, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let entries = page.items.into_iter().map(|item| {
            let key = convert::key_of(&item)?;
            let peer_id = convert::record::<MailboxRecord>(item)?.peer;
            match keys::mailbox_parts(mailbox, &key.sk) {
                Some((bumped_at, thread_id)) => {
                    Ok(MailboxEntry { position: MailboxPosition { bumped_at, thread_id }, peer_id })
                }
                None => Err(StoreError::Corrupt { key, reason: "not a mailbox entry's key".to_owned() }),
            }
        });
        Ok(Page { items: entries.collect::<Result<_, _>>()?, more: page.more_after.is_some() })
    }
}
