//! Who may come in, and how: from what was typed to the endpoint's settings.

use crate::args::{Auth, Certificate};
use crate::config::{Config, Effective, Origin};
use crate::exit::{Exit, Failure};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use tsuzuki::engine::{Fallback, ModelId, Policy};
use tsuzuki::models::Models;
use tsuzuki_server::{
    Access, Audit, Keys, ModeIs, Operations, RequestMetadata, Schemes, Settings, Spending, Tls,
};

/// How far answers go, and what the endpoint bears: what needs no file.
pub(super) fn policy(config: &Config) -> Settings {
    Settings {
        policy: Policy {
            fallbacks: fallbacks(config),
            ..config.policy.bounds()
        },
        modes: config.policy.modes(),
        limits: config.server.limits.bounds(),
        hosts: config.server.hosts.clone(),
        ..Settings::new(config.policy.mode.into())
    }
}

/// What answers may go on with, and what each model can do.
fn fallbacks(config: &Config) -> Vec<Fallback> {
    let abilities = |model: &ModelId| {
        let mut abilities = Models::builtin().abilities(model);
        let known = config.models.iter().filter(|known| known.is_about(model));
        known.for_each(|known| known.correct(&mut abilities));
        abilities
    };
    let listed = config.policy.fallbacks.iter();
    listed.map(|fallback| fallback.listed(abilities)).collect()
}

/// The settings of an endpoint at this address, but for its chat. Files are opened, and a
/// certificate is made if one is wanted.
pub(super) fn settings(effective: &Effective, address: SocketAddr) -> Result<Settings, Failure> {
    let config = &effective.config;
    let (network, data) = (&config.network, config.server.data.as_deref());
    let mut settings = policy(config);
    if effective.origin("policy.mode") == &Origin::Default {
        settings.mode_is = ModeIs::Default;
    }
    for (key, name, wanted) in [
        ("network.auth", "keys", network.auth.is_some()),
        (
            "network.tls",
            "a certificate of its own",
            network.tls.is_some(),
        ),
    ] {
        if wanted && data.is_none() {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} ({key}): there is no data folder for {name}",
                    effective.origin(key)
                ),
                "name a folder that you may write: --data DIR",
            ));
        }
    }
    if let (Some(auth), Some(data)) = (network.auth, data) {
        settings.access = Access::Keys {
            schemes: match auth {
                Auth::Sigv4 => Schemes::Sigv4,
                Auth::Bearer => Schemes::Bearer,
                Auth::Both => Schemes::Both,
            },
            keys: Arc::new(Keys::open(data).map_err(usage)?),
            spending: Arc::new(Spending::open(data).map_err(usage)?),
            regions: network.auth_regions.clone(),
        };
        settings.operations = Some(Operations::of_a_network().and(network.operations()));
    }
    settings.tls = tls(config, address)?;
    if let Some(file) = &network.audit {
        let audit = Audit::open(file)
            .map_err(|error| usage(format!("{} cannot be opened: {error}", file.display())))?;
        settings.audit = Some(audit);
    }
    if network.request_metadata {
        settings.request_metadata = RequestMetadata::Marked;
    }
    check(&settings, address)?;
    Ok(settings)
}

/// Whether settings are fit for an address.
pub(super) fn check(settings: &Settings, address: SocketAddr) -> Result<(), Failure> {
    settings.check(address).map_err(|error| {
        Failure::new(
            Exit::Usage,
            error.to_string(),
            "tsuzuki serve --help shows what a network needs, under \"On a network\" and \"The chat\"",
        )
    })
}

fn tls(config: &Config, address: SocketAddr) -> Result<Option<Tls>, Failure> {
    let (network, data) = (&config.network, config.server.data.as_deref());
    match (network.tls, data, &network.tls_cert, &network.tls_key) {
        (Some(Certificate::SelfSigned), Some(data), ..) => {
            let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"]
                .into_iter()
                .map(str::to_owned)
                .collect();
            let own = address.ip();
            if !own.is_unspecified() && !own.is_loopback() {
                names.push(own.to_string());
            }
            names.extend(config.server.hosts.iter().cloned());
            Tls::self_signed(data, &names).map(Some).map_err(usage)
        }
        (_, _, Some(certificate), Some(key)) => {
            Tls::files(certificate, key).map(Some).map_err(usage)
        }
        (_, _, Some(_), None) | (_, _, None, Some(_)) => Err(usage(
            "a certificate and its private key go together: --tls-cert FILE --tls-key FILE",
        )),
        (Some(Certificate::SelfSigned) | None, _, None, None) => Ok(None),
    }
}

fn usage(error: impl fmt::Display) -> Failure {
    Failure::new(
        Exit::Usage,
        error.to_string(),
        "tsuzuki serve --help shows what each option needs",
    )
}
