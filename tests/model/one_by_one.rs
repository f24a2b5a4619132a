//! One operation after the other. Every response is compared, and after every step what the users concerned see.

use tests::Stack;

use crate::driver::case::{Case, Participants};
use crate::driver::compare::Check;
use crate::run::{Suite, Transcript};
use crate::trace::{SequentialTrace, sequential};

const SUITE: Suite = Suite { name: "one_by_one", cases: 20, at_a_time: 4, tries: 1 };

#[test]
fn one_by_one_every_operation_does_what_the_model_does() {
    SUITE.run(sequential, async |stack: &Stack, trace: &SequentialTrace, transcript: &Transcript| {
        let participants =
            Participants { users: trace.users, unregistered: usize::from(trace.users > 6), every_socket: 3 };
        let mut case = Case::new(stack, &participants, transcript.clone()).await;
        run(&mut case, trace).await
    });
}

async fn run(case: &mut Case, trace: &SequentialTrace) -> Check {
    case.set_up_follows(&trace.follows).await?;
    for op in &trace.ops {
        case.step(op).await?;
    }
    case.finish().await
}
