//! The HTTP API: an `AWS::Serverless::HttpApi` and the `HttpApi` events of the functions.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::reader::Reader;

/// The key of the route for requests that match no other route.
const DEFAULT: &str = "$default";
/// The audience of local tokens if the template takes it from a parameter without a value.
const LOCAL_AUDIENCE: &str = "local";

#[derive(Debug)]
pub(crate) struct HttpApi {
    pub(crate) id: String,
    /// The stage. `$default` adds nothing to the URL.
    pub(crate) stage: String,
    pub(crate) routes: Vec<HttpRoute>,
    /// The audiences that the JWT authorizer accepts; never empty.
    pub(crate) audiences: Vec<String>,
    pub(crate) cors: Option<Cors>,
}

#[derive(Clone, Debug)]
pub(crate) struct HttpRoute {
    /// `GET /users/{user_id}`, or `$default`.
    pub(crate) key: String,
    /// The method, or `ANY`.
    pub(crate) method: String,
    /// The path with its variables, or `$default`.
    pub(crate) path: String,
    /// The logical id of the function.
    pub(crate) function: String,
    /// What a request needs.
    pub(crate) authorization: Authorization,
}

/// What a route asks of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Authorization {
    None,
    /// A token of the issuer.
    Jwt,
    /// A signature of somebody whom IAM allows to call it.
    Iam,
}

impl HttpRoute {
    pub(crate) fn is_default(&self) -> bool {
        self.path == DEFAULT
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Cors {
    pub(crate) origins: Vec<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) exposed: Vec<String>,
    pub(crate) max_age_s: Option<u64>,
    pub(crate) credentials: bool,
}

pub(super) fn read(reader: &Reader<'_>) -> Result<HttpApi> {
    let mut apis = reader.of_kind("AWS::Serverless::HttpApi");
    let declared = apis.next();
    if let Some(second) = apis.next() {
        bail!("the local stack supports one HTTP API, and {} is a second one", second.id);
    }
    let setting =
        |name: &str| declared.and_then(|api| api.property(name)).or_else(|| reader.globals.get("HttpApi")?.get(name));
    let auth = setting("Auth");
    let authorizer =
        auth.and_then(|auth| auth.get("DefaultAuthorizer")).map(|name| reader.scope.text(name)).transpose()?;
    Ok(HttpApi {
        id: declared.map_or_else(|| "local".to_owned(), |api| reader.scope.references[api.id].clone()),
        stage: setting("StageName").map_or_else(|| Ok(DEFAULT.to_owned()), |name| reader.scope.text(name))?,
        routes: routes(reader, (authorizer.as_deref(), auth))?,
        audiences: audiences(reader, auth, authorizer.as_deref()),
        cors: setting("CorsConfiguration").map(|value| cors(&reader.scope.evaluate(value)?)).transpose()?.flatten(),
    })
}

/// The audiences of the authorizer. Without a value for their parameter, local tokens carry the audience `local`.
fn audiences(reader: &Reader<'_>, auth: Option<&Value>, authorizer: Option<&str>) -> Vec<String> {
    let configured = || {
        let audience = auth?.get("Authorizers")?.get(authorizer?)?.get("JwtConfiguration")?.get("audience")?;
        let evaluated = reader.scope.evaluate(audience).ok()?;
        Some(evaluated.as_array()?.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect::<Vec<_>>())
    };
    configured().filter(|audiences| !audiences.is_empty()).unwrap_or_else(|| vec![LOCAL_AUDIENCE.to_owned()])
}

/// What an authorizer of the template asks for. That of IAM has to be enabled, as SAM demands.
fn authorization(name: Option<&str>, auth: Option<&Value>) -> Result<Authorization> {
    let enabled = || auth.and_then(|auth| auth.get("EnableIamAuthorizer")).and_then(Value::as_bool) == Some(true);
    Ok(match name {
        None | Some("NONE") => Authorization::None,
        Some("AWS_IAM") if enabled() => Authorization::Iam,
        Some("AWS_IAM") => bail!("AWS_IAM needs EnableIamAuthorizer: true in Auth of the HTTP API"),
        Some(_) => Authorization::Jwt,
    })
}

fn routes(reader: &Reader<'_>, (default, auth): (Option<&str>, Option<&Value>)) -> Result<Vec<HttpRoute>> {
    let mut routes: Vec<HttpRoute> = Vec::new();
    for function in reader.of_kind("AWS::Serverless::Function") {
        for (name, event) in function.property("Events").and_then(Value::as_object).into_iter().flatten() {
            if event.get("Type").and_then(Value::as_str) != Some("HttpApi") {
                continue;
            }
            let none = Map::new();
            let properties = event.get("Properties").and_then(Value::as_object).unwrap_or(&none);
            let text = |property: &str| -> Result<Option<String>> {
                let value = properties.get(property).map(|value| reader.scope.text(value)).transpose();
                value.with_context(|| format!("{property} of the event {name} of {}", function.id))
            };
            let own = properties.get("Auth").and_then(|auth| auth.get("Authorizer")).and_then(Value::as_str);
            let authorization = authorization(own.or(default), auth)
                .with_context(|| format!("Auth of the event {name} of {}", function.id))?;
            let path = text("Path")?
                .filter(|path| path.trim_start_matches('/') != DEFAULT)
                .unwrap_or_else(|| DEFAULT.to_owned());
            let method = text("Method")?.unwrap_or_else(|| "ANY".to_owned()).to_ascii_uppercase().replace('*', "ANY");
            let key = if path == DEFAULT { path.clone() } else { format!("{method} {path}") };
            if let Some(other) = routes.iter().find(|route| route.key == key) {
                bail!("the route {key} is declared by both {} and {}", other.function, function.id);
            }
            routes.push(HttpRoute { key, method, path, function: function.id.to_owned(), authorization });
        }
    }
    Ok(routes)
}

/// `true` allows everything. A mapping lists what is allowed.
fn cors(value: &Value) -> Result<Option<Cors>> {
    let everything = || vec!["*".to_owned()];
    let Some(settings) = value.as_object() else {
        let open = Cors { origins: everything(), methods: everything(), headers: everything(), ..Cors::default() };
        return Ok((value.as_bool() == Some(true)).then_some(open));
    };
    let list = |name: &str| -> Vec<String> {
        let items = settings.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.as_str().map(|text| text.trim().to_owned())).collect()
    };
    Ok(Some(Cors {
        origins: list("AllowOrigins"),
        methods: list("AllowMethods"),
        headers: list("AllowHeaders"),
        exposed: list("ExposeHeaders"),
        max_age_s: settings
            .get("MaxAge")
            .map(|age| age.to_string().trim_matches('"').parse().context("MaxAge"))
            .transpose()?,
        credentials: settings.get("AllowCredentials").and_then(Value::as_bool).unwrap_or(false),
    }))
}
