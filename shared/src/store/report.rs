//! Reports: an item for each, and an entry in the list of the open ones while it is open.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys::{self, Edge, Key};
use super::table::{Query, Read};
use super::update::{Update, number, text};
use super::write::{Write, Writes};
use crate::domain::ids::{OperatorArn, UserId};
use crate::domain::report::{Closed, Evidence, Reason, Report, ReportId, ReportPosition, Subject};
use crate::domain::time::Timestamp;

/// `REPORT#r` / `REPORT`.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    v: u8,
    by: UserId,
    at: Timestamp,
    subject: Subject,
    reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    evidence: Evidence,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed_by: Option<OperatorArn>,
}

fn item(report: &Report) -> Result<Item, StoreError> {
    let Report { reporter_id: by, subject, reason, note, created_at: at, evidence, closed, .. } = report.clone();
    let (closed, closed_by) = closed.map(|closed| (closed.at, closed.by)).unzip();
    convert::item(&Record { v: ITEM_VERSION, by, at, subject, reason, note, evidence, closed, closed_by })
}

fn parse(item: Item) -> Result<Report, StoreError> {
    let key = convert::key_of(&item)?;
    let id = keys::report_of(&key.pk);
    let id = id.ok_or(StoreError::Corrupt { key, reason: "not a report's key".to_owned() })?;
    let Record { by, at, subject, reason, note, evidence, closed, closed_by, .. } = convert::record(item)?;
    let closed = closed.zip(closed_by).map(|(at, by)| Closed { at, by });
    Ok(Report { id, reporter_id: by, subject, reason, note, created_at: at, evidence, closed })
}

impl Writes {
    /// Stores a new report, and lists it. Fails with [`Condition::ReportAbsent`] if it is there already.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it cannot be stored at all.
    pub fn file_report(report: &Report) -> Result<Self, StoreError> {
        // DynamoDB may remove what is over days later.
        let whole = Write::put(keys::report(&report.id), item(report)?)
            .only_if(Condition::ReportAbsent, "attribute_not_exists(pk) OR expires_at <= :now")
            .number(":now", &(report.created_at.ms() / 1_000));
        Ok(Self::all(vec![whole, Write::put(keys::open_report(&report.position()), Item::new())]))
    }

    /// Closes a report that is open, and takes it off the list. Fails with [`Condition::ReportOpen`].
    #[must_use]
    pub fn close_report(report: &Report, closed: &Closed) -> Self {
        let mut end = Update::new(keys::report(&report.id));
        end.require_exists(&["pk"])
            .require_absent("closed")
            .set(&["closed"], number(closed.at.ms()))
            .set(&["closed_by"], text(closed.by.as_str()))
            .set(&["expires_at"], number(closed.expires_at()));
        let unlist = Write::delete(keys::open_report(&report.position()));
        Self::all(vec![end.only_if(Condition::ReportOpen), unlist])
    }
}

impl Store {
    /// A report, closed or not.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn report(&self, id: &ReportId) -> Result<Option<Report>, StoreError> {
        self.table.get(&keys::report(id), Read::Consistent).await?.map(parse).transpose()
    }

    /// A page of the open reports behind `after`, oldest first, and the place where the list goes on. One that is closed while the
    /// page is read is not on it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open_reports(
        &self,
        after: Option<&ReportPosition>,
        limit: usize,
    ) -> Result<(Vec<Report>, Option<ReportPosition>), StoreError> {
        let (range, after) = (keys::open_reports(), after.map(keys::open_report));
        let query = Query { range, newest_first: false, after, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let position = |item: &Item| {
            let key = convert::key_of(item)?;
            let position = keys::open_report_position(&key.sk);
            position.ok_or(StoreError::Corrupt { key, reason: "not a place in a list of reports".to_owned() })
        };
        let positions = page.items.iter().map(position).collect::<Result<Vec<_>, _>>()?;
        let wanted: Vec<Key> = positions.iter().map(|position| keys::report(&position.id)).collect();
        let mut reports = HashMap::new();
        for item in self.table.batch_get(&wanted, Read::Consistent).await? {
            let report = parse(item)?;
            reports.insert(report.id.clone(), report);
        }
        let open = positions.iter().filter_map(|position| reports.remove(&position.id));
        let open = open.filter(|report| report.closed.is_none()).collect();
        Ok((open, positions.into_iter().next_back().filter(|_| page.more_after.is_some())))
    }

    /// Those of `others` whom `user` blocks.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn blocked_among(
        &self,
        user: &UserId,
        others: &BTreeSet<UserId>,
    ) -> Result<BTreeSet<UserId>, StoreError> {
        let wanted: Vec<Key> = others.iter().map(|other| keys::edge(Edge::Block, user, other)).collect();
        let items = self.table.batch_get(&wanted, Read::Consistent).await?;
        let keys = items.iter().map(convert::key_of).collect::<Result<Vec<_>, _>>()?;
        Ok(keys.iter().filter_map(|key| keys::edge_target(Edge::Block, &key.sk)).collect())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::super::write::Action;
    use super::*;
    use crate::domain::report::sample::largest;

    /// Bytes of an attribute, as `DynamoDB` counts them.
    fn bytes(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(_) => 21,
            AttributeValue::L(items) => 3 + items.iter().map(|item| 1 + bytes(item)).sum::<usize>(),
            AttributeValue::M(members) => 3 + of_all(members),
            _ => 1,
        }
    }

    fn of_all(members: &Item) -> usize {
        members.iter().map(|(name, value)| 1 + name.len() + bytes(value)).sum()
    }

    #[test]
    fn rule_28_the_largest_report_fits_into_an_item() {
        let size = of_all(&item(&largest("🦌")).unwrap());
        assert!((230_000..300_000).contains(&size), "{size} bytes, of the 400 KiB of an item");
    }

    #[test]
    fn a_report_comes_back_as_it_was_stored() {
        let report = largest("x");
        let write = Write::put(keys::report(&report.id), item(&report).unwrap());
        let Action::Put(stored) = write.action else { panic!("it is a put") };
        assert_eq!(parse(stored).unwrap(), report);
    }
}
