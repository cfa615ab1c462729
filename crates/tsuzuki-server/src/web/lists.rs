//! Search, what was spent, and the user's defaults.

use super::conversations::within;
use super::problem::Problem;
use super::router::Web;
use super::sent::{Asks, Sent, Wanted};
use crate::chat::{Moment, Spent};
use crate::store::{Day, Defaults, Hit, Search};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The longest search, in characters.
const SEARCH_CHARS: usize = 1000;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What to find.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Find {
    /// The words. All of them must be there; a part in quotation marks must be there as it is.
    #[param(max_length = 1000)]
    q: String,
    /// At most this many.
    #[serde(default = "thirty")]
    #[param(minimum = 1, maximum = 200, default = 30)]
    limit: usize,
}

const fn thirty() -> usize {
    30
}

/// What was found, the best first.
#[derive(Serialize, ToSchema)]
pub(super) struct Found {
    /// What was found.
    hits: Vec<Hit>,
}

/// How far to look back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Since {
    /// How many days, today included (UTC).
    #[param(minimum = 1, maximum = 3660)]
    days: usize,
}

impl Default for Since {
    fn default() -> Self {
        Self { days: 30 }
    }
}

/// What was spent.
#[derive(Serialize, ToSchema)]
pub(super) struct Usage {
    /// Day by day (UTC), days without answers left out.
    days: Vec<Day>,
    /// All of these days together.
    total: Spent,
}

/// Finds messages and titles.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "Lists", params(Find),
    responses((status = 200, body = Found), super::openapi::Refusals),
)]
pub(super) async fn search(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Wanted(Find { q, limit }): Wanted<Find>,
) -> Result<Json<Found>, Problem> {
    within("limit", limit, 1, 200)?;
    if q.chars().count() > SEARCH_CHARS {
        return Err(Problem::invalid("q", "look for at most 1000 characters"));
    }
    let search = Search { words: q, limit };
    let hits = web.store().search(&user, &search).await?;
    Ok(Json(Found { hits }))
}

/// What was spent, day by day.
#[utoipa::path(
    get, path = "/api/v1/usage", tag = "Lists", params(Since),
    responses((status = 200, body = Usage), super::openapi::Refusals),
)]
pub(super) async fn usage(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Wanted(Since { days }): Wanted<Since>,
) -> Result<Json<Usage>, Problem> {
    within("days", days, 1, 3660)?;
    let today = Moment::now().0.div_euclid(DAY);
    let back = i64::try_from(days).unwrap_or(i64::MAX).saturating_sub(1);
    let since = Moment(today.saturating_sub(back).saturating_mul(DAY));
    let days = web.store().spent(&user, since).await?;
    let total = days
        .iter()
        .fold(Spent::default(), |sum, day| sum.plus(day.spent));
    Ok(Json(Usage { days, total }))
}

/// What the user wants where a conversation says nothing.
#[utoipa::path(
    get, path = "/api/v1/defaults", tag = "Lists",
    responses((status = 200, body = Defaults), super::openapi::Refusals),
)]
pub(super) async fn defaults(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
) -> Result<Json<Defaults>, Problem> {
    Ok(Json(web.store().defaults(&user).await?))
}

/// Keeps what the user wants where a conversation says nothing.
#[utoipa::path(
    put, path = "/api/v1/defaults", tag = "Lists", request_body = Defaults,
    responses((status = 200, body = Defaults), super::openapi::Refusals),
)]
pub(super) async fn put_defaults(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Sent(defaults): Sent<Defaults>,
) -> Result<Json<Defaults>, Problem> {
    defaults.shape.check()?;
    web.store().put_defaults(&user, &defaults).await?;
    Ok(Json(defaults))
}
