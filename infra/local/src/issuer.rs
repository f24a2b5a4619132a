//! The local replacement for the sign-in of the host application: a JWT issuer with a discovery document and a key set.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::folder;

/// How long a token is valid.
const LIFETIME: Duration = Duration::from_hours(12);
/// The longest name that can sign in, in characters.
const LONGEST_NAME: usize = 64;

pub(crate) struct Issuer {
    url: String,
    audience: String,
    signing: EncodingKey,
    jwk: Jwk,
    key_id: String,
}

/// The body of a sign-in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    username: String,
}

impl Issuer {
    /// Loads the key pair from the data folder, or creates it. Tokens stay valid over a restart.
    ///
    /// # Errors
    /// A message if the key file cannot be read or written.
    pub(crate) fn open(folder: &Path, url: String, audience: String) -> Result<Self> {
        let file = folder.join("issuer-key.pem");
        let pem = match fs::read_to_string(&file) {
            Ok(pem) => pem,
            Err(_) => {
                create_key(&file).with_context(|| format!("the signing key {} cannot be written", file.display()))?
            }
        };
        let unusable = |error| anyhow!("the signing key {} cannot be used ({error}): delete it", file.display());
        let signing = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(unusable)?;
        let mut jwk = Jwk::from_encoding_key(&signing, Algorithm::RS256).map_err(unusable)?;
        let key_id = BASE64URL_NOPAD.encode(&Sha256::digest(&pem)[..12]);
        jwk.common.key_id = Some(key_id.clone());
        Ok(Self { url, audience, signing, jwk, key_id })
    }

    /// The value of `iss`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The public key.
    ///
    /// # Errors
    /// If the key is malformed.
    pub(crate) fn verifying_key(&self) -> Result<DecodingKey> {
        Ok(DecodingKey::from_jwk(&self.jwk)?)
    }

    /// The discovery document.
    pub(crate) fn discovery(&self) -> Value {
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/.well-known/jwks.json", self.url),
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    /// The key set.
    pub(crate) fn key_set(&self) -> Value {
        json!({ "keys": [self.jwk] })
    }

    /// Signs a user in and returns `{"token", "user_id"}`.
    ///
    /// # Errors
    /// A message for the client if the body is not a sign-in.
    pub(crate) fn sign_in(&self, body: &[u8]) -> Result<Value, String> {
        let sign_in: SignIn = serde_json::from_slice(body)
            .map_err(|error| format!("the body must be JSON such as {{\"username\":\"ann\"}}: {error}"))?;
        let name = sign_in.username.trim().to_lowercase();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(format!("username must be 1 to {LONGEST_NAME} characters without control characters"));
        }
        let user_id = user_id(&name);
        let token = self.token(&user_id).map_err(|error| format!("the token could not be signed: {error}"))?;
        Ok(json!({ "token": token, "user_id": user_id }))
    }

    /// The token that a sign-in with this name would return.
    ///
    /// # Errors
    /// If the key cannot sign.
    pub(crate) fn token_for(&self, name: &str) -> Result<String> {
        Ok(self.token(&user_id(name))?)
    }

    fn token(&self, user_id: &str) -> jsonwebtoken::errors::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "iss": self.url,
            "sub": user_id,
            "aud": self.audience,
            "iat": now,
            "exp": now + LIFETIME.as_secs(),
        });
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, &self.signing)
    }
}

/// The user id of a name. It depends on the name only, so nothing is stored.
fn user_id(name: &str) -> String {
    let digest = Sha256::digest(name);
    format!("usr_{}", BASE32_NOPAD.encode(&digest[..10]).to_ascii_lowercase())
}

fn create_key(file: &Path) -> Result<String> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
    let encoded = BASE64.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in encoded.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    folder::write_whole(file, pem.as_bytes())?;
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_always_has_the_same_id() {
        assert_eq!(user_id("ann"), user_id("ann"));
        assert_ne!(user_id("ann"), user_id("bob"));
        assert_eq!(user_id("ann").len(), 20);
    }
}
