//! Who asks, and how often they may.

use super::allowance::Allowances;
use super::problem::{Code, Problem};
use super::session::{self, Token};
use super::sign_in::{Password, ProxyHeader, SignIn};
use crate::chat::{Moment, User};
use crate::limits::ChatLimits;
use crate::store::Store;
use http::HeaderMap;
use http::request::Parts;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The user where nobody has a name of their own: on this machine, or behind one password.
const LOCAL: &str = "local";

/// The longest name that a proxy may give, in characters.
const NAME_CHARS: usize = 256;

/// How many passwords may wait to be checked, for each that is being checked.
const WAITING: usize = 8;

/// How long a browser is known once it has signed in, in milliseconds: a year.
const KNOWN: i64 = 365 * 24 * 60 * 60 * 1000;

/// Whose wrong passwords are counted together. Behind a proxy all have one address: a browser that has
/// signed in before has its own count, so that nobody's guesses lock its user out.
#[derive(PartialEq, Eq, Hash, Clone)]
enum Tries {
    /// An address, or a network of them.
    Network(IpAddr),
    /// A browser that is known, by the hash of what it holds.
    Browser(Vec<u8>),
}

/// What whoever signs in brings along.
pub(super) struct Visitor {
    /// The address.
    pub(super) peer: IpAddr,
    /// The session so far.
    pub(super) session: Option<Token>,
    /// What makes the browser known.
    pub(super) browser: Option<Token>,
}

/// What whoever signed in is given.
pub(super) struct Entered {
    /// The session.
    pub(super) session: Token,
    /// What makes the browser known from now on, unless it is.
    pub(super) browser: Option<Token>,
}

/// A session by which a long answer is given; none where there are no sessions.
pub(super) struct Pass(Option<Vec<u8>>);

