//! What happened so far, in numbers: Prometheus's text format, version 0.0.4.
//!
//! Labels are our own words and the operator's names of keys, so that no caller can make many. They
//! change once an answer, never once a delta: one lock is enough.

use crate::door::{Response, whole};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tsuzuki::engine::{Cut, End, Outcome, Proof, Report};
use tsuzuki::wire::incomplete_label;

/// How many buckets a histogram has.
const BUCKETS: usize = 10;

/// How many bytes a set of labels commonly takes.
const LABELS: usize = 96;

/// Where the histograms' buckets end, in seconds.
const FIRST_TEXT: [f64; BUCKETS] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0];
const ADDED: [f64; BUCKETS] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0,
];

/// What is counted.
#[derive(Default)]
pub(crate) struct Metrics(Mutex<Numbers>);

#[derive(Default)]
struct Numbers {
    answers: Series,
    incomplete: Series,
    legs: Series,
    faults: Series,
    seams: Series,
    tokens: Series,
    usd: Series,
    continuation_usd: f64,
    joined: f64,
    forwarded: Series,
    refused: Series,
    first_text: Histogram,
    added: Histogram,
    chat: Series,
}

/// A number for every set of labels.
type Series = BTreeMap<String, f64>;

#[derive(Default)]
struct Histogram {
    buckets: [u64; BUCKETS],
    sum: f64,
    count: u64,
}

impl Metrics {
    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer is over.
    pub(crate) fn answered(&self, operation: &str, key: &str, outcome: &Outcome, report: &Report) {
        let mut numbers = self.numbers();
        let numbers = &mut *numbers;
        let word = match outcome {
            Outcome::Complete => "complete",
            Outcome::Incomplete(why) => {
                add(
                    &mut numbers.incomplete,
                    &[("reason", incomplete_label(why))],
                    1.0,
                );
                "incomplete"
            }
            Outcome::Refused => "refused",
            Outcome::Cancelled => "cancelled",
        };
        let labels = [("operation", operation), ("outcome", word), ("key", key)];
        add(&mut numbers.answers, &labels, 1.0);
        for leg in &report.legs {
            let (end, fault) = leg.end.as_ref().map_or(("hung_up", None), end);
            add(
                &mut numbers.legs,
                &[("by", leg.by.as_str()), ("end", end)],
                1.0,
            );
            if let Some(class) = fault {
                add(&mut numbers.faults, &[("class", class)], 1.0);
            }
        }
        for seam in &report.seams {
            let proof = match seam.proof {
                Proof::Verified => "verified",
                Proof::Placed => "placed",
                Proof::Unverified => "unverified",
            };
            add(&mut numbers.seams, &[("proof", proof)], 1.0);
        }
        for (kind, count) in [
            ("input", report.usage.input),
            ("output", report.usage.output),
            ("cache_read", report.usage.cache_read),
            ("cache_write", report.usage.cache_write),
        ] {
            if let Some(count) = count {
                add(
                    &mut numbers.tokens,
                    &[("kind", kind), ("key", key)],
                    count as f64,
                );
            }
        }
        if let Some(usd) = report.cost {
            let estimated = if report.estimated { "yes" } else { "no" };
            add(
                &mut numbers.usd,
                &[("key", key), ("estimated", estimated)],
                usd,
            );
            numbers.continuation_usd += usd * report.continuation_share.unwrap_or(0.0);
        }
    }

    /// The first text of an answer came, so long after its request was whole.
    pub(crate) fn first_text(&self, after: Duration) {
        self.numbers().first_text.observe(&FIRST_TEXT, after);
    }

    /// We ourselves took so long, of the time to the first text.
    pub(crate) fn added(&self, time: Duration) {
        self.numbers().added.observe(&ADDED, time);
    }

    /// A retry joined its answer.
    pub(crate) fn joined(&self) {
        self.numbers().joined += 1.0;
    }

    /// A request was forwarded unread.
    pub(crate) fn forwarded(&self, operation: &str, status: StatusCode) {
        let labels = [("operation", operation), ("status", status.as_str())];
        add(&mut self.numbers().forwarded, &labels, 1.0);
    }

    /// A request was refused at the door.
    pub(crate) fn refused(&self, error: &str) {
        add(&mut self.numbers().refused, &[("error", error)], 1.0);
    }

    /// The chat answered a request.
    pub(crate) fn chatted(&self, method: &str, status: StatusCode) {
        // A method may be any word of the caller's.
        let method = match method {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE") => known,
            _ => "other",
        };
        let labels = [("method", method), ("status", status.as_str())];
        add(&mut self.numbers().chat, &labels, 1.0);
    }

    /// All of it, as Prometheus reads it; of a chat, how many runs are alive and how many readers
    /// follow.
    pub(crate) fn tell(&self, running: usize, chat: Option<(usize, usize)>) -> Response {
        let text = self.print(running, chat);
        let mut response = whole(StatusCode::OK, Bytes::from(text));
        let plain = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
        response
    }

