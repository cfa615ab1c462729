//! Credentials: asked for once, renewed before they expire, and when AWS says they have.

use crate::upstream::{CONVERSE, SECRET, Upstream, bedrock, post, refuse, respond, send, settings};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Providing;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tsuzuki::bedrock::{Bedrock, Settings};

/// A source that counts who asks, takes its time, and hands out numbered keys.
#[derive(Debug, Clone)]
struct Source {
    asked: Arc<AtomicUsize>,
    takes: Duration,
    lives: Option<Duration>,
    /// From which time on it fails.
    fails_from: usize,
    /// How often it panics first.
    panics: usize,
}

impl Source {
    fn new(takes: u64, lives: Option<u64>) -> Self {
        Self {
            asked: Arc::default(),
            takes: Duration::from_millis(takes),
            lives: lives.map(Duration::from_secs),
            fails_from: usize::MAX,
            panics: 0,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl ProvideCredentials for Source {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        Providing::new(async move {
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(self.takes).await;
            assert!(number >= self.panics, "a source with a defect");
            if number >= self.fails_from {
                return Err(CredentialsError::provider_error(
                    "SECRET-CANARY is what it said",
                ));
            }
            let expiry = self.lives.map(|lives| SystemTime::now() + lives);
            Ok(Credentials::new(
                format!("AKID{number}"),
                SECRET,
                None,
                expiry,
                "test",
            ))
        })
    }
}

async fn with(source: &Source, url: String) -> Bedrock {
    Bedrock::connect(Settings {
        credentials: Some(SharedCredentialsProvider::new(source.clone())),
        ..settings(url)
    })
    .await
    .unwrap()
}

async fn ok() -> Upstream {
    Upstream::start(|_| respond(200, &[], "{}")).await
}

async fn crowd(bedrock: &Bedrock, size: usize) -> Vec<u16> {
    let calls = (0..size).map(|_| {
        let bedrock = bedrock.clone();
        tokio::spawn(async move { send(&bedrock, post(CONVERSE, "{}")).await.status })
    });
    let ended = futures_util::future::join_all(calls).await;
    ended.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn one_flight_for_a_crowd() {
    let upstream = ok().await;
    let source = Source::new(200, None);
    let bedrock = with(&source, upstream.url()).await;
    assert_eq!(source.asked(), 0, "start-up asks nobody");
    assert_eq!(crowd(&bedrock, 50).await, [200; 50]);
    assert_eq!(crowd(&bedrock, 50).await, [200; 50]);
    assert_eq!(source.asked(), 1);
}

/// Credentials with less than five minutes to live are renewed while they still serve.
#[tokio::test]
async fn renewed_early_without_waiting() {
    let upstream = ok().await;
    let source = Source::new(600, Some(240));
    let bedrock = with(&source, upstream.url()).await;
    assert_eq!(crowd(&bedrock, 1).await, [200]);
    assert_eq!(source.asked(), 1);
    // A renewal rests for an eighth of the time left, thirty seconds here: nothing happens yet.
    crowd(&bedrock, 5).await;
    assert_eq!(source.asked(), 1, "a source is not asked at every request");

    let source = Source::new(600, Some(12));
    let bedrock = with(&source, upstream.url()).await;
    crowd(&bedrock, 1).await;
    tokio::time::sleep(Duration::from_millis(1600)).await;
    let began = Instant::now();
    assert_eq!(crowd(&bedrock, 20).await, [200; 20]);
    assert!(
        began.elapsed() < Duration::from_millis(500),
        "somebody waited: {:?}",
        began.elapsed()
    );
    assert_eq!(
        upstream.seen().last().unwrap().signed_by(),
        "AKID0",
        "the old ones serve"
    );
    tokio::time::sleep(Duration::from_millis(900)).await;
    crowd(&bedrock, 1).await;
    assert_eq!(
        upstream.seen().last().unwrap().signed_by(),
        "AKID1",
        "the new ones take over"
    );
    assert_eq!(source.asked(), 2, "one flight");
}

/// A source that fails while the old credentials still hold costs nobody an answer.
#[tokio::test]
async fn the_old_ones_serve_while_the_source_fails() {
    let upstream = ok().await;
    let source = Source {
        fails_from: 1,
        ..Source::new(0, Some(12))
    };
    let bedrock = with(&source, upstream.url()).await;
    crowd(&bedrock, 1).await;
    tokio::time::sleep(Duration::from_millis(1700)).await;
    for _ in 0..3 {
        assert_eq!(crowd(&bedrock, 10).await, [200; 10]);
    }
    assert_eq!(source.asked(), 2, "it was tried, once");
    assert!(
        upstream
            .seen()
            .iter()
            .all(|seen| seen.signed_by() == "AKID0")
    );
}

/// A source that gives nothing is told as an AWS error that may pass, with a way out, without what
/// the source said; and a crowd does not hammer it.
#[tokio::test]
async fn no_credentials() {
    let upstream = ok().await;
    let source = Source {
        fails_from: 0,
        ..Source::new(50, None)
    };
    let bedrock = with(&source, upstream.url()).await;
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("x-tsuzuki-fault"), Some("credentials"));
    assert!(
        answer.message().contains("credentials"),
        "{}",
        answer.message()
    );
    assert!(!answer.message().contains("CANARY"));
    crowd(&bedrock, 50).await;
    crowd(&bedrock, 50).await;
    assert_eq!(source.asked(), 1, "the failure holds for a moment");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    crowd(&bedrock, 50).await;
    assert_eq!(source.asked(), 2);
    assert!(upstream.seen().is_empty());
}

/// A source with a defect fails the requests that waited for it, and no others.
#[tokio::test]
async fn a_source_that_panics() {
    let upstream = ok().await;
    let source = Source {
        panics: 1,
        ..Source::new(50, None)
    };
    let bedrock = with(&source, upstream.url()).await;
    assert_eq!(crowd(&bedrock, 5).await, [503; 5]);
    assert_eq!(crowd(&bedrock, 5).await, [200; 5]);
}

/// AWS says the credentials have expired: others are fetched and the request is sent once more.
#[tokio::test]
async fn expired_by_awss_word() {
    let upstream = Upstream::start(|seen| {
        if seen.signed_by() == "AKID0" {
            refuse(
                403,
                "ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
                "The security token included in the request is expired",
            )
        } else {
            respond(200, &[], seen.body)
        }
    })
    .await;
    let source = Source::new(50, None);
    let bedrock = with(&source, upstream.url()).await;
    let answer = send(&bedrock, post(CONVERSE, "{\"a\":1}")).await;
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (200, b"{\"a\":1}".as_slice())
    );
    assert_eq!(source.asked(), 2);
    assert_eq!(crowd(&bedrock, 20).await, [200; 20]);
    assert_eq!(source.asked(), 2);
}

/// Credentials that cannot be renewed: the caller sees AWS's own words.
#[tokio::test]
async fn expired_for_good() {
    let upstream = Upstream::start(|_| {
        refuse(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )
    })
    .await;
    let bedrock = bedrock(upstream.url()).await;
    let answer = send(&bedrock, post(CONVERSE, "{}")).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.message(),
        "The security token included in the request is expired"
    );
    assert_eq!(upstream.seen().len(), 1);

