//! Encryption: a certificate from files, or one of our own making. HTTP/2 and HTTP/1.1 by ALPN.

mod own;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// What we speak, best first. The AWS SDK for JavaScript needs `h2`, boto3 `http/1.1`.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate with its key, ready to serve.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    authority: Option<PathBuf>,
}

/// Why there is no encryption.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file is not there, or not PEM.
    #[error("{path}: {why}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Others may read the private key.
    #[error("{path} can be read by others, and it is a private key; run: chmod 600 {path}", path = .0.display())]
    Public(PathBuf),
    /// The certificate and the key cannot be used, or not together.
    #[error("the certificate cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// A certificate of our own could not be made.
    #[error("no certificate could be made: {0}; a host is a name or an address")]
    NotMade(#[from] rcgen::Error),
}

impl Tls {
    /// From a certificate chain and its private key, both PEM files.
    ///
    /// # Errors
    /// A file is not readable, not PEM, not private (the key), or they do not belong together.
    pub fn files(certificates: &Path, key: &Path) -> Result<Self, TlsError> {
        let unreadable = |path: &Path, why: &dyn fmt::Display| TlsError::File {
            path: path.to_owned(),
            why: why.to_string(),
        };
        let bad = |error| unreadable(certificates, &error);
        let chain = CertificateDer::pem_file_iter(certificates)
            .map_err(bad)?
            .collect::<Result<Vec<_>, _>>()
            .map_err(bad)?;
        if chain.is_empty() {
            return Err(unreadable(certificates, &"no certificate is in it"));
        }
        let metadata = std::fs::metadata(key).map_err(|error| unreadable(key, &error))?;
        if crate::private::is_open_to_others(&metadata) {
            return Err(TlsError::Public(key.to_owned()));
        }
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
        // The program's provider where it has chosen one, so that all of it uses the same.
        let provider = CryptoProvider::get_default()
            .cloned()
            .unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)?;
        config.alpn_protocols = ALPN.iter().map(|name| name.to_vec()).collect();
        Ok(Self {
            config: Arc::new(config),
            authority: None,
        })
    }

    /// With a certificate of our own for these names and addresses, kept in the data folder and
    /// made anew when it runs out or the names change. Clients trust [`Tls::authority`].
    ///
    /// # Errors
    /// The files cannot be read or written, or a name is none.
    pub fn self_signed(folder: &Path, names: &[String]) -> Result<Self, TlsError> {
        let own = own::Own::ready(folder, names)?;
        let mut tls = Self::files(&own.chain, &own.key)?;
        tls.authority = Some(own.authority);
        Ok(tls)
    }

    /// The file that clients trust (`AWS_CA_BUNDLE`, `NODE_EXTRA_CA_CERTS`), where the certificate
    /// is our own.
    #[must_use]
    pub fn authority(&self) -> Option<&Path> {
        self.authority.as_deref()
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}