    fn print(&self, running: usize, chat: Option<(usize, usize)>) -> String {
        let numbers = self.numbers();
        let mut page = Page(String::new());
        page.series(
            "answers_total",
            "Answers by how they ended.",
            &numbers.answers,
        );
        page.series(
            "incomplete_total",
            "Incomplete answers by why.",
            &numbers.incomplete,
        );
        page.series(
            "legs_total",
            "Calls to models, by how they asked and how they ended.",
            &numbers.legs,
        );
        page.series("faults_total", "Calls that broke, by how.", &numbers.faults);
        page.series(
            "seams_total",
            "Joints between two calls, by how sure they are.",
            &numbers.seams,
        );
        page.series(
            "tokens_total",
            "Tokens billed, by kind and key.",
            &numbers.tokens,
        );
        page.series(
            "usd_total",
            "US dollars, where prices are known, by key.",
            &numbers.usd,
        );
        page.number(
            "continuation_usd_total",
            "counter",
            "US dollars that continuing cost.",
            numbers.continuation_usd,
        );
        page.number(
            "joined_total",
            "counter",
            "Retries that joined the answer they repeat.",
            numbers.joined,
        );
        page.series(
            "forwarded_total",
            "Requests forwarded unread.",
            &numbers.forwarded,
        );
        page.series(
            "refused_total",
            "Requests refused at the door.",
            &numbers.refused,
        );
        page.number(
            "answers_running",
            "gauge",
            "Answers that run now.",
            running as f64,
        );
        page.histogram(
            "first_text_seconds",
            "From the whole request to the first text of its answer.",
            &FIRST_TEXT,
            &numbers.first_text,
        );
        page.histogram(
            "added_seconds",
            "The part of that which Tsuzuki itself took.",
            &ADDED,
            &numbers.added,
        );
        if let Some((runs, readers)) = chat {
            page.series(
                "chat_requests_total",
                "Requests to the chat.",
                &numbers.chat,
            );
            let runs = ("chat_runs", "Runs of the chat that are alive.", runs);
            let readers = ("chat_readers", "Readers that follow the chat.", readers);
            for (name, help, count) in [runs, readers] {
                page.number(name, "gauge", help, count as f64);
            }
        }
        page.0
    }
}

/// How a leg ended, and its class where that was a fault.
const fn end(end: &End) -> (&'static str, Option<&'static str>) {
    match end {
        End::Finished(_) => ("finished", None),
        End::Cut(Cut::Length) => ("length", None),
        End::Cut(Cut::Lost) => ("fault", Some("lost")),
        End::Cut(Cut::Damaged) => ("fault", Some("damaged")),
        End::Cut(Cut::Stalled) => ("fault", Some("stalled")),
        End::Cut(Cut::Throttled { .. }) => ("fault", Some("throttled")),
        End::Cut(Cut::Overloaded { .. }) => ("fault", Some("overloaded")),
        End::Cut(Cut::Malformed(_)) => ("fault", Some("malformed")),
        End::Refused(_) => ("refused", None),
        End::Rejected(_) => ("rejected", None),
        End::Unknown(_) => ("unknown", None),
    }
}

fn add(series: &mut Series, labels: &[(&str, &str)], number: f64) {
    let mut key = String::with_capacity(LABELS);
    for (name, value) in labels {
        let comma = if key.is_empty() { "" } else { "," };
        // Our own words and checked names hold nothing to escape.
        for piece in [comma, name, "=\"", value, "\""] {
            key.push_str(piece);
        }
    }
    *series.entry(key).or_default() += number;
}

impl Histogram {
    fn observe(&mut self, ends: &[f64; BUCKETS], time: Duration) {
        let seconds = time.as_secs_f64();
        for (bucket, end) in self.buckets.iter_mut().zip(ends) {
            if seconds <= *end {
                *bucket += 1;
            }
        }
        self.sum += seconds;
        self.count += 1;
    }
}

/// The text so far. Writing to a text does not fail.
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _written = writeln!(
            self.0,
            "# HELP tsuzuki_{name} {help}\n# TYPE tsuzuki_{name} {kind}"
        );
    }

    fn series(&mut self, name: &str, help: &str, series: &Series) {
        self.head(name, "counter", help);
        for (labels, number) in series {
            let _written = writeln!(self.0, "tsuzuki_{name}{{{labels}}} {number}");
        }
    }

    fn number(&mut self, name: &str, kind: &str, help: &str, number: f64) {
        self.head(name, kind, help);
        let _written = writeln!(self.0, "tsuzuki_{name} {number}");
    }

    fn histogram(&mut self, name: &str, help: &str, ends: &[f64; BUCKETS], histogram: &Histogram) {
        self.head(name, "histogram", help);
        for (end, count) in ends.iter().zip(histogram.buckets) {
            let _written = writeln!(self.0, "tsuzuki_{name}_bucket{{le=\"{end}\"}} {count}");
        }
        let Histogram { sum, count, .. } = histogram;
        let _written = writeln!(
            self.0,
            "tsuzuki_{name}_bucket{{le=\"+Inf\"}} {count}\n\
             tsuzuki_{name}_sum {sum}\ntsuzuki_{name}_count {count}"
        );
    }
}
