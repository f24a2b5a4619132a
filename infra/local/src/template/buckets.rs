//! The S3 buckets: who may read them from a page, when objects expire, and who is told of new ones.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use super::intrinsics::Scope;
use super::notifications::{self, Notification};
use super::reader::{Reader, Resource, items, only};

const DAY_S: u64 = 24 * 60 * 60;
/// The lengths that the name of a bucket may have.
const NAME_LENGTHS: std::ops::RangeInclusive<usize> = 3..=63;

/// The properties of a bucket that are read, and those that make no difference here.
const PROPERTIES: [&str; 9] = [
    "BucketEncryption",
    "BucketName",
    "CorsConfiguration",
    "LifecycleConfiguration",
    "LoggingConfiguration",
    "NotificationConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "Tags",
];
/// The members of a rule for expiry. An upload in parts that is never completed stays here.
const OF_EXPIRY: [&str; 6] = ["AbortIncompleteMultipartUpload", "ExpirationInDays", "Filter", "Id", "Prefix", "Status"];
const OF_CORS: [&str; 6] = ["AllowedHeaders", "AllowedMethods", "AllowedOrigins", "ExposedHeaders", "Id", "MaxAge"];

#[derive(Clone, Debug)]
pub(crate) struct BucketSpec {
    /// The logical id.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) cors: Vec<CorsRule>,
    pub(crate) expiry: Vec<ExpiryRule>,
    pub(crate) notifications: Vec<Notification>,
}

/// Pages of these origins may send these requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CorsRule {
    pub(crate) origins: Vec<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) exposed: Vec<String>,
    pub(crate) max_age_s: Option<u64>,
}

/// Objects whose keys begin so are deleted at this age.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExpiryRule {
    pub(crate) prefix: String,
    pub(crate) after: Duration,
}

/// The name of a bucket: the given one, or one that is made of the names of the stack and the resource.
///
/// # Errors
/// A message if S3 would not accept it.
pub(super) fn name(id: &str, given: Option<String>, scope: &mut Scope, region: &str, stack: &str) -> Result<String> {
    let name = given.unwrap_or_else(|| format!("{stack}-{id}").to_ascii_lowercase());
    let is_allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter);
    ensure!(
        NAME_LENGTHS.contains(&name.len()) && name.chars().all(is_allowed),
        "{id} cannot be named {name}: names of buckets have 3 to 63 lower-case letters, digits, hyphens and points"
    );
    let attributes = [
        ("Arn", format!("arn:aws:s3:::{name}")),
        ("DomainName", format!("{name}.s3.amazonaws.com")),
        ("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com")),
    ];
    scope.attributes.extend(attributes.map(|(attribute, value)| (format!("{id}.{attribute}"), value)));
    Ok(name)
}

pub(super) fn read(reader: &Reader<'_>) -> Result<Vec<BucketSpec>> {
    let mut of_functions = notifications::of_functions(reader)?;
    let mut buckets = Vec::new();
    for resource in reader.of_kind("AWS::S3::Bucket") {
        let mut read = bucket(reader, resource).with_context(|| format!("the bucket {}", resource.id))?;
        read.notifications.extend(of_functions.remove(&read.name).unwrap_or_default());
        buckets.push(read);
    }
    if let Some((bucket, _)) = of_functions.pop_first() {
        bail!("an event of a function names {bucket}, which is not a bucket of this template");
    }
    Ok(buckets)
}

fn bucket(reader: &Reader<'_>, resource: &Resource<'_>) -> Result<BucketSpec> {
    let properties = resource.body.get("Properties").and_then(Value::as_object);
    only(properties.into_iter().flat_map(Map::keys), &PROPERTIES)?;
    let property = |name: &str| -> Result<Value> {
        reader.scope.evaluate(resource.property(name).unwrap_or(&Value::Null)).with_context(|| name.to_owned())
    };
    let cors = property("CorsConfiguration")?;
    let expiry = property("LifecycleConfiguration")?;
    let expiry = items(&expiry, "Rules").filter_map(|rule| expiry_rule(reader, rule).transpose());
    Ok(BucketSpec {
        id: resource.id.to_owned(),
        name: reader.scope.references[resource.id].clone(),
        cors: items(&cors, "CorsRules").map(cors_rule).collect::<Result<_>>().context("CorsConfiguration")?,
        expiry: expiry.collect::<Result<_>>().context("LifecycleConfiguration")?,
        notifications: notifications::of_bucket(reader, &property("NotificationConfiguration")?)
            .context("NotificationConfiguration")?,
    })
}

fn cors_rule(rule: &Value) -> Result<CorsRule> {
    only(rule.as_object().into_iter().flat_map(Map::keys), &OF_CORS)?;
    let list = |name: &str| items(rule, name).filter_map(|item| item.as_str().map(str::to_owned)).collect();
    let age = rule.get("MaxAge").map(|age| age.to_string().trim_matches('"').parse().context("MaxAge"));
    Ok(CorsRule {
        origins: list("AllowedOrigins"),
        methods: list("AllowedMethods"),
        headers: list("AllowedHeaders"),
        exposed: list("ExposedHeaders"),
        max_age_s: age.transpose()?,
    })
}

