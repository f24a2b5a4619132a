//! The check at the end of a case: everything that every user sees, and what other users must not see.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::checker::{Checker, ListOrder};
use super::compare::{Check, ensure, same, same_list};
use crate::oracle::{Form, Mailbox, Marks, Tid, Uid, name, title_of};

/// The page size where paging itself is checked.
const SMALL_PAGE: usize = 3;

impl Checker<'_> {
    /// Checks everything as every user.
    pub(crate) async fn check_everything(&self) -> Check {
        let registered = |who: &Uid| self.oracle.users[*who].registered;
        for who in self.oracle.everyone().filter(registered) {
            self.check_lists(who).await?;
        }
        for tid in 0..self.oracle.threads.len() {
            self.check_access(tid).await?;
        }
        Ok(())
    }

    /// The lists of one user: mailboxes, rooms, follows and blocks.
    async fn check_lists(&self, who: Uid) -> Check {
        for mailbox in Mailbox::BOTH {
            self.check_mailbox(who, mailbox).await?;
        }
        if who == 0 {
            let inbox = self.pages(who, &format!("/threads?box=inbox&limit={SMALL_PAGE}")).await?;
            let expected = self.oracle.mailbox_threads(who, Mailbox::Inbox);
            self.listed((who, Mailbox::Inbox), ListOrder::Activity, &expected, &inbox)?;
        }
        let rooms = self.oracle.threads.iter().filter(|thread| thread.ever().contains(&who));
        let rooms: BTreeSet<&String> = rooms.filter_map(|thread| thread.room.as_ref()).collect();
        for (room, mailbox) in rooms.iter().flat_map(|room| Mailbox::BOTH.map(|mailbox| (room, mailbox))) {
            let path = format!("/threads?room_id={room}&box={}&limit=100", mailbox.name());
            let in_room = |tid: &Tid| self.oracle.threads[*tid].room.as_ref() == Some(*room);
            let expected: Vec<Tid> = self.oracle.mailbox_threads(who, mailbox).into_iter().filter(in_room).collect();
            self.listed((who, mailbox), ListOrder::Activity, &expected, &self.items(who, &path).await?)?;
        }
        let user = &self.oracle.users[who];
        for (list, targets) in [("following", &user.follows), ("blocked", &user.blocks)] {
            let items = self.items(who, &format!("/me/{list}?limit=100")).await?;
            let mut found: Vec<Option<Uid>> = items.iter().map(|item| self.client.names.user(&item["id"])).collect();
            found.sort_unstable();
            let fits = found.iter().copied().eq(targets.iter().copied().map(Some));
            ensure(fits, || format!("{}'s list {list} is {found:?} instead of {targets:?}", name(who)))?;
        }
        Ok(())
    }

    /// One thread: members see all of it, other users do not find it.
    async fn check_access(&self, tid: Tid) -> Check {
        let thread = &self.oracle.threads[tid];
        let inside = join_all(thread.users().into_iter().map(|who| self.as_member(who, tid)));
        let outside = |who: &Uid| thread.member(*who).is_none() && self.oracle.users[*who].registered;
        let was_here = thread.ever();
        // All users who were ever in it, and two who never were.
        let strangers = self.oracle.everyone().filter(|who| !was_here.contains(who)).take(2);
        let outside: Vec<Uid> = was_here.iter().copied().chain(strangers).filter(outside).collect();
        let outside = join_all(outside.into_iter().map(|who| self.as_stranger(who, tid)));
        let (inside, outside) = tokio::join!(inside, outside);
        inside.into_iter().chain(outside).collect()
    }

    async fn as_member(&self, who: Uid, tid: Tid) -> Check {
        let (oracle, names) = (self.oracle, &self.client.names);
        let what = |part: &str| format!("{part} of {} as {} sees it", title_of(tid), name(who));
        self.check_view(who, tid).await?;
        // Two routes show the same, so users take turns.
        if who % 3 == tid % 3 {
            let members = self.items(who, &self.client.path(tid, "/members")).await?;
            let members = names.members(&Value::Array(members));
            same(&what("the list of members"), &members, &json!(oracle.members_seen(who, tid, Marks::Shown)))?;
        } else {
            self.check_single_messages(who, tid).await?;
        }

        let limit = if who % 4 == 3 { SMALL_PAGE } else { 100 };
        let events = self.pages(who, &self.client.path(tid, &format!("/events?limit={limit}"))).await?;
        same_list(&what("the log"), names.events(&events), oracle.events_seen(who, tid))?;
        let times: Vec<&str> = events.iter().filter_map(|event| event["at"].as_str()).collect();
        ensure(times.is_sorted(), || format!("{}: its times go back: {times:?}", what("the log")))?;

        let mut history = self.pages(who, &self.client.path(tid, &format!("/messages?limit={limit}"))).await?;
        history.reverse();
        same_list(&what("the history"), names.messages(&history), oracle.history_seen(who, tid))?;
        self.check_pins(who, tid).await?;
        // All texts begin so, or with one digit more.
        for word in ["m", "m1"] {
            let found = self.pages(who, &self.client.path(tid, &format!("/search?q={word}&limit={limit}"))).await?;
            same_list(&what(&format!("the search for {word}")), names.messages(&found), oracle.found(who, tid, word))?;
        }
        Ok(())
    }

    /// Single messages: one that is hidden, also revealed; one that is not; and one that the user must not find.
    async fn check_single_messages(&self, who: Uid, tid: Tid) -> Check {
        let seqs = 1..=self.oracle.threads[tid].last_seq();
        let seen = |seq: u64| self.oracle.message_seen(who, tid, seq, Form::Whole);
        let hidden = |seq: &u64| seen(*seq).is_some_and(|view| view["hidden"] == true);
        let open = |seq: &u64| seen(*seq).is_some_and(|view| view["hidden"] == false);
        for (seq, form) in [(seqs.clone().rfind(hidden), Form::Whole), (seqs.clone().rfind(open), Form::Whole)]
            .into_iter()
            .chain([(seqs.clone().rfind(hidden), Form::Revealed)])
        {
            let Some(seq) = seq else { continue };
            let reveal = if form == Form::Revealed { "?reveal=true" } else { "" };
            let view = self.body(who, &self.client.path(tid, &format!("/messages/{seq}{reveal}"))).await?;
            let expected = self.oracle.message_seen(who, tid, seq, form).unwrap_or_default();
            let what = format!("message {seq}{reveal} of {} as {} sees it", title_of(tid), name(who));
            same(&what, &self.client.names.message(&view), &expected)?;
        }
        match seqs.clone().find(|seq| seen(*seq).is_none()) {
            Some(seq) => {
                self.check_not_found(who, &self.client.path(tid, &format!("/messages/{seq}?reveal=true"))).await
            }
            None => Ok(()),
        }
    }

    /// One route of all, in turns, asked by a user who is not in the thread.
    async fn as_stranger(&self, who: Uid, tid: Tid) -> Check {
        let own = &self.client.users[who].id;
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
            (Method::DELETE, "/messages/2".to_owned(), Value::Null),
            (Method::PUT, "/messages/2/pin".to_owned(), Value::Null),
            (Method::GET, "/pins".to_owned(), Value::Null),
            (Method::GET, "/search?q=m".to_owned(), Value::Null),
            (Method::PUT, "/messages/2/reactions/%F0%9F%91%8D".to_owned(), Value::Null),
            (Method::PATCH, "/members/me".to_owned(), json!({"role": "moderator"})),
            (Method::DELETE, "/members/me".to_owned(), Value::Null),
            (Method::DELETE, format!("/members/{own}"), Value::Null),
        ];
        let (method, rest, body) = &probes[(who + tid) % probes.len()];
        let path = self.client.path(tid, rest);
        let call = self.client.users[who].call(method.clone(), &path).key(&tests::fresh_key());
        let call = if body.is_null() { call } else { call.json(body) };
        let answer = self.client.ask(call).await?;
        let wrong =
            || format!("{}, who is not in {}, asked {method} {rest}: {}", name(who), title_of(tid), answer.text());
        // Who was in it and is out may be taken out again, as long as a group that is over is not erased.
        let repeated =
            rest.starts_with("/members") && *method == Method::DELETE && self.oracle.threads[tid].ever().contains(&who);
        let over = self.oracle.threads[tid].members.is_empty();
        let fits = match answer.status {
            204 => repeated,
            _ => answer.is_problem("not-found") && (over || !repeated),
        };
        ensure(fits, wrong)
    }
}
