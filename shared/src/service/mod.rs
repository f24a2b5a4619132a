//! What the product does: read, decide, write, notify. It speaks domain types, and knows nothing of HTTP.
//!
//! Every operation that writes is an `Operation` and runs in the one loop of `operation`.

mod add_members;
mod block;
mod change_group;
mod change_message;
mod closing;
mod connect;
mod context;
mod create_group;
mod deliver;
mod error;
mod follow;
mod history;
mod invite;
mod load;
mod mailbox;
mod message_request;
mod moving;
mod notice;
mod notify;
mod open;
mod operation;
mod profile;
mod read;
mod send;
mod settle;
mod shared_groups;
mod snapshots;
mod typing;

pub use add_members::add_members;
pub use block::{SharedPage, block, unblock};
pub use change_group::{ChangedGroup, leave, remove_member, rename, set_role};
pub use change_message::{ChangedMessage, delete_message, edit_message, react_to_message};
pub use closing::Closing;
pub use connect::{GivenTicket, connect, disconnect, give_ticket};
pub use context::Context;
pub use create_group::{GroupDraft, create_group};
pub use deliver::{Delivered, Render, deliver};
pub use error::Error;
pub use follow::{follow, unfollow};
pub use history::{LogPage, events, message, messages, messages_after, reactions};
pub use load::{Roster, ShownThread, load_details_and_profiles, load_thread, registered};
pub use mailbox::{MailboxPage, MailboxQuery, PagePosition, mailbox_page};
pub use message_request::{accept, decline};
pub use notice::stay;
pub use open::{OpenedThread, open};
pub use operation::Done;
pub use profile::{save_profile, user_details};
pub use read::{Marked, mark_read};
pub use send::{Sent, send};
pub use settle::Unsettled;
pub use shared_groups::{GroupsPage, own_groups};
pub use snapshots::refresh_snapshots;
pub use typing::typing;
