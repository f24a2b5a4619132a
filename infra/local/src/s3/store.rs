//! The operations of S3 on the buckets.

use std::collections::BTreeMap;
use std::sync::Arc;

use s3s::auth::Credentials;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectTaggingInput,
    DeleteObjectTaggingOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag, GetObjectInput,
    GetObjectOutput, GetObjectTaggingInput, GetObjectTaggingOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput,
    HeadObjectOutput, ListObjectsV2Input, ListObjectsV2Output, MetadataDirective, PutObjectInput, PutObjectOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag, TaggingDirective, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};

use super::actions;
use super::attributes::Attributes;
use super::bucket::Bucket;
use super::buckets::Buckets;
use super::conditions::Conditions;
use super::event::Cause;
use super::notifier::Notifier;
use super::object::{Object, stamp};
use super::parts::Uploads;
use super::writing::{self, Expected};
use super::{listing, reading};
use crate::gateway::request_id;
use crate::iam::{Gate, Need};
use crate::lambda::{Callers, Signer};

type Answered<T> = S3Result<S3Response<T>>;

pub(super) struct Store {
    pub(super) buckets: Arc<Buckets>,
    pub(super) notifier: Notifier,
    pub(super) callers: Arc<Callers>,
    pub(super) gate: Arc<Gate>,
    pub(super) uploads: Uploads,
}

impl Store {
    fn bucket(&self, name: &str) -> S3Result<&Arc<Bucket>> {
        self.buckets.named(name).ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))
    }

    /// The response of one who asks for an object that is not there: who may not list the bucket is not told so.
    fn missing(&self, credentials: Option<&Credentials>, bucket: &str) -> S3Error {
        let signer = credentials.and_then(|credentials| self.callers.signer(&credentials.access_key));
        let need = Need::new("s3:ListBucket", actions::bucket(bucket));
        match signer {
            Some(Signer::Function(function)) if !self.gate.allows(&function, &need) => {
                s3_error!(AccessDenied, "Access Denied")
            }
            _ => s3_error!(NoSuchKey, "The specified key does not exist."),
        }
    }

    /// Stores a new object, and tells those who listen.
    fn finish(&self, bucket: &Bucket, object: &Object, conditions: &Conditions, cause: &Cause) -> S3Result<()> {
        if let Err(refusal) = bucket.put(object, conditions) {
            bucket.discard(&object.file);
            return Err(refusal);
        }
        self.notifier.tell(bucket, object, cause)
    }
}

fn cause<T>(request: &S3Request<T>, event: &'static str) -> Cause {
    let access_key = request.credentials.as_ref().map(|credentials| credentials.access_key.clone());
    Cause { event, access_key: access_key.unwrap_or_default(), request_id: request_id() }
}

/// The tags of the header `x-amz-tagging`.
fn tags(header: Option<&String>) -> BTreeMap<String, String> {
    form_urlencoded::parse(header.map_or(&[], |header| header.as_bytes())).into_owned().collect()
}

