//! The loop: the Bedrock backend against a local door over the simulator tells what the simulator
//! alone tells, and every signature on the way holds.

use crate::upstream::{REGION, SECRET, Upstream, passed_on, settings};
use crate::verifier::Verifier;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tsuzuki::backend::{Backend, Transport as _};
use tsuzuki::bedrock::{Bedrock, Limits, Settings};
use tsuzuki::engine::{Mode, Policy, Report};
use tsuzuki::simulator::{Echo, Resume, Rule, Scenario, Simulator};
use tsuzuki::{Client, Question, RawRequest, Wired};

/// One that takes prefill, one that refuses it.
const MODELS: [&str; 2] = [
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "us.anthropic.claude-opus-4-8",
];

const PROMPTS: [&str; 4] = ["/long 6", "/code python 12", "5段落書いて", "/json 8"];

/// The simulator behind a local door.
async fn door(simulator: Simulator) -> Upstream {
    let simulator = Arc::new(simulator);
    Upstream::start_slow(move |seen| {
        let simulator = Arc::clone(&simulator);
        Box::pin(async move {
            let request = RawRequest {
                method: seen.method,
                path: seen.path,
                headers: seen.headers,
                body: seen.body,
            };
            passed_on(simulator.send(request).await)
        })
    })
    .await
}

async fn ask(backend: Arc<dyn Backend>, question: &Question) -> (String, Report) {
    // Small legs, so that an answer has many.
    let policy = Policy {
        leg_floor: 24,
        leg_ceiling: 96,
        ..Policy::new(Mode::Extend)
    };
    let mut reply = Client::new(backend).policy(policy).ask(question).unwrap();
    let mut text = String::new();
    while let Some(piece) = reply.next_text().await {
        text.push_str(&piece);
    }
    (text, reply.finish().await)
}

/// Both ways, for every model, prompt and delivery: the same text, the same outcome, the same number
/// of legs. Tells how many answers were whole, of how many, and in how many legs.
async fn compare(scenario: impl Fn() -> Scenario) -> (usize, usize, usize) {
    let (mut whole, mut legs) = (0, 0);
    let upstream = door(Simulator::new(scenario())).await;
    let bedrock = Bedrock::connect(settings(upstream.url())).await.unwrap();
    let alone: Arc<dyn Backend> = Arc::new(Wired::new(Arc::new(Simulator::new(scenario()))));
    let looped: Arc<dyn Backend> = Arc::new(Wired::new(Arc::new(bedrock)));
    for model in MODELS {
        for prompt in PROMPTS {
            for streamed in [true, false] {
                let question = Question::new(model, prompt)
                    .max_tokens(10)
                    .streamed(streamed);
                let (expected, report) = ask(Arc::clone(&alone), &question).await;
                let (text, other) = ask(Arc::clone(&looped), &question).await;
                assert_eq!(text, expected, "{model} {prompt} {streamed}");
                assert_eq!(other.is_complete(), report.is_complete());
                assert_eq!(other.legs.len(), report.legs.len());
                legs += other.legs.len();
                whole += usize::from(other.is_complete());
            }
        }
    }
    let verifier = Verifier {
        region: REGION,
        service: "bedrock",
        secret: SECRET,
    };
    for seen in upstream.seen() {
        verifier.check(&seen).unwrap();
        assert_eq!(seen.header("x-tsuzuki-hop"), Some("1"));
    }
    (whole, MODELS.len() * PROMPTS.len() * 2, legs)
}

#[tokio::test]
async fn the_same_text() {
    let (whole, answers, legs) = compare(Scenario::default).await;
    assert_eq!(whole, answers);
    assert!(legs > 2 * answers, "{legs} legs: nothing was continued");
}

/// Models that resume with habits: the way through sockets changes nothing about what comes of them.
#[tokio::test]
async fn the_same_habits() {
    let usual = Resume::default;
    let habits = [
        Resume {
            overlap: 12,
            ..usual()
        },
        Resume {
            preamble: "Sure, here is the rest:\n\n".to_owned(),
            ..usual()
        },
        Resume {
            restart_line: true,
            ..usual()
        },
        Resume {
            reopen_fence: true,
            ..usual()
        },
        Resume {
            echo: Echo::Rewrap,
            ..usual()
        },
        Resume {
            echo: Echo::Quoted,
            ..usual()
        },
        Resume {
            echo: Echo::None,
            every: 2,
            ..usual()
        },
    ];
    let text = "Alpha beta\ngamma delta.\n\n```python\nx = 1\ny = 2\n```\n\n古池や\n　蛙飛びこむ\n水の音 👩‍👩‍👧 omega.";
    for resume in habits {
        let (_, answers, legs) = compare(|| Scenario {
            rules: vec![Rule {
                resume: resume.clone(),
                ..Rule::text(text)
            }],
            ..Scenario::default()
        })
        .await;
        assert!(legs > answers, "{resume:?}");
    }
}

