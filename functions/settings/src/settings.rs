//! `GET /settings`, `PATCH /settings`.

use serde::Deserialize;
use shared::app::App;
use shared::domain::profile::ContactPolicy;
use shared::http::{Problem, Reply, Request};
use shared::store::SettingsChange;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Body {
    #[serde(deserialize_with = "present")]
    contact_policy: Option<ContactPolicy>,
    #[serde(deserialize_with = "present")]
    read_receipts: Option<bool>,
    #[serde(deserialize_with = "present")]
    typing_indicators: Option<bool>,
}

/// A member that is there has a value: `null` stands for none of the choices.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Answers the caller's settings.
///
/// # Errors
/// `profile-required`.
pub(crate) async fn get(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let profile = app.store.profile(&caller).await?.ok_or(Problem::ProfileRequired)?;
    Ok(Reply::ok(&profile.settings))
}

/// Changes those of the caller's settings that the body names, and answers all.
///
/// # Errors
/// `invalid-request`, `profile-required`.
pub(crate) async fn update(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let Body { contact_policy, read_receipts, typing_indicators } = request.json()?;

    let change = SettingsChange { contact_policy, read_receipts, typing_indicators };
    let settings = app.store.change_settings(&caller, change).await?.ok_or(Problem::ProfileRequired)?;
    Ok(Reply::ok(&settings))
}