#[async_trait::async_trait]
impl S3 for Store {
    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> Answered<PutObjectOutput> {
        let bucket = Arc::clone(self.bucket(&request.input.bucket)?);
        let event = if request.method == hyper::Method::POST { "ObjectCreated:Post" } else { "ObjectCreated:Put" };
        let cause = cause(&request, event);
        let expected = Expected::of_object(&request.input, request.trailing_headers.take());
        let input = &mut request.input;
        let written = writing::write(&bucket, input.body.take(), &expected).await?;
        let (modified_ms, sequencer) = stamp();
        let object = Object {
            key: input.key.clone(),
            file: written.file,
            size: written.size,
            e_tag: writing::e_tag(written.md5),
            modified_ms,
            sequencer,
            attributes: Attributes::from(&*input),
            tags: tags(input.tagging.as_ref()),
        };
        self.finish(&bucket, &object, &Conditions::of_put(input), &cause)?;
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(object.e_tag()), ..PutObjectOutput::default() }))
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> Answered<CopyObjectOutput> {
        let cause = cause(&request, "ObjectCreated:Copy");
        let input = &request.input;
        let CopySource::Bucket { bucket: from, key, .. } = &input.copy_source else {
            return Err(s3_error!(NotImplemented));
        };
        let Some((source, bytes)) = self.bucket(from)?.read(key)? else {
            return Err(self.missing(request.credentials.as_ref(), from));
        };
        let conditions = Conditions {
            matches: input.copy_source_if_match.clone(),
            matches_none: input.copy_source_if_none_match.clone(),
            ..Conditions::default()
        };
        conditions.check_write(Some(&source))?;
        let bucket = self.bucket(&input.bucket)?;
        let (file, size) = writing::join(bucket, vec![bytes]).await?;
        let replaces = |directive: Option<&str>| directive == Some("REPLACE");
        let (modified_ms, sequencer) = stamp();
        let object = Object {
            key: input.key.clone(),
            file,
            size,
            e_tag: source.e_tag,
            modified_ms,
            sequencer,
            attributes: if replaces(input.metadata_directive.as_ref().map(MetadataDirective::as_str)) {
                Attributes::from(input)
            } else {
                source.attributes
            },
            tags: if replaces(input.tagging_directive.as_ref().map(TaggingDirective::as_str)) {
                tags(input.tagging.as_ref())
            } else {
                source.tags
            },
        };
        self.finish(bucket, &object, &Conditions::default(), &cause)?;
        let result = CopyObjectResult {
            e_tag: Some(object.e_tag()),
            last_modified: Some(object.modified()),
            ..CopyObjectResult::default()
        };
        Ok(S3Response::new(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answered<GetObjectOutput> {
        let bucket = self.bucket(&request.input.bucket)?;
        let found = reading::get(bucket, &request.input).await?;
        let found = found.ok_or_else(|| self.missing(request.credentials.as_ref(), &request.input.bucket));
        found.map(S3Response::new)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answered<HeadObjectOutput> {
        let bucket = self.bucket(&request.input.bucket)?;
        let found = reading::head(bucket, &request.input)?;
        let found = found.ok_or_else(|| self.missing(request.credentials.as_ref(), &request.input.bucket));
        found.map(S3Response::new)
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> Answered<DeleteObjectOutput> {
        self.bucket(&request.input.bucket)?.delete(&request.input.key);
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(&self, request: S3Request<DeleteObjectsInput>) -> Answered<DeleteObjectsOutput> {
        let bucket = self.bucket(&request.input.bucket)?;
        let mut deleted = Vec::new();
        for object in request.input.delete.objects {
            bucket.delete(&object.key);
            deleted.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() });
        }
        let deleted = (request.input.delete.quiet != Some(true)).then_some(deleted);
        Ok(S3Response::new(DeleteObjectsOutput { deleted, ..DeleteObjectsOutput::default() }))
    }

    async fn list_objects_v2(&self, request: S3Request<ListObjectsV2Input>) -> Answered<ListObjectsV2Output> {
        let bucket = self.bucket(&request.input.bucket)?;
        Ok(S3Response::new(listing::list(bucket, request.input)?))
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answered<HeadBucketOutput> {
        self.bucket(&request.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn get_object_tagging(&self, request: S3Request<GetObjectTaggingInput>) -> Answered<GetObjectTaggingOutput> {
        let object = self.bucket(&request.input.bucket)?.get(&request.input.key);
        let object = object.ok_or_else(|| self.missing(request.credentials.as_ref(), &request.input.bucket))?;
        let tags = object.tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) });
        Ok(S3Response::new(GetObjectTaggingOutput { tag_set: tags.collect(), version_id: None }))
    }

    async fn put_object_tagging(&self, request: S3Request<PutObjectTaggingInput>) -> Answered<PutObjectTaggingOutput> {
        let input = request.input;
        let pair = |tag: Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        let tags = input.tagging.tag_set.into_iter().map(pair).collect();
        if !self.bucket(&input.bucket)?.tag(&input.key, tags)? {
            return Err(self.missing(request.credentials.as_ref(), &input.bucket));
        }
        Ok(S3Response::new(PutObjectTaggingOutput::default()))
    }

    async fn delete_object_tagging(
        &self,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> Answered<DeleteObjectTaggingOutput> {
        let input = request.input;
        if !self.bucket(&input.bucket)?.tag(&input.key, BTreeMap::new())? {
            return Err(self.missing(request.credentials.as_ref(), &input.bucket));
        }
        Ok(S3Response::new(DeleteObjectTaggingOutput::default()))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answered<CreateMultipartUploadOutput> {
        let input = request.input;
        self.bucket(&input.bucket)?;
        let (attributes, tags) = (Attributes::from(&input), tags(input.tagging.as_ref()));
        let upload_id = self.uploads.begin(input.bucket.clone(), input.key.clone(), attributes, tags);
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload_id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    async fn upload_part(&self, mut request: S3Request<UploadPartInput>) -> Answered<UploadPartOutput> {
        let bucket = Arc::clone(self.bucket(&request.input.bucket)?);
        let expected = Expected::of_part(&request.input, request.trailing_headers.take());
        let input = &mut request.input;
        let written = writing::write(&bucket, input.body.take(), &expected).await?;
        let e_tag = Some(ETag::Strong(writing::e_tag(written.md5)));
        self.uploads.add(&bucket, &input.upload_id, input.part_number, written)?;
        Ok(S3Response::new(UploadPartOutput { e_tag, ..UploadPartOutput::default() }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answered<CompleteMultipartUploadOutput> {
        let cause = cause(&request, "ObjectCreated:CompleteMultipartUpload");
        let input = request.input;
        let bucket = self.bucket(&input.bucket)?;
        let wanted = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        let upload = self.uploads.end(&input.upload_id, &input.bucket, &input.key)?;
        let joined = async {
            let (files, e_tag) = upload.chosen(bucket, &wanted)?;
            Ok((writing::join(bucket, files).await?, e_tag))
        };
        let ((file, size), e_tag) = match joined.await {
            Ok(joined) => joined,
            Err(error) => {
                self.uploads.resume(&input.upload_id, upload);
                return Err(error);
            }
        };
        upload.discard(bucket);
        let (modified_ms, sequencer) = stamp();
        let (attributes, tags) = (upload.attributes, upload.tags);
        let object = Object { key: input.key, file, size, e_tag, modified_ms, sequencer, attributes, tags };
        let conditions =
            Conditions { matches: input.if_match, matches_none: input.if_none_match, ..Conditions::default() };
        self.finish(bucket, &object, &conditions, &cause)?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            e_tag: Some(object.e_tag()),
            key: Some(object.key),
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answered<AbortMultipartUploadOutput> {
        let input = request.input;
        let bucket = self.bucket(&input.bucket)?;
        self.uploads.end(&input.upload_id, &input.bucket, &input.key)?.discard(bucket);
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}
