//! The models a conversation may ask, as far as the built-in table and the backend know them.

use super::problem::Problem;
use super::router::Web;
use super::sent::Asks;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::sync::Arc;
use tsuzuki::bedrock::near_profiles;
use tsuzuki::engine::{Abilities, ModelId, Prefill};
use tsuzuki::models::{Model, Models, Sampling};
use utoipa::ToSchema;

/// A model of the table that Converse sends no documents to (service documentation, Amazon Nova).
const READS_NO_DOCUMENTS: &[&str] = &["amazon.nova-micro-v1:0"];

/// The models.
#[derive(Serialize, ToSchema)]
pub(super) struct Listed {
    /// One row each, in the order of their base ids.
    models: Vec<Row>,
}

/// A model a conversation may ask.
#[derive(Serialize, ToSchema)]
pub(super) struct Row {
    /// What to put in a shape.
    id: String,
    /// A readable name.
    name: String,
    /// Who made it.
    provider: String,
    /// The context window, in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<u32>,
    /// The most output tokens one call may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output: Option<u32>,
    /// Whether a trailing assistant message is continued: `accepted`, `refused` or `unknown`.
    #[schema(value_type = String)]
    prefill: Prefill,
    /// Whether it can reason before it answers.
    reasoning: bool,
    /// Which of temperature and top-p it takes.
    sampling: Samples,
    /// What it reads: `text`, `image`, `video`.
    inputs: Vec<String>,
    /// Whether it can be sent documents.
    documents: bool,
    /// Whether it reads repeated input from a cache, at a lower price.
    cache: bool,
    /// What it costs, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Prices>,
    /// The prefixes of its cross-region inference profiles.
    profiles: Vec<String>,
    /// Which of its names `id` is: `bare`, or the prefix of a profile.
    scope: String,
    /// The day from which AWS no longer serves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_of_life: Option<String>,
    /// Whether it can be called. Only what is known without a call is told.
    available: Available,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// US dollars per million tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct Prices {
    /// Input that was not cached.
    input: f64,
    /// Output, reasoning included.
    output: f64,
    /// Input read from the cache.
    cache_read: f64,
    /// Input written to the cache.
    cache_write: f64,
}

/// Which of temperature and top-p a model takes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Samples {
    Both,
    One,
    None,
}

/// Whether a model can be called.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Available {
    No,
    Unknown,
}

/// The models a conversation may ask.
#[utoipa::path(
    get, path = "/api/v1/models", tag = "Lists",
    responses((status = 200, body = Listed), super::openapi::Refusals),
)]
pub(super) async fn models(
    State(web): State<Arc<Web>>,
    Asks(_): Asks,
) -> Result<Json<Listed>, Problem> {
    let region = web.inside().backend.region.as_deref();
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let models = Models::builtin().iter().map(|model| {
        let (id, scope) = callable(model, region);
        let abilities = web.abilities(&ModelId(id.clone()));
        row(model, id, scope, &abilities, today)
    });
    Ok(Json(Listed {
        models: models.collect(),
    }))
}

/// The name to call it by: its own where that is served, else a profile, the nearest first.
fn callable(model: &Model, region: Option<&str>) -> (String, String) {
    if model.on_demand {
        return (model.id.clone(), "bare".to_owned());
    }
    let near = near_profiles(region.unwrap_or_default());
    let prefix = near
        .iter()
        .chain(&["global"])
        .find(|near| model.profiles.iter().any(|prefix| prefix == *near))
        .map(|prefix| (*prefix).to_owned())
        .or_else(|| model.profiles.first().cloned());
    match prefix {
        Some(prefix) => (format!("{prefix}.{}", model.id), prefix),
        None => (model.id.clone(), "bare".to_owned()),
    }
}

fn row(model: &Model, id: String, scope: String, abilities: &Abilities, today: Date) -> Row {
    let over = model
        .end_of_life
        .as_deref()
        .filter(|day| day.parse::<Date>().is_ok_and(|day| day <= today));
    Row {
        id,
        name: model.name.clone(),
        provider: model.provider.clone(),
        context: model.context,
        max_output: abilities.max_output.or(model.max_output),
        prefill: abilities.prefill,
        reasoning: model.reasoning,
        sampling: match model.sampling {
            Sampling::Both => Samples::Both,
            Sampling::One => Samples::One,
            Sampling::None => Samples::None,
        },
        inputs: model.inputs.clone(),
        documents: !READS_NO_DOCUMENTS.contains(&model.id.as_str()),
        cache: model
            .price
            .is_some_and(|price| price.cache_read < price.input),
        price: model.price.map(|price| Prices {
            input: price.input,
            output: price.output,
            cache_read: price.cache_read,
            cache_write: price.cache_write,
        }),
        profiles: model.profiles.clone(),
        scope,
        end_of_life: model.end_of_life.clone(),
        available: match over {
            Some(_) => Available::No,
            None => Available::Unknown,
        },
        why: over.map(|day| format!("AWS no longer serves it since {day}; take a newer model")),
    }
}
