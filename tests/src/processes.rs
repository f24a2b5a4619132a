//! The family of a child process, from `/proc`: whoever is still there after the stack stopped was left behind.

use std::fs;

/// A process, told apart from a later one with the same id by the time it started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relative {
    pub(crate) pid: u32,
    parent: u32,
    started: String,
    name: String,
}

impl Relative {
    pub(crate) fn is_alive(&self) -> bool {
        read(self.pid).is_some_and(|now| now.started == self.started)
    }
}

/// All descendants of `ancestor`.
pub(crate) fn descendants(ancestor: u32) -> Vec<Relative> {
    let everyone: Vec<Relative> = fs::read_dir("/proc")
        .expect("/proc can be listed")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(read)
        .collect();
    let mut family: Vec<Relative> = Vec::new();
    let mut parents = vec![ancestor];
    while let Some(parent) = parents.pop() {
        for child in everyone.iter().filter(|process| process.parent == parent) {
            parents.push(child.pid);
            family.push(child.clone());
        }
    }
    family
}

/// `/proc/PID/stat` is `pid (name) state parent … starttime …`; a zombie counts as gone.
fn read(pid: u32) -> Option<Relative> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (head, tail) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let (state, parent, started) = (*fields.first()?, fields.get(1)?.parse().ok()?, (*fields.get(19)?).to_owned());
    (state != "Z").then_some(Relative { pid, parent, started, name })
}
