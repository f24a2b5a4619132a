//! Making stays and reports older than they are, past the product: no test waits for days.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use tests::{Stack, User, engine};

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Changes a number of an item by so many milliseconds.
async fn earlier(stack: &Stack, (pk, sk): (String, String), name: &str, by: Duration) {
    let update = engine::client(stack).update_item().table_name(stack.table_name());
    let update = update.key("pk", text(pk)).key("sk", text(sk)).expression_attribute_names("#name", name);
    let update = update.update_expression("SET #name = #name - :by").condition_expression("attribute_exists(#name)");
    let by = AttributeValue::N(by.as_millis().to_string());
    update.expression_attribute_values(":by", by).send().await.expect("the item is there");
}

/// Makes the end of a stay so much older: `LEFT` or `REMOVED`.
pub(super) async fn left_earlier(stack: &Stack, how: &str, (thread, user): (&str, &User), by: Duration) {
    earlier(stack, (format!("THREAD#{thread}"), format!("{how}#{}", user.id)), "at", by).await;
}

/// Leaves of a stay what earlier releases stored.
pub(super) async fn forget_what_was_seen(stack: &Stack, how: &str, (thread, user): (&str, &User)) {
    let update = engine::client(stack).update_item().table_name(stack.table_name());
    let update = update.key("pk", text(format!("THREAD#{thread}"))).key("sk", text(format!("{how}#{}", user.id)));
    let update = update.update_expression("REMOVE #from, #at").condition_expression("attribute_exists(#from)");
    let update = update.expression_attribute_names("#from", "from").expression_attribute_names("#at", "at");
    update.send().await.expect("the stay is there");
}

/// Makes the end of a report so much older, and leaves it to the table to remove it.
pub(super) async fn closed_earlier(stack: &Stack, id: &str, by: Duration) {
    let key = || (format!("REPORT#{id}"), "REPORT".to_owned());
    earlier(stack, key(), "closed", by).await;
    // In seconds.
    earlier(stack, key(), "expires_at", by / 1_000).await;
}

/// An attribute of the item of a report; `None` if it has none.
pub(super) async fn stored(stack: &Stack, id: &str, name: &str) -> Option<AttributeValue> {
    let get = engine::client(stack).get_item().table_name(stack.table_name()).consistent_read(true);
    let get = get.key("pk", text(format!("REPORT#{id}"))).key("sk", text("REPORT"));
    get.send().await.expect("a table can be read").item.expect("the report is there").remove(name)
}
