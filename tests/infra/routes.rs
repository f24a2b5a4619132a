//! What the gateway sends to a function is what the function answers.

use std::collections::BTreeSet;

use tests::routes::routes;
use tests::sources::folders;
use tests::template::Template;

#[test]
fn every_function_of_the_code_is_one_of_the_template() {
    let template = Template::read();
    let mut binaries: Vec<String> = template.functions().into_iter().map(|function| function.binary).collect();
    binaries.sort();
    assert_eq!(binaries, folders("functions"));
    for function in template.functions() {
        assert_eq!(function.id.to_lowercase(), format!("{}function", function.binary));
        assert_eq!(function.properties["CodeUri"], format!("../functions/{}", function.binary));
    }
}

#[test]
fn every_route_is_handled_and_every_handled_route_exists() {
    for function in Template::read().functions() {
        let own = routes().iter().filter(|route| route.function == function.binary);
        let keys: BTreeSet<String> = own.map(|route| route.key.clone()).collect();
        assert_eq!(keys, function.routes, "{} in the code (left) and in the template (right)", function.id);
    }
}

#[test]
fn a_socket_route_answers_frames_exactly_where_it_has_a_route_response() {
    let template = Template::read();
    let routes = template.socket_routes().iter();
    let answering = routes.filter(|(_, route)| route["RouteResponseSelectionExpression"] == "$default");
    let answering: BTreeSet<String> = answering.map(|(key, _)| sam_id(key)).collect();
    let responses = template.of_type("AWS::ApiGatewayV2::RouteResponse");
    let responses = responses.iter().map(|(_, body)| body["Properties"]["RouteId"]["!Ref"].as_str());
    assert_eq!(
        responses.map(|id| id.expect("a route response names its route").to_owned()).collect::<BTreeSet<_>>(),
        answering
    );
}

/// The logical id that SAM gives to a socket route: `ping` is `SocketApiPingRoute`.
fn sam_id(route_key: &str) -> String {
    let (first, rest) = route_key.trim_start_matches('$').split_at(1);
    format!("SocketApi{}{rest}Route", first.to_uppercase())
}
