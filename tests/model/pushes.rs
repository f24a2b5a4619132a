//! What the sockets received during concurrent operations. Users who were not in the group at an entry must not receive it, users
//! who were in it all the time must, and what was hidden all the time must be hidden.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::wait;
use tokio::time::timeout;

use crate::driver::case::Case;
use crate::driver::compare::{Check, ensure};
use crate::driver::sockets::PATIENCE;
use crate::oracle::{Oracle, Standing, Tid, Uid, event_view, name};

/// Checks what all sockets of a case received of `group`. `states` are those before the first batch and after each.
pub(crate) async fn check(case: &mut Case, group: Tid, states: &[Oracle]) -> Check {
    for who in case.oracle.everyone() {
        let expected = expected(states, group, who);
        let all = wait::until_async("pushes", async || missing(case, group, who, &expected).is_none().then_some(()));
        let _ = timeout(PATIENCE, all).await;
        let missed = missing(case, group, who, &expected);
        ensure(missed.is_none(), || format!("{} was in the group and did not receive entry {missed:?}", name(who)))?;
    }
    // What must not come has had as long to arrive as what must.
    case.sockets.ping().await;
    for (who, events) in case.sockets.received() {
        let mut last = 0;
        let mut events: Vec<&Value> = of(case, group, &events);
        events.sort_by_key(|event| event["seq"].as_u64());
        for event in events {
            let seq = event["seq"].as_u64().unwrap_or_default();
            ensure(seq != last, || format!("{} received entry {seq} twice", name(who)))?;
            last = seq;
            one(case, group, states, who, event, seq)?;
        }
    }
    Ok(())
}

/// Checks one event that `who` received.
fn one(case: &Case, group: Tid, states: &[Oracle], who: Uid, event: &Value, seq: u64) -> Check {
    let thread = &case.oracle.threads[group];
    let entry = thread.entry(seq).ok_or_else(|| format!("{} received an entry {seq} that there is not", name(who)))?;
    ensure(thread.members_at(seq).contains(&who), || {
        format!("{} was not in the group any more, or not yet, and received entry {seq}: {event}", name(who))
    })?;
    let shown = case.client.names.event(event);
    let hidden = event["data"]["hidden"] == true;
    ensure(shown == event_view(seq, entry, hidden), || format!("{} received entry {seq} as {shown}", name(who)))?;
    let hides = |oracle: &Oracle| Some(thread.hides(oracle.threads[group].member(who)?, seq));
    let around = states.windows(2).find(|pair| (last(&pair[0], group)..last(&pair[1], group)).contains(&(seq - 1)));
    match around.map(|pair| (hides(&pair[0]), hides(&pair[1]))) {
        // If it changed during the batch, nothing is known of the moment of the entry.
        Some((Some(before), Some(after))) if before == after && shown["type"] == "message.created" => {
            ensure(hidden == before, || {
                format!("{} received entry {seq} as {shown}, but they hide: {before}", name(who))
            })
        }
        _ => Ok(()),
    }
}

/// The entries that `who` must receive: those of batches during which they were in the group and had not declined it. A user
/// who has accepted cannot decline any more. One who has done neither may have declined and been added again in between.
fn expected(states: &[Oracle], group: Tid, who: Uid) -> Vec<u64> {
    let standing = |oracle: &Oracle| oracle.threads[group].member(who).map(|member| member.standing);
    let listens = |pair: &&[Oracle]| match (standing(&pair[0]), standing(&pair[1])) {
        (Some(before), Some(after)) => before == Standing::Accepted || after == Standing::Pending,
        _ => false,
    };
    let mut expected = Vec::new();
    for pair in states.windows(2).filter(listens) {
        let seqs: Vec<u64> = (last(&pair[0], group) + 1..=last(&pair[1], group)).collect();
        if seqs.iter().all(|seq| pair[1].threads[group].members_at(*seq).contains(&who)) {
            expected.extend(seqs);
        }
    }
    expected
}

fn last(oracle: &Oracle, group: Tid) -> u64 {
    oracle.threads[group].last_seq()
}

/// The entries of the group's log among some events.
fn of<'e>(case: &Case, group: Tid, events: &'e [Value]) -> Vec<&'e Value> {
    let ours = |event: &&Value| event["seq"].is_u64() && case.client.names.tid(&event["thread_id"]) == Some(group);
    events.iter().filter(ours).collect()
}

/// The first of these entries that `who` did not receive.
fn missing(case: &Case, group: Tid, who: Uid, expected: &[u64]) -> Option<u64> {
    let of_user = case.sockets.received().filter(|(user, _)| *user == who);
    let events: Vec<Value> = of_user.flat_map(|(_, events)| events).collect();
    let received: BTreeSet<u64> = of(case, group, &events).iter().filter_map(|event| event["seq"].as_u64()).collect();
    expected.iter().copied().find(|seq| !received.contains(seq))
}
