//! `GET /settings`, `PATCH /settings`.

use shared::api::{Problem, Request, Response, SettingsBody, SettingsView};
use shared::service::{Context, registered};

/// Responds with the caller's settings.
///
/// # Errors
/// `profile-required`.
pub(crate) async fn get(ctx: Context, _request: Request) -> Result<Response<SettingsView>, Problem> {
    let profile = registered(ctx.store.profile(&ctx.caller).await?)?;
    Ok(Response::ok(&SettingsView::from(profile.settings)))
}

/// Changes those of the caller's settings that the body names, and responds with all.
///
/// # Errors
/// `invalid-request`, `profile-required`.
pub(crate) async fn update(ctx: Context, request: Request<SettingsBody>) -> Result<Response<SettingsView>, Problem> {
    let change = request.body()?.into();

    let settings = ctx.store.change_settings(&ctx.caller, change).await?.ok_or(Problem::ProfileRequired)?;
    Ok(Response::ok(&SettingsView::from(settings)))
}
