//! Socket tickets and live connections (rule 22).

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::head::Head;
use super::item::Item;
use super::keys;
use super::table::Read;
use super::update::{Update, number, text};
use super::write::{Write, Writes};
use crate::domain::connection::{Connection, TypingMarks};
use crate::domain::ids::{ConnectionId, ThreadId, Ticket, UserId};
use crate::domain::limits::{CONNECTION_LIFE, MAX_CONNECTIONS};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// `TICKET#t` / `TICKET`.
#[derive(Debug, Serialize, Deserialize)]
struct TicketRecord {
    v: u8,
    user_id: UserId,
    /// The exact end. `expires_at` has whole seconds and is only for the TTL of the table.
    good_until: Timestamp,
    expires_at: i64,
}

/// `CONNECTION#c` / `CONNECTION`.
#[derive(Debug, Serialize, Deserialize)]
struct ConnectionRecord {
    v: u8,
    user_id: UserId,
    expires_at: i64,
    /// Milliseconds at which typing in these threads was passed on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    typed: BTreeMap<ThreadId, i64>,
}

/// A connection that sent a frame.
#[derive(Debug, Clone)]
pub struct ConnectedUser {
    pub user_id: UserId,
    pub typing: TypingMarks,
}

impl From<ConnectionRecord> for ConnectedUser {
    fn from(record: ConnectionRecord) -> Self {
        let mark = |(thread, ms)| Some((thread, Timestamp::from_ms(ms).ok()?));
        let typing = TypingMarks(record.typed.into_iter().filter_map(mark).collect());
        Self { user_id: record.user_id, typing }
    }
}

/// Each connection is an attribute of `USER#u` / `CONNECTIONS` with its end as the value, in seconds; those of an earlier release have
/// nothing else. A second attribute has the milliseconds of the second, which an earlier release passes over. So one is added and removed without
/// reading the others, and all connections of a user are one item to read.
const CONNECTION_PREFIX: &str = "@";
const MILLISECONDS_PREFIX: &str = "+";

fn attribute(prefix: &str, connection: &ConnectionId) -> String {
    format!("{prefix}{}", connection.as_str())
}

fn attributes(connection: &ConnectionId) -> [String; 2] {
    [CONNECTION_PREFIX, MILLISECONDS_PREFIX].map(|prefix| attribute(prefix, connection))
}

/// The connections in a user's item, each with its end.
fn parse(item: &Item) -> Result<Vec<(ConnectionId, Timestamp)>, StoreError> {
    let corrupt = |reason: &str| match convert::key_of(item) {
        Ok(key) => StoreError::Corrupt { key, reason: reason.to_owned() },
        Err(error) => error,
    };
    let connections = item.iter().filter_map(|(name, value)| Some((name.strip_prefix(CONNECTION_PREFIX)?, value)));
    let connections = connections.map(|(id, value)| {
        let id = ConnectionId::try_from(id.to_owned()).map_err(|_| corrupt("not a connection's id"))?;
        let whole = |value: &AttributeValue| value.as_n().ok().and_then(|number| number.parse::<i64>().ok());
        let seconds = whole(value).ok_or_else(|| corrupt("not an end"))?;
        let milliseconds = item.get(&attribute(MILLISECONDS_PREFIX, &id)).and_then(whole).unwrap_or(0);
        let end = seconds.saturating_mul(1_000).saturating_add(milliseconds);
        Ok((id, Timestamp::from_ms(end).map_err(|_| corrupt("not an end"))?))
    });
    connections.collect()
}

