//! Two legs of one answer, from bytes through the engine to bytes.

use crate::sample::{chunk, decoded, event, head, text};
use bytes::Bytes;
use tsuzuki_wire::engine::{
    Abilities, Answer, End, Event, Finish, Frame, Input, Millis, Mode, ModelId, Outcome, Output,
    Policy, Prefill,
};
use tsuzuki_wire::{Encoder, Form, leg_body, read_ask};

/// A leg's response: this text, then this stop reason.
fn response(form: Form, text: &str, reason: &str) -> Bytes {
    match form {
        Form::Converse => format!(
            r#"{{"metrics":{{"latencyMs":5}},"output":{{"message":{{"content":[{{"text":"{text}"}}],"role":"assistant"}}}},"stopReason":"{reason}","usage":{{"inputTokens":10,"outputTokens":4,"serverToolUsage":{{}},"totalTokens":14}}}}"#
        )
        .into(),
        Form::Messages => format!(
            r#"{{"id":"msg_bdrk_1","type":"message","role":"assistant","content":[{{"type":"text","text":"{text}"}}],"stop_reason":"{reason}","stop_sequence":null,"usage":{{"input_tokens":10,"output_tokens":4}}}}"#
        )
        .into(),
        Form::ConverseStream => [
            event("messageStart", r#"{"p":"ab","role":"assistant"}"#),
            event("contentBlockDelta", &format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}},"p":"abc"}}"#)),
            event("contentBlockStop", r#"{"contentBlockIndex":0,"p":"ab"}"#),
            event("messageStop", &format!(r#"{{"p":"abcd","stopReason":"{reason}"}}"#)),
            event("metadata", r#"{"metrics":{"latencyMs":5},"p":"a","usage":{"inputTokens":10,"outputTokens":4,"totalTokens":14}}"#),
        ]
        .concat()
        .into(),
        Form::MessagesStream => [
            chunk(r#"{"type":"message_start","message":{"id":"msg_bdrk_1","role":"assistant","content":[],"usage":{"input_tokens":10,"output_tokens":1}}}"#),
            chunk(r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#),
            chunk(&format!(r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{text}"}}}}"#)),
            chunk(r#"{"type":"content_block_stop","index":0}"#),
            chunk(&format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}","stop_sequence":null}},"usage":{{"output_tokens":4}}}}"#)),
            chunk(r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":10,"outputTokenCount":4,"invocationLatency":5}}"#),
        ]
        .concat()
        .into(),
    }
}

/// What the caller receives when the model answers with these legs, and the bodies of the requests.
fn received(form: Form, legs: &[(&str, &str)]) -> (Bytes, Vec<String>, Outcome) {
    let body = Bytes::from_static(
        br#"{"anthropic_version":"x","max_tokens":4,"inferenceConfig":{"maxTokens":4},"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"#,
    );
    let (ask, _) = read_ask(form, ModelId("m".into()), Vec::new(), body).unwrap();
    let abilities = Abilities {
        prefill: Prefill::Accepted,
        ..Abilities::unknown()
    };
    let mut answer = Answer::new(ask, abilities, Policy::new(Mode::Extend));
    let (mut encoder, mut sent, mut requests) = (Encoder::new(form), Vec::new(), Vec::new());
    let mut answers = legs.iter();
    for _ in 0..1000 {
        match answer.poll() {
            Output::Call(leg) => {
                requests.push(String::from_utf8(leg_body(&leg).unwrap().to_vec()).unwrap());
                let (text, reason) = answers.next().unwrap();
                let mut frames = vec![Frame::made(Event::Head(head(200, &[])))];
                frames.extend(decoded(form, &response(form, text, reason)));
                for frame in frames {
                    answer.handle(Input::Frame(leg.id, frame), Millis(1));
                }
            }
            Output::Emit(frame) => sent.extend(encoder.push(frame).unwrap_or_default()),
            Output::Over(outcome) => {
                sent.extend(encoder.finish(answer.report()).unwrap_or_default());
                return (Bytes::from(sent), requests, outcome);
            }
            Output::Hangup(_) | Output::Wait(..) | Output::Idle => {}
        }
    }
    panic!("the answer never ends");
}

const FORMS: [Form; 4] = [
    Form::Converse,
    Form::ConverseStream,
    Form::Messages,
    Form::MessagesStream,
];

#[test]
fn one_leg_reaches_the_caller_byte_for_byte() {
    for form in FORMS {
        let (sent, _, outcome) = received(form, &[("ab \\u65e5", "end_turn")]);
        assert_eq!(outcome, Outcome::Complete);
        assert_eq!(sent, response(form, "ab \\u65e5", "end_turn"), "{form:?}");
    }
}

#[test]
fn two_legs_reach_the_caller_as_one_message() {
    for form in FORMS {
        let (sent, requests, outcome) =
            received(form, &[("one two ", "max_tokens"), (" three", "end_turn")]);
        assert_eq!(outcome, Outcome::Complete, "{form:?}");
        assert!(
            requests[1].contains(r#""text":"one two"}"#),
            "{form:?}: {}",
            requests[1]
        );
        let frames = decoded(form, &sent);
        assert_eq!(text(&frames), "one two three", "{form:?}");
        assert_eq!(
            frames.last().unwrap().event,
            Event::End(End::Finished(Finish::EndTurn)),
            "{form:?}"
        );
        let count =
            |wanted: fn(&Event) -> bool| frames.iter().filter(|frame| wanted(&frame.event)).count();
        assert_eq!(
            count(|event| matches!(event, Event::Start { .. })),
            1,
            "{form:?}"
        );
        assert_eq!(
            count(|event| matches!(event, Event::BlockStop { .. })),
            1,
            "{form:?}"
        );
        assert_eq!(
            count(|event| matches!(event, Event::Stop(_))),
            1,
            "{form:?}"
        );
        let usage = frames.iter().find_map(|frame| {
            if let Event::Metadata(metadata) = &frame.event {
                Some(metadata.usage)
            } else {
                None
            }
        });
        let usage = usage.unwrap();
        assert_eq!((usage.input, usage.output), (Some(20), Some(8)), "{form:?}");
    }
}
