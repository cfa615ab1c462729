//! The tables of the chat.

use super::{MANY, Stream};
use crate::stamp::PACE;
use crate::table::quantile;
use std::time::Duration;

/// A name, and how long something took each time.
pub(super) type Row = (&'static str, Vec<Duration>);

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
    let line = |name: &str, decimals: usize, read: &dyn Fn(&Stream) -> Option<f64>| {
        let cells: String = columns
            .iter()
            .map(|(_, stream)| match read(stream) {
                Some(value) => format!("{value:>16.decimals$}"),
                None => format!("{:>16}", ""),
            })
            .collect();
        println!("{name:<30}{cells}");
    };
    head("", columns.iter().map(|(name, _)| *name));
    line("deltas/s heard", 0, &|stream| Some(stream.deltas));
    line("CPU s per 1M deltas", 1, &|stream| Some(stream.cpu));
    line("delay p50 ms", 2, &|stream| Some(stream.heard.median));
    line("delay p99 ms", 2, &|stream| Some(stream.heard.slowest));
    line("KiB per stream or reader", 1, &|stream| Some(stream.reader));
    line("KiB per answer", 1, &|stream| stream.answer);
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
