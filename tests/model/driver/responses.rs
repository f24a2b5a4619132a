//! Compares responses with what the oracle expects.

use serde_json::{Value, json};
use tests::Answer;

use super::client::Client;
use super::compare::{Check, ensure, same};
use crate::oracle::{Action, Expected, Form, Marks, Oracle, Outcome, Tid, Uid, name};

/// Checks status and problem alone. Of a response to one of several concurrent requests nothing else is known.
pub(crate) fn check_status(client: &Client, expected: &Expected, answer: &Answer) -> Check {
    let wrong = || format!("answered {} instead of {expected}", answer.text());
    match expected {
        Expected::Done(status) => ensure(answer.status == *status, wrong),
        Expected::Refused { codes, users } => {
            let code = codes.iter().find(|code| answer.is_problem(code)).ok_or_else(wrong)?;
            answer.problem(code);
            if users.is_empty() || !["contact-closed", "you-block-them"].contains(code) {
                return Ok(());
            }
            let mut named = client.names.users(&answer.json["user_ids"]);
            named.sort_unstable();
            ensure(named.iter().eq(users), wrong)
        }
    }
}

/// Checks a whole response; `oracle` is the state after the action.
pub(crate) fn check_response(
    client: &Client,
    oracle: &Oracle,
    action: &Action,
    outcome: &Outcome,
    answer: &Answer,
) -> Check {
    check_status(client, &outcome.expected, answer)?;
    if !outcome.expected.is_done() {
        return Ok(());
    }
    let (body, who) = (&answer.json, action.who());
    match (action, outcome.thread) {
        (Action::Block { whom, .. }, _) => groups(client, oracle, who, *whom, body),
        (Action::Close { .. } | Action::Receipts { .. }, _) => settings(oracle, who, body),
        (Action::Open { .. } | Action::Create { .. } | Action::Rename { .. } | Action::Accept { .. }, Some(tid)) => {
            let mut expected = oracle.thread_seen(who, tid, Marks::Shown).unwrap_or_default();
            let mut actual = client.names.thread(body);
            // The contract leaves it open whether the response to a change shows the read marks of others.
            without_marks(&mut expected["members"]);
            without_marks(&mut actual["members"]);
            same("the response", &actual, &expected)
        }
        (Action::Add { .. }, Some(tid)) => {
            let mut expected = json!(oracle.members_seen(who, tid, Marks::Shown));
            let mut actual = client.names.members(&body["items"]);
            without_marks(&mut expected);
            without_marks(&mut actual);
            same("the response", &actual, &expected)?;
            same("next_cursor", &body["next_cursor"], &Value::Null)
        }
        (Action::Role { whom, moderator, .. }, _) => {
            let view = client.names.member(body);
            let role = if *moderator { "moderator" } else { "member" };
            same("the response", &json!([view["user"], view["role"]]), &json!([name(*whom), role]))
        }
        (Action::Send { .. }, Some(tid)) => {
            let seq = oracle.threads[tid].last_seq();
            let expected = oracle.message_seen(who, tid, seq, Form::Whole).unwrap_or_default();
            same("the response", &client.names.message(body), &expected)
        }
        (Action::Edit { seq, .. } | Action::React { seq, add: true, .. }, Some(tid)) => {
            let expected = oracle.message_seen(who, tid, *seq, Form::Whole).unwrap_or_default();
            same("the response", &client.names.message(body), &expected)
        }
        (Action::Read { .. }, Some(tid)) => read(oracle, who, tid, body),
        (Action::Prefer { muted, pinned, .. }, _) => {
            same("the response", body, &json!({"muted_until": muted, "pinned": pinned}))
        }
        _ => Ok(()),
    }
}

/// The read mark, and the number of unread messages.
pub(crate) fn read(oracle: &Oracle, who: Uid, tid: Tid, body: &Value) -> Check {
    let thread = &oracle.threads[tid];
    let own = thread.member(who).ok_or("they are not in the thread")?;
    same("the response", body, &json!({"read_seq": own.mark, "unread": oracle.unread(who, tid)}))
}

fn settings(oracle: &Oracle, who: Uid, body: &Value) -> Check {
    let user = &oracle.users[who];
    let policy = if user.closed { "following" } else { "everyone" };
    let expected = json!({"contact_policy": policy, "read_receipts": user.receipts, "typing_indicators": true});
    same("the response", body, &expected)
}

/// The groups in the response to a block: all groups that both users are in, as in a list.
fn groups(client: &Client, oracle: &Oracle, who: Uid, whom: Uid, body: &Value) -> Check {
    let views = body["groups"].as_array().ok_or("the response has no groups")?;
    let mut tids: Vec<Option<Tid>> = views.iter().map(|view| client.names.tid(&view["id"])).collect();
    tids.sort_unstable();
    let shared = oracle.shared_groups(who, whom);
    let all = tids.iter().copied().eq(shared.iter().copied().map(Some));
    ensure(all, || format!("the response has the groups {tids:?} instead of {shared:?}"))?;
    for view in views {
        let tid = client.names.tid(&view["id"]).ok_or("an unknown group")?;
        let expected = oracle.thread_seen(who, tid, Marks::InList).unwrap_or_default();
        same("a group in the answer", &client.names.thread(view), &expected)?;
    }
    Ok(())
}

fn without_marks(members: &mut Value) {
    for member in members.as_array_mut().into_iter().flatten() {
        member["read_seq"] = Value::Null;
    }
}