/// `None` if the rule is not enabled, or only ends uploads in parts.
fn expiry_rule(reader: &Reader<'_>, rule: &Value) -> Result<Option<ExpiryRule>> {
    only(rule.as_object().into_iter().flat_map(Map::keys), &OF_EXPIRY)?;
    let filter = rule.get("Filter");
    only(filter.and_then(Value::as_object).into_iter().flat_map(Map::keys), &["Prefix"])?;
    let Some(days) = rule.get("ExpirationInDays").filter(|_| rule["Status"] == "Enabled") else { return Ok(None) };
    let days: u64 = reader.scope.text(days)?.parse().context("ExpirationInDays is not a number")?;
    ensure!(days > 0, "ExpirationInDays must be at least 1");
    let prefix = rule.get("Prefix").or_else(|| filter?.get("Prefix")).and_then(Value::as_str).unwrap_or_default();
    Ok(Some(ExpiryRule { prefix: prefix.to_owned(), after: Duration::from_secs(days * DAY_S) }))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::template::Listener;

    const TEMPLATE: &str = "
Resources:
  MediaFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: media } }
    Properties:
      Environment: { Variables: { BUCKET: !Ref Media, ARN: !GetAtt Media.Arn } }
      Events:
        Uploaded:
          Type: S3
          Properties:
            Bucket: !Ref Media
            Events: s3:ObjectCreated:*
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: in/ }, { Name: suffix, Value: .jpg }] } }
  Media:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: { ServerSideEncryptionConfiguration: [] }
      CorsConfiguration:
        CorsRules: [{ AllowedOrigins: ['*'], AllowedMethods: [PUT, GET], AllowedHeaders: ['*'], ExposedHeaders: [ETag], MaxAge: 600 }]
      LifecycleConfiguration:
        Rules:
          - { Id: in, Status: Enabled, Prefix: in/, ExpirationInDays: 2 }
          - { Id: out, Status: Disabled, Filter: { Prefix: out/ }, ExpirationInDays: 3 }
          - { Id: parts, Status: Enabled, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }
      NotificationConfiguration:
        QueueConfigurations: [{ Event: 's3:ObjectCreated:Put', Queue: !GetAtt Work.Arn }]
  Work: { Type: AWS::SQS::Queue }
";

    #[test]
    fn a_bucket_has_its_rules_and_knows_who_listens() {
        let template = parse(TEMPLATE, &[], "local").unwrap();
        let [media] = template.buckets.as_slice() else { panic!("one bucket") };
        assert_eq!((media.id.as_str(), media.name.as_str()), ("Media", "local-media"));
        let environment = &template.functions[0].environment;
        assert_eq!(
            (environment["BUCKET"].as_str(), environment["ARN"].as_str()),
            ("local-media", "arn:aws:s3:::local-media")
        );
        let [cors] = media.cors.as_slice() else { panic!("one rule") };
        assert_eq!((cors.methods.as_slice(), cors.max_age_s), (&["PUT".to_owned(), "GET".to_owned()][..], Some(600)));
        let two_days = ExpiryRule { prefix: "in/".to_owned(), after: Duration::from_hours(48) };
        assert_eq!(media.expiry, [two_days]);
        let [queue, function] = media.notifications.as_slice() else { panic!("two listeners") };
        assert_eq!(queue.listener, Listener::Queue("Work".to_owned()));
        assert_eq!(function.listener, Listener::Function("MediaFunction".to_owned()));
        assert!(function.wants("ObjectCreated:Copy", "in/a.jpg") && !function.wants("ObjectCreated:Put", "in/a.png"));
        assert!(queue.wants("ObjectCreated:Put", "a") && !queue.wants("ObjectCreated:Copy", "a"));
    }

    #[test]
    fn what_is_not_supported_is_said() {
        let told = |from: &str, to: &str| {
            assert!(TEMPLATE.contains(from), "{from}");
            format!("{:#}", parse(&TEMPLATE.replacen(from, to, 1), &[], "local").unwrap_err())
        };
        let versions = told("BucketEncryption: {", "VersioningConfiguration: {");
        assert_eq!(versions, "the bucket Media: the local stack does not support VersioningConfiguration");
        assert!(told("Filter: { Prefix: out/ }", "TagFilters: []").contains("does not support TagFilters"));
        assert!(told("Events: s3:ObjectCreated:*", "Events: s3:ObjectRemoved:*").contains("s3:ObjectCreated: only"));
        assert!(told("Name: suffix", "Name: infix").contains("prefix or suffix"));
        assert!(told("Bucket: !Ref Media", "Bucket: other").contains("is not a bucket of this template"));
        assert!(told("Queue: !GetAtt Work.Arn", "Queue: arn").contains("not the ARN of a queue"));
        assert!(told("BucketEncryption", "BucketName: A_b\n      BucketEncryption").contains("cannot be named A_b"));
    }
}
