//! What is asked of a model: what the conversation says, less what this model does not take.

use crate::gate::Gate;
use crate::stage::{Stage, answer_of, echo, post};
use bytes::Bytes;
use serde_json::{Value, json};
use tsuzuki_server::chat::{
    Attachment, AttachmentId, AttachmentKind, ChatError, Effort, Guardrail, Post, Reach, Shape,
};

/// The request for a shape, and what was left out of it.
async fn asked(shape: Shape) -> (Value, Vec<String>) {
    let stage = Stage::new();
    let gate = Gate::open();
    let (chat, id) = stage.with_conversation(gate.clone(), shape).await;
    let posted = stage.say(&chat, id, None, &echo("Yes.")).await;
    let answer = stage.finished(&chat, &posted).await;
    (gate.bodies()[0].clone(), answer.making.unwrap().dropped)
}

fn by(model: &str) -> Shape {
    Shape {
        model: Some(model.to_owned()),
        ..Shape::default()
    }
}

#[tokio::test]
async fn what_is_unset_is_not_sent() {
    let (body, dropped) = asked(Shape::default()).await;
    assert_eq!(
        body,
        json!({
            "messages": [{ "role": "user", "content": [{ "text": "/echo Yes." }] }],
            "inferenceConfig": { "maxTokens": 4096 }
        })
    );
    assert!(dropped.is_empty());
    // No more than the model gives.
    let (body, _) = asked(by("meta.llama3-1-8b-instruct-v1:0")).await;
    let most = body["inferenceConfig"]["maxTokens"].as_u64().unwrap();
    assert!(most <= 4096);
}

