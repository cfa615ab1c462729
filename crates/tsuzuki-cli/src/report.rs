//! What happened to an answer, in lines for a person.

use tsuzuki::engine::{LegReport, Outcome, Proof, Report};
use tsuzuki::wire::stop_label;

/// Below this a cost in US dollars would print as nothing.
const LEAST_COST: f64 = 0.0001;

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The offline simulator.
    Simulator,
    /// Amazon Bedrock.
    Bedrock,
}

/// A line about each part.
pub(crate) fn parts(report: &Report) -> impl Iterator<Item = String> {
    let first = report.legs.first();
    report.legs.iter().map(move |leg| {
        format!(
            "{}{}",
            part(leg),
            first.map_or_else(String::new, |first| moved(leg, first))
        )
    })
}

/// Which model answered, and where, if that is not as it was first.
fn moved(leg: &LegReport, first: &LegReport) -> String {
    if (&leg.model, &leg.region) == (&first.model, &first.region) {
        return String::new();
    }
    let region = leg.region.as_ref();
    let region = region.map_or_else(String::new, |region| format!(" in {region}"));
    format!(", {}{region}", leg.model)
}

fn part(leg: &LegReport) -> String {
    format!(
        "part {}: {}, {}, {} tokens in, {} out, {} ms, request {}",
        leg.id.0,
        leg.by,
        leg.end.as_ref().map_or("no end", stop_label),
        tokens(leg.usage.input),
        tokens(leg.usage.output),
        leg.ms,
        leg.request_id.as_deref().unwrap_or("unknown"),
    )
}

/// One line about the whole.
pub(crate) fn summary(outcome: &Outcome, report: &Report, by: By) -> String {
    let outcome = match outcome {
        Outcome::Complete => "complete",
        Outcome::Incomplete(_) => "incomplete",
        Outcome::Refused => "refused",
        Outcome::Cancelled => "cancelled",
    };
    let parts = match report.legs.len() {
        1 => "1 part".to_owned(),
        parts => format!("{parts} parts"),
    };
    let about = if report.estimated { "about " } else { "" };
    let used = format!(
        "{about}{} tokens in, {} out",
        tokens(report.usage.input),
        tokens(report.usage.output)
    );
    [
        Some(outcome.to_owned()),
        Some(parts),
        seams(report),
        Some(used),
        report.cost.map(cost),
        match by {
            By::Simulator => Some("offline simulator, not an AI model".to_owned()),
            By::Bedrock => None,
        },
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" · ")
}

/// How sure the joints are; nothing where there are none.
fn seams(report: &Report) -> Option<String> {
    let count = |proof| {
        report
            .seams
            .iter()
            .filter(|seam| seam.proof == proof)
            .count()
    };
    let counts: Vec<String> = [
        (count(Proof::Verified), "verified"),
        (count(Proof::Placed), "placed"),
        (count(Proof::Unverified), "unverified"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, proof)| format!("{count} {proof}"))
    .collect();
    (!counts.is_empty()).then(|| format!("seams: {}", counts.join(", ")))
}

/// A count of tokens that may not be known: the call that would have told it broke.
fn tokens(count: Option<u64>) -> String {
    count.map_or_else(|| "?".to_owned(), |count| count.to_string())
}

fn cost(dollars: f64) -> String {
    if dollars < LEAST_COST {
        format!("under ${LEAST_COST} at Bedrock's prices")
    } else {
        format!("${dollars:.4} at Bedrock's prices")
    }
}
