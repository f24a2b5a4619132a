//! Reports: stored once, listed while they are open.

use std::time::Duration;

use shared::domain::ids::OperatorArn;
use shared::domain::report::{Closed, Evidence, Reason, Report, ReportId, Subject};
use shared::domain::time::Timestamp;
use shared::store::{Condition, Store, Writes};
use tests::Stack;

use crate::engine::store;
use crate::given::user;

/// The engine's own clean-up goes by the machine's clock, so what is over here lies ahead.
fn ahead(days: u64) -> Timestamp {
    Timestamp::from_ms(4_000_000_000_000).unwrap().plus(Duration::from_hours(24 * days))
}

fn report(name: &str, at: Timestamp) -> Report {
    let (reporter_id, subject) = (user(name), Subject::User { user_id: user("bob") });
    Report {
        id: ReportId::of(&reporter_id, &subject),
        reporter_id,
        subject,
        reason: Reason::Spam,
        note: Some("note".to_owned()),
        created_at: at,
        evidence: Evidence::default(),
        closed: None,
    }
}

fn closed(at: Timestamp, by: &str) -> Closed {
    Closed { at, by: OperatorArn::try_from(format!("arn:aws:iam::1:user/{by}")).unwrap() }
}

async fn file(store: &Store, report: &Report) -> Result<(), Condition> {
    let stored = store.commit(Writes::file_report(report).unwrap(), None).await;
    stored.map(|_| ()).map_err(|error| {
        assert!(error.is_lost_race(), "{error}");
        Condition::ReportAbsent
    })
}

/// Whether the list has a report.
async fn listed(store: &Store, report: &Report) -> bool {
    let mut after = None;
    loop {
        let (reports, next) = store.open_reports(after.as_ref(), 3).await.unwrap();
        if reports.contains(report) {
            return true;
        }
        match next {
            Some(next) => after = Some(next),
            None => return false,
        }
    }
}

#[tokio::test]
async fn rule_28_a_report_is_stored_once_and_listed_until_it_is_closed() {
    let stack = Stack::shared();
    let store = store(&stack);
    let ann = report("ann", ahead(0));
    assert_eq!(store.report(&ann.id).await.unwrap(), None);
    file(&store, &ann).await.unwrap();
    assert_eq!(store.report(&ann.id).await.unwrap(), Some(ann.clone()));
    assert!(listed(&store, &ann).await);
    let later = Report { created_at: ahead(1), note: None, ..ann.clone() };
    assert_eq!(file(&store, &later).await, Err(Condition::ReportAbsent));

    let first = closed(ahead(2), "first");
    store.commit(Writes::close_report(&ann, &first), None).await.unwrap();
    let second = store.commit(Writes::close_report(&ann, &closed(ahead(3), "second")), None).await;
    assert!(second.unwrap_err().failed(Condition::ReportOpen));
    let ended = Report { closed: Some(first), ..ann.clone() };
    assert_eq!(store.report(&ann.id).await.unwrap(), Some(ended.clone()));
    assert!(!listed(&store, &ann).await && !listed(&store, &ended).await);

    // It keeps its place for 30 days, though nobody has removed it then.
    assert!(ended.lasts(ahead(31)) && !ended.lasts(ahead(32)));
    assert_eq!(file(&store, &Report { created_at: ahead(31), ..ann.clone() }).await, Err(Condition::ReportAbsent));
    let anew = Report { created_at: ahead(32), ..ann };
    file(&store, &anew).await.unwrap();
    assert_eq!(store.report(&anew.id).await.unwrap(), Some(anew.clone()));
    assert!(listed(&store, &anew).await);
}

#[tokio::test]
async fn a_report_that_is_not_there_is_not_closed() {
    let stack = Stack::shared();
    let never = report("never", ahead(0));
    let closing = store(&stack).commit(Writes::close_report(&never, &closed(ahead(1), "x")), None).await;
    assert!(closing.unwrap_err().failed(Condition::ReportOpen));
    assert_eq!(store(&stack).report(&never.id).await.unwrap(), None, "nor made by it");
}
