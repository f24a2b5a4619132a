//! `EventBridge`: functions that are called by the clock.

use std::sync::Arc;

use anyhow::Result;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::json;
use tokio::task::AbortHandle;

use crate::background::Background;
use crate::clock::{iso_time, now_ms};
use crate::console::Console;
use crate::gateway::request_id;
use crate::iam::{ACCOUNT, arn};
use crate::template::ScheduleSpec;

pub(crate) struct Schedules {
    all: Vec<ScheduleSpec>,
    region: String,
    background: Arc<Background>,
    console: Console,
    tasks: Mutex<Vec<AbortHandle>>,
}

/// A schedule as the control API lists it.
#[derive(Serialize)]
pub(crate) struct Listed<'a> {
    schedule: &'a str,
    function: &'a str,
    every_s: u64,
    enabled: bool,
}

impl Schedules {
    pub(crate) fn new(all: Vec<ScheduleSpec>, region: String, background: Arc<Background>, console: Console) -> Self {
        Self { all, region, background, console, tasks: Mutex::default() }
    }

    /// Starts the clock.
    pub(crate) fn start(self: &Arc<Self>) {
        for (index, schedule) in self.all.iter().enumerate().filter(|(_, schedule)| schedule.enabled) {
            let (all, every) = (Arc::clone(self), schedule.every);
            let task = tokio::spawn(async move {
                loop {
                    tokio::time::sleep(every).await;
                    if let Err(error) = all.fire(&all.all[index]) {
                        all.console.warn(format!("[{}] a schedule could not fire: {error:#}", all.all[index].function));
                    }
                }
            });
            self.tasks.lock().push(task.abort_handle());
        }
    }

    /// Stops the clock.
    pub(crate) fn stop(&self) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
    }

    /// Fires all schedules of a function at once, also those that are not enabled, and tells how many these are.
    ///
    /// # Errors
    /// If an event cannot be stored.
    pub(crate) fn fire_all(&self, function: &str) -> Result<usize> {
        let of_function: Vec<_> = self.all.iter().filter(|schedule| schedule.function == function).collect();
        for schedule in &of_function {
            self.fire(schedule)?;
        }
        Ok(of_function.len())
    }

    fn fire(&self, schedule: &ScheduleSpec) -> Result<()> {
        let payload = schedule.input.clone().unwrap_or_else(|| self.event(schedule).to_string());
        self.background.accept(&schedule.function, &schedule.name, payload)
    }

    /// The event of a schedule without an input.
    fn event(&self, schedule: &ScheduleSpec) -> serde_json::Value {
        let name = format!("{}{}", schedule.function, schedule.name);
        let (source, resource, detail) = if schedule.is_of_scheduler {
            // Its detail is a text.
            ("aws.scheduler", arn("scheduler", &self.region, &format!("schedule/default/{name}")), json!("{}"))
        } else {
            ("aws.events", arn("events", &self.region, &format!("rule/{name}")), json!({}))
        };
        let seconds = now_ms() / 1000 * 1000;
        json!({
            "version": "0",
            "id": request_id(),
            "detail-type": "Scheduled Event",
            "source": source,
            "account": ACCOUNT,
            "time": iso_time(seconds).replace(".000Z", "Z"),
            "region": self.region,
            "resources": [resource],
            "detail": detail,
        })
    }

    pub(crate) fn list<'a>(&'a self) -> Vec<Listed<'a>> {
        let of = |ScheduleSpec { name, function, every, enabled, .. }: &'a ScheduleSpec| Listed {
            schedule: name,
            function,
            every_s: every.as_secs(),
            enabled: *enabled,
        };
        self.all.iter().map(of).collect()
    }
}
