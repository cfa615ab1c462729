//! The request that goes out, before it is signed.

use super::endpoint::Endpoint;
use super::headers::{goes_on, named_by_connection};
use crate::HOP_HEADER;
use crate::RawRequest;
use crate::backend::segment;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use tsuzuki_wire::engine::ModelId;

/// What we call ourselves when the caller has no name.
const USER_AGENT: &str = concat!("tsuzuki/", env!("CARGO_PKG_VERSION"));

/// The head of the request that goes out, unsigned; or what is wrong with the one that came.
pub(super) fn head(
    request: &RawRequest,
    endpoint: &Endpoint,
) -> Result<(Method, Uri, HeaderMap), &'static str> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_not_a_method| "its method is not one of HTTP's")?;
    if !request.path.starts_with('/') {
        return Err("its path does not begin with a slash");
    }
    let uri = endpoint
        .uri(&request.path)
        .map_err(|_not_a_path| "its path holds characters that must be percent-encoded")?;
    let of_the_connection = named_by_connection(&request.headers);
    let mut fields = HeaderMap::with_capacity(request.headers.len() + 4);
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_not_a_name| "a header field has a name that HTTP does not allow")?;
        if goes_on(name.as_str(), &of_the_connection) {
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_not_a_value| "a header field has a value that HTTP does not allow")?;
            fields.append(name, value);
        }
    }
    fields
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static(USER_AGENT));
    fields.insert(HOP_HEADER, HeaderValue::from_static("1"));
    Ok((method, uri, fields))
}

/// The same request to another model.
pub(super) fn renamed(request: &RawRequest, model: &ModelId) -> RawRequest {
    let operation = request.path.rsplit('/').next().unwrap_or_default();
    RawRequest {
        path: format!("/model/{}/{operation}", segment(model)),
        ..request.clone()
    }
}
