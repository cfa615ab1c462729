//! What every leg used, what it cost, and the report that tells.

use crate::{
    Abilities, End, LegId, LegReport, Millis, ModelId, Outcome, Proof, Report, SeamReport, Usage,
    tokens,
};

/// The account of one answer.
#[derive(Debug)]
pub(crate) struct Ledger {
    report: Report,
    /// When the running leg was called.
    called: Millis,
    /// Output tokens of legs as counted or, where the count never came, estimated.
    spent: u64,
    /// Output tokens that repeated text or were thrown away.
    repeated: u64,
}

impl Ledger {
    pub(crate) const fn new() -> Self {
        Self {
            report: Report::empty(),
            called: Millis(0),
            spent: 0,
            repeated: 0,
        }
    }

    pub(crate) const fn report(&self) -> &Report {
        &self.report
    }

    /// How many legs were called.
    pub(crate) fn legs(&self) -> u32 {
        u32::try_from(self.report.legs.len()).unwrap_or(u32::MAX)
    }

    /// The id of the next leg to be called.
    pub(crate) fn next_id(&self) -> LegId {
        LegId(self.legs() + 1)
    }

    /// A leg is called.
    pub(crate) fn call(&mut self, by: &str, model: &ModelId, now: Millis) -> LegId {
        let id = self.next_id();
        self.called = now;
        self.report.legs.push(LegReport {
            id,
            model: model.clone(),
            request_id: None,
            by: by.to_owned(),
            end: None,
            usage: Usage::UNKNOWN,
            ms: 0,
        });
        id
    }

    /// The backend told the running leg's request id.
    pub(crate) fn request_id(&mut self, request_id: Option<&str>) {
        if let Some(leg) = self.report.legs.last_mut() {
            leg.request_id = request_id.map(str::to_owned);
        }
    }

    /// The running leg ended (or was hung up: no end), having written `received`, of which `repeated` was no news.
    pub(crate) fn end(
        &mut self,
        end: Option<&End>,
        usage: Usage,
        received: &str,
        repeated: &str,
        now: Millis,
    ) {
        let mut usage = usage;
        if usage.output.is_none() && !received.is_empty() {
            usage.output = Some(tokens::estimate(received));
            self.report.estimated = true;
        }
        self.spent += usage.output.unwrap_or(0);
        self.repeated += tokens::estimate(repeated).min(usage.output.unwrap_or(0));
        self.report.new_output = self.spent - self.repeated;
        self.report.usage = self.report.usage.plus(usage);
        if let Some(leg) = self.report.legs.last_mut() {
            leg.end = end.cloned();
            leg.usage = usage;
            leg.ms = now.since(self.called).0;
            if leg.id == LegId(1) {
                self.report.input_first_leg = usage.input;
            }
        }
    }

    /// Two legs were joined.
    pub(crate) fn seam(&mut self, at: usize, proof: Proof, trimmed: usize, rejected: u32) {
        self.report.seams.push(SeamReport {
            at,
            proof,
            trimmed,
            rejected,
        });
    }

    /// Output tokens of all legs so far.
    pub(crate) const fn spent(&self) -> u64 {
        self.spent
    }

    /// Output tokens so far that were news to the caller.
    pub(crate) const fn new_output(&self) -> u64 {
        self.report.new_output
    }

    /// Tokens of text that went before an answer which is resumed.
    pub(crate) fn carry_over(&mut self, text: &str) {
        if !text.is_empty() {
            self.spent = tokens::estimate(text);
            self.report.new_output = self.spent;
            self.report.estimated = true;
        }
    }

    /// What it cost so far, in US dollars, where prices are known.
    pub(crate) fn cost(&self, abilities: &Abilities) -> Option<f64> {
        cost(&self.report.usage, abilities)
    }

    /// About what one more leg costs before it writes anything: the input again, and the text so far.
    pub(crate) fn next_input_cost(&self, abilities: &Abilities, partial: &str) -> f64 {
        let first = self.report.input_first_leg.unwrap_or(0);
        let usage = Usage {
            input: Some(first + tokens::estimate(partial)),
            ..Usage::UNKNOWN
        };
        cost(&usage, abilities).unwrap_or(0.0)
    }

    /// The answer is over.
    pub(crate) fn close(&mut self, outcome: Outcome, abilities: &Abilities) {
        self.report.outcome = Some(outcome);
        self.report.cost = self.cost(abilities);
        self.report.continuation_share =
            self.report
                .cost
                .filter(|total| *total > 0.0)
                .and_then(|total| {
                    let later = self
                        .report
                        .legs
                        .iter()
                        .skip(1)
                        .map(|leg| leg.usage)
                        .fold(Usage::UNKNOWN, Usage::plus);
                    let news_later = later.output.unwrap_or(0).saturating_sub(self.repeated);
                    let inevitable = cost(
                        &Usage {
                            output: Some(news_later),
                            ..Usage::UNKNOWN
                        },
                        abilities,
                    )?;
                    Some(((cost(&later, abilities)? - inevitable) / total).clamp(0.0, 1.0))
                });
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "token counts are far below 2^52"
)]
fn cost(usage: &Usage, abilities: &Abilities) -> Option<f64> {
    let price = abilities.price?;
    let of = |tokens: Option<u64>, dollars: f64| tokens.unwrap_or(0) as f64 * dollars / 1_000_000.0;
    Some(
        of(usage.input, price.input)
            + of(usage.output, price.output)
            + of(usage.cache_read, price.cache_read)
            + of(usage.cache_write, price.cache_write),
    )
}
