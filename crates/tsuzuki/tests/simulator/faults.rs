//! Faults do what they say, where they say.

use crate::bench::{PREFILL, call, converse, frames, request, saying, send, user, with};
use serde_json::Value;
use std::time::Duration;
use tsuzuki::BodyError;
use tsuzuki::simulator::{At, Exception, Failure, Fault, HttpError, Pacing, Rule, Simulator};

const TEXT: &str = "one two three four five six seven eight nine ten";

fn broken(at: At, failure: Failure) -> Simulator {
    with(Rule {
        faults: vec![Fault::new(at, failure)],
        ..Rule::text(TEXT)
    })
}

fn body() -> Value {
    converse(&[user("q")], 100)
}

async fn stream(at: At, failure: Failure) -> crate::bench::Answer {
    call(&broken(at, failure), PREFILL, "converse-stream", &body()).await
}

fn exception(exception: Exception) -> Failure {
    Failure::Exception {
        exception,
        message: exception.message().to_owned(),
    }
}

#[tokio::test]
async fn a_throttle_before_the_answer() {
    let throttle = || Failure::Http(HttpError::of(Exception::Throttling));
    for operation in ["converse", "converse-stream"] {
        let answer = call(&broken(At::Start, throttle()), PREFILL, operation, &body()).await;
        assert_eq!(answer.status, 429);
        assert_eq!(
            answer.message(),
            "Too many requests, please wait before trying again."
        );
        assert_eq!(
            answer.header("x-amzn-ErrorType"),
            Some("ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/")
        );
    }
}

#[tokio::test]
async fn exceptions_inside_a_stream() {
    for (kind, name) in [
        (Exception::Throttling, "throttlingException"),
        (Exception::ModelStreamError, "modelStreamErrorException"),
        (Exception::InternalServer, "internalServerException"),
        (Exception::ServiceUnavailable, "serviceUnavailableException"),
        (Exception::Validation, "validationException"),
        (Exception::ModelTimeout, "modelTimeoutException"),
    ] {
        let answer = stream(At::Delta(3), exception(kind)).await;
        assert_eq!(answer.status, 200);
        let frames = answer.frames();
        let (last, payload) = frames.last().unwrap();
        assert_eq!(last, name);
        assert_eq!(payload, &serde_json::json!({"message": kind.message()}));
        assert_eq!(answer.streamed(), ("one two three".to_owned(), None));
    }
}

#[tokio::test]
async fn in_one_piece_an_exception_is_an_error() {
    let answer = call(
        &broken(At::Token(3), exception(Exception::ModelStreamError)),
        PREFILL,
        "converse",
        &body(),
    )
    .await;
    assert_eq!(answer.status, 424);
}

#[tokio::test]
async fn a_stream_that_just_ends() {
    for (at, text) in [
        (At::Token(4), "one two three four"),
        (At::End, TEXT),
        (
            At::Text(regex::Regex::new("fi").unwrap()),
            "one two three four five",
        ),
    ] {
        let answer = stream(at, Failure::Eof).await;
        assert!(answer.pieces.iter().all(Result::is_ok));
        assert_eq!(answer.streamed(), (text.to_owned(), None));
    }
    let inside = stream(At::Token(4), Failure::EofMidFrame).await.bytes();
    let (whole, rest) = frames(&inside);
    assert_eq!(whole.len(), 5);
    assert!(rest > 0);
}

#[tokio::test]
async fn a_break_at_every_byte() {
    let length = call(&saying(TEXT), PREFILL, "converse-stream", &body())
        .await
        .bytes()
        .len();
    for at in (0..length).step_by(7) {
        let answer = stream(At::Byte(at), Failure::Reset).await;
        assert_eq!(answer.bytes().len(), at);
        assert_eq!(answer.pieces.last(), Some(&Err(BodyError::Lost)));
    }
    let unary = call(
        &broken(At::Byte(20), Failure::Reset),
        PREFILL,
        "converse",
        &body(),
    )
    .await;
    assert_eq!(
        (unary.bytes().len(), unary.pieces.last()),
        (20, Some(&Err(BodyError::Lost)))
    );
}

