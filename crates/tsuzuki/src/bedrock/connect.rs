//! How connections are made: names, proxies, TLS, and a limit on all of it.

use super::endpoint::is_loopback;
use futures_util::future::{BoxFuture, FutureExt as _};
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower_service::Service;

/// Any error on the way to a connection.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// Makes connections within a time: TCP, through a proxy where one is set, and TLS with HTTP/2 or
/// HTTP/1.1, as the server likes.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<Route>,
    limit: Duration,
}

/// Goes straight, or through the proxy that `HTTPS_PROXY` and `NO_PROXY` name. Only TLS goes through
/// a proxy: a plain endpoint is a machine nearby.
#[derive(Clone)]
struct Route {
    tcp: HttpConnector<Resolver>,
    proxies: Arc<Matcher>,
}

/// Looks names up.
#[derive(Clone)]
struct Resolver(GaiResolver);

/// A name that nobody knows.
#[derive(Debug)]
pub(super) struct UnknownName;

/// A connection that took too long.
#[derive(Debug)]
pub(super) struct TooSlow;

/// A proxy that would not let us through.
#[derive(Debug)]
pub(super) struct ByProxy(BoxError);

impl Connector {
    pub(super) fn new(tls: rustls::ClientConfig, limit: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        let route = Route {
            tcp,
            proxies: Arc::new(Matcher::from_env()),
        };
        Self {
            https: HttpsConnectorBuilder::new()
                .with_tls_config(tls)
                .https_or_http()
                .enable_http1()
                .enable_http2()
                .wrap_connector(route),
            limit,
        }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.limit, self.https.call(to));
        async { connecting.await.map_err(|_elapsed| TooSlow)? }.boxed()
    }
}

impl Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let through = (to.scheme() == Some(&Scheme::HTTPS) && !to.host().is_some_and(is_loopback))
            .then(|| self.proxies.intercept(&to))
            .flatten();
        let Some(proxy) = through else {
            return self
                .tcp
                .call(to)
                .map(|made| made.map_err(Into::into))
                .boxed();
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(who) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(who.clone());
        }
        let dug = tunnel.call(to);
        async move { dug.await.map_err(|error| ByProxy(error.into()).into()) }.boxed()
    }
}

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = UnknownName;
    type Future = BoxFuture<'static, Result<GaiAddrs, UnknownName>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), UnknownName>> {
        self.0.poll_ready(cx).map_err(|_never| UnknownName)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        self.0
            .call(name)
            .map(|found| found.map_err(|_unknown| UnknownName))
            .boxed()
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name is not known")
    }
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection took too long")
    }
}

impl fmt::Display for ByProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the proxy did not let us through")
    }
}

impl Error for UnknownName {}
impl Error for TooSlow {}
impl Error for ByProxy {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}
