//! Several operations at once in one group. Whatever order they took, the log tells it: there has to be an order in which the
//! model does the same, gives the same answers and ends in the same state.

use futures_util::future::join_all;
use serde_json::Value;
use tests::{Answer, Stack, fresh_key};

use crate::order::{Attempt, Meanwhile};
use crate::plan::{Crowd, Op, Step, resolve};
use crate::play::game::{Cast, Game, short};
use crate::play::same::{Check, demand};
use crate::run::{Suite, Tale};
use crate::world::{Act, Tid, Uid, World, name};
use crate::{hearsay, plan};

const SUITE: Suite = Suite { name: "at_once", cases: 20, at_a_time: 6, tries: 4 };

/// The one group of a case.
const GROUP: Tid = 0;
/// Who is in it from beginning to end and hides nobody, so that they see all of the log.
const WITNESS: Uid = 1;
/// So many acts of a batch that leave no trace in the log: each could have been at any place in it.
const MOST_SILENT: usize = 3;

#[test]
fn at_once_there_is_an_order_in_which_the_model_does_the_same() {
    SUITE.run(plan::crowds, async |stack: &Stack, crowd: &Crowd, tale: &Tale| {
        let cast = Cast { people: crowd.people, unregistered: 0, every_socket: 1 };
        let mut game = Game::new(stack, &cast, tale.clone()).await;
        play(&mut game, crowd).await
    });
}

async fn play(game: &mut Game, crowd: &Crowd) -> Check {
    game.befriend(&crowd.follows).await?;
    let others = (1..crowd.members).collect();
    game.act(&Act::Create { who: 0, others, title: None, room: None, text: None }).await?;
    for (who, whom) in &crowd.blocks {
        let (who, whom) = (usize::from(*who) % crowd.people, usize::from(*whom) % crowd.people);
        if who != whom && who != WITNESS {
            game.act(&Act::Block { who, whom }).await?;
        }
    }
    // What the group was like before the first batch, and after each.
    let mut worlds = vec![game.world.clone()];
    for batch in &crowd.batches {
        let acts = acts(game, batch);
        game.world = together(game, acts).await?;
        game.invariants()?;
        worlds.push(game.world.clone());
    }
    game.look().at_everything().await?;
    hearsay::judge(game, GROUP, &worlds).await
}

/// What is done at once: the batch resolved in the present state, less what would take the witness out.
fn acts(game: &Game, batch: &[Op]) -> Vec<(Act, bool)> {
    let mut acts: Vec<(Act, bool)> = Vec::new();
    for (place, op) in batch.iter().enumerate() {
        let serial = game.steps * batch.len() + place;
        let Step::Do(act) = resolve(op, &game.world, serial, |number| game.stage.room(number)) else { continue };
        let silent: Vec<Uid> = acts.iter().filter(|(act, _)| !act.is_logged()).map(|(act, _)| act.who()).collect();
        let too_many = silent.len() >= MOST_SILENT || silent.contains(&act.who());
        if (act.is_logged() || !too_many) && !moves_witness(&act) {
            let again = matches!(act, Act::Send { .. } | Act::Add { .. }) && op.place % 4 == 3;
            acts.push((act, again));
        }
    }
    acts
}

fn moves_witness(act: &Act) -> bool {
    match act {
        Act::Remove { whom, .. } => *whom == WITNESS,
        Act::Leave { who, .. } | Act::Decline { who, .. } | Act::Block { who, .. } | Act::Decide { who, .. } => {
            *who == WITNESS
        }
        _ => false,
    }
}

/// Does these things at once, those that say so twice with the same key, and finds the state they lead to.
async fn together(game: &mut Game, acts: Vec<(Act, bool)>) -> Result<World, String> {
    let stage = &game.stage;
    let asked = acts.iter().map(async |(act, twice)| {
        let call = stage.call(act);
        let call = if act.key().1 || *twice { call.key(&fresh_key()) } else { call };
        let calls = if *twice { vec![call.clone(), call] } else { vec![call] };
        join_all(calls.into_iter().map(|call| stage.ask(call))).await.into_iter().collect::<Result<Vec<_>, _>>()
    });
    let answers: Vec<Vec<Answer>> = join_all(asked).await.into_iter().collect::<Result<_, _>>()?;

    game.tale.tell(format!("at once, after entry {}:", game.world.threads[GROUP].last_seq()));
    let mut attempts = Vec::new();
    for ((act, _), answers) in acts.into_iter().zip(answers) {
        game.steps += answers.len();
        game.tale.count(answers.len());
        let told: Vec<String> = answers.iter().map(short).collect();
        game.tale.tell(format!("   {act}: {}", told.join(" and ")));
        attempts.extend(once(&act, answers)?);
    }
    let look = game.look();
    let after = game.world.threads[GROUP].last_seq();
    let log = look.items(WITNESS, &stage.path(GROUP, &format!("/events?after={after}&limit=100"))).await?;
    let log = stage.names.events(&log);
    let views = join_all(game.world.everyone().map(|who| view(game, who))).await;
    let views = views.into_iter().collect::<Result<Vec<_>, _>>()?;
    log.iter().map(|event| format!("   log: {event}")).for_each(|line| game.tale.tell(line));

    let mut world = game.world.clone();
    let witnessed = views[WITNESS].as_ref().ok_or_else(|| format!("{} is not in the group", name(WITNESS)))?;
    let order = witnessed["members"].as_array().into_iter().flatten();
    world.known_order = order.filter_map(|member| world.everyone().find(|who| member["user"] == name(*who))).collect();
    Meanwhile { stage: &game.stage, group: GROUP, attempts: &attempts, log: &log, views: &views }.explain(world)
}

/// The answers to the same request, sent at the same time with the same key: what succeeded did so once.
fn once(act: &Act, answers: Vec<Answer>) -> Result<Vec<Attempt>, String> {
    let (done, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status < 300);
    if let [one, other] = done.as_slice() {
        let same = (one.status, &one.json) == (other.status, &other.json) && one.replayed() != other.replayed();
        demand(same, || format!("{act} twice at once: {} and {}", one.text(), other.text()))?;
    }
    let counting = done.into_iter().take(1).chain(refused);
    Ok(counting.map(|answer| Attempt { act: act.clone(), answer }).collect())
}

/// The group as `who` sees it; nothing if they do not.
async fn view(game: &Game, who: Uid) -> Result<Option<Value>, String> {
    let answer = game.stage.ask(game.stage.get(who, &game.stage.path(GROUP, ""))).await?;
    match answer.status {
        200 => Ok(Some(game.stage.names.thread(&answer.json))),
        404 => Ok(None),
        _ => Err(format!("{} asked for the group: {}", name(who), answer.text())),
    }
}
