//! From a request that passed the door's guards to its response.

use super::about::{Bounds, Inside, Most};
use super::facts::Doctor;
use super::fields::{self, Place};
use super::gate::Gate;
use super::openapi::Description;
use super::problem::{Code, Problem};
use super::readers::Readers;
use super::sent::unsigned;
use super::{ChatDoor, page};
use super::{about, archive, attachments, checkup, conversations, docs, events, lists, messages};
use super::{models, openapi, runs, session};
use crate::Limits;
use crate::chat::{Chat, ChatError, ChatSettings};
use crate::door;
use crate::guard::Visit;
use crate::intake;
use crate::store::Store;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use http::request::Parts;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower_service::Service;
use tsuzuki::engine::{Abilities, ModelId, Policy};
use tsuzuki::{Backend, BodyError};

/// Where sessions begin and end.
const SESSION: &str = "/api/v1/session";

/// Where what an export gave comes back.
const IMPORT: &str = "/api/v1/import";

/// The largest body of a request that nobody need sign in for: a password, in JSON.
const SIGN_IN_BYTES: usize = 8 * 1024;

/// The address a request comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// What the answers of the web door are made from.
pub(crate) struct Web {
    chat: Chat,
    gate: Gate,
    inside: Inside,
    backend: Arc<dyn Backend>,
    doctor: Option<Arc<dyn Doctor>>,
    limits: Limits,
    leaving: CancellationToken,
    readers: Arc<Readers>,
    description: Description,
}

/// The web door.
pub(crate) struct WebDoor {
    web: Arc<Web>,
    router: Router,
}

impl WebDoor {
    /// Over an open chat. Readers stay until `leaving`.
    pub(crate) fn new(
        chat: Chat,
        settings: ChatDoor,
        limits: Limits,
        tls: bool,
        backend: Arc<dyn Backend>,
        leaving: CancellationToken,
    ) -> Self {
        let ChatDoor {
            store,
            settings: answers,
            sign_in,
            backend: told,
            doctor,
            grace: _,
        } = settings;
        let inside = Inside {
            backend: told,
            default_model: answers.model.clone(),
            limits: bounds(&answers, &limits),
            policy: most(&answers.policy),
        };
        let description = Description::new(&sign_in, tls);
        let web = Arc::new(Web {
            chat,
            gate: Gate::new(sign_in, store, limits.chat.clone(), tls),
            inside,
            backend,
            doctor,
            readers: Arc::new(Readers::new(limits.chat.readers)),
            limits,
            leaving,
            description,
        });
        let router = router(Arc::clone(&web));
        Self { web, router }
    }

    /// What a path leads to here, if it leads here.
    pub(crate) fn place(path: &str) -> Option<Place> {
        match path {
            "/" | "/c" => Some(Place::Page),
            "/api" => Some(Place::Api),
            _ if path.starts_with("/api/") => Some(Place::Api),
            _ if path.starts_with("/c/") => Some(Place::Page),
            _ if path.starts_with("/assets/") || page::is_beside(path) => Some(Place::Asset),
            _ => None,
        }
    }

    /// How many runs are alive, and how many readers follow.
    pub(crate) fn figures(&self) -> (usize, usize) {
        (self.web.chat.alive(), self.web.readers.count())
    }

    /// Whether the chat works: its store can be read and written.
    pub(crate) async fn check(&self) -> Result<(), ChatError> {
        self.web.chat.check().await
    }

    /// Answers one request that the guards let in. Cannot fail: failure is a response.
    pub(crate) async fn open(
        &self,
        place: Place,
        request: Request<Incoming>,
        peer: IpAddr,
    ) -> door::Response {
        let path = request.uri().path().to_owned();
        let response = match self.pass(place, request, peer).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        };
        finish(place, &path, response)
    }

    /// A refusal of the guards, in the language of this door.
    pub(crate) fn refuse(place: Place, path: &str, problem: Problem) -> door::Response {
        finish(place, path, problem.into_response())
    }

    async fn pass(
        &self,
        place: Place,
        request: Request<Incoming>,
        peer: IpAddr,
    ) -> Result<Response, Problem> {
        let (mut parts, body) = request.into_parts();
        let limit = match self.admit(place, &mut parts, peer).await {
            Ok(limit) => limit,
            Err(problem) => {
                intake::linger(body, self.web.limits.body_bytes);
                return Err(problem);
            }
        };
        let body = intake::read(body, limit, &self.web.limits).await?;
        parts.extensions.insert(Peer(peer));
        let request = Request::from_parts(parts, Body::from(body));
        let mut router = self.router.clone();
        let response = match router.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if response.status() == StatusCode::METHOD_NOT_ALLOWED
            && let Some(allow) = response.headers().get(header::ALLOW)
            && let Ok(allow) = allow.to_str()
        {
            return Err(Problem::wrong_method(allow));
        }
        Ok(response)
    }

    /// What the head alone decides: who asks, and how large the body may be.
    async fn admit(&self, place: Place, parts: &mut Parts, peer: IpAddr) -> Result<usize, Problem> {
        match place {
            // Whoever is to sign in needs the page first.
            Place::Page | Place::Asset => return Ok(SIGN_IN_BYTES),
            Place::Api => {}
        }
        let user = self.web.gate.who(parts, peer).await?;
        let path = parts.uri.path();
        let public = path == SESSION || path == "/api/v1/about";
        match user {
            Some(user) => {
                if parts.method != Method::GET && parts.method != Method::HEAD {
                    self.web.gate.count_write(&user)?;
                }
                parts.extensions.insert(user);
            }
            None if public => {}
            None => return Err(unsigned()),
        }
        Ok(match path {
            _ if public => SIGN_IN_BYTES,
            IMPORT => self.web.limits.chat.import_bytes,
            _ => self.web.limits.body_bytes,
        })
    }
}

