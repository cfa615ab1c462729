//! A certificate of our own: an authority whose key is thrown away, and one certificate from it.

use super::TlsError;
use crate::private;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A day, in seconds.
const DAY: u64 = 24 * 3600;

/// How long a certificate lasts: what the strictest clients take.
const LIFE: Duration = Duration::from_secs(820 * DAY);

/// How long before its end it is made anew.
const RENEW: Duration = Duration::from_secs(30 * DAY);

/// How far in the past it begins, for clients whose clocks are behind.
const BEHIND: Duration = Duration::from_secs(DAY);

/// The files of a certificate of our own.
pub(super) struct Own {
    /// What clients trust.
    pub(super) authority: PathBuf,
    /// What the server shows.
    pub(super) chain: PathBuf,
    pub(super) key: PathBuf,
}

/// What the certificate that is there was made for.
#[derive(Serialize, Deserialize, PartialEq)]
struct Made {
    names: Vec<String>,
    until: SystemTime,
}

impl Own {
    /// The certificate that is there, if it still serves, or a new one.
    pub(super) fn ready(folder: &Path, names: &[String]) -> Result<Self, TlsError> {
        let folder = folder.join("tls");
        let own = Self {
            authority: folder.join("ca.pem"),
            chain: folder.join("cert.pem"),
            key: folder.join("key.pem"),
        };
        let made = folder.join("made.json");
        let there: Option<Made> = fs::read(&made)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        let serves = there
            .is_some_and(|there| there.names == names && there.until > SystemTime::now() + RENEW);
        let whole = [&own.authority, &own.chain, &own.key]
            .iter()
            .all(|file| file.exists());
        if !(serves && whole) {
            own.make(names, &made)?;
        }
        Ok(own)
    }

    fn make(&self, names: &[String], made: &Path) -> Result<(), TlsError> {
        let begins = SystemTime::now() - BEHIND;
        let until = SystemTime::now() + LIFE;
        let times = |params: &mut CertificateParams| {
            params.not_before = begins.into();
            params.not_after = until.into();
        };

        let mut root = CertificateParams::default();
        root.distinguished_name
            .push(DnType::CommonName, "Tsuzuki, this machine only");
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        times(&mut root);
        // Gone when this function ends: nobody can make a second certificate that clients trust.
        let root_key = KeyPair::generate()?;
        let root_certificate = root.self_signed(&root_key)?;
        let issuer = Issuer::new(root, root_key);

        let mut leaf = CertificateParams::new(names)?;
        leaf.distinguished_name
            .push(DnType::CommonName, "Tsuzuki endpoint");
        leaf.is_ca = IsCa::ExplicitNoCa;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        times(&mut leaf);
        let leaf_key = KeyPair::generate()?;
        let certificate = leaf.signed_by(&leaf_key, &issuer)?;

        let root_pem = root_certificate.pem();
        let chain = format!("{}{root_pem}", certificate.pem());
        let record = Made {
            names: names.to_vec(),
            until,
        };
        let record = serde_json::json!(record).to_string();
        // The record last: without it the next start makes all of them again.
        for (file, text) in [
            (self.key.as_path(), leaf_key.serialize_pem()),
            (&self.chain, chain),
            (&self.authority, root_pem),
            (made, record),
        ] {
            private::write(file, text.as_bytes()).map_err(|error| TlsError::File {
                path: file.to_owned(),
                why: error.to_string(),
            })?;
        }
        Ok(())
    }
}
