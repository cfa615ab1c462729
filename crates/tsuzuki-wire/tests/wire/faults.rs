//! AWS's errors, by their literal words.

use crate::sample::{chunk, decode, decoded, encoded, event, exception, head};
use bytes::Bytes;
use tsuzuki_wire::Form;
use tsuzuki_wire::engine::{Cut, End, Event, Frame, Millis, Rejection};

const VALIDATION: &str = "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/";

fn fault(status: u16, headers: &[(&str, &str)], body: &str) -> End {
    let body = Bytes::from(body.to_owned());
    for form in [
        Form::Converse,
        Form::ConverseStream,
        Form::Messages,
        Form::MessagesStream,
    ] {
        let frames = decode(
            form,
            &head(status, headers),
            [body.slice(..body.len() / 2), body.slice(body.len() / 2..)],
        );
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].source, Some(body.clone()));
    }
    let mut frames = decode(Form::Converse, &head(status, headers), [body]);
    let Some(Frame {
        event: Event::End(end),
        ..
    }) = frames.pop()
    else {
        panic!("an end")
    };
    end
}

fn said(message: &str) -> End {
    fault(
        400,
        &[("x-amzn-errortype", VALIDATION)],
        &serde_json::json!({ "message": message }).to_string(),
    )
}

fn throttled(retry_after: Option<u64>) -> End {
    End::Cut(Cut::Throttled {
        retry_after: retry_after.map(Millis),
    })
}

const OVERLOADED: End = End::Cut(Cut::Overloaded { retry_after: None });