/// When a connection that ends at `end` was opened.
fn opened(end: Timestamp) -> Timestamp {
    let life_ms = i64::try_from(CONNECTION_LIFE.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_ms(end.ms().saturating_sub(life_ms)).unwrap_or(Timestamp::EPOCH)
}

impl Writes {
    /// Stores a ticket that opens one socket for `user` until `good_until`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it cannot be stored at all.
    pub fn save_ticket(ticket: &Ticket, user: &UserId, good_until: Timestamp) -> Result<Self, StoreError> {
        let expires_at = good_until.ttl_s();
        let record = TicketRecord { v: ITEM_VERSION, user_id: user.clone(), good_until, expires_at };
        Ok(Self::repeatable(Write::put(keys::ticket(ticket), convert::item(&record)?)))
    }
}

impl Store {
    /// Marks a ticket as used by `connection`, and returns its user. The same connection may claim it again, so that a retry
    /// of ours does not lock the user out.
    ///
    /// # Errors
    /// [`Condition::Ticket`] if it does not exist, has expired, or another connection used it.
    pub async fn claim_ticket(
        &self,
        ticket: &Ticket,
        connection: &ConnectionId,
        now: Timestamp,
    ) -> Result<UserId, StoreError> {
        let key = keys::ticket(ticket);
        let mut update = Update::new(key.clone());
        let [id, until] = [update.path(&["connection_id"]), update.path(&["good_until"])];
        let [own, present] = [update.value(text(connection.clone())), update.value(number(now.ms()))];
        update
            .set(&["connection_id"], text(connection.clone()))
            .require(format!("{until} > {present} AND (attribute_not_exists({id}) OR {id} = {own})"));
        match self.table.write(update.only_if(Condition::Ticket)).await? {
            Some(item) => Ok(convert::record::<TicketRecord>(item)?.user_id),
            None => Err(StoreError::Corrupt { key, reason: "an update returned no item".to_owned() }),
        }
    }

    /// Stores a connection for as long as it can live. Its two items need no transaction, because one alone is harmless and
    /// expires. A listed connection that does not exist responds 410. A connection that is not listed gets no events, and its
    /// `$connect` has failed.
    ///
    /// Returns the user's connections beyond [`MAX_CONNECTIONS`], the newest first. They stay listed until they are closed and
    /// dropped: where that fails, the next opening finds them again, and none is left open and deaf.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open_connection(&self, connection: &Connection) -> Result<Vec<Connection>, StoreError> {
        let now = connection.opened_at;
        let end = now.plus(CONNECTION_LIFE);
        let expires_at = end.ttl_s();
        let user_id = connection.user_id.clone();
        let record = ConnectionRecord { v: ITEM_VERSION, user_id, expires_at, typed: BTreeMap::new() };
        let own = Write::put(keys::connection(&connection.id), convert::item(&record)?);
        let [seconds, milliseconds] = attributes(&connection.id);
        let listed = Update::new(keys::connections(&connection.user_id))
            .set(&["v"], number(ITEM_VERSION))
            .set(&[&seconds], number(end.ms().div_euclid(1_000)))
            .set(&[&milliseconds], number(end.ms().rem_euclid(1_000)))
            .set(&["expires_at"], number(expires_at))
            .build();
        let (_, listed) = tokio::try_join!(self.table.write(own), self.table.write(listed))?;

        // Every opening sorts them alike, so that two at the same moment do not close each other's.
        let mut all = listed.as_ref().map(parse).transpose()?.unwrap_or_default();
        all.sort_by(|(one, its_end), (other, others_end)| (others_end, other).cmp(&(its_end, one)));
        let (live, over): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, end)| *end > now);
        let over: Vec<_> = over.into_iter().map(|(id, _)| id).collect();
        self.unlist(&connection.user_id, &over).await?;
        let user_id = &connection.user_id;
        let beyond = live.into_iter().skip(MAX_CONNECTIONS);
        Ok(beyond.map(|(id, end)| Connection { user_id: user_id.clone(), id, opened_at: opened(end) }).collect())
    }

    /// Removes connections from a user's list.
    async fn unlist(&self, user: &UserId, connections: &[ConnectionId]) -> Result<(), StoreError> {
        if connections.is_empty() {
            return Ok(());
        }
        let mut update = Update::new(keys::connections(user));
        for connection in connections {
            let [seconds, milliseconds] = attributes(connection);
            update.remove(&[&seconds]).remove(&[&milliseconds]);
        }
        // Without this condition the update would create a missing item.
        update.require_exists(&["pk"]);
        self.unless_failed(update.only_if(Condition::Connected), Condition::Connected).await.map(|_| ())
    }

    /// Removes a connection that is gone.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn drop_connection(&self, user: &UserId, connection: &ConnectionId) -> Result<(), StoreError> {
        let own = Write::delete(keys::connection(connection));
        let unlist = self.unlist(user, std::slice::from_ref(connection));
        tokio::try_join!(self.table.write(own), unlist).map(|_| ())
    }

    /// The user of a connection; `None` if the connection is not stored.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn connection_user(&self, connection: &ConnectionId) -> Result<Option<UserId>, StoreError> {
        let item = self.table.get(&keys::connection(connection), Read::Eventual).await?;
        Ok(item.map(convert::record::<ConnectionRecord>).transpose()?.map(|record| record.user_id))
    }

    /// A connection, and a thread that its user names, in one call.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn connection_and_thread(
        &self,
        connection: &ConnectionId,
        thread: &ThreadId,
    ) -> Result<(Option<ConnectedUser>, Option<Thread>), StoreError> {
        let own = keys::connection(connection);
        let (mut sender, mut found) = (None, None);
        // Consistent: others must get no signals of a member who was removed.
        for item in self.table.batch_get(&[own.clone(), keys::head(thread)], Read::Consistent).await? {
            if convert::key_of(&item)? == own {
                sender = Some(convert::record::<ConnectionRecord>(item)?.into());
            } else {
                found = Head::parse(Some(item))?.thread();
            }
        }
        Ok((sender, found))
    }

    /// Replaces the typing marks of a connection; `false` if they are not as they were `before` any more, or the connection is gone.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn mark_typing(
        &self,
        connection: &ConnectionId,
        before: &TypingMarks,
        after: &TypingMarks,
    ) -> Result<bool, StoreError> {
        let stored = |marks: &TypingMarks| {
            let marks: BTreeMap<&ThreadId, i64> = marks.0.iter().map(|(thread, at)| (thread, at.ms())).collect();
            convert::value(marks)
        };
        let mut update = Update::new(keys::connection(connection));
        let typed = update.path(&["typed"]);
        if before.0.is_empty() {
            update.require_exists(&["pk"]).require(format!("attribute_not_exists({typed})"));
        } else {
            let seen = update.value(stored(before)?);
            update.require(format!("{typed} = {seen}"));
        }
        update.set(&["typed"], stored(after)?);
        Ok(self.updated(update.only_if(Condition::Connected), Condition::Connected).await?.is_some())
    }

    /// The live connections of `users`, as they are now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn connections(&self, users: &[UserId], now: Timestamp) -> Result<Vec<Connection>, StoreError> {
        let keys: HashMap<_, _> = users.iter().map(|user| (keys::connections(user), user)).collect();
        let wanted: Vec<_> = keys.keys().cloned().collect();
        let mut connections = Vec::new();
        for item in self.table.batch_get(&wanted, Read::Consistent).await? {
            let Some(user) = keys.get(&convert::key_of(&item)?) else { continue };
            let live = parse(&item)?.into_iter().filter(|(_, end)| *end > now);
            connections.extend(live.map(|(id, end)| Connection {
                user_id: (*user).clone(),
                id,
                opened_at: opened(end),
            }));
        }
        Ok(connections)
    }
}
