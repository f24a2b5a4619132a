//! Looking at the product as its users do, after every step: few requests that show much.

use futures_util::future::{LocalBoxFuture, join_all};
use serde_json::{Value, json};

use super::same::{Check, demand, same, same_list};
use super::stage::Stage;
use crate::world::{Mailbox, Marks, Member, Outcome, Tid, Uid, World, name, title_of};

/// How many of those whom a step touched are asked; the rest is asked at the end of the case.
const ASKED: usize = 4;

/// What a user of the model has to see in the product.
pub(crate) struct Look<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) world: &'a World,
}

impl Look<'_> {
    /// Asks everyone whom a step touched. `step` turns who looks where, so that all of it is looked at in time.
    pub(crate) async fn after(&self, who: Uid, outcome: &Outcome, step: usize) -> Check {
        let mut asked: Vec<Uid> = outcome.touched.iter().copied().filter(|user| *user != who).collect();
        let turned = step % asked.len().max(1);
        asked.rotate_left(turned);
        // Whoever heard a signal is affected most.
        asked.sort_by_key(|user| !outcome.signals.iter().any(|(heard, ..)| heard == user));
        asked.insert(0, who);
        asked.retain(|user| self.world.people[*user].registered);
        asked.truncate(ASKED);

        let mut looks: Vec<LocalBoxFuture<Check>> = Vec::new();
        for (place, user) in asked.iter().copied().enumerate() {
            let turn = (step + place) % 3;
            match outcome.thread {
                Some(tid) => looks.push(Box::pin(self.at_thread(user, tid, turn == 0))),
                None => looks.extend(asked.iter().map(|other| -> LocalBoxFuture<Check> {
                    if *other == user {
                        Box::pin(self.at_box(user, Mailbox::BOTH[step % 2]))
                    } else {
                        Box::pin(self.at_user(user, *other))
                    }
                })),
            }
        }
        if let Some(tid) = outcome.thread.filter(|_| outcome.wrote > 0) {
            let members = self.world.threads[tid].users();
            if let Some(reader) = members.get(step % members.len().max(1)) {
                looks.push(Box::pin(self.at_tail(*reader, tid, outcome.wrote)));
            }
        }
        join_all(looks).await.into_iter().collect()
    }

    /// A thread where `who` finds it, which is nowhere if they are not in it.
    async fn at_thread(&self, who: Uid, tid: Tid, itself: bool) -> Check {
        let listed = self.world.threads[tid].member(who).map(Member::listed_in);
        match listed {
            Some(Some(mailbox)) if !itself => self.at_box(who, mailbox).await,
            Some(_) => self.at_view(who, tid).await,
            None => {
                self.at_nothing(who, &self.stage.path(tid, "")).await?;
                self.at_box(who, Mailbox::Inbox).await
            }
        }
    }

    /// `GET /threads?box=` as one page.
    pub(crate) async fn at_box(&self, who: Uid, mailbox: Mailbox) -> Check {
        let items = self.items(who, &format!("/threads?box={}&limit=100", mailbox.name())).await?;
        self.listed(who, mailbox, &self.world.boxed(who, mailbox), &items)
    }

    /// Demands that a list shows these threads as they are, by activity.
    pub(crate) fn listed(&self, who: Uid, mailbox: Mailbox, expected: &[Tid], items: &[Value]) -> Check {
        let what = format!("{}'s {}", name(who), mailbox.name());
        let tids: Vec<Option<Tid>> = items.iter().map(|item| self.stage.names.tid(&item["id"])).collect();
        let (mut found, mut wanted) = (tids.clone(), expected.iter().copied().map(Some).collect::<Vec<_>>());
        found.sort_unstable();
        wanted.sort_unstable();
        demand(found == wanted, || format!("{what} holds {found:?} instead of {wanted:?}"))?;
        for (tid, item) in tids.iter().flatten().zip(items) {
            let expected = self.world.thread_seen(who, *tid, Marks::InList).unwrap_or_default();
            same(&format!("{} in {what}", title_of(*tid)), &self.stage.names.thread(item), &expected)?;
        }
        let active = |place: usize| tids[place].map(|tid| self.world.threads[tid].active);
        for place in 1..items.len() {
            // Within one millisecond there is no newer and older.
            let same_time = items[place - 1]["updated_at"] == items[place]["updated_at"];
            let order = || format!("{what} is not in the order of activity: {tids:?} instead of {expected:?}");
            demand(active(place - 1) > active(place) || same_time, order)?;
        }
        Ok(())
    }

    /// `GET /threads/{id}` of a member.
    pub(crate) async fn at_view(&self, who: Uid, tid: Tid) -> Check {
        let view = self.body(who, &self.stage.path(tid, "")).await?;
        let expected = self.world.thread_seen(who, tid, Marks::Shown).unwrap_or_default();
        same(&format!("{} as {} sees it", title_of(tid), name(who)), &self.stage.names.thread(&view), &expected)
    }

    /// The last entries of the log.
    async fn at_tail(&self, who: Uid, tid: Tid, entries: usize) -> Check {
        let after = self.world.threads[tid].last_seq() - entries as u64;
        let items = self.items(who, &self.stage.path(tid, &format!("/events?after={after}"))).await?;
        let seen = (after + 1..).take(entries).filter_map(|seq| self.world.event_seen(who, tid, seq)).collect();
        let what = format!("the end of the log of {} as {} sees it", title_of(tid), name(who));
        same_list(&what, self.stage.names.events(&items), seen)
    }

    /// `GET /users/{id}`.
    pub(crate) async fn at_user(&self, who: Uid, whom: Uid) -> Check {
        let path = format!("/users/{}", self.stage.users[whom].id);
        if !self.world.people[whom].registered {
            return self.at_nothing(who, &path).await;
        }
        let view = self.body(who, &path).await?;
        let world = self.world;
        let expected = json!({
            "following": world.follows(who, whom),
            "followed_by": world.follows(whom, who),
            "blocking": world.blocks(who, whom),
            "contact": world.contact_shown(who, whom),
        });
        let mut actual = view["relation"].clone();
        actual["contact"] = view["contact"].clone();
        same(&format!("{} as {} sees them", name(whom), name(who)), &actual, &expected)
    }

    /// What `who` must not see.
    pub(crate) async fn at_nothing(&self, who: Uid, path: &str) -> Check {
        let answer = self.stage.ask(self.stage.get(who, path)).await?;
        demand(answer.is_problem("not-found"), || format!("{} asked {path}: {}", name(who), answer.text()))
    }

    /// The body of a `GET` that has to succeed.
    pub(crate) async fn body(&self, who: Uid, path: &str) -> Result<Value, String> {
        let answer = self.stage.ask(self.stage.get(who, path)).await?;
        demand(answer.status == 200, || format!("{} asked {path}: {}", name(who), answer.text()))?;
        Ok(answer.json)
    }

    /// The items of a list that has to be one page.
    pub(crate) async fn items(&self, who: Uid, path: &str) -> Result<Vec<Value>, String> {
        let mut body = self.body(who, path).await?;
        same(&format!("next_cursor of {path}"), &body["next_cursor"], &Value::Null)?;
        match body["items"].take() {
            Value::Array(items) => Ok(items),
            other => Err(format!("items of {path} is {other}")),
        }
    }

    /// All items of a list, page by page.
    pub(crate) async fn pages(&self, who: Uid, path: &str) -> Result<Vec<Value>, String> {
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let mut body = self.body(who, &next).await?;
            items.append(body["items"].as_array_mut().ok_or_else(|| format!("{next} has no items"))?);
            match &body["next_cursor"] {
                Value::String(cursor) => next = format!("{path}&cursor={cursor}"),
                _ => return Ok(items),
            }
        }
    }
}
