//! The API's description of itself: OpenAPI 3.1, made from the code that answers.

use super::problem::{self, Code, Details};
use super::router::Web;
use super::sign_in::SignIn;
use super::{about, archive, attachments, checkup, conversations, docs, events, lists, messages};
use super::{models, runs, session};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, response};
use utoipa::{IntoParams, IntoResponses, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tsuzuki chat",
        description = "Conversations whose answers nothing can interrupt. Times are milliseconds \
                       since 1970; ids are UUIDs, which the client may make (version 7).",
    ),
    paths(
        about::about,
        session::enter,
        session::leave,
        conversations::list,
        conversations::create,
        conversations::thread,
        conversations::change,
        conversations::remove,
        messages::post,
        messages::message,
        messages::again,
        messages::go_on,
        messages::onward,
        messages::retry,
        messages::cut,
        messages::exchanges,
        runs::run,
        runs::stop,
        runs::finish,
        events::events,
        events::run_events,
        lists::search,
        lists::usage,
        lists::defaults,
        lists::put_defaults,
        models::models,
        checkup::look,
        attachments::attach,
        attachments::attachment,
        attachments::detach,
        archive::one,
        archive::all,
        archive::import,
        openapi,
        docs::docs,
    ),
    components(schemas(Details, Code, crate::chat::Entry))
)]
struct Api;

/// The name of the way to sign in.
const SCHEME: &str = "sign_in";

/// How people sign in here, where they need to.
fn scheme(sign_in: &SignIn, tls: bool) -> Option<ApiKey> {
    match sign_in {
        SignIn::ThisMachine | SignIn::Anybody => None,
        SignIn::Password(_) => Some(ApiKey::Cookie(ApiKeyValue::with_description(
            session::cookie_name(tls),
            "The session that POST /api/v1/session begins.",
        ))),
        SignIn::Proxy(proxy) => Some(ApiKey::Header(ApiKeyValue::with_description(
            proxy.name.as_str(),
            "The user, as the proxy in front names it.",
        ))),
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
                    .schema(Some(Ref::from_schema_name("Refusal")))
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

/// The description, for programs and for people.
pub(super) struct Description {
    json: Bytes,
    page: Bytes,
}

impl Description {
    /// As things are on this server.
    pub(super) fn new(sign_in: &SignIn, tls: bool) -> Self {
        let mut api = Api::openapi();
        api.info.version = env!("CARGO_PKG_VERSION").to_owned();
        if let Some(scheme) = scheme(sign_in, tls) {
            let components = api.components.get_or_insert_default();
            components.add_security_scheme(SCHEME, SecurityScheme::ApiKey(scheme));
            api.security = Some(vec![SecurityRequirement::new(SCHEME, [] as [&str; 0])]);
        }
        // Words, numbers and lists, which JSON can always say.
        let api = serde_json::to_value(api).unwrap_or_default();
        Self {
            json: Bytes::from(api.to_string()),
            page: Bytes::from(docs::write(&api)),
        }
    }

    /// The page for people.
    pub(super) fn page(&self) -> Bytes {
        self.page.clone()
    }
}

/// This description.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "About this API",
    responses((status = 200, body = Object), Refusals),
)]
pub(super) async fn openapi(State(web): State<Arc<Web>>) -> Response {
    let json = web.description().json.clone();
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
