//! Generated lists of operations. An operation consists of numbers that are resolved in the state they meet, so that a list with
//! operations taken out still makes sense, and a failing case can be shrunk.

mod list;
mod pick;
mod resolve;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;

use list::list;
pub(crate) use resolve::{Step, resolve};

/// The kinds of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Register,
    Follow,
    Unfollow,
    Block,
    Unblock,
    Close,
    Receipts,
    Open,
    Create,
    Add,
    Remove,
    Leave,
    Clear,
    End,
    Promote,
    Demote,
    Rename,
    Send,
    Edit,
    Delete,
    React,
    Pin,
    Read,
    Accept,
    Decline,
    Decide,
    Prefer,
    /// Repeats an earlier POST with its key.
    Again,
}

/// An operation whose users, thread and details are numbers.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) verb: Verb,
    pub(crate) who: u8,
    pub(crate) place: u8,
    pub(crate) what: u8,
    pub(crate) list: Vec<u8>,
}

/// How often each verb occurs, of some 190.
const ONE_BY_ONE: [(usize, Verb); 28] = [
    (28, Verb::Send),
    (8, Verb::Edit),
    (8, Verb::Delete),
    (12, Verb::React),
    (12, Verb::Pin),
    (13, Verb::Add),
    (10, Verb::Read),
    (8, Verb::Block),
    (7, Verb::Follow),
    (6, Verb::Again),
    (6, Verb::Remove),
    (6, Verb::Leave),
    (5, Verb::Clear),
    (1, Verb::End),
    (6, Verb::Accept),
    (5, Verb::Unblock),
    (5, Verb::Open),
    (4, Verb::Create),
    (4, Verb::Decide),
    (4, Verb::Rename),
    (4, Verb::Promote),
    (4, Verb::Demote),
    (3, Verb::Decline),
    (3, Verb::Unfollow),
    (2, Verb::Prefer),
    (2, Verb::Close),
    (1, Verb::Receipts),
    (1, Verb::Register),
];

/// The same for concurrent operations in one group.
const AT_ONCE: [(usize, Verb); 14] = [
    (14, Verb::Add),
    (14, Verb::Send),
    (8, Verb::Leave),
    (8, Verb::Remove),
    (6, Verb::Block),
    (6, Verb::Demote),
    (5, Verb::Unblock),
    (5, Verb::Promote),
    (4, Verb::Rename),
    (4, Verb::Read),
    (4, Verb::Follow),
    (3, Verb::Accept),
    (2, Verb::Decline),
    (2, Verb::Decide),
];

/// Operations that are run one after the other.
#[derive(Clone, Debug)]
pub(crate) struct SequentialTrace {
    pub(crate) users: usize,
    /// Who follows whom at the beginning.
    pub(crate) follows: Vec<(u8, u8)>,
    pub(crate) ops: Vec<Operation>,
}

/// A group, and batches of operations that run in it concurrently.
#[derive(Clone, Debug)]
pub(crate) struct ConcurrentTrace {
    pub(crate) users: usize,
    pub(crate) members: usize,
    pub(crate) follows: Vec<(u8, u8)>,
    pub(crate) blocks: Vec<(u8, u8)>,
    pub(crate) batches: Vec<Vec<Operation>>,
}

/// Up to 160 operations of 4 to 20 users: enough for several groups to be full, or to have too few users.
pub(crate) fn sequential() -> impl Strategy<Value = SequentialTrace> {
    // Proptest shrinks the first part first.
    (list(op(&ONE_BY_ONE), 0..=160), edges(40), prop_oneof![4..=12_usize, 16..=20_usize])
        .prop_map(|(ops, follows, users)| SequentialTrace { users, follows, ops })
}

/// Up to 9 batches in a group that is small or nearly full, with few users outside of it.
pub(crate) fn concurrent() -> impl Strategy<Value = ConcurrentTrace> {
    let batches = list(list(op(&AT_ONCE), 1..=7), 1..=9);
    let members = prop_oneof![2..=8_usize, 12..=15_usize];
    (batches, edges(16), edges(16), members, 1..=4_usize).prop_map(|(batches, blocks, follows, members, others)| {
        ConcurrentTrace { users: members + others, members, follows, blocks, batches }
    })
}

fn edges(most: usize) -> impl Strategy<Value = Vec<(u8, u8)>> {
    list((any::<u8>(), any::<u8>()), 0..=most)
}

fn op(verbs: &[(usize, Verb)]) -> impl Strategy<Value = Operation> + use<> {
    let verbs: Vec<Verb> = verbs.iter().flat_map(|(times, verb)| vec![*verb; *times]).collect();
    // An operation of another kind would be another trace.
    let verb = select(verbs).no_shrink();
    (verb, any::<u8>(), any::<u8>(), any::<u8>(), vec(any::<u8>(), 0..5))
        .prop_map(|(verb, who, place, what, list)| Operation { verb, who, place, what, list })
}
