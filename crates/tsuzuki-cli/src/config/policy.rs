//! `[policy]`: how far to go with each answer.

use super::Fallback;
use crate::args::Reach;
use serde::{Deserialize, Deserializer, Serialize};
use std::num::{NonZeroU32, NonZeroU64};
use tsuzuki::engine::{Cache, Millis, Mode, Policy as Bounds, Seams};

/// How far to go with each answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Policy {
    /// What a caller's own output limit means.
    pub(crate) mode: Reach,
    /// The most output tokens of an answer.
    max_output_tokens: NonZeroU64,
    /// The most calls of an answer.
    max_legs: NonZeroU32,
    /// The most money for an answer, in US dollars.
    #[serde(deserialize_with = "dollars")]
    max_cost: f64,
    /// When an answer must be over.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_seconds: Option<NonZeroU32>,
    /// What to do at a joint that cannot be proved.
    seams: Seams,
    /// Whether to report on whole answers of one call, too.
    report: bool,
    /// Whether an answer under a guardrail may be continued.
    continue_guarded: bool,
    /// The least output limit of a later call, in tokens.
    leg_floor: NonZeroU32,
    /// The greatest output limit of a later call, in tokens.
    leg_ceiling: NonZeroU32,
    /// How long an answer may go without new text before faults end it.
    no_progress_seconds: NonZeroU32,
    /// How many faults in a row end it, throttling aside.
    faults_in_a_row: NonZeroU32,
    /// Whether later calls ask the provider to cache what they add.
    cache: Cache,
    /// What may go on where the caller's model keeps failing, and where, in this order.
    pub(crate) fallbacks: Vec<Fallback>,
    /// Modes of certain models; the first that fits stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) models: Vec<ModelMode>,
}

/// The mode of certain models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelMode {
    /// A model's id, in which `*` stands for any text. An inference profile is known by the id of
    /// its model, too.
    pub(crate) pattern: String,
    /// What the limit means there.
    pub(crate) mode: Reach,
}

impl Default for Policy {
    fn default() -> Self {
        let bounds = Bounds::new(Mode::Extend);
        let positive = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            mode: Reach::Extend,
            max_output_tokens: NonZeroU64::new(bounds.max_output_tokens).unwrap_or(NonZeroU64::MIN),
            max_legs: positive(bounds.max_legs),
            max_cost: bounds.max_cost,
            max_seconds: None,
            seams: bounds.seams,
            report: bounds.report,
            continue_guarded: bounds.continue_guarded,
            leg_floor: positive(bounds.leg_floor),
            leg_ceiling: positive(bounds.leg_ceiling),
            no_progress_seconds: positive(
                u32::try_from(bounds.no_progress.0 / 1000).unwrap_or(u32::MAX),
            ),
            faults_in_a_row: positive(bounds.faults_in_a_row),
            cache: bounds.cache,
            fallbacks: Vec::new(),
            models: Vec::new(),
        }
    }
}

impl Policy {
    /// As the engine takes it, but for the fallbacks: what they can do is not known here.
    pub(crate) fn bounds(&self) -> Bounds {
        let millis = |seconds: NonZeroU32| Millis::from_seconds(u64::from(seconds.get()));
        Bounds {
            max_output_tokens: self.max_output_tokens.get(),
            max_legs: self.max_legs.get(),
            max_cost: self.max_cost,
            deadline: self.max_seconds.map(millis),
            seams: self.seams,
            report: self.report,
            continue_guarded: self.continue_guarded,
            leg_floor: self.leg_floor.get(),
            leg_ceiling: self.leg_ceiling.get(),
            no_progress: millis(self.no_progress_seconds),
            faults_in_a_row: self.faults_in_a_row.get(),
            cache: self.cache,
            ..Bounds::new(self.mode.into())
        }
    }

    /// The modes of certain models, as the endpoint takes them.
    pub(crate) fn modes(&self) -> Vec<tsuzuki_server::ModelMode> {
        self.models
            .iter()
            .map(|row| tsuzuki_server::ModelMode {
                pattern: row.pattern.clone(),
                mode: row.mode.into(),
            })
            .collect()
    }
}

fn dollars<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let dollars = f64::deserialize(from)?;
    if dollars.is_finite() && dollars >= 0.0 {
        Ok(dollars)
    } else {
        Err(serde::de::Error::custom(
            "an amount of US dollars is 0 or more",
        ))
    }
}
