//! Signatures of version 4, as S3 wants them: the path as it is sent, and the payload unsigned.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

use super::error::ObjectError;
use crate::domain::time::Timestamp;

/// A URL with which anybody may send one kind of request until it expires, or until the session of the function that signed it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUrl {
    pub url: String,
    pub expires_at: Timestamp,
}

/// Whoever signs.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) credentials: Credentials,
    pub(super) region: String,
}

/// A request to be signed. All of its headers are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unsigned<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
}

impl Signer {
    /// The URL of a request that somebody else sends, with the same headers, within `life`.
    pub(super) fn url(&self, request: Unsigned<'_>, life: Duration, now: Timestamp) -> Result<SignedUrl, ObjectError> {
        let mut settings = SigningSettings::default();
        (settings.signature_location, settings.expires_in) = (SignatureLocation::QueryParams, Some(life));
        let (_, query) = self.sign(settings, request, now)?;
        let mut url = url::Url::parse(request.url).map_err(ObjectError::new)?;
        for (name, value) in query {
            url.query_pairs_mut().append_pair(&name, &value);
        }
        // S3 takes a plus for itself, and not for a space.
        Ok(SignedUrl { url: url.as_str().replace('+', "%20"), expires_at: now.plus(life) })
    }

    /// The headers that a request needs besides its own.
    pub(super) fn headers(&self, request: Unsigned<'_>, now: Timestamp) -> Result<Pairs, ObjectError> {
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        Ok(self.sign(settings, request, now)?.0)
    }

    fn sign(
        &self,
        mut settings: SigningSettings,
        Unsigned { method, url, headers }: Unsigned<'_>,
        now: Timestamp,
    ) -> Result<(Pairs, Pairs), ObjectError> {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let identity = self.credentials.clone().into();
        let time = UNIX_EPOCH + Duration::from_millis(now.ms().unsigned_abs());
        let parameters = v4::SigningParams::builder().identity(&identity).region(&self.region).name("s3");
        let parameters = parameters.time(time).settings(settings).build().map_err(ObjectError::new)?.into();
        let request = SignableRequest::new(method, url, headers.iter().copied(), SignableBody::UnsignedPayload);
        let signed = sign(request.map_err(ObjectError::new)?, &parameters).map_err(ObjectError::new)?;
        let (headers, query) = signed.into_parts().0.into_parts();
        let headers = headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned()));
        let query = query.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned()));
        Ok((headers.collect(), query.collect()))
    }
}

/// Names and values.
type Pairs = Vec<(String, String)>;
