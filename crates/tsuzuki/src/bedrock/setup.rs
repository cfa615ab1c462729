//! From settings, environment and profile to something that can send.

use super::connect::Connector;
use super::credentials::{Finder, Vault};
use super::endpoint::{Endpoint, Endpoints, Variant};
use super::settings::{Settings, SetupError};
use super::site::Site;
use super::skew::Skew;
use super::source::{Found, Identity, Source, find};
use super::{Access, Inner, trust};
use crate::backend::Lessons;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector as ProviderConnector};
use aws_types::service_config::ServiceConfigKey;
use http::HeaderValue;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the instance may take to tell its region.
const REGION_WAIT: Duration = Duration::from_secs(1);

pub(super) async fn inner(settings: Settings) -> Result<Inner, SetupError> {
    let certificates = settings
        .certificates
        .clone()
        .or_else(|| set("AWS_CA_BUNDLE").map(PathBuf::from));
    let tls = trust::tls(certificates.as_deref())?;
    let base = base(certificates.as_deref())?;
    let region = region(&settings, &base).await?;
    let config = config(&settings, &region).await;
    let endpoints = endpoints(&settings, &config, &region)?;
    let elsewhere = elsewhere(&settings, &config, &region, &endpoints)?;
    let Found {
        profile,
        source,
        account,
    } = match settings.credentials {
        Some(_) => Found::given(),
        None => find(settings.profile.as_deref()).await,
    };
    let (source, access) =
        match set("AWS_BEARER_TOKEN_BEDROCK").filter(|_| settings.credentials.is_none()) {
            Some(key) => {
                for endpoint in [&endpoints.runtime, &endpoints.control] {
                    if !endpoint.is_private() {
                        return Err(SetupError::KeyInTheClear {
                            from: endpoint.from(),
                        });
                    }
                }
                (Source::ApiKey, Access::Key(bearer(&key)?))
            }
            None => {
                let vault = Vault::new(Finder {
                    region: region.clone(),
                    given: settings.credentials.clone(),
                    profile: settings.profile.clone(),
                    source: source.clone(),
                    base: base
                        .with_use_fips(config.use_fips())
                        .with_use_dual_stack(config.use_dual_stack()),
                });
                (source, Access::Signature(Box::new(vault)))
            }
        };
    let connector = Connector::new(tls, settings.limits.connect);
    let site = |(region, endpoints)| Site::new(region, endpoints, &connector);
    Ok(Inner {
        identity: Identity {
            region: region.clone(),
            elsewhere: elsewhere.iter().map(|(region, _)| region.clone()).collect(),
            profile,
            source,
            account,
            endpoint: endpoints.runtime.to_string(),
        },
        home: site((region, endpoints)),
        elsewhere: elsewhere.into_iter().map(site).collect(),
        access,
        limits: settings.limits,
        reach: settings.reach,
        lessons: settings
            .data
            .as_deref()
            .map_or_else(Lessons::default, Lessons::kept_in),
        skew: Skew::default(),
    })
}

/// A variable of the environment that is set to something.
fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What the SDK's providers stand on. Certificates that were named hold for STS and SSO as well; the
/// SDK panics at bad ones, so they must have been read once before.
fn base(certificates: Option<&Path>) -> Result<ProviderConfig, SetupError> {
    let base = ProviderConfig::without_region();
    let Some(path) = certificates else {
        return Ok(base);
    };
    let pem = std::fs::read(path).map_err(|error| SetupError::Certificates {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    let context = TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(pem))
        .build()
        .map_err(|error| SetupError::Tls(error.to_string()))?;
    Ok(
        base.with_http_client(Builder::new().build_with_connector_fn(
            move |settings, _components| {
                let mut builder =
                    ProviderConnector::builder().proxy_config(ProxyConfig::from_env());
                builder.set_connector_settings(settings.cloned());
                builder
                    .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                    .tls_context(context.clone())
                    .build()
            },
        )),
    )
}

/// The region: as told, by the environment, by the profile, or of the instance.
async fn region(settings: &Settings, base: &ProviderConfig) -> Result<String, SetupError> {
    let mut profile = ProfileFileRegionProvider::builder().configure(base);
    if let Some(name) = &settings.profile {
        profile = profile.profile_name(name);
    }
    let local = RegionProviderChain::first_try(settings.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build());
    if let Some(region) = local.region().await {
        return Ok(region.as_ref().to_owned());
    }
    let instance = ImdsRegionProvider::builder().configure(base).build();
    tokio::time::timeout(REGION_WAIT, instance.region())
        .await
        .ok()
        .flatten()
        .map(|region| region.as_ref().to_owned())
        .ok_or(SetupError::NoRegion)
}

/// What the AWS SDKs read from environment and profile.
async fn config(settings: &Settings, region: &str) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .no_credentials();
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}

/// Where requests go: as told, by the service's own setting, by the setting for all of AWS, or AWS's
/// own hosts; and never to ourselves.
fn endpoints(
    settings: &Settings,
    config: &SdkConfig,
    region: &str,
) -> Result<Endpoints, SetupError> {
    let mut endpoints = Endpoints::of_region(region, variant(config))?;
    let planes = [
        (
            &mut endpoints.runtime,
            "bedrock_runtime",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME, AWS_ENDPOINT_URL or the profile",
        ),
        (
            &mut endpoints.control,
            "bedrock",
            "AWS_ENDPOINT_URL_BEDROCK, AWS_ENDPOINT_URL or the profile",
        ),
    ];
    for (endpoint, service, usual) in planes {
        let told = settings.endpoint.clone().map(|url| (url, "the settings"));
        let found = told.or_else(|| Some((endpoint_url(config, service)?, usual)));
        if let Some((url, from)) = found {
            *endpoint = Endpoint::set(&url, from)?;
        }
        if let Some(listen) = settings.listen
            && endpoint.is(listen)
        {
            return Err(SetupError::Own {
                from: endpoint.from(),
                listen,
            });
        }
    }
    Ok(endpoints)
}

/// AWS's own hosts in the other regions. An endpoint that was set is none of theirs, and a signature
/// for one region is refused in another.
fn elsewhere(
    settings: &Settings,
    config: &SdkConfig,
    home: &str,
    endpoints: &Endpoints,
) -> Result<Vec<(String, Endpoints)>, SetupError> {
    let others: BTreeSet<&String> = settings
        .regions
        .iter()
        .filter(|region| *region != home)
        .collect();
    others
        .into_iter()
        .map(|region| {
            if !endpoints.runtime.is_of_the_region() {
                return Err(SetupError::OneRegion {
                    from: endpoints.runtime.from(),
                    region: region.clone(),
                });
            }
            let hosts = Endpoints::of_region(region, variant(config))?;
            Ok((region.clone(), hosts))
        })
        .collect()
}

/// Which of AWS's hosts the environment and the profile want.
fn variant(config: &SdkConfig) -> Variant {
    Variant {
        fips: config.use_fips().unwrap_or_default(),
        dual_stack: config.use_dual_stack().unwrap_or_default(),
    }
}

/// The endpoint set for a service, or else for all of AWS, in the environment or the profile.
///
/// The SDK spells a service's part of a profile with hyphens; AWS documents underscores, as every
/// other tool reads them, and an id that has underscores itself is left as it is.
fn endpoint_url(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    config
        .service_config()?
        .load_config(key)
        .filter(|url| !url.trim().is_empty())
}

/// The field that carries an API key.
fn bearer(key: &str) -> Result<HeaderValue, SetupError> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.trim()))
        .map_err(|_not_a_value| SetupError::Key)?;
    value.set_sensitive(true);
    Ok(value)
}
