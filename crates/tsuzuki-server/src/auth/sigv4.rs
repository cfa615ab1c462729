//! Signature Version 4, verified on the request as it came: nothing is decoded or put right first.

use super::canonical::AUTHORITY;
use super::{INCOMPLETE, INVALID, canonical};
use crate::door::Whole;
use crate::error::Fault;
use crate::hex::{self, Hex};
use crate::keys::Key;
use aws_lc_rs::{constant_time, digest, hmac};
use http::HeaderMap;
use http::header::HOST;
use http::request::Parts;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The scheme's name in the `Authorization` field.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// How far a client's clock may be off, either way; as AWS has it.
pub(super) const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What a signature for Bedrock names as its service.
const SERVICE: &str = "bedrock";

const TERMINATOR: &str = "aws4_request";
const DATE: &str = "x-amz-date";
const PAYLOAD: &str = "x-amz-content-sha256";
const DATE_FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// What the head of a signed request says.
pub(crate) struct Claim {
    pub(super) scope: Scope,
    signed: Vec<String>,
    pub(super) signature: [u8; 32],
    pub(super) signed_at: Timestamp,
    /// The time of the signature as it is spelt.
    date: String,
}

/// What a signature is for.
pub(super) struct Scope {
    pub(super) key: String,
    day: String,
    region: String,
    service: String,
}

impl Claim {
    /// Reads what follows the scheme's name in the `Authorization` field, and the date.
    pub(super) fn read(fields: &str, parts: &Parts) -> Result<Self, Fault> {
        let field = |name: &str| {
            let mut values = fields.split(',').filter_map(|field| {
                let (key, value) = field.trim().split_once('=')?;
                (key == name).then_some(value)
            });
            match (values.next(), values.next()) {
                (Some(value), None) => Ok(value),
                (None, _) | (Some(_), Some(_)) => Err(Fault::unauthenticated(
                    INCOMPLETE,
                    format!("Authorization header requires one '{name}' parameter."),
                )),
            }
        };
        let scope = Scope::read(field("Credential")?)?;
        let signed: Vec<String> = field("SignedHeaders")?
            .split(';')
            .map(str::to_owned)
            .collect();
        // A signature that could be none has no chance; it gets the words of one that is wrong.
        let signature = hex::read(field("Signature")?).ok_or_else(mismatch)?;
        check_signed(&signed, &parts.headers)?;
        let date = one(&parts.headers, DATE)
            .ok_or_else(|| {
                incomplete("Authorization header requires existence of an 'X-Amz-Date' header.")
            })?
            .to_owned();
        let signed_at = DateTime::strptime(DATE_FORMAT, &date)
            .and_then(|date| TimeZone::UTC.to_timestamp(date))
            .map_err(|_not_a_date| {
                incomplete("X-Amz-Date must be in ISO-8601 'basic format', as in 20261123T120000Z.")
            })?;
        Ok(Self {
            scope,
            signed,
            signature,
            signed_at,
            date,
        })
    }

    /// Whether it is for this time and this place.
    pub(super) fn check_scope(&self, regions: &[String]) -> Result<(), Fault> {
        let scope = &self.scope;
        if !self.date.starts_with(&scope.day) || scope.day.len() != 8 {
            return Err(invalid(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.",
            ));
        }
        self.check_clock(Timestamp::now())?;
        if scope.service != SERVICE {
            return Err(invalid(
                "Credential should be scoped to correct service: 'bedrock'.",
            ));
        }
        if !regions.is_empty() && !regions.contains(&scope.region) {
            return Err(invalid(format!(
                "Credential should be scoped to a valid region: {}.",
                regions.join(", ")
            )));
        }
        Ok(())
    }

