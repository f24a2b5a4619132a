//! Live connections (rule 22).

use super::ids::{ConnectionId, UserId};
use super::time::Timestamp;

/// An open socket of a user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Connection {
    pub user_id: UserId,
    pub id: ConnectionId,
    /// When it was opened, to the second.
    pub opened_at: Timestamp,
}
