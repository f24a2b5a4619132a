//! `GET /users`, `GET /users/{user_id}`: finding users.

use shared::api::{ListView, Problem, Request, Response, UserDetailsView, UserView};
use shared::domain::ids::UserId;
use shared::domain::profile::{Username, UsernamePrefix};
use shared::service::{Context, search_users, user_details};

const LIST: &str = "users";

/// Responds with the users whose name begins with `username`, in the order of their names (rule 2).
///
/// # Errors
/// `invalid-request`, `too-many-requests`.
pub(crate) async fn search(ctx: Context, request: Request) -> Result<Response<ListView<UserView>>, Problem> {
    let prefix = request.query("username", |text| UsernamePrefix::try_from(text.to_owned()))?;
    let prefix = prefix.ok_or_else(|| Problem::invalid("username", "is required: the beginning of a username"))?;
    let limit = request.limit()?;
    // A position in another search is none in this one.
    let list = format!("{LIST}:{}", prefix.as_str());
    let after: Option<Username> = request.cursor(&list)?;
    if after.as_ref().is_some_and(|after| !after.as_str().starts_with(prefix.as_str())) {
        return Err(Problem::invalid("cursor", "must be a cursor that this list gave out"));
    }

    let found = search_users(&ctx, &prefix, after.as_ref(), limit).await?;
    let view = ListView::page(
        &list,
        found,
        |last| last.public.username.clone(),
        |found| UserView::new(found.user_id, found.public),
    );
    Ok(Response::ok(&view))
}

/// Responds with a user, how the caller and they stand to each other, and what would happen if the caller wrote to them now
/// (rule 4).
///
/// # Errors
/// `not-found`.
pub(crate) async fn get(ctx: Context, request: Request) -> Result<Response<UserDetailsView>, Problem> {
    let user_id: UserId = request.path("user_id")?;

    let details = user_details(&ctx, &user_id).await?;
    Ok(Response::ok(&UserDetailsView::from(details)))
}
