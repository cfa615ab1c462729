//! The control plane's lists.

use crate::bench::{PREFILL, saying, send};
use bytes::Bytes;
use serde_json::Value;
use tsuzuki::RawRequest;
use tsuzuki::backend::Transport as _;
use tsuzuki::engine::{ModelId, Prefill};

async fn get(path: &str) -> (u16, Value) {
    let request = RawRequest {
        method: "GET".to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let answer = send(&saying("x"), request).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn foundation_models() {
    let (status, all) = get("/foundation-models").await;
    let all = all["modelSummaries"].as_array().unwrap();
    assert!(status == 200 && all.len() > 100);
    let (_, some) = get("/foundation-models?byProvider=Anthropic&byInferenceType=ON_DEMAND").await;
    let some = some["modelSummaries"].as_array().unwrap();
    assert!(!some.is_empty() && some.len() < all.len());
    for model in some {
        assert_eq!(model["providerName"], "Anthropic");
        assert!(
            model["inferenceTypesSupported"]
                .as_array()
                .unwrap()
                .iter()
                .any(|kind| kind == "ON_DEMAND")
        );
    }
    assert_eq!(
        get("/foundation-models?byOutputModality=IMAGE").await.1["modelSummaries"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let (_, one) = get("/foundation-models/anthropic.claude-3-haiku-20240307-v1%3A0").await;
    assert_eq!(one["modelDetails"]["modelId"], PREFILL);
    assert_eq!(one["modelDetails"]["responseStreamingSupported"], true);
    assert_eq!(get("/foundation-models/nothing").await.0, 404);
}

#[tokio::test]
async fn inference_profiles() {
    let (_, all) = get("/inference-profiles").await;
    let all = all["inferenceProfileSummaries"].as_array().unwrap().clone();
    let mut paged = Vec::new();
    let mut path = "/inference-profiles?maxResults=50".to_owned();
    for _ in 0..20 {
        let (_, page) = get(&path).await;
        paged.extend(
            page["inferenceProfileSummaries"]
                .as_array()
                .unwrap()
                .clone(),
        );
        let Some(next) = page["nextToken"].as_str() else {
            break;
        };
        path = format!("/inference-profiles?maxResults=50&nextToken={next}");
    }
    assert_eq!(all, paged);
    let id = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let (status, one) = get(&format!("/inference-profiles/{}", id.replace(':', "%3A"))).await;
    assert_eq!(
        (status, &one["inferenceProfileId"]),
        (200, &Value::from(id))
    );
    let arn = one["inferenceProfileArn"]
        .as_str()
        .unwrap()
        .replace(':', "%3A")
        .replace('/', "%2F");
    assert_eq!(get(&format!("/inference-profiles/{arn}")).await, (200, one));
    assert_eq!(get("/inference-profiles/us.nothing").await.0, 404);
    assert_eq!(
        get("/inference-profiles?type=APPLICATION").await.1["inferenceProfileSummaries"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn abilities_are_the_tables() {
    let of = |id: &str| saying("x").abilities(&ModelId(id.to_owned()));
    assert_eq!(
        (of(PREFILL).prefill, of(PREFILL).max_output),
        (Prefill::Accepted, Some(4096))
    );
    assert_eq!(of("us.anthropic.claude-opus-5").prefill, Prefill::Refused);
    assert!(
        of("us.anthropic.claude-opus-5")
            .price
            .is_some_and(|price| price.output > price.input)
    );
    assert_eq!(of("nobody.knows").prefill, Prefill::Unknown);
}
