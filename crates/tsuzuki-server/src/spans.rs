//! What a tracer is told: a span for an answer, and one below it for each leg; one for a request that
//! is passed on unread. Never what they say.
//!
//! The names below `gen_ai.` are those of OpenTelemetry's conventions for generative AI, which are
//! still called experimental; those below `tsuzuki.` are ours. `otel.` is how
//! `tracing-opentelemetry` is told what a span itself has. Where nobody collects spans, none is made.

use crate::Operation;
use http::StatusCode;
use tracing::Span;
use tracing::field::Empty;
use tsuzuki::BodyError;
use tsuzuki::engine::{Ask, By, Cut, End, Event, Incomplete, Leg, ModelId, Outcome, Report, Usage};
use tsuzuki::wire::{incomplete_label, stop_label};

/// The target of our spans, for whoever collects them.
pub const SPANS: &str = "tsuzuki_server::spans";

/// The header field in which Bedrock tells the id of a request.
const REQUEST_ID: &str = "x-amzn-requestid";

/// The span of one answer.
#[derive(Clone)]
pub(crate) struct AnswerSpan(Span);

/// The span of one leg; over when nobody holds it any more.
#[derive(Clone)]
pub(crate) struct LegSpan(Span);

/// The span of a request that is passed on unread; over when its response is, or nobody reads it.
pub(crate) struct ForwardSpan(Span);

impl AnswerSpan {
    /// An answer begins. The id is our own.
    pub(crate) fn begin(id: &str, operation: Operation, ask: &Ask) -> Self {
        Self(tracing::info_span!(
            target: SPANS,
            parent: None,
            "answer",
            otel.name = format_args!("chat {}", ask.model),
            otel.kind = "server",
            otel.status_code = Empty,
            error.type = Empty,
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = "aws.bedrock",
            gen_ai.request.model = ask.model.0,
            gen_ai.request.max_tokens = ask.max_tokens.map(i64::from),
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            gen_ai.response.finish_reasons = Empty,
            tsuzuki.answer = id,
            tsuzuki.operation = operation.name(),
            tsuzuki.outcome = Empty,
            tsuzuki.incomplete = Empty,
            tsuzuki.legs = Empty,
        ))
    }

    /// A leg is called.
    pub(crate) fn leg(&self, leg: &Leg) -> LegSpan {
        let by = match leg.by {
            By::First => "first",
            By::Prefill { .. } => "prefill",
            By::Anchor { .. } => "anchor",
        };
        LegSpan(tracing::info_span!(
            target: SPANS,
            parent: &self.0,
            "leg",
            otel.name = %leg.id,
            otel.kind = "client",
            aws.request_id = Empty,
            http.response.status_code = Empty,
            tsuzuki.leg.by = by,
            tsuzuki.leg.model = leg.model.0,
            tsuzuki.leg.region = leg.region.as_ref().map(|region| region.0.as_str()),
            tsuzuki.leg.max_tokens = leg.max_tokens.map(i64::from),
            tsuzuki.leg.stop = Empty,
        ))
    }

    /// The answer is over.
    pub(crate) fn over(&self, outcome: &Outcome, report: &Report) {
        let span = &self.0;
        let word = match outcome {
            Outcome::Complete => "complete",
            Outcome::Incomplete(why) => {
                span.record("tsuzuki.incomplete", incomplete_label(why));
                if let Incomplete::Fault(end) | Incomplete::Rejected(end) = why {
                    span.record("otel.status_code", "ERROR");
                    span.record("error.type", stop_label(end));
                }
                "incomplete"
            }
            Outcome::Refused => "refused",
            Outcome::Cancelled => "cancelled",
        };
        span.record("tsuzuki.outcome", word);
        span.record("tsuzuki.legs", count(report.legs.len().try_into().ok()));
        span.record("gen_ai.usage.input_tokens", count(input(&report.usage)));
        span.record("gen_ai.usage.output_tokens", count(report.usage.output));
        let last = report.legs.last().and_then(|leg| leg.end.as_ref());
        span.record("gen_ai.response.finish_reasons", last.map(stop_label));
    }
}

impl LegSpan {
    /// A frame of the leg came.
    pub(crate) fn see(&self, event: &Event) {
        match event {
            Event::Head(head) => {
                self.0.record("aws.request_id", head.request_id.as_deref());
                let region = head.region.as_ref().map(|region| region.0.as_str());
                self.0.record("tsuzuki.leg.region", region);
                self.0
                    .record("http.response.status_code", i64::from(head.status));
            }
            Event::End(end) => {
                self.0.record("tsuzuki.leg.stop", stop_label(end));
            }
            Event::Start { .. }
            | Event::BlockStart { .. }
            | Event::Delta { .. }
            | Event::BlockStop { .. }
            | Event::Stop(_)
            | Event::Metadata(_)
            | Event::Other => {}
        }
    }

    /// The leg's frames stopped without an end.
    pub(crate) fn lost(&self) {
        self.0
            .record("tsuzuki.leg.stop", stop_label(&End::Cut(Cut::Lost)));
    }
}

impl ForwardSpan {
    /// A request is passed on.
    pub(crate) fn begin(operation: Operation, method: &str, model: Option<&ModelId>) -> Self {
        Self(tracing::info_span!(
            target: SPANS,
            parent: None,
            "forwarded",
            otel.name = operation.name(),
            otel.kind = "server",
            otel.status_code = Empty,
            error.type = Empty,
            gen_ai.provider.name = "aws.bedrock",
            gen_ai.request.model = model.map(|model| model.0.as_str()),
            http.request.method = method,
            http.response.status_code = Empty,
            aws.request_id = Empty,
            tsuzuki.operation = operation.name(),
        ))
    }

    /// The head of the response came.
    pub(crate) fn head(&self, status: StatusCode, headers: &[(String, String)]) {
        let mut headers = headers.iter();
        let id = headers.find(|(name, _)| name.eq_ignore_ascii_case(REQUEST_ID));
        self.0
            .record("aws.request_id", id.map(|(_, id)| id.as_str()));
        self.0
            .record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            self.failed(status.as_str());
        }
    }

    /// The response broke, or never came.
    pub(crate) fn broke(&self, how: BodyError) {
        let cut = match how {
            BodyError::Lost => Cut::Lost,
            BodyError::Stalled => Cut::Stalled,
        };
        self.failed(stop_label(&End::Cut(cut)));
    }

    fn failed(&self, how: &str) {
        self.0.record("otel.status_code", "ERROR");
        self.0.record("error.type", how);
    }
}

/// All input, as the conventions count it; Bedrock counts apart what the cache took and gave.
fn input(usage: &Usage) -> Option<u64> {
    let cached = usage.cache_read.unwrap_or(0) + usage.cache_write.unwrap_or(0);
    usage.input.map(|input| input + cached)
}

/// A count as the protocol has it; an unsigned one would arrive as text.
fn count(count: Option<u64>) -> Option<i64> {
    count.and_then(|count| i64::try_from(count).ok())
}
