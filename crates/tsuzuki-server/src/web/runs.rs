//! Runs: how one stands, and how to end it.

use super::messages::Nothing;
use super::problem::Problem;
use super::router::Web;
use super::sent::{Asks, Id, Sent};
use crate::chat::RunId;
use crate::store::Run;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// How a run stands.
#[utoipa::path(
    get, path = "/api/v1/runs/{id}", tag = "Runs",
    params(("id" = RunId, Path, description = "The run.")),
    responses((status = 200, body = Run), super::openapi::Refusals),
)]
pub(super) async fn run(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<RunId>,
) -> Result<Json<Run>, Problem> {
    let run = web.store().run(&user, id).await?;
    run.map(Json).ok_or_else(|| Problem::missing("run"))
}

/// Stops a run. What was said stays; nothing happens to a run that is over.
#[utoipa::path(
    post, path = "/api/v1/runs/{id}/stop", tag = "Runs",
    params(("id" = RunId, Path, description = "The run.")),
    request_body = Nothing,
    responses((status = 200, body = Run), super::openapi::Refusals),
)]
pub(super) async fn stop(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<RunId>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(web.chat().stop(&user, id).await?))
}

/// Lets a run end with the part it is at. Nothing happens to a run that is over.
#[utoipa::path(
    post, path = "/api/v1/runs/{id}/finish", tag = "Runs",
    params(("id" = RunId, Path, description = "The run.")),
    request_body = Nothing,
    responses((status = 200, body = Run), super::openapi::Refusals),
)]
pub(super) async fn finish(
    State(web): State<Arc<Web>>,
    Asks(user): Asks,
    Id(id): Id<RunId>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(web.chat().finish(&user, id).await?))
}
