use serde_json::json;

use super::*;
use crate::iam::Need;

const TEMPLATE: &str = r#"
Parameters:
  Stage: { Type: String, Default: dev }
  JwtIssuer: { Type: String }
  JwtAudience: { Type: String }
  Mode: { Type: String, Default: calm, AllowedValues: [calm, wild] }
Conditions:
  Wild: !Equals [!Ref Mode, wild]
Globals:
  Function:
    Timeout: 7
    PermissionsBoundary: !Ref Fence
    Environment: { Variables: { TABLE_NAME: !Ref Table, LEVEL: info } }
Resources:
  PostFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: post } }
    Properties:
      Policies:
        - Statement:
            - { Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Query], Resource: !GetAtt Table.Arn }
            - { Effect: !If [Wild, Allow, Deny], Action: dynamodb:Query, Resource: !Sub "${Table.Arn}/index/*" }
        - Statement:
            Effect: Allow
            Action: execute-api:ManageConnections
            Resource: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Socket}/${Stage}/POST/@connections/*
        - !If [Wild, { Statement: { Effect: Allow, Action: "dynamodb:*", Resource: "*" } }, !Ref AWS::NoValue]
      Environment:
        Variables:
          LEVEL: debug
          SOCKET_URL: !Sub wss://${Socket}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}
      Events:
        Get: { Type: HttpApi, Properties: { ApiId: !Ref Http, Method: get, Path: "/posts/{id}" } }
        Open: { Type: HttpApi, Properties: { ApiId: !Ref Http, Method: GET, Path: /open, Auth: { Authorizer: NONE } } }
        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Http } }
  WildFunction:
    Type: AWS::Serverless::Function
    Condition: Wild
    Metadata: { BuildProperties: { Binary: wild } }
  Fence:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: { Statement: [{ Effect: Allow, NotAction: "dynamodb:Delete*", Resource: "*" }] }
  Extra:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: extra
      Roles: [!Ref PostFunctionRole]
      PolicyDocument: { Statement: [{ Effect: Allow, Action: ["dynamodb:PutItem", "dynamodb:DeleteItem"], Resource: !GetAtt Table.Arn }] }
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Host
        Authorizers: { Host: { JwtConfiguration: { issuer: !Ref JwtIssuer, audience: [!Ref JwtAudience] } } }
  Socket:
    Type: AWS::ApiGatewayV2::Api
    Properties: { ProtocolType: WEBSOCKET, RouteSelectionExpression: "${request.body.action}" }
  Ping: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Socket, RouteKey: ping, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/${Call}" } }
  Typing: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Socket, RouteKey: typing, Target: !Join [/, [integrations, !Ref Call]] } }
  Answer: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ApiId: !Ref Socket, RouteId: !Ref Ping, RouteResponseKey: $default } }
  Call:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Socket
      IntegrationUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${PostFunction.Arn}/invocations
  Live: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Socket, StageName: !Ref Stage } }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      TimeToLiveSpecification: { AttributeName: expires_at, Enabled: true }
"#;

fn given(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn functions_have_their_binary_and_the_merged_environment() {
    let template = parse(TEMPLATE, &[], "local").unwrap();
    let [post] = template.functions.as_slice() else { panic!("one function") };
    assert_eq!((post.id.as_str(), post.binary.as_str(), post.timeout.as_secs()), ("PostFunction", "post", 7));
    assert_eq!(post.environment["LEVEL"], "debug");
    assert_eq!(post.environment["TABLE_NAME"], "local-Table");
    let socket = template.socket.unwrap();
    assert!(post.environment["SOCKET_URL"].starts_with(&format!("wss://{}.execute-api.", socket.id)));
}

/// `Ok` if the role of `PostFunction` allows an action, or the reason in AWS's message.
fn asked(given_mode: &str, action: &str, resource: &str) -> Result<(), String> {
    let template = parse(TEMPLATE, &given(&[("Mode", given_mode)]), "local").unwrap();
    let authorized = template.functions[0].role.authorize(&Need::new(action, resource));
    authorized.map(drop).map_err(|denied| {
        let told = denied.to_string();
        let (user, reason) = told.split_once(" is not authorized to perform: ").unwrap();
        assert_eq!(user, "User: arn:aws:sts::123456789012:assumed-role/local-PostFunctionRole/local-PostFunction");
        reason.split_once(&format!("{action} on resource: {resource} ")).unwrap().1.to_owned()
    })
}

#[test]
fn a_role_is_what_the_policies_say_once_they_are_evaluated() {
    let table = "arn:aws:dynamodb:us-east-1:123456789012:table/local-Table";
    let no = |kind: &str, action: &str| Err(format!("because no {kind} allows the {action} action"));
    assert_eq!(asked("calm", "dynamodb:GetItem", table), Ok(()));
    assert_eq!(
        asked("calm", "dynamodb:GetItem", &format!("{table}2")),
        no("identity-based policy", "dynamodb:GetItem")
    );
    assert_eq!(asked("calm", "dynamodb:Scan", table), no("identity-based policy", "dynamodb:Scan"));
    assert_eq!(asked("wild", "dynamodb:Scan", table), Ok(()));
    assert_eq!(
        asked("calm", "dynamodb:Query", &format!("{table}/index/i")),
        Err("with an explicit deny in an identity-based policy".to_owned())
    );
    assert_eq!(asked("wild", "dynamodb:Query", &format!("{table}/index/i")), Ok(()));
    // The first action comes from the policy that lists the role. The boundary refuses the second.
    assert_eq!(asked("calm", "dynamodb:PutItem", table), Ok(()));
    assert_eq!(asked("calm", "dynamodb:DeleteItem", table), no("permissions boundary", "dynamodb:DeleteItem"));

    let socket = parse(TEMPLATE, &[], "local").unwrap().socket.unwrap().id;
    let post = |verb: &str| format!("arn:aws:execute-api:us-east-1:123456789012:{socket}/dev/{verb}/@connections/x");
    let manage = "execute-api:ManageConnections";
    assert_eq!(asked("calm", manage, &post("POST")), Ok(()));
    assert_eq!(asked("calm", manage, &post("DELETE")), no("identity-based policy", manage));
}

#[test]
fn a_condition_adds_its_resources() {
    let template = parse(TEMPLATE, &given(&[("Mode", "wild")]), "local").unwrap();
    assert_eq!(template.functions.len(), 2);
}

#[test]
fn routes_know_their_function_and_their_authorizer() {
    let http = parse(TEMPLATE, &given(&[("JwtAudience", "app")]), "local").unwrap().http;
    let routes: Vec<_> = http.routes.iter().map(|route| (route.key.as_str(), route.authorization)).collect();
    let (none, jwt) = (Authorization::None, Authorization::Jwt);
    assert_eq!(routes, [("GET /posts/{id}", jwt), ("GET /open", none), ("$default", jwt)]);
    assert_eq!(http.audiences, ["app"]);
}

#[test]
fn a_route_with_iam_needs_an_api_that_has_it() {
    let with_iam = TEMPLATE.replace("Authorizer: NONE", "Authorizer: AWS_IAM");
    let refused = format!("{:#}", parse(&with_iam, &[], "local").unwrap_err());
    assert!(refused.contains("EnableIamAuthorizer"), "{refused}");
    let enabled =
        with_iam.replace("        DefaultAuthorizer:", "        EnableIamAuthorizer: true\n        DefaultAuthorizer:");
    let routes = parse(&enabled, &[], "local").unwrap().http.routes;
    let signed = routes.iter().filter(|route| route.authorization == Authorization::Iam);
    assert_eq!(signed.map(|route| route.key.as_str()).collect::<Vec<_>>(), ["GET /open"]);
}

#[test]
fn socket_routes_respond_only_with_a_route_response() {
    let socket = parse(TEMPLATE, &[], "local").unwrap().socket.unwrap();
    assert_eq!((socket.stage.as_str(), socket.selection.as_slice()), ("dev", &["action".to_owned()][..]));
    let responds: Vec<_> = socket.routes.iter().map(|(key, route)| (key.as_str(), route.responds)).collect();
    assert_eq!(responds, [("ping", true), ("typing", false)]);
}

#[test]
fn tables_carry_their_key_and_expiry() {
    let [table] = &parse(TEMPLATE, &[], "local").unwrap().tables[..] else { panic!("one table") };
    assert_eq!(table.create["KeySchema"], json!([{"AttributeName": "pk", "KeyType": "HASH"}]));
    assert_eq!(table.expires_by.as_deref(), Some("expires_at"));
}

#[test]
fn parameters_are_checked() {
    let unknown = parse(TEMPLATE, &given(&[("Colour", "red")]), "local").unwrap_err().to_string();
    assert!(unknown.contains("no parameter Colour"), "{unknown}");
    let refused = parse(TEMPLATE, &given(&[("Mode", "sad")]), "local").unwrap_err().to_string();
    assert!(refused.contains("allowed are"), "{refused}");
}
