//! What the page needs to know before anything else.

use super::facts::BackendIs;
use super::problem::Problem;
use super::router::Web;
use super::sign_in::SignIn;
use crate::chat::User;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use tsuzuki::engine::{Mode, Seams};
use utoipa::ToSchema;

/// The longest password, in characters.
pub(super) const PASSWORD_CHARS: usize = 1024;

/// What signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    /// The password that the operator has set.
    #[schema(max_length = 1024)]
    pub(super) password: String,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(…)")
    }
}

/// What the page needs to know before anything else. Signed out, only the first four are there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct About {
    /// The version of the server.
    version: &'static str,
    /// How people sign in.
    sign_in: Way,
    /// Whether whoever asks is signed in.
    signed_in: bool,
    /// The page's build: another one than the page has means that it should load itself anew.
    build: String,
    /// Who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User>,
    #[serde(flatten)]
    inside: Option<Inside>,
}

/// What only those are told who are signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Inside {
    /// What answers.
    pub(super) backend: BackendIs,
    /// The model of conversations that name none.
    pub(super) default_model: String,
    /// How much the chat takes.
    pub(super) limits: Bounds,
    /// The operator's policy: the most that a conversation can get.
    pub(super) policy: Most,
}

/// How people sign in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// They need not.
    Open,
    /// With a password.
    Password,
    /// Through a proxy.
    Proxy,
}

/// How much the chat takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Bounds {
    /// The most characters of a message.
    pub(super) message_chars: usize,
    /// The largest attachment of any kind, in bytes.
    pub(super) attachment_bytes: usize,
    /// The largest image, in bytes.
    pub(super) image_bytes: usize,
    /// The largest document, in bytes.
    pub(super) document_bytes: usize,
    /// The most attachments of one message.
    pub(super) attachments_per_message: usize,
    /// The largest body of a request, in bytes.
    pub(super) body_bytes: usize,
}

/// The most that a conversation can get.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Most {
    /// What an output limit means: `off`, `cap` or `extend`.
    #[schema(value_type = String)]
    pub(super) mode: Mode,
    /// The most parts, the first included.
    pub(super) max_parts: u32,
    /// The most output tokens of all parts together.
    pub(super) max_output_tokens: u64,
    /// The most money, in US dollars.
    pub(super) max_cost: f64,
    /// The longest time, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_seconds: Option<f64>,
    /// What to do at a joint that cannot be proved: `best_effort` or `proven`.
    #[schema(value_type = String)]
    pub(super) seams: Seams,
}

/// What the page needs to know before anything else.
#[utoipa::path(
    get, path = "/api/v1/about", tag = "Who asks", security(()),
    responses((status = 200, body = About), super::openapi::Refusals),
)]
pub(super) async fn about(
    State(web): State<Arc<Web>>,
    user: Option<Extension<User>>,
) -> Result<Json<About>, Problem> {
    let user = user.map(|Extension(user)| user);
    Ok(Json(About {
        version: env!("CARGO_PKG_VERSION"),
        sign_in: match web.gate().sign_in() {
            SignIn::ThisMachine | SignIn::Anybody => Way::Open,
            SignIn::Password(_) => Way::Password,
            SignIn::Proxy(_) => Way::Proxy,
        },
        signed_in: user.is_some(),
        build: web.build(),
        inside: user.as_ref().map(|_| web.inside().clone()),
        user,
    }))
}
