//! Breaking a long silence with something no client sees.

use bytes::Bytes;
use tsuzuki::wire::Form;
use tsuzuki::wire::eventstream;

/// What may be sent to a caller who would otherwise take us for dead.
///
/// - A collected body has not begun yet: white space before JSON means nothing.
/// - `ConverseStream`: an event of a type no SDK knows; boto3 and the JavaScript SDK skip it (tried).
/// - Messages streams: `ping`, which Anthropic's own wire has for this.
pub(crate) fn breaker(form: Form) -> Bytes {
    let event = |kind, payload: &str| {
        eventstream::write(
            &[
                (":event-type", kind),
                (":content-type", "application/json"),
                (":message-type", "event"),
            ],
            payload.as_bytes(),
        )
    };
    match form {
        Form::Converse | Form::Messages => Bytes::from_static(b" "),
        Form::ConverseStream => event("keepAlive", "{}"),
        // {"type":"ping"} in base64.
        Form::MessagesStream => event("chunk", r#"{"bytes":"eyJ0eXBlIjoicGluZyJ9"}"#),
    }
}
