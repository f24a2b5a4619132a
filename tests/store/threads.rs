//! Heads: whatever races, one state follows another.

use futures_util::future::join_all;
use shared::domain::ids::{Seq, UserId};
use shared::domain::member::{ReadMark, Standing};
use shared::domain::message_request::{accept, decline};
use shared::domain::read;
use shared::domain::revision::Revision;
use shared::domain::thread::Thread;
use shared::domain::transition::Transition;
use shared::store::{AbsentHead, Condition, Head, OnFollow, Store, StoreError, Writes};
use tests::Stack;

use crate::engine::store;
use crate::given::{change, commit, create, follow, later, message, opening, sent, thread};

#[tokio::test]
async fn a_stored_thread_comes_back_as_it_was() {
    let stack = Stack::shared();
    let store = store(&stack);
    let asked = thread(&store, Standing::pending(later(0))).await;
    let mut expected = sent(&store, &asked, 0, &"long ".repeat(60), later(1)).await;
    assert_eq!(store.thread(&expected.id).await.unwrap().unwrap(), expected);

    let bob = expected.members[1].user_id.clone();
    let declined = decline(&expected, &bob, later(2)).unwrap().unwrap();
    change(&store, &declined).await.unwrap();
    let declined = declined.after;
    assert_eq!(store.thread(&expected.id).await.unwrap().unwrap(), declined);
    let accepted = accept(&declined, &bob).unwrap().unwrap();
    change(&store, &accepted).await.unwrap();
    expected = accepted.after;
    assert_eq!(store.thread(&expected.id).await.unwrap().unwrap(), expected);
}

#[tokio::test]
async fn of_sixteen_who_open_the_same_thread_one_creates_it() {
    let stack = Stack::shared();
    let new = opening(Standing::Accepted);
    let create = async || create(&store(&stack), &new).await;
    let outcomes = join_all((0..16).map(|_| create())).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(error.failed(Condition::Head), "{error}");
        assert_eq!(Head::of_failed_condition(&error).unwrap(), Some(Head::Thread(Box::new(new.thread.clone()))));
    }
}

#[tokio::test]
async fn whoever_comes_second_learns_the_new_head() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let first = sent(&store, &thread, 0, "first", later(1)).await;
    let stale = message(&thread, 1, "second", later(1));
    let error = change(&store, &stale.transition).await.unwrap_err();
    assert!(error.failed(Condition::Head));
    assert_eq!(Head::of_failed_condition(&error).unwrap(), Some(Head::Thread(Box::new(first.clone()))));
    // Nothing of the lost write is there.
    let messages = store.messages(&first, (Seq::ONE, Seq::MAX), 10).await.unwrap().items;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].written().unwrap().content.text.as_str(), "first");
}

#[tokio::test]
async fn rule_14_thirty_two_writers_make_one_dense_log() {
    let stack = Stack::shared();
    let thread = thread(&store(&stack), Standing::Accepted).await;
    let write = async |number: usize| {
        let store = store(&stack);
        let mut seen = thread.clone();
        let mut backoff = store.table().backoff();
        loop {
            let sending = message(&seen, number % 2, &number.to_string(), later(1));
            match change(&store, &sending.transition).await {
                Ok(_) => return sending.message.seq.get(),
                Err(error) => {
                    assert!(error.is_lost_race(), "{error}");
                    assert!(backoff.is_first_lost_race() || backoff.pause_after_lost_race().await, "time is up");
                    seen = store.thread(&thread.id).await.unwrap().unwrap();
                }
            }
        }
    };
    let mut seqs = join_all((0..32).map(write)).await;
    seqs.sort_unstable();
    assert_eq!(seqs, (2..=33).collect::<Vec<_>>());

    let head = store(&stack).thread(&thread.id).await.unwrap().unwrap();
    assert_eq!(head.last_seq.get(), 33);
    assert_eq!((head.counts.of(head.members[0].slot), head.counts.of(head.members[1].slot)), (16, 16));
}

