//! A bare model id that Bedrock serves by inference profile only.

use crate::upstream::{Seen, Upstream, keys, passed_on, read, refuse, respond, settings};
use std::sync::Arc;
use tempfile::TempDir;
use tsuzuki::backend::{Backend as _, Transport as _};
use tsuzuki::bedrock::{Bedrock, Reach, Settings};
use tsuzuki::engine::ModelId;
use tsuzuki::simulator::{Scenario, Simulator};
use tsuzuki::{Client, Question, RawRequest, Wired};

const OPUS: &str = "anthropic.claude-opus-4-8";
const INVALID: &str = "The provided model identifier is invalid.";

fn on_demand(model: &str) -> String {
    format!(
        "Invocation of model ID {model} with on-demand throughput isn’t supported. Retry your request \
         with the ID or ARN of an inference profile that contains this model."
    )
}

fn model_of(seen: &Seen) -> String {
    let segment = seen.path.split('/').nth(2).unwrap();
    percent_encoding::percent_decode_str(segment)
        .decode_utf8()
        .unwrap()
        .into_owned()
}

/// An upstream that serves these ids only, and refuses others as Bedrock does.
async fn serving(served: &'static [&'static str]) -> Upstream {
    Upstream::start(move |seen| {
        let model = model_of(&seen);
        if served.contains(&model.as_str()) {
            respond(200, &[], "{}")
        } else if model.starts_with("anthropic.") || model.starts_with("new.") {
            refuse(400, "ValidationException", &on_demand(&model))
        } else {
            refuse(400, "ValidationException", INVALID)
        }
    })
    .await
}

fn request(model: &str) -> RawRequest {
    crate::upstream::post(&format!("/model/{model}/converse"), "{\"a\": 1}")
}

async fn in_region(upstream: &Upstream, region: &str, reach: Reach) -> Bedrock {
    Bedrock::connect(Settings {
        region: Some(region.to_owned()),
        reach,
        credentials: Some(keys("AKID")),
        ..settings(upstream.url())
    })
    .await
    .unwrap()
}

fn models(upstream: &Upstream) -> Vec<String> {
    upstream.seen().iter().map(model_of).collect()
}

/// The profile of the region's own country or geography stands in, and is remembered.
#[tokio::test]
async fn the_regions_own_geography() {
    let table: [(&str, &'static [&'static str], &[&str]); 5] = [
        ("us-west-2", &["us.anthropic.claude-opus-4-8"], &["us."]),
        ("eu-central-1", &["eu.anthropic.claude-opus-4-8"], &["eu."]),
        (
            "ap-northeast-1",
            &["jp.anthropic.claude-opus-4-8"],
            &["jp."],
        ),
        (
            "ap-northeast-1",
            &["apac.anthropic.claude-opus-4-8"],
            &["jp.", "apac."],
        ),
        (
            "us-gov-west-1",
            &["us-gov.anthropic.claude-opus-4-8"],
            &["us-gov."],
        ),
    ];
    for (region, served, tried) in table {
        let upstream = serving(served).await;
        let bedrock = in_region(&upstream, region, Reach::Geography).await;
        let model = ModelId(OPUS.to_owned());
        for _ in 0..2 {
            let answer = read(bedrock.call(&model, None, request(OPUS)).await).await;
            assert_eq!(answer.status, 200, "{region}");
        }
        let mut asked: Vec<String> = vec![OPUS.to_owned()];
        asked.extend(tried.iter().map(|prefix| format!("{prefix}{OPUS}")));
        asked.push(served[0].to_owned());
        assert_eq!(models(&upstream), asked, "{region}");
        assert!(upstream.seen().iter().all(|seen| seen.body == "{\"a\": 1}"));
    }
}

/// Where the geography has no profile, the caller sees Bedrock's own words: a world-wide profile is
/// used only if the operator allows it.
#[tokio::test]
async fn never_beyond_the_geography() {
    for region in [
        "sa-east-1",
        "ca-central-1",
        "af-south-1",
        "ap-south-1",
        "us-iso-east-1",
    ] {
        let upstream = serving(&[
            "global.anthropic.claude-opus-4-8",
            "us.anthropic.claude-opus-4-8",
        ])
        .await;
        let bedrock = in_region(&upstream, region, Reach::Geography).await;
        let answer = read(
            bedrock
                .call(&ModelId(OPUS.to_owned()), None, request(OPUS))
                .await,
        )
        .await;
        assert_eq!(
            (answer.status, answer.message()),
            (400, on_demand(OPUS)),
            "{region}"
        );
        let asked = models(&upstream);
        assert!(
            asked
                .iter()
                .all(|model| !model.starts_with("global.") && !model.starts_with("us.")),
            "{asked:?}"
        );

        let bedrock = in_region(&upstream, region, Reach::World).await;
        let answer = read(
            bedrock
                .call(&ModelId(OPUS.to_owned()), None, request(OPUS))
                .await,
        )
        .await;
        assert_eq!(answer.status, 200, "{region}");
    }
}

