//! Credentials: found once, kept, and renewed before anybody has to wait for them.
//!
//! The AWS SDK's providers do not cache; its generated clients do, and we are none. So this is the
//! cache: one refresh at a time, begun five minutes before the credentials expire, while the old
//! ones still serve.

use super::source::{ProfileSource, Source};
use aws_config::Region;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::result::ConnectorError;
use futures_util::future::{BoxFuture, FutureExt as _, Shared};
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How long before they expire credentials are renewed.
const EARLY: Duration = Duration::from_secs(300);
/// How long before they expire credentials are no longer sent: a request takes time to arrive.
const LATE: Duration = Duration::from_secs(5);
/// How long a source may take. A `credential_process` may ask a person's hardware key.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after a refresh the next one may begin, at most.
const REST: Duration = Duration::from_secs(30);
/// How long after a refresh the next one may begin, at least.
const BREATH: Duration = Duration::from_secs(1);

/// Why there are no credentials. Holds no word of what a source said, which could be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nobody has any.
    None,
    /// The configuration is wrong.
    Misconfigured,
    /// A person has to sign in first.
    SignedOut,
    /// The source failed; it may work the next time.
    Failing,
    /// The source did not answer in time.
    Slow,
}

/// Keeps credentials.
pub(super) struct Vault {
    finder: Finder,
    state: Arc<Mutex<State>>,
}

/// How credentials are found.
#[derive(Clone)]
pub(super) struct Finder {
    pub(super) region: String,
    /// What the program brought along.
    pub(super) given: Option<SharedCredentialsProvider>,
    /// The profile that was asked for by name.
    pub(super) profile: Option<String>,
    /// Where they come from, as far as that is known.
    pub(super) source: Source,
    pub(super) base: ProviderConfig,
}

#[derive(Default)]
struct State {
    held: Option<Credentials>,
    flight: Option<Flight>,
    /// When the last refresh ended, and how if badly.
    ended: Option<(Instant, Option<Failure>)>,
    /// When AWS last called credentials expired that we took for good.
    doubted: Option<Instant>,
}

/// A refresh on its way, for everybody who waits.
type Flight = Shared<BoxFuture<'static, Result<Credentials, Failure>>>;

impl Vault {
    pub(super) fn new(finder: Finder) -> Self {
        Self {
            finder,
            state: Arc::default(),
        }
    }

    /// Credentials that still hold.
    pub(super) async fn get(&self) -> Result<Credentials, Failure> {
        let flight = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let left = state.held.as_ref().map(left);
            if let Some(held) = &state.held
                && left.is_some_and(|left| left > EARLY)
            {
                return Ok(held.clone());
            }
            let usable = left.is_some_and(|left| left > LATE);
            // A source that fails, or gives what expires at once, is not asked without a rest.
            let rest = if usable {
                (left.unwrap_or_default() / 8).clamp(BREATH, REST)
            } else {
                BREATH
            };
            let resting = state
                .ended
                .filter(|(at, failure)| at.elapsed() < rest && (usable || failure.is_some()));
            let flight = match (state.flying(), resting) {
                (Some(flight), _) => Some(flight),
                (None, None) => Some(self.launch(&mut state)),
                (None, Some(_)) => None,
            };
            match (flight, &state.held, resting) {
                (_, Some(held), _) if usable => return Ok(held.clone()),
                (Some(flight), ..) => flight,
                (None, _, Some((_, Some(failure)))) => return Err(failure),
                (None, ..) => return Err(Failure::Failing),
            }
        };
        flight.await
    }

    /// Other credentials than these, which AWS says have expired. `None`: there are no others.
    pub(super) async fn instead_of(&self, expired: &Credentials) -> Option<Credentials> {
        let flight = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(held) = &state.held
                && !same(held, expired)
            {
                return Some(held.clone());
            }
            match (state.flying(), state.doubted) {
                (Some(flight), _) => flight,
                (None, Some(at)) if at.elapsed() < BREATH => return None,
                (None, _) => {
                    // The clocks may differ: what AWS says stands.
                    state.held = None;
                    state.doubted = Some(Instant::now());
                    self.launch(&mut state)
                }
            }
        };
        flight.await.ok().filter(|fresh| !same(fresh, expired))
    }

    /// Begins a refresh. It goes on even if nobody waits for it.
    fn launch(&self, state: &mut State) -> Flight {
        let shared = Arc::clone(&self.state);
        let finder = self.finder.clone();
        let task = tokio::spawn(async move {
            let found = tokio::time::timeout(PATIENCE, finder.find())
                .await
                .unwrap_or(Err(Failure::Slow));
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            state.flight = None;
            state.ended = Some((Instant::now(), found.as_ref().err().copied()));
            match &found {
                Ok(credentials) => state.held = Some(credentials.clone()),
                Err(failure) => tracing::warn!(?failure, "no new AWS credentials"),
            }
            found
        });
        let flight = task
            .map(|ended| ended.unwrap_or(Err(Failure::Failing)))
            .boxed()
            .shared();
        state.flight = Some(flight.clone());
        flight
    }
}

