//! What decides about adding users to a group: blocks, follows, declined requests, and who was in it before.

use std::collections::{HashMap, HashSet};

use super::access::Store;
use super::error::StoreError;
use super::group::{FormerMember, parse_stay};
use super::head::Head;
use super::keys::{Edge, Key};
use super::table::Read;
use super::{convert, keys};
use crate::domain::group::Blocks;
use crate::domain::ids::{Pair, ThreadId, UserId};
use crate::domain::thread::Rests;

/// The blocks, follows and departures among users who are to be in one group.
#[derive(Debug, Default)]
pub struct InviteContext {
    /// The blocks between two users of whom at least one is an invitee.
    pub blocks: Blocks,
    /// Invitees who follow the actor.
    pub followers: HashSet<UserId>,
    /// When an invitee declined a request of the actor.
    pub declined: Rests,
    /// Invitees who were in this group before.
    pub former: HashMap<UserId, FormerMember>,
}

impl Store {
    /// What decides whether `actor` may add the `invitees` to a group of the users `present`; without `thread` the group is
    /// new. It has to be read after the profiles of the invitees: see [`super::NewMember`].
    ///
    /// Blocks are read from the heads of direct threads: there they are linearizable, and both directions are in one item.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn invite_context(
        &self,
        thread: Option<&ThreadId>,
        actor: &UserId,
        present: &[UserId],
        invitees: &[UserId],
    ) -> Result<InviteContext, StoreError> {
        let among_invitees = invitees
            .iter()
            .enumerate()
            .flat_map(|(index, one)| invitees[..index].iter().map(move |other| (one, other)));
        let with_present = invitees.iter().flat_map(|one| present.iter().map(move |other| (one, other)));
        let head = |one, other| Some(keys::head(&ThreadId::direct(&Pair::new(one, other)?)));
        let heads: HashMap<Key, (&UserId, &UserId)> = among_invitees
            .chain(with_present)
            .filter_map(|(one, other)| Some((head(one, other)?, (one, other))))
            .collect();
        let follows = invitees.iter().map(|user| keys::edge(Edge::Follow, user, actor));
        let stays = thread.into_iter().flat_map(|thread| {
            invitees.iter().flat_map(|user| [keys::left(thread, user), keys::removed(thread, user)])
        });
        let wanted: Vec<Key> = heads.keys().cloned().chain(follows).chain(stays).collect();

        let mut invite_context = InviteContext::default();
        let mut blocks = Vec::new();
        for item in self.table.batch_get(&wanted, Read::Consistent).await? {
            let key = convert::key_of(&item)?;
            if let Some((one, other)) = heads.get(&key) {
                let head = Head::parse(Some(item))?;
                let both = [(*one, *other), (*other, *one)].into_iter();
                blocks.extend(
                    both.filter(|(who, _)| head.is_blocked_by(who)).map(|(who, whom)| (who.clone(), whom.clone())),
                );
                let invitee = [*one, *other].into_iter().find(|user| *user != actor);
                let with_actor = invitee.filter(|_| *one == actor || *other == actor);
                let declined = with_actor.and_then(|user| Some((user.clone(), head.declined_by(user)?)));
                invite_context.declined.extend(declined);
            } else if let Some((left, user)) = keys::former_member(&key.sk) {
                invite_context.former.entry(user).or_default().add(left, parse_stay(item)?);
            } else if let Some(follower) = keys::user_of(&key.pk) {
                invite_context.followers.insert(follower);
            }
        }
        invite_context.blocks = Blocks::new(blocks);
        Ok(invite_context)
    }
}
