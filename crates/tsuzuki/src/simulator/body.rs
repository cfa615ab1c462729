//! Response bodies: paced, and broken where a fault says so.

use super::print::{Printer, Step};
use super::prompt::Dialect;
use super::refusal::{Exception, Refusal, headers, message_payload};
use super::scenario::{At, Failure, Fault, Pacing};
use crate::{BodyError, RawBody, RawResponse};
use bytes::Bytes;
use std::time::Duration;
use tsuzuki_wire::eventstream;

/// The error response that takes an answer's place, if a fault says so. In a response of one piece
/// an exception in the middle is an error response too.
pub(super) fn error_before(faults: &[Fault], is_stream: bool) -> Option<Refusal> {
    faults.iter().find_map(|fault| match &fault.failure {
        Failure::Http(error) if !is_stream || matches!(fault.at, At::Start) => {
            Some(error.clone().into())
        }
        Failure::Exception { exception, message } if !is_stream => {
            Some(Refusal::of(*exception, message.clone()))
        }
        Failure::Http(_)
        | Failure::Exception { .. }
        | Failure::Eof
        | Failure::EofMidFrame
        | Failure::Reset
        | Failure::Stall(_)
        | Failure::BadChecksum
        | Failure::Dribble
        | Failure::Glue
        | Failure::DropMetadata
        | Failure::UnknownEvent => None,
    })
}

/// How long an answer takes.
pub(super) fn planned(pacing: &Pacing, tokens: usize) -> Duration {
    faster(pacing, pacing.ttft) + spoken(pacing, tokens, 0.5)
}

fn faster(pacing: &Pacing, time: Duration) -> Duration {
    if pacing.speed > 0.0 {
        time.div_f64(pacing.speed)
    } else {
        time
    }
}

