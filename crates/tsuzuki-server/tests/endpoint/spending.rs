//! Budgets: what is spent is counted, and what is spent up is refused and not forwarded.

use crate::access::{Gated, bearer};
use crate::backend::{
    Piece, Reply, Scripted, converse, stream_end, stream_start, stream_text, until,
};
use crate::client::{Got, send};
use std::sync::Arc;
use tsuzuki::engine::Mode;
use tsuzuki_server::{Budget, Grants, Minted, Schemes, Spending, Spent};

/// Each answer uses 5 + 3 tokens.
fn talker() -> Arc<Scripted> {
    Scripted::new(|_, request| {
        if request.path.ends_with("-stream") {
            let pieces = [stream_start(), stream_text("hello"), stream_end("end_turn")];
            return Reply::events(pieces.into_iter().map(Piece::Bytes).collect());
        }
        Reply::json(200, converse("hello", "end_turn"))
    })
}

fn budget(usd: Option<f64>, tokens: Option<u64>, mode: Option<Mode>) -> Grants {
    Grants {
        budget: Some(Budget { usd, tokens }),
        mode,
        ..Grants::default()
    }
}

async fn ask(gated: &Gated, minted: &Minted, path: &str) -> Got {
    let mut request = bearer(&minted.secret);
    *request.uri_mut() = path.parse().unwrap();
    send(gated.endpoint.address, request).await
}

async fn spent(gated: &Gated, minted: &Minted, tokens: u64) -> Spent {
    let look = || Spending::look(gated.folder.path(), &minted.id).unwrap();
    until("it is written down", || look().tokens == tokens).await;
    look()
}

#[tokio::test]
async fn a_spent_budget_is_refused_and_not_forwarded() {
    let paths = [
        ("/model/a.b/converse", None),
        ("/model/a.b/converse-stream", None),
        ("/model/a.b/converse", Some(Mode::Off)),
        ("/model/a.b/converse-stream", Some(Mode::Off)),
    ];
    for (path, mode) in paths {
        // A quarter of it is more than the question asks for: nothing has to be lowered at first.
        let grants = budget(None, Some(40), mode);
        let (gated, minted) = Gated::before(talker(), Schemes::Bearer, grants).await;
        for number in 0..5 {
            let got = ask(&gated, &minted, path).await;
            assert_eq!(got.status, 200, "{path} {mode:?}");
            let own: Vec<u8> = if path.ends_with("-stream") {
                [stream_start(), stream_text("hello"), stream_end("end_turn")].concat()
            } else {
                converse("hello", "end_turn").into()
            };
            let same = got.body == own;
            assert!(
                number > 0 || same,
                "counted, and not touched: {path} {mode:?}"
            );
        }
        let got = ask(&gated, &minted, path).await;
        assert_eq!(got.status, 429, "{path} {mode:?}");
        assert_eq!(got.error(), "ThrottlingException");
        assert!(got.message().contains("00:00 UTC"), "{}", got.message());
        assert_eq!(gated.backend.calls(), 5, "{path} {mode:?}");
        let spent = spent(&gated, &minted, 40).await;
        assert!(!spent.estimated && spent.usd == 0.0);
    }
}

#[tokio::test]
async fn money_is_counted_where_prices_are_known() {
    let grants = budget(Some(1.0), None, None);
    let (gated, minted) = Gated::before(talker(), Schemes::Bearer, grants).await;
    let got = ask(&gated, &minted, "/model/unknown/converse").await;
    assert_eq!(
        (got.status.as_u16(), got.error().as_str()),
        (403, "AccessDeniedException")
    );
    assert!(got.message().contains("not known"), "{}", got.message());
    assert_eq!(gated.backend.calls(), 0);

    for _ in 0..2 {
        assert_eq!(
            ask(&gated, &minted, "/model/priced/converse").await.status,
            200
        );
    }
    assert_eq!(
        ask(&gated, &minted, "/model/priced/converse").await.status,
        429
    );
    assert_eq!(gated.backend.calls(), 2);
    let spent = spent(&gated, &minted, 16).await;
    assert!((spent.usd - 1.6).abs() < 1e-9, "{}", spent.usd);
}

#[tokio::test]
async fn no_answer_takes_more_than_a_quarter_of_the_day() {
    let cut = Scripted::new(|number, _| {
        Reply::json(
            200,
            converse(&format!("part {number} of a long text, "), "max_tokens"),
        )
    });
    let grants = budget(None, Some(24), None);
    let (gated, minted) = Gated::before(cut, Schemes::Bearer, grants).await;
    let got = ask(&gated, &minted, "/model/a.b/converse").await;
    assert_eq!(got.status, 200);
    let report = &got.json()["additionalModelResponseFields"]["tsuzuki"];
    assert_eq!(report["reason"], "output_budget", "{report}");
    assert_eq!(gated.backend.calls(), 2, "6 tokens, 3 a leg");
}

#[tokio::test]
async fn what_nobody_reads_is_counted_too() {
    let told = Scripted::new(|_, _| {
        Reply::json(200, r#"{"results":[{"outputText":"hello"}]}"#)
            .header("X-Amzn-Bedrock-Input-Token-Count", "11")
            .header("X-Amzn-Bedrock-Output-Token-Count", "9")
    });
    let grants = budget(None, Some(1000), None);
    let (gated, minted) = Gated::before(told, Schemes::Bearer, grants).await;
    let mut request = bearer(&minted.secret);
    *request.uri_mut() = "/model/amazon.titan/invoke".parse().unwrap();
    *request.body_mut() = r#"{"inputText":"hi"}"#.into();
    assert_eq!(send(gated.endpoint.address, request).await.status, 200);
    assert!(!spent(&gated, &minted, 20).await.estimated);

    let silent = Scripted::new(|_, _| Reply::json(200, "x".repeat(300)));
    let (gated, minted) =
        Gated::before(silent, Schemes::Bearer, budget(None, Some(1000), None)).await;
    let mut request = bearer(&minted.secret);
    *request.uri_mut() = "/model/amazon.titan/invoke".parse().unwrap();
    *request.body_mut() = "y".repeat(30).into();
    assert_eq!(send(gated.endpoint.address, request).await.status, 200);
    assert!(spent(&gated, &minted, 110).await.estimated);

    let guardrail = ask(&gated, &minted, "/guardrail/x/version/1/apply").await;
    assert_eq!(guardrail.status, 403);
}

#[tokio::test]
async fn counting_tokens_and_errors_cost_nothing() {
    let refuses = Scripted::new(|_, request| {
        if request.path.ends_with("count-tokens") {
            return Reply::json(200, r#"{"inputTokens":7}"#);
        }
        Reply::json(400, r#"{"message":"no"}"#)
    });
    let (gated, minted) =
        Gated::before(refuses, Schemes::Bearer, budget(None, Some(4), None)).await;
    for _ in 0..5 {
        assert_eq!(
            ask(&gated, &minted, "/model/a.b/converse").await.status,
            400
        );
        assert_eq!(
            ask(&gated, &minted, "/model/a.b/count-tokens").await.status,
            200
        );
    }
    assert_eq!(gated.backend.calls(), 10);
}
