//! Items of other releases, which work on the same table while one is deployed.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::domain::ids::ThreadId;
use shared::domain::member::Standing;
use shared::domain::transition::Transition;
use shared::store::StoreError;
use tests::Stack;
use tests::engine::client;

use crate::engine::store;
use crate::given::{change, later, sent, thread};

/// Sets an attribute of a thread's head behind the product's back.
async fn set(stack: &Stack, thread: &ThreadId, name: &str, value: AttributeValue) {
    let update = client(stack).update_item().table_name(stack.table_name()).update_expression("SET #name = :value");
    let update =
        update.key("pk", AttributeValue::S(format!("THREAD#{thread}"))).key("sk", AttributeValue::S("HEAD".into()));
    update.expression_attribute_names("#name", name).expression_attribute_values(":value", value).send().await.unwrap();
}

/// An attribute of a thread's head.
async fn get(stack: &Stack, thread: &ThreadId, name: &str) -> Option<AttributeValue> {
    let get = client(stack).get_item().table_name(stack.table_name()).consistent_read(true);
    let get = get.key("pk", AttributeValue::S(format!("THREAD#{thread}"))).key("sk", AttributeValue::S("HEAD".into()));
    get.send().await.unwrap().item?.remove(name)
}

#[tokio::test]
async fn what_a_later_release_added_is_passed_over_and_stays() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    let colour = AttributeValue::S("green".to_owned());
    set(&stack, &thread.id, "colour", colour.clone()).await;
    let read = store.thread(&thread.id).await.unwrap().unwrap();
    assert_eq!(read, thread);
    sent(&store, &read, 0, "hello", later(1)).await;
    assert_eq!(get(&stack, &thread.id, "colour").await, Some(colour));
}

#[tokio::test]
async fn a_field_of_a_later_release_in_a_member_stays_when_the_members_are_written() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::pending(later(0))).await;
    let Some(AttributeValue::L(members)) = get(&stack, &thread.id, "members").await else { panic!("no members") };
    let members = members.iter().map(|member| member.as_s().unwrap().replacen(' ', ",z7 ", 1));
    set(&stack, &thread.id, "members", AttributeValue::L(members.map(AttributeValue::S).collect())).await;
    let read = store.thread(&thread.id).await.unwrap().unwrap();
    let mut accepted = read.clone();
    accepted.members[1].set_standing(Standing::Accepted);
    change(&store, &Transition { before: read, after: accepted, entries: Vec::new() }).await.unwrap();
    let Some(AttributeValue::L(members)) = get(&stack, &thread.id, "members").await else { panic!("no members") };
    assert!(members[1].as_s().unwrap().contains("a1,z7 "), "{members:?}");
}

#[tokio::test]
async fn an_item_of_a_later_version_is_refused_and_left_alone() {
    let stack = Stack::shared();
    let store = store(&stack);
    let thread = thread(&store, Standing::Accepted).await;
    set(&stack, &thread.id, "v", AttributeValue::N("3".to_owned())).await;
    assert!(matches!(store.thread(&thread.id).await, Err(StoreError::Corrupt { .. })));
    assert_eq!(get(&stack, &thread.id, "v").await, Some(AttributeValue::N("3".to_owned())));
}
