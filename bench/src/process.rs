//! What the system knows of a process, and what it may take.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::fs;
use std::time::Duration;

/// The threads of each process, so that the subject and what asks it have two processors each.
pub(crate) const THREADS: usize = 2;

/// Open files that a thousand streams through a proxy take, twice over.
const FILES: u64 = 8192;

/// `/proc` counts processor time in hundredths of a second (`USER_HZ`, fixed on Linux).
const TICK: Duration = Duration::from_millis(10);

/// Which processors a process stays on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The third and the fourth: what is measured.
    Subject,
    /// The first two: the load and the upstream.
    Rest,
}

impl Place {
    /// Their numbers; `None` on a machine that has too few to part them.
    pub(crate) fn processors(self) -> Option<[usize; THREADS]> {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        let parted = all >= 2 * THREADS || std::env::var_os(PARTED).is_some();
        parted.then_some(match self {
            Self::Subject => [2, 3],
            Self::Rest => [0, 1],
        })
    }
}

/// Tells children that their parent found processors enough: they see only those they inherit.
pub(crate) const PARTED: &str = "TSUZUKI_BENCH_PARTED";

/// Keeps this process on its processors. Where that is not allowed, it goes where it likes.
pub(crate) fn stay(place: Place) {
    if let Some(processors) = place.processors() {
        let mut set = CpuSet::new();
        processors.into_iter().for_each(|number| set.set(number));
        if sched_setaffinity(None, &set).is_err() {
            println!("(this process cannot be kept on its processors: figures are noisier)");
        }
    }
}

/// Raises the limit of open files for this process and its children.
pub(crate) fn many_files() {
    let now = getrlimit(Resource::Nofile);
    let wanted = now.maximum.map_or(FILES, |most| most.min(FILES));
    if now.current.is_some_and(|current| current < wanted) {
        let limit = Rlimit {
            current: Some(wanted),
            maximum: now.maximum,
        };
        if setrlimit(Resource::Nofile, limit).is_err() {
            println!("(the limit of open files cannot be raised: a thousand streams may fail)");
        }
    }
}

/// What a process and its children took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taken {
    /// Processor time, all threads.
    pub(crate) cpu: Duration,
    /// Resident memory in KiB; pages that processes share are counted for each.
    pub(crate) resident: u64,
}

/// What a process and its children took so far.
pub(crate) fn taken(process: u32) -> Taken {
    let read =
        |name: &str| fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default();
    let stat = read("stat");
    // The name, in parentheses, may hold spaces; 12 and 13 behind it are user and system time.
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u32 = behind
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u32>().ok())
        .sum();
    let resident = read("status")
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    let own = Taken {
        cpu: TICK * ticks,
        resident,
    };
    let children = read(&format!("task/{process}/children"));
    children
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .map(taken)
        .fold(own, |sum, child| Taken {
            cpu: sum.cpu + child.cpu,
            resident: sum.resident + child.resident,
        })
}
