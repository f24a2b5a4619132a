//! Who may write to whom, and message requests.

mod policy;
mod requests;
