//! What is refused, and in which words.

use crate::bench::{
    Answer, NO_PREFILL, PREFILL, assistant, call, converse, messages, saying, send, user,
};
use bytes::Bytes;
use serde_json::{Value, json};
use tsuzuki::RawRequest;

const SONNET: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const LLAMA: &str = "meta.llama3-8b-instruct-v1:0";

async fn refused(model: &str, operation: &str, body: &Value) -> (u16, String) {
    let answer = call(&saying("hello there"), model, operation, body).await;
    assert_enveloped(&answer);
    (answer.status, answer.message())
}

fn assert_enveloped(answer: &Answer) {
    let kind = answer.header("x-amzn-ErrorType").expect("an error type");
    assert!(
        kind.ends_with("Exception:http://internal.amazon.com/coral/com.amazon.bedrock/"),
        "{kind}"
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-tsuzuki-backend"), Some("simulator"));
    assert_eq!(answer.header("x-amzn-RequestId").map(str::len), Some(36));
    assert_eq!(answer.json().as_object().map(serde_json::Map::len), Some(1));
}

#[tokio::test]
async fn model_ids() {
    let body = converse(&[user("q")], 10);
    for unknown in ["anthropic.claude-99", "foo.bar", "does-not-exist"] {
        let expected = (400, "The provided model identifier is invalid.".to_owned());
        assert_eq!(refused(unknown, "converse", &body).await, expected);
    }
    let bare = refused(
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "converse",
        &body,
    )
    .await
    .1;
    assert_eq!(
        bare,
        "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn’t supported. Retry \
         your request with the ID or ARN of an inference profile that contains this model."
    );
    let arn = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3A";
    for served in [
        PREFILL.to_owned(),
        SONNET.to_owned(),
        "anthropic.claude-3-sonnet-20240229-v1:0".to_owned(),
        "anthropic.claude-3-5-sonnet-20240620-v1:0".to_owned(),
        format!("{arn}inference-profile%2F{SONNET}"),
        format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/{SONNET}"),
        format!("{arn}application-inference-profile%2Fmi1dadi0g15f"),
    ] {
        assert_eq!(
            call(&saying("yes"), &served, "converse", &body)
                .await
                .status,
            200,
            "{served}"
        );
    }
}

#[tokio::test]
async fn prefill() {
    let ends_in_prefill = [user("q"), assistant("hello")];
    let e8 = "This model does not support assistant message prefill. The conversation must end with a user message.";
    let body = converse(&ends_in_prefill, 10);
    let prefixed = format!("The model returned the following errors: {e8}");
    assert_eq!(
        refused(NO_PREFILL, "converse", &body).await,
        (400, prefixed.clone())
    );
    assert_eq!(
        refused(NO_PREFILL, "converse-stream", &body).await,
        (400, prefixed)
    );
    let native = messages(
        &[
            json!({"role": "user", "content": "q"}),
            json!({"role": "assistant", "content": "hello"}),
        ],
        10,
    );
    assert_eq!(
        refused(NO_PREFILL, "invoke", &native).await,
        (400, e8.to_owned())
    );
    assert_eq!(
        refused(LLAMA, "converse", &body).await.1,
        "The model that you are using requires the last turn in the conversation to be a user message. Add a user message to \
         the conversation and try again."
    );
    let e1 = "messages: final assistant content cannot end with trailing whitespace";
    let spaced = [user("q"), assistant("hello \n")];
    assert_eq!(
        refused(PREFILL, "converse", &converse(&spaced, 10)).await.1,
        format!("The model returned the following errors: {e1}")
    );
    let native = messages(
        &[
            json!({"role": "user", "content": "q"}),
            json!({"role": "assistant", "content": "hello "}),
        ],
        10,
    );
    assert_eq!(refused(PREFILL, "invoke", &native).await.1, e1);
    let mut tools = body.clone();
    tools["toolConfig"] = json!({"tools": [{"toolSpec": {"name": "t", "inputSchema": {"json": {"type": "object"}}}}]});
    assert!(
        refused(PREFILL, "converse", &tools)
            .await
            .1
            .contains("When using tools, pre-filling the `assistant` response")
    );
    let mut thinking = converse(&ends_in_prefill, 2000);
    thinking["additionalModelRequestFields"] =
        json!({"thinking": {"type": "enabled", "budget_tokens": 1024}});
    assert!(
        refused(SONNET, "converse", &thinking)
            .await
            .1
            .contains("Expected `thinking`")
    );
}

#[tokio::test]
async fn messages_and_content() {
    let start = "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
    assert_eq!(
        refused(PREFILL, "converse", &json!({"messages": []})).await,
        (400, start.to_owned())
    );
    assert_eq!(refused(PREFILL, "converse", &json!({})).await.1, start);
    assert_eq!(
        refused(
            "amazon.nova-lite-v1:0",
            "converse",
            &converse(&[assistant("a"), user("q")], 5)
        )
        .await
        .1,
        start
    );
    let empty = [
        user("q"),
        json!({"role": "assistant", "content": []}),
        user("q"),
    ];
    assert_eq!(
        refused(PREFILL, "converse", &converse(&empty, 5)).await.1,
        "The content field in the Message object at messages.1 is empty. Add a ContentBlock object to the content field and \
         try again."
    );
    let blank = [user("q"), assistant(""), user("q")];
    assert_eq!(
        refused(PREFILL, "converse", &converse(&blank, 5)).await.1,
        "The text field in the ContentBlock object at messages.1.content.0 is blank. Add text to the text field, and try again."
    );
    let blocks = json!({"role": "user", "content": [{"text": "a"}, {"text": "b"}, {"text": ""}]});
    let said = refused(PREFILL, "converse", &converse(&[blocks], 5))
        .await
        .1;
    assert!(said.contains("messages.0.content.2 is blank"), "{said}");
    assert!(
        refused(PREFILL, "converse", &converse(&[user(" \n")], 5))
            .await
            .1
            .contains("non-whitespace text")
    );
    let bogus = [json!({"role": "bogus", "content": [{"text": "q"}]})];
    assert!(
        refused(PREFILL, "converse", &converse(&bogus, 5))
            .await
            .1
            .contains("Value 'bogus' at 'messages.1.member.role'")
    );
    let consecutive = converse(&[user("q"), user("more")], 5);
    assert_eq!(
        call(&saying("yes"), PREFILL, "converse", &consecutive)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn limits_and_sampling() {
    let with = |settings: Value| json!({"messages": [user("q")], "inferenceConfig": settings});
    assert_eq!(
        refused(PREFILL, "converse", &with(json!({"maxTokens": 5000})))
            .await
            .1,
        "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower \
         than 4096."
    );
    let native = messages(&[json!({"role": "user", "content": "q"})], 999_999);
    assert_eq!(
        refused("us.anthropic.claude-sonnet-5", "invoke", &native)
            .await
            .1,
        "max_tokens: 999999 > 128000, which is the maximum allowed number of output tokens for anthropic.claude-sonnet-5"
    );
    assert!(
        refused(PREFILL, "converse", &with(json!({"maxTokens": 0})))
            .await
            .1
            .contains("greater than or equal to 1")
    );
    assert!(
        refused(PREFILL, "converse", &with(json!({"temperature": 99.0})))
            .await
            .1
            .contains("Value '99.0' at 'inferenceConfig.temperature'")
    );
    assert!(
        refused(NO_PREFILL, "converse", &with(json!({"temperature": 0.5})))
            .await
            .1
            .contains("`temperature` is deprecated for this model.")
    );
    assert!(
        refused(
            SONNET,
            "converse",
            &with(json!({"temperature": 0.5, "topP": 0.5}))
        )
        .await
        .1
        .contains("cannot both be specified")
    );
}

#[tokio::test]
async fn what_is_no_request() {
    let raw = |method: &str, path: &str, body: &str| RawRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Bytes::from(body.to_owned()),
    };
    let path = format!("/model/{PREFILL}/converse");
    for broken in [
        "{oops",
        "",
        "[]",
        "null",
        r#"{"messages": 7}"#,
        r#"{"messages": ["text"]}"#,
        r#"{"messages": [{"role": "user", "content": "text"}]}"#,
        r#"{"messages": [{"role": "user", "content": [7]}]}"#,
        r#"{"messages": [{"role": "user", "content": [{"text": "\ud800"}]}]}"#,
    ] {
        let answer = send(&saying("x"), raw("POST", &path, broken)).await;
        assert_enveloped(&answer);
        assert_eq!(answer.status, 400, "{broken}");
    }
    for (method, path) in [
        ("POST", "/model/x/nope"),
        ("POST", "/"),
        ("DELETE", path.as_str()),
        ("GET", "/model/x"),
        ("POST", "/model/"),
    ] {
        let answer = send(&saying("x"), raw(method, path, "{}")).await;
        assert_enveloped(&answer);
        assert_eq!(answer.status, 404, "{method} {path}");
    }
}

#[tokio::test]
async fn counting_is_for_some_models() {
    let body = json!({"input": {"converse": {"messages": [user("q")]}}});
    for model in [SONNET, LLAMA, NO_PREFILL] {
        let expected = (
            400,
            "The provided model doesn't support counting tokens.".to_owned(),
        );
        assert_eq!(refused(model, "count-tokens", &body).await, expected);
    }
}
