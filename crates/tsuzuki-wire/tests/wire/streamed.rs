//! Streams, in and out.

use crate::sample::{
    chunk, converse_stream, decode, decoded, encoded, event, exception, head, inner,
    messages_stream, payload, text,
};
use bytes::Bytes;
use tsuzuki_wire::engine::{
    BlockKind, Cut, Delta, End, Event, Finish, Frame, Metadata, Outcome, Reasoning, Refusal,
    Rejection, Report, Stop, Usage,
};
use tsuzuki_wire::{Encoder, Form};

fn streams() -> [(Form, Vec<Bytes>); 2] {
    [
        (Form::ConverseStream, converse_stream()),
        (Form::MessagesStream, messages_stream()),
    ]
}

fn told(frames: &[Frame]) -> Vec<String> {
    frames.iter().map(|frame| format!("{frame:?}")).collect()
}

#[test]
fn a_converse_stream_says_what_it_says() {
    let frames = decoded(Form::ConverseStream, &converse_stream().concat().into());
    assert_eq!(
        told(&frames),
        [
            "Start",
            "Delta(0, Reasoning)",
            "Delta(0, Reasoning)",
            "BlockStop(0)",
            "Delta(1, Text[11 bytes])",
            "Delta(1, Text[0 bytes])",
            "Delta(1, Other)",
            "BlockStop(1)",
            "Other",
            "BlockStart(2, ToolUse)",
            "Delta(2, ToolInput[7 bytes])",
            "BlockStop(2)",
            "Stop(Cut(Length))",
            "Metadata",
            "End(Cut(Length))",
        ]
    );
    assert_eq!(text(&frames), "続き 日 ");
    let usage = Usage {
        input: Some(27),
        output: Some(5),
        cache_read: Some(3),
        cache_write: None,
    };
    assert!(frames.iter().any(|frame| frame.event
        == Event::Metadata(Metadata {
            usage,
            latency_ms: Some(274)
        })));
    let seal = Delta::Reasoning(Reasoning::Signature("c2ln".into()));
    assert_eq!(
        frames[2].event,
        Event::Delta {
            block: 0,
            delta: seal
        }
    );
    let kind = BlockKind::ToolUse {
        id: "t1".into(),
        name: "look".into(),
    };
    assert_eq!(frames[9].event, Event::BlockStart { block: 2, kind });
}

#[test]
fn a_messages_stream_says_what_it_says() {
    let frames = decoded(Form::MessagesStream, &messages_stream().concat().into());
    assert_eq!(
        told(&frames),
        [
            "Start",
            "Other",
            "BlockStart(0, Reasoning)",
            "Delta(0, Reasoning)",
            "Delta(0, Reasoning)",
            "BlockStop(0)",
            "BlockStart(1, Text)",
            "Delta(1, Text[7 bytes])",
            "BlockStop(1)",
            "BlockStart(2, ToolUse)",
            "Delta(2, ToolInput[7 bytes])",
            "BlockStop(2)",
            "Stop(Cut(Length))",
            "Metadata",
            "End(Cut(Length))",
        ]
    );
    let start = Usage {
        input: Some(9),
        output: Some(1),
        cache_read: Some(2),
        cache_write: None,
    };
    assert_eq!(frames[0].event, Event::Start { usage: start });
    let usage = Usage {
        input: Some(9),
        output: Some(21),
        ..Usage::UNKNOWN
    };
    assert!(frames.iter().any(|frame| frame.event
        == Event::Metadata(Metadata {
            usage,
            latency_ms: Some(738)
        })));
}

#[test]
fn every_split_of_the_bytes_gives_the_same_frames() {
    for (form, pieces) in streams() {
        let body = Bytes::from(pieces.concat());
        let whole = decoded(form, &body);
        for cut in 0..=body.len() {
            let split = decode(
                form,
                &head(200, &[]),
                [body.slice(..cut), body.slice(cut..)],
            );
            assert_eq!(whole, split, "{form:?} at {cut}");
        }
        let bytewise = decode(
            form,
            &head(200, &[]),
            body.chunks(1).map(Bytes::copy_from_slice),
        );
        assert_eq!(whole, bytewise);
    }
}

