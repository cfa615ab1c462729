//! The framing, held against the AWS SDK's own.

use crate::sample;
use aws_smithy_types::DateTime;
use aws_smithy_types::event_stream::{Header as TheirHeader, HeaderValue, Message as Theirs};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use std::path::Path;
use tsuzuki_wire::Form;
use tsuzuki_wire::engine::Frame;
use tsuzuki_wire::eventstream::{Damage, Header, Message, Reader, write};

/// Everything a reader makes of these pieces.
fn read(pieces: impl IntoIterator<Item = Bytes>) -> (Vec<Message>, Result<(), Damage>) {
    let mut reader = Reader::new();
    let mut messages = Vec::new();
    for piece in pieces {
        if let Err(damage) = reader.read(piece, &mut messages) {
            return (messages, Err(damage));
        }
    }
    (messages, Ok(()))
}

fn theirs(message: &Theirs) -> Bytes {
    let mut bytes = BytesMut::new();
    aws_smithy_eventstream::frame::write_message_to(message, &mut bytes).unwrap();
    bytes.freeze()
}

fn same(ours: Header<'_>, theirs: &HeaderValue) -> bool {
    match ours {
        Header::Bool(value) => theirs == &HeaderValue::Bool(value),
        Header::Byte(value) => theirs == &HeaderValue::Byte(value),
        Header::Short(value) => theirs == &HeaderValue::Int16(value),
        Header::Int(value) => theirs == &HeaderValue::Int32(value),
        Header::Long(value) => theirs == &HeaderValue::Int64(value),
        Header::Bytes(value) => theirs == &HeaderValue::ByteArray(Bytes::copy_from_slice(value)),
        Header::String(value) => theirs == &HeaderValue::String(value.to_owned().into()),
        Header::Timestamp(value) => theirs == &HeaderValue::Timestamp(DateTime::from_millis(value)),
        Header::Uuid(value) => theirs == &HeaderValue::Uuid(u128::from_be_bytes(value)),
        Header::Unknown { .. } => false,
    }
}

fn header_value() -> impl Strategy<Value = HeaderValue> {
    prop_oneof![
        any::<bool>().prop_map(HeaderValue::Bool),
        any::<i8>().prop_map(HeaderValue::Byte),
        any::<i16>().prop_map(HeaderValue::Int16),
        any::<i32>().prop_map(HeaderValue::Int32),
        any::<i64>().prop_map(HeaderValue::Int64),
        proptest::collection::vec(any::<u8>(), 0..40)
            .prop_map(|bytes| HeaderValue::ByteArray(bytes.into())),
        "\\PC{0,20}".prop_map(|text| HeaderValue::String(text.into())),
        (-1_000_000_000_i64..4_000_000_000)
            .prop_map(|at| HeaderValue::Timestamp(DateTime::from_millis(at))),
        any::<u128>().prop_map(HeaderValue::Uuid),
    ]
}

fn their_message() -> impl Strategy<Value = Theirs> {
    let headers = proptest::collection::vec(("[a-z:-]{1,12}", header_value()), 0..6);
    (headers, proptest::collection::vec(any::<u8>(), 0..200)).prop_map(|(headers, payload)| {
        headers
            .into_iter()
            .fold(Theirs::new(payload), |message, (name, value)| {
                message.add_header(TheirHeader::new(name, value))
            })
    })
}

/// The same bytes in pieces that end at these places.
fn pieces(bytes: &Bytes, cuts: &[prop::sample::Index]) -> Vec<Bytes> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for cut in cuts {
        pieces.push(bytes.slice(start..cut));
        start = cut;
    }
    pieces.push(bytes.slice(start..));
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_the_sdk_writes_we_read_however_it_is_split(
        written in proptest::collection::vec(their_message(), 1..5),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let bytes = Bytes::from(written.iter().flat_map(theirs).collect::<Vec<u8>>());
        let (messages, end) = read(pieces(&bytes, &cuts));
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(messages.len(), written.len());
        for (ours, their) in messages.iter().zip(&written) {
            prop_assert_eq!(&ours.payload(), their.payload());
            let headers: Vec<_> = ours.headers().map(Result::unwrap).collect();
            prop_assert_eq!(headers.len(), their.headers().len());
            for ((name, value), header) in headers.into_iter().zip(their.headers()) {
                prop_assert_eq!(name, header.name().as_str());
                prop_assert!(same(value, header.value()));
            }
        }
        let joined: Vec<u8> = messages.iter().flat_map(|message| message.bytes().clone()).collect();
        prop_assert_eq!(joined, bytes);
    }

    #[test]
    fn what_we_write_the_sdk_reads(name in "[a-z:-]{1,30}", value in "\\PC{0,300}", payload in any::<Vec<u8>>()) {
        let bytes = write(&[(name.as_str(), value.as_str()), ("b", "")], &payload);
        let their = aws_smithy_eventstream::frame::read_message_from(&bytes[..]).unwrap();
        prop_assert_eq!(their.headers()[0].name().as_str(), name);
        prop_assert_eq!(their.headers()[0].value().as_string().unwrap().as_str(), value);
        prop_assert_eq!(their.payload(), &Bytes::from(payload));
    }

    #[test]
    fn another_payload_keeps_the_header_bytes(message in their_message(), payload in any::<Vec<u8>>()) {
        let (messages, _) = read([theirs(&message)]);
        let changed = messages[0].with_payload(&payload);
        let their = aws_smithy_eventstream::frame::read_message_from(&changed[..]).unwrap();
        prop_assert_eq!(their.headers(), message.headers());
        prop_assert_eq!(their.payload(), &Bytes::from(payload));
    }

    #[test]
    fn one_wrong_bit_is_damage_or_waits_for_little(message in their_message(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = theirs(&message).to_vec();
        let index = at.index(bytes.len());
        bytes[index] ^= 1 << bit;
        let (messages, end) = read([Bytes::from(bytes)]);
        prop_assert!(messages.is_empty());
        prop_assert!(end.is_err());
    }

    /// The same check the corpus gets, on bytes nobody thought of.
    #[test]
    fn fuzz_eventstream(bytes in any::<Vec<u8>>()) {
        check(&Bytes::from(bytes));
    }
}

