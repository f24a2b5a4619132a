//! `GET /users`, `GET /users/{user_id}`: finding people.

use shared::act::ties;
use shared::app::App;
use shared::domain::contact::{Acquaintance, Contact, Relation};
use shared::domain::ids::{Pair, UserId};
use shared::domain::profile::{Profile, Username, UsernamePrefix};
use shared::http::{Problem, Reply, Request};
use shared::store::{Between, Cursor};
use shared::view::{AcquaintanceView, ListView, UserView};

const LIST: &str = "users";

/// Answers users whose name begins with `username`, in the order of their names (rule 2).
///
/// # Errors
/// `invalid-request`.
pub(crate) async fn search(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let prefix = request
        .query("username", |text| UsernamePrefix::try_from(text.to_owned()).map_err(|invalid| invalid.to_string()))?;
    let prefix = prefix.ok_or_else(|| Problem::invalid("username", "is required: the beginning of a username"))?;
    let limit = request.limit()?;
    // A place in another search's names is none in this one's.
    let list = format!("{LIST}:{}", prefix.as_str());
    let after: Option<Username> = request.cursor(&list)?;
    if after.as_ref().is_some_and(|after| !after.as_str().starts_with(prefix.as_str())) {
        return Err(Problem::invalid("cursor", "must be a cursor that this list gave out"));
    }

    let (own, found) =
        tokio::try_join!(app.store.profile(&caller), app.store.search(&prefix, after.as_ref(), limit.get()))?;
    own.ok_or(Problem::ProfileRequired)?;
    let (found, more) = found;
    let end = found.last().filter(|_| more);
    let next_cursor = end.map(|end| Cursor::new(&list, &end.card.username).into_text());
    let items: Vec<_> = found.into_iter().map(|found| UserView::new(found.user_id, found.card)).collect();
    Ok(Reply::ok(&ListView { items, next_cursor }))
}

/// Answers a user, how the caller and they stand, and what would happen if the caller wrote to them now (rule 4).
///
/// # Errors
/// `not-found`.
pub(crate) async fn get(app: &App, request: &Request) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let user_id: UserId = request.path("user_id")?;

    let acquaintance = match Pair::new(&caller, &user_id) {
        Some(pair) => {
            let between = app.store.between(&caller, &user_id, &pair).await?;
            acquaintance(&caller, between)?
        }
        None => oneself(app.store.profile(&caller).await?.ok_or(Problem::ProfileRequired)?),
    };
    Ok(Reply::ok(&AcquaintanceView::from(acquaintance)))
}

fn acquaintance(caller: &UserId, between: Between) -> Result<Acquaintance, Problem> {
    let Between { own, other, following, followed, head } = between;
    own.ok_or(Problem::ProfileRequired)?;
    let profile = other.ok_or(Problem::NotFound)?;
    let ties = ties(&head, caller, &profile, followed);
    let standing = head.thread().and_then(|thread| thread.member(&profile.id).map(|member| member.standing));
    let relation = Relation { following, followed_by: followed, blocking: ties.blocking };
    Ok(Acquaintance { profile, relation, contact: ties.contact(standing) })
}

/// Nobody follows, blocks or writes to themself.
fn oneself(profile: Profile) -> Acquaintance {
    let relation = Relation { following: false, followed_by: false, blocking: false };
    Acquaintance { profile, relation, contact: Contact::Closed }
}
