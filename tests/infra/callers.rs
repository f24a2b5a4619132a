//! Nobody calls AWS without a key that AWS knows. The stack's own key opens everything.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tests::Stack;

#[tokio::test]
async fn the_table_is_closed_to_strangers() {
    let stack = Stack::shared();
    let ask = async |key: Option<&str>| {
        let request =
            Client::new().post(stack.database_url()).header("x-amz-target", "DynamoDB_20120810.DescribeTable");
        let body = json!({"TableName": stack.table_name()}).to_string();
        answer(signed(request.body(body), key)).await
    };
    let (status, body) = ask(None).await;
    assert_eq!(
        (status, &body["__type"]),
        (400, &json!("com.amazon.coral.service#MissingAuthenticationTokenException"))
    );
    assert_eq!(body["message"], "Request is missing Authentication Token");
    let (status, body) = ask(Some("AKIAIOSFODNN7EXAMPLE")).await;
    assert_eq!((status, &body["__type"]), (400, &json!("com.amazon.coral.service#UnrecognizedClientException")));
    assert_eq!(body["message"], "The security token included in the request is invalid.");
    let (status, body) = ask(Some(&stack.access_key())).await;
    assert_eq!((status, &body["Table"]["TableName"]), (200, &json!(stack.table_name())));
}

#[tokio::test]
async fn queues_are_closed_to_strangers() {
    let stack = Stack::shared();
    let ask = async |key: Option<&str>| {
        let request = Client::new().post(stack.queues_url()).header("x-amz-target", "AmazonSQS.SendMessage");
        let body = json!({"QueueUrl": format!("{}/123456789012/none", stack.queues_url()), "MessageBody": "{}"});
        answer(signed(request.body(body.to_string()), key)).await
    };
    let (status, body) = ask(None).await;
    assert_eq!(
        (status, &body["__type"]),
        (403, &json!("com.amazon.coral.service#MissingAuthenticationTokenException"))
    );
    let (status, body) = ask(Some("AKIAIOSFODNN7EXAMPLE")).await;
    assert_eq!((status, &body["__type"]), (403, &json!("com.amazon.coral.service#UnrecognizedClientException")));
    let (status, body) = ask(Some(&stack.access_key())).await;
    assert_eq!((status, &body["__type"]), (400, &json!("com.amazonaws.sqs#QueueDoesNotExist")));
}

#[tokio::test]
async fn sockets_are_closed_to_strangers() {
    let stack = Stack::own();
    let ann = stack.user("ann").await;
    let mut anns = ann.connect().await;
    let id = stack.connection_id(&anns).await;
    let url = format!("{}/@connections/{id}", stack.socket_url().replace("ws://", "http://"));
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let ask = async |key: Option<&str>| answer(signed(Client::new().request(method.clone(), &url), key)).await;
        let (status, body) = ask(None).await;
        assert_eq!((status, body), (403, json!({"message": "Missing Authentication Token"})), "{method}");
        let (status, body) = ask(Some("AKIAIOSFODNN7EXAMPLE")).await;
        let told = "The security token included in the request is invalid.";
        assert_eq!((status, body), (403, json!({"message": told})), "{method}");
    }
    let (status, body) = answer(signed(Client::new().get(&url), Some(&stack.access_key()))).await;
    assert!(status == 200 && body["connectedAt"].is_string(), "{status} {body}");
    let (status, _) = answer(signed(Client::new().delete(&url), Some(&stack.access_key()))).await;
    assert_eq!(status, 204);
    anns.closed().await;
}

/// A request with the header of Signature Version 4, whose signature nobody looks at.
fn signed(request: reqwest::RequestBuilder, key: Option<&str>) -> reqwest::RequestBuilder {
    let Some(key) = key else { return request };
    let scope = "20250101/us-east-1/any/aws4_request, SignedHeaders=host, Signature=0";
    request.header("authorization", format!("AWS4-HMAC-SHA256 Credential={key}/{scope}"))
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("the stack answers");
    let status = response.status().as_u16();
    let body = response.bytes().await.expect("an answer has an end");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}
