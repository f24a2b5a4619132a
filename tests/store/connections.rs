//! Tickets and connections (rule 22).

use std::time::Duration;

use futures_util::future::join_all;
use shared::domain::connection::Connection;
use shared::domain::ids::{ConnectionId, Ticket, UserId};
use shared::domain::time::Timestamp;
use shared::store::{Condition, Writes};
use tests::{Stack, unique};

use crate::engine::store;
use crate::given::{commit, user};

/// A time to come: the engine's clean-up goes by the machine's clock.
fn ahead(seconds: u64) -> Timestamp {
    Timestamp::from_ms(4_000_000_000_000).unwrap().plus(Duration::from_secs(seconds))
}

fn connection(user_id: &UserId, opened_at: Timestamp) -> Connection {
    let id = ConnectionId::try_from(format!("{}=", unique("c"))).unwrap();
    Connection { user_id: user_id.clone(), id, opened_at }
}

#[tokio::test]
async fn a_ticket_is_good_once_and_until_its_end() {
    let stack = Stack::shared();
    let store = store(&stack);
    let ann = user("ann");
    let ticket = |first| {
        let mut bytes = [first; 32];
        bytes[1..9].copy_from_slice(&unique("t").as_bytes()[..8]);
        Ticket::from_random(bytes)
    };
    let (mine, another) = (connection(&ann, ahead(0)).id, connection(&ann, ahead(0)).id);
    let good = ticket(1);
    commit(&store, Writes::save_ticket(&good, &ann, ahead(30)).unwrap()).await.unwrap();
    assert_eq!(store.claim_ticket(&good, &mine, ahead(0)).await.unwrap(), ann);
    assert!(store.claim_ticket(&good, &another, ahead(0)).await.unwrap_err().failed(Condition::Ticket));
    // Our own call again, after an answer that was lost.
    assert_eq!(store.claim_ticket(&good, &mine, ahead(1)).await.unwrap(), ann);

    let late = ticket(2);
    commit(&store, Writes::save_ticket(&late, &ann, ahead(30)).unwrap()).await.unwrap();
    assert!(store.claim_ticket(&late, &mine, ahead(30)).await.unwrap_err().failed(Condition::Ticket));
    assert!(store.claim_ticket(&ticket(3), &mine, ahead(0)).await.unwrap_err().failed(Condition::Ticket));
}

#[tokio::test]
async fn rule_23_dropping_a_connection_drops_nothing_else() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, bob) = (user("ann"), user("bob"));
    let all = [connection(&ann, ahead(0)), connection(&ann, ahead(0)), connection(&bob, ahead(0))];
    for connection in &all {
        store.open_connection(connection).await.unwrap();
    }
    store.drop_connection(&all[0].user_id, &all[0].id).await.unwrap();
    store.drop_connection(&all[0].user_id, &all[0].id).await.unwrap();
    let mut left = store.connections(&[ann, bob, user("eve")], ahead(1)).await.unwrap();
    left.sort_by_key(|connection| connection.id.clone());
    let mut expected = all[1..].to_vec();
    expected.sort_by_key(|connection| connection.id.clone());
    assert_eq!(left, expected);
    assert_eq!(store.connection_user(&all[0].id).await.unwrap(), None);
    assert_eq!(store.connection_user(&all[1].id).await.unwrap().as_ref(), Some(&all[1].user_id));

    // Forgetting a connection of somebody who has none makes nothing either.
    store.drop_connection(&user("dan"), &all[0].id).await.unwrap();
}

#[tokio::test]
async fn connections_that_are_over_are_not_listed_and_go_with_the_next() {
    let stack = Stack::shared();
    let store = store(&stack);
    let ann = user("ann");
    let later = 2 * 60 * 60 + 1;
    let (old, new) = (connection(&ann, ahead(0)), connection(&ann, ahead(later)));
    store.open_connection(&old).await.unwrap();
    let users = [ann];
    assert_eq!(store.connections(&users, ahead(later - 2)).await.unwrap(), [old]);
    assert_eq!(store.connections(&users, ahead(later)).await.unwrap(), []);
    store.open_connection(&new).await.unwrap();
    // Asked for a time at which both would live, only the new one is left.
    assert_eq!(store.connections(&users, ahead(1)).await.unwrap(), [new]);
}

#[tokio::test]
async fn a_user_keeps_the_twenty_newest_connections() {
    let stack = Stack::shared();
    let store = store(&stack);
    let ann = user("ann");
    let all: Vec<_> = (0..23).map(|second| connection(&ann, ahead(second))).collect();
    for (opened, connection) in all.iter().enumerate() {
        // Those that are too many stay listed until they are closed.
        let beyond = store.open_connection(connection).await.unwrap();
        let too_many = (opened + 1).saturating_sub(20).min(1);
        assert_eq!(beyond, all[opened.saturating_sub(20)..][..too_many]);
        for closed in &beyond {
            assert!(store.connections(std::slice::from_ref(&ann), ahead(60)).await.unwrap().contains(closed));
            store.drop_connection(&ann, &closed.id).await.unwrap();
        }
    }
    let mut left = store.connections(&[ann], ahead(60)).await.unwrap();
    left.sort_by_key(|connection| connection.opened_at);
    assert_eq!(left, all[3..]);
}

#[tokio::test]
async fn connections_are_ordered_to_the_millisecond_and_by_their_ids() {
    let stack = Stack::shared();
    let store = store(&stack);
    let ann = user("ann");
    let at = ahead(1);
    let mut all: Vec<_> = (0..21).map(|ms| connection(&ann, at.plus(Duration::from_millis(ms)))).collect();
    all.reverse();
    let beyond = join_all(all.iter().map(|connection| store.open_connection(connection))).await;
    let beyond: Vec<_> = beyond.into_iter().flat_map(Result::unwrap).collect();
    assert!(beyond.iter().all(|connection| connection == &all[20]), "{beyond:#?}");
}
