//! Sessions: a random token in a cookie, its hash in the store.

use super::about::{PASSWORD_CHARS, Session};
use super::gate::{Gate, Visitor};
use super::problem::Problem;
use super::router::{Peer, Web};
use super::sent::Sent;
use super::sign_in::Password;
use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use axum::Extension;
use axum::extract::State;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;

/// The cookie's name.
const COOKIE: &str = "tsuzuki";

/// Its name on encrypted connections: browsers take it from this host alone, never from a
/// neighbour or from plain HTTP (RFC 6265bis, section 4.1.3.2).
const HOST_COOKIE: &str = "__Host-tsuzuki";

/// The cookie of a browser that is known, which outlives sessions, and its name on encrypted connections.
const KNOWN_COOKIE: &str = "tsuzuki-browser";
const KNOWN_HOST_COOKIE: &str = "__Host-tsuzuki-browser";

/// How long a token is, in bytes.
const TOKEN_BYTES: usize = 32;

/// What a browser holds of its session.
pub(super) struct Token(String);

impl Token {
    pub(super) fn new() -> Result<Self, Unspecified> {
        let mut bytes = [0; TOKEN_BYTES];
        aws_lc_rs::rand::fill(&mut bytes)?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What the store keeps: who reads the store cannot sign in with it. The password's own hash is
    /// in it, so that another password ends every session.
    pub(super) fn hash(&self, password: &Password) -> Vec<u8> {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(self.0.as_bytes());
        hash.update(b"\n");
        hash.update(password.as_str().as_bytes());
        hash.finish().as_ref().to_vec()
    }

    /// What the store keeps of a browser that is known. No session has this hash: a password's own
    /// begins otherwise.
    pub(super) fn of_browser(&self) -> Vec<u8> {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(self.0.as_bytes());
        hash.update(b"\nbrowser");
        hash.finish().as_ref().to_vec()
    }
}

/// The token of the session that a request brings.
pub(super) fn token(headers: &HeaderMap, tls: bool) -> Option<Token> {
    brought(headers, tls, [HOST_COOKIE, COOKIE])
}

/// The token that a request brings in a cookie, by its names with and without encryption.
fn brought(headers: &HeaderMap, tls: bool, names: [&str; 2]) -> Option<Token> {
    let [on_this_host, plain] = names;
    let named = |wanted: &str| {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| Token(value.to_owned()))
    };
    // A plain cookie can be planted by whoever is on the way, so encrypted connections take none.
    named(on_this_host).or_else(|| if tls { None } else { named(plain) })
}

/// The name of the cookie.
pub(super) const fn cookie_name(encrypted: bool) -> &'static str {
    if encrypted { HOST_COOKIE } else { COOKIE }
}

/// The cookie that sets or, with no token, removes what stands under a name.
fn cookie(name: &str, token: Option<&Token>, seconds: u64, encrypted: bool) -> Option<HeaderValue> {
    let secure = if encrypted { "; Secure" } else { "" };
    let value = token.map_or("", |token| token.0.as_str());
    let cookie =
        format!("{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}");
    let mut cookie = HeaderValue::try_from(cookie).ok()?;
    cookie.set_sensitive(true);
    Some(cookie)
}

/// Whether the browser speaks through encryption: ours, or a proxy's, as its `Origin` tells. The
/// guard has made sure that the origin is ours.
fn encrypted(headers: &HeaderMap, tls: bool) -> bool {
    tls || headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
}

/// Signs in.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "Who asks", request_body = Session, security(()),
    responses(
        (status = 204, description = "Signed in.",
         headers(("Set-Cookie" = String, description = "The session"))),
        super::openapi::Refusals,
    ),
)]
pub(super) async fn enter(
    State(web): State<Arc<Web>>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Sent(session): Sent<Session>,
) -> Result<(StatusCode, HeaderMap), Problem> {
    if session.password.chars().count() > PASSWORD_CHARS {
        let told = "a password has at most 1024 characters";
        return Err(Problem::invalid("password", told));
    }
    let gate = web.gate();
    let visitor = Visitor {
        peer,
        session: token(&headers, gate.tls()),
        browser: brought(&headers, gate.tls(), [KNOWN_HOST_COOKIE, KNOWN_COOKIE]),
    };
    let new = gate.enter(session.password, visitor).await?;
    let encrypted = encrypted(&headers, gate.tls());
    let known = if encrypted {
        KNOWN_HOST_COOKIE
    } else {
        KNOWN_COOKIE
    };
    let mut answer = HeaderMap::new();
    for (name, token, seconds) in [
        (
            cookie_name(encrypted),
            Some(new.session),
            gate.session_seconds(),
        ),
        (known, new.browser, Gate::known_seconds()),
    ] {
        if let Some(token) = token
            && let Some(cookie) = cookie(name, Some(&token), seconds, encrypted)
        {
            answer.append(header::SET_COOKIE, cookie);
        }
    }
    Ok((StatusCode::NO_CONTENT, answer))
}

/// Signs out. Whoever is signed out already stays so.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "Who asks", security(()),
    responses((status = 204, description = "Signed out."), super::openapi::Refusals),
)]
pub(super) async fn leave(
    State(web): State<Arc<Web>>,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap), Problem> {
    let gate = web.gate();
    if let Some(token) = token(&headers, gate.tls()) {
        gate.leave(token).await?;
    }
    let mut answer = HeaderMap::new();
    for encrypted in [false, true] {
        let name = cookie_name(encrypted);
        if let Some(cookie) = cookie(name, None, 0, encrypted) {
            answer.append(header::SET_COOKIE, cookie);
        }
    }
    Ok((StatusCode::NO_CONTENT, answer))
}
