//! What a request asks of Tsuzuki itself.

use crate::form::{DecodeError, Place};
use crate::json::{Edits, Kind, Value};
use serde::Deserialize;
use std::borrow::Cow;
use tsuzuki_engine::{Mode, Seams};

/// What a request asks of Tsuzuki itself: our own field, cut out of the body.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wish {
    /// What the caller's `maxTokens` means.
    pub mode: Option<Mode>,
    /// A lower limit on output tokens.
    pub max_output_tokens: Option<u64>,
    /// A lower limit on legs.
    pub max_legs: Option<u32>,
    /// A lower limit on money, in US dollars.
    pub max_cost: Option<f64>,
    /// When to stop, in seconds from the start.
    pub max_seconds: Option<f64>,
    /// What to do at a joint that cannot be proved.
    pub seams: Option<Seams>,
    /// Whether to report in any case.
    pub report: Option<bool>,
}

/// The name of our own field, in requests and in answers.
pub(crate) const FIELD: &str = "tsuzuki";

const SHAPE: &str = "tsuzuki: expected an object with any of mode (off, cap or extend), maxOutputTokens, maxLegs, \
                     maxCost, maxSeconds (numbers, not negative), seams (best_effort or proven) and report (true or false)";
const TWICE: &str = "tsuzuki: the field, or the member it stands in, is given twice; give it once";

/// Reads our own field, and says how to cut it out. `home` is the member it lives in; `None`: the
/// body itself. A home that held nothing else goes with it.
pub(crate) fn take(body: Value<'_>, home: Option<&str>) -> Result<(Wish, Edits), DecodeError> {
    let wrong = |kind| DecodeError {
        place: Place::Wish,
        kind: Cow::Borrowed(kind),
    };
    let mut edits = Edits::default();
    let homes: Vec<Value<'_>> = match home {
        None => vec![body],
        Some(name) => {
            let homes = body.members().filter(|member| member.key.is(name));
            homes.map(|member| member.value).collect()
        }
    };
    let mut fields = homes.iter().flat_map(|home| {
        let fields = home.members().filter(|member| member.key.is(FIELD));
        fields.map(|field| (*home, field))
    });
    let Some((object, field)) = fields.next() else {
        return Ok((Wish::default(), edits));
    };
    // In one of two homes it would be seen by some readers and not by others.
    if fields.next().is_some() || homes.len() > 1 {
        return Err(wrong(TWICE));
    }
    let wish = match field.value.kind() {
        Kind::Null => Wish::default(),
        Kind::Object => serde_json::from_str(field.value.raw()).map_err(|_| wrong(SHAPE))?,
        Kind::Array | Kind::String | Kind::Number | Kind::Bool => return Err(wrong(SHAPE)),
    };
    if [wish.max_cost, wish.max_seconds]
        .into_iter()
        .flatten()
        .any(|limit| limit < 0.0)
    {
        return Err(wrong(SHAPE));
    }
    match home {
        Some(name) if object.members().count() == 1 => edits.cut(body, name),
        Some(_) | None => edits.cut(object, FIELD),
    }
    Ok((wish, edits))
}