#[test]
fn frames_nobody_altered_leave_as_they_came() {
    for (form, pieces) in streams() {
        let frames = decoded(form, &pieces.concat().into());
        let mut encoder = Encoder::new(form);
        for (frame, piece) in frames.into_iter().zip(pieces) {
            assert_eq!(encoder.push(frame), Some(piece));
        }
    }
}

#[test]
fn stop_reasons_are_read_by_one_table() {
    for (reason, end) in [
        ("end_turn", End::Finished(Finish::EndTurn)),
        ("stop_sequence", End::Finished(Finish::StopSequence)),
        ("tool_use", End::Finished(Finish::ToolUse)),
        ("max_tokens", End::Cut(Cut::Length)),
        ("guardrail_intervened", End::Refused(Refusal::Guardrail)),
        ("content_filtered", End::Refused(Refusal::ContentFilter)),
        ("refusal", End::Refused(Refusal::Declined)),
        (
            "malformed_tool_use",
            End::Cut(Cut::Malformed("malformed_tool_use".into())),
        ),
        (
            "model_context_window_exceeded",
            End::Rejected(Rejection::ContextFull),
        ),
        ("pause_turn", End::Unknown("pause_turn".into())),
    ] {
        let body = event("messageStop", &format!(r#"{{"stopReason":"{reason}"}}"#));
        assert_eq!(
            decoded(Form::ConverseStream, &body).last().unwrap().event,
            Event::End(end.clone())
        );
        let body = chunk(&format!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}"}}}}"#
        ));
        assert_eq!(
            decoded(Form::MessagesStream, &body).last().unwrap().event,
            Event::End(end.clone())
        );
        // Printed anew, it is the same word again.
        let stop = Stop {
            end,
            sequence: None,
            usage: Usage::UNKNOWN,
            report: None,
        };
        let printed = encoded(Form::ConverseStream, [Frame::made(Event::Stop(stop))]);
        assert_eq!(payload(&printed), format!(r#"{{"stopReason":"{reason}"}}"#));
    }
}

/// The payload of a frame that came so and was altered.
fn altered(form: Form, came: Bytes, alter: impl FnOnce(&mut Event)) -> String {
    let mut frame = decoded(form, &came).swap_remove(0);
    alter(&mut frame.event);
    frame.altered = true;
    let bytes = encoded(form, [frame]);
    if form == Form::MessagesStream {
        inner(&bytes)
    } else {
        payload(&bytes)
    }
}

#[test]
fn what_is_altered_is_all_that_changes() {
    let retold = |event: &mut Event| {
        *event = Event::Delta {
            block: 3,
            delta: Delta::Text {
                text: "\"新\"\n".into(),
                half: false,
            },
        };
    };
    let came = event(
        "contentBlockDelta",
        r#"{ "contentBlockIndex" : 0,"delta":{"x":1.0,"text":"\u65e5"},"p":"ab","x":[1,1e3]}"#,
    );
    assert_eq!(
        altered(Form::ConverseStream, came, retold),
        r#"{ "contentBlockIndex" : 3,"delta":{"x":1.0,"text":"\"新\"\n"},"p":"ab","x":[1,1e3]}"#
    );
    let came = chunk(
        r#"{"type":"content_block_delta", "index":0,"delta":{"type":"text_delta","text":"a"},"x":1.0}"#,
    );
    assert_eq!(
        altered(Form::MessagesStream, came, retold),
        r#"{"type":"content_block_delta", "index":3,"delta":{"type":"text_delta","text":"\"新\"\n"},"x":1.0}"#
    );
    let moved = event(
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"text":"\u65e5"}}"#,
    );
    let renumber = |event: &mut Event| {
        if let Event::Delta { block, .. } = event {
            *block = 1;
        }
    };
    assert_eq!(
        altered(Form::ConverseStream, moved, renumber),
        r#"{"contentBlockIndex":1,"delta":{"text":"\u65e5"}}"#
    );
    let cited = event(
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"citation":{"title":"\u65e5"}}}"#,
    );
    assert_eq!(
        altered(Form::ConverseStream, cited, renumber),
        r#"{"contentBlockIndex":1,"delta":{"citation":{"title":"\u65e5"}}}"#
    );
}

