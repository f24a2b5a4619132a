//! `ListObjectsV2`.

use s3s::dto::{CommonPrefix, ListObjectsV2Input, ListObjectsV2Output};
use s3s::{S3Result, s3_error};

use super::bucket::Bucket;
use super::object::Object;

/// S3's default, and its most.
const MOST_KEYS: i32 = 1_000;

/// An object, or all objects whose keys go on in the same way up to the delimiter.
enum Entry {
    Object(Box<Object>),
    Prefix(String),
}

pub(super) fn list(bucket: &Bucket, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let prefix = input.prefix.clone().unwrap_or_default();
    let most = input.max_keys.unwrap_or(MOST_KEYS).clamp(0, MOST_KEYS);
    // The token is the last key or prefix of the page before.
    let after = input.continuation_token.clone().or_else(|| input.start_after.clone()).unwrap_or_default();
    let most_entries = usize::try_from(most).map_err(|error| s3_error!(error, InvalidArgument))?;
    let (entries, next) = page(bucket.with_prefix(&prefix), &prefix, input.delimiter.as_deref(), &after, most_entries);
    let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Object(object) => contents.push(s3s::dto::Object {
                e_tag: Some(object.e_tag()),
                last_modified: Some(object.modified()),
                size: i64::try_from(object.size).ok(),
                storage_class: Some("STANDARD".to_owned().into()),
                key: Some(object.key),
                ..s3s::dto::Object::default()
            }),
            Entry::Prefix(prefix) => prefixes.push(CommonPrefix { prefix: Some(prefix) }),
        }
    }
    Ok(ListObjectsV2Output {
        key_count: i32::try_from(contents.len() + prefixes.len()).ok(),
        contents: Some(contents),
        common_prefixes: Some(prefixes),
        is_truncated: Some(next.is_some()),
        next_continuation_token: next,
        continuation_token: input.continuation_token,
        delimiter: input.delimiter,
        max_keys: Some(most),
        name: Some(input.bucket),
        prefix: Some(prefix),
        start_after: input.start_after,
        ..ListObjectsV2Output::default()
    })
}

/// The entries behind `after`, and the token of the next page if there are more than `most`.
fn page(
    objects: Vec<Object>,
    prefix: &str,
    delimiter: Option<&str>,
    after: &str,
    most: usize,
) -> (Vec<Entry>, Option<String>) {
    let (mut entries, mut last): (Vec<Entry>, String) = (Vec::new(), after.to_owned());
    for object in objects {
        let common = delimiter.filter(|delimiter| !delimiter.is_empty()).and_then(|delimiter| {
            let end = prefix.len() + object.key[prefix.len()..].find(delimiter)? + delimiter.len();
            Some(object.key[..end].to_owned())
        });
        let name = common.as_ref().unwrap_or(&object.key);
        // What lies under a prefix that was listed has a key behind it, and the same prefix.
        if *name <= last || object.key.as_str() <= after {
            continue;
        }
        if entries.len() == most {
            return (entries, Some(last));
        }
        last.clone_from(name);
        entries.push(common.map_or_else(|| Entry::Object(Box::new(object)), Entry::Prefix));
    }
    (entries, None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::attributes::Attributes;
    use super::*;

    fn names(keys: &[&str], delimiter: Option<&str>, after: &str, most: usize) -> (Vec<String>, Option<String>) {
        let object = |key: &&str| Object {
            key: (*key).to_owned(),
            file: String::new(),
            size: 0,
            e_tag: String::new(),
            modified_ms: 0,
            sequencer: 0,
            attributes: Attributes::default(),
            tags: BTreeMap::new(),
        };
        let (entries, next) = page(keys.iter().map(object).collect(), "in/", delimiter, after, most);
        let name = |entry: Entry| match entry {
            Entry::Object(object) => object.key,
            Entry::Prefix(prefix) => prefix,
        };
        (entries.into_iter().map(name).collect(), next)
    }

    #[test]
    fn pages_follow_each_other_without_gaps() {
        let keys = ["in/a", "in/b/1", "in/b/2", "in/c"];
        assert_eq!(
            names(&keys, None, "", 3),
            (vec!["in/a".into(), "in/b/1".into(), "in/b/2".into()], Some("in/b/2".into()))
        );
        assert_eq!(names(&keys, None, "in/b/2", 3), (vec!["in/c".into()], None));
        assert_eq!(names(&keys, Some("/"), "", 2), (vec!["in/a".into(), "in/b/".into()], Some("in/b/".into())));
        assert_eq!(names(&keys, Some("/"), "in/b/", 2), (vec!["in/c".into()], None));
    }
}