#[tokio::test]
async fn what_is_set_is_sent() {
    let shape = Shape {
        system: Some("Be brief.".to_owned()),
        max_tokens: Some(100),
        temperature: Some(0.5),
        top_p: Some(0.9),
        stop_sequences: vec!["END".to_owned()],
        fields: serde_json::from_value(json!({ "top_k": 5 })).unwrap(),
        guardrail: Some(Guardrail {
            id: "guard".to_owned(),
            version: "1".to_owned(),
        }),
        ..by("us.amazon.nova-lite-v1:0")
    };
    let (body, dropped) = asked(shape).await;
    assert_eq!(body["system"], json!([{ "text": "Be brief." }]));
    assert_eq!(
        body["inferenceConfig"],
        json!({ "maxTokens": 100, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"] })
    );
    assert_eq!(body["additionalModelRequestFields"], json!({ "top_k": 5 }));
    assert_eq!(
        body["guardrailConfig"],
        json!({ "guardrailIdentifier": "guard", "guardrailVersion": "1" })
    );
    assert!(dropped.is_empty());
}

/// A conversation whose model changes goes on: what the new one refuses is left out, and said so.
#[tokio::test]
async fn a_model_is_changed_in_the_middle() {
    let stage = Stage::new();
    let gate = Gate::open();
    let shape = Shape {
        temperature: Some(0.5),
        top_p: Some(0.9),
        fields: serde_json::from_value(json!({ "top_k": 5 })).unwrap(),
        stop_sequences: vec!["END".to_owned()],
        ..by("us.amazon.nova-lite-v1:0")
    };
    let (chat, id) = stage.with_conversation(gate.clone(), shape).await;
    let mut parent = None;
    for (model, sent, left_out) in [
        (
            "us.amazon.nova-lite-v1:0",
            vec!["temperature", "topP"],
            vec![],
        ),
        (
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            vec!["temperature"],
            vec!["top_p"],
        ),
        (
            "us.anthropic.claude-opus-4-8",
            vec![],
            vec!["fields", "temperature", "top_p"],
        ),
        (
            "us.xai.grok-4.6",
            vec![],
            vec!["fields", "stop_sequences", "temperature", "top_p"],
        ),
    ] {
        let post = Post {
            shape: by(model),
            ..post(parent, &echo("Yes."))
        };
        let posted = chat.post(&stage.user, id, post, None).await.unwrap();
        let answer = stage.finished(&chat, &posted).await;
        assert_eq!(answer.text(), "Yes.", "{model}: {:?}", answer.making);
        let mut dropped = answer.making.unwrap().dropped;
        dropped.sort();
        assert_eq!(dropped, left_out, "{model}");
        let body = gate.bodies().pop().unwrap();
        for name in ["temperature", "topP"] {
            let there = body["inferenceConfig"].get(name).is_some();
            assert_eq!(there, sent.contains(&name), "{model}: {name}");
        }
        parent = Some(answer_of(&posted));
    }
}

/// How much to reason is said in each family's own words.
#[tokio::test]
async fn effort_by_family() {
    let effort = |model: &str, effort| Shape {
        effort: Some(effort),
        temperature: Some(0.5),
        ..by(model)
    };
    let fields = |body: &Value| body["additionalModelRequestFields"].clone();

    let sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let (body, dropped) = asked(effort(sonnet, Effort::Medium)).await;
    assert_eq!(
        fields(&body),
        json!({ "thinking": { "type": "enabled", "budget_tokens": 4096 } })
    );
    assert_eq!(body["inferenceConfig"], json!({ "maxTokens": 8192 }));
    assert_eq!(dropped, ["temperature"]);
    // Within the limit that was asked for, and above the least.
    let small = Shape {
        max_tokens: Some(2000),
        ..effort(sonnet, Effort::High)
    };
    let (body, _) = asked(small).await;
    assert_eq!(fields(&body)["thinking"]["budget_tokens"], 1999);
    let tiny = Shape {
        max_tokens: Some(1024),
        ..effort(sonnet, Effort::High)
    };
    let (body, dropped) = asked(tiny).await;
    assert_eq!(
        (fields(&body), dropped),
        (Value::Null, vec!["effort".to_owned()])
    );

    let (body, dropped) = asked(effort("us.anthropic.claude-opus-4-8", Effort::Low)).await;
    assert_eq!(fields(&body), json!({ "thinking": { "type": "adaptive" } }));
    assert_eq!(body["outputConfig"], json!({ "effort": "low" }));
    assert_eq!(dropped, ["temperature"]);
    let (body, _) = asked(effort("us.anthropic.claude-sonnet-5", Effort::Off)).await;
    assert_eq!(fields(&body), json!({ "thinking": { "type": "disabled" } }));
    let (body, dropped) = asked(effort("us.anthropic.claude-opus-5-5", Effort::Off)).await;
    assert_eq!(fields(&body), Value::Null);
    assert!(dropped.contains(&"effort".to_owned()));

    let high = Shape {
        max_tokens: Some(500),
        ..effort("us.amazon.nova-2-lite-v1:0", Effort::High)
    };
    let (body, mut dropped) = asked(high).await;
    assert_eq!(
        fields(&body),
        json!({ "reasoningConfig": { "type": "enabled", "maxReasoningEffort": "high" } })
    );
    assert_eq!(body.get("inferenceConfig"), None);
    dropped.sort();
    assert_eq!(dropped, ["max_tokens", "temperature"]);

    let (body, _) = asked(effort("openai.gpt-oss-120b-1:0", Effort::High)).await;
    assert_eq!(fields(&body), json!({ "reasoning_effort": "high" }));
    let (_, dropped) = asked(effort("us.meta.llama3-3-70b-instruct-v1:0", Effort::High)).await;
    assert_eq!(dropped, ["effort"]);
}

/// A wish lowers the operator's limits, and one that leaves nothing is refused before anything is kept.
#[tokio::test]
async fn limits_are_lowered_and_never_raised() {
    let mut stage = Stage::new();
    stage.settings.policy.max_legs = 3;
    let gate = Gate::open();
    let (chat, id) = stage
        .with_conversation(gate.clone(), Shape::default())
        .await;
    for (wish, parts) in [(2, 2), (100, 3)] {
        let post = Post {
            shape: Shape {
                max_tokens: Some(5),
                reach: Reach {
                    max_parts: Some(wish),
                    ..Reach::default()
                },
                ..Shape::default()
            },
            ..post(None, &echo(&"many words, and ".repeat(900)))
        };
        let posted = chat.post(&stage.user, id, post, None).await.unwrap();
        let making = stage.finished(&chat, &posted).await.making.unwrap();
        assert_eq!(making.parts.len(), parts);
        let problem = making.problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.can_continue),
            ("part_budget", true)
        );
    }
    let nothing = Post {
        shape: Shape {
            reach: Reach {
                max_parts: Some(0),
                ..Reach::default()
            },
            ..Shape::default()
        },
        ..post(None, "Yes?")
    };
    let question = nothing.id;
    let wrong = Post {
        shape: Shape {
            temperature: Some(1.5),
            ..Shape::default()
        },
        ..nothing.clone()
    };
    for refused in [nothing, wrong] {
        let refused = chat.post(&stage.user, id, refused, None).await;
        assert!(matches!(refused, Err(ChatError::Invalid { .. })));
    }
    let gone = chat.message(&stage.user, question).await;
    assert!(matches!(gone, Err(ChatError::Missing(_))));
    assert_eq!(chat.alive(), 0);
}

