//! All that decides about bringing users into a group: who blocks whom, who follows, who left before.

use std::collections::{HashMap, HashSet};

use super::error::StoreError;
use super::head::Head;
use super::keys::{Edge, Key};
use super::table::Read;
use super::{Store, convert, keys};
use crate::domain::group::Blocks;
use crate::domain::ids::{Pair, ThreadId, UserId};

/// What stands between users who are to be in one group.
#[derive(Debug, Default)]
pub struct Company {
    /// Who blocks whom, as far as one of the two is to be brought in.
    pub blocks: Blocks,
    /// Those to be brought in who follow the one who brings them.
    pub followers: HashSet<UserId>,
    /// Those who left this group before.
    pub left: HashSet<UserId>,
}

impl Store {
    /// What stands between `actor`, the users `present` in a group (or about to found it, then without `thread`) and those to
    /// be brought in. It has to be read after the profiles of these: see [`super::Joiner`].
    ///
    /// Blocks are read where they are linearizable and both directions stand together: in the heads of direct threads.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn company(
        &self,
        thread: Option<&ThreadId>,
        actor: &UserId,
        present: &[UserId],
        new: &[UserId],
    ) -> Result<Company, StoreError> {
        let among_new =
            new.iter().enumerate().flat_map(|(index, one)| new[..index].iter().map(move |other| (one, other)));
        let with_present = new.iter().flat_map(|one| present.iter().map(move |other| (one, other)));
        let head = |one, other| Some(keys::head(&ThreadId::direct(&Pair::new(one, other)?)));
        let heads: HashMap<Key, (&UserId, &UserId)> =
            among_new.chain(with_present).filter_map(|(one, other)| Some((head(one, other)?, (one, other)))).collect();
        let follows = new.iter().map(|user| keys::edge(Edge::Follow, user, actor));
        let lefts = thread.into_iter().flat_map(|thread| new.iter().map(|user| keys::left(thread, user)));
        let wanted: Vec<Key> = heads.keys().cloned().chain(follows).chain(lefts).collect();

        let mut company = Company::default();
        let mut blocks = Vec::new();
        for item in self.table.batch_get(&wanted, Read::Consistent).await? {
            let key = convert::key_of(&item)?;
            if let Some((one, other)) = heads.get(&key) {
                let head = Head::parse(Some(item))?;
                let both = [(*one, *other), (*other, *one)].into_iter();
                blocks.extend(
                    both.filter(|(who, _)| head.is_blocked_by(who)).map(|(who, whom)| (who.clone(), whom.clone())),
                );
            } else if let Some(user) = keys::left_user(&key.sk) {
                company.left.insert(user);
            } else if let Some(follower) = keys::user_of(&key.pk) {
                company.followers.insert(follower);
            }
        }
        company.blocks = Blocks::new(blocks);
        Ok(company)
    }
}
