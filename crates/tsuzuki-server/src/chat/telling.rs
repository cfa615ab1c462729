//! What the readers of a run are told of how its answer comes about: parts, seams, waiting, the end.

use super::ending::{self, Last};
use super::{Entry, Making, Moment, Part, Problem, Seam, SeamKind, Spent, State};
use std::time::Duration;
use tokio::time::Instant;
use tsuzuki::engine::{
    Cut, Delta, End, Event, Frame, LegReport, Outcome, Price, Proof, Reasoning, Report, SeamReport,
    Why,
};

/// Turns the steps of one answer into entries, on top of what was made before it.
#[derive(Clone)]
pub(super) struct Telling {
    /// How the message came about before this answer of the engine.
    base: Making,
    /// What makes the first seam necessary, where text stood before the first leg.
    joins: Joins,
    began: Instant,
    /// When the reader last saw something new.
    news_at: Instant,
    /// How many parts were over when it came.
    news_after: usize,
    /// The parts and seams as last told.
    parts: Vec<Part>,
    seams: Vec<Seam>,
    /// How the leg that the text so far ends with ended; none while that text is from before.
    border: Option<Border>,
    /// The backend's own words about the last error.
    said: Option<String>,
}

/// What makes a seam necessary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joins {
    /// What it was.
    pub(super) kind: SeamKind,
    /// How the part before it ended, where that is known.
    pub(super) why: Option<String>,
}

impl From<SeamKind> for Joins {
    fn from(kind: SeamKind) -> Self {
        Self { kind, why: None }
    }
}

/// The leg that the text so far ends with, by its place in the report.
#[derive(Debug, Clone, Copy)]
struct Border(usize);

impl Telling {
    /// Over what was made so far; `joins` is what made the run that begins necessary.
    pub(super) fn new(base: Making, joins: Joins) -> Self {
        let now = Instant::now();
        Self {
            base,
            joins,
            began: now,
            news_at: now,
            news_after: 0,
            parts: Vec::new(),
            seams: Vec::new(),
            border: None,
            said: None,
        }
    }

    /// The number of the part that comes before this answer's first.
    pub(super) fn before(&self) -> u32 {
        self.base.parts.last().map_or(0, |part| part.number)
    }

    /// A frame for the reader; none if it says nothing that is shown.
    pub(super) fn frame(&mut self, frame: Frame) -> Option<Entry> {
        match frame.event {
            Event::Delta { block, delta } => {
                let entry = match delta {
                    Delta::Text { text, .. } if !text.is_empty() => Entry::Text { block, text },
                    Delta::Reasoning(Reasoning::Text(text)) if !text.is_empty() => {
                        Entry::Reasoning { block, text }
                    }
                    Delta::Text { .. }
                    | Delta::Reasoning(_)
                    | Delta::ToolInput(_)
                    | Delta::Other => return None,
                };
                self.news_at = Instant::now();
                self.news_after = self.parts.len().saturating_sub(1);
                Some(entry)
            }
            Event::End(_) => {
                self.said = frame.source.as_deref().and_then(message);
                None
            }
            Event::Head(_)
            | Event::Start { .. }
            | Event::BlockStart { .. }
            | Event::BlockStop { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other => None,
        }
    }

    /// Nothing will come for a while; none while a leg merely takes its time.
    pub(super) fn waiting(&self, at_most: Duration, why: Why) -> Option<Entry> {
        let failed = self.parts.len().saturating_sub(self.news_after);
        waiting(at_most, why, failed)
    }

    /// Parts that are new or changed, and seams that are new.
    pub(super) fn progress(&mut self, report: &Report) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (at, leg) in report.legs.iter().enumerate() {
            // Until there is text, the text begins with whichever leg asks the question itself.
            if leg.by == "first" && report.seams.is_empty() {
                self.border = Some(Border(at));
            }
            // The answer's own region is where its first call went.
            let region = leg.region.as_ref().map(|region| &region.0);
            if self.base.region.is_none() {
                self.base.region = region.cloned();
            }
            let part = self.part(leg);
            match self.parts.get_mut(at) {
                Some(known) if *known == part => continue,
                Some(known) => known.clone_from(&part),
                None => self.parts.push(part.clone()),
            }
            entries.push(Entry::Part { part });
        }
        for seam in report.seams.iter().skip(self.seams.len()) {
            let seam = self.seam(report, seam);
            self.seams.push(seam.clone());
            entries.push(Entry::Seam { seam });
            self.border = report.legs.len().checked_sub(1).map(Border);
        }
        entries
    }

    fn part(&self, leg: &LegReport) -> Part {
        Part {
            number: self.before().saturating_add(leg.id.0),
            model: leg.model.0.clone(),
            region: leg
                .region
                .as_ref()
                .map(|region| region.0.clone())
                .filter(|region| self.base.region.as_ref() != Some(region)),
            by: leg.by.clone(),
            request_id: leg.request_id.clone(),
            max_tokens: leg.max_tokens,
            ended: leg.end.as_ref().map(ending::ended),
            input: leg.usage.input,
            output: leg.usage.output,
            cache_read: leg.usage.cache_read,
            cache_write: leg.usage.cache_write,
            ms: leg.ms,
        }
    }

