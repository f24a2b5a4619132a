//! Heads: whatever races, one state follows another.

use futures_util::future::join_all;
use shared::domain::ids::Seq;
use shared::domain::member::{ReadMark, Standing};
use shared::domain::read;
use shared::domain::request::{accept, decline};
use shared::store::{Guard, Head, Moved, OnFollow, StoreError, Vacancy};
use tests::Stack;

use crate::engine::store;
use crate::given::{follow, later, message, opening, sent, thread};

#[tokio::test]
async fn a_stored_thread_comes_back_as_it_was() {
    let stack = Stack::shared();
    let store = store(&stack);
    let mut expected = sent(&store, &thread(&store, Standing::Pending).await, 0, &"long ".repeat(60), later(1)).await;
    assert_eq!(store.thread(&expected.id).await.unwrap().unwrap(), expected);

    let bob = expected.members[1].user_id.clone();
    let declined = decline(&expected, &bob, later(2)).unwrap().unwrap();
    store.change_thread(&expected, &declined, &[], None).await.unwrap();
    assert_eq!(store.thread(&expected.id).await.unwrap().unwrap(), declined);
    expected = accept(&declined, &bob).unwrap().unwrap();
    store.change_thread(&declined, &expected, &[], None).await.unwrap();
    assert_eq!(store.thread(&expected.id).await.unwrap().unwrap(), expected);
}

#[tokio::test]
async fn of_sixteen_who_open_the_same_thread_one_creates_it() {
    let stack = Stack::shared();
    let (thread, created) = opening(Standing::Accepted);
    let create = async || {
        store(&stack).create_thread(&Vacancy::default(), false, &thread, std::slice::from_ref(&created), None).await
    };
    let outcomes = join_all((0..16).map(|_| create())).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let store = store(&stack);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(error.lost(Guard::Head), "{error}");
        assert_eq!(
            store.head_after(error, &thread.id, &mut store.table().pauses()).await.unwrap().thread().unwrap(),
            thread
        );
    }
}

#[tokio::test]
async fn whoever_comes_second_learns_the_new_head() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let first = sent(&store, &thread, 0, "first", later(1)).await;
    let stale = message(&thread, 1, "second", later(1));
    let error = store.change_thread(&thread, &stale.thread, &[stale.entry()], None).await.unwrap_err();
    assert!(error.lost(Guard::Head));
    assert_eq!(
        store.head_after(error, &thread.id, &mut store.table().pauses()).await.unwrap(),
        Head::Thread(Box::new(first.clone()))
    );
    // Nothing of the lost write is there.
    let (messages, _) = store.messages(&thread.id, (Seq::ONE, Seq::MAX), 10).await.unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].text.as_str(), "first");
}

#[tokio::test]
async fn rule_14_thirty_two_writers_make_one_dense_log() {
    let stack = Stack::shared();
    let thread = thread(&store(&stack), Standing::Accepted).await;
    let write = async |number: usize| {
        let store = store(&stack);
        let mut seen = thread.clone();
        let mut pauses = store.table().pauses();
        loop {
            let sending = message(&seen, number % 2, &number.to_string(), later(1));
            match store.change_thread(&seen, &sending.thread, &[sending.entry()], None).await {
                Ok(()) => return sending.logged.message.seq.get(),
                Err(error) => seen = store.head_after(error, &thread.id, &mut pauses).await.unwrap().thread().unwrap(),
            }
        }
    };
    let mut seqs = join_all((0..32).map(write)).await;
    seqs.sort_unstable();
    assert_eq!(seqs, (2..=33).collect::<Vec<_>>());

    let head = store(&stack).thread(&thread.id).await.unwrap().unwrap();
    assert_eq!(head.last_seq.get(), 33);
    assert_eq!((head.tally.of(head.members[0].slot), head.tally.of(head.members[1].slot)), (16, 16));
}

#[tokio::test]
async fn rule_19_marks_move_forward_only_and_beside_messages() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let two = sent(&store, &thread, 0, "two", later(1)).await;
    let three = sent(&store, &two, 0, "three", later(2)).await;
    let bob = &thread.members[1].user_id;
    let mark = |seq: u64, heard| ReadMark { seq: Seq::try_from(seq).unwrap(), heard };

    let moved = store.move_mark(&three, bob, mark(3, 2)).await.unwrap();
    assert!(matches!(moved, Moved::Forward(_)), "{moved:?}");
    let moved = store.move_mark(&three, bob, mark(2, 1)).await.unwrap();
    let head = store.thread(&thread.id).await.unwrap().unwrap();
    assert_eq!(moved, Moved::Stays(head.clone()), "who comes second learns where the mark is");
    assert_eq!(head.members[1].mark, mark(3, 2));
    assert_eq!(head.unread(&head.members[1]), 0);

    // A message that was decided before the mark moved is stored all the same, and the mark stays.
    let four = sent(&store, &three, 0, "four", later(3)).await;
    let head = store.thread(&thread.id).await.unwrap().unwrap();
    assert_eq!((head.last_seq, head.members[1].mark), (four.last_seq, mark(3, 2)));
    assert_eq!(head.unread(&head.members[1]), 1);

    // A mark that was decided before something else about the members changed is decided again.
    let declined = decline(&thread_with(&head, Standing::Pending), bob, later(4)).unwrap().unwrap();
    store.change_thread(&head, &declined, &[], None).await.unwrap();
    let moved = store.move_mark(&head, bob, mark(4, 3)).await.unwrap();
    assert!(matches!(moved, Moved::Stale(Head::Thread(now)) if now.revision == declined.revision));

    let tally = store.tally_at(&thread.id, Seq::try_from(2).unwrap()).await.unwrap();
    let in_between = read::mark(&thread_without_marks(&head), bob, Seq::try_from(2).unwrap(), tally.as_ref());
    assert_eq!(in_between, Ok(Some(mark(2, 1))));
}

fn thread_with(thread: &shared::domain::thread::Thread, standing: Standing) -> shared::domain::thread::Thread {
    let mut thread = thread.clone();
    thread.members[1].standing = standing;
    thread
}

fn thread_without_marks(thread: &shared::domain::thread::Thread) -> shared::domain::thread::Thread {
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
    let (thread, created) = opening(Standing::Accepted);
    assert_eq!(store.thread(&thread.id).await.unwrap(), None);
    let gone = Vacancy { revision: Some(shared::domain::thread::Revision::default()), ..Vacancy::default() };
    let error = store.create_thread(&gone, false, &thread, &[created], None).await.unwrap_err();
    assert!(matches!(error, StoreError::Lost { guard: Guard::Head, item: None }), "{error:?}");
    assert_eq!(
        store.head_after(error, &thread.id, &mut store.table().pauses()).await.unwrap(),
        Head::Vacant(Vacancy::default())
    );
}

#[tokio::test]
async fn rule_05_an_opening_hangs_on_whether_the_other_follows() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (thread, created) = opening(Standing::Pending);
    let (ann, bob) = (&thread.members[0].user_id, &thread.members[1].user_id);
    let create = async |followed| {
        store.create_thread(&Vacancy::default(), followed, &thread, std::slice::from_ref(&created), None).await
    };
    assert!(create(true).await.unwrap_err().lost(Guard::Followed));
    follow(&store, bob, ann, OnFollow::Absent, later(1)).await.unwrap();
    assert!(create(false).await.unwrap_err().lost(Guard::Followed));
    create(true).await.unwrap();
}