#[test]
fn an_altered_chunk_keeps_its_padding() {
    let mut frame = decoded(
        Form::MessagesStream,
        &chunk(r#"{"type":"content_block_stop","index":0}"#),
    )
    .swap_remove(0);
    frame.event = Event::BlockStop { block: 1 };
    frame.altered = true;
    assert!(payload(&encoded(Form::MessagesStream, [frame])).ends_with(r#","p":"abcd"}"#));
}

#[test]
fn usage_is_summed_where_the_answer_counts_twins_included() {
    let came = converse_stream().pop().unwrap();
    let summed = Metadata {
        usage: Usage {
            input: Some(100),
            output: Some(50),
            cache_read: Some(30),
            cache_write: Some(0),
        },
        latency_ms: Some(900),
    };
    assert_eq!(
        altered(Form::ConverseStream, came, |event| *event =
            Event::Metadata(summed.clone())),
        r#"{"metrics":{"latencyMs":900},"p":"ab","usage":{"cacheReadInputTokenCount":30,"cacheReadInputTokens":30,"inputTokens":100,"outputTokens":50,"serverToolUsage":{},"totalTokens":180}}"#
    );
    let came = messages_stream().pop().unwrap();
    assert_eq!(
        altered(Form::MessagesStream, came, |event| *event =
            Event::Metadata(summed)),
        r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":100,"outputTokenCount":50,"invocationLatency":900,"firstByteLatency":378}}"#
    );
}

fn reported() -> Stop {
    let report = Report {
        outcome: Some(Outcome::Complete),
        new_output: 7,
        ..Report::empty()
    };
    let end = End::Finished(Finish::EndTurn);
    Stop {
        end,
        sequence: None,
        usage: Usage {
            output: Some(7),
            ..Usage::UNKNOWN
        },
        report: Some(Box::new(report)),
    }
}

const REPORT: &str = r#"{"outcome":"complete","reason":null,"legs":[],"seams":[],"usage":{"inputTokensFirstLeg":null,"newOutputTokens":7,"estimated":false},"cost":null}"#;

#[test]
fn a_stop_takes_the_report_where_the_wire_has_room() {
    let stop = |source: Bytes| Frame {
        event: Event::Stop(reported()),
        source: Some(source),
        altered: false,
    };
    let bare = event("messageStop", r#"{"p":"abc","stopReason":"end_turn"}"#);
    assert_eq!(
        payload(&encoded(Form::ConverseStream, [stop(bare)])),
        format!(
            r#"{{"additionalModelResponseFields":{{"tsuzuki":{REPORT}}},"p":"abc","stopReason":"end_turn"}}"#
        )
    );
    let full = event(
        "messageStop",
        r#"{"additionalModelResponseFields":{"delta":{"stop_sequence":null}},"stopReason":"max_tokens"}"#,
    );
    assert_eq!(
        payload(&encoded(Form::ConverseStream, [stop(full)])),
        format!(
            r#"{{"additionalModelResponseFields":{{"delta":{{"stop_sequence":null}},"tsuzuki":{REPORT}}},"stopReason":"end_turn"}}"#
        )
    );
    let native = chunk(
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}"#,
    );
    assert_eq!(
        inner(&encoded(Form::MessagesStream, [stop(native)])),
        format!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"end_turn","stop_sequence":null}},"usage":{{"output_tokens":7}},"tsuzuki":{REPORT}}}"#
        )
    );
    let made = Frame::made(Event::Stop(reported()));
    assert_eq!(
        payload(&encoded(Form::ConverseStream, [made])),
        format!(
            r#"{{"additionalModelResponseFields":{{"tsuzuki":{REPORT}}},"stopReason":"end_turn"}}"#
        )
    );
}