/// A profile that is not for us leaves the caller with Bedrock's first word, and is not remembered.
#[tokio::test]
async fn a_profile_we_may_not_use() {
    let upstream = Upstream::start(|seen| {
        let model = model_of(&seen);
        if model == OPUS {
            refuse(400, "ValidationException", &on_demand(&model))
        } else {
            refuse(403, "AccessDeniedException", "not authorized")
        }
    })
    .await;
    let bedrock = in_region(&upstream, "us-east-1", Reach::Geography).await;
    for _ in 0..2 {
        let answer = read(
            bedrock
                .call(&ModelId(OPUS.to_owned()), None, request(OPUS))
                .await,
        )
        .await;
        assert_eq!((answer.status, answer.message()), (400, on_demand(OPUS)));
    }
    assert_eq!(upstream.seen().len(), 4);
}

/// A model that the table does not know is tried in the geography all the same.
#[tokio::test]
async fn a_model_nobody_knows_yet() {
    let upstream = serving(&["eu.new.model-v9:0"]).await;
    let bedrock = in_region(&upstream, "eu-west-1", Reach::Geography).await;
    let model = ModelId("new.model-v9:0".to_owned());
    let answer = read(
        bedrock
            .call(&model, None, request("new.model-v9%3A0"))
            .await,
    )
    .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        upstream.seen()[1].path,
        "/model/eu.new.model-v9%3A0/converse"
    );
}

/// What is forwarded is never renamed, and neither is an id that names a profile or an ARN.
#[tokio::test]
async fn only_bare_ids_of_legs() {
    let upstream = serving(&[]).await;
    let bedrock = in_region(&upstream, "us-east-1", Reach::World).await;
    let backend = Wired::new(Arc::new(bedrock.clone()));
    let answer = read(backend.forward(request(OPUS)).await).await;
    assert_eq!(answer.message(), on_demand(OPUS));
    for model in [
        "us.anthropic.claude-opus-4-8",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
    ] {
        let path = model.replace('/', "%2F");
        let answer = read(
            bedrock
                .call(&ModelId(model.to_owned()), None, request(&path))
                .await,
        )
        .await;
        assert_eq!(answer.message(), INVALID);
    }
    assert_eq!(upstream.seen().len(), 3);
}

/// A remembered profile that is gone is forgotten, and the bare id asked again.
#[tokio::test]
async fn a_profile_that_went_away() {
    let folder = TempDir::new().unwrap();
    let early = serving(&["us.anthropic.claude-opus-4-8"]).await;
    let late = Upstream::start(|seen| {
        if model_of(&seen) == OPUS {
            respond(200, &[], "{}")
        } else {
            refuse(400, "ValidationException", INVALID)
        }
    })
    .await;
    let model = ModelId(OPUS.to_owned());
    for (upstream, asked) in [(&early, 2), (&late, 2), (&late, 1)] {
        let before = upstream.seen().len();
        let bedrock = Bedrock::connect(Settings {
            data: Some(folder.path().to_owned()),
            ..settings(upstream.url())
        })
        .await
        .unwrap();
        let answer = read(bedrock.call(&model, None, request(OPUS)).await).await;
        assert_eq!(answer.status, 200);
        assert_eq!(upstream.seen().len() - before, asked);
        crate::lessons::kept(folder.path()).await;
    }
}

/// The whole way: a library client asks a bare id, and hears the whole answer.
#[tokio::test]
async fn through_the_client() {
    let simulator = Arc::new(Simulator::new(Scenario::default()));
    let upstream = Upstream::start_slow(move |seen| {
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
    .await;
    let bedrock = in_region(&upstream, "us-east-1", Reach::Geography).await;
    let client = Client::new(Arc::new(Wired::new(Arc::new(bedrock))));
    let report = client
        .ask(&Question::new(OPUS, "/long 3"))
        .unwrap()
        .finish()
        .await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(
        models(&upstream)[..2],
        [OPUS.to_owned(), format!("us.{OPUS}")]
    );
}
