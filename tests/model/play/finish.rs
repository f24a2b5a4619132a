//! The whole check at the end of a case: everything that everybody can see, and that others cannot.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::look::Look;
use super::same::{Check, demand, same, same_list};
use crate::world::{Form, Mailbox, Marks, Tid, Uid, name, title_of};

/// How many entries a page has where paging itself is looked at.
const SMALL_PAGE: usize = 3;

impl Look<'_> {
    /// Asks everything as everybody.
    pub(crate) async fn at_everything(&self) -> Check {
        let registered = |who: &Uid| self.world.people[*who].registered;
        for who in self.world.everyone().filter(registered) {
            self.at_own(who).await?;
        }
        for tid in 0..self.world.threads.len() {
            self.at_whole(tid).await?;
        }
        Ok(())
    }

    /// What is about one user: boxes, rooms, edges.
    async fn at_own(&self, who: Uid) -> Check {
        for mailbox in Mailbox::BOTH {
            self.at_box(who, mailbox).await?;
        }
        if who == 0 {
            let inbox = self.pages(who, &format!("/threads?box=inbox&limit={SMALL_PAGE}")).await?;
            self.listed(who, Mailbox::Inbox, &self.world.boxed(who, Mailbox::Inbox), &inbox)?;
        }
        let rooms = self.world.threads.iter().filter(|thread| thread.ever().contains(&who));
        let rooms: BTreeSet<&String> = rooms.filter_map(|thread| thread.room.as_ref()).collect();
        for (room, mailbox) in rooms.iter().flat_map(|room| Mailbox::BOTH.map(|mailbox| (room, mailbox))) {
            let path = format!("/threads?room_id={room}&box={}&limit=100", mailbox.name());
            let in_room = |tid: &Tid| self.world.threads[*tid].room.as_ref() == Some(*room);
            let expected: Vec<Tid> = self.world.boxed(who, mailbox).into_iter().filter(in_room).collect();
            self.listed(who, mailbox, &expected, &self.items(who, &path).await?)?;
        }
        let person = &self.world.people[who];
        for (list, targets) in [("following", &person.follows), ("blocked", &person.blocks)] {
            let items = self.items(who, &format!("/me/{list}?limit=100")).await?;
            let mut found: Vec<Option<Uid>> = items.iter().map(|item| self.stage.names.user(&item["id"])).collect();
            found.sort_unstable();
            let fits = found.iter().copied().eq(targets.iter().copied().map(Some));
            demand(fits, || format!("{}'s list {list} is {found:?} instead of {targets:?}", name(who)))?;
        }
        Ok(())
    }

    /// One thread: to its members whole, to others not there.
    async fn at_whole(&self, tid: Tid) -> Check {
        let thread = &self.world.threads[tid];
        let inside = join_all(thread.users().into_iter().map(|who| self.as_member(who, tid)));
        let outside = |who: &Uid| thread.member(*who).is_none() && self.world.people[*who].registered;
        let was_here = thread.ever();
        // Whoever was here, and two who never were.
        let strangers = self.world.everyone().filter(|who| !was_here.contains(who)).take(2);
        let outside: Vec<Uid> = was_here.iter().copied().chain(strangers).filter(outside).collect();
        let outside = join_all(outside.into_iter().map(|who| self.as_stranger(who, tid)));
        let (inside, outside) = tokio::join!(inside, outside);
        inside.into_iter().chain(outside).collect()
    }

    async fn as_member(&self, who: Uid, tid: Tid) -> Check {
        let (world, names) = (self.world, &self.stage.names);
        let what = |part: &str| format!("{part} of {} as {} sees it", title_of(tid), name(who));
        self.at_view(who, tid).await?;
        // By turns what shows the same in another way.
        if who % 3 == tid % 3 {
            let members = self.items(who, &self.stage.path(tid, "/members")).await?;
            let members = names.members(&Value::Array(members));
            same(&what("the list of members"), &members, &json!(world.members_seen(who, tid, Marks::Shown)))?;
        } else {
            self.at_single(who, tid).await?;
        }

        let limit = if who % 4 == 3 { SMALL_PAGE } else { 100 };
        let events = self.pages(who, &self.stage.path(tid, &format!("/events?limit={limit}"))).await?;
        same_list(&what("the log"), names.events(&events), world.events_seen(who, tid))?;
        let times: Vec<&str> = events.iter().filter_map(|event| event["at"].as_str()).collect();
        demand(times.is_sorted(), || format!("{}: its times go back: {times:?}", what("the log")))?;

        let mut history = self.pages(who, &self.stage.path(tid, &format!("/messages?limit={limit}"))).await?;
        history.reverse();
        same_list(&what("the history"), names.messages(&history), world.history_seen(who, tid))
    }

    /// Single messages: one that is hidden, also revealed; one that is not; and what is no message for them.
    async fn at_single(&self, who: Uid, tid: Tid) -> Check {
        let seqs = 1..=self.world.threads[tid].last_seq();
        let seen = |seq: u64| self.world.message_seen(who, tid, seq, Form::Whole);
        let hidden = |seq: &u64| seen(*seq).is_some_and(|view| view["hidden"] == true);
        let open = |seq: &u64| seen(*seq).is_some_and(|view| view["hidden"] == false);
        for (seq, form) in [(seqs.clone().rfind(hidden), Form::Whole), (seqs.clone().rfind(open), Form::Whole)]
            .into_iter()
            .chain([(seqs.clone().rfind(hidden), Form::Revealed)])
        {
            let Some(seq) = seq else { continue };
            let reveal = if form == Form::Revealed { "?reveal=true" } else { "" };
            let view = self.body(who, &self.stage.path(tid, &format!("/messages/{seq}{reveal}"))).await?;
            let expected = self.world.message_seen(who, tid, seq, form).unwrap_or_default();
            let what = format!("message {seq}{reveal} of {} as {} sees it", title_of(tid), name(who));
            same(&what, &self.stage.names.message(&view), &expected)?;
        }
        match seqs.clone().find(|seq| seen(*seq).is_none()) {
            Some(seq) => self.at_nothing(who, &self.stage.path(tid, &format!("/messages/{seq}?reveal=true"))).await,
            None => Ok(()),
        }
    }

    /// Every route, by turns, to somebody who is not in the thread.
    async fn as_stranger(&self, who: Uid, tid: Tid) -> Check {
        let own = &self.stage.users[who].id;
        let probes = [
            (Method::GET, String::new(), Value::Null),
            (Method::GET, "/events".to_owned(), Value::Null),
            (Method::GET, "/messages".to_owned(), Value::Null),
            (Method::GET, "/messages/2?reveal=true".to_owned(), Value::Null),
            (Method::GET, "/members".to_owned(), Value::Null),
            (Method::POST, "/messages".to_owned(), json!({"text": "let me in"})),
            (Method::POST, "/members".to_owned(), json!({"user_ids": [own]})),
            (Method::POST, "/accept".to_owned(), Value::Null),
            (Method::POST, "/decline".to_owned(), Value::Null),
            (Method::PUT, "/read".to_owned(), json!({"seq": 1})),
            (Method::PUT, "/preferences".to_owned(), json!({"muted_until": null, "pinned": true})),
            (Method::PUT, "/members/me/notice".to_owned(), json!({"decision": "stay"})),
            (Method::PATCH, String::new(), json!({"title": "mine"})),
            (Method::PATCH, "/members/me".to_owned(), json!({"role": "moderator"})),
            (Method::DELETE, "/members/me".to_owned(), Value::Null),
            (Method::DELETE, format!("/members/{own}"), Value::Null),
        ];
        let (method, rest, body) = &probes[(who + tid) % probes.len()];
        let path = self.stage.path(tid, rest);
        let call = self.stage.users[who].call(method.clone(), &path).key(&tests::fresh_key());
        let call = if body.is_null() { call } else { call.json(body) };
        let answer = self.stage.ask(call).await?;
        let told =
            || format!("{}, who is not in {}, asked {method} {rest}: {}", name(who), title_of(tid), answer.text());
        demand(answer.is_problem("not-found"), told)
    }
}
