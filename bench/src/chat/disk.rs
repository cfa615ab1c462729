//! What it costs to keep a tick, and what the disk itself takes to keep anything.

use super::records;
use crate::Failure;
use bytes::Bytes;
use futures_util::future::try_join_all;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use tsuzuki_server::chat::{RunId, User};
use tsuzuki_server::store::{Append, Begin, Sqlite, SqliteSettings, Store};

/// What one delta of a run is, as it is kept.
const ENTRIES: &[u8] = br#"[{"kind":"text","block":0,"text":" 1a2b3c4d"}]"#;

/// What is synced by hand: a page.
const PAGE: [u8; 4096] = [7; 4096];

/// How long each tick took, with so many runs in it, one after the other.
pub(super) async fn appends(
    settings: SqliteSettings,
    runs: usize,
    ticks: u64,
) -> Result<Vec<Duration>, Failure> {
    let store = Sqlite::open(settings).await?;
    let user = User("bench".to_owned());
    let begins: Vec<Begin> = (0..runs).map(|_| records::begin()).collect();
    try_join_all(begins.iter().map(|begin| store.begin(&user, begin))).await?;
    let ids: Vec<RunId> = begins.iter().map(|begin| begin.run.id).collect();
    let mut took = Vec::new();
    for number in 0..ticks {
        let tick = ids.iter().map(|run| Append {
            run: *run,
            from: number,
            count: 1,
            entries: Bytes::from_static(ENTRIES),
        });
        let tick = tick.collect();
        let began = Instant::now();
        if !store.append(tick).await?.is_empty() {
            return Err("a tick was not kept whole".into());
        }
        took.push(began.elapsed());
    }
    Ok(took)
}

/// How long the disk took for each page that was written and synced.
pub(super) fn syncs(folder: &Path, times: u64) -> Result<Vec<Duration>, Failure> {
    let mut file = File::create(folder.join("page"))?;
    let mut took = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        took.push(began.elapsed());
    }
    Ok(took)
}
