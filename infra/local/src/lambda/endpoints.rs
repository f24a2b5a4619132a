//! The local addresses of the services that functions call.

/// The local addresses of AWS services.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The base URL of the DynamoDB proxy.
    pub(crate) dynamodb: String,
    /// The base URL of S3.
    pub(crate) s3: String,
    /// The base URL of SQS.
    pub(crate) sqs: String,
    /// AWS host names of the template's APIs and buckets and of SQS, each with its loopback address.
    pub(crate) hosts: Vec<(String, String)>,
}

impl Endpoints {
    /// Replaces the AWS URLs of the template's own APIs and queues with the local ones.
    pub(super) fn localise(&self, value: &str) -> String {
        let mut value = value.to_owned();
        for (host, local) in &self.hosts {
            value = value.replace(&format!("https://{host}"), &format!("http://{local}"));
            value = value.replace(&format!("wss://{host}"), &format!("ws://{local}"));
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_the_own_apis_become_local() {
        let endpoints = Endpoints {
            dynamodb: String::new(),
            s3: String::new(),
            sqs: String::new(),
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
