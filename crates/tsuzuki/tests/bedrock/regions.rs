//! Regions that the operator's fallbacks name: the only way out of one's own.

use crate::child::{Done, Task};
use crate::tls::Authority;
use crate::upstream::{
    Response, SECRET, Seen, Upstream, passed_on, post, read, refuse, respond, settings,
};
use crate::verifier::Verifier;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tsuzuki::RawRequest;
use tsuzuki::backend::Transport as _;
use tsuzuki::bedrock::{Bedrock, Settings};
use tsuzuki::engine::{ModelId, Region};
use tsuzuki::simulator::{Scenario, Simulator};

const HOME: &str = "us-east-1";
const OTHER: &str = "eu-west-1";
const PROFILE: &str = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
const BARE: &str = "anthropic.claude-opus-4-8";

/// Two regions behind a proxy, under AWS's own names: the one at home fails, the other answers.
struct World {
    authority: Authority,
    home: Upstream,
    other: Upstream,
    proxy: SocketAddr,
    /// The hosts that somebody wanted to reach.
    wanted: Arc<Mutex<Vec<String>>>,
}

fn host(region: &str) -> String {
    format!("bedrock-runtime.{region}.amazonaws.com")
}

impl World {
    async fn new() -> Self {
        let authority = Authority::new();
        let home = Upstream::start_tls(authority.server(&host(HOME), &["h2"]), |_| {
            let broken = refuse(503, "ServiceUnavailableException", "Try again.");
            std::future::ready(broken).boxed()
        });
        let simulator = Arc::new(Simulator::new(Scenario::default()));
        let other = Upstream::start_tls(authority.server(&host(OTHER), &["h2"]), move |seen| {
            answer(Arc::clone(&simulator), seen)
        });
        let (home, other) = tokio::join!(home, other);
        let wanted: Arc<Mutex<Vec<String>>> = Arc::default();
        let hosts = vec![
            (format!("{}:443", host(HOME)), home.address),
            (format!("{}:443", host(OTHER)), other.address),
        ];
        Self {
            proxy: proxy(hosts, Arc::clone(&wanted)).await,
            authority,
            home,
            other,
            wanted,
        }
    }

    /// Asks a model in a process whose only way out is the proxy.
    async fn ask(&self, model: &str, fallbacks: &[&str], credentials: &[(&str, &str)]) -> Done {
        let fallbacks: Vec<String> = fallbacks.iter().map(|one| (*one).to_owned()).collect();
        let proxy = format!("http://{}", self.proxy);
        let file = self.authority.file();
        let way = [
            ("HTTPS_PROXY", proxy.as_str()),
            ("AWS_CA_BUNDLE", file.to_str().unwrap()),
        ];
        let task = Task {
            region: Some(HOME.to_owned()),
            regions: fallbacks.clone(),
            model: Some(model.to_owned()),
            fallbacks,
            ..Task::default()
        };
        task.run(&[credentials, &way].concat()).await
    }
}

/// What the other region answers: Bedrock's own words to a bare id that it serves by profile only.
fn answer(simulator: Arc<Simulator>, seen: Seen) -> BoxFuture<'static, Response> {
    if seen.path.starts_with(&format!("/model/{BARE}/")) {
        let message = format!(
            "Invocation of model ID {BARE} with on-demand throughput isn\u{2019}t supported. Retry your \
             request with the ID or ARN of an inference profile that contains this model."
        );
        return std::future::ready(refuse(400, "ValidationException", &message)).boxed();
    }
    async move {
        let request = RawRequest {
            method: seen.method,
            path: seen.path,
            headers: seen.headers,
            body: seen.body,
        };
        passed_on(simulator.send(request).await)
    }
    .boxed()
}

/// A proxy that knows these hosts and nobody else.
async fn proxy(hosts: Vec<(String, SocketAddr)>, wanted: Arc<Mutex<Vec<String>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (hosts, wanted) = (hosts.clone(), Arc::clone(&wanted));
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    if near.read_buf(&mut head).await.unwrap() == 0 {
                        return;
                    }
                }
                let head = String::from_utf8(head).unwrap();
                let name = head.split(' ').nth(1).unwrap().to_owned();
                let known = hosts.iter().find(|(known, _)| *known == name);
                wanted.lock().unwrap().push(name);
                let (_, to) = known.unwrap();
                let mut far = TcpStream::connect(to).await.unwrap();
                near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                // Whoever hangs up first ends it.
                _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    address
}

