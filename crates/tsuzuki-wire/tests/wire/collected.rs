//! Collected bodies, in and out.

use crate::sample::{CONVERSE, MESSAGES, decode, decoded, encoded, head, text};
use bytes::Bytes;
use proptest::prelude::*;
use tsuzuki_wire::engine::{
    Cut, Delta, End, Event, Finish, Frame, LegId, LegReport, Metadata, Outcome, Proof, Refusal,
    Report, SeamReport, Stop, Usage,
};
use tsuzuki_wire::{Encoder, Form};

fn samples() -> [(Form, Bytes); 2] {
    [
        (Form::Converse, Bytes::from_static(CONVERSE.as_bytes())),
        (Form::Messages, Bytes::from_static(MESSAGES.as_bytes())),
    ]
}

fn made_text(block: u32, text: &str) -> Frame {
    Frame::made(Event::Delta {
        block,
        delta: Delta::Text {
            text: text.to_owned(),
            half: false,
        },
    })
}

/// The frames with a text added to a block, and other endings.
fn continued(form: Form, body: &Bytes, block: u32, more: &str) -> Vec<Frame> {
    let mut frames = decoded(form, body);
    let stop = frames
        .iter()
        .position(|frame| frame.event == Event::BlockStop { block })
        .unwrap();
    frames.insert(stop, made_text(block, more));
    frames
}

