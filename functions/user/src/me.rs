//! `GET /me`, `PUT /me`: one's own profile.

use shared::api::{OwnProfileView, Problem, ProfileBody, Request, Response};
use shared::service::{Context, registered, save_profile};

/// Responds with the caller's profile.
///
/// # Errors
/// `profile-required` until they registered.
pub(crate) async fn get(ctx: Context, _request: Request) -> Result<Response<OwnProfileView>, Problem> {
    let profile = registered(ctx.store.profile(&ctx.caller).await?)?;
    Ok(Response::ok(&OwnProfileView::from(profile)))
}

/// Registers the caller, or gives them a new name, display name and avatar (rule 1). Their groups show them a moment later.
///
/// # Errors
/// `username-taken`, `invalid-request`.
pub(crate) async fn set(ctx: Context, request: Request<ProfileBody>) -> Result<Response<OwnProfileView>, Problem> {
    let public = request.body()?.into();

    let profile = save_profile(&ctx, public).await?;
    Ok(Response::ok(&OwnProfileView::from(profile)))
}
