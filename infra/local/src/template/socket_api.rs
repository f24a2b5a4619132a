//! The WebSocket API, as one resource of SAM or as five resources of API Gateway.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::reader::{Reader, Resource};

#[derive(Debug)]
pub(crate) struct SocketApi {
    pub(crate) id: String,
    /// The stage, which is also the path of the URL.
    pub(crate) stage: String,
    /// The path to the member of the body that selects the route: `["action"]` for `$request.body.action`.
    pub(crate) selection: Vec<String>,
    /// The routes by route key.
    pub(crate) routes: BTreeMap<String, SocketRoute>,
}

#[derive(Debug)]
pub(crate) struct SocketRoute {
    /// The logical id of the function.
    pub(crate) function: String,
    /// Whether the body of the function's response is sent back as a frame.
    pub(crate) responds: bool,
}

pub(super) fn read(reader: &Reader<'_>) -> Result<Option<SocketApi>> {
    let is_raw = |api: &&Resource<'_>| api.property("ProtocolType").and_then(Value::as_str) == Some("WEBSOCKET");
    let raw = reader.of_kind("AWS::ApiGatewayV2::Api").filter(is_raw);
    let mut apis = reader.of_kind("AWS::Serverless::WebSocketApi").chain(raw);
    let Some(api) = apis.next() else {
        return Ok(None);
    };
    if let Some(second) = apis.next() {
        bail!("the local stack supports one WebSocket API, and {} is a second one", second.id);
    }
    let id = reader.scope.references[api.id].clone();
    let (stage, routes) = if api.kind == "AWS::Serverless::WebSocketApi" {
        (reader.text(api, "StageName")?, sam_routes(reader, api)?)
    } else {
        (raw_stage(reader, &id)?, raw_routes(reader, &id)?)
    };
    let expression =
        reader.text(api, "RouteSelectionExpression")?.context("the WebSocket API has no RouteSelectionExpression")?;
    let selection = expression.trim_start_matches("${").trim_end_matches('}').trim_start_matches('$');
    let selection = selection.strip_prefix("request.body.").with_context(|| {
        format!("the local stack supports route selection by $request.body.… only, and RouteSelectionExpression is {expression}")
    })?;
    Ok(Some(SocketApi {
        id,
        stage: stage.context("the WebSocket API has no stage")?,
        selection: selection.split('.').map(str::to_owned).collect(),
        routes,
    }))
}

/// The routes of SAM's resource. SAM names the generated resources `<api><route key>Route`.
fn sam_routes(reader: &Reader<'_>, api: &Resource<'_>) -> Result<BTreeMap<String, SocketRoute>> {
    let declared = api.property("Routes").and_then(Value::as_object).context("the WebSocket API has no Routes")?;
    let responding = routes_with_response(reader);
    let mut routes = BTreeMap::new();
    for (key, body) in declared {
        let arn = body.get("FunctionArn").with_context(|| format!("the route {key} has no FunctionArn"))?;
        let generated = format!("{}{}Route", api.id, capitalised(key));
        let route = SocketRoute {
            function: function_of(reader, &reader.scope.text(arn)?).with_context(|| format!("the route {key}"))?,
            responds: body.get("RouteResponseSelectionExpression").is_some()
                && responding.contains(&generated.as_str()),
        };
        routes.insert(key.clone(), route);
    }
    Ok(routes)
}

/// The routes of `AWS::ApiGatewayV2::Route` resources with their integrations.
fn raw_routes(reader: &Reader<'_>, api: &str) -> Result<BTreeMap<String, SocketRoute>> {
    let responding = routes_with_response(reader);
    let mut routes = BTreeMap::new();
    for route in reader.of_kind("AWS::ApiGatewayV2::Route") {
        if reader.text(route, "ApiId")?.as_deref() != Some(api) {
            continue;
        }
        let key = reader.text(route, "RouteKey")?.with_context(|| format!("{} has no RouteKey", route.id))?;
        let target = reader.text(route, "Target")?.with_context(|| format!("{} has no Target", route.id))?;
        let integration = target.strip_prefix("integrations/").unwrap_or(&target);
        let integration = reader.of_kind("AWS::ApiGatewayV2::Integration").find(|resource| resource.id == integration);
        let integration =
            integration.with_context(|| format!("the target of the route {key} is not an integration"))?;
        let uri = reader
            .text(integration, "IntegrationUri")?
            .with_context(|| format!("{} has no IntegrationUri", integration.id))?;
        let responds = route.property("RouteResponseSelectionExpression").is_some() && responding.contains(&route.id);
        routes.insert(key, SocketRoute { function: function_of(reader, &uri)?, responds });
    }
    Ok(routes)
}

fn raw_stage(reader: &Reader<'_>, api: &str) -> Result<Option<String>> {
    for stage in reader.of_kind("AWS::ApiGatewayV2::Stage") {
        if reader.text(stage, "ApiId")?.as_deref() == Some(api) {
            return reader.text(stage, "StageName");
        }
    }
    Ok(None)
}

/// The logical ids of the routes that have a route response.
fn routes_with_response<'a>(reader: &Reader<'a>) -> Vec<&'a str> {
    let routes = reader.of_kind("AWS::ApiGatewayV2::RouteResponse").filter_map(|response| response.property("RouteId"));
    routes.filter_map(|route| route.get("Ref")?.as_str()).collect()
}

/// The function whose ARN is in an integration's URI.
fn function_of(reader: &Reader<'_>, uri: &str) -> Result<String> {
    let names = |id: &str| uri.split('/').any(|part| part == reader.scope.attributes[&format!("{id}.Arn")]);
    let function = reader.of_kind("AWS::Serverless::Function").find(|function| names(function.id));
    Ok(function.with_context(|| format!("{uri} is not the ARN of a function of this template"))?.id.to_owned())
}

/// `$default` becomes `Default`, `ping` becomes `Ping`.
fn capitalised(key: &str) -> String {
    let mut letters = key.chars().filter(char::is_ascii_alphanumeric);
    letters.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(letters).collect()
}