#[test]
fn frames_of_our_own_read_back_as_they_were() {
    for (form, pieces) in streams() {
        let frames: Vec<_> = decoded(form, &pieces.concat().into())
            .into_iter()
            .filter(|frame| frame.event != Event::Other)
            .filter(|frame| {
                !matches!(
                    frame.event,
                    Event::Delta {
                        delta: Delta::Other,
                        ..
                    }
                )
            })
            .map(|frame| Frame::made(frame.event))
            .collect();
        let back = decoded(form, &encoded(form, frames.clone()));
        let events = |frames: &[Frame]| {
            frames
                .iter()
                .map(|frame| frame.event.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(events(&back), events(&frames), "{form:?}");
    }
}

#[test]
fn an_end_of_our_own_is_an_exception_and_a_good_end_is_nothing() {
    for (end, name) in [
        (
            End::Cut(Cut::Throttled { retry_after: None }),
            "throttlingException",
        ),
        (
            End::Cut(Cut::Overloaded { retry_after: None }),
            "serviceUnavailableException",
        ),
        (End::Cut(Cut::Lost), "modelStreamErrorException"),
        (End::Cut(Cut::Stalled), "modelStreamErrorException"),
        (End::Cut(Cut::Damaged), "modelStreamErrorException"),
    ] {
        let mut messages = Vec::new();
        let bytes = encoded(Form::ConverseStream, [Frame::end(end)]);
        tsuzuki_wire::eventstream::Reader::new()
            .read(bytes, &mut messages)
            .unwrap();
        assert_eq!(messages[0].string(":exception-type"), Some(name));
        assert_eq!(messages[0].string(":message-type"), Some("exception"));
    }
    for end in [
        End::Finished(Finish::EndTurn),
        End::Cut(Cut::Length),
        End::Refused(Refusal::Guardrail),
    ] {
        assert_eq!(
            encoded(Form::ConverseStream, [Frame::end(end)]),
            Bytes::new()
        );
    }
}

#[test]
fn the_error_body_of_a_later_leg_never_lands_in_a_stream() {
    let body = Bytes::from_static(br#"{"message":"Bedrock is unable to process your request."}"#);
    let end = Frame::came(
        Event::End(End::Cut(Cut::Overloaded { retry_after: None })),
        body.clone(),
    );
    let good = Frame::made(Event::Head(head(200, &[])));
    assert_eq!(
        encoded(Form::ConverseStream, [good, end.clone()]),
        exception(
            "serviceUnavailableException",
            std::str::from_utf8(&body).unwrap()
        )
    );
    let failed = Frame::made(Event::Head(head(503, &[])));
    assert_eq!(encoded(Form::ConverseStream, [failed, end]), body);
}

#[test]
fn what_the_service_itself_answers_is_no_call_for_the_caller() {
    let body = [
        event(
            "contentBlockStart",
            r#"{"contentBlockIndex":0,"start":{"toolUse":{"name":"n","toolUseId":"t","type":"server_tool_use"}}}"#,
        ),
        event(
            "contentBlockDelta",
            r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}}"#,
        ),
    ];
    let frames = decoded(Form::ConverseStream, &body.concat().into());
    assert_eq!(told(&frames), ["BlockStart(0, Other)", "Delta(0, Other)"]);
}

#[test]
fn an_event_without_the_members_it_needs_passes_unread() {
    for body in [
        event("contentBlockDelta", "{}"),
        event("contentBlockStop", "{}"),
        event("messageStop", "{}"),
    ] {
        let frames = decoded(Form::ConverseStream, &body);
        assert_eq!(told(&frames), ["Other"]);
        assert_eq!(encoded(Form::ConverseStream, frames), body);
    }
    let body = chunk(r#"{"type":"content_block_delta","index":0,"delta":{"type":"new_delta"}}"#);
    assert_eq!(
        told(&decoded(Form::MessagesStream, &body)),
        ["Delta(0, Other)"]
    );
}
