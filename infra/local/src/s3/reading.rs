//! `GetObject` and `HeadObject`.

use std::fs::File;
use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use s3s::dto::{GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range, StreamingBlob};
use s3s::{S3Result, s3_error};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::bucket::Bucket;
use super::conditions::Conditions;
use super::object::Object;

/// So much is read at once.
const PIECE: usize = 64 * 1024;

/// The response to a `GetObject`; `None` if there is no such object.
pub(super) async fn get(bucket: &Bucket, input: &GetObjectInput) -> S3Result<Option<GetObjectOutput>> {
    let Some((object, file)) = bucket.read(&input.key)? else { return Ok(None) };
    Conditions::of_get(input).check_read(&object)?;
    let (start, length) = part(input.range, object.size)?;
    let mut output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(StreamingBlob::wrap(bytes(file, start, length).await?)),
        content_length: i64::try_from(length).ok(),
        content_range: input.range.map(|_| content_range(start, length, object.size)),
        e_tag: Some(object.e_tag()),
        last_modified: Some(object.modified()),
        tag_count: tag_count(&object),
        ..GetObjectOutput::default()
    };
    let attributes = object.attributes.for_get(input);
    output.content_type = Some(attributes.content_type());
    output.metadata = attributes.metadata();
    output.cache_control = attributes.cache_control;
    output.content_disposition = attributes.content_disposition;
    output.content_encoding = attributes.content_encoding;
    output.content_language = attributes.content_language;
    Ok(Some(output))
}

/// The response to a `HeadObject`; `None` if there is no such object.
pub(super) fn head(bucket: &Bucket, input: &HeadObjectInput) -> S3Result<Option<HeadObjectOutput>> {
    let Some(object) = bucket.get(&input.key) else { return Ok(None) };
    Conditions::of_head(input).check_read(&object)?;
    let (start, length) = part(input.range, object.size)?;
    let mut output = HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(length).ok(),
        content_range: input.range.map(|_| content_range(start, length, object.size)),
        e_tag: Some(object.e_tag()),
        last_modified: Some(object.modified()),
        ..HeadObjectOutput::default()
    };
    let attributes = object.attributes.for_head(input);
    output.content_type = Some(attributes.content_type());
    output.metadata = attributes.metadata();
    output.cache_control = attributes.cache_control;
    output.content_disposition = attributes.content_disposition;
    output.content_encoding = attributes.content_encoding;
    output.content_language = attributes.content_language;
    Ok(Some(output))
}

fn tag_count(object: &Object) -> Option<i32> {
    i32::try_from(object.tags.len()).ok().filter(|count| *count > 0)
}

/// Where a range begins and how long it is.
fn part(range: Option<Range>, size: u64) -> S3Result<(u64, u64)> {
    let unsatisfiable = || s3_error!(InvalidRange, "The requested range is not satisfiable");
    match range {
        None => Ok((0, size)),
        Some(Range::Int { first, last }) if first < size => {
            let end = last.map_or(size, |last| size.min(last.saturating_add(1)));
            Ok((first, end - first))
        }
        Some(Range::Suffix { length }) if length > 0 && size > 0 => {
            let length = length.min(size);
            Ok((size - length, length))
        }
        Some(_) => Err(unsatisfiable()),
    }
}

fn content_range(start: u64, length: u64, size: u64) -> String {
    format!("bytes {start}-{}/{size}", start + length - 1)
}

/// A part of a file, piece by piece.
async fn bytes(file: File, start: u64, length: u64) -> S3Result<impl Stream<Item = io::Result<Bytes>> + Send + Sync> {
    let mut file = tokio::fs::File::from_std(file);
    file.seek(io::SeekFrom::Start(start)).await.map_err(|error| s3_error!(error, InternalError))?;
    Ok(stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let most = PIECE.min(usize::try_from(left).unwrap_or(PIECE));
        let mut piece = BytesMut::zeroed(most);
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        Ok(Some((piece.freeze(), (file, left - read as u64))))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_what_is_there() {
        let part = |range: &str, size: u64| part(Some(Range::parse(range).unwrap()), size).ok();
        assert_eq!(part("bytes=0-", 10), Some((0, 10)));
        assert_eq!(part("bytes=2-4", 10), Some((2, 3)));
        assert_eq!(part("bytes=8-99", 10), Some((8, 2)));
        assert_eq!(part("bytes=10-", 10), None);
        assert_eq!(part("bytes=-3", 10), Some((7, 3)));
        assert_eq!(part("bytes=-99", 10), Some((0, 10)));
        assert_eq!((part("bytes=-0", 10), part("bytes=-1", 0)), (None, None));
        assert_eq!(content_range(2, 3, 10), "bytes 2-4/10");
    }
}
