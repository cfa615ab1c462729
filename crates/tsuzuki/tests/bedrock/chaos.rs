//! Upstreams that break, over real sockets, under whole answers: the text is exact, or the answer
//! says truthfully that it is not whole; and nothing hangs.

use crate::upstream::{Body, Response, Upstream, settings};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tsuzuki::backend::{Backend, Transport as _};
use tsuzuki::bedrock::Bedrock;
use tsuzuki::engine::{Millis, Mode, Policy, Report};
use tsuzuki::simulator::{Scenario, Simulator};
use tsuzuki::{BodyError, Client, Question, RawRequest, RawResponse, Wired};

const MODELS: [&str; 2] = [
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-opus-4-8",
];
const PATIENCE: Duration = Duration::from_secs(60);

/// How a response breaks.
#[derive(Debug, Clone, Copy)]
enum Break {
    /// The connection is reset.
    Reset,
    /// The response ends as if it were whole.
    CleanEnd,
}

/// What to do with the next response: cut it after so many bytes, if at all.
type Plan = Arc<dyn Fn() -> Option<(usize, Break)> + Send + Sync>;

/// The simulator behind a local door that cuts responses.
async fn door(plan: Plan, cuts: Arc<AtomicUsize>) -> Upstream {
    let simulator = Arc::new(Simulator::new(Scenario::default()));
    Upstream::start_slow(move |seen| {
        let (simulator, cut, cuts) = (Arc::clone(&simulator), plan(), Arc::clone(&cuts));
        Box::pin(async move {
            let request = RawRequest {
                method: seen.method,
                path: seen.path,
                headers: seen.headers,
                body: seen.body,
            };
            broken(simulator.send(request).await, cut, cuts)
        })
    })
    .await
}

/// A response, cut; what was cut is counted.
fn broken(response: RawResponse, cut: Option<(usize, Break)>, cuts: Arc<AtomicUsize>) -> Response {
    let mut made = http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        // A response that is cut has no length to tell.
        if !name.eq_ignore_ascii_case("content-length") || cut.is_none() {
            made = made.header(name.as_str(), value.as_str());
        }
    }
    let mut left = cut.map_or(usize::MAX, |(at, _)| at);
    let pieces = response.body.map(move |piece| {
        let bytes: Bytes = piece?;
        let kept = bytes.slice(..bytes.len().min(left));
        left -= kept.len();
        match cut {
            Some((_, how)) if kept.len() < bytes.len() => Ok((kept, Some(how))),
            _ => Ok((kept, None)),
        }
    });
    let mut over = false;
    let frames = pieces.flat_map(move |piece: Result<_, BodyError>| {
        let mut out = Vec::new();
        if !over {
            match piece {
                Ok((kept, how)) => {
                    out.push(Ok(Frame::data(kept)));
                    over = how.is_some();
                    cuts.fetch_add(usize::from(over), Ordering::SeqCst);
                    if matches!(how, Some(Break::Reset)) {
                        out.push(Err(BodyError::Lost));
                    }
                }
                Err(error) => out.push(Err(error)),
            }
        }
        futures_util::stream::iter(out)
    });
    let body: Body = StreamBody::new(frames).boxed_unsync();
    made.body(body).unwrap()
}

async fn ask(backend: Arc<dyn Backend>, question: &Question, seed: u64) -> (String, Report) {
    let policy = Policy {
        leg_floor: 100,
        leg_ceiling: 400,
        backoff: Millis(1),
        backoff_ceiling: Millis(5),
        faults_in_a_row: 6,
        seed,
        ..Policy::new(Mode::Extend)
    };
    let mut reply = Client::new(backend).policy(policy).ask(question).unwrap();
    let mut text = String::new();
    while let Some(piece) = reply.next_text().await {
        text.push_str(&piece);
    }
    (text, reply.finish().await)
}

/// What the answer should be.
async fn expected(question: &Question) -> String {
    let alone = Wired::new(Arc::new(Simulator::new(Scenario::default())));
    ask(Arc::new(alone), question, 0).await.0
}

