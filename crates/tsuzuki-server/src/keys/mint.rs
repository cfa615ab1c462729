//! Making keys.

use super::key::{Hash, Key, Secret};
use super::{Grants, KeysError, Scheme};
use aws_lc_rs::digest;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;

/// What ids and tokens begin with, so that people and scanners know them.
const ID: &str = "TSUZ";
const TOKEN: &str = "tsuzuki-";

/// How an id is spelt: as AWS spells its own, 20 letters and digits in all.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ID_LETTERS: usize = 16;

/// A key that was just made, with its secret.
pub struct Minted {
    /// The key's public id: of SigV4 the access key id.
    pub id: String,
    /// The secret access key, or the token. 256 bits from the system's random source.
    pub secret: String,
}

// Secrets must not reach a log by way of `{:?}`.
impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Minted({})", self.id)
    }
}

pub(super) fn mint(name: &str, scheme: Scheme, grants: Grants) -> Result<(Key, Minted), KeysError> {
    let letters = random::<ID_LETTERS>()?;
    let letters = letters.map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
    let id = format!("{ID}{}", String::from_iter(letters));
    let text = URL_SAFE_NO_PAD.encode(random::<32>()?);
    let (shown, secret) = match scheme {
        Scheme::Sigv4 => {
            let secret = text.clone();
            (text, Secret::Sigv4 { secret })
        }
        Scheme::Bearer => {
            let token = format!("{TOKEN}{text}");
            let sha256 = Hash(hash(&token));
            (token, Secret::Bearer { sha256 })
        }
    };
    let key = Key {
        id: id.clone(),
        name: name.to_owned(),
        created: format!("{:.0}", jiff::Timestamp::now()),
        grants,
        secret,
    };
    Ok((key, Minted { id, secret: shown }))
}

fn random<const N: usize>() -> Result<[u8; N], KeysError> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_unspecified| KeysError::NoRandomness)?;
    Ok(bytes)
}

/// What is kept of a token. It has 256 random bits, so a fast hash is enough.
pub(super) fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
}