    fn seam(&self, report: &Report, seam: &SeamReport) -> Seam {
        let end = self
            .border
            .and_then(|Border(at)| report.legs.get(at))
            .and_then(|leg| leg.end.as_ref());
        let joins = match (self.border, end) {
            (None, _) => self.joins.clone(),
            (Some(_), end) => Joins {
                kind: match end {
                    Some(End::Cut(Cut::Length)) => SeamKind::Length,
                    Some(
                        End::Cut(_)
                        | End::Finished(_)
                        | End::Refused(_)
                        | End::Rejected(_)
                        | End::Unknown(_),
                    )
                    | None => SeamKind::Fault,
                },
                why: end.map(|end| ending::ended(end).why),
            },
        };
        Seam {
            at: seam.at,
            part: self
                .before()
                .saturating_add(report.legs.last().map_or(0, |leg| leg.id.0)),
            kind: joins.kind,
            why: joins.why,
            proof: match seam.proof {
                Proof::Verified => "verified",
                Proof::Placed => "placed",
                Proof::Unverified => "unverified",
            }
            .to_owned(),
            trimmed: seam.trimmed,
            rejected: seam.rejected,
            ms: milliseconds(self.news_at),
        }
    }

    /// The end, as its reader is told.
    pub(super) fn over(
        mut self,
        outcome: &Outcome,
        report: &Report,
        says_something: bool,
    ) -> (Vec<Entry>, State, Making) {
        let entries = self.progress(report);
        let says_something = says_something
            || entries
                .iter()
                .any(|entry| matches!(entry, Entry::Text { .. }));
        let last = report.legs.last();
        let problem = ending::problem(
            outcome,
            Last {
                end: last.and_then(|leg| leg.end.as_ref()),
                said: self.said.take(),
                request_id: last.and_then(|leg| leg.request_id.clone()),
            },
        );
        let spent = spent(report, self.parts.len());
        let making = self.making(spent, problem);
        (entries, ending::state(outcome, says_something), making)
    }

    /// The end of a run that could not go on.
    pub(super) fn given_up(self, problem: Option<Problem>, price: Prices<'_>) -> Making {
        let spent = of_parts(&self.parts, price);
        self.making(spent, problem)
    }

    fn making(self, spent: Spent, problem: Option<Problem>) -> Making {
        let mut making = self.base;
        making.spent = making.spent.plus(spent);
        making.spent.answers = 1;
        making.ms = making.ms.saturating_add(milliseconds(self.began));
        making.parts.extend(self.parts);
        making.seams.extend(self.seams);
        making.problem = problem;
        making
    }
}

/// Nothing will come for a while, after so many attempts failed; none while a leg merely takes its time.
pub(super) fn waiting(at_most: Duration, why: Why, failed: usize) -> Option<Entry> {
    let why = match why {
        Why::Throttled => "throttled",
        Why::Fault => "fault",
        Why::Deadline => return None,
    };
    let at_most = u64::try_from(at_most.as_millis()).unwrap_or(u64::MAX);
    let until = i64::try_from(at_most).unwrap_or(i64::MAX);
    Some(Entry::Waiting {
        why: why.to_owned(),
        at_most,
        until: Moment(Moment::now().0.saturating_add(until)),
        attempt: u32::try_from(failed).unwrap_or(u32::MAX).saturating_add(1),
    })
}

/// What an answer of the engine spent.
pub(super) fn spent(report: &Report, parts: usize) -> Spent {
    let cost = report.cost.unwrap_or(0.0);
    let usage = &report.usage;
    Spent {
        answers: 0,
        parts: u64::try_from(parts).unwrap_or(u64::MAX),
        input: usage.input.unwrap_or(0),
        output: usage.output.unwrap_or(0),
        cache_read: usage.cache_read.unwrap_or(0),
        cache_write: usage.cache_write.unwrap_or(0),
        cost,
        continuing: cost * report.continuation_share.unwrap_or(0.0),
        estimated: report.estimated || (report.cost.is_none() && parts > 0),
    }
}

/// What a model's tokens cost.
pub(super) type Prices<'a> = &'a dyn Fn(&str) -> Option<Price>;

/// What parts spent, as far as their own counts tell: for a run whose report never came.
#[expect(
    clippy::cast_precision_loss,
    reason = "token counts are far below 2^52"
)]
pub(super) fn of_parts(parts: &[Part], prices: Prices<'_>) -> Spent {
    let mut sum = Spent::default();
    for part in parts {
        // The counts of a part that was lost never came: what stands there is estimated.
        let lost = part.ended.as_ref().is_none_or(|ended| ended.why == "lost");
        let known = !lost && part.input.is_some() && part.output.is_some();
        let (input, output) = (part.input.unwrap_or(0), part.output.unwrap_or(0));
        let (read, write) = (part.cache_read.unwrap_or(0), part.cache_write.unwrap_or(0));
        let price = prices(&part.model);
        let cost = price.map_or(0.0, |price| {
            (input as f64 * price.input
                + output as f64 * price.output
                + read as f64 * price.cache_read
                + write as f64 * price.cache_write)
                / 1_000_000.0
        });
        let again = price.map_or(0.0, |price| input as f64 * price.input / 1_000_000.0);
        let spent = Spent {
            answers: 0,
            parts: 1,
            input,
            output,
            cache_read: read,
            cache_write: write,
            cost,
            continuing: if part.by == "first" { 0.0 } else { again },
            estimated: !known || price.is_none(),
        };
        sum = sum.plus(spent);
    }
    sum
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The backend's own words in the body of an error.
fn message(source: &[u8]) -> Option<String> {
    let error: serde_json::Value = serde_json::from_slice(source).ok()?;
    let message = error.get("message").or_else(|| error.get("Message"))?;
    Some(message.as_str()?.to_owned())
}