/// How long some tokens take, given a draw from 0 to 1.
fn spoken(pacing: &Pacing, tokens: usize, draw: f64) -> Duration {
    if pacing.tokens_per_second <= 0.0 {
        return Duration::ZERO;
    }
    let tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
    let seconds =
        f64::from(tokens) / pacing.tokens_per_second * (1.0 + pacing.jitter * (2.0 * draw - 1.0));
    faster(
        pacing,
        Duration::try_from_secs_f64(seconds).unwrap_or_default(),
    )
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// A response in one piece.
pub(super) async fn unary(printer: &Printer, pacing: Pacing, faults: Vec<Fault>) -> RawResponse {
    pause(planned(&pacing, printer.speech.output_tokens)).await;
    let more = match printer.dialect {
        Dialect::Converse => Vec::new(),
        Dialect::Messages
        | Dialect::Nova
        | Dialect::Titan
        | Dialect::Llama
        | Dialect::Mistral
        | Dialect::Chat => vec![
            (
                "X-Amzn-Bedrock-Invocation-Latency".to_owned(),
                printer.latency_ms.to_string(),
            ),
            (
                "X-Amzn-Bedrock-Output-Token-Count".to_owned(),
                printer.speech.output_tokens.to_string(),
            ),
            (
                "X-Amzn-Bedrock-Input-Token-Count".to_owned(),
                printer.input_tokens.to_string(),
            ),
        ],
    };
    let whole = printer.unary();
    let body = async_stream::stream! {
        let mut dribbles = false;
        let mut from = 0;
        for fault in faults {
            let at = match fault.at {
                At::Byte(at) => at.min(whole.len()).max(from),
                At::Start => from,
                At::End => whole.len(),
                At::Token(_) | At::Delta(_) | At::Text(_) => (whole.len() / 2).max(from),
            };
            match fault.failure {
                Failure::Eof | Failure::EofMidFrame => {
                    yield Ok(whole.slice(from..at));
                    return;
                }
                Failure::Reset => {
                    yield Ok(whole.slice(from..at));
                    yield Err(BodyError::Lost);
                    return;
                }
                Failure::Stall(time) => {
                    yield Ok(whole.slice(from..at));
                    from = at;
                    pause(time).await;
                }
                Failure::Dribble => dribbles = true,
                // Error responses were sent before; the rest is about frames.
                Failure::Http(_)
                | Failure::Exception { .. }
                | Failure::BadChecksum
                | Failure::Glue
                | Failure::DropMetadata
                | Failure::UnknownEvent => {}
            }
        }
        for piece in pieces(whole.slice(from..), dribbles) {
            yield Ok(piece);
        }
    };
    RawResponse {
        status: 200,
        headers: headers("application/json", more),
        body: Box::pin(body),
    }
}

/// A body, whole or byte by byte.
fn pieces(bytes: Bytes, dribbles: bool) -> Vec<Bytes> {
    if dribbles {
        (0..bytes.len()).map(|at| bytes.slice(at..=at)).collect()
    } else {
        vec![bytes]
    }
}

/// What was sent so far.
#[derive(Default)]
struct Sent {
    bytes: usize,
    tokens: usize,
    deltas: usize,
    text: String,
    begun: bool,
}

impl Sent {
    /// Whether a fault strikes before a step. Faults at a byte strike inside a frame instead.
    fn reaches(&self, at: &At, next: Step) -> bool {
        match at {
            At::Start => true,
            At::Token(tokens) => self.begun && self.tokens >= *tokens,
            At::Delta(deltas) => self.begun && self.deltas >= *deltas,
            At::Text(pattern) => pattern.is_match(&self.text),
            At::End => next == Step::Stop,
            At::Byte(_) => false,
        }
    }

    fn step(&mut self, step: Step, piece: &str) {
        self.begun = true;
        if let Step::Delta { from, to, .. } = step {
            self.tokens += to - from;
            self.deltas += 1;
            self.text.push_str(piece);
        }
    }
}

/// How frames leave from now on.
#[derive(Default)]
struct Outlet {
    dribbles: bool,
    glues: bool,
    damages_next: bool,
    drops_metadata: bool,
    held: Vec<u8>,
}

impl Outlet {
    fn pass(&mut self, frame: Bytes) -> Vec<Bytes> {
        let mut frame = frame;
        if std::mem::take(&mut self.damages_next) {
            let mut bytes = frame.to_vec();
            if let Some(last) = bytes.last_mut() {
                *last ^= 0xff;
            }
            frame = Bytes::from(bytes);
        }
        if self.glues {
            self.held.extend_from_slice(&frame);
            return Vec::new();
        }
        pieces(frame, self.dribbles)
    }

    fn flush(&mut self) -> Option<Bytes> {
        (!self.held.is_empty()).then(|| Bytes::from(std::mem::take(&mut self.held)))
    }
}

/// What a fault does to a stream at its place.
enum Effect {
    /// A last frame, and the end.
    Last(Bytes),
    /// One more frame.
    Extra(Bytes),
    /// The end, before the next frame or inside it.
    Eof { inside_frame: bool },
    /// A broken connection.
    Break,
    /// Silence.
    Silence(Duration),
    /// A change that the outlet now makes.
    None,
}

fn strike(failure: Failure, printer: &mut Printer, outlet: &mut Outlet) -> Effect {
    match failure {
        Failure::Http(error) => Effect::Last(match Exception::named(&error.name) {
            Some(exception) => exception_frame(exception, &error.message),
            None => exception_frame(Exception::InternalServer, &error.message),
        }),
        Failure::Exception { exception, message } => {
            Effect::Last(exception_frame(exception, &message))
        }
        Failure::Eof => Effect::Eof {
            inside_frame: false,
        },
        Failure::EofMidFrame => Effect::Eof { inside_frame: true },
        Failure::Reset => Effect::Break,
        Failure::Stall(time) => Effect::Silence(time),
        Failure::UnknownEvent => Effect::Extra(printer.frame(
            "simulatedFutureEvent",
            serde_json::json!({"note": "nobody knows this event"}),
        )),
        Failure::BadChecksum => {
            outlet.damages_next = true;
            Effect::None
        }
        Failure::Dribble => {
            outlet.dribbles = true;
            Effect::None
        }
        Failure::Glue => {
            outlet.glues = true;
            Effect::None
        }
        Failure::DropMetadata => {
            outlet.drops_metadata = true;
            Effect::None
        }
    }
}

/// A streamed body.
pub(super) fn stream(mut printer: Printer, pacing: Pacing, mut faults: Vec<Fault>) -> RawBody {
    let steps = printer.steps(pacing.chunk);
    let mut luck = printer.rng.fork();
    Box::pin(async_stream::stream! {
        let mut sent = Sent::default();
        let mut outlet = Outlet::default();
        for step in steps {
            while let Some(at) = faults.iter().position(|fault| sent.reaches(&fault.at, step)) {
                let fault = faults.remove(at);
                match strike(fault.failure, &mut printer, &mut outlet) {
                    Effect::Last(frame) => {
                        for piece in outlet.flush().into_iter().chain(pieces(frame, outlet.dribbles)) {
                            yield Ok(piece);
                        }
                        return;
                    }
                    Effect::Extra(frame) => {
                        for piece in outlet.pass(frame) {
                            yield Ok(piece);
                        }
                    }
                    Effect::Eof { inside_frame } => {
                        if let Some(held) = outlet.flush() {
                            yield Ok(held);
                        }
                        if inside_frame && let Some(frame) = printer.frames(step).into_iter().next() {
                            yield Ok(frame.slice(..frame.len() / 2));
                        }
                        return;
                    }
                    Effect::Break => {
                        if let Some(held) = outlet.flush() {
                            yield Ok(held);
                        }
                        yield Err(BodyError::Lost);
                        return;
                    }
                    Effect::Silence(time) => pause(time).await,
                    Effect::None => {}
                }
            }
            match step {
                Step::Start => pause(faster(&pacing, pacing.ttft)).await,
                Step::Delta { from, to, .. } => pause(spoken(&pacing, to - from, luck.f64())).await,
                Step::Open(_) | Step::Seal(_) | Step::Close(_) | Step::Stop | Step::Metadata => {}
            }
            if step == Step::Metadata && outlet.drops_metadata {
                continue;
            }
            let piece = printer.piece_of(step).to_owned();
            for frame in printer.frames(step) {
                let end = sent.bytes + frame.len();
                let inside = |fault: &Fault| match fault.at {
                    At::Byte(at) => at < end,
                    At::Start | At::Token(_) | At::Delta(_) | At::Text(_) | At::End => false,
                };
                let mut rest = frame;
                while let Some(at) = faults.iter().position(inside) {
                    let fault = faults.remove(at);
                    let At::Byte(place) = fault.at else { continue };
                    let head = rest.split_to(place.saturating_sub(sent.bytes).min(rest.len()));
                    sent.bytes += head.len();
                    match strike(fault.failure, &mut printer, &mut outlet) {
                        // Only at the border of a frame is there room for another.
                        Effect::Last(last) => {
                            yield Ok(head);
                            yield Ok(rest);
                            yield Ok(last);
                            return;
                        }
                        Effect::Extra(extra) => {
                            yield Ok(extra);
                            yield Ok(head);
                        }
                        Effect::Eof { .. } => {
                            yield Ok(head);
                            return;
                        }
                        Effect::Break => {
                            yield Ok(head);
                            yield Err(BodyError::Lost);
                            return;
                        }
                        Effect::Silence(time) => {
                            yield Ok(head);
                            pause(time).await;
                        }
                        Effect::None => yield Ok(head),
                    }
                }
                sent.bytes += rest.len();
                for piece in outlet.pass(rest) {
                    yield Ok(piece);
                }
            }
            sent.step(step, &piece);
        }
        if let Some(held) = outlet.flush() {
            yield Ok(held);
        }
    })
}

/// An exception inside a stream: no padding, and the stream ends.
fn exception_frame(exception: Exception, message: &str) -> Bytes {
    let name = exception.stream_name();
    let headers = [
        (":exception-type", name.as_str()),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ];
    eventstream::write(&headers, &message_payload(message))
}