/// Attachments are sent as the blocks they are; a picture for a model that sees none is named.
#[tokio::test]
async fn attachments_are_sent() {
    let stage = Stage::new();
    let gate = Gate::open();
    let (chat, id) = stage
        .with_conversation(gate.clone(), by("us.amazon.nova-lite-v1:0"))
        .await;
    let attach = async |name: &str, media_type: &str, kind| {
        let attachment = Attachment {
            id: AttachmentId::new(),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            kind,
            bytes: 3,
        };
        let bytes = Bytes::from_static(b"abc");
        let put = chat.store().put_attachment(&stage.user, &attachment, bytes);
        put.await.unwrap();
        attachment.id
    };
    let picture = attach("a picture", "image/png", AttachmentKind::Image).await;
    let notes = attach(
        "notes",
        "text/plain; charset=utf-8",
        AttachmentKind::Document,
    )
    .await;
    let more = attach("notes", "application/pdf", AttachmentKind::Document).await;
    let first = Post {
        attachments: vec![picture, notes, more],
        ..post(None, "")
    };
    let posted = chat.post(&stage.user, id, first, None).await.unwrap();
    stage.finished(&chat, &posted).await;
    let body = gate.bodies().pop().unwrap();
    assert_eq!(
        body["messages"][0]["content"],
        json!([
            { "image": { "format": "png", "source": { "bytes": "YWJj" } } },
            { "document": { "format": "txt", "name": "notes", "source": { "bytes": "YWJj" } } },
            { "document": { "format": "pdf", "name": "notes (2)", "source": { "bytes": "YWJj" } } },
            { "text": "notes, notes" }
        ])
    );
    let next = Post {
        shape: by("us.amazon.nova-micro-v1:0"),
        ..post(Some(answer_of(&posted)), &echo("Yes."))
    };
    let posted = chat.post(&stage.user, id, next, None).await.unwrap();
    let answer = stage.finished(&chat, &posted).await;
    assert_eq!(answer.making.unwrap().dropped, ["attachments"]);
    let body = gate.bodies().pop().unwrap();
    let content = body["messages"][0]["content"].as_array().unwrap();
    assert_eq!(
        content[2]["text"],
        "[Attached, but not readable here: a picture]"
    );
    let missing = Post {
        attachments: vec![AttachmentId::new()],
        ..post(None, "")
    };
    let missing = chat.post(&stage.user, id, missing, None).await;
    assert!(matches!(missing, Err(ChatError::Missing(_))));
}
