//! What the chat server costs, beside the endpoint that keeps nothing.
//!
//! A thousand answers at once, and a thousand readers of one; the first token; opening a long
//! conversation; and what it takes to keep a tick. Each server is a process of its own with a store
//! of its own, on the disk that this program was built on.

mod client;
mod disk;
mod first;
mod many;
mod opening;
mod print;
mod records;
pub(crate) mod server;

use crate::Failure;
use crate::measure::Length;
use crate::subject::{Kind, Subject};
use server::FILE;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tsuzuki_server::store::{Durability, SqliteSettings};

/// Answers at once, and readers of one.
const MANY: usize = 1000;

/// How much time to take.
struct Plan {
    ramp: Duration,
    settle: Duration,
    window: Duration,
    times: usize,
}

impl Length {
    const fn of_the_chat(self) -> Plan {
        match self {
            Self::Whole => Plan {
                ramp: Duration::from_millis(1500),
                settle: Duration::from_millis(1500),
                window: Duration::from_millis(6000),
                times: 100,
            },
            Self::Short => Plan {
                ramp: Duration::from_millis(1000),
                settle: Duration::from_millis(1000),
                window: Duration::from_millis(2500),
                times: 40,
            },
        }
    }
}

/// Measures and prints.
pub(crate) async fn all(length: Length) -> Result<(), Failure> {
    let plan = length.of_the_chat();
    let upstream = Subject::upstream().await?;
    let at = upstream.address;
    let direct = many::plain(Kind::Direct, at, &plan).await?;
    let extend = many::plain(Kind::Extend, at, &plan).await?;
    let runs = many::many_runs(at, &plan).await?;
    let readers = many::many_readers(at, &plan).await?;
    print::streams(&[
        ("direct", direct),
        ("extend", extend),
        ("chat: answers", runs),
        ("chat: readers", readers),
    ]);
    let mut firsts = Vec::new();
    for kind in [Kind::Direct, Kind::Extend] {
        firsts.push((
            kind.name(),
            first::first_of_endpoint(kind, at, &plan).await?,
        ));
    }
    for (name, durability) in [("chat: process", "process"), ("chat: power", "power")] {
        firsts.push((name, first::first_of_chat(durability, at, &plan).await?));
    }
    print::times("ms to the first token", &firsts);
    print::times(
        "ms to open a conversation",
        &opening::opening(at, &plan).await?,
    );
    print::times("ms to keep a tick", &keeping(&plan).await?);
    upstream.stop().await
}

/// A folder on the disk of this program, which is one as a rule; that of temporary files may be memory.
fn folder() -> Result<TempDir, Failure> {
    let program = std::env::current_exe()?;
    let beside = program.parent().ok_or("this program is in no folder")?;
    Ok(TempDir::new_in(beside)?)
}

/// A chat server that has answered once, in a folder of its own.
async fn chat(durability: &str, upstream: SocketAddr) -> Result<(Subject, TempDir), Failure> {
    let folder = folder()?;
    let subject = Subject::chat(durability, folder.path(), upstream).await?;
    first::first_token(subject.address).await?;
    Ok((subject, folder))
}

/// How long it takes to keep ticks, and what the disk alone takes.
async fn keeping(plan: &Plan) -> Result<Vec<print::Row>, Failure> {
    let ticks = plan.times as u64;
    let disk = folder()?;
    let mut rows = vec![("fsync of 4 KiB", disk::syncs(disk.path(), ticks)?)];
    for (name, durability, runs) in [
        ("power, 1 run", Durability::Power, 1),
        ("power, 1000", Durability::Power, MANY),
        ("process, 1 run", Durability::Process, 1),
        ("process, 1000", Durability::Process, MANY),
    ] {
        let folder = folder()?;
        let settings = settings(folder.path().join(FILE), durability);
        rows.push((name, disk::appends(settings, runs, ticks).await?));
    }
    Ok(rows)
}

fn settings(file: PathBuf, durability: Durability) -> SqliteSettings {
    SqliteSettings {
        file,
        durability,
        most_bytes: None,
    }
}