async fn backend(upstream: &Upstream) -> Arc<dyn Backend> {
    let bedrock = Bedrock::connect(settings(upstream.url())).await.unwrap();
    Arc::new(Wired::new(Arc::new(bedrock)))
}

/// One cut an answer, at every byte of its first leg, cleanly and not, streamed and collected.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn one_cut_at_every_byte() {
    let mut series = Vec::new();
    for model in MODELS {
        for streamed in [true, false] {
            for how in [Break::Reset, Break::CleanEnd] {
                let question = Question::new(model, "/long 1")
                    .max_tokens(12)
                    .streamed(streamed);
                series.push(tokio::spawn(every_byte(question, how)));
            }
        }
    }
    let mut answers = 0;
    for ended in futures_util::future::join_all(series).await {
        answers += ended.unwrap();
    }
    println!("{answers} answers, each cut once: all exact");
}

/// Asks again and again, each time cut one byte later; tells how often.
async fn every_byte(question: Question, how: Break) -> usize {
    let next: Arc<Mutex<Option<(usize, Break)>>> = Arc::default();
    let taken = Arc::clone(&next);
    let cuts = Arc::new(AtomicUsize::new(0));
    let plan: Plan = Arc::new(move || taken.lock().unwrap().take());
    let upstream = door(plan, Arc::clone(&cuts)).await;
    let backend = backend(&upstream).await;
    let whole = expected(&question).await;
    for at in 0..20_000 {
        *next.lock().unwrap() = Some((at, how));
        let asking = ask(Arc::clone(&backend), &question, 0);
        let (text, report) = tokio::time::timeout(PATIENCE, asking).await.unwrap();
        assert!(report.is_complete(), "{how:?} at {at}: {report:?}");
        assert_eq!(text, whole, "{how:?} at {at}");
        // A cut beyond the first leg's end cuts nothing: all places were tried.
        if cuts.swap(0, Ordering::SeqCst) == 0 {
            assert!(at > 100, "only {at} places");
            return at;
        }
    }
    panic!("the first leg never ends");
}

/// Cuts at random under load: exact, or truthfully not whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cuts_at_random_under_load() {
    const ANSWERS: usize = 120;
    for seed in 1..=3_u64 {
        let dice = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
        let cuts = Arc::new(AtomicUsize::new(0));
        let plan: Plan = Arc::new(move || {
            let mut dice = dice.lock().unwrap();
            (dice.u8(..10) < 4).then(|| {
                let how = if dice.bool() {
                    Break::Reset
                } else {
                    Break::CleanEnd
                };
                (dice.usize(..6000), how)
            })
        });
        let upstream = door(plan, Arc::clone(&cuts)).await;
        let backend = backend(&upstream).await;
        let mut texts = Vec::new();
        for model in MODELS {
            texts.push(expected(&Question::new(model, "/long 5").max_tokens(40)).await);
        }
        let asking = (0..ANSWERS).map(|number| {
            let backend = Arc::clone(&backend);
            tokio::spawn(async move {
                let question = Question::new(MODELS[number % 2], "/long 5")
                    .max_tokens(40)
                    .streamed(number % 4 < 2);
                ask(backend, &question, number as u64).await
            })
        });
        let all = futures_util::future::join_all(asking);
        let all = tokio::time::timeout(PATIENCE, all)
            .await
            .expect("nothing hangs");
        let mut exact = 0;
        for (number, answer) in all.into_iter().enumerate() {
            let (text, report) = answer.unwrap();
            let whole = &texts[number % 2];
            if report.is_complete() {
                assert_eq!(&text, whole, "seed {seed}, answer {number}");
                exact += 1;
            } else {
                assert!(whole.starts_with(&text), "seed {seed}, answer {number}");
            }
        }
        let cuts = cuts.load(Ordering::Relaxed);
        println!("seed {seed}: {exact} of {ANSWERS} exact, the others truthfully cut; {cuts} cuts");
        assert!(cuts > ANSWERS / 4, "the upstream was too kind");
        assert!(exact > ANSWERS * 9 / 10, "seed {seed}: only {exact} exact");
    }
}
