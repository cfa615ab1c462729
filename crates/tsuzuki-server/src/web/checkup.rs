//! `GET /doctor`: whether the store and the backend can be used.

use super::facts::{Check, CheckState, Diagnosis, Worded};
use super::problem::Problem;
use super::router::Web;
use super::sent::Asks;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// Looks whether the store and the backend can be used. Nothing that costs money is done.
#[utoipa::path(
    get, path = "/api/v1/doctor", tag = "Lists",
    responses((status = 200, body = Diagnosis), super::openapi::Refusals),
)]
pub(super) async fn look(
    State(web): State<Arc<Web>>,
    Asks(_): Asks,
) -> Result<Json<Diagnosis>, Problem> {
    let name = "store".to_owned();
    let store = match web.chat().check().await {
        Ok(()) => Check {
            name,
            state: CheckState::Ok,
            told: "conversations can be read and kept".to_owned(),
            told_as: Worded::new("store_works", None),
            hint: None,
            hint_as: None,
        },
        Err(error) => Check {
            name,
            state: CheckState::Failed,
            told: error.to_string(),
            told_as: Worded::new("store_unusable", Some(error.to_string())),
            hint: None,
            hint_as: None,
        },
    };
    let mut diagnosis = match web.doctor() {
        Some(doctor) => doctor.look().await,
        None => Diagnosis {
            checks: Vec::new(),
            policy: None,
        },
    };
    diagnosis.checks.insert(0, store);
    Ok(Json(diagnosis))
}
