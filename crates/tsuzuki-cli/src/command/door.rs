//! Who may come in, and how: from what was typed to the endpoint's settings.

use crate::args::{Auth, Certificate, Door, Reach};
use crate::exit::{Exit, Failure};
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tsuzuki::engine::Mode;
use tsuzuki_server::{
    Access, Audit, Keys, ModeIs, Operations, RequestMetadata, Schemes, Settings, Spending, Tls,
};

/// The settings of an endpoint at this address. Files are opened, and a certificate is made if one
/// is wanted.
pub(crate) fn settings(
    door: &Door,
    mode: Option<Reach>,
    data: Option<&Path>,
    address: SocketAddr,
) -> Result<Settings, Failure> {
    let mut settings = Settings::new(mode.map_or(Mode::Extend, Mode::from));
    if mode.is_none() {
        settings.mode_is = ModeIs::Default;
    }
    settings.hosts.clone_from(&door.host);
    if let (Some(auth), Some(data)) = (door.auth, data) {
        settings.access = Access::Keys {
            schemes: match auth {
                Auth::Sigv4 => Schemes::Sigv4,
                Auth::Bearer => Schemes::Bearer,
                Auth::Both => Schemes::Both,
            },
            keys: Arc::new(Keys::open(data).map_err(usage)?),
            spending: Arc::new(Spending::open(data).map_err(usage)?),
            regions: door.auth_region.clone(),
        };
        let more = door.open.iter().copied();
        settings.operations = Some(Operations::of_a_network().and(more));
    }
    settings.tls = tls(door, data, address)?;
    if let Some(file) = &door.audit {
        let audit = Audit::open(file)
            .map_err(|error| usage(format!("{} cannot be opened: {error}", file.display())))?;
        settings.audit = Some(audit);
    }
    if door.request_metadata {
        settings.request_metadata = RequestMetadata::Marked;
    }
    settings.check(address).map_err(|error| {
        Failure::new(
            Exit::Usage,
            error.to_string(),
            "tsuzuki serve --help shows what a network needs, under \"On a network\"",
        )
    })?;
    Ok(settings)
}

fn tls(door: &Door, data: Option<&Path>, address: SocketAddr) -> Result<Option<Tls>, Failure> {
    match (door.tls, data, &door.tls_cert, &door.tls_key) {
        (Some(Certificate::SelfSigned), Some(data), ..) => {
            let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"]
                .into_iter()
                .map(str::to_owned)
                .collect();
            let own = address.ip();
            if !own.is_unspecified() && !own.is_loopback() {
                names.push(own.to_string());
            }
            names.extend(door.host.iter().cloned());
            Tls::self_signed(data, &names).map(Some).map_err(usage)
        }
        (_, _, Some(certificate), Some(key)) => {
            Tls::files(certificate, key).map(Some).map_err(usage)
        }
        (Some(Certificate::SelfSigned) | None, _, _, _) => Ok(None),
    }
}

fn usage(error: impl fmt::Display) -> Failure {
    Failure::new(
        Exit::Usage,
        error.to_string(),
        "tsuzuki serve --help shows what each option needs",
    )
}
