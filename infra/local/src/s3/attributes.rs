//! The headers that an object was stored with, and those that a response has instead.

use std::collections::BTreeMap;

use s3s::dto::{
    CopyObjectInput, CreateMultipartUploadInput, GetObjectInput, HeadObjectInput, Metadata, PutObjectInput,
};
use serde::{Deserialize, Serialize};

/// What S3 says of an object that was stored without a type.
const DEFAULT_TYPE: &str = "binary/octet-stream";

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub(super) struct Attributes {
    pub(super) content_type: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    /// `x-amz-meta-…`, without this prefix.
    pub(super) metadata: BTreeMap<String, String>,
}

impl Attributes {
    pub(super) fn content_type(&self) -> String {
        self.content_type.clone().unwrap_or_else(|| DEFAULT_TYPE.to_owned())
    }

    pub(super) fn metadata(&self) -> Option<Metadata> {
        (!self.metadata.is_empty()).then(|| self.metadata.clone().into_iter().collect())
    }
}

/// Reads the attributes from an input of S3, whose members have the same names in several operations.
macro_rules! from_input {
    ($input:ty) => {
        impl From<&$input> for Attributes {
            fn from(input: &$input) -> Self {
                Self {
                    content_type: input.content_type.clone(),
                    cache_control: input.cache_control.clone(),
                    content_disposition: input.content_disposition.clone(),
                    content_encoding: input.content_encoding.clone(),
                    content_language: input.content_language.clone(),
                    metadata: input.metadata.clone().unwrap_or_default().into_iter().collect(),
                }
            }
        }
    };
}
from_input!(PutObjectInput);
from_input!(CopyObjectInput);
from_input!(CreateMultipartUploadInput);

/// Replaces attributes with those that a request asks for (`response-content-type` and its siblings).
macro_rules! asked_for {
    ($name:ident, $input:ty) => {
        impl Attributes {
            pub(super) fn $name(mut self, input: &$input) -> Self {
                let replace = |own: &mut Option<String>, asked: &Option<String>| {
                    if asked.is_some() {
                        own.clone_from(asked);
                    }
                };
                replace(&mut self.content_type, &input.response_content_type);
                replace(&mut self.cache_control, &input.response_cache_control);
                replace(&mut self.content_disposition, &input.response_content_disposition);
                replace(&mut self.content_encoding, &input.response_content_encoding);
                replace(&mut self.content_language, &input.response_content_language);
                self
            }
        }
    };
}
asked_for!(for_get, GetObjectInput);
asked_for!(for_head, HeadObjectInput);
