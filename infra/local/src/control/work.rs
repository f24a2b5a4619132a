//! The part of the control API about what happens behind the gateways: queues, buckets, events and schedules.

use std::sync::Arc;
use std::time::Duration;

use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::json;

use super::query::{flag, number};
use crate::net::{self, Answer};
use crate::services::Services;

/// Answers a request, unless it is about something else.
pub(super) async fn answer(services: &Services, parts: &Parts, patience: Duration) -> Option<Answer> {
    let path = parts.uri.path().strip_prefix("/control/")?;
    let (kind, rest) = path.split_once('/').map_or((path, None), |(kind, rest)| (kind, Some(rest)));
    let answer = match (kind, rest) {
        ("queues", None) if parts.method == Method::GET => net::json(StatusCode::OK, &services.queues.list()),
        ("buckets", None) if parts.method == Method::GET => net::json(StatusCode::OK, &services.buckets.list()),
        ("events", None) if parts.method == Method::GET => net::json(StatusCode::OK, &services.background.list()),
        ("schedules", None) if parts.method == Method::GET => net::json(StatusCode::OK, &services.schedules.list()),
        ("queues", Some(rest)) => queue(services, parts, rest, patience).await,
        ("buckets", Some(rest)) => bucket(services, parts, rest),
        ("events", Some(rest)) => events(services, parts, rest, patience).await,
        ("schedules", Some(function)) if parts.method == Method::POST => fire(services, function),
        _ => return None,
    };
    Some(answer)
}

/// Tells of a queue, if asked so once nothing is left in it, or makes its messages visible.
async fn queue(services: &Services, parts: &Parts, path: &str, patience: Duration) -> Answer {
    let (id, verb) = path.split_once('/').unwrap_or((path, ""));
    match (&parts.method, verb, services.queues.with_id(id).map(Arc::clone)) {
        (&Method::GET, "", Some(queue)) => {
            if flag(parts, "drained") {
                queue.drained(patience).await;
            }
            net::json(StatusCode::OK, &queue.list())
        }
        (&Method::POST, "visible", Some(queue)) => {
            queue.show();
            net::empty(StatusCode::NO_CONTENT)
        }
        _ => unknown("queue"),
    }
}

/// Deletes what expires in a bucket.
fn bucket(services: &Services, parts: &Parts, path: &str) -> Answer {
    let ahead = Duration::from_secs(number(parts, "ahead_s"));
    let swept = match (&parts.method, path.split_once('/')) {
        (&Method::POST, Some((id, "sweep"))) => services.buckets.sweep(id, ahead),
        _ => None,
    };
    match swept {
        Some(expired) => net::json(StatusCode::OK, &json!({ "expired": expired })),
        None => unknown("bucket"),
    }
}

/// Tells of the events of a function, if asked so once none is left, or ends the waits of those that failed.
async fn events(services: &Services, parts: &Parts, path: &str, patience: Duration) -> Answer {
    let (function, verb) = path.split_once('/').unwrap_or((path, ""));
    match (&parts.method, verb, services.background.of(function)) {
        (&Method::GET, "", Some(line)) => {
            if flag(parts, "drained") {
                line.drained(patience).await;
            }
            net::json(StatusCode::OK, &line.list())
        }
        (&Method::POST, "due", Some(line)) => {
            line.hurry();
            net::empty(StatusCode::NO_CONTENT)
        }
        _ => unknown("function"),
    }
}

/// Fires the schedules of a function.
fn fire(services: &Services, function: &str) -> Answer {
    match services.schedules.fire_all(function) {
        Ok(0) => unknown("schedule"),
        Ok(_) => net::empty(StatusCode::NO_CONTENT),
        Err(error) => net::message(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
    }
}

fn unknown(what: &str) -> Answer {
    net::message(StatusCode::NOT_FOUND, &format!("there is no such {what}"))
}
