//! What is written down of one answer: what it spent, numbers, its span, and a line in the audit log.

use super::watched::Watch;
use crate::Operation;
use crate::auth::Caller;
use crate::books::Books;
use crate::spans::AnswerSpan;
use crate::spending::{Share, Spent, tokens};
use http::StatusCode;
use serde_json::json;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tsuzuki::engine::{Delivery, Mode, ModelId, Outcome, Report};
use tsuzuki::wire::report_json;

/// The account of one answer.
pub(crate) struct Account {
    /// The answer's id, ours alone; it stands in the audit log and in marks.
    pub(crate) answer: String,
    pub(crate) books: Arc<Books>,
    pub(crate) caller: Caller,
    pub(crate) share: Option<Share>,
    pub(crate) operation: Operation,
    pub(crate) model: ModelId,
    pub(crate) mode: Mode,
    /// When the request was whole.
    pub(crate) asked: Instant,
    pub(crate) watch: Arc<Watch>,
    pub(crate) span: AnswerSpan,
}

impl Account {
    /// The caller has the first text, or could have. Says whether that was so.
    pub(crate) fn heard(&self, delivery: Delivery) -> bool {
        let (Some(called), Some(first)) = (self.watch.called(), self.watch.first_text()) else {
            return false;
        };
        // Of a collected answer the caller hears when all of it is there.
        let came = match delivery {
            Delivery::Streamed => Some(first),
            Delivery::Collected => self.watch.ended(),
        };
        let ours =
            called.duration_since(self.asked) + came.map_or(Duration::ZERO, |came| came.elapsed());
        let metrics = &self.books.metrics;
        metrics.first_text(self.asked.elapsed());
        metrics.added(ours);
        true
    }

    /// The answer is over.
    pub(crate) fn close(&self, status: StatusCode, outcome: &Outcome, report: &Report) {
        if let Some(share) = &self.share {
            share.spend(Spent {
                usd: report.cost.unwrap_or(0.0),
                tokens: tokens(&report.usage),
                estimated: report.estimated,
            });
        }
        let operation = self.operation.name();
        let key = self.caller.name();
        self.span.over(outcome, report);
        self.books.metrics.answered(operation, key, outcome, report);
        self.books.tell(&self.caller, || {
            json!({
                "event": "answered",
                "answer": self.answer,
                "operation": operation,
                "model": self.model,
                "mode": self.mode,
                "status": status.as_u16(),
                "ms": crate::door::milliseconds(self.asked),
                "report": RawValue::from_string(report_json(report)).ok(),
            })
        });
    }
}
