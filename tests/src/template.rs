//! `infra/template.yaml` as data.

use std::collections::BTreeSet;
use std::fs;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

use crate::sources::root;

/// The template, with CloudFormation's tags as objects: `!Ref X` is `{"!Ref": "X"}`.
pub struct Template(Value);

/// One function of the template.
pub struct Function {
    /// Its logical id.
    pub id: String,
    /// The binary that is built for it.
    pub binary: String,
    /// Everything else about it.
    pub properties: Value,
    /// The keys of its routes, of both APIs.
    pub routes: BTreeSet<String>,
}

impl Template {
    /// Reads the template of this checkout.
    #[must_use]
    pub fn read() -> Self {
        let text = fs::read_to_string(root().join("infra/template.yaml")).expect("the template can be read");
        let documents = Yaml::load_from_str(&text).expect("the template is YAML");
        Self(json_of(&documents[0]))
    }

    /// The resources of a type, with their logical ids.
    #[must_use]
    pub fn of_type(&self, kind: &str) -> Vec<(&str, &Value)> {
        let resources = self.0["Resources"].as_object().expect("a template has resources");
        resources.iter().filter(|(_, body)| body["Type"] == kind).map(|(id, body)| (id.as_str(), body)).collect()
    }

    /// The routes of the WebSocket API by their keys.
    #[must_use]
    pub fn socket_routes(&self) -> &Map<String, Value> {
        let [(_, api)] = self.of_type("AWS::Serverless::WebSocketApi")[..] else {
            panic!("there is one WebSocket API")
        };
        api["Properties"]["Routes"].as_object().expect("it has routes")
    }

    /// All functions.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        let functions = self.of_type("AWS::Serverless::Function");
        functions.into_iter().map(|(id, body)| self.function(id, body)).collect()
    }

    fn function(&self, id: &str, body: &Value) -> Function {
        let properties = body["Properties"].clone();
        let events = properties["Events"].as_object().into_iter().flat_map(Map::values);
        // The others have no routes.
        let events = events.filter(|event| event["Type"] == "HttpApi");
        let arn = json!({"!GetAtt": format!("{id}.Arn")});
        let socket = self.socket_routes().iter().filter(|(_, route)| route["FunctionArn"] == arn);
        let routes = events.map(http_route).chain(socket.map(|(key, _)| key.clone())).collect();
        Function { id: id.to_owned(), binary: text(&body["Metadata"]["BuildProperties"]["Binary"]), properties, routes }
    }
}

impl Function {
    /// The statements of its policies.
    #[must_use]
    pub fn statements(&self) -> Vec<&Value> {
        let policies = self.properties["Policies"].as_array().expect("a function has policies");
        policies.iter().flat_map(|policy| policy["Statement"].as_array().expect("a policy has statements")).collect()
    }

    /// The names of the variables that only this function is given.
    pub fn variables(&self) -> BTreeSet<&str> {
        let variables = self.properties["Environment"]["Variables"].as_object();
        variables.into_iter().flat_map(Map::keys).map(String::as_str).collect()
    }
}

/// The actions of a statement, which may be one or a list.
pub fn actions(statement: &Value) -> Vec<&str> {
    let action = &statement["Action"];
    let list = action.as_array().map_or(std::slice::from_ref(action), Vec::as_slice);
    list.iter().map(|action| action.as_str().expect("an action is a string")).collect()
}

/// The key under which API Gateway knows an `HttpApi` event; without path and method it is the default route.
fn http_route(event: &Value) -> String {
    let event = &event["Properties"];
    match (&event["Method"], &event["Path"]) {
        (Value::Null, Value::Null) => "$default".to_owned(),
        (method, path) => format!("{} {}", text(method), text(path)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a string")).to_owned()
}

fn json_of(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(json_of).collect(),
        Yaml::Mapping(entries) => entries.iter().map(|(key, value)| (text(&json_of(key)), json_of(value))).collect(),
        Yaml::Tagged(tag, inner) => json!({ format!("!{}", tag.suffix): json_of(inner) }),
        other => panic!("the template holds {other:?}"),
    }
}
