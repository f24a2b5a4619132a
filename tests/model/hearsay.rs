//! What came over the sockets while several things happened at once: nothing to those who were not in the group at that entry,
//! everything to those who were there all the time, and hidden what was hidden all the time.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::wait;
use tokio::time::timeout;

use crate::play::ears::PATIENCE;
use crate::play::game::Game;
use crate::play::same::{Check, demand};
use crate::world::{Standing, Tid, Uid, World, event_view, name};

/// Judges what all sockets of a case brought of `group`. `worlds` are the states before the first batch and after each.
pub(crate) async fn judge(game: &mut Game, group: Tid, worlds: &[World]) -> Check {
    for who in game.world.everyone() {
        let owed = owed(worlds, group, who);
        let all = wait::until_async("pushes", async || missing(game, group, who, &owed).is_none().then_some(()));
        let _ = timeout(PATIENCE, all).await;
        let missed = missing(game, group, who, &owed);
        demand(missed.is_none(), || format!("{} was in the group and did not hear entry {missed:?}", name(who)))?;
    }
    // What should not have come had as long to come as what should.
    game.ears.ping().await;
    for (who, events) in game.ears.heard() {
        let mut last = 0;
        let mut events: Vec<&Value> = of(game, group, &events);
        events.sort_by_key(|event| event["seq"].as_u64());
        for event in events {
            let seq = event["seq"].as_u64().unwrap_or_default();
            demand(seq != last, || format!("{} heard entry {seq} twice", name(who)))?;
            last = seq;
            one(game, group, worlds, who, event, seq)?;
        }
    }
    Ok(())
}

/// Judges one event that came to `who`.
fn one(game: &Game, group: Tid, worlds: &[World], who: Uid, event: &Value, seq: u64) -> Check {
    let thread = &game.world.threads[group];
    let entry = thread.entry(seq).ok_or_else(|| format!("{} heard of an entry {seq} that there is not", name(who)))?;
    demand(thread.members_at(seq).contains(&who), || {
        format!("{} was not in the group any more, or not yet, and heard entry {seq}: {event}", name(who))
    })?;
    let told = game.stage.names.event(event);
    let hidden = told["data"]["hidden"] == true;
    demand(told == event_view(seq, entry, hidden), || format!("{} heard entry {seq} as {told}", name(who)))?;
    let hides = |world: &World| Some(thread.hides(world.threads[group].member(who)?, seq));
    let around = worlds.windows(2).find(|pair| (last(&pair[0], group)..last(&pair[1], group)).contains(&(seq - 1)));
    match around.map(|pair| (hides(&pair[0]), hides(&pair[1]))) {
        // Whether it was so at that very moment is not to be known.
        Some((Some(before), Some(after))) if before == after && told["type"] == "message.created" => {
            demand(hidden == before, || format!("{} heard entry {seq} as {told}, but they hide: {before}", name(who)))
        }
        _ => Ok(()),
    }
}

/// The entries that `who` has to have heard: of batches throughout which they were in the group and had not declined it. Who has
/// accepted cannot decline any more, and who still waits has not; in between, they may have declined and come back.
fn owed(worlds: &[World], group: Tid, who: Uid) -> Vec<u64> {
    let standing = |world: &World| world.threads[group].member(who).map(|member| member.standing);
    let listens = |pair: &&[World]| match (standing(&pair[0]), standing(&pair[1])) {
        (Some(before), Some(after)) => before == Standing::Accepted || after == Standing::Pending,
        _ => false,
    };
    let mut owed = Vec::new();
    for pair in worlds.windows(2).filter(listens) {
        let seqs: Vec<u64> = (last(&pair[0], group) + 1..=last(&pair[1], group)).collect();
        if seqs.iter().all(|seq| pair[1].threads[group].members_at(*seq).contains(&who)) {
            owed.extend(seqs);
        }
    }
    owed
}

fn last(world: &World, group: Tid) -> u64 {
    world.threads[group].last_seq()
}

/// The entries of the group's log among some events.
fn of<'e>(game: &Game, group: Tid, events: &'e [Value]) -> Vec<&'e Value> {
    let ours = |event: &&Value| event["seq"].is_u64() && game.stage.names.tid(&event["thread_id"]) == Some(group);
    events.iter().filter(ours).collect()
}

/// The first of these entries that has not come to `who`.
fn missing(game: &Game, group: Tid, who: Uid, owed: &[u64]) -> Option<u64> {
    let heard = game.ears.heard().filter(|(user, _)| *user == who);
    let events: Vec<Value> = heard.flat_map(|(_, events)| events).collect();
    let came: BTreeSet<u64> = of(game, group, &events).iter().filter_map(|event| event["seq"].as_u64()).collect();
    owed.iter().copied().find(|seq| !came.contains(seq))
}
