//! Who may use the chat: the ways to sign in.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Who may use the chat. Keys of the Bedrock door give no access to it, nor the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// Everybody who reaches it, which must be this machine alone.
    ThisMachine,
    /// Everybody who reaches it, from wherever: the operator's explicit word.
    Anybody,
    /// Whoever knows the password. All of them are one user.
    Password(Password),
    /// Whom a proxy in front names.
    Proxy(ProxyHeader),
}

/// How long a password is that chance makes, in bytes.
const SECRET_BYTES: usize = 32;

/// A password, as its argon2id hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A text that is no hash of a password, or a password that cannot be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an argon2id hash of a password ($argon2id$v=19$m=…,t=…,p=…$salt$hash)")]
pub struct NoPassword;

impl Password {
    /// Hashes a password, with a salt of its own. Takes a good part of a second, and 19 MiB.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn hash(password: &str) -> Result<Self, NoPassword> {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| Self(hash.to_string()))
            .map_err(|_no_salt| NoPassword)
    }

    /// A password that chance makes and programs pass on, with its hash. Nobody can guess it, so the
    /// hash takes no time and no memory.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn minted() -> Result<(String, Self), NoPassword> {
        let mut bytes = [0; SECRET_BYTES];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_no_numbers| NoPassword)?;
        let secret = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let least = Params::new(
            Params::MIN_M_COST,
            Params::MIN_T_COST,
            Params::MIN_P_COST,
            None,
        );
        let least = least.map_err(|_not_least| NoPassword)?;
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, least)
            .hash_password(secret.as_bytes())
            .map_err(|_no_salt| NoPassword)?;
        Ok((secret, Self(hash.to_string())))
    }

    /// The hash, in the PHC string format, as a configuration keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the password. Takes as long and as much as hashing.
    pub(crate) fn is(&self, password: &str) -> bool {
        PasswordHash::new(&self.0).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    }
}

impl FromStr for Password {
    type Err = NoPassword;
    fn from_str(text: &str) -> Result<Self, NoPassword> {
        let hash = PasswordHash::new(text).map_err(|_no_phc_string| NoPassword)?;
        if hash.algorithm == ARGON2ID_IDENT && hash.salt.is_some() && hash.hash.is_some() {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoPassword)
        }
    }
}

// A hash can be tried offline: it is a credential.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A header field in which a proxy names the user it let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyHeader {
    /// The name of the field, in lower case, such as `x-forwarded-user`.
    pub name: http::HeaderName,
    /// Whose word is taken. The field from any other peer is refused.
    pub from: Vec<Peers>,
}

/// Addresses that begin alike: one (`10.1.2.3`), or a network (`10.0.0.0/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peers {
    address: IpAddr,
    bits: u32,
}

/// A text that names no addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address or a network, such as 10.1.2.3, 10.0.0.0/8 or fd00::/8")]
pub struct NoPeers;

impl Peers {
    /// Whether an address is one of them. An IPv4 address written as IPv6 is the IPv4 address.
    #[must_use]
    pub fn contain(&self, peer: IpAddr) -> bool {
        match (self.address, peer.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(peer)) => {
                let differ = own.to_bits() ^ peer.to_bits();
                differ.leading_zeros() >= self.bits
            }
            (IpAddr::V6(own), IpAddr::V6(peer)) => {
                let differ = own.to_bits() ^ peer.to_bits();
                differ.leading_zeros() >= self.bits
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Peers {
    type Err = NoPeers;
    fn from_str(text: &str) -> Result<Self, NoPeers> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoPeers)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().map_err(|_| NoPeers)?,
            None => most,
        };
        if bits > most {
            return Err(NoPeers);
        }
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let hash = Password::hash("correct horse").unwrap();
        let read: Password = hash.as_str().parse().unwrap();
        assert!(read.is("correct horse"));
        assert!(!read.is("correct horse "));
        assert!(!format!("{read:?}").contains("argon2"));
        for wrong in ["", "correct horse", "$argon2id$v=19$m=19456,t=2,p=1"] {
            assert_eq!(wrong.parse::<Password>(), Err(NoPassword), "{wrong}");
        }
        let other = hash.as_str().replace("argon2id", "argon2i");
        assert_eq!(other.parse::<Password>(), Err(NoPassword));
    }

    #[test]
    fn a_password_that_is_minted_is_like_any_other() {
        let (secret, password) = Password::minted().unwrap();
        let read: Password = password.as_str().parse().unwrap();
        assert!(read.is(&secret) && !read.is("correct horse"));
        assert_ne!(Password::minted().unwrap().0, secret);
    }

    #[test]
    fn peers_are_one_address_or_a_network() {
        for (peers, inside, outside) in [
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("0.0.0.0/0", "203.0.113.9", "::2"),
            ("fd00::/8", "fd12::1", "fe80::1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
        ] {
            let peers: Peers = peers.parse().unwrap();
            assert!(peers.contain(inside.parse().unwrap()), "{peers} {inside}");
            assert!(
                !peers.contain(outside.parse().unwrap()),
                "{peers} {outside}"
            );
        }
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0.0/x", "localhost"] {
            assert_eq!(wrong.parse::<Peers>(), Err(NoPeers), "{wrong}");
        }
    }
}
