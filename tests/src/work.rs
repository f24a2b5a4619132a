//! The part of the control API of the local stack about buckets, events and schedules.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;

use crate::control::Invocation;
use crate::stack::Stack;
use crate::wait;

/// A bucket and its objects.
#[derive(Clone, Debug, Deserialize)]
pub struct Bucket {
    /// Its logical id in the template.
    pub bucket: String,
    pub name: String,
    /// In the order of their keys.
    pub objects: Vec<StoredObject>,
}

/// An object of a bucket.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredObject {
    pub key: String,
    pub size: u64,
    pub content_type: String,
    /// Without quotes.
    pub e_tag: String,
    pub modified_at: String,
    pub tags: BTreeMap<String, String>,
}

/// How many events of a function there are that nobody waits for.
#[derive(Clone, Debug, Deserialize)]
pub struct Events {
    /// The function's logical id in the template.
    pub function: String,
    /// Those for which the function is to be called next.
    pub waiting: usize,
    /// Those on which the function works.
    pub running: usize,
    /// Those that it failed to handle and will get again.
    pub failed: usize,
}

impl Stack {
    /// All buckets with their objects.
    pub async fn buckets(&self) -> Vec<Bucket> {
        let answer = self.control(Method::GET, "/buckets").await;
        serde_json::from_value(answer.json).expect("buckets have the members of the brief")
    }

    /// Deletes what will have expired in a bucket after so much time, and tells how many objects these were.
    pub async fn sweep(&self, bucket: &str, ahead: Duration) -> u64 {
        let path = format!("/buckets/{bucket}/sweep?ahead_s={}", ahead.as_secs());
        let answer = self.control(Method::POST, &path).await;
        answer.expect(200)["expired"].as_u64().expect("it is a number")
    }

    /// The events of a function that nobody waits for.
    pub async fn events(&self, function: &str) -> Events {
        self.events_at(&format!("/events/{function}")).await
    }

    /// Waits until no event of a function is left: each was handled, or given up.
    pub async fn handled(&self, function: &str) {
        let events = self.events_at(&format!("/events/{function}?drained=true")).await;
        let left = events.waiting + events.running + events.failed;
        assert_eq!(left, 0, "waited in vain for the events of {function}: {events:?}");
    }

    async fn events_at(&self, path: &str) -> Events {
        let answer = self.control(Method::GET, path).await;
        serde_json::from_value(answer.expect(200).clone()).expect("events have the members of the brief")
    }

    /// Has a function handle its events now, those that it failed to handle included, without waiting for their next attempt.
    pub async fn handled_soon(&self, function: &str) {
        let done = async || {
            // What the function works on at the moment cannot be hurried, and comes back later where it fails.
            self.hurry(function).await;
            let events = self.events(function).await;
            (events.waiting + events.running + events.failed == 0).then_some(())
        };
        wait::within_async(Duration::from_secs(20), "the events to be handled", done).await;
    }

    /// Ends the waits of all events of a function that failed and would come again later.
    pub async fn hurry(&self, function: &str) {
        let answer = self.control(Method::POST, &format!("/events/{function}/due")).await;
        assert_eq!(answer.status, 204, "hurrying {function} was answered {}", answer.text());
    }

    /// Fires the schedules of a function.
    pub async fn fire(&self, function: &str) {
        let answer = self.control(Method::POST, &format!("/schedules/{function}")).await;
        assert_eq!(answer.status, 204, "firing {function} was answered {}", answer.text());
    }

    /// Waits until a function has run so often because of this: a route, a queue, a bucket or a schedule.
    pub async fn caused(&self, cause: &str, times: usize) -> Vec<Invocation> {
        let answer = self.control(Method::GET, &format!("/invocations?route_key={cause}&at_least={times}")).await;
        let ran: Vec<Invocation> =
            serde_json::from_value(answer.json).expect("invocations have the members of the brief");
        assert!(ran.len() >= times, "waited in vain for {cause} to cause {times} invocations: {ran:?}");
        ran
    }
}