impl State {
    /// The refresh on its way. One that has landed is none: a source that panics leaves its own behind.
    fn flying(&self) -> Option<Flight> {
        self.flight.clone().filter(|flight| flight.peek().is_none())
    }
}

impl Finder {
    /// Looks for credentials anew: files and environment are read again, so that a person who logs
    /// in does not have to start the server again.
    async fn find(&self) -> Result<Credentials, Failure> {
        let base = self
            .base
            .clone()
            .with_region(Some(Region::new(self.region.clone())));
        let found = match (&self.given, &self.profile) {
            (Some(given), _) => given.provide_credentials().await,
            (None, Some(profile)) => {
                let provider = ProfileFileCredentialsProvider::builder()
                    .configure(&base)
                    .profile_name(profile)
                    .build();
                provider.provide_credentials().await
            }
            (None, None) => {
                let chain = DefaultCredentialsChain::builder().configure(base).build();
                chain.await.provide_credentials().await
            }
        };
        // The chain of causes may quote what a program or a file said; only its kind is told.
        found.map_err(|error| match error {
            CredentialsError::CredentialsNotLoaded(_) => Failure::None,
            CredentialsError::InvalidConfiguration(_) => Failure::Misconfigured,
            CredentialsError::ProviderTimedOut(_) => Failure::Slow,
            // The enum is open; what it gains is a failure as well.
            CredentialsError::ProviderError(_) | CredentialsError::Unhandled(_) | _ => {
                self.blame(&error)
            }
        })
    }

    /// What has to change before a source that failed can work. Behind a person's sign-in everything
    /// but the network does not pass by itself: there is no token, it is over, or AWS refused it.
    fn blame(&self, error: &(dyn Error + 'static)) -> Failure {
        let signs_in = match self.source {
            Source::Profile(ProfileSource::Sso | ProfileSource::Login) => self.given.is_none(),
            Source::Profile(
                ProfileSource::Keys
                | ProfileSource::Process
                | ProfileSource::Role
                | ProfileSource::WebIdentity,
            )
            | Source::Given
            | Source::ApiKey
            | Source::Environment
            | Source::WebIdentity
            | Source::Container
            | Source::Instance => false,
        };
        let mut causes = std::iter::successors(Some(error), |error| (*error).source());
        if signs_in && !causes.any(|cause| cause.is::<ConnectorError>()) {
            Failure::SignedOut
        } else {
            Failure::Failing
        }
    }
}

impl Failure {
    /// The fact and the way out, in a sentence.
    pub(super) fn message(self, source: &Source) -> String {
        let fact = match self {
            Self::None => "Tsuzuki found no AWS credentials",
            Self::Misconfigured => "Tsuzuki cannot use the AWS configuration it found",
            Self::SignedOut => "Nobody is signed in, so Tsuzuki got no AWS credentials",
            Self::Failing => "Tsuzuki got no AWS credentials",
            Self::Slow => "Tsuzuki waited too long for AWS credentials",
        };
        format!("{fact} from {source}: {}.", source.way_out())
    }

    /// Whether the same request may work a moment later.
    pub(super) const fn may_pass(self) -> bool {
        match self {
            Self::None | Self::Misconfigured | Self::SignedOut => false,
            Self::Failing | Self::Slow => true,
        }
    }
}

/// How long credentials hold.
fn left(credentials: &Credentials) -> Duration {
    credentials.expiry().map_or(Duration::MAX, |expiry| {
        expiry.duration_since(SystemTime::now()).unwrap_or_default()
    })
}

/// Whether two sets of credentials are one.
fn same(one: &Credentials, other: &Credentials) -> bool {
    one.access_key_id() == other.access_key_id() && one.session_token() == other.session_token()
}
