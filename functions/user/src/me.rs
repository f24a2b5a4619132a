//! `GET /me`, `PUT /me`: one's own profile.

use serde::Deserialize;
use shared::app::App;
use shared::domain::profile::{AvatarUrl, Card, DisplayName, Username};
use shared::http::{Problem, Reply, Request};
use shared::store::Guard;
use shared::view::OwnProfileView;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    username: Username,
    display_name: DisplayName,
    avatar_url: Option<AvatarUrl>,
}

/// Answers the caller's profile.
///
/// # Errors
/// `profile-required` until they registered.
pub(crate) async fn get(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let profile = app.store.profile(&caller).await?.ok_or(Problem::ProfileRequired)?;
    Ok(Reply::ok(&OwnProfileView::from(profile)))
}

/// Registers the caller, or gives them a new name, display name and avatar (rule 1), also where their groups show them.
///
/// # Errors
/// `username-taken`, `invalid-request`.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let Body { username, display_name, avatar_url } = request.json()?;
    let card = Card { username, display_name, avatar_url };

    let mut pauses = app.store.table().pauses();
    let profile = loop {
        let before = app.store.profile(&caller).await?;
        if let Some(same) = before.as_ref().filter(|before| before.card == card) {
            break same.clone();
        }
        match app.store.save_card(&caller, before.as_ref(), &card, request.now()).await {
            Ok(after) => break after,
            Err(error) if error.lost(Guard::Username) => return Err(Problem::UsernameTaken),
            // Another request of the same user was faster.
            Err(error) if error.lost(Guard::Profile) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    };
    // Also what an attempt before this one left undone.
    if profile.unspread.is_some() {
        app.store.spread_card(&profile).await?;
    }
    Ok(Reply::ok(&OwnProfileView::from(profile)))
}
