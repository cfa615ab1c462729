//! Whom we trust over TLS.

use super::settings::SetupError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// TLS that trusts the certificates in a file, or else the machine's own (`SSL_CERT_FILE` and
/// `SSL_CERT_DIR` name others), or, on a machine that has none, Mozilla's as built in.
pub(super) fn tls(file: Option<&Path>) -> Result<ClientConfig, SetupError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(path) => {
            for certificate in read(path)? {
                roots
                    .add(certificate)
                    .map_err(|error| unusable(path, error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unusable(path, "it holds no certificate".to_owned()));
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            let (_added, refused) = roots.add_parsable_certificates(found.certs);
            if refused > 0 {
                tracing::debug!(refused, "certificates of this machine that cannot be used");
            }
            if roots.is_empty() {
                tracing::warn!("this machine has no certificates to trust; Mozilla's are used");
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The certificates in a file.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(path, error.to_string()))
}

fn unusable(path: &Path, why: String) -> SetupError {
    SetupError::Certificates {
        path: path.to_owned(),
        why,
    }
}
