//! Signatures by an independent implementation: the AWS SDK's own signer.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use std::time::SystemTime;
use tsuzuki_server::Minted;

/// How a request is signed.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) host: String,
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
    pub(crate) time: SystemTime,
}

impl Signer {
    pub(crate) fn new(minted: &Minted) -> Self {
        Self {
            host: "localhost".to_owned(),
            id: minted.id.clone(),
            secret: minted.secret.clone(),
            region: "us-east-1",
            service: "bedrock",
            time: SystemTime::now(),
        }
    }

    /// A POST of this body, signed with these fields.
    pub(crate) fn post(
        &self,
        path: &str,
        body: &str,
        fields: &[(&str, &str)],
    ) -> Request<Full<Bytes>> {
        self.sign("POST", path, body, fields)
    }

    pub(crate) fn sign(
        &self,
        method: &str,
        path: &str,
        body: &str,
        fields: &[(&str, &str)],
    ) -> Request<Full<Bytes>> {
        let identity = Credentials::new(&self.id, &self.secret, None, None, "test").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.time)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let mut request = request
            .body(Full::new(Bytes::from(body.to_owned())))
            .unwrap();
        let signable = SignableRequest::new(
            method,
            format!("http://{}{path}", self.host),
            request
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str(), value.to_str().unwrap())),
            SignableBody::Bytes(body.as_bytes()),
        )
        .unwrap();
        let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request
    }
}
