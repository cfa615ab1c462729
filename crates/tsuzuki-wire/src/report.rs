//! Our report, as JSON: in `additionalModelResponseFields.tsuzuki` (Converse) or a top-level `tsuzuki`.

use crate::stop;
use serde::Serialize;
use tsuzuki_engine::{Incomplete, LegReport, Outcome, Proof, Report, Usage};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Printed<'a> {
    outcome: Option<&'static str>,
    reason: Option<&'static str>,
    legs: Vec<Leg<'a>>,
    seams: Vec<Seam>,
    usage: Total,
    cost: Option<Cost>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Leg<'a> {
    request_id: Option<&'a str>,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    by: &'a str,
    stop: Option<&'a str>,
    usage: Counts,
    ms: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    #[serde(skip_serializing_if = "Option::is_none")]
    input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_read_input_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_input_tokens: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seam {
    at: usize,
    proof: &'static str,
    trimmed: usize,
    rejected: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Total {
    input_tokens_first_leg: Option<u64>,
    new_output_tokens: u64,
    estimated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    usd: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_share: Option<f64>,
}

/// Prints a report as the JSON object that answers carry.
#[must_use]
pub fn print(report: &Report) -> String {
    let (outcome, reason) = words(report.outcome.as_ref());
    let printed = Printed {
        outcome,
        reason,
        legs: report.legs.iter().map(leg).collect(),
        seams: report
            .seams
            .iter()
            .map(|seam| Seam {
                at: seam.at,
                proof: proof(seam.proof),
                trimmed: seam.trimmed,
                rejected: seam.rejected,
            })
            .collect(),
        usage: Total {
            input_tokens_first_leg: report.input_first_leg,
            new_output_tokens: report.new_output,
            estimated: report.estimated,
        },
        cost: report.cost.map(|usd| Cost {
            usd,
            continuation_share: report.continuation_share,
        }),
    };
    // Strings, numbers and lists always serialise; an empty object would be the honest rest.
    serde_json::to_string(&printed).unwrap_or_else(|_| "{}".to_owned())
}

fn leg(leg: &LegReport) -> Leg<'_> {
    Leg {
        request_id: leg.request_id.as_deref(),
        model: &leg.model.0,
        region: leg.region.as_ref().map(|region| region.0.as_str()),
        max_tokens: leg.max_tokens,
        by: &leg.by,
        stop: leg.end.as_ref().map(stop::label),
        usage: counts(leg.usage),
        ms: leg.ms,
    }
}

const fn counts(usage: Usage) -> Counts {
    Counts {
        input_tokens: usage.input,
        output_tokens: usage.output,
        cache_read_input_tokens: usage.cache_read,
        cache_write_input_tokens: usage.cache_write,
    }
}

const fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Verified => "verified",
        Proof::Placed => "placed",
        Proof::Unverified => "unverified",
    }
}

const fn words(outcome: Option<&Outcome>) -> (Option<&'static str>, Option<&'static str>) {
    match outcome {
        None => (None, None),
        Some(Outcome::Complete) => (Some("complete"), None),
        Some(Outcome::Refused) => (Some("refused"), None),
        Some(Outcome::Cancelled) => (Some("cancelled"), None),
        Some(Outcome::Incomplete(why)) => (Some("incomplete"), Some(reason(why))),
    }
}

/// Why an answer is incomplete, in the report's words. What exactly a fault was stands with its leg.
#[must_use]
pub const fn reason(why: &Incomplete) -> &'static str {
    match why {
        Incomplete::MaxTokens => "max_tokens",
        Incomplete::OutputBudget => "output_budget",
        Incomplete::LegBudget => "leg_budget",
        Incomplete::CostBudget => "cost_budget",
        Incomplete::Deadline => "deadline",
        Incomplete::NoProgress => "no_progress",
        Incomplete::Seam => "seam",
        Incomplete::NotText => "not_text",
        Incomplete::ReasoningOnly => "reasoning_only",
        Incomplete::Guarded => "guarded",
        Incomplete::GuardrailOnContinuation => "guardrail_on_continuation",
        Incomplete::ContextFull => "context_full",
        Incomplete::Fault(_) => "fault",
        Incomplete::Rejected(_) => "rejected",
        Incomplete::UnknownStop(_) => "unknown_stop",
    }
}