#[tokio::test(start_paused = true)]
async fn silence_and_then_it_goes_on() {
    let before = tokio::time::Instant::now();
    let answer = stream(At::Token(2), Failure::Stall(Duration::from_secs(40))).await;
    assert_eq!(before.elapsed(), Duration::from_secs(40));
    assert_eq!(
        answer.streamed(),
        (TEXT.to_owned(), Some("end_turn".to_owned()))
    );
}

#[tokio::test]
async fn one_wrong_checksum() {
    let good = call(&saying(TEXT), PREFILL, "converse-stream", &body())
        .await
        .bytes();
    let bad = stream(At::Delta(2), Failure::BadChecksum).await.bytes();
    let different = good.iter().zip(&bad).filter(|(a, b)| a != b).count();
    assert_eq!((good.len(), different), (bad.len(), 1));
}

#[tokio::test]
async fn the_same_bytes_in_other_pieces() {
    let good = call(&saying(TEXT), PREFILL, "converse-stream", &body()).await;
    let dribbled = stream(At::Start, Failure::Dribble).await;
    assert!(
        dribbled
            .pieces
            .iter()
            .all(|piece| piece.as_ref().unwrap().len() == 1)
    );
    assert_eq!(dribbled.bytes(), good.bytes());
    let glued = stream(At::Start, Failure::Glue).await;
    assert_eq!(glued.pieces.len(), 1);
    assert_eq!(glued.bytes(), good.bytes());
}

#[tokio::test]
async fn a_frame_less_and_a_frame_more() {
    let without = stream(At::Start, Failure::DropMetadata).await.frames();
    assert_eq!(without.last().unwrap().0, "messageStop");
    let more = stream(At::Delta(1), Failure::UnknownEvent).await;
    assert!(
        more.frames()
            .iter()
            .any(|(name, _)| name == "simulatedFutureEvent")
    );
    assert_eq!(more.streamed().0, TEXT);
}

#[tokio::test]
async fn on_one_call_only_and_per_test() {
    let simulator = with(Rule {
        faults: vec![Fault::new(At::Token(2), Failure::Eof).on_call(2)],
        ..Rule::text(TEXT)
    });
    let mut ends = Vec::new();
    for test in ["a", "a", "b", "a", "b"] {
        let mut request = request(PREFILL, "converse-stream", &body());
        request
            .headers
            .push(("x-sim-test".to_owned(), test.to_owned()));
        ends.push(send(&simulator, request).await.streamed().1.is_some());
    }
    assert_eq!(ends, [true, false, true, true, false]);
}

#[tokio::test]
async fn twice_at_most() {
    let fault = Fault {
        times: Some(2),
        ..Fault::new(At::Start, exception(Exception::Throttling))
    };
    let simulator = with(Rule {
        faults: vec![fault],
        ..Rule::text(TEXT)
    });
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(call(&simulator, PREFILL, "converse", &body()).await.status);
    }
    assert_eq!(statuses, [429, 429, 200, 200]);
}

#[tokio::test]
async fn by_a_header_once() {
    let mut request = request(PREFILL, "converse-stream", &body());
    request
        .headers
        .push(("x-sim-fault".to_owned(), "eof@token:3".to_owned()));
    assert_eq!(
        send(&saying(TEXT), request.clone()).await.streamed(),
        ("one two three".to_owned(), None)
    );
    request.headers[0].1 = "nonsense".to_owned();
    assert_eq!(send(&saying(TEXT), request).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn pacing_is_real_time() {
    let pacing = Pacing {
        ttft: Duration::from_secs(2),
        tokens_per_second: 5.0,
        ..Pacing::default()
    };
    let simulator = with(Rule {
        pacing: Some(pacing),
        ..Rule::text(TEXT)
    });
    for operation in ["converse", "converse-stream"] {
        let before = tokio::time::Instant::now();
        call(&simulator, PREFILL, operation, &body()).await;
        let seconds = before.elapsed().as_secs_f64();
        assert!((3.9..4.2).contains(&seconds), "{operation} took {seconds}");
    }
}
