//! Real Amazon Bedrock: requests go out signed and otherwise untouched, answers come back as bytes.
//!
//! [`Bedrock`] is a [`Transport`]; [`Wired`](crate::Wired) puts the codec around it:
//!
//! ```no_run
//! # async fn example() -> Result<(), tsuzuki::Error> {
//! use std::sync::Arc;
//! use tsuzuki::bedrock::{Bedrock, Settings};
//! use tsuzuki::{Client, Wired};
//!
//! let bedrock = Bedrock::connect(Settings::default()).await?;
//! println!("{}", bedrock.identity()); // Amazon Bedrock in eu-west-1 (profile dev), credentials from …
//! let client = Client::new(Arc::new(Wired::new(Arc::new(bedrock))));
//! # Ok(()) }
//! ```
//!
//! Region, credentials and endpoints are found as every AWS program finds them. Nobody is called
//! until the first request, and what cannot be reached then is told as the answer to it.
//!
//! Three things are repaired here because the codec never sees them: credentials that AWS calls
//! expired are renewed, a clock that AWS calls wrong is corrected, and a bare model id that Bedrock
//! serves only by inference profile is taken for the profile of its own geography (in legs only,
//! never in what is forwarded). Every other error passes as it came.

mod body;
mod connect;
mod credentials;
mod endpoint;
mod fault;
mod geography;
mod headers;
mod lanes;
mod limits;
mod outgoing;
mod refusal;
mod settings;
mod setup;
mod sign;
mod site;
mod skew;
mod source;
mod trust;

pub use geography::near_profiles;
pub use limits::Limits;
pub use settings::{Reach, Settings, SetupError};
pub use source::{Identity, ProfileSource, Source};

use crate::backend::{Lessons, Transport};
use crate::models::{Models, Naming, naming};
use crate::{Error, RawRequest, RawResponse};
use aws_credential_types::Credentials;
use body::Paced;
use bytes::Bytes;
use credentials::Vault;
use endpoint::Endpoint;
use fault::{Fault, Reason};
use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt as _;
use http::{HeaderValue, header};
use http_body_util::Full;
use refusal::Refusal;
use site::Site;
use skew::Skew;
use std::fmt;
use std::sync::Arc;
use tsuzuki_wire::engine::{Abilities, ModelId, Region};

/// Amazon Bedrock in a region, and in those that fallbacks name, with one set of credentials. Clones
/// share all.
#[derive(Clone)]
pub struct Bedrock(Arc<Inner>);

struct Inner {
    identity: Identity,
    home: Site,
    /// Where legs go that name another region; nothing else goes there.
    elsewhere: Vec<Site>,
    access: Access,
    limits: Limits,
    reach: Reach,
    lessons: Lessons,
    skew: Skew,
}

/// What lets us in.
enum Access {
    /// An API key, as the field that carries it.
    Key(HeaderValue),
    /// Signatures.
    Signature(Box<Vault>),
}

impl Bedrock {
    /// Makes ready. Asks nobody but the machine: files, environment and, when no region is set
    /// anywhere, for at most a second the EC2 instance.
    ///
    /// # Errors
    /// What is set cannot be used: see [`SetupError`].
    pub async fn connect(settings: Settings) -> Result<Self, Error> {
        let inner = setup::inner(settings).await.map_err(Error::Setup)?;
        Ok(Self(Arc::new(inner)))
    }

    /// Who we are to AWS, for the first lines a server prints. Holds no secret.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Sends a request as it is to a region: our own, or one of the settings' others.
    pub async fn send_to(&self, region: &Region, request: &RawRequest) -> RawResponse {
        match self.0.site(Some(region)) {
            Ok(site) => self.0.exchange(request, site).await,
            Err(fault) => fault.response(self.0.home.endpoints.runtime.host()),
        }
    }

    /// Gets credentials from their source, as the first request would; Bedrock is not asked.
    ///
    /// # Errors
    /// There are none: what is wrong, and the way out, in a sentence.
    pub async fn check_credentials(&self) -> Result<(), String> {
        match &self.0.access {
            Access::Key(_) => Ok(()),
            Access::Signature(vault) => match vault.get().await {
                Ok(_credentials) => Ok(()),
                Err(failure) => Err(failure.message(&self.0.identity.source)),
            },
        }
    }
}

impl Transport for Bedrock {
    fn send(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        let this = Arc::clone(&self.0);
        Box::pin(async move { this.exchange(&request, &this.home).await })
    }

    fn call(
        &self,
        model: &ModelId,
        region: Option<&Region>,
        request: RawRequest,
    ) -> BoxFuture<'static, RawResponse> {
        let this = Arc::clone(&self.0);
        let (model, region) = (model.clone(), region.cloned());
        Box::pin(async move {
            match this.site(region.as_ref()) {
                Ok(site) => this.call(&model, request, site).await,
                Err(fault) => fault.response(this.home.endpoints.runtime.host()),
            }
        })
    }

    fn home(&self) -> Option<Region> {
        Some(Region(self.0.home.region.clone()))
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        Models::builtin().abilities(model)
    }

    fn lessons(&self) -> Lessons {
        self.0.lessons.clone()
    }
}

