//! Who operates the stack: an IAM user with one access key, who may call every route with IAM authorization.

use std::fs;

use anyhow::Result;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::folder::{self, Folder};
use crate::iam::ACCOUNT;

/// The operator's access key.
const ACCESS_KEY: &str = "LOCALOPERATOR";
/// Bytes of the secret: as many as those of AWS have.
const SECRET_BYTES: usize = 30;

/// The operator and their key.
#[derive(Clone)]
pub(crate) struct Operator {
    secret: String,
    /// Where the signatures are for.
    pub(crate) region: String,
}

impl Operator {
    /// Loads the secret from the data folder, or makes one. It is the same after a restart.
    ///
    /// # Errors
    /// A message if the file cannot be written.
    pub(crate) fn open(data: &Folder, region: &str) -> Result<Self> {
        let file = data.file("operator-secret");
        let secret = match fs::read_to_string(&file) {
            Ok(secret) if !secret.trim().is_empty() => secret.trim().to_owned(),
            _ => {
                let mut random = [0; SECRET_BYTES];
                getrandom::fill(&mut random)?;
                let secret = BASE64.encode(&random);
                folder::write_whole(&file, secret.as_bytes())?;
                secret
            }
        };
        Ok(Self { secret, region: region.to_owned() })
    }

    /// The access key and its secret.
    pub(crate) fn key(&self) -> (&'static str, &str) {
        (ACCESS_KEY, &self.secret)
    }

    /// The identity in the event of a request that they signed.
    pub(crate) fn identity() -> Value {
        let user_id = "AIDALOCALOPERATOR";
        json!({
            "accessKey": ACCESS_KEY,
            "accountId": ACCOUNT,
            "callerId": user_id,
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": format!("arn:aws:iam::{ACCOUNT}:user/operator"),
            "userId": user_id,
        })
    }
}
