//! What answers: the one place that chooses.
//!
//! Nothing spends money unless `bedrock` or `auto` was said, by flag, environment or file.

use crate::command::read;
use crate::config::{Effective, Kind, Override};
use crate::exit::{Exit, Failure};
use futures_util::future::BoxFuture;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tsuzuki::backend::{Lessons, Transport};
use tsuzuki::bedrock::{Bedrock, SetupError};
use tsuzuki::engine::{Abilities, ModelId, Region};
use tsuzuki::simulator::{Scenario, Simulator};
use tsuzuki::{Backend, Error, RawRequest, RawResponse, Wired};

/// How long `auto` waits for credentials before it takes the simulator.
const PATIENCE: Duration = Duration::from_secs(3);

/// What answers.
pub(crate) enum Answering {
    /// The offline simulator, and why, if there was a choice.
    Simulator(Simulator, Option<String>),
    /// Amazon Bedrock.
    Bedrock(Bedrock),
}

/// Chooses what answers. `listen` is where we listen ourselves, which must not be an upstream.
///
/// Real Bedrock is not asked anything: only `auto` looks for credentials, for three seconds at most.
pub(crate) async fn choose(
    effective: &Effective,
    listen: Option<SocketAddr>,
) -> Result<Answering, Failure> {
    let backend = &effective.config.backend;
    let simulator = || simulator(backend.scenario.as_deref());
    match backend.kind {
        Kind::Sim => Ok(Answering::Simulator(simulator()?, None)),
        Kind::Bedrock => Ok(Answering::Bedrock(bedrock(effective, listen).await?)),
        Kind::Auto => {
            let bedrock = match Bedrock::connect(effective.bedrock(listen)).await {
                Ok(bedrock) => bedrock,
                Err(Error::Setup(why @ SetupError::NoRegion)) => {
                    return Ok(Answering::Simulator(simulator()?, Some(why.to_string())));
                }
                Err(error) => return Err(unusable(&error)),
            };
            let why = match tokio::time::timeout(PATIENCE, bedrock.check_credentials()).await {
                Ok(Ok(())) => return Ok(Answering::Bedrock(bedrock)),
                Ok(Err(why)) => why,
                Err(_elapsed) => format!(
                    "No AWS credentials came from {} in {} s.",
                    bedrock.identity().source,
                    PATIENCE.as_secs()
                ),
            };
            Ok(Answering::Simulator(simulator()?, Some(why)))
        }
    }
}

/// Amazon Bedrock, made ready. Nobody is asked.
pub(crate) async fn bedrock(
    effective: &Effective,
    listen: Option<SocketAddr>,
) -> Result<Bedrock, Failure> {
    Bedrock::connect(effective.bedrock(listen))
        .await
        .map_err(|error| unusable(&error))
}

impl Answering {
    /// As a backend, with what the operator knows better about models.
    pub(crate) fn backend(self, known: Vec<Override>) -> Arc<dyn Backend> {
        let transport: Arc<dyn Transport> = match self {
            Self::Simulator(simulator, _) => Arc::new(simulator),
            Self::Bedrock(bedrock) => Arc::new(bedrock),
        };
        if known.is_empty() {
            return Arc::new(Wired::new(transport));
        }
        Arc::new(Wired::new(Arc::new(Corrected { transport, known })))
    }

    /// Who answers, in lines for a person.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Simulator(_, why) => {
                let why = why.as_ref().map_or_else(String::new, |why| {
                    format!("auto takes the simulator: {why}\n")
                });
                format!(
                    "{why}The offline simulator answers: it is not an AI model, and nothing is sent to AWS."
                )
            }
            Self::Bedrock(bedrock) => {
                let identity = bedrock.identity();
                let elsewhere = if identity.elsewhere.is_empty() {
                    String::new()
                } else {
                    let regions = identity.elsewhere.join(", ");
                    format!("\nFallbacks may take them to {regions}.")
                };
                format!(
                    "{identity}.\nQuestions go to {}, and AWS bills for them.{elsewhere}",
                    identity.endpoint
                )
            }
        }
    }
}

/// A transport whose models the operator knows better than the table.
struct Corrected {
    transport: Arc<dyn Transport>,
    known: Vec<Override>,
}

impl Transport for Corrected {
    fn send(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        self.transport.send(request)
    }

    fn call(
        &self,
        model: &ModelId,
        region: Option<&Region>,
        request: RawRequest,
    ) -> BoxFuture<'static, RawResponse> {
        self.transport.call(model, region, request)
    }

    fn home(&self) -> Option<Region> {
        self.transport.home()
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        let mut abilities = self.transport.abilities(model);
        for known in self.known.iter().filter(|known| known.is_about(model)) {
            known.correct(&mut abilities);
        }
        abilities
    }

    fn lessons(&self) -> Lessons {
        self.transport.lessons()
    }
}

/// The offline simulator, with its own answers or those of a scenario.
fn simulator(scenario: Option<&Path>) -> Result<Simulator, Failure> {
    let Some(file) = scenario else {
        return Ok(Simulator::new(Scenario::default()));
    };
    let scenario = Scenario::parse(&read(file)?).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("{}: {error}", file.display()),
            "scenarios/ in the repository has examples of every key",
        )
    })?;
    Ok(Simulator::new(scenario))
}

/// Why Bedrock cannot be used at all, and the way out.
fn unusable(error: &Error) -> Failure {
    let hint = match error {
        Error::Setup(SetupError::NoRegion) => {
            "name a region: --region us-east-1, AWS_REGION, or region under [backend] in tsuzuki.toml"
        }
        Error::Setup(SetupError::Region(_)) => {
            "look where it was named: --region, AWS_REGION, region under [backend] in tsuzuki.toml, the AWS \
             profile, or behind the @ of a fallback"
        }
        Error::Setup(SetupError::OneRegion { .. }) => {
            "tsuzuki config check shows where the endpoint and the fallbacks come from"
        }
        Error::Setup(SetupError::Own { .. }) => {
            "start the server in a shell that does not export its own address: \
             unset AWS_ENDPOINT_URL_BEDROCK_RUNTIME AWS_ENDPOINT_URL_BEDROCK AWS_ENDPOINT_URL"
        }
        Error::Setup(SetupError::Endpoint { .. }) => {
            "an endpoint is a URL such as https://bedrock-runtime.us-east-1.amazonaws.com; \
             leave it out to use AWS's own"
        }
        Error::Setup(SetupError::KeyInTheClear { .. }) => {
            "unset AWS_BEARER_TOKEN_BEDROCK, or name an https endpoint"
        }
        Error::Setup(SetupError::Key) => "set AWS_BEARER_TOKEN_BEDROCK anew, in one line",
        Error::Setup(SetupError::Certificates { .. } | SetupError::Tls(_)) => {
            "name a file of PEM certificates: certificates under [backend], or AWS_CA_BUNDLE"
        }
        // Both enums are open; what they gain has its way out in its own words.
        Error::Setup(_) | Error::Question(_) | _ => "tsuzuki doctor looks at every step",
    };
    Failure::new(Exit::Usage, error.to_string(), hint)
}
