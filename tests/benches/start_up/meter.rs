//! What a process has used, by the kernel's own count, and a quota for it.

use std::fs;
use std::path::{Path, PathBuf};

/// How often the kernel hands out a quota: its own default.
const PERIOD_US: u64 = 100_000;
/// What a function of 128 MB gets of it: Lambda gives a whole core at 1,769 MB (AWS Lambda developer guide).
const QUOTA_US: u64 = PERIOD_US * 128 / 1_769;

/// CPU time of all threads of a process so far, in microseconds.
pub(crate) fn cpu_us(pid: u32) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    let run_ns = |task: &Path| -> f64 {
        // A thread may end between the list and the look.
        let text = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
        text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or_default()
    };
    tasks.filter_map(|task| Some(run_ns(&task.ok()?.path()))).sum::<f64>() / 1e3
}

/// The most memory that a process has held so far, in MB.
pub(crate) fn peak_rss_mb(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it has a peak");
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().expect("it is a number") * 1_024.0 / 1e6
}

/// A group of the kernel's whose processes get no more CPU than a function of 128 MB. It goes with this value, once its
/// processes are gone.
pub(crate) struct Quota {
    folder: PathBuf,
}

impl Quota {
    /// A new group; `None` where this user may make none.
    pub(crate) fn new() -> Option<Self> {
        let name = format!("backchannel-{}", std::process::id());
        let groups = [
            ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", QUOTA_US.to_string()),
            ("/sys/fs/cgroup", "cpu.max", format!("{QUOTA_US} {PERIOD_US}")),
        ];
        groups.into_iter().find_map(|(root, file, value)| {
            let folder = Path::new(root).join(&name);
            fs::create_dir(&folder).ok()?;
            let group = Self { folder };
            fs::write(group.folder.join(file), value).ok()?;
            Some(group)
        })
    }

    /// Holds a process to the quota from now on.
    pub(crate) fn hold(&self, pid: u32) {
        fs::write(self.folder.join("cgroup.procs"), pid.to_string()).expect("a process can be put into the group");
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}
