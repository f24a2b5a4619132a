//! One operation after the other: every answer, and after every step what those concerned see.

use tests::Stack;

use crate::plan::{Story, stories};
use crate::play::game::{Cast, Game};
use crate::play::same::Check;
use crate::run::{Suite, Tale};

const SUITE: Suite = Suite { name: "one_by_one", cases: 20, at_a_time: 4, tries: 1 };

#[test]
fn one_by_one_every_operation_does_what_the_model_does() {
    SUITE.run(stories, async |stack: &Stack, story: &Story, tale: &Tale| {
        let cast = Cast { people: story.people, unregistered: usize::from(story.people > 6), every_socket: 3 };
        let mut game = Game::new(stack, &cast, tale.clone()).await;
        play(&mut game, story).await
    });
}

async fn play(game: &mut Game, story: &Story) -> Check {
    game.befriend(&story.follows).await?;
    for op in &story.ops {
        game.step(op).await?;
    }
    game.finish().await
}
