//! What a function may do is exact: single actions, on the one table, the one socket API, the queues and the folders of the one bucket.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use tests::template::{Function, Template, actions};

const PUSH: &str = "execute-api:ManageConnections";
const SEND: &str = "sqs:SendMessage";

#[test]
fn every_statement_grants_single_actions_on_one_resource() {
    let table = json!({"!GetAtt": "Table.Arn"});
    let api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}/${Stage}";
    let sockets = |method: &str| json!({"!Sub": format!("{api}/{method}/@connections/*")});
    for function in Template::read().functions() {
        assert!(
            function.properties.get("Role").is_none(),
            "{} has the role that SAM makes of its policies",
            function.id
        );
        for statement in function.statements() {
            assert_eq!(statement["Effect"], "Allow", "{}", function.id);
            for action in actions(statement) {
                assert!(!action.contains(['*', '?']), "{} is granted {action}", function.id);
                let resource = &statement["Resource"];
                if action == SEND {
                    let queue = queue_of(&function, resource);
                    assert!(queue.is_some(), "{action} of {} is granted on {resource}", function.id);
                    continue;
                }
                if action.starts_with("s3:") {
                    let folder = |name: &str| json!({"!Sub": format!("${{MediaBucket.Arn}}/{name}/*")});
                    let folders = ["uploads", "media", "thumbnails"].map(folder);
                    let lists = action == "s3:ListBucket" && *resource == json!({"!GetAtt": "MediaBucket.Arn"});
                    assert!(
                        lists || folders.contains(resource),
                        "{action} of {} is granted on {resource}",
                        function.id
                    );
                    continue;
                }
                assert!(action == PUSH || action.starts_with("dynamodb:"), "{} is granted {action}", function.id);
                // Only the function that opens connections closes those that are too many.
                let closes = action == PUSH && function.id == "ConnectionFunction" && *resource == sockets("DELETE");
                let usual = if action == PUSH { &sockets("POST") } else { &table };
                assert!(closes || resource == usual, "{action} of {} is granted on {resource}", function.id);
            }
        }
    }
}

/// The queue whose ARN a resource is, if the function knows the URL of this queue.
fn queue_of(function: &Function, resource: &Value) -> Option<String> {
    let queue = resource["!GetAtt"].as_str()?.strip_suffix(".Arn")?;
    let variables = function.properties["Environment"]["Variables"].as_object()?;
    variables.values().any(|value| *value == json!({"!Ref": queue})).then(|| queue.to_owned())
}

#[test]
fn the_functions_that_may_send_to_a_queue_are_those_that_know_its_url() {
    let template = Template::read();
    let queues: BTreeSet<&str> = template.of_type("AWS::SQS::Queue").into_iter().map(|(id, _)| id).collect();
    for function in template.functions() {
        let statements = function.statements();
        let sends = statements.iter().filter(|statement| actions(statement).contains(&SEND));
        let granted = sends.filter_map(|statement| queue_of(&function, &statement["Resource"]));
        let granted: BTreeSet<String> = granted.collect();
        let variables = function.properties["Environment"]["Variables"].as_object();
        let references = variables.into_iter().flat_map(Map::values).filter_map(|value| value["!Ref"].as_str());
        let known: BTreeSet<String> = references.filter(|id| queues.contains(id)).map(str::to_owned).collect();
        assert_eq!(granted, known, "{}: granted (left) and known (right)", function.id);
    }
}

#[test]
fn the_functions_that_may_push_are_those_that_know_where() {
    let pushes = |function: &Function| function.statements().iter().any(|statement| actions(statement).contains(&PUSH));
    let knows = |function: &Function| function.variables().contains("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI");
    let ids = |chosen: &dyn Fn(&Function) -> bool| -> BTreeSet<String> {
        Template::read().functions().into_iter().filter(chosen).map(|function| function.id).collect()
    };
    assert_eq!(ids(&pushes), ids(&knows));
}

#[test]
fn only_the_function_that_gives_out_tickets_knows_the_public_socket_url() {
    let functions = Template::read().functions();
    let told = functions.iter().filter(|function| function.variables().contains("SOCKET_URL"));
    assert_eq!(told.map(|function| function.id.as_str()).collect::<Vec<_>>(), ["ConnectionFunction"]);
}