fn check(seen: &Seen, region: &str) {
    let verifier = Verifier {
        region,
        service: "bedrock",
        secret: SECRET,
    };
    verifier.check(seen).unwrap();
    assert_eq!(seen.host, host(region));
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", SECRET),
];

/// The other region is asked when the own one has failed as often as the policy bears, at its own
/// host, and signed for it.
#[tokio::test]
async fn the_region_of_the_list() {
    let world = World::new().await;
    let done = world.ask(PROFILE, &[OTHER], &KEYS).await;
    assert!(done.complete, "{done:?}");
    let (home, other) = (world.home.seen(), world.other.seen());
    home.iter().for_each(|seen| check(seen, HOME));
    other.iter().for_each(|seen| check(seen, OTHER));
    // Two failures and the rest between them are the three that `faults_in_a_row` bears.
    assert_eq!((home.len(), other.len()), (2, 1));
    let legs: Vec<&str> = done
        .legs
        .iter()
        .map(|leg| leg.as_deref().unwrap())
        .collect();
    assert_eq!(legs, [HOME, HOME, OTHER]);
    let wanted = world.wanted.lock().unwrap();
    assert_eq!(
        *wanted,
        [HOME, OTHER].map(|region| format!("{}:443", host(region)))
    );
}

/// Without the list nothing leaves the region, however often it fails.
#[tokio::test]
async fn never_without_the_list() {
    let world = World::new().await;
    let done = world.ask(PROFILE, &[], &KEYS).await;
    assert!(!done.complete);
    assert!(world.home.seen().len() >= 2, "it was tried again");
    assert!(world.other.seen().is_empty());
    let wanted = world.wanted.lock().unwrap();
    assert!(
        wanted
            .iter()
            .all(|name| *name == format!("{}:443", host(HOME)))
    );
}

/// A bare id in the other region stands for a profile of that region's geography, not of the own.
#[tokio::test]
async fn a_bare_id_keeps_to_the_geography_of_its_region() {
    let world = World::new().await;
    let done = world.ask(BARE, &[OTHER], &KEYS).await;
    assert!(done.complete, "{done:?}");
    let asked: Vec<String> = world
        .other
        .seen()
        .iter()
        .map(|seen| seen.path.split('/').nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(asked, [BARE.to_owned(), format!("eu.{BARE}")]);
}

/// An API key goes to both.
#[tokio::test]
async fn with_an_api_key() {
    let world = World::new().await;
    let key = [("AWS_BEARER_TOKEN_BEDROCK", "the-key")];
    let done = world.ask(PROFILE, &[OTHER], &key).await;
    assert!(done.complete, "{done:?}");
    for seen in world.home.seen().iter().chain(&world.other.seen()) {
        assert_eq!(seen.header("authorization"), Some("Bearer the-key"));
    }
}

/// A region that was not set up is refused, and nothing is sent anywhere.
#[tokio::test]
async fn a_region_that_nobody_listed() {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let bedrock = Bedrock::connect(settings(upstream.url())).await.unwrap();
    let model = ModelId(PROFILE.to_owned());
    let to = |region: &str| {
        let request = post(&format!("/model/{PROFILE}/converse"), "{}");
        let answer = bedrock.call(&model, Some(&Region(region.to_owned())), request);
        async { read(answer.await).await }
    };
    let refused = to(OTHER).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains(OTHER), "{}", refused.message());
    assert!(upstream.seen().is_empty());
    // The own region may be called by its name.
    assert_eq!(to(HOME).await.status, 200);
}

/// An endpoint that somebody set is of one region.
#[tokio::test]
async fn an_endpoint_has_no_other_regions() {
    let with = |regions: &[&str]| Settings {
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        ..settings("http://127.0.0.1:9")
    };
    let error = Bedrock::connect(with(&[HOME, OTHER])).await.unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains(OTHER) && said.contains("unset the endpoint"),
        "{said}"
    );
    assert!(Bedrock::connect(with(&[HOME])).await.is_ok());
    let wrong = Settings {
        endpoint: None,
        ..with(&["EU West"])
    };
    let error = Bedrock::connect(wrong).await.unwrap_err();
    assert!(
        error.to_string().contains("is not an AWS region"),
        "{error}"
    );
}
