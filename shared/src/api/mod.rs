//! All that a client sees: routes, bodies, views, events and problems.
//!
//! A view is made for one viewer and holds nothing that they may not know. Fields may be added, never renamed.

mod body;
mod event;
mod list;
mod media;
mod message;
mod object;
mod problem;
mod report;
mod request;
mod response;
mod route;
mod thread;
mod user;
mod words;

pub use body::{
    AddMembersBody, CreateGroupBody, Decision, EditBody, MediaBody, MessageBody, NoticeBody, OpenThreadBody, PingFrame,
    PreferencesBody, ProfileBody, ReadBody, RenameBody, RoleBody, SettingsBody, ThreadBody, ThreadKind, TypingFrame,
};
pub use event::{DeletedFor, EventView, PongView, ProblemFrame, event_view, log_event_view, render};
pub use list::ListView;
pub use media::AnnouncementView;
pub use message::{MessageView, ReactorView};
pub use object::Object;
pub use problem::{Code, Field, Problem, ProblemDocument};
pub use report::{ClosedReportView, ReportBody, ReportReceiptView, ReportView};
pub use request::{Request, RequestParts, require_key};
pub use response::{NoSockets, Outcome, Respond, Response, WithSockets};
pub use route::{Access, COMMON_PROBLEMS, Call, KeyUse, Route, RouteDescription, Routes, Sender};
pub use thread::{BlockedView, MemberView, PreferencesView, ReadMarkView, ThreadView, thread_views};
pub use user::{OwnProfileView, SettingsView, TicketView, UserDetailsView, UserView};