/// Some backends keep counts as floats.
#[test]
fn whole_numbers_are_counts_however_they_are_spelt() {
    for (spelt, count) in [
        ("40", Some(40)),
        ("40.0", Some(40)),
        ("4e1", Some(40)),
        ("40.5", None),
        ("-40.0", None),
        ("1e300", None),
    ] {
        let body = CONVERSE.replace(
            r#""outputTokens":40"#,
            &format!(r#""outputTokens":{spelt}"#),
        );
        let frames = decoded(Form::Converse, &Bytes::from(body));
        let told = frames.iter().find_map(|frame| {
            if let Event::Metadata(metadata) = &frame.event {
                Some(metadata.usage.output)
            } else {
                None
            }
        });
        assert_eq!(told, Some(count), "{spelt}");
    }
}

#[test]
fn a_body_says_what_it_says() {
    let frames = decoded(Form::Converse, &samples()[0].1);
    let told: Vec<_> = frames.iter().map(|frame| format!("{frame:?}")).collect();
    assert_eq!(
        told,
        [
            "Start",
            "BlockStart(0, Reasoning)",
            "Delta(0, Reasoning)",
            "Delta(0, Reasoning)",
            "BlockStop(0)",
            "BlockStart(1, Text)",
            "Delta(1, Text[8 bytes])",
            "BlockStop(1)",
            "BlockStart(2, Text)",
            "Delta(2, Text[3 bytes])",
            "Delta(2, Text[5 bytes])",
            "Delta(2, Other)",
            "BlockStop(2)",
            "BlockStart(3, Other)",
            "BlockStop(3)",
            "BlockStart(4, ToolUse)",
            "Delta(4, ToolInput[10 bytes])",
            "BlockStop(4)",
            "Stop(Cut(Length))",
            "Metadata",
            "End(Cut(Length))",
        ]
    );
    assert_eq!(text(&frames), "One 日 twothree");
    assert_eq!(frames[0].source.as_deref(), Some(CONVERSE.as_bytes()));
    assert_eq!(
        frames[5].source.as_deref(),
        Some(br#"{"text":"One \u65e5 "}"#.as_slice())
    );
}

#[test]
fn an_answer_of_one_leg_leaves_as_it_came() {
    for (form, body) in samples() {
        assert_eq!(encoded(form, decoded(form, &body)), body);
        let pieces = body.chunks(3).map(Bytes::copy_from_slice);
        assert_eq!(decode(form, &head(200, &[]), pieces), decoded(form, &body));
    }
}

#[test]
fn a_longer_text_takes_the_place_of_the_shorter() {
    let [(form, body), (native, native_body)] = samples();
    let longer = encoded(form, continued(form, &body, 1, "\"more\""));
    assert_eq!(
        longer,
        CONVERSE.replace(r#""One \u65e5 ""#, r#""One 日 \"more\"""#)
    );
    let longer = encoded(form, continued(form, &body, 2, "\"more\""));
    assert_eq!(longer, CONVERSE.replace(r#""three""#, r#""three\"more\"""#));
    let longer = encoded(native, continued(native, &native_body, 1, "more"));
    assert_eq!(longer, MESSAGES.replace(r#""One ""#, r#""One more""#));
}

#[test]
fn a_shorter_text_takes_the_place_of_the_longer() {
    let (form, body) = samples()[0].clone();
    let mut frames = decoded(form, &body);
    frames.remove(10);
    assert_eq!(
        encoded(form, frames),
        CONVERSE.replace(
            r#"{"text":"two"},{"text":"three"}"#,
            r#"{"text":"two"},{"text":""}"#
        )
    );
}

#[test]
fn blocks_of_later_legs_follow_those_of_the_first() {
    for (form, body) in samples() {
        let mut frames = decoded(form, &body);
        let last = frames
            .iter()
            .rposition(|frame| matches!(frame.event, Event::BlockStop { .. }))
            .unwrap();
        frames.insert(last + 1, made_text(9, "new"));
        let out = encoded(form, frames);
        let back = decoded(form, &out);
        assert_eq!(text(&back), text(&decoded(form, &body)) + "new");
        let printed = if form == Form::Converse {
            r#",{"text":"new"}]"#
        } else {
            r#",{"type":"text","text":"new"}]"#
        };
        let whole = std::str::from_utf8(&out).unwrap();
        assert_eq!(whole.replacen(printed, "]", 1).as_bytes(), body);
    }
}

#[test]
fn a_block_left_out_is_left_out() {
    let (form, body) = samples()[0].clone();
    for (left_out, word) in [(3, "image"), (4, "toolUse")] {
        let frames = decoded(form, &body).into_iter().filter(|frame| {
            !matches!(
                frame.event,
                Event::BlockStart { block, .. } | Event::Delta { block, .. } | Event::BlockStop { block }
                    if block == left_out
            )
        });
        let out = encoded(form, frames);
        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            read["output"]["message"]["content"]
                .as_array()
                .unwrap()
                .len(),
            4
        );
        assert!(!String::from_utf8(out.to_vec()).unwrap().contains(word));
    }
}

fn report() -> Report {
    let usage = Usage {
        input: Some(9),
        output: Some(4),
        ..Usage::UNKNOWN
    };
    Report {
        outcome: Some(Outcome::Complete),
        legs: vec![LegReport {
            model: tsuzuki_wire::engine::ModelId("m".into()),
            region: Some(tsuzuki_wire::engine::Region("eu-west-1".into())),
            max_tokens: None,
            id: LegId(1),
            request_id: Some("r-1".into()),
            by: "first".into(),
            end: Some(End::Cut(Cut::Length)),
            usage,
            ms: 812,
        }],
        seams: vec![SeamReport {
            at: 4211,
            proof: Proof::Verified,
            trimmed: 44,
            rejected: 0,
        }],
        usage,
        estimated: false,
        input_first_leg: Some(9),
        new_output: 4,
        cost: Some(0.5),
        continuation_share: Some(0.25),
    }
}

const REPORT: &str = r#"{"outcome":"complete","reason":null,"legs":[{"requestId":"r-1","model":"m","region":"eu-west-1","by":"first","stop":"max_tokens","usage":{"inputTokens":9,"outputTokens":4},"ms":812}],"seams":[{"at":4211,"proof":"verified","trimmed":44,"rejected":0}],"usage":{"inputTokensFirstLeg":9,"newOutputTokens":4,"estimated":false},"cost":{"usd":0.5,"continuationShare":0.25}}"#;

fn reported(form: Form, body: &Bytes) -> Bytes {
    let mut encoder = Encoder::new(form);
    for mut frame in decoded(form, body) {
        match &mut frame.event {
            Event::Stop(stop) => {
                let end = End::Finished(Finish::StopSequence);
                let report = Some(Box::new(Report::empty()));
                *stop = Stop {
                    end,
                    sequence: Some("。".into()),
                    usage: Usage::UNKNOWN,
                    report,
                };
                frame.altered = true;
            }
            Event::Metadata(metadata) => {
                let usage = Usage {
                    input: Some(33),
                    output: Some(80),
                    cache_read: Some(0),
                    cache_write: None,
                };
                *metadata = Metadata {
                    usage,
                    latency_ms: Some(4000),
                };
                frame.altered = true;
            }
            Event::Head(_)
            | Event::Start { .. }
            | Event::BlockStart { .. }
            | Event::Delta { .. }
            | Event::BlockStop { .. }
            | Event::Other
            | Event::End(_) => {}
        }
        assert_eq!(encoder.push(frame), None);
    }
    encoder.finish(&report()).unwrap()
}

#[test]
fn endings_and_the_report_are_spliced_in_and_the_rest_stays() {
    let [(form, body), (native, native_body)] = samples();
    let expected = CONVERSE
        .replace(" {\"metrics\":{\"latencyMs\":2251}", &format!(r#" {{"additionalModelResponseFields":{{"tsuzuki":{REPORT}}},"metrics":{{"latencyMs":4000}}"#))
        .replace(r#""stopReason":"max_tokens""#, r#""stopReason":"stop_sequence""#)
        .replace("\"inputTokens\":16,\"outputTokens\":40", "\"inputTokens\":33,\"outputTokens\":80")
        .replace("\"totalTokens\":56", "\"totalTokens\":113");
    assert_eq!(reported(form, &body), expected);
    let expected = MESSAGES
        .replace(
            r#""stop_reason":"max_tokens","stop_sequence":null"#,
            r#""stop_reason":"stop_sequence","stop_sequence":"。""#,
        )
        .replace("\"input_tokens\":17", "\"input_tokens\":33")
        .replace("\"output_tokens\":86", "\"output_tokens\":80")
        .replace(
            "\"service_tier\":\"x\"}}",
            &format!("\"service_tier\":\"x\"}},\"tsuzuki\":{REPORT}}}"),
        );
    assert_eq!(reported(native, &native_body), expected);
}

#[test]
fn a_guardrail_that_stepped_in_is_told_from_a_clean_end() {
    let body = MESSAGES.replace("max_tokens", "end_turn").replace(
        "\"usage\":",
        "\"amazon-bedrock-guardrailAction\":\"INTERVENED\",\"usage\":",
    );
    let body = Bytes::from(body);
    let frames = decoded(Form::Messages, &body);
    assert_eq!(
        frames.last().unwrap().event,
        Event::End(End::Refused(Refusal::Guardrail))
    );
    assert_eq!(encoded(Form::Messages, frames), body);
}

#[test]
fn an_error_passes_as_it_came_and_nothing_is_nothing() {
    let body = Bytes::from_static(br#"{"message":"m"}"#);
    let frames = decode(Form::Converse, &head(400, &[]), [body.clone()]);
    assert_eq!(encoded(Form::Converse, frames), body);
    assert_eq!(Encoder::new(Form::Converse).finish(&Report::empty()), None);
}

#[test]
fn frames_of_our_own_make_a_body_that_reads_back() {
    for (form, body) in samples() {
        let came = decoded(form, &body);
        let made: Vec<_> = came
            .iter()
            .map(|frame| Frame::made(frame.event.clone()))
            .collect();
        let back = decoded(form, &encoded(form, made));
        assert_eq!(text(&back), text(&came));
        let endings = |frames: &[Frame]| {
            let ending = |frame: &&Frame| matches!(frame.event, Event::Stop(_) | Event::End(_));
            frames
                .iter()
                .filter(ending)
                .map(|frame| frame.event.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(endings(&back), endings(&came));
    }
}

#[test]
fn an_answer_without_a_stop_never_claims_a_clean_end() {
    let frames = [
        Frame::made(Event::Start {
            usage: Usage::UNKNOWN,
        }),
        made_text(0, "half an ans"),
    ];
    let out = encoded(Form::Converse, frames);
    let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(read["stopReason"], "max_tokens");
    assert_eq!(
        read["output"]["message"]["content"][0]["text"],
        "half an ans"
    );
}

#[test]
fn a_text_that_ends_in_half_a_character_passes_raw_and_is_dropped_when_altered() {
    let body = Bytes::from(CONVERSE.replace(r"\u65e5 ", r"\u65e5 \ud83d"));
    assert_eq!(
        encoded(Form::Converse, decoded(Form::Converse, &body)),
        body
    );
    let longer = encoded(Form::Converse, continued(Form::Converse, &body, 1, "😀"));
    assert_eq!(
        longer,
        CONVERSE.replace(r#""One \u65e5 ""#, r#""One 日 😀""#)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_text_arrives_and_nothing_else_changes(more in "\\PC{0,40}", control in any::<char>()) {
        let more = format!("{more}{control}");
        for (form, body) in samples() {
            let out = encoded(form, continued(form, &body, 1, &more));
            let mut read: serde_json::Value = serde_json::from_slice(&out).unwrap();
            let original: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let path = if form == Form::Converse { "/output/message/content/1/text" } else { "/content/1/text" };
            let (was, is) = (original.pointer(path).unwrap().as_str().unwrap(), read.pointer_mut(path).unwrap());
            prop_assert_eq!(is.as_str().unwrap(), format!("{was}{more}"));
            *is = was.into();
            prop_assert_eq!(read, original);
        }
    }
}
