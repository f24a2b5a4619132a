//! Making a thread older than it is, past the product: no test waits until a thread moves in mailboxes, or until what a process left
//! behind counts as such.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use tests::{Stack, User, engine};

type Item = HashMap<String, AttributeValue>;

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn head_key(thread: &str) -> [(&'static str, AttributeValue); 2] {
    [("pk", text(format!("THREAD#{thread}"))), ("sk", text("HEAD"))]
}

/// The entries of a thread in a user's inbox: the milliseconds of each, and the item.
async fn entries(stack: &Stack, user: &User, thread: &str) -> Vec<(i64, Item)> {
    let query = engine::client(stack).query().table_name(stack.table_name()).consistent_read(true);
    let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :inbox)");
    let query = query.expression_attribute_values(":pk", text(format!("USER#{}", user.id)));
    let query = query.expression_attribute_values(":inbox", text("INBOX#"));
    let items = query.send().await.expect("an inbox can be read").items.unwrap_or_default();
    let entry = |item: Item| {
        let (bumped, id) = item["sk"].as_s().expect("keys are texts").strip_prefix("INBOX#")?.split_once('#')?;
        (id == thread).then(|| (bumped.parse::<i64>().expect("an entry has a time"), item.clone()))
    };
    items.into_iter().filter_map(entry).collect()
}

/// Where a user's inbox has a thread, in milliseconds; more than one place if somebody left an entry behind.
pub(crate) async fn places(stack: &Stack, user: &User, thread: &str) -> Vec<i64> {
    entries(stack, user, thread).await.into_iter().map(|(bumped, _)| bumped).collect()
}

/// Where the head says that inboxes have the thread.
async fn position(stack: &Stack, thread: &str) -> i64 {
    let get = engine::client(stack).get_item().table_name(stack.table_name()).consistent_read(true);
    let [pk, sk] = head_key(thread);
    let head = get.key(pk.0, pk.1).key(sk.0, sk.1).send().await.expect("a head can be read").item;
    head.expect("the thread is there")["bumped"].as_n().expect("it is a number").parse().expect("of milliseconds")
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("it is no long time")
}

/// Leaves a thread so far behind in the inbox of a user, as somebody does who dies once its head has moved.
pub(crate) async fn leave_behind(stack: &Stack, thread: &str, user: &User, by: Duration) {
    let client = engine::client(stack);
    for (bumped, mut item) in entries(stack, user, thread).await {
        let delete = client.delete_item().table_name(stack.table_name());
        let delete = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone());
        delete.send().await.expect("an entry can be taken away");
        item.insert("sk".to_owned(), text(format!("INBOX#{:013}#{thread}", bumped - ms(by))));
        let put = client.put_item().table_name(stack.table_name()).set_item(Some(item));
        put.send().await.expect("an entry can be put");
    }
}

/// Demands that each of these inboxes has the thread once, where its head says.
pub(crate) async fn in_place(stack: &Stack, thread: &str, users: &[&User]) {
    let position = position(stack, thread).await;
    for user in users {
        assert_eq!(places(stack, user, thread).await, [position], "{}", user.name);
    }
}

/// Makes the place of a thread so much older, in its head and in the inboxes of these users, wherever they have it.
pub(crate) async fn age(stack: &Stack, thread: &str, users: &[&User], by: Duration) {
    for user in users {
        leave_behind(stack, thread, user, by).await;
    }
    let older = AttributeValue::N((position(stack, thread).await - ms(by)).to_string());
    let [pk, sk] = head_key(thread);
    let update = engine::client(stack).update_item().table_name(stack.table_name()).key(pk.0, pk.1).key(sk.0, sk.1);
    let update = update.update_expression("SET bumped = :older").expression_attribute_values(":older", older);
    update.send().await.expect("a head can be changed");
}

/// Makes a message so much older.
pub(crate) async fn make_older(stack: &Stack, thread: &str, seq: u64, by: Duration) {
    let update = engine::client(stack).update_item().table_name(stack.table_name());
    let update = update.key("pk", text(format!("THREAD#{thread}"))).key("sk", text(format!("MSG#{seq:010}")));
    let update = update.update_expression("SET #at = #at - :by").expression_attribute_names("#at", "at");
    let update = update.condition_expression("attribute_exists(pk)");
    let by = AttributeValue::N(ms(by).to_string());
    update.expression_attribute_values(":by", by).send().await.expect("the message is an item");
}