#[test]
fn a_refused_prefill_is_told_from_other_refusals() {
    for message in [
        "This model does not support assistant message prefill. The conversation must end with a user message.",
        "The model that you are using requires the last turn in the conversation to be a user message. Add a user message to the conversation and try again.",
        "The model returned the following errors: Your API request included an `assistant` message in the final position, which would pre-fill the `assistant` response. When using tools, pre-filling the `assistant` response is not supported.",
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`. When `thinking` is enabled, a final `assistant` message must start with a thinking block.",
        "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
    ] {
        assert_eq!(
            said(message),
            End::Rejected(Rejection::NoPrefill),
            "{message}"
        );
    }
}

#[test]
fn a_limit_is_learnt_from_the_words_that_name_it() {
    assert_eq!(
        said(
            "The maximum tokens you requested exceeds the model limit of 10000. Try again with a maximum tokens value that is lower than 10000."
        ),
        End::Rejected(Rejection::LimitIs(10000))
    );
    assert_eq!(
        said(
            "The model returned the following errors: max_tokens: 999999 > 128000, which is the maximum allowed number of output tokens for anthropic.claude-sonnet-5"
        ),
        End::Rejected(Rejection::LimitIs(128_000))
    );
}

#[test]
fn a_full_context_is_told_from_throttling_in_similar_words() {
    for message in [
        "prompt is too long: 227255 tokens > 200000 maximum",
        "Input is too long for requested model.",
        "input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000, decrease input length or `max_tokens` and try again",
        "This model's maximum context length is 8192 tokens.",
        "Too many input tokens",
    ] {
        assert_eq!(
            said(message),
            End::Rejected(Rejection::ContextFull),
            "{message}"
        );
    }
    assert_eq!(
        said("Too many tokens, please wait before trying again."),
        throttled(None)
    );
}

#[test]
fn other_refusals_are_invalid_denied_or_not_found() {
    assert_eq!(
        said("The provided model identifier is invalid."),
        End::Rejected(Rejection::Invalid)
    );
    assert_eq!(
        fault(400, &[], "not JSON"),
        End::Rejected(Rejection::Invalid)
    );
    assert_eq!(fault(413, &[], "{}"), End::Rejected(Rejection::Invalid));
    assert_eq!(
        fault(403, &[], r#"{"Message":"Authentication failed"}"#),
        End::Rejected(Rejection::Denied)
    );
    let kind = (
        "x-amzn-errortype",
        "UnrecognizedClientException:http://internal.amazon.com/coral/com.amazon.coral.service/",
    );
    assert_eq!(fault(400, &[kind], "{}"), End::Rejected(Rejection::Denied));
    assert_eq!(fault(404, &[], "{}"), End::Rejected(Rejection::NotFound));
}

/// What is neither a success nor an error we know was not answered, and will not be if asked again.
#[test]
fn redirects_and_statuses_nobody_knows_are_refusals() {
    for status in [100, 301, 302, 307, 399, 600, 999] {
        assert_eq!(
            fault(status, &[], "<html>Moved</html>"),
            End::Rejected(Rejection::Invalid),
            "{status}"
        );
    }
}

#[test]
fn what_may_pass_is_a_cut_and_keeps_the_wait_it_was_told() {
    let message = r#"{"message":"Too many requests, please wait before trying again."}"#;
    assert_eq!(fault(429, &[], message), throttled(None));
    assert_eq!(
        fault(429, &[("Retry-After", "3")], message),
        throttled(Some(3000))
    );
    let late = End::Cut(Cut::Overloaded {
        retry_after: Some(Millis(2000)),
    });
    assert_eq!(fault(503, &[("retry-after", "2")], "{}"), late);
    assert_eq!(
        fault(
            503,
            &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")],
            "{}"
        ),
        OVERLOADED
    );
    for status in [408, 424, 500, 502, 503, 504] {
        assert_eq!(fault(status, &[], "{}"), OVERLOADED, "{status}");
    }
    let not_ready = (
        "x-amzn-errortype",
        "com.amazon.bedrock#ModelNotReadyException",
    );
    assert_eq!(fault(429, &[not_ready], "{}"), OVERLOADED);
    let busy = r#"{"exceptionMetadata":{"qosTier":"10"},"message":"Too many connections, please wait before trying again."}"#;
    assert_eq!(fault(503, &[], busy), throttled(None));
}

#[test]
fn an_exception_in_a_stream_is_the_end_and_passes_as_it_came() {
    for (name, end) in [
        ("throttlingException", throttled(None)),
        ("serviceUnavailableException", OVERLOADED),
        ("internalServerException", OVERLOADED),
        ("modelStreamErrorException", OVERLOADED),
        ("modelTimeoutException", OVERLOADED),
        ("validationException", End::Rejected(Rejection::Invalid)),
        (
            "somethingNewException",
            End::Unknown("somethingNewException".into()),
        ),
    ] {
        let start = event("messageStart", r#"{"role":"assistant"}"#);
        let body =
            Bytes::from([&start[..], &exception(name, r#"{"message":"m"}"#), &start].concat());
        let frames = decoded(Form::ConverseStream, &body);
        assert_eq!(frames.len(), 2, "nothing is read after {name}");
        assert!(
            matches!(&frames[1].event, Event::End(read) if *read == end),
            "{name}"
        );
        assert_eq!(
            encoded(Form::ConverseStream, frames),
            body.slice(..body.len() - start.len())
        );
    }
}

#[test]
fn an_error_message_is_an_end_too() {
    let headers = [
        (":error-code", "InternalServerError"),
        (":error-message", "m"),
        (":message-type", "error"),
    ];
    let frames = decoded(
        Form::ConverseStream,
        &tsuzuki_wire::eventstream::write(&headers, b""),
    );
    assert!(matches!(&frames[0].event, Event::End(_)));
    assert_eq!(frames.len(), 1);
}

#[test]
fn an_error_event_of_anthropics_is_the_end() {
    for (kind, end) in [
        ("overloaded_error", OVERLOADED),
        ("rate_limit_error", throttled(None)),
        ("permission_error", End::Rejected(Rejection::Denied)),
        ("new_error", End::Unknown("new_error".into())),
    ] {
        let body = chunk(&format!(
            r#"{{"type":"error","error":{{"type":"{kind}","message":"m"}}}}"#
        ));
        let frames = decoded(Form::MessagesStream, &body);
        assert!(
            matches!(&frames[0].event, Event::End(read) if *read == end),
            "{kind}"
        );
        assert_eq!(encoded(Form::MessagesStream, frames), body);
    }
}

#[test]
fn damage_is_a_cut() {
    let mut bytes = event("messageStart", r#"{"role":"assistant"}"#).to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let not_json = event("contentBlockDelta", "{");
    let not_base64 = event("chunk", r#"{"bytes":"*"}"#);
    for (form, body) in [
        (Form::ConverseStream, Bytes::from(bytes)),
        (Form::ConverseStream, not_json),
        (Form::MessagesStream, not_base64),
        (
            Form::Converse,
            Bytes::from_static(br#"{"output":{"message":{"content":[{"te"#),
        ),
        (Form::Converse, Bytes::from_static(b"{}")),
        (Form::Messages, Bytes::from_static(b"<html>")),
    ] {
        let frames = decoded(form, &body);
        assert!(
            matches!(
                &frames[..],
                [Frame {
                    event: Event::End(End::Cut(Cut::Damaged)),
                    ..
                }]
            ),
            "{form:?}"
        );
    }
}

#[test]
fn silence_tells_no_end() {
    for form in [
        Form::Converse,
        Form::ConverseStream,
        Form::Messages,
        Form::MessagesStream,
    ] {
        assert!(decoded(form, &Bytes::new()).is_empty());
    }
    let start = event("messageStart", r#"{"role":"assistant"}"#);
    assert_eq!(decoded(Form::ConverseStream, &start).len(), 1);
    assert_eq!(decoded(Form::ConverseStream, &start.slice(..30)).len(), 0);
}

#[test]
fn a_long_error_body_is_cut_not_kept_and_still_an_end() {
    let piece = Bytes::from(vec![b' '; 700 * 1024]);
    let frames = decode(
        Form::Converse,
        &head(503, &[]),
        [piece.clone(), piece.clone(), piece.clone()],
    );
    let [
        Frame {
            event: Event::End(end),
            source: Some(source),
            ..
        },
    ] = &frames[..]
    else {
        panic!("an end")
    };
    assert_eq!(*end, OVERLOADED);
    assert_eq!(source.len(), piece.len());
}
