//! Whether an answer is what the model says it has to be.

use serde_json::{Value, json};
use tests::Answer;

use super::same::{Check, demand, same};
use super::stage::Stage;
use crate::world::{Act, Expected, Form, Marks, Outcome, Tid, Uid, World, name};

/// Judges status and problem alone: all that can be said of an answer that was given amid others.
pub(crate) fn verdict(stage: &Stage, expected: &Expected, answer: &Answer) -> Check {
    let wrong = || format!("answered {} instead of {expected}", answer.text());
    match expected {
        Expected::Done(status) => demand(answer.status == *status, wrong),
        Expected::Refused { codes, users } => {
            let code = codes.iter().find(|code| answer.is_problem(code)).ok_or_else(wrong)?;
            answer.problem(code);
            if users.is_empty() || !["contact-closed", "you-block-them"].contains(code) {
                return Ok(());
            }
            let mut named = stage.names.users(&answer.json["user_ids"]);
            named.sort_unstable();
            demand(named.iter().eq(users), wrong)
        }
    }
}

/// Judges an answer in full; `world` is as it is after the act.
pub(crate) fn judge(stage: &Stage, world: &World, act: &Act, outcome: &Outcome, answer: &Answer) -> Check {
    verdict(stage, &outcome.expected, answer)?;
    if !outcome.expected.is_done() {
        return Ok(());
    }
    let (body, who) = (&answer.json, act.who());
    match (act, outcome.thread) {
        (Act::Block { whom, .. }, _) => groups(stage, world, who, *whom, body),
        (Act::Close { .. } | Act::Receipts { .. }, _) => settings(world, who, body),
        (Act::Open { .. } | Act::Create { .. } | Act::Rename { .. } | Act::Accept { .. }, Some(tid)) => {
            let mut expected = world.thread_seen(who, tid, Marks::Shown).unwrap_or_default();
            let mut actual = stage.names.thread(body);
            // Whether an answer to a change shows the marks of the others is left open.
            without_marks(&mut expected["members"]);
            without_marks(&mut actual["members"]);
            same("the answer", &actual, &expected)
        }
        (Act::Add { .. }, Some(tid)) => {
            let mut expected = json!(world.members_seen(who, tid, Marks::Shown));
            let mut actual = stage.names.members(&body["items"]);
            without_marks(&mut expected);
            without_marks(&mut actual);
            same("the answer", &actual, &expected)?;
            same("next_cursor", &body["next_cursor"], &Value::Null)
        }
        (Act::Role { whom, moderator, .. }, _) => {
            let view = stage.names.member(body);
            let role = if *moderator { "moderator" } else { "member" };
            same("the answer", &json!([view["user"], view["role"]]), &json!([name(*whom), role]))
        }
        (Act::Send { .. }, Some(tid)) => {
            let seq = world.threads[tid].last_seq();
            let expected = world.message_seen(who, tid, seq, Form::Whole).unwrap_or_default();
            same("the answer", &stage.names.message(body), &expected)
        }
        (Act::Read { .. }, Some(tid)) => read(world, who, tid, body),
        (Act::Prefer { muted, pinned, .. }, _) => {
            same("the answer", body, &json!({"muted_until": muted, "pinned": pinned}))
        }
        _ => Ok(()),
    }
}

/// Where the mark is, and what is unread.
pub(crate) fn read(world: &World, who: Uid, tid: Tid, body: &Value) -> Check {
    let thread = &world.threads[tid];
    let own = thread.member(who).ok_or("they are not in the thread")?;
    same("the answer", body, &json!({"read_seq": own.mark, "unread": thread.unread(own)}))
}

fn settings(world: &World, who: Uid, body: &Value) -> Check {
    let person = &world.people[who];
    let policy = if person.closed { "following" } else { "everyone" };
    let expected = json!({"contact_policy": policy, "read_receipts": person.receipts, "typing_indicators": true});
    same("the answer", body, &expected)
}

/// The groups that a block answers: all that the two are in, as in a list.
fn groups(stage: &Stage, world: &World, who: Uid, whom: Uid, body: &Value) -> Check {
    let views = body["groups"].as_array().ok_or("the answer has no groups")?;
    let mut tids: Vec<Option<Tid>> = views.iter().map(|view| stage.names.tid(&view["id"])).collect();
    tids.sort_unstable();
    let shared = world.shared_groups(who, whom);
    let all = tids.iter().copied().eq(shared.iter().copied().map(Some));
    demand(all, || format!("the answer has the groups {tids:?} instead of {shared:?}"))?;
    for view in views {
        let tid = stage.names.tid(&view["id"]).ok_or("an unknown group")?;
        let expected = world.thread_seen(who, tid, Marks::InList).unwrap_or_default();
        same("a group in the answer", &stage.names.thread(view), &expected)?;
    }
    Ok(())
}

fn without_marks(members: &mut Value) {
    for member in members.as_array_mut().into_iter().flatten() {
        member["read_seq"] = Value::Null;
    }
}
