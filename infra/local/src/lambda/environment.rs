//! The environment of a function process: the variables of the template and of Lambda, nothing else.

use std::collections::BTreeMap;

use super::host::Host;
use crate::template::FunctionSpec;

/// The addresses of the services that belong to one process.
pub(super) struct Services {
    pub(super) runtime_api: String,
    pub(super) xray_daemon: String,
}

/// All environment variables of one process.
pub(super) fn variables(
    spec: &FunctionSpec,
    host: &Host,
    access_key: &str,
    own: &Services,
) -> BTreeMap<String, String> {
    let stream = format!("local/[$LATEST]{access_key}");
    let group = format!("/aws/lambda/{}", spec.name);
    let secret = host.callers.secret(access_key);
    let memory = spec.memory_mib.to_string();
    let of_lambda = [
        ("AWS_ACCESS_KEY_ID", access_key),
        ("AWS_DEFAULT_REGION", &host.region),
        ("AWS_ENDPOINT_URL_DYNAMODB", &host.endpoints.dynamodb),
        ("AWS_ENDPOINT_URL_S3", &host.endpoints.s3),
        ("AWS_ENDPOINT_URL_SQS", &host.endpoints.sqs),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &stream),
        ("AWS_LAMBDA_RUNTIME_API", &own.runtime_api),
        ("AWS_REGION", &host.region),
        ("AWS_SECRET_ACCESS_KEY", &secret),
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
