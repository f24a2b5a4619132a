//! Conditional requests: `If-Match`, `If-None-Match` and their siblings for times.

use hyper::HeaderMap;
use hyper::header::{CACHE_CONTROL, ETAG, HeaderValue, LAST_MODIFIED};
use s3s::dto::{ETagCondition, GetObjectInput, HeadObjectInput, PutObjectInput, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::object::Object;

#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    pub(super) matches: Option<ETagCondition>,
    pub(super) matches_none: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

impl Conditions {
    pub(super) fn of_get(input: &GetObjectInput) -> Self {
        Self {
            matches: input.if_match.clone(),
            matches_none: input.if_none_match.clone(),
            modified_since: input.if_modified_since.clone(),
            unmodified_since: input.if_unmodified_since.clone(),
        }
    }

    pub(super) fn of_head(input: &HeadObjectInput) -> Self {
        Self {
            matches: input.if_match.clone(),
            matches_none: input.if_none_match.clone(),
            modified_since: input.if_modified_since.clone(),
            unmodified_since: input.if_unmodified_since.clone(),
        }
    }

    pub(super) fn of_put(input: &PutObjectInput) -> Self {
        let (matches, matches_none) = (input.if_match.clone(), input.if_none_match.clone());
        Self { matches, matches_none, ..Self::default() }
    }

    /// Checks the conditions of one who reads. Those with an `ETag` come before those with a time.
    ///
    /// # Errors
    /// 412 or 304.
    pub(super) fn check_read(&self, object: &Object) -> S3Result<()> {
        let is_kept = match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) => meets(condition, object),
            (None, Some(since)) => object.modified() <= *since,
            (None, None) => true,
        };
        if !is_kept {
            return Err(failed());
        }
        let is_news = match (&self.matches_none, &self.modified_since) {
            (Some(condition), _) => !meets(condition, object),
            (None, Some(since)) => object.modified() > *since,
            (None, None) => true,
        };
        if is_news { Ok(()) } else { Err(not_modified(object)) }
    }

    /// Checks the conditions of one who writes in place of `current`.
    ///
    /// # Errors
    /// 412, or 404 if there is nothing to replace.
    pub(super) fn check_write(&self, current: Option<&Object>) -> S3Result<()> {
        if let Some(condition) = &self.matches {
            let Some(object) = current else { return Err(s3_error!(NoSuchKey)) };
            if !meets(condition, object) {
                return Err(failed());
            }
        }
        match (&self.matches_none, current) {
            (Some(condition), Some(object)) if meets(condition, object) => Err(failed()),
            _ => Ok(()),
        }
    }
}

fn meets(condition: &ETagCondition, object: &Object) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(e_tag) => e_tag.value() == object.e_tag,
    }
}

fn failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

/// It has the headers that the object would have been sent with.
fn not_modified(object: &Object) -> S3Error {
    let mut headers = HeaderMap::new();
    let mut modified = Vec::new();
    let _ = object.modified().format(TimestampFormat::HttpDate, &mut modified);
    let values = [
        (ETAG, format!("\"{}\"", object.e_tag)),
        (LAST_MODIFIED, String::from_utf8_lossy(&modified).into_owned()),
        (CACHE_CONTROL, object.attributes.cache_control.clone().unwrap_or_default()),
    ];
    for (name, value) in values.into_iter().filter(|(_, value)| !value.is_empty()) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    error.set_headers(headers);
    error
}
