//! The environment of a function process: the template's and Lambda's own, nothing else.

use std::collections::BTreeMap;

use super::Host;
use crate::template::FunctionSpec;

/// Where functions find the services that AWS would offer.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The base URL of the DynamoDB proxy.
    pub(crate) dynamodb: String,
    /// Host names of the template's APIs and the loopback addresses that stand in for them.
    pub(crate) hosts: Vec<(String, String)>,
}

impl Endpoints {
    /// Replaces the AWS URLs of the template's own APIs by the local ones.
    pub(crate) fn localise(&self, value: &str) -> String {
        let mut value = value.to_owned();
        for (host, local) in &self.hosts {
            value = value.replace(&format!("https://{host}"), &format!("http://{local}"));
            value = value.replace(&format!("wss://{host}"), &format!("ws://{local}"));
        }
        value
    }
}

/// What stands beside one process and is for it alone: addresses.
pub(super) struct Services {
    pub(super) runtime_api: String,
    pub(super) xray_daemon: String,
}

/// All variables of one process.
pub(super) fn of(spec: &FunctionSpec, host: &Host, access_key: &str, own: &Services) -> BTreeMap<String, String> {
    let stream = format!("local/[$LATEST]{access_key}");
    let group = format!("/aws/lambda/{}", spec.name);
    let memory = spec.memory_mib.to_string();
    let of_lambda = [
        ("AWS_ACCESS_KEY_ID", access_key),
        ("AWS_DEFAULT_REGION", &host.region),
        ("AWS_ENDPOINT_URL_DYNAMODB", &host.endpoints.dynamodb),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &stream),
        ("AWS_LAMBDA_RUNTIME_API", &own.runtime_api),
        ("AWS_REGION", &host.region),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_SESSION_TOKEN", "local"),
        ("AWS_XRAY_DAEMON_ADDRESS", &own.xray_daemon),
        ("LANG", "en_US.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("TZ", ":UTC"),
        ("_HANDLER", "bootstrap"),
    ];
    let mut all: BTreeMap<String, String> = of_lambda.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    for (name, value) in &spec.environment {
        all.insert(name.clone(), host.endpoints.localise(value));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_the_own_apis_become_local() {
        let endpoints = Endpoints {
            dynamodb: String::new(),
            hosts: vec![("abc.execute-api.us-east-1.amazonaws.com".to_owned(), "127.0.0.1:3001".to_owned())],
        };
        assert_eq!(endpoints.localise("wss://abc.execute-api.us-east-1.amazonaws.com/dev"), "ws://127.0.0.1:3001/dev");
        assert_eq!(
            endpoints.localise("https://abc.execute-api.us-east-1.amazonaws.com/dev"),
            "http://127.0.0.1:3001/dev"
        );
        assert_eq!(endpoints.localise("https://example.com"), "https://example.com");
    }
}
