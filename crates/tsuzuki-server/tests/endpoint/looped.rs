//! The loop: the Bedrock backend, with a key of ours, against our own door over the simulator. Door
//! and backend are inverse, and what one signs the other verifies.

use crate::client::connect;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tsuzuki::bedrock::{self, Bedrock};
use tsuzuki::engine::Mode;
use tsuzuki::simulator::{Scenario, Simulator};
use tsuzuki::{Backend, Client, Question, Wired};
use tsuzuki_server::{
    Access, Grants, HOP_HEADER, Keys, Minted, Scheme, Schemes, Settings, Spending, serve,
};

const MODELS: [&str; 2] = [
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-sonnet-5",
];
const PROMPTS: [&str; 4] = ["/long 6", "/code python 12", "5段落書いて", "/json 8"];

/// A door with keys, over the simulator.
async fn door(folder: &TempDir, mode: Mode) -> (SocketAddr, Minted, CancellationToken) {
    let keys = Arc::new(Keys::open(folder.path()).unwrap());
    let minted = keys.add("loop", Scheme::Sigv4, Grants::default()).unwrap();
    let mut settings = Settings::new(mode);
    settings.access = Access::Keys {
        schemes: Schemes::Sigv4,
        keys,
        spending: Arc::new(Spending::open(folder.path()).unwrap()),
        regions: vec!["us-east-1".to_owned()],
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let simulator = Arc::new(Simulator::new(Scenario::default()));
    let shutdown = CancellationToken::new();
    let backend = Arc::new(Wired::new(simulator));
    tokio::spawn(serve(listener, settings, backend, shutdown.clone()));
    (address, minted, shutdown)
}

/// Takes off the mark by which an endpoint knows that it calls itself: this circle is meant.
async fn unmarking(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(move |request: Request<Incoming>| async move {
                let (mut parts, body) = request.into_parts();
                assert!(parts.headers.remove(HOP_HEADER).is_some(), "it is marked");
                let body = Full::new(body.collect().await.unwrap().to_bytes());
                let request = Request::from_parts(parts, body);
                connect(to).await.send_request(request).await
            });
            let serving = hyper::server::conn::http1::Builder::new();
            tokio::spawn(serving.serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn backend(address: SocketAddr, minted: &Minted) -> Arc<dyn Backend> {
    let credentials = Credentials::new(&minted.id, &minted.secret, None, None, "test");
    let bedrock = Bedrock::connect(bedrock::Settings {
        region: Some("us-east-1".to_owned()),
        credentials: Some(SharedCredentialsProvider::new(credentials)),
        endpoint: Some(format!("http://{address}")),
        ..bedrock::Settings::default()
    })
    .await
    .unwrap();
    Arc::new(Wired::new(Arc::new(bedrock)))
}

async fn ask(client: &Client, model: &str, prompt: &str) -> (String, bool) {
    let question = Question::new(model, prompt).max_tokens(40);
    let mut reply = client.ask(&question).unwrap();
    let mut text = String::new();
    while let Some(piece) = reply.next_text().await {
        text.push_str(&piece);
    }
    (text, reply.finish().await.is_complete())
}

#[tokio::test]
async fn the_loop_tells_what_the_simulator_alone_tells() {
    for mode in [Mode::Off, Mode::Extend] {
        let folder = TempDir::new().unwrap();
        let (address, minted, shutdown) = door(&folder, mode).await;
        let relay = unmarking(address).await;
        let looped = Client::new(backend(relay, &minted).await);
        for model in MODELS {
            for prompt in PROMPTS {
                let alone = ask(&Client::simulator(), model, prompt).await;
                assert!(alone.1 && !alone.0.is_empty(), "{model} {prompt}");
                let through = ask(&looped, model, prompt).await;
                assert_eq!(through, alone, "{mode:?} {model} {prompt}");
            }
        }
        let wrong = Minted {
            id: minted.id.clone(),
            secret: "wrong".to_owned(),
        };
        let refused = Client::new(backend(relay, &wrong).await);
        assert_eq!(
            ask(&refused, MODELS[0], PROMPTS[0]).await,
            (String::new(), false),
            "what is not signed right does not pass"
        );
        shutdown.cancel();
    }
}

#[tokio::test]
async fn a_circle_that_is_not_meant_is_broken() {
    let folder = TempDir::new().unwrap();
    let (address, minted, shutdown) = door(&folder, Mode::Extend).await;
    let circle = Client::new(backend(address, &minted).await);
    assert_eq!(
        ask(&circle, MODELS[0], PROMPTS[0]).await,
        (String::new(), false)
    );
    shutdown.cancel();
}
