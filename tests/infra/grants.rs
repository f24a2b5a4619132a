//! Grants are neither missing nor superfluous. The local stack refuses what the template does not grant, and whatever test
//! meets a refusal fails by it; here stands that it does refuse, and that nothing is granted for nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use tests::{Pair, Stack, wait};

use crate::{altered, journey};

#[tokio::test]
async fn the_template_grants_what_functions_need_and_nothing_else() {
    let judged = Judged::on(Stack::own()).await;
    assert!(judged.missing.is_empty(), "asked for, and not granted: {:#?}", judged.missing);
    assert!(judged.superfluous.is_empty(), "granted, and no call here needs it: {:#?}", judged.superfluous);
}

#[tokio::test]
async fn an_action_taken_away_is_missed_by_its_name() {
    let stack = altered::stack("SettingsFunction", "                - dynamodb:UpdateItem\n", "");
    let table = stack.table_name();
    let judged = Judged::on(stack).await;
    judged.misses("SettingsFunction", &["dynamodb:UpdateItem"], &format!("table/{table}"));
}

#[tokio::test]
async fn an_action_too_many_is_superfluous_by_its_name() {
    let last = "                - dynamodb:UpdateItem\n";
    let stack = altered::stack("SettingsFunction", last, &format!("{last}                - dynamodb:Scan\n"));
    let table = stack.table_name();
    let judged = Judged::on(stack).await;
    assert!(judged.missing.is_empty(), "{:?}", judged.missing);
    assert_eq!(judged.superfluous.len(), 1, "{:?}", judged.superfluous);
    judged.spares("SettingsFunction", &["dynamodb:Scan"], &format!("table/{table}"));
}

#[tokio::test]
async fn an_action_on_another_table_is_missed_here_and_superfluous_there() {
    let another = "!Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/another";
    let stack = altered::stack("SettingsFunction", "!GetAtt Table.Arn", another);
    let ann = stack.user("ann").await;
    ann.get("/settings").await.problem("internal");
    ann.patch("/settings", &json!({"read_receipts": false})).await.problem("internal");
    let judged = Judged::of(&stack).await;
    let both = ["dynamodb:GetItem", "dynamodb:UpdateItem"];
    judged.misses("SettingsFunction", &both, &format!("table/{}", stack.table_name()));
    judged.spares("SettingsFunction", &both, "table/another");
}

#[tokio::test]
async fn a_call_that_is_not_granted_is_refused_in_the_words_of_aws() {
    let stack = altered::stack("SettingsFunction", "                - dynamodb:UpdateItem\n", "");
    let ann = stack.user("ann").await;
    ann.get("/settings").await.expect(200);
    ann.patch("/settings", &json!({"read_receipts": false})).await.problem("internal");
    assert_eq!(ann.get("/settings").await.expect(200)["read_receipts"], true);
    let table = stack.table_name();
    let name = table.strip_suffix("-Table").expect("the table is named after the stack");
    let told = format!(
        "[SettingsFunction] AccessDenied: User: arn:aws:sts::123456789012:assumed-role/{name}-SettingsFunctionRole/{name}-SettingsFunction \
         is not authorized to perform: dynamodb:UpdateItem on resource: arn:aws:dynamodb:"
    );
    logged(&stack, &told);
    let reason =
        ":table/".to_owned() + &table + " because no identity-based policy allows the dynamodb:UpdateItem action";
    logged(&stack, &reason);
}

#[tokio::test]
async fn no_grant_goes_beyond_the_boundary() {
    let stack = altered::stack("FunctionBoundary", "              - dynamodb:Query\n", "");
    let ann = stack.user("ann").await;
    ann.get("/users?username=ann").await.problem("internal");
    Judged::of(&stack).await.misses("UserFunction", &["dynamodb:Query"], &format!("table/{}", stack.table_name()));
    let reason = "because no permissions boundary allows the dynamodb:Query action";
    logged(&stack, reason);
}

#[tokio::test]
async fn a_push_needs_the_right_to_post_and_no_other() {
    let stack = altered::stack("MessageFunction", "/POST/@connections/*", "/GET/@connections/*");
    let pair = Pair::new(&stack).await;
    let mut bobs = pair.bob.connect().await;
    let sent = pair.ann.sending(&pair.thread, "hello").await;
    sent.expect(201);
    stack.finished(&sent).await;
    // The answer to a ping goes past `@connections`, and would come after the push.
    bobs.ping().await;
    bobs.assert_no_more("message.created");
    let judged = Judged::of(&stack).await;
    judged.misses("MessageFunction", &["execute-api:ManageConnections"], "/POST/@connections/{connectionId}");
    judged.spares("MessageFunction", &["execute-api:ManageConnections"], "/GET/@connections/*");
}

/// Waits until the stack has written this: it prints beside what it does.
#[track_caller]
fn logged(stack: &Stack, text: &str) {
    wait::until(&format!("the log to say {text}"), || stack.log().contains(text).then_some(()));
}

/// What is wrong with the grants, each as `function: action on resource`.
struct Judged {
    missing: BTreeSet<String>,
    superfluous: BTreeSet<String>,
}

impl Judged {
    /// After whatever was done on a stack.
    async fn of(stack: &Stack) -> Self {
        let grants = stack.grants().await;
        Self { missing: grants.missing(), superfluous: grants.superfluous() }
    }

    /// After the whole journey. Where it fails for a missing grant, the grant is what matters.
    async fn on(stack: Stack) -> Self {
        let stack = Arc::new(stack);
        let traveller = Arc::clone(&stack);
        let journey = tokio::spawn(async move { journey::whole(&traveller).await }).await;
        let judged = Self::of(&stack).await;
        if judged.missing.is_empty() {
            journey.unwrap_or_else(|failure| std::panic::resume_unwind(failure.into_panic()));
        }
        judged
    }

    /// Demands that a function misses these actions on a resource, and nobody anything else.
    #[track_caller]
    fn misses(&self, function: &str, actions: &[&str], resource: &str) {
        let named = |action: &&str| names(&self.missing, function, action, resource);
        assert!(self.missing.len() == actions.len() && actions.iter().all(named), "{:#?}", self.missing);
    }

    /// Demands that a function can spare these actions on a resource.
    #[track_caller]
    fn spares(&self, function: &str, actions: &[&str], resource: &str) {
        let named = |action: &&str| names(&self.superfluous, function, action, resource);
        assert!(actions.iter().all(named), "{:#?}", self.superfluous);
    }
}

/// Whether one of the rights is that of a function to an action on a resource that ends so.
fn names(rights: &BTreeSet<String>, function: &str, action: &str, resource: &str) -> bool {
    rights.iter().any(|right| right.starts_with(&format!("{function}: {action} on ")) && right.ends_with(resource))
}
