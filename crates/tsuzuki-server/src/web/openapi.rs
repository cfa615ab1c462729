//! The API's description of itself: OpenAPI 3.1, made from the code that answers.

use super::problem::{self, Code, Problem};
use super::{about, archive, attachments, checkup, conversations, docs, events, lists, messages};
use super::{models, runs, session};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, response};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tsuzuki chat",
        description = "Conversations whose answers nothing can interrupt. Times are milliseconds \
                       since 1970; ids are UUIDs, which the client may make (version 7).",
    ),
    paths(
        about::about, session::enter, session::leave,
        conversations::list, conversations::create, conversations::thread, conversations::change,
        conversations::remove,
        messages::post, messages::message, messages::again, messages::go_on, messages::retry,
        messages::cut, messages::exchanges,
        runs::run, runs::stop, runs::finish,
        events::events, events::run_events,
        lists::search, lists::usage, lists::defaults, lists::put_defaults, models::models,
        checkup::look,
        attachments::attach, attachments::attachment, attachments::detach,
        archive::one, archive::all, archive::import,
        openapi, docs::docs,
    ),
    components(schemas(Problem, Code, crate::chat::Entry)),
    modifiers(&Cookie),
    security(("session" = [])),
)]
struct Api;

/// How people sign in, where they need to.
struct Cookie;

impl Modify for Cookie {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let cookie = ApiKeyValue::with_description(
            "tsuzuki",
            "The session that POST /api/v1/session begins; `__Host-tsuzuki` under TLS. Servers \
             that ask for no password need none.",
        );
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The refusals that any operation may answer with.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        let mut told: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for code in Code::ALL {
            told.entry(code.status().as_u16())
                .or_default()
                .push(code.word());
        }
        told.into_iter()
            .map(|(status, words)| {
                let content = ContentBuilder::new()
                    .schema(Some(Ref::from_schema_name("Problem")))
                    .build();
                let response = ResponseBuilder::new()
                    .description(format!("Refused: {}.", words.join(", ")))
                    .content(problem::MEDIA_TYPE, content)
                    .build();
                (status.to_string(), RefOr::T(response))
            })
            .collect()
    }
}

/// The client's own key for what it asks.
pub(super) struct KeyHeader;

impl IntoParams for KeyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![text_header(
            "Idempotency-Key",
            "The client's own key for what it asks: asking twice with one key does it once.",
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(200))
                .pattern(Some("^[!-~]+$")),
        )]
    }
}

/// What a reader that comes back has.
pub(super) struct LastEventHeader;

impl IntoParams for LastEventHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![text_header(
            "Last-Event-ID",
            "The id of the last event the reader has: cursors joined by commas.",
            ObjectBuilder::new().schema_type(Type::String),
        )]
    }
}

fn text_header(name: &str, told: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(told))
        .schema(Some(schema))
        .build()
}

/// The description, made once.
static DOCUMENT: LazyLock<serde_json::Value> = LazyLock::new(|| {
    let mut api = Api::openapi();
    api.info.version = env!("CARGO_PKG_VERSION").to_owned();
    // A description is words, numbers and lists, which JSON can always say.
    serde_json::to_value(api).unwrap_or_default()
});

static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(DOCUMENT.to_string()));

/// The description as a value, for the page that people read.
pub(super) fn document() -> &'static serde_json::Value {
    &DOCUMENT
}

/// This description.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "About this API",
    responses((status = 200, body = Object), Refusals),
)]
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.clone()).into_response()
}
