//! Entries of mailboxes.

use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert;
use super::error::{Condition, StoreError};
use super::keys;
use super::page::Page;
use super::table::{Query, Read};
use super::write::Write;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::mailbox::{Mailbox, MailboxEntry, MailboxListing, MailboxPosition};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// `USER#u` / `INBOX#…`, `REQUEST#…`: the key has all but the other member of a direct thread.
#[derive(Debug, Serialize, Deserialize)]
struct MailboxRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    peer: Option<UserId>,
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
    /// Puts a thread into mailboxes, beside a message that moves it there. It may be there already.
    ///
    /// # Errors
    /// See [`StoreError`]. Some of the entries may be there.
    pub async fn place(&self, thread: &ThreadId, listings: &[MailboxListing]) -> Result<(), StoreError> {
        self.write_each(writes(thread, &[], listings)?).await
    }

    /// Takes a thread out of places in mailboxes to which it never comes back.
    ///
    /// # Errors
    /// See [`StoreError`]. Some of the entries may be gone.
    pub async fn displace(&self, thread: &ThreadId, listings: &[MailboxListing]) -> Result<(), StoreError> {
        self.write_each(writes(thread, listings, &[])?).await
    }

    async fn write_each(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let written = writes.into_iter().map(|write| self.table.write(write));
        futures_util::future::try_join_all(written).await.map(|_| ())
    }

    /// Takes an entry at `astray` away that a process left behind in a mailbox of `user`, once the thread is where it is listed there now.
    /// Returns whether it was missing there.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn put_right(
        &self,
        user: &UserId,
        mailbox: Mailbox,
        astray: Timestamp,
        thread: &Thread,
    ) -> Result<bool, StoreError> {
        let listing = thread.listing_of(user).filter(|listing| listing.mailbox == mailbox);
        let mut was_missing = false;
        for write in writes(&thread.id, &[], listing.as_slice())? {
            let write = write.only_if(Condition::Absent, "attribute_not_exists(pk)");
            was_missing = self.unless_failed(write, Condition::Absent).await?;
        }
        self.table.write(Write::delete(keys::mailbox_entry(user, mailbox, astray, &thread.id))).await?;
        Ok(was_missing)
    }

    /// A page of a user's mailbox behind `after`, newest position first.
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