    /// AWS's words for a clock that is off (recorded).
    fn check_clock(&self, now: Timestamp) -> Result<(), Fault> {
        let print = |time: Timestamp| time.strftime(DATE_FORMAT).to_string();
        let (earliest, latest) = (now - SKEW, now + SKEW);
        let minutes = SKEW.as_mins();
        if self.signed_at < earliest {
            return Err(invalid(format!(
                "Signature expired: {} is now earlier than {} ({} - {minutes} min.)",
                self.date,
                print(earliest),
                print(now)
            )));
        }
        if self.signed_at > latest {
            return Err(invalid(format!(
                "Signature not yet current: {} is still later than {} ({} + {minutes} min.)",
                self.date,
                print(latest),
                print(now)
            )));
        }
        Ok(())
    }

    /// Whether the key signed this request.
    pub(super) fn verify(&self, key: &Key, request: &Whole) -> Result<(), Fault> {
        let mut payload = [0; 32];
        payload.copy_from_slice(digest::digest(&digest::SHA256, &request.body).as_ref());
        if request.parts.headers.contains_key(PAYLOAD)
            && one(&request.parts.headers, PAYLOAD).and_then(hex::read) != Some(payload)
        {
            return Err(invalid(
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ));
        }
        let canonical = canonical::request(request, &self.signed, &payload).ok_or_else(mismatch)?;
        let canonical = digest::digest(&digest::SHA256, canonical.as_bytes());
        let Scope {
            day,
            region,
            service,
            key: _,
        } = &self.scope;
        let to_sign = format!(
            "{ALGORITHM}\n{}\n{day}/{region}/{service}/{TERMINATOR}\n{}",
            self.date,
            Hex(canonical.as_ref())
        );
        let secret = key.signing_secret().ok_or_else(mismatch)?;
        let mut chain = sign(format!("AWS4{secret}").as_bytes(), day);
        for part in [region, service, TERMINATOR, &to_sign] {
            chain = sign(chain.as_ref(), part);
        }
        constant_time::verify_slices_are_equal(chain.as_ref(), &self.signature)
            .map_err(|_unequal| mismatch())
    }
}

impl Scope {
    /// key / date / region / service / aws4_request
    fn read(credential: &str) -> Result<Self, Fault> {
        let parts: Vec<&str> = credential.split('/').collect();
        match parts[..] {
            [key, day, region, service, TERMINATOR] => Ok(Self {
                key: key.to_owned(),
                day: day.to_owned(),
                region: region.to_owned(),
                service: service.to_owned(),
            }),
            _ => Err(incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/aws4_request.",
            )),
        }
    }
}

/// What must be signed is: the host, the date, and all that begins with `x-amz-`. Nobody can then
/// add such a field on the way.
fn check_signed(signed: &[String], headers: &HeaderMap) -> Result<(), Fault> {
    // Each once and in order, as the scheme has it: nobody makes us print one a thousand times.
    if !signed.is_sorted_by(|one, next| one < next) {
        return Err(incomplete(
            "SignedHeaders must be sorted, and name each field once.",
        ));
    }
    let is_signed = |name: &str| signed.iter().any(|signed| signed == name);
    if !is_signed(HOST.as_str()) && !is_signed(AUTHORITY) {
        return Err(unsigned(HOST.as_str()));
    }
    let amazon = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-"));
    match std::iter::once(DATE)
        .chain(amazon)
        .find(|name| !is_signed(name))
    {
        None => Ok(()),
        Some(name) => Err(unsigned(name)),
    }
}

fn unsigned(name: &str) -> Fault {
    invalid(format!(
        "'{name}' must be a 'SignedHeader' in the AWS Authorization."
    ))
}

/// The value of a field that is there once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

fn sign(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn incomplete(message: &'static str) -> Fault {
    Fault::unauthenticated(INCOMPLETE, message)
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Fault {
    Fault::unauthenticated(INVALID, message)
}

fn mismatch() -> Fault {
    invalid(
        "The request signature we calculated does not match the signature you provided. \
         Check your AWS Secret Access Key and signing method. \
         Consult the service documentation for details.",
    )
}
