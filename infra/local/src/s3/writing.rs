//! The bytes of new objects: from a request or another object to a file, with their checksums.

use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use futures_util::StreamExt;
use s3s::checksum::ChecksumHasher;
use s3s::dto::{Checksum, PutObjectInput, StreamingBlob, UploadPartInput};
use s3s::{S3Error, S3Result, TrailingHeaders, s3_error};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::bucket::Bucket;

/// A file with bytes that belong to no object yet.
pub(super) struct Written {
    pub(super) file: String,
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
}

/// What the sender says of the bytes.
#[derive(Default)]
pub(super) struct Expected {
    md5: Option<String>,
    checksums: Checksum,
    algorithm: Option<String>,
    trailers: Option<TrailingHeaders>,
}

/// Reads the expectations from an input of S3, whose members have the same names in both operations.
macro_rules! expected {
    ($name:ident, $input:ty) => {
        impl Expected {
            pub(super) fn $name(input: &$input, trailers: Option<TrailingHeaders>) -> Self {
                let mut checksums = Checksum::default();
                checksums.checksum_crc32.clone_from(&input.checksum_crc32);
                checksums.checksum_crc32c.clone_from(&input.checksum_crc32c);
                checksums.checksum_crc64nvme.clone_from(&input.checksum_crc64nvme);
                checksums.checksum_sha1.clone_from(&input.checksum_sha1);
                checksums.checksum_sha256.clone_from(&input.checksum_sha256);
                let algorithm = input.checksum_algorithm.as_ref().map(|algorithm| algorithm.as_str().to_owned());
                Self { md5: input.content_md5.clone(), checksums, algorithm, trailers }
            }
        }
    };
}
expected!(of_object, PutObjectInput);
expected!(of_part, UploadPartInput);

impl Expected {
    /// What computes the checksums that the sender gives, before the bytes or behind them.
    fn hasher(&self) -> ChecksumHasher {
        let names = |name: &str| self.algorithm.as_ref().is_some_and(|algorithm| algorithm == name);
        let mut hasher = ChecksumHasher::default();
        let Checksum { checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256, .. } =
            &self.checksums;
        hasher.crc32 = (checksum_crc32.is_some() || names("CRC32")).then(Default::default);
        hasher.crc32c = (checksum_crc32c.is_some() || names("CRC32C")).then(Default::default);
        hasher.crc64nvme = (checksum_crc64nvme.is_some() || names("CRC64NVME")).then(Default::default);
        hasher.sha1 = (checksum_sha1.is_some() || names("SHA1")).then(Default::default);
        hasher.sha256 = (checksum_sha256.is_some() || names("SHA256")).then(Default::default);
        hasher
    }

    fn check(&self, md5: [u8; 16], computed: &Checksum) -> S3Result<()> {
        let trailers = self.trailers.as_ref().and_then(TrailingHeaders::take).unwrap_or_default();
        let behind = |name: &str| trailers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let given = &self.checksums;
        let pairs = [
            ("x-amz-checksum-crc32", &given.checksum_crc32, &computed.checksum_crc32),
            ("x-amz-checksum-crc32c", &given.checksum_crc32c, &computed.checksum_crc32c),
            ("x-amz-checksum-crc64nvme", &given.checksum_crc64nvme, &computed.checksum_crc64nvme),
            ("x-amz-checksum-sha1", &given.checksum_sha1, &computed.checksum_sha1),
            ("x-amz-checksum-sha256", &given.checksum_sha256, &computed.checksum_sha256),
        ];
        for (name, given, computed) in pairs {
            if let (Some(given), Some(computed)) = (given.clone().or_else(|| behind(name)), computed)
                && given != *computed
            {
                return Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."));
            }
        }
        if self.md5.as_ref().is_some_and(|given| *given != BASE64.encode(&md5)) {
            return Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."));
        }
        Ok(())
    }
}

/// Writes the body of a request to a new file.
///
/// # Errors
/// If the body breaks off or is not what the sender says. Nothing stays behind.
pub(super) async fn write(bucket: &Bucket, body: Option<StreamingBlob>, expected: &Expected) -> S3Result<Written> {
    let (file, path) = bucket.new_file();
    let written = receive(&path, body, expected).await;
    if written.is_err() {
        bucket.discard(&file);
    }
    let (size, md5) = written?;
    Ok(Written { file, size, md5 })
}

async fn receive(path: &Path, body: Option<StreamingBlob>, expected: &Expected) -> S3Result<(u64, [u8; 16])> {
    let mut file = File::create(path).await.map_err(failed)?;
    let (mut size, mut md5, mut hasher) = (0, md5::Context::new(), expected.hasher());
    if let Some(mut body) = body {
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| s3_error!(IncompleteBody, "{error}"))?;
            size += piece.len() as u64;
            md5.consume(&piece);
            hasher.update(&piece);
            file.write_all(&piece).await.map_err(failed)?;
        }
    }
    // Without it, the last write may still be under way.
    file.flush().await.map_err(failed)?;
    let md5 = md5.compute().0;
    expected.check(md5, &hasher.finalize())?;
    Ok((size, md5))
}

/// Joins files to a new one.
///
/// # Errors
/// If a file cannot be read or written. Nothing stays behind.
pub(super) async fn join(bucket: &Bucket, files: Vec<std::fs::File>) -> S3Result<(String, u64)> {
    let (file, path) = bucket.new_file();
    let copied = async {
        let mut to = File::create(&path).await?;
        let mut size = 0;
        for from in files {
            size += tokio::io::copy(&mut File::from_std(from), &mut to).await?;
        }
        to.flush().await?;
        Ok(size)
    };
    match copied.await {
        Ok(size) => Ok((file, size)),
        Err(error) => {
            bucket.discard(&file);
            Err(failed(error))
        }
    }
}

/// The `ETag` of bytes that came in one piece.
pub(super) fn e_tag(md5: [u8; 16]) -> String {
    HEXLOWER.encode(&md5)
}

pub(super) fn failed(error: std::io::Error) -> S3Error {
    s3_error!(error, InternalError)
}
