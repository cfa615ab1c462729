//! Which inference profiles keep inside a region's own country or geography.

use super::settings::Reach;
use crate::models::Models;
use tsuzuki_wire::engine::ModelId;

/// Profile prefixes by the beginning of a region, the country's before the geography's. The source
/// is AWS's "Supported Regions and models for inference profiles". A region not listed has no
/// geography of its own (South America, Africa, Middle East): only `global.` would serve it.
const GEOGRAPHIES: [(&str, &[&str]); 12] = [
    ("us-gov-", &["us-gov"]),
    ("us-iso", &[]),
    ("us-", &["us"]),
    ("ca-", &["ca"]),
    ("eu-isoe-", &[]),
    ("eu-", &["eu"]),
    ("ap-northeast-1", &["jp", "apac"]),
    ("ap-northeast-3", &["jp", "apac"]),
    ("ap-southeast-2", &["au", "apac"]),
    ("ap-southeast-4", &["au", "apac"]),
    ("ap-south-", &["in", "apac"]),
    ("ap-", &["apac"]),
];

/// The prefixes of the inference profiles that keep inside a region's own country or geography, the
/// nearest first, without the dot.
#[must_use]
pub fn near_profiles(region: &str) -> &'static [&'static str] {
    GEOGRAPHIES
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or([].as_slice(), |(_, profiles)| profiles)
}

/// The profiles that may stand for a bare model id in a region, the nearest first. A model in the
/// table is offered only the profiles it is known to have.
pub(super) fn profiles(model: &ModelId, region: &str, reach: Reach) -> Vec<ModelId> {
    let known = Models::builtin()
        .get(model)
        .map(|model| model.profiles.as_slice())
        .filter(|profiles| !profiles.is_empty());
    let near = near_profiles(region);
    let far: &[&str] = match reach {
        Reach::Geography => &[],
        Reach::World => &["global"],
    };
    near.iter()
        .chain(far)
        .filter(|prefix| known.is_none_or(|known| known.iter().any(|other| other == *prefix)))
        .map(|prefix| ModelId(format!("{prefix}.{}", model.0)))
        .collect()
}
