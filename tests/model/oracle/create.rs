//! Opening a direct thread, creating a group (rules 5, 9).

use std::collections::{BTreeMap, BTreeSet};

use super::{EntryContent, Expected, Member, Message, Oracle, Outcome, Signal, Standing, Thread, Tid, Uid};

/// The users for whom `wanted` holds, each once.
pub(super) fn distinct(users: &[Uid], wanted: impl Fn(Uid) -> bool) -> Vec<Uid> {
    let mut once = Vec::new();
    for user in users {
        if wanted(*user) && !once.contains(user) {
            once.push(*user);
        }
    }
    once
}

/// The most members of a group.
pub(super) const MAX_MEMBERS: usize = 15;

impl Oracle {
    pub(super) fn open(&mut self, who: Uid, whom: Uid, text: Option<&str>) -> Outcome {
        let both = [who, whom];
        if let Some(problem) = self.unregistered(who, whom) {
            return Outcome::refused(problem, both);
        }
        if let Some(tid) = self.direct(who, whom) {
            return match text {
                None => Outcome::done(200, both).in_thread(tid, 0),
                Some(text) => {
                    let sent = self.send(who, tid, text, None, &BTreeSet::new());
                    let expected = if sent.expected.is_done() { Expected::Done(200) } else { sent.expected };
                    Outcome { expected, ..sent }
                }
            };
        }
        let standing = match self.contact(who, whom) {
            Ok(standing) => standing,
            Err(code) => {
                let expected = Expected::Refused { codes: vec![code], users: BTreeSet::from([whom]) };
                return Outcome::new(expected, both);
            }
        };
        let tid = self.begin(false, who, &[(whom, standing)]);
        // Who writes to somebody wants to hear of them.
        self.users[who].rests.remove(&whom);
        self.created(tid, both, text)
    }

    pub(super) fn create(
        &mut self,
        who: Uid,
        others: &[Uid],
        title: Option<&str>,
        room: Option<&str>,
        text: Option<&str>,
    ) -> Outcome {
        let once = distinct(others, |_| true);
        if !self.users[who].registered {
            let too_many = once.len() >= MAX_MEMBERS;
            let codes = ["profile-required"].into_iter().chain(too_many.then_some("group-full")).collect();
            return Outcome::new(Expected::any_of(codes), [who]);
        }
        let everyone = once.iter().copied().chain([who]);
        let standings = match self.invite(who, &once, 1) {
            Ok(standings) => standings,
            Err(expected) => return Outcome::new(expected, everyone),
        };
        let tid = self.begin(true, who, &standings);
        let thread = &mut self.threads[tid];
        (thread.title, thread.room) = (title.map(str::to_owned), room.map(str::to_owned));
        self.created(tid, everyone, text)
    }

    /// The standing of each of `users` in a group of `present` members that `who` invites them to; all or none.
    pub(super) fn invite(&self, who: Uid, users: &[Uid], present: usize) -> Result<Vec<(Uid, Standing)>, Expected> {
        let mut codes = Vec::new();
        if users.iter().any(|user| !self.users[*user].registered) {
            codes.push("invalid-request");
        }
        if present + users.len() > MAX_MEMBERS {
            codes.push("group-full");
        }
        let (mut standings, mut refused, mut code) = (Vec::new(), BTreeSet::new(), "you-block-them");
        for user in users.iter().filter(|user| self.users[**user].registered) {
            match self.contact(who, *user) {
                Ok(standing) => standings.push((*user, standing)),
                Err(why) => {
                    refused.insert(*user);
                    // The refusal names all of these users, and of both reasons the one that tells less.
                    code = if why == "contact-closed" { why } else { code };
                }
            }
        }
        if !refused.is_empty() {
            codes.push(code);
        }
        if codes.is_empty() { Ok(standings) } else { Err(Expected::Refused { codes, users: refused }) }
    }

    fn begin(&mut self, group: bool, creator: Uid, others: &[(Uid, Standing)]) -> Tid {
        let tid = self.threads.len();
        let log = Vec::new();
        let (members, left, stays) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        self.threads.push(Thread {
            group,
            creator,
            title: None,
            room: None,
            members,
            left,
            stays,
            log,
            ended_by: None,
            pins: Vec::new(),
            active: 0,
        });
        let owner = Member { moderator: group, ..super::join::new_member(creator, 1, Standing::Accepted, None) };
        self.threads[tid].members.push(owner);
        for (user, standing) in others {
            let added_by = group.then_some(creator);
            self.threads[tid].members.push(super::join::new_member(*user, 1, *standing, added_by));
        }
        tid
    }

    fn created(&mut self, tid: Tid, touched: impl IntoIterator<Item = Uid>, text: Option<&str>) -> Outcome {
        let thread = &self.threads[tid];
        let (creator, users, title) = (thread.creator, thread.users(), thread.title.clone());
        let requested: Vec<_> = thread
            .members
            .iter()
            .filter(|member| member.standing == Standing::Pending)
            .map(|member| member.user)
            .collect();
        self.log(tid, creator, EntryContent::Created { users: users.clone(), title });
        if let Some(text) = text {
            let message = Message::new(text, None, BTreeSet::new());
            self.log(tid, creator, EntryContent::Sent(message));
        }
        let group = self.threads[tid].group;
        let noticed = if group { self.notice_blocks(tid, &users) } else { Vec::new() };
        Outcome::done(201, touched)
            .in_thread(tid, 1 + usize::from(text.is_some()))
            .signalling(requested.into_iter().map(|user| (user, tid, Signal::Requested)))
            .signalling(noticed)
    }
}
