//! Signatures (AWS Signature Version 4).
//!
//! The rules are AWS's "Create a signed AWS API request": the path is encoded once more, as for
//! every service but S3, so that `%3A` in it becomes `%253A` in what is signed.

use super::headers::is_signed;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use std::time::SystemTime;

/// The name of the service in signatures, for both planes.
const SERVICE: &str = "bedrock";

/// Why a request cannot be signed: it says something that no signature can cover.
#[derive(Debug)]
pub(super) struct Unsignable;

/// Signs a request: adds its date, its signature and, for temporary credentials, their token.
pub(super) fn add_signature(
    method: &Method,
    uri: &Uri,
    headers: &mut HeaderMap,
    body: &[u8],
    (credentials, region): (&Credentials, &str),
    now: SystemTime,
) -> Result<(), Unsignable> {
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(SERVICE)
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|_left_out| Unsignable)?
        .into();
    let mut signed = Vec::new();
    for (name, value) in headers.iter() {
        if is_signed(name.as_str()) {
            signed.push((
                name.as_str(),
                value.to_str().map_err(|_not_text| Unsignable)?,
            ));
        }
    }
    let request = SignableRequest::new(
        method.as_str(),
        uri.to_string(),
        signed.into_iter(),
        SignableBody::Bytes(body),
    )
    .map_err(|_unsignable| Unsignable)?;
    let (instructions, _signature) = sign(request, &parameters)
        .map_err(|_unsignable| Unsignable)?
        .into_parts();
    let (made, _query) = instructions.into_parts();
    for header in made {
        let mut value = HeaderValue::from_str(header.value()).map_err(|_not_a_value| Unsignable)?;
        value.set_sensitive(header.sensitive());
        headers.insert(HeaderName::from_static(header.name()), value);
    }
    Ok(())
}