impl Inner {
    /// Bedrock in a region; our own, unless one is named.
    fn site<'a>(&'a self, region: Option<&'a Region>) -> Result<&'a Site, Fault<'a>> {
        let Some(region) = region else {
            return Ok(&self.home);
        };
        std::iter::once(&self.home)
            .chain(&self.elsewhere)
            .find(|site| site.region == region.0)
            .ok_or(Fault::Unlisted(region))
    }

    /// Sends a leg. A bare id that needs a profile goes to the profile that is nearest.
    async fn call(&self, model: &ModelId, request: RawRequest, site: &Site) -> RawResponse {
        let (Naming::Bare, name) = naming(&model.0) else {
            return self.exchange(&request, site).await;
        };
        let bare = ModelId(name.to_owned());
        let region = site.region.as_str();
        if let Some(profile) = self.lessons.profile(region, &bare) {
            let renamed = outgoing::renamed(&request, &profile);
            let response = self.exchange(&renamed, site).await;
            let (response, refusal) = refusal::read(response).await;
            if refusal != Some(Refusal::Unknown) {
                return response;
            }
            self.lessons.name(region, &bare, None);
        }
        let (response, refusal) = refusal::read(self.exchange(&request, site).await).await;
        if refusal != Some(Refusal::NeedsProfile) {
            return response;
        }
        for profile in geography::profiles(&bare, region, self.reach) {
            let renamed = outgoing::renamed(&request, &profile);
            let other = self.exchange(&renamed, site).await;
            let (other, refusal) = refusal::read(other).await;
            // A profile that is not there, or not for us, leaves the caller with what was asked first.
            if refusal.is_none() && !matches!(other.status, 403 | 404) {
                tracing::info!(
                    model = bare.0,
                    profile = profile.0,
                    "Bedrock serves this model by profile only"
                );
                self.lessons.name(region, &bare, Some(&profile));
                return other;
            }
        }
        tracing::warn!(
            model = bare.0,
            region,
            "Bedrock serves this model by inference profile only, and the region's geography has none: \
             ask for a profile by name, or allow profiles beyond the geography (reach)"
        );
        response
    }

    /// Sends a request, once more if what was wrong lay with us.
    async fn exchange(&self, request: &RawRequest, site: &Site) -> RawResponse {
        if request.header(crate::HOP_HEADER).is_some() {
            return Fault::Circle.response(site.endpoints.serving(&request.path).host());
        }
        let (response, used) = self.attempt(request, site).await;
        match (response.status, used) {
            (400 | 403, Some(used)) if self.mended(&response.headers, &used).await => {
                self.attempt(request, site).await.0
            }
            _ => response,
        }
    }

    /// Whether AWS refused our credentials or our clock, and either is better now.
    async fn mended(&self, refusal: &[(String, String)], used: &Credentials) -> bool {
        match headers::error_name(refusal) {
            "ExpiredTokenException" | "ExpiredToken" => match &self.access {
                Access::Key(_) => false,
                Access::Signature(vault) => vault.instead_of(used).await.is_some(),
            },
            "InvalidSignatureException" | "RequestTimeTooSkewed" => self.skew.learn(refusal),
            _ => false,
        }
    }

    /// Sends a request once; tells with which credentials.
    async fn attempt(
        &self,
        request: &RawRequest,
        site: &Site,
    ) -> (RawResponse, Option<Credentials>) {
        let endpoint = site.endpoints.serving(&request.path);
        let fault = |fault: Fault<'_>| (fault.response(endpoint.host()), None);
        let (method, uri, mut fields) = match outgoing::head(request, endpoint) {
            Ok(head) => head,
            Err(what) => return fault(Fault::Unsendable(what)),
        };
        let mut used = None;
        match &self.access {
            Access::Key(key) => _ = fields.insert(header::AUTHORIZATION, key.clone()),
            Access::Signature(vault) => {
                let credentials = match vault.get().await {
                    Ok(credentials) => credentials,
                    Err(failure) => {
                        return fault(Fault::Credentials(failure, &self.identity.source));
                    }
                };
                let by = (&credentials, site.region.as_str());
                let now = self.skew.now();
                if sign::add_signature(&method, &uri, &mut fields, &request.body, by, now).is_err()
                {
                    return fault(Fault::Unsendable("its path or its fields cannot be signed"));
                }
                used = Some(credentials);
            }
        }
        let mut outgoing = http::Request::new(Full::new(request.body.clone()));
        *outgoing.method_mut() = method;
        *outgoing.uri_mut() = uri;
        *outgoing.headers_mut() = fields;
        let response = self.receive(outgoing, &request.path, site, endpoint).await;
        (response, used)
    }

    /// Sends what is ready, and brings the head of the answer.
    async fn receive(
        &self,
        request: http::Request<Full<Bytes>>,
        path: &str,
        site: &Site,
        endpoint: &Endpoint,
    ) -> RawResponse {
        let Some((lane, place)) = site.lanes.take() else {
            return Fault::Connection(Reason::Broken).response(endpoint.host());
        };
        let limit = self.limits.head(path);
        match tokio::time::timeout(limit, lane.request(request)).await {
            Err(_elapsed) => Fault::Silent(limit).response(endpoint.host()),
            Ok(Err(error)) => Fault::Connection(Reason::of(&error)).response(endpoint.host()),
            Ok(Ok(response)) => {
                let (head, body) = response.into_parts();
                RawResponse {
                    status: head.status.as_u16(),
                    headers: headers::incoming(&head.headers),
                    body: Paced::new(body, place, self.limits.silence).boxed(),
                }
            }
        }
    }
}

// The access holds credentials, which must not reach a log by way of `{:?}`.
impl fmt::Debug for Bedrock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bedrock({})", self.0.identity)
    }
}
