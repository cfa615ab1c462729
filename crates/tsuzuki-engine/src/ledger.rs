//! What every leg used, what it cost, and the report that tells.

use crate::plan::Way;
use crate::tokens::Estimate;
use crate::{
    Abilities, Ask, End, Head, LegId, LegReport, Millis, ModelId, Outcome, Price, Proof, Region,
    Report, SeamReport, Usage, tokens,
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
    /// What it cost; none once a leg's price was not known.
    money: Option<Money>,
}

impl Ledger {
    pub(crate) const fn new() -> Self {
        Self {
            report: Report::empty(),
            called: Millis(0),
            spent: 0,
            repeated: 0,
            money: Some(Money {
                total: 0.0,
                continuing: 0.0,
            }),
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
    pub(crate) fn call(
        &mut self,
        by: &str,
        model: &ModelId,
        region: Option<&Region>,
        max_tokens: Option<u32>,
        now: Millis,
    ) -> LegId {
        let id = self.next_id();
        self.called = now;
        // Most answers have one leg.
        self.report.legs.reserve_exact(1);
        self.report.legs.push(LegReport {
            id,
            model: model.clone(),
            region: region.cloned(),
            max_tokens,
            request_id: None,
            by: by.to_owned(),
            end: None,
            usage: Usage::UNKNOWN,
            ms: 0,
        });
        id
    }

    /// The backend told the running leg's request id, and where it went.
    pub(crate) fn head(&mut self, head: &Head) {
        if let Some(leg) = self.report.legs.last_mut() {
            leg.request_id.clone_from(&head.request_id);
            if head.region.is_some() {
                leg.region.clone_from(&head.region);
            }
        }
    }

    /// About how many input tokens a leg takes: the first one's, or the bytes of the request by
    /// fours, and what was written since.
    pub(crate) fn likely_input(&self, ask: &Ask, way: Way) -> u64 {
        let request = u64::try_from(ask.carried.body.len() / 4).unwrap_or(u64::MAX);
        let first = self.report.input_first_leg.unwrap_or(request);
        match way {
            Way::First => first,
            Way::Prefill | Way::Anchor => first.saturating_add(self.report.new_output),
        }
    }

    /// The running leg ended, or was hung up.
    pub(crate) fn end(&mut self, account: Account<'_>) {
        let mut usage = account.usage;
        if !account.counted && !account.received.is_empty() {
            let likely = account.received.tokens();
            usage.output = Some(likely.max(usage.output.unwrap_or(0)));
            self.report.estimated = true;
        }
        if let (None, Some(likely)) = (usage.input, account.likely_input) {
            usage.input = Some(likely);
            self.report.estimated = true;
        }
        let repeated = account.repeated.tokens().min(usage.output.unwrap_or(0));
        self.spent += usage.output.unwrap_or(0);
        self.repeated += repeated;
        self.report.new_output = self.spent - self.repeated;
        self.report.usage = self.report.usage.plus(usage);
        let news = Usage {
            output: Some(usage.output.unwrap_or(0) - repeated),
            ..Usage::UNKNOWN
        };
        match (account.price, &mut self.money) {
            (Some(price), Some(money)) => {
                money.total += cost(&usage, price);
                if self.report.legs.len() > 1 {
                    money.continuing += cost(&usage, price) - cost(&news, price);
                }
            }
            (None, _) | (Some(_), None) => self.money = None,
        }
        if let Some(leg) = self.report.legs.last_mut() {
            leg.end = account.end.cloned();
            leg.usage = usage;
            leg.ms = account.now.since(self.called).0;
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
    pub(crate) fn cost(&self) -> Option<f64> {
        self.money.map(|money| money.total)
    }

    /// About what one more leg costs before it writes anything: the input again, and the text so far.
    pub(crate) fn next_input_cost(&self, abilities: &Abilities, partial: &str) -> f64 {
        let first = self.report.input_first_leg.unwrap_or(0);
        let usage = Usage {
            input: Some(first + tokens::estimate(partial)),
            ..Usage::UNKNOWN
        };
        abilities.price.map_or(0.0, |price| cost(&usage, price))
    }

    /// The answer is over.
    pub(crate) fn close(&mut self, outcome: Outcome) {
        self.report.outcome = Some(outcome);
        let money = self.money.filter(|_| !self.report.legs.is_empty());
        self.report.cost = money.map(|money| money.total);
        self.report.continuation_share = money
            .filter(|money| money.total > 0.0)
            .map(|money| (money.continuing / money.total).clamp(0.0, 1.0));
    }
}

/// What a leg that is over brought.
pub(crate) struct Account<'a> {
    /// How it ended; none if it was hung up.
    pub(crate) end: Option<&'a End>,
    /// Its own counts, as far as they came.
    pub(crate) usage: Usage,
    /// Whether they came to their end.
    pub(crate) counted: bool,
    /// About what its input was, if the backend took the request.
    pub(crate) likely_input: Option<u64>,
    /// Of all text it wrote.
    pub(crate) received: Estimate,
    /// Of what was no news.
    pub(crate) repeated: Estimate,
    /// What its model's tokens cost, where known.
    pub(crate) price: Option<Price>,
    /// When it was over.
    pub(crate) now: Millis,
}

/// US dollars.
#[derive(Debug, Clone, Copy)]
struct Money {
    total: f64,
    /// What of it a model without a limit would not have cost.
    continuing: f64,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "token counts are far below 2^52"
)]
fn cost(usage: &Usage, price: Price) -> f64 {
    let of = |tokens: Option<u64>, dollars: f64| tokens.unwrap_or(0) as f64 * dollars / 1_000_000.0;
    of(usage.input, price.input)
        + of(usage.output, price.output)
        + of(usage.cache_read, price.cache_read)
        + of(usage.cache_write, price.cache_write)
}
