//! Traces, sent by OTLP over HTTP to where the `OTEL_` variables say.

use crate::exit::{Exit, Failure};
use async_trait::async_trait;
use bytes::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Array, Context, Value};
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, Protocol, SpanExporter,
    WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SdkTracerProvider, Span, SpanData, SpanProcessor,
};
use rustls::{ClientConfig, RootCertStore};
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// How long the collector may take for one batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the last spans have to leave at the end.
const LAST_SPANS: Duration = Duration::from_secs(3);

/// Attributes that the conventions want as lists; `tracing` has no lists.
const LISTS: [&str; 1] = ["gen_ai.response.finish_reasons"];

/// Where spans go.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// To the collector that the environment names; to none where it names none.
    ///
    /// Must be called in the runtime that is to send them.
    pub(crate) fn from_environment() -> Result<Option<Self>, Failure> {
        let named = [
            OTEL_EXPORTER_OTLP_ENDPOINT,
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
        ];
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !named.into_iter().any(is_set) {
            return Ok(None);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(client())
            .build()
            .map_err(|error| {
                Failure::new(
                    Exit::Usage,
                    format!("traces cannot be sent: {error}"),
                    "OTEL_EXPORTER_OTLP_ENDPOINT takes the address of an OTLP collector over HTTP, \
                     such as http://127.0.0.1:4318",
                )
            })?;
        let mut resource = Resource::builder();
        if !is_set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name("tsuzuki");
        }
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_span_processor(Lists(BatchSpanProcessor::builder(exporter).build()))
            .build();
        Ok(Some(Self(provider)))
    }

    /// What hands over the spans of answers and legs, and nothing else: no event, no foreign span.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let ours =
            filter_fn(|metadata| metadata.is_span() && metadata.target() == tsuzuki_server::SPANS)
                .with_max_level_hint(LevelFilter::INFO);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("tsuzuki"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    }

    /// Sends what is left.
    pub(crate) async fn end(self) {
        // It blocks, and the runtime must go on for the spans to leave.
        let ended =
            tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(LAST_SPANS)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last traces may not have reached the collector");
        }
    }
}

fn client() -> OnRuntime {
    let mut roots = RootCertStore::empty();
    // Where the machine has none, only collectors over https are out of reach, and say so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let trust = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(trust)
        .https_or_http()
        .enable_http1()
        .build();
    OnRuntime {
        runtime: Handle::current(),
        client: HyperClient::new(connector, PATIENCE, None),
    }
}

/// A client whose requests run on our runtime: batches are sent by a thread that has none.
#[derive(Debug)]
struct OnRuntime {
    runtime: Handle,
    client: HyperClient<HttpsConnector<HttpConnector>>,
}

#[async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        self.runtime
            .spawn(async move { client.send_bytes(request).await })
            .await?
    }
}

/// Makes lists of the attributes that are to be lists.
#[derive(Debug)]
struct Lists(BatchSpanProcessor);

impl SpanProcessor for Lists {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.0.on_start(span, context);
    }

    fn on_end(&self, mut span: SpanData) {
        for attribute in &mut span.attributes {
            if LISTS.contains(&attribute.key.as_str()) {
                let one = attribute.value.as_str().into_owned();
                attribute.value = Value::Array(Array::String(vec![one.into()]));
            }
        }
        self.0.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}
