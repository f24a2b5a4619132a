//! What a running stack, this process and the machine have used, by the kernel's own count.

use std::fs;
use std::time::Instant;

use rustix::param::clock_ticks_per_second;

use crate::processes::descendants;

/// What was used up to a moment. CPU times are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    at: Instant,
    /// CPU time of the process of the local stack.
    pub stack_cpu: f64,
    /// CPU time of its functions, those that have ended included.
    pub functions_cpu: f64,
    /// CPU time of this process: the client.
    pub client_cpu: f64,
    machine_cpu: f64,
    /// Memory of the stack and its functions at the moment, in MB. What processes share counts for each of them.
    pub resident_mb: f64,
    /// How many processes they are.
    pub processes: usize,
}

/// How many cores were busy between two moments, and with whom.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    /// With the local stack.
    pub stack: f64,
    /// With its functions.
    pub functions: f64,
    /// With this process.
    pub client: f64,
    /// With everything else: a measurement on a machine that is not quiet tells little.
    pub others: f64,
}

impl Usage {
    /// What a stack has used so far, by the id of its process.
    pub(crate) fn of_stack(pid: u32) -> Self {
        let (stack_cpu, of_the_ended) = cpu(&pid.to_string()).expect("the stack is running");
        let functions: Vec<String> = descendants(pid).iter().map(|relative| relative.pid.to_string()).collect();
        // A function may end between the list and the look.
        let of_the_running: f64 = functions.iter().filter_map(|pid| Some(cpu(pid)?.0)).sum();
        let resident_kb: f64 = functions.iter().chain([&pid.to_string()]).filter_map(|pid| resident_kb(pid)).sum();
        Self {
            at: Instant::now(),
            stack_cpu,
            functions_cpu: of_the_running + of_the_ended,
            client_cpu: cpu("self").expect("this process is running").0,
            machine_cpu: machine_cpu(),
            resident_mb: resident_kb * 1_024.0 / 1e6,
            processes: 1 + functions.len(),
        }
    }

    /// How busy the cores were since an earlier moment.
    #[must_use]
    pub fn cores_since(&self, earlier: &Self) -> Cores {
        let elapsed = (self.at - earlier.at).as_secs_f64() * 1e3;
        let stack = (self.stack_cpu - earlier.stack_cpu) / elapsed;
        let functions = (self.functions_cpu - earlier.functions_cpu) / elapsed;
        let client = (self.client_cpu - earlier.client_cpu) / elapsed;
        let all = (self.machine_cpu - earlier.machine_cpu) / elapsed;
        Cores { stack, functions, client, others: (all - stack - functions - client).max(0.0) }
    }
}

/// CPU time of a process, and of its children that have ended. `/proc/PID/stat` is `pid (name) state …`, and the times are the
/// eleventh to fourteenth fields behind the name.
fn cpu(pid: &str) -> Option<(f64, f64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let time = |field: usize| Some(milliseconds(fields.get(field)?.parse().ok()?));
    Some((time(11)? + time(12)?, time(13)? + time(14)?))
}

/// CPU time of everybody: the first line of `/proc/stat` is `cpu user nice system idle iowait irq softirq …`.
fn machine_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/stat").expect("/proc/stat can be read");
    let times = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let busy = times.enumerate().filter(|(place, _)| [0, 1, 2, 5, 6].contains(place));
    busy.map(|(_, ticks)| milliseconds(ticks.parse().expect("a time is a number"))).sum()
}

fn resident_kb(pid: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().trim_end_matches(" kB").parse().ok()
}

fn milliseconds(ticks: u32) -> f64 {
    let per_second = u32::try_from(clock_ticks_per_second()).expect("it is a small number");
    f64::from(ticks) * 1e3 / f64::from(per_second)
}
