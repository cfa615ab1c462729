//! How a leg is called: what stands before it, and what it is asked to do there.

use super::running::{Probing, Running};
use super::{Answer, Output};
use crate::holdback::unsure;
use crate::nudge::nudge;
use crate::plan::{self, Call, Case, Purpose, Way};
use crate::seam::{self, Border, Demand};
use crate::tokens::Estimate;
use crate::{By, Delivery, Fallback, Leg, Prefill, Seams, Usage};
use std::sync::Arc;

impl Answer {
    /// What stands before the next border: the text without its trailing white space, and that.
    pub(super) fn border(&self) -> (String, String) {
        let mut partial = format!("{}{}", self.message.text, self.unshown);
        partial.push_str(self.holdback.text());
        let solid = partial.trim_end_matches(unsure).len();
        let mut held = partial[solid..].replace(char::REPLACEMENT_CHARACTER, "");
        held.push_str(&self.white);
        partial.truncate(solid);
        (partial, held)
    }

    pub(super) fn case<'a>(&'a self, partial: &'a str, way: Way) -> Case<'a> {
        let (open, has_tool_call) = self.message.at_cut();
        Case {
            ask: &self.ask,
            abilities: &self.abilities,
            policy: &self.policy,
            ledger: &self.ledger,
            now: self.now,
            way,
            partial,
            given_up: self.given_up.as_ref().map(|failed| &failed.end),
            anything_shown: self.message.has_content() || !partial.is_empty(),
            open,
            has_tool_call,
            owes_tool_call: self.progress.owes_tool_call && !has_tool_call,
            last_max: self.progress.last_max,
            escalated: self.progress.escalated,
            finishing: self.progress.finishing,
            idle_legs: self.progress.idle_legs,
            faults: self.progress.faults,
            rests: self.progress.rests,
            progress_at: self.progress.at,
        }
    }

    /// Calls a leg.
    pub(super) fn call(&mut self, mut call: Call) {
        match call.purpose {
            Purpose::GoOn => {}
            Purpose::Escalate => self.progress.escalated = true,
            Purpose::EscalateTool => {
                self.progress.escalated = true;
                self.progress.owes_tool_call = true;
            }
            Purpose::Demote => self.abilities.prefill = Prefill::Refused,
            Purpose::Obey { limit } => self.abilities.max_output = Some(limit),
            Purpose::FallBack => {
                self.fall_back();
                let limit = self.abilities.max_output.unwrap_or(u32::MAX);
                call.max_tokens = match call.way {
                    Way::First => plan::first(&self.ask, &self.abilities, &self.policy).max_tokens,
                    Way::Prefill | Way::Anchor => call.max_tokens.map(|asked| asked.min(limit)),
                };
            }
        }
        let (partial, held) = self.border();
        let (by, border) = match call.way {
            Way::First => {
                self.unshown.clear();
                self.white.clear();
                (By::First, None)
            }
            Way::Prefill => {
                let border = self.prefill_border(&partial, &held);
                (
                    By::Prefill {
                        partial: partial.as_str().into(),
                    },
                    Some(border),
                )
            }
            Way::Anchor => {
                let anchor = seam::anchor(&partial, self.progress.rejected);
                let border = Border::anchored(&partial, &held, anchor, self.demand());
                let nudge = nudge(&partial, anchor).into();
                (
                    By::Anchor {
                        partial: partial.as_str().into(),
                        nudge,
                    },
                    Some(border),
                )
            }
        };
        let name = match call.way {
            Way::First => "first",
            Way::Prefill => "prefill",
            Way::Anchor => "anchor",
        };
        let id = self.ledger.call(
            name,
            &self.model,
            self.region.as_ref(),
            call.max_tokens,
            self.now,
        );
        let own = call
            .max_tokens
            .map(|max_tokens| max_tokens.saturating_sub(call.room));
        self.progress.last_max = own
            .or(self.ask.max_tokens)
            .or(self.abilities.default_max_tokens);
        let withhold = self.ask.delivery == Delivery::Collected
            || (self.ask.guarded && call.way != Way::First);
        self.running = Some(Running {
            id,
            way: call.way,
            fresh: !self.message.has_content(),
            probing: border.map(|border| {
                Box::new(Probing {
                    border,
                    head: String::new(),
                    frames: Vec::new(),
                })
            }),
            blocks: Vec::new(),
            failed_head: None,
            answered: false,
            withheld: withhold.then(Vec::new),
            stop: None,
            metadata: None,
            ended: None,
            usage: Usage::UNKNOWN,
            received: Estimate::default(),
            repeated: Estimate::default(),
            new_chars: 0,
        });
        self.queue.push_back(Output::Call(Leg {
            id,
            ask: Arc::clone(&self.ask),
            model: self.model.clone(),
            region: self.region.clone(),
            by,
            max_tokens: call.max_tokens,
            cache: self.policy.cache,
        }));
    }

    /// Goes on with the next entry of the operator's list.
    fn fall_back(&mut self) {
        if self.policy.fallbacks.is_empty() {
            return;
        }
        let next = self.policy.fallbacks.remove(0);
        match next {
            Fallback::Model {
                model,
                abilities,
                region,
            } => {
                let left = std::mem::replace(&mut self.abilities, abilities);
                self.own_abilities.get_or_insert(left);
                self.model = model;
                self.region = region;
            }
            Fallback::Elsewhere(region) => {
                if let Some(own) = self.own_abilities.take() {
                    self.abilities = own;
                }
                self.model.clone_from(&self.ask.model);
                self.region = Some(region);
            }
        }
        self.progress.faults = 0;
        self.progress.rests = 0;
    }

    /// A provider that is known to take a prefill puts the text there; of another, tried as a last
    /// resort, the head has to prove it.
    fn prefill_border(&self, partial: &str, held: &str) -> Border {
        if self.abilities.prefill == Prefill::Accepted {
            Border::placed(partial, held, self.abilities.echoes_prefill)
        } else {
            Border::anchored(partial, held, seam::anchor(partial, 0), self.demand())
        }
    }

    fn demand(&self) -> Demand {
        let last_try = self.progress.rejected >= self.policy.rejects_per_border;
        match (self.policy.seams, last_try) {
            (Seams::Proven, _) => Demand::Proof,
            (Seams::BestEffort, false) => Demand::Echo,
            (Seams::BestEffort, true) => Demand::Plausible,
        }
    }
}