    // Nobody asks the source at every refusal.
    let source = Source::new(0, None);
    let asked = Arc::clone(&source.asked);
    let same = SharedCredentialsProvider::new(Same(source));
    let bedrock = Bedrock::connect(Settings {
        credentials: Some(same),
        ..settings(upstream.url())
    })
    .await
    .unwrap();
    for _ in 0..3 {
        assert_eq!(crowd(&bedrock, 20).await, [403; 20]);
    }
    assert!(asked.load(Ordering::SeqCst) <= 3, "{asked:?}");
}

/// A source that always gives the same key.
#[derive(Debug)]
struct Same(Source);

impl ProvideCredentials for Same {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        Providing::new(async {
            self.0.provide_credentials().await?;
            Ok(Credentials::new("AKIDSAME", SECRET, None, None, "test"))
        })
    }
}

/// A clock that is an hour slow: AWS's own date is taken, once and for the next requests too.
#[tokio::test]
async fn a_wrong_clock() {
    let theirs = SystemTime::now() + Duration::from_secs(3600);
    let upstream = Upstream::start(move |seen| {
        let stamp = seen.header("x-amz-date").unwrap().to_owned();
        let far = stamp_of(SystemTime::now() + Duration::from_secs(3000));
        if stamp < far {
            let fields = [
                ("x-amzn-errortype", "InvalidSignatureException"),
                ("date", &http_date(theirs)),
            ];
            respond(403, &fields, "{\"message\":\"Signature expired\"}")
        } else {
            respond(200, &[("date", &http_date(theirs))], "{}")
        }
    })
    .await;
    let bedrock = bedrock(upstream.url()).await;
    assert_eq!(crowd(&bedrock, 1).await, [200]);
    assert_eq!(upstream.seen().len(), 2);
    assert_eq!(crowd(&bedrock, 3).await, [200; 3]);
    assert_eq!(upstream.seen().len(), 5, "the lesson is kept");
}

/// A signature that is refused with a right clock is refused for another reason.
#[tokio::test]
async fn a_right_clock_is_left_alone() {
    let upstream = Upstream::start(|_| {
        let fields = [
            ("x-amzn-errortype", "InvalidSignatureException"),
            ("date", &http_date(SystemTime::now())),
        ];
        respond(
            403,
            &fields,
            "{\"message\":\"The request signature we calculated does not match\"}",
        )
    })
    .await;
    let bedrock = bedrock(upstream.url()).await;
    assert_eq!(crowd(&bedrock, 1).await, [403]);
    assert_eq!(upstream.seen().len(), 1);
}

fn http_date(time: SystemTime) -> String {
    use aws_smithy_types::date_time::{DateTime, Format};
    DateTime::from(time).fmt(Format::HttpDate).unwrap()
}

/// A time as signatures have it; they sort as they follow each other.
fn stamp_of(time: SystemTime) -> String {
    use aws_smithy_types::date_time::{DateTime, Format};
    let text = DateTime::from_secs(DateTime::from(time).secs())
        .fmt(Format::DateTime)
        .unwrap();
    text.replace(['-', ':'], "")
}
