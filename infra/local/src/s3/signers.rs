//! The secrets with which signatures are verified.

use std::sync::Arc;

use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

use crate::lambda::Callers;

pub(super) struct Signers(pub(super) Arc<Callers>);

#[async_trait::async_trait]
impl S3Auth for Signers {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.0.signer(access_key) {
            Some(_) => Ok(SecretKey::from(self.0.secret(access_key))),
            None => {
                Err(s3_error!(InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records."))
            }
        }
    }
}