impl Place {
    /// Who may call it from where.
    pub(crate) const fn visit(self) -> Visit {
        match self {
            Self::Page => Visit::Page,
            Self::Asset => Visit::Asset,
            Self::Api => Visit::Call,
        }
    }
}

impl Web {
    pub(super) const fn chat(&self) -> &Chat {
        &self.chat
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        self.chat.store()
    }

    pub(super) const fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(super) const fn inside(&self) -> &Inside {
        &self.inside
    }

    pub(super) const fn bounds(&self) -> &Bounds {
        &self.inside.limits
    }

    pub(super) fn abilities(&self, model: &ModelId) -> Abilities {
        self.backend.abilities(model)
    }

    pub(super) const fn doctor(&self) -> Option<&Arc<dyn Doctor>> {
        self.doctor.as_ref()
    }

    /// What the API tells of itself.
    pub(super) const fn description(&self) -> &Description {
        &self.description
    }

    /// What the page's build is called.
    pub(super) fn build(&self) -> String {
        page::build()
    }

    /// The longest silence towards a reader.
    pub(super) const fn silence(&self) -> Duration {
        self.limits.silence
    }

    /// When readers are sent away.
    pub(super) const fn leaving(&self) -> &CancellationToken {
        &self.leaving
    }

    pub(super) const fn readers(&self) -> &Arc<Readers> {
        &self.readers
    }
}

fn bounds(answers: &ChatSettings, limits: &Limits) -> Bounds {
    let chat = &limits.chat;
    Bounds {
        message_chars: answers.message_chars,
        attachment_bytes: chat.image_bytes.max(chat.document_bytes),
        image_bytes: chat.image_bytes,
        document_bytes: chat.document_bytes,
        attachments_per_message: chat.attachments,
        body_bytes: limits.body_bytes,
    }
}

fn most(policy: &Policy) -> Most {
    Most {
        mode: policy.mode,
        max_parts: policy.max_legs,
        max_output_tokens: policy.max_output_tokens,
        max_cost: policy.max_cost,
        max_seconds: policy.deadline.map(|deadline| deadline.0 as f64 / 1000.0),
        seams: policy.seams,
    }
}

fn router(web: Arc<Web>) -> Router {
    let api = Router::new()
        .route("/about", get(about::about))
        .route("/session", post(session::enter).delete(session::leave))
        .route(
            "/conversations",
            get(conversations::list).post(conversations::create),
        )
        .route(
            "/conversations/{id}",
            get(conversations::thread)
                .patch(conversations::change)
                .delete(conversations::remove),
        )
        .route("/conversations/{id}/messages", post(messages::post))
        .route("/conversations/{id}/export", get(archive::one))
        .route("/messages/{id}", get(messages::message))
        .route("/messages/{id}/answers", post(messages::again))
        .route("/messages/{id}/continue", post(messages::go_on))
        .route("/messages/{id}/onward", post(messages::onward))
        .route("/messages/{id}/retry", post(messages::retry))
        .route("/messages/{id}/cut", post(messages::cut))
        .route("/messages/{id}/exchanges", get(messages::exchanges))
        .route("/runs/{id}", get(runs::run))
        .route("/runs/{id}/stop", post(runs::stop))
        .route("/runs/{id}/finish", post(runs::finish))
        .route("/runs/{id}/events", get(events::run_events))
        .route("/events", get(events::events))
        .route("/search", get(lists::search))
        .route("/models", get(models::models))
        .route("/defaults", get(lists::defaults).put(lists::put_defaults))
        .route("/usage", get(lists::usage))
        .route("/attachments", post(attachments::attach))
        .route(
            "/attachments/{id}",
            get(attachments::attachment).merge(delete(attachments::detach)),
        )
        .route("/export", get(archive::all))
        .route("/import", post(archive::import))
        .route("/doctor", get(checkup::look))
        .route("/openapi.json", get(openapi::openapi))
        .route("/docs", get(docs::docs))
        .route("/docs/style.css", get(docs::style));
    Router::new()
        .nest("/api/v1", api)
        .route("/", get(page::index))
        .route("/c", get(page::index))
        .route("/c/{*rest}", get(page::index))
        .route("/assets/{*rest}", get(page::file))
        .route("/{file}", get(page::file))
        .fallback(unknown)
        // The door read the body already, within limits of its own.
        .layer(DefaultBodyLimit::disable())
        .with_state(web)
}

async fn unknown() -> Problem {
    Problem::new(
        Code::Missing,
        "there is nothing at this path; GET /api/v1/docs lists what there is",
    )
}

/// The response as the door gives it.
fn finish(place: Place, path: &str, mut response: Response) -> door::Response {
    fields::guard(place, path, response.headers_mut());
    response.map(|body| {
        // Bodies that break tell nobody why but the log.
        body.map_err(|_broken| BodyError::Lost).boxed_unsync()
    })
}