/// What must hold for any bytes at all: no panic, the same messages and the same damage however the
/// bytes are split, messages that are the bytes they came in, and agreement with the AWS SDK.
fn check(bytes: &Bytes) {
    let (whole, end) = read([bytes.clone()]);
    let (split, split_end) = read(bytes.chunks(1).map(Bytes::copy_from_slice));
    assert_eq!((&whole, end), (&split, split_end));
    for form in [Form::ConverseStream, Form::MessagesStream] {
        let head = sample::head(200, &[]);
        let frames = sample::decode(form, &head, [bytes.clone()]);
        let split = sample::decode(form, &head, bytes.chunks(1).map(Bytes::copy_from_slice));
        assert_eq!(frames, split);
        let length: usize = whole.iter().map(|message| message.bytes().len()).sum();
        assert!(
            bytes.slice(..length).starts_with(&came(form, frames)),
            "frames nobody altered leave as they came"
        );
    }
    let mut at = 0;
    for message in &whole {
        assert_eq!(
            message.bytes(),
            &bytes.slice(at..at + message.bytes().len())
        );
        at += message.bytes().len();
        let their = aws_smithy_eventstream::frame::read_message_from(&message.bytes()[..]);
        let known = message
            .headers()
            .flatten()
            .all(|(_, header)| !matches!(header, Header::Unknown { .. }));
        assert_eq!(
            their.is_ok(),
            known,
            "we read what the SDK reads, and types nobody knows yet"
        );
        if let Ok(their) = their {
            assert_eq!(their.payload(), &message.payload());
        }
    }
}

/// What frames with a source become.
fn came(form: Form, frames: Vec<Frame>) -> Bytes {
    sample::encoded(
        form,
        frames.into_iter().filter(|frame| frame.source.is_some()),
    )
}

#[test]
fn the_corpus_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/eventstream");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        check(&Bytes::from(std::fs::read(entry.unwrap().path()).unwrap()));
        seen += 1;
    }
    assert!(seen >= 10, "the corpus is committed");
}

#[test]
fn a_damaged_length_is_told_as_soon_as_it_is_there() {
    let frame = |total: u32, headers: u32| {
        let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        Bytes::from(bytes)
    };
    for (total, headers) in [
        (u32::MAX, 0),
        (15, 0),
        (16, 1),
        (200 * 1024, 129 * 1024),
        (16 + 24 * 1024 * 1024 + 1, 0),
    ] {
        assert_eq!(
            read([frame(total, headers)]).1,
            Err(Damage::Length),
            "{total} {headers}"
        );
    }
    assert_eq!(
        read([frame(16 + 24 * 1024 * 1024, 0)]).1,
        Ok(()),
        "the largest payload may come"
    );
    let mut wrong = frame(16, 0).to_vec();
    wrong[11] ^= 1;
    assert_eq!(read([Bytes::from(wrong)]).1, Err(Damage::Prelude));
}

#[test]
fn messages_before_the_damage_are_read_and_none_after_it() {
    let good = sample::event("messageStart", "{}");
    let mut bad = good.to_vec();
    *bad.last_mut().unwrap() ^= 1;
    let mut reader = Reader::new();
    let mut messages = Vec::new();
    let bytes = Bytes::from([&good[..], &bad, &good].concat());
    assert_eq!(reader.read(bytes, &mut messages), Err(Damage::Checksum));
    assert_eq!(messages.len(), 1);
    assert_eq!(reader.read(good, &mut messages), Err(Damage::Checksum));
    assert_eq!(messages.len(), 1);
    assert!(!reader.is_between());
}

#[test]
fn a_header_of_a_type_nobody_knows_is_kept_raw() {
    let known = write(&[("a", "b")], b"{}");
    let mut bytes = known.to_vec();
    bytes[12 + 2] = 0x60;
    let body = bytes.len() - 4;
    let checksum = crc32fast::hash(&bytes[..body]);
    bytes[body..].copy_from_slice(&checksum.to_be_bytes());
    let (messages, end) = read([Bytes::from(bytes)]);
    assert_eq!(end, Ok(()));
    let headers: Vec<_> = messages[0].headers().map(Result::unwrap).collect();
    assert_eq!(
        headers,
        [(
            "a",
            Header::Unknown {
                kind: 0x60,
                rest: &[0, 1, b'b']
            }
        )]
    );
    assert_eq!(messages[0].payload(), "{}");
}

#[test]
fn a_message_that_lies_whole_in_a_piece_is_not_copied() {
    let bytes = Bytes::from(sample::converse_stream().concat());
    let (messages, _) = read([bytes.clone()]);
    let inside = bytes.as_ptr_range();
    assert!(
        messages
            .iter()
            .all(|message| inside.contains(&message.bytes().as_ptr()))
    );
}

#[test]
fn a_stream_may_end_between_messages_only() {
    let bytes = sample::event("messageStart", "{}");
    let mut reader = Reader::new();
    let mut messages = Vec::new();
    assert!(reader.is_between());
    reader.read(bytes.slice(..20), &mut messages).unwrap();
    assert!(!reader.is_between());
    reader.read(bytes.slice(20..), &mut messages).unwrap();
    assert!(reader.is_between());
}