#[tokio::test]
async fn rule_19_marks_move_forward_only_and_beside_messages() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let two = sent(&store, &thread, 0, "two", later(1)).await;
    let three = sent(&store, &two, 0, "three", later(2)).await;
    let bob = &thread.members[1].user_id;
    let mark = |seq: u64, counted| ReadMark { seq: Seq::try_from(seq).unwrap(), counted };

    let moved = move_mark(&store, &three, bob, mark(3, 2)).await.unwrap();
    assert!(matches!(&moved, Head::Thread(now) if now.members[1].mark == mark(3, 2)), "{moved:?}");
    let stays = move_mark(&store, &three, bob, mark(2, 1)).await.unwrap_err();
    let head = store.thread(&thread.id).await.unwrap().unwrap();
    let learned = Head::of_failed_condition(&stays).unwrap();
    assert_eq!(learned, Some(Head::Thread(Box::new(head.clone()))), "who comes second learns where the mark is");
    assert_eq!(head.members[1].mark, mark(3, 2));
    assert_eq!(head.unread(&head.members[1]), 0);

    // A message that was decided before the mark moved is stored all the same, and the mark stays.
    let four = sent(&store, &three, 0, "four", later(3)).await;
    let head = store.thread(&thread.id).await.unwrap().unwrap();
    assert_eq!((head.last_seq, head.members[1].mark), (four.last_seq, mark(3, 2)));
    assert_eq!(head.unread(&head.members[1]), 1);

    // A mark that was decided before something else about the members changed is decided again.
    let declined = decline(&thread_with(&head, Standing::pending(later(0))), bob, later(4)).unwrap().unwrap();
    change(&store, &Transition { before: head.clone(), ..declined.clone() }).await.unwrap();
    let stale = move_mark(&store, &head, bob, mark(4, 3)).await.unwrap_err();
    let learned = Head::of_failed_condition(&stale).unwrap();
    assert!(matches!(learned, Some(Head::Thread(now)) if now.revision == declined.after.revision));

    let last = store.last_message_at(&head, Seq::try_from(2).unwrap()).await.unwrap().unwrap();
    let in_between = read::mark(&thread_without_marks(&head), bob, Seq::try_from(2).unwrap(), Some(&last.counts));
    assert_eq!(in_between, Ok(Some(mark(2, 1))));
}

async fn move_mark(store: &Store, thread: &Thread, user: &UserId, mark: ReadMark) -> Result<Head, StoreError> {
    commit(store, Writes::move_mark(thread, user, mark)).await.map(|head| head.expect("it is the only write"))
}

fn thread_with(thread: &Thread, standing: Standing) -> Thread {
    let mut thread = thread.clone();
    thread.members[1].standing = standing;
    thread
}

fn thread_without_marks(thread: &Thread) -> Thread {
    let mut thread = thread.clone();
    for member in &mut thread.members {
        member.mark = ReadMark::default();
    }
    thread
}

#[tokio::test]
async fn a_vacancy_that_is_not_there_any_more_is_a_lost_condition() {
    let stack = Stack::shared();
    let store = store(&stack);
    let new = opening(Standing::Accepted);
    assert_eq!(store.thread(&new.thread.id).await.unwrap(), None);
    let gone = AbsentHead { revision: Some(Revision::default()), ..AbsentHead::default() };
    let error = commit(&store, Writes::open_thread(&new, &gone, false).unwrap()).await.unwrap_err();
    let nothing = matches!(error, StoreError::ConditionFailed { condition: Condition::Head, item: None });
    assert!(nothing, "{error:?}");
    assert_eq!(store.head(&new.thread.id).await.unwrap(), Head::Absent(AbsentHead::default()));
}

#[tokio::test]
async fn rule_05_an_opening_hangs_on_whether_the_other_follows() {
    let stack = Stack::shared();
    let store = store(&stack);
    let new = opening(Standing::pending(later(0)));
    let (ann, bob) = (&new.thread.members[0].user_id, &new.thread.members[1].user_id);
    let create =
        async |followed| commit(&store, Writes::open_thread(&new, &AbsentHead::default(), followed).unwrap()).await;
    assert!(create(true).await.unwrap_err().failed(Condition::Followed));
    follow(&store, bob, ann, OnFollow::Absent, later(1)).await.unwrap();
    assert!(create(false).await.unwrap_err().failed(Condition::Followed));
    create(true).await.unwrap();
}
