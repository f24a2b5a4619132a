//! `GET /me`, `PUT /me`: one's own profile.

use serde::Deserialize;
use shared::app::App;
use shared::domain::profile::{AvatarUrl, Card, DisplayName, Profile, Settings, Username};
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

/// Registers the caller, or gives them a new name, display name and avatar (rule 1).
///
/// # Errors
/// `username-taken`, `invalid-request`.
pub(crate) async fn set(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let Body { username, display_name, avatar_url } = request.json()?;
    let card = Card { username, display_name, avatar_url };

    let mut pauses = app.store.table().pauses();
    let before = loop {
        let before = app.store.profile(&caller).await?;
        if before.as_ref().is_some_and(|before| before.card == card) {
            break before;
        }
        match app.store.save_card(&caller, before.as_ref(), &card, request.now()).await {
            Ok(()) => break before,
            Err(error) if error.lost(Guard::Username) => return Err(Problem::UsernameTaken),
            // Another request of the same user was faster.
            Err(error) if error.lost(Guard::Profile) && pauses.pause_after_loss().await => {}
            Err(error) => return Err(error.into()),
        }
    };
    let now = request.now();
    let profile = match before {
        Some(before) if before.card == card => before,
        Some(before) => Profile { card, updated_at: now, ..before },
        None => Profile { id: caller, card, settings: Settings::default(), created_at: now, updated_at: now },
    };
    Ok(Reply::ok(&OwnProfileView::from(profile)))
}