/// Credentials expire in the middle of an answer: the next leg goes out with new ones, and the
/// caller notices nothing.
#[tokio::test]
async fn credentials_expire_in_the_middle_of_an_answer() {
    #[derive(Debug, Clone)]
    struct Numbered(Arc<AtomicUsize>);
    impl aws_credential_types::provider::ProvideCredentials for Numbered {
        fn provide_credentials<'a>(
            &'a self,
        ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let number = self.0.fetch_add(1, Ordering::SeqCst);
            let key = format!("AKID{number}");
            aws_credential_types::provider::future::ProvideCredentials::ready(Ok(Credentials::new(
                key, SECRET, None, None, "test",
            )))
        }
    }
    let simulator = Arc::new(Simulator::new(Scenario::default()));
    let calls = Arc::new(AtomicUsize::new(0));
    let upstream = Upstream::start_slow(move |seen| {
        let simulator = Arc::clone(&simulator);
        let call = calls.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            // The first key dies after two legs, the second lives on.
            if call >= 2 && seen.signed_by() == "AKID0" {
                let fields = [("x-amzn-errortype", "ExpiredTokenException")];
                return crate::upstream::respond(403, &fields, "{\"message\":\"expired\"}");
            }
            let request = RawRequest {
                method: seen.method,
                path: seen.path,
                headers: seen.headers,
                body: seen.body,
            };
            passed_on(simulator.send(request).await)
        })
    })
    .await;
    let asked = Arc::new(AtomicUsize::new(0));
    let bedrock = Bedrock::connect(Settings {
        credentials: Some(SharedCredentialsProvider::new(Numbered(Arc::clone(&asked)))),
        ..settings(upstream.url())
    })
    .await
    .unwrap();
    let question = Question::new(MODELS[0], "/long 6").max_tokens(10);
    let (text, report) = ask(Arc::new(Wired::new(Arc::new(bedrock))), &question).await;
    let alone = Wired::new(Arc::new(Simulator::new(Scenario::default())));
    let (expected, _) = ask(Arc::new(alone), &question).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(text, expected);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

/// The upstream's faults (throttles, exceptions inside a stream, cuts inside a frame, stalls) over
/// real sockets: the same text.
#[tokio::test]
async fn faults_on_the_way() {
    for fault in [
        "eof@token:7",
        "reset@byte:600",
        "stall@token:5",
        "ThrottlingException@delta:0",
        "ModelStreamErrorException@delta:4",
    ] {
        let simulator = Arc::new(Simulator::new(Scenario::default()));
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let upstream = Upstream::start_slow(move |mut seen| {
            let simulator = Arc::clone(&simulator);
            // The second leg fails.
            if counted.fetch_add(1, Ordering::SeqCst) == 1 {
                seen.headers
                    .push(("x-sim-fault".to_owned(), fault.to_owned()));
            }
            Box::pin(async move {
                let request = RawRequest {
                    method: seen.method,
                    path: seen.path,
                    headers: seen.headers,
                    body: seen.body,
                };
                passed_on(simulator.send(request).await)
            })
        })
        .await;
        let bedrock = Bedrock::connect(Settings {
            limits: Limits {
                silence: std::time::Duration::from_millis(300),
                ..Limits::DEFAULT
            },
            ..settings(upstream.url())
        })
        .await
        .unwrap();
        let question = Question::new(MODELS[0], "/long 4").max_tokens(20);
        let answer = ask(Arc::new(Wired::new(Arc::new(bedrock))), &question);
        let patience = std::time::Duration::from_secs(30);
        let (text, report) = tokio::time::timeout(patience, answer).await.expect(fault);
        let alone = Wired::new(Arc::new(Simulator::new(Scenario::default())));
        let (expected, _) = ask(Arc::new(alone), &question).await;
        assert!(report.is_complete(), "{fault}: {report:?}");
        assert_eq!(text, expected, "{fault}");
        assert!(calls.load(Ordering::SeqCst) > 2);
    }
}
