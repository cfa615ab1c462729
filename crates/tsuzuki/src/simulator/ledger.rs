//! Which rule answers, and how often it has. The only thing the simulator remembers.

use super::place::Conversation;
use super::prompt::Prompt;
use super::scenario::{Calls, Fault, Rule, Scenario, When};
use regex::Regex;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How often each rule answered and each fault struck, per test.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    counts: Mutex<HashMap<(Entry, String), u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Entry {
    /// The rule with this place in the scenario.
    Rule(usize),
    /// One of its faults.
    Fault(usize, usize),
    /// No rule at all.
    Fallback,
}

/// What rules look at.
pub(super) struct Seen<'a> {
    pub(super) operation: &'a str,
    pub(super) id: &'a str,
    pub(super) prompt: &'a Prompt,
    pub(super) conversation: &'a Conversation,
}

/// The rule that answers, the number of this call of it, and the faults that strike it.
pub(super) struct Call<'a> {
    pub(super) rule: Option<&'a Rule>,
    pub(super) number: u32,
    pub(super) faults: Vec<Fault>,
}

impl Ledger {
    /// Finds the rule for a request and counts it.
    pub(super) fn call<'a>(
        &self,
        scenario: &'a Scenario,
        seen: &Seen<'_>,
        test: &str,
        rng: &mut fastrand::Rng,
    ) -> Call<'a> {
        for (at, rule) in scenario.rules.iter().enumerate() {
            if !rule.when.matches(seen)
                || rule.when.chance.is_some_and(|chance| rng.f64() >= chance)
            {
                continue;
            }
            let number = self.count(Entry::Rule(at), test);
            if rule.when.call.is_some_and(|calls| !calls.has(number)) {
                continue;
            }
            let strikes = |fault: &(usize, &Fault)| {
                let (place, fault) = fault;
                fault.call.is_none_or(|calls: Calls| calls.has(number))
                    && fault
                        .times
                        .is_none_or(|times| self.count(Entry::Fault(at, *place), test) <= times)
            };
            let faults = rule
                .faults
                .iter()
                .enumerate()
                .filter(strikes)
                .map(|(_, fault)| fault.clone())
                .collect();
            return Call {
                rule: Some(rule),
                number,
                faults,
            };
        }
        Call {
            rule: None,
            number: self.count(Entry::Fallback, test),
            faults: Vec::new(),
        }
    }

    fn count(&self, entry: Entry, test: &str) -> u32 {
        // A count is whole even if another thread panicked while it held the lock.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((entry, test.to_owned())).or_default();
        *count += 1;
        *count
    }
}

impl When {
    fn matches(&self, seen: &Seen<'_>) -> bool {
        let fits = |pattern: &Option<Regex>, text: &str| {
            pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(text))
        };
        let returned = |pattern: &Regex| {
            seen.prompt
                .turns
                .last()
                .into_iter()
                .flat_map(|turn| turn.tool_results())
                .any(|(call, _)| {
                    seen.prompt
                        .tool_called(call)
                        .is_some_and(|name| pattern.is_match(name))
                })
        };
        fits(&self.operation, seen.operation)
            && fits(&self.model, seen.id)
            && fits(&self.user, &seen.conversation.asked)
            && fits(&self.system, &seen.prompt.system)
            && self
                .prefill
                .is_none_or(|prefill| prefill == seen.prompt.is_prefilled())
            && self.tool_result.as_ref().is_none_or(returned)
    }
}
