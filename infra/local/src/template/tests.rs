use super::*;

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
    Environment: { Variables: { TABLE_NAME: !Ref Table, LEVEL: info } }
Resources:
  PostFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: post } }
    Properties:
      Policies:
        - Statement: [{ Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Query] }, { Effect: Allow, Action: execute-api:ManageConnections }]
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
    assert!(post.granted.iter().eq(["dynamodb:GetItem", "dynamodb:Query", "execute-api:ManageConnections"]));
    let socket = template.socket.unwrap();
    assert!(post.environment["SOCKET_URL"].starts_with(&format!("wss://{}.execute-api.", socket.id)));
}

#[test]
fn a_condition_adds_its_resources() {
    let template = parse(TEMPLATE, &given(&[("Mode", "wild")]), "local").unwrap();
    assert_eq!(template.functions.len(), 2);
}

#[test]
fn routes_know_their_function_and_their_authorizer() {
    let http = parse(TEMPLATE, &given(&[("JwtAudience", "app")]), "local").unwrap().http;
    let routes: Vec<_> = http.routes.iter().map(|route| (route.key.as_str(), route.authorized)).collect();
    assert_eq!(routes, [("GET /posts/{id}", true), ("GET /open", false), ("$default", true)]);
    assert_eq!(http.audiences, ["app"]);
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
