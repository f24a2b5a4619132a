//! Several operations at once in one group. There must be an order in which the oracle gives the same responses, writes the same
//! log and ends in the same state.

use futures_util::future::join_all;
use serde_json::Value;
use tests::{Answer, Stack, fresh_key};

use crate::driver::case::{Case, Participants, short};
use crate::driver::compare::{Check, ensure};
use crate::linearize::{Attempt, Batch};
use crate::oracle::{Action, Oracle, Tid, Uid, name};
use crate::run::{Suite, Transcript};
use crate::trace::{ConcurrentTrace, Operation, Step, resolve};
use crate::{pushes, trace};

const SUITE: Suite = Suite { name: "at_once", cases: 20, at_a_time: 6, tries: 4 };

/// The one group of a case.
const GROUP: Tid = 0;
/// This user is in the group from beginning to end and hides nobody, and so sees the whole log.
const WITNESS: Uid = 1;
/// The most actions of a batch that the log does not record: each could be at any place in the order.
const MAX_UNLOGGED: usize = 3;

#[test]
fn at_once_there_is_an_order_in_which_the_model_does_the_same() {
    SUITE.run(trace::concurrent, async |stack: &Stack, trace: &ConcurrentTrace, transcript: &Transcript| {
        let participants = Participants { users: trace.users, unregistered: 0, every_socket: 1 };
        let mut case = Case::new(stack, &participants, transcript.clone()).await;
        run(&mut case, trace).await
    });
}

async fn run(case: &mut Case, trace: &ConcurrentTrace) -> Check {
    case.set_up_follows(&trace.follows).await?;
    let others = (1..trace.members).collect();
    case.act(&Action::Create { who: 0, others, title: None, room: None, text: None }).await?;
    for (who, whom) in &trace.blocks {
        let (who, whom) = (usize::from(*who) % trace.users, usize::from(*whom) % trace.users);
        if who != whom && who != WITNESS {
            case.act(&Action::Block { who, whom }).await?;
        }
    }
    // The state before the first batch, and after each.
    let mut states = vec![case.oracle.clone()];
    for batch in &trace.batches {
        let actions = actions(case, batch);
        case.oracle = run_batch(case, actions).await?;
        case.invariants()?;
        states.push(case.oracle.clone());
    }
    case.checker().check_everything().await?;
    pushes::check(case, GROUP, &states).await
}

/// The actions of a batch: its operations resolved in the present state, without those that would remove the witness.
fn actions(case: &Case, batch: &[Operation]) -> Vec<(Action, bool)> {
    let mut actions: Vec<(Action, bool)> = Vec::new();
    for (place, op) in batch.iter().enumerate() {
        let serial = case.steps * batch.len() + place;
        let Step::Do(action) = resolve(op, &case.oracle, serial, |number| case.client.room(number)) else { continue };
        let silent: Vec<Uid> =
            actions.iter().filter(|(action, _)| !action.is_logged()).map(|(action, _)| action.who()).collect();
        let too_many = silent.len() >= MAX_UNLOGGED || silent.contains(&action.who());
        if (action.is_logged() || !too_many) && !moves_witness(&action) {
            let again = matches!(action, Action::Send { .. } | Action::Add { .. }) && op.place % 4 == 3;
            actions.push((action, again));
        }
    }
    actions
}

fn moves_witness(action: &Action) -> bool {
    match action {
        Action::Remove { whom, .. } => *whom == WITNESS,
        Action::Leave { who, .. }
        | Action::Decline { who, .. }
        | Action::Block { who, .. }
        | Action::Decide { who, .. } => *who == WITNESS,
        _ => false,
    }
}

/// Runs these actions concurrently, some of them twice with the same key, and finds the state they lead to.
async fn run_batch(case: &mut Case, actions: Vec<(Action, bool)>) -> Result<Oracle, String> {
    let client = &case.client;
    let asked = actions.iter().map(async |(action, twice)| {
        let call = client.call(action);
        let call = if action.key().1 || *twice { call.key(&fresh_key()) } else { call };
        let calls = if *twice { vec![call.clone(), call] } else { vec![call] };
        join_all(calls.into_iter().map(|call| client.ask(call))).await.into_iter().collect::<Result<Vec<_>, _>>()
    });
    let answers: Vec<Vec<Answer>> = join_all(asked).await.into_iter().collect::<Result<_, _>>()?;

    case.transcript.record(format!("at once, after entry {}:", case.oracle.threads[GROUP].last_seq()));
    let mut attempts = Vec::new();
    for ((action, _), answers) in actions.into_iter().zip(answers) {
        case.steps += answers.len();
        case.transcript.count(answers.len());
        let responses: Vec<String> = answers.iter().map(short).collect();
        case.transcript.record(format!("   {action}: {}", responses.join(" and ")));
        attempts.extend(once(&action, answers)?);
    }
    let checker = case.checker();
    let after = case.oracle.threads[GROUP].last_seq();
    let log = checker.items(WITNESS, &client.path(GROUP, &format!("/events?after={after}&limit=100"))).await?;
    let log = client.names.events(&log);
    let views = join_all(case.oracle.everyone().map(|who| view(case, who))).await;
    let views = views.into_iter().collect::<Result<Vec<_>, _>>()?;
    log.iter().map(|event| format!("   log: {event}")).for_each(|line| case.transcript.record(line));

    let mut oracle = case.oracle.clone();
    let witnessed = views[WITNESS].as_ref().ok_or_else(|| format!("{} is not in the group", name(WITNESS)))?;
    let order = witnessed["members"].as_array().into_iter().flatten();
    oracle.known_order =
        order.filter_map(|member| oracle.everyone().find(|who| member["user"] == name(*who))).collect();
    Batch { client: &case.client, group: GROUP, attempts: &attempts, log: &log, views: &views }.linearize(oracle)
}

/// The responses to the same request, sent concurrently with the same key: it succeeded once.
fn once(action: &Action, answers: Vec<Answer>) -> Result<Vec<Attempt>, String> {
    let (done, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status < 300);
    if let [one, other] = done.as_slice() {
        let same = (one.status, &one.json) == (other.status, &other.json) && one.replayed() != other.replayed();
        ensure(same, || format!("{action} twice at once: {} and {}", one.text(), other.text()))?;
    }
    let counting = done.into_iter().take(1).chain(refused);
    Ok(counting.map(|answer| Attempt { action: action.clone(), answer }).collect())
}

/// The group as `who` sees it; nothing if they do not find it.
async fn view(case: &Case, who: Uid) -> Result<Option<Value>, String> {
    let answer = case.client.ask(case.client.get(who, &case.client.path(GROUP, ""))).await?;
    match answer.status {
        200 => Ok(Some(case.client.names.thread(&answer.json))),
        404 => Ok(None),
        _ => Err(format!("{} asked for the group: {}", name(who), answer.text())),
    }
}
