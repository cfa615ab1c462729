//! Tsuzuki's requests as plain HTTP to one address: no signature, no TLS.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::net::SocketAddr;
use tsuzuki::engine::{Abilities, ModelId};
use tsuzuki::{BodyError, RawRequest, RawResponse, Transport};

/// Sends everything to one address.
pub(crate) struct Plain {
    client: Client<HttpConnector, Full<Bytes>>,
    upstream: SocketAddr,
}

impl Plain {
    pub(crate) fn new(upstream: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            upstream,
        }
    }
}

impl Transport for Plain {
    fn send(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        let client = self.client.clone();
        let uri = format!("http://{}{}", self.upstream, request.path);
        async move {
            let mut out = Request::builder().method(request.method.as_str()).uri(uri);
            for (name, value) in &request.headers {
                out = out.header(name, value);
            }
            let Ok(out) = out.body(Full::new(request.body)) else {
                return lost();
            };
            let Ok(response) = client.request(out).await else {
                return lost();
            };
            let (head, body) = response.into_parts();
            let headers = head.headers.iter().filter_map(|(name, value)| {
                Some((name.to_string(), value.to_str().ok()?.to_owned()))
            });
            let body = body
                .into_data_stream()
                .map(|piece| piece.map_err(|_broken| BodyError::Lost));
            RawResponse {
                status: head.status.as_u16(),
                headers: headers.collect(),
                body: body.boxed(),
            }
        }
        .boxed()
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        tsuzuki::models::Models::builtin().abilities(model)
    }
}

fn lost() -> RawResponse {
    RawResponse {
        status: 503,
        headers: Vec::new(),
        body: stream::iter([Err(BodyError::Lost)]).boxed(),
    }
}
