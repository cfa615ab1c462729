//! The tables of the chat.

use super::MANY;
use super::many::Stream;
use crate::stamp::PACE;
use crate::table::quantile;
use std::time::Duration;

/// A name, and how long something took each time.
pub(super) type Row = (&'static str, Vec<Duration>);

/// A line: what it is called, its decimals, where it stands.
type Line = (&'static str, usize, fn(&Stream) -> f64);

const LINES: [Line; 6] = [
    ("deltas/s heard", 0, |stream| stream.deltas),
    ("CPU s per 1M deltas", 1, |stream| stream.cpu),
    ("delay p50 ms", 2, |stream| stream.heard.median),
    ("delay p99 ms", 2, |stream| stream.heard.slowest),
    ("KiB each, at the beginning", 1, |stream| stream.each),
    ("bytes more for each delta", 0, |stream| stream.growth),
];

/// Prints what was heard of many streams, side by side.
pub(super) fn streams(columns: &[(&str, Stream)]) {
    let due = MANY as f64 / PACE.as_secs_f64();
    println!();
    println!(
        "The chat server: {MANY} answers at {:.0} deltas a second, kept in SQLite (power) before they",
        1.0 / PACE.as_secs_f64()
    );
    println!(
        "are shown, a reader each; and {MANY} readers of one answer. {due:.0} deltas a second are due."
    );
    println!(
        "direct, extend: the same deltas from the upstream itself and the endpoint, which keep nothing."
    );
    println!();
    head("", columns.iter().map(|(name, _)| *name));
    for (name, decimals, read) in LINES {
        let cells: String = columns
            .iter()
            .map(|(_, stream)| format!("{:>16.decimals$}", read(stream)))
            .collect();
        println!("{name:<30}{cells}");
    }
    println!();
}

/// Prints medians, and what one in a hundred took.
pub(super) fn times(title: &str, rows: &[Row]) {
    head(title, rows.iter().map(|(name, _)| *name));
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let cells: String = rows
            .iter()
            .map(|(_, took)| {
                let took = took.iter().map(|took| took.as_secs_f64() * 1e3).collect();
                format!("{:>16.2}", quantile(took, share))
            })
            .collect();
        println!("{name:<30}{cells}");
    }
    println!();
}

fn head<'a>(title: &str, names: impl Iterator<Item = &'a str>) {
    let names: String = names.map(|name| format!("{name:>16}")).collect();
    println!("{title:<30}{names}");
}
