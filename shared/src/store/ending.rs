//! The end of a group: who was in it loses it in one write, and what was said is erased behind the response.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::access::Store;
use super::convert::{self, HEAD_VERSION};
use super::error::{Condition, StoreError};
use super::group::pointer_writes;
use super::item::Item;
use super::keys;
use super::mailbox;
use super::table::{Query, Read};
use super::update::{number, text};
use super::write::{Write, Writes};
use super::{entry, media};
use crate::domain::group::ended;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::limits::{IDEMPOTENCY_WINDOW, MAX_PAGE_ITEMS};
use crate::domain::room::RoomId;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// Enough to hide the latency of each delete, few enough not to be throttled.
const AT_A_TIME: usize = 8;

impl Writes {
    /// Ends a group by what `by` does at `now`: it is gone for everybody. Its head says so for a day, for who repeats the request, and
    /// has nothing of what was said. Fails with [`Condition::Head`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] if something cannot be stored at all.
    pub fn end_group(before: &Thread, room: Option<&RoomId>, by: &UserId, now: Timestamp) -> Result<Self, StoreError> {
        let after = ended(before);
        let tombstone = Item::from([
            ("v".to_owned(), number(HEAD_VERSION)),
            ("rev".to_owned(), number(before.revision.next().0)),
            ("ended".to_owned(), number(now.ms())),
            ("by".to_owned(), text(by.as_str())),
            ("expires_at".to_owned(), number(now.plus(IDEMPOTENCY_WINDOW).ttl_s())),
        ]);
        // A message that comes in between would be lost unseen: then it is decided again, with the message in the thread.
        let head = Write::put(keys::head(&before.id), tombstone)
            .only_if(Condition::Head, "rev = :rev AND seq = :seq")
            .number(":rev", &before.revision.0)
            .number(":seq", &before.last_seq);
        let mut writes = Self::all(vec![head, Write::delete(keys::details(&before.id))]);
        writes.extend(mailbox::writes(&before.id, &before.mailbox_listings(), &[])?);
        writes.extend(pointer_writes(Some(before), &after, room));
        writes.count_memberships(Some(before), &after);
        Ok(writes)
    }
}

impl Store {
    /// Deletes the items of an ended group but its head, up to a page of them. Returns whether there may be more.
    ///
    /// # Errors
    /// See [`StoreError`]. What was deleted stays so.
    pub async fn erase_page(&self, thread: &ThreadId, now: Timestamp) -> Result<bool, StoreError> {
        let head = keys::head(thread);
        let (range, limit) = (keys::whole_thread(thread), MAX_PAGE_ITEMS);
        let query = Query { range, newest_first: false, after: None, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        // Their images and videos first: without the message nobody knows of them.
        let media = page.items.iter().flat_map(entry::media_of).flat_map(|id| media::erase(&id, now));
        let media = media.map(|write| self.unless_failed(write, Condition::Media)).collect::<Vec<_>>();
        stream::iter(media).buffer_unordered(AT_A_TIME).try_collect::<Vec<_>>().await?;
        let keys = page.items.iter().map(convert::key_of).collect::<Result<Vec<_>, _>>()?;
        let rest: Vec<_> = keys.into_iter().filter(|key| *key != head).collect();
        let more = !rest.is_empty();
        let deletes = rest.into_iter().map(|key| self.table.write(Write::delete(key))).collect::<Vec<_>>();
        stream::iter(deletes).buffer_unordered(AT_A_TIME).try_collect::<Vec<_>>().await?;
        Ok(more)
    }
}
