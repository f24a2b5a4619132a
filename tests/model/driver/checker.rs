//! Compares what users see with what the oracle says, after every step, with few requests that show much.

use futures_util::future::{LocalBoxFuture, join_all};
use serde_json::{Value, json};

use super::client::Client;
use super::compare::{Check, ensure, same, same_list};
use crate::oracle::{Mailbox, Marks, Member, Oracle, Outcome, Tid, Uid, name, title_of};

/// How many of the users that a step affects are checked; the others are checked at the end of the case.
const ASKED: usize = 4;

/// What a list is ordered by, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListOrder {
    Activity,
    /// When the request came.
    Arrival,
}

/// Compares the product with the oracle.
pub(crate) struct Checker<'a> {
    pub(crate) client: &'a Client,
    pub(crate) oracle: &'a Oracle,
}

impl Checker<'_> {
    /// Checks users that a step affects. `step` rotates which user is checked how, so that everything is checked in time.
    pub(crate) async fn after(&self, who: Uid, outcome: &Outcome, step: usize) -> Check {
        let mut asked: Vec<Uid> = outcome.touched.iter().copied().filter(|user| *user != who).collect();
        let turned = step % asked.len().max(1);
        asked.rotate_left(turned);
        // A user who gets a signal is affected most.
        asked.sort_by_key(|user| !outcome.signals.iter().any(|(receiver, ..)| receiver == user));
        asked.insert(0, who);
        asked.retain(|user| self.oracle.users[*user].registered);
        asked.truncate(ASKED);

        let mut checks: Vec<LocalBoxFuture<Check>> = Vec::new();
        for (place, user) in asked.iter().copied().enumerate() {
            let turn = (step + place) % 3;
            match outcome.thread {
                Some(tid) => checks.push(Box::pin(self.check_thread(user, tid, turn == 0))),
                None => checks.extend(asked.iter().map(|other| -> LocalBoxFuture<Check> {
                    if *other == user {
                        Box::pin(self.check_mailbox(user, Mailbox::BOTH[step % 2]))
                    } else {
                        Box::pin(self.check_user(user, *other))
                    }
                })),
            }
        }
        if let Some(tid) = outcome.thread.filter(|_| outcome.wrote > 0) {
            let members = self.oracle.threads[tid].users();
            if let Some(reader) = members.get(step % members.len().max(1)) {
                checks.push(Box::pin(self.check_log_tail(*reader, tid, outcome.wrote)));
                if !self.oracle.threads[tid].pins.is_empty() {
                    checks.push(Box::pin(self.check_pins(*reader, tid)));
                }
            }
        }
        join_all(checks).await.into_iter().collect()
    }

    /// A thread where `who` finds it, or that `who` does not find it if they are not in it.
    async fn check_thread(&self, who: Uid, tid: Tid, itself: bool) -> Check {
        let listed = self.oracle.threads[tid].member(who).map(Member::listed_in);
        match listed {
            Some(Some(mailbox)) if !itself => self.check_mailbox(who, mailbox).await,
            Some(_) => self.check_view(who, tid).await,
            None => {
                self.check_not_found(who, &self.client.path(tid, "")).await?;
                self.check_mailbox(who, Mailbox::Inbox).await
            }
        }
    }

    /// `GET /threads?box=` as one page.
    pub(crate) async fn check_mailbox(&self, who: Uid, mailbox: Mailbox) -> Check {
        let items = self.items(who, &format!("/threads?box={}&limit=100", mailbox.name())).await?;
        let order = if mailbox == Mailbox::Requests { ListOrder::Arrival } else { ListOrder::Activity };
        self.listed((who, mailbox), order, &self.oracle.mailbox_threads(who, mailbox), &items)
    }

    /// Ensures that a list shows these threads in its order.
    pub(crate) fn listed(
        &self,
        (who, mailbox): (Uid, Mailbox),
        order: ListOrder,
        expected: &[Tid],
        items: &[Value],
    ) -> Check {
        let what = format!("{}'s {}", name(who), mailbox.name());
        let tids: Vec<Option<Tid>> = items.iter().map(|item| self.client.names.tid(&item["id"])).collect();
        let (mut found, mut wanted) = (tids.clone(), expected.iter().copied().map(Some).collect::<Vec<_>>());
        found.sort_unstable();
        wanted.sort_unstable();
        ensure(found == wanted, || format!("{what} holds {found:?} instead of {wanted:?}"))?;
        for (tid, item) in tids.iter().flatten().zip(items) {
            let expected = self.oracle.thread_seen(who, *tid, Marks::InList).unwrap_or_default();
            same(&format!("{} in {what}", title_of(*tid)), &self.client.names.thread(item), &expected)?;
        }
        let joined = |item: &Value| {
            let id = self.client.users[who].id.as_str();
            let own = item["members"].as_array()?.iter().find(|member| member["user"]["id"] == id)?;
            Some(own["joined_at"].clone())
        };
        let number = |place: usize| match order {
            ListOrder::Activity => tids[place].map(|tid| self.oracle.threads[tid].active),
            ListOrder::Arrival => tids[place].and_then(|tid| self.oracle.came(who, tid)),
        };
        let time = |place: usize| match order {
            ListOrder::Activity => Some(items[place]["updated_at"].clone()),
            ListOrder::Arrival => joined(&items[place]),
        };
        for place in 1..items.len() {
            // Within one millisecond no thread is newer than another.
            let same_time = time(place - 1) == time(place);
            let unordered = || format!("{what} is not in the order of {order:?}: {tids:?}");
            ensure(number(place - 1) > number(place) || same_time, unordered)?;
        }
        Ok(())
    }

    /// `GET /threads/{id}` of a member.
    pub(crate) async fn check_view(&self, who: Uid, tid: Tid) -> Check {
        let view = self.body(who, &self.client.path(tid, "")).await?;
        let expected = self.oracle.thread_seen(who, tid, Marks::Shown).unwrap_or_default();
        same(&format!("{} as {} sees it", title_of(tid), name(who)), &self.client.names.thread(&view), &expected)
    }

    /// The last entries of the log.
    async fn check_log_tail(&self, who: Uid, tid: Tid, entries: usize) -> Check {
        let after = self.oracle.threads[tid].last_seq() - entries as u64;
        let items = self.items(who, &self.client.path(tid, &format!("/events?after={after}"))).await?;
        let seen = (after + 1..).take(entries).filter_map(|seq| self.oracle.event_seen(who, tid, seq)).collect();
        let what = format!("the end of the log of {} as {} sees it", title_of(tid), name(who));
        same_list(&what, self.client.names.events(&items), seen)
    }

    /// `GET /threads/{id}/pins`.
    pub(crate) async fn check_pins(&self, who: Uid, tid: Tid) -> Check {
        let pinned = self.items(who, &self.client.path(tid, "/pins")).await?;
        let what = format!("the pins of {} as {} sees them", title_of(tid), name(who));
        same_list(&what, self.client.names.messages(&pinned), self.oracle.pins_seen(who, tid))
    }

    /// `GET /users/{id}`.
    pub(crate) async fn check_user(&self, who: Uid, whom: Uid) -> Check {
        let path = format!("/users/{}", self.client.users[whom].id);
        if !self.oracle.users[whom].registered {
            return self.check_not_found(who, &path).await;
        }
        let view = self.body(who, &path).await?;
        let oracle = self.oracle;
        let expected = json!({
            "following": oracle.follows(who, whom),
            "followed_by": oracle.follows(whom, who),
            "blocking": oracle.blocks(who, whom),
            "contact": oracle.contact_shown(who, whom),
        });
        let mut actual = view["relation"].clone();
        actual["contact"] = view["contact"].clone();
        same(&format!("{} as {} sees them", name(whom), name(who)), &actual, &expected)
    }

    /// Ensures that `who` does not find something.
    pub(crate) async fn check_not_found(&self, who: Uid, path: &str) -> Check {
        let answer = self.client.ask(self.client.get(who, path)).await?;
        ensure(answer.is_problem("not-found"), || format!("{} asked {path}: {}", name(who), answer.text()))
    }

    /// The body of a `GET` that must succeed.
    pub(crate) async fn body(&self, who: Uid, path: &str) -> Result<Value, String> {
        let answer = self.client.ask(self.client.get(who, path)).await?;
        ensure(answer.status == 200, || format!("{} asked {path}: {}", name(who), answer.text()))?;
        Ok(answer.json)
    }

    /// The items of a list that must be one page.
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