/// Says who asks.
pub(super) struct Gate {
    sign_in: SignIn,
    store: Arc<dyn Store>,
    limits: ChatLimits,
    tls: bool,
    tries: Allowances<Tries>,
    writes: Allowances<User>,
    /// How many passwords are checked at once, and how many may wait for that.
    checks: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Gate {
    pub(super) fn new(
        sign_in: SignIn,
        store: Arc<dyn Store>,
        limits: ChatLimits,
        tls: bool,
    ) -> Self {
        let checks = limits.password_checks.max(1);
        Self {
            sign_in,
            store,
            tls,
            tries: Allowances::new(limits.sign_ins),
            writes: Allowances::new(limits.writes),
            checks: Arc::new(Semaphore::new(checks)),
            waiting: Semaphore::new(checks * WAITING),
            limits,
        }
    }

    pub(super) const fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// Who asks, if it is known.
    pub(super) async fn who(&self, parts: &Parts, peer: IpAddr) -> Result<Option<User>, Problem> {
        match &self.sign_in {
            SignIn::ThisMachine | SignIn::Anybody => Ok(Some(User(LOCAL.to_owned()))),
            SignIn::Password(password) => {
                let Some(token) = session::token(&parts.headers, self.tls) else {
                    return Ok(None);
                };
                Ok(self.store.session(&token.hash(password)).await?)
            }
            SignIn::Proxy(proxy) => named(proxy, &parts.headers, peer),
        }
    }

    /// Counts a change that somebody makes.
    pub(super) fn count_write(&self, user: &User) -> Result<(), Problem> {
        self.writes
            .take(user.clone())
            .map_err(|seconds| Problem::rate_limited(seconds, "changes"))
    }

    /// Begins a session for whoever knows the password, in place of the one they had.
    pub(super) async fn enter(&self, typed: String, visitor: Visitor) -> Result<Entered, Problem> {
        let SignIn::Password(password) = &self.sign_in else {
            return Err(Problem::new(
                Code::Conflict,
                "this server asks for no password",
            ));
        };
        let known = match visitor.browser {
            Some(browser) => {
                let hash = browser.of_browser();
                let known = self.store.session(&hash).await?;
                known.map(|_| hash)
            }
            None => None,
        };
        let is_known = known.is_some();
        let tries = known.map_or_else(|| Tries::Network(network(visitor.peer)), Tries::Browser);
        self.tries
            .take(tries.clone())
            .map_err(|seconds| Problem::rate_limited(seconds, "tries to sign in"))?;
        let is_right = self.check(password.clone(), typed).await;
        // Only wrong passwords count, and those that nobody looked at do not.
        if !matches!(is_right, Ok(false)) {
            self.tries.give_back(&tries);
        }
        if !is_right? {
            return Err(Problem::new(
                Code::Unauthorized,
                "the password is wrong; the operator of this server has set it",
            ));
        }
        if let Some(old) = visitor.session {
            self.store.end_session(&old.hash(password)).await?;
        }
        let token = new_token()?;
        let browser = if is_known {
            None
        } else {
            let browser = new_token()?;
            let until = Moment(Moment::now().0.saturating_add(KNOWN));
            self.store
                .put_session(&browser.of_browser(), &User(LOCAL.to_owned()), until)
                .await?;
            Some(browser)
        };
        let lasts = i64::try_from(self.limits.session.as_millis()).unwrap_or(i64::MAX);
        let until = Moment(Moment::now().0.saturating_add(lasts));
        self.store
            .put_session(&token.hash(password), &User(LOCAL.to_owned()), until)
            .await?;
        Ok(Entered {
            session: token,
            browser,
        })
    }

    /// Ends a session.
    pub(super) async fn leave(&self, token: Token) -> Result<(), Problem> {
        let SignIn::Password(password) = &self.sign_in else {
            return Ok(());
        };
        Ok(self.store.end_session(&token.hash(password)).await?)
    }

    /// What a long answer is given by: the session that must not end before it.
    pub(super) fn pass(&self, headers: &HeaderMap) -> Pass {
        match &self.sign_in {
            SignIn::Password(password) => {
                let token = session::token(headers, self.tls);
                Pass(token.map(|token| token.hash(password)))
            }
            SignIn::ThisMachine | SignIn::Anybody | SignIn::Proxy(_) => Pass(None),
        }
    }

    /// Whether a pass still holds. A store that cannot say ends nobody's session.
    pub(super) async fn holds(&self, pass: &Pass) -> bool {
        match &pass.0 {
            Some(hash) => !matches!(self.store.session(hash).await, Ok(None)),
            None => true,
        }
    }

    /// Whether sessions travel in a cookie for encrypted connections alone.
    pub(super) const fn tls(&self) -> bool {
        self.tls
    }

    /// How long a browser is known, in seconds.
    pub(super) const fn known_seconds() -> u64 {
        KNOWN.unsigned_abs() / 1000
    }

    /// How long a session lasts, in seconds.
    pub(super) const fn session_seconds(&self) -> u64 {
        self.limits.session.as_secs()
    }

    /// A hash takes much time and memory: few at once, and a short queue before them.
    async fn check(&self, password: Password, typed: String) -> Result<bool, Problem> {
        let busy = || Problem::rate_limited(1, "tries to sign in");
        let _place = self.waiting.try_acquire().map_err(|_full| busy())?;
        let turn = Arc::clone(&self.checks)
            .acquire_owned()
            .await
            .map_err(|_closed| busy())?;
        tokio::task::spawn_blocking(move || {
            // Held until the hash is done, also when the caller has left.
            let _turn = turn;
            password.is(&typed)
        })
        .await
        .map_err(|_panicked| Problem::new(Code::StoreFailed, "the password could not be checked"))
    }
}

fn new_token() -> Result<Token, Problem> {
    Token::new().map_err(|_no_random_numbers| {
        Problem::new(Code::StoreFailed, "the system has no random numbers")
    })
}

/// Whom the proxy names, if it is the proxy that speaks.
fn named(proxy: &ProxyHeader, headers: &HeaderMap, peer: IpAddr) -> Result<Option<User>, Problem> {
    let mut names = headers.get_all(&proxy.name).iter();
    let Some(name) = names.next() else {
        return Ok(None);
    };
    let forbidden = |told: &str| Problem::new(Code::Forbidden, told);
    if !proxy.from.iter().any(|peers| peers.contain(peer)) {
        return Err(forbidden(
            "the request names its user itself, and comes from no address whose word is taken; \
             go through the proxy",
        ));
    }
    if names.next().is_some() {
        return Err(forbidden(
            "the request names its user twice; let the proxy replace the field",
        ));
    }
    let name = std::str::from_utf8(name.as_bytes()).map(str::trim);
    match name {
        Ok("") => Ok(None),
        Ok(name) if name.chars().count() <= NAME_CHARS && !name.chars().any(char::is_control) => {
            Ok(Some(User(name.to_owned())))
        }
        Ok(_) | Err(_) => Err(forbidden(
            "the name that the proxy gives is no text, or longer than 256 characters",
        )),
    }
}

/// Whose tries are counted together: one IPv4 address, or one IPv6 network of the usual size.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
    }
}
