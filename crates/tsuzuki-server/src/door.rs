//! One request, from the guards to its response.

use crate::auth::{Auth, Caller, Claim};
use crate::bedrock::Bedrock;
use crate::bill::Bill;
use crate::books::Books;
use crate::chat::Chat;
use crate::error::{Fault, identify};
use crate::guard::{Guard, Reach, Visit};
use crate::route::{Health, Route};
use crate::web::{Code, Place, Problem, WebDoor};
use crate::{Access, Limits, Operation, Operations, Settings, forward, headers, health, intake};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::request::Parts;
use http::{Request, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tsuzuki::engine::Mode;
use tsuzuki::{Backend, BodyError, RawRequest};

/// A response body: whole, or as it comes.
pub(crate) type Body = UnsyncBoxBody<Bytes, BodyError>;

/// A response of the endpoint.
pub(crate) type Response = http::Response<Body>;

/// A request whose body is here.
pub(crate) struct Whole {
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
}

impl Whole {
    /// The request as a backend may see it, with this body.
    pub(crate) fn raw(&self, body: Bytes) -> RawRequest {
        RawRequest {
            method: self.parts.method.as_str().to_owned(),
            path: self.target().to_owned(),
            headers: headers::outgoing(&self.parts.headers),
            body,
        }
    }

    /// The path as it came, with its query.
    pub(crate) fn target(&self) -> &str {
        self.parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
    }

    /// The value of a header field that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }
}

/// The way in: guards, routes and limits around the operations.
pub(crate) struct Door {
    guard: Guard,
    auth: Auth,
    limits: Limits,
    mode: Mode,
    backend: Arc<dyn Backend>,
    bedrock: Bedrock,
    books: Arc<Books>,
    answers: TaskTracker,
    shutdown: CancellationToken,
    web: Option<WebDoor>,
}

/// What tells the door of the end.
pub(crate) struct Ending {
    /// Runs for every answer that runs.
    pub(crate) answers: TaskTracker,
    /// Answers stop.
    pub(crate) stop: CancellationToken,
    /// No new ones begin.
    pub(crate) shutdown: CancellationToken,
    /// Readers of the chat go.
    pub(crate) leaving: CancellationToken,
}

impl Door {
    pub(crate) fn new(
        settings: Settings,
        address: SocketAddr,
        backend: Arc<dyn Backend>,
        chat: Option<Chat>,
        ending: Ending,
    ) -> Self {
        let Ending {
            answers,
            stop,
            shutdown,
            leaving,
        } = ending;
        let books = Arc::new(Books::new(settings.audit.clone()));
        let bedrock = Bedrock::new(
            Arc::clone(&backend),
            &settings,
            Arc::clone(&books),
            answers.clone(),
            stop,
        );
        let Settings {
            policy,
            limits,
            hosts,
            access,
            operations,
            tls,
            chat: chat_door,
            ..
        } = settings;
        let web = chat.zip(chat_door).map(|(chat, chat_door)| {
            let (limits, backend) = (limits.clone(), Arc::clone(&backend));
            WebDoor::new(chat, chat_door, limits, tls.is_some(), backend, leaving)
        });
        let reach = match access {
            Access::Open => Reach::Here,
            Access::Keys { .. } => Reach::Network,
        };
        let operations = operations.unwrap_or_else(|| match reach {
            Reach::Here => Operations::all(),
            Reach::Network => Operations::of_a_network(),
        });
        Self {
            guard: Guard::new(address, &hosts, reach),
            auth: Auth::new(access, operations),
            limits,
            mode: policy.mode,
            backend,
            bedrock,
            books,
            answers,
            shutdown,
            web,
        }
    }

    pub(crate) const fn mode(&self) -> Mode {
        self.mode
    }

    /// Answers one request. Cannot fail: failure is a response.
    pub(crate) async fn open(&self, request: Request<Incoming>, peer: IpAddr) -> Response {
        let began = Instant::now();
        if let Some(web) = &self.web
            && let Some(place) = WebDoor::place(request.uri().path())
        {
            return self.open_web(web, place, request, peer).await;
        }
        let method = request.method().clone();
        let mut caller = Caller::nobody();
        let mut response = match self.pass(request, &mut caller).await {
            Ok(response) => response,
            Err(fault) => {
                tracing::info!(
                    %method,
                    status = fault.status.as_u16(),
                    error = fault.name,
                    key = caller.name(),
                    ms = milliseconds(began),
                    "refused"
                );
                self.books.refused(method.as_str(), &caller, &fault);
                fault.response()
            }
        };
        identify(&mut response);
        response
    }

    /// Answers one request to the chat.
    async fn open_web(
        &self,
        web: &WebDoor,
        place: Place,
        request: Request<Incoming>,
        peer: IpAddr,
    ) -> Response {
        let began = Instant::now();
        let method = request.method().clone();
        let (parts, body) = request.into_parts();
        let response = match self.admit_web(&parts, place) {
            Ok(()) => {
                web.open(place, Request::from_parts(parts, body), peer)
                    .await
            }
            Err(problem) => {
                intake::linger(body, self.limits.body_bytes);
                WebDoor::refuse(place, parts.uri.path(), problem)
            }
        };
        let status = response.status();
        if let Some(code) = response.extensions().get::<Code>() {
            let (status, code) = (status.as_u16(), code.word());
            tracing::info!(%method, status, error = code, ms = milliseconds(began), "refused");
        }
        self.books.metrics.chatted(method.as_str(), status);
        response
    }

    /// What the head of a request to the chat decides.
    fn admit_web(&self, parts: &Parts, place: Place) -> Result<(), Problem> {
        if parts.headers.len() > self.limits.head_fields {
            return Err(Fault::too_many_fields(self.limits.head_fields).into());
        }
        self.guard.check(parts, place.visit())?;
        if is_encoded(parts) {
            return Err(Problem::new(
                Code::Unsupported,
                "the body has a content encoding; send it as it is, without Content-Encoding",
            ));
        }
        Ok(())
    }

    /// Lets it through, and says who called as soon as that is proved.
    async fn pass(
        &self,
        request: Request<Incoming>,
        caller: &mut Caller,
    ) -> Result<Response, Fault> {
        let (parts, body) = request.into_parts();
        let (route, claim) = match self.admit(&parts) {
            Ok(admitted) => admitted,
            Err(fault) => {
                intake::linger(body, self.limits.body_bytes);
                return Err(fault);
            }
        };
        let operation = match &route {
            Route::Health(Health::Live | Health::Ready) => None,
            Route::Health(Health::Whole) | Route::Metrics => Some(Operation::Metrics),
            Route::Forwarded(operation) | Route::Model(_, operation) => Some(*operation),
        };
        let model = match &route {
            Route::Model(model, _) => Some(model),
            Route::Health(_) | Route::Forwarded(_) | Route::Metrics => None,
        };
        let body = intake::read(body, self.limits.body_bytes, &self.limits).await?;
        let request = Whole { parts, body };
        if let Some(operation) = operation {
            *caller = self.auth.prove(claim, &request, operation)?;
            self.auth.allow(caller, operation, model)?;
        }
        match route {
            Route::Health(question) => {
                let store = match (question, &self.web) {
                    (Health::Whole, Some(web)) => Some(web.check().await),
                    (Health::Live | Health::Ready, _) | (Health::Whole, None) => None,
                };
                Ok(health::tell(&health::State {
                    question,
                    mode: self.mode,
                    answers: self.answers.len(),
                    leaving: self.shutdown.is_cancelled(),
                    store,
                }))
            }
            Route::Metrics => {
                let chat = self.web.as_ref().map(WebDoor::figures);
                Ok(self.books.metrics.tell(self.answers.len(), chat))
            }
            Route::Forwarded(operation) => {
                caller.must_be_new()?;
                let raw = request.raw(request.body.clone());
                let bill = Bill {
                    books: Arc::clone(&self.books),
                    caller: caller.clone(),
                    // What it costs is not counted, so keys with a budget do not come here.
                    share: None,
                    price: None,
                };
                forward::forward(self.backend.as_ref(), raw, operation, None, bill).await
            }
            Route::Model(model, operation) => {
                self.bedrock.open(request, model, operation, caller).await
            }
        }
    }

    /// What the head alone decides.
    fn admit(&self, parts: &Parts) -> Result<(Route, Claim), Fault> {
        if parts.headers.len() > self.limits.head_fields {
            return Err(Fault::too_many_fields(self.limits.head_fields));
        }
        self.guard.check(parts, Visit::Call)?;
        if is_encoded(parts) {
            return Err(Fault::encoded());
        }
        let route = Route::of(&parts.method, parts.uri.path())?;
        let claim = match route {
            // Load balancers have no keys, and these two tell nothing but yes or no.
            Route::Health(Health::Live | Health::Ready) => Claim::Nobody,
            Route::Health(Health::Whole)
            | Route::Metrics
            | Route::Forwarded(_)
            | Route::Model(..) => self.auth.claim(parts)?,
        };
        Ok((route, claim))
    }
}

/// Whether the body is not what it says, but an encoding of it.
fn is_encoded(parts: &Parts) -> bool {
    let codings = parts.headers.get_all(http::header::CONTENT_ENCODING);
    codings.iter().any(|coding| {
        !coding
            .as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(b"identity")
    })
}

/// A response whose body is here.
pub(crate) fn whole(status: StatusCode, body: Bytes) -> Response {
    let body = Full::new(body)
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    response
}

/// A response body that comes in pieces.
pub(crate) fn pieces(
    pieces: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
) -> Body {
    let frames = pieces.then(|piece| async move {
        if piece.is_err() {
            // hyper throws away what it has not written yet when a body breaks; the pieces before
            // the break were sent, and shall arrive.
            tokio::task::yield_now().await;
        }
        piece.map(Frame::data)
    });
    StreamBody::new(frames).boxed_unsync()
}

/// How long ago this was, for a log line.
pub(crate) fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
