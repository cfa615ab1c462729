//! What nobody needs to read: passed on byte for byte, both ways.

use crate::Operation;
use crate::bill::Bill;
use crate::door::{Response, milliseconds, pieces};
use crate::error::Fault;
use crate::headers::{self, Length};
use futures_util::{StreamExt, stream};
use http::StatusCode;
use std::time::Instant;
use tsuzuki::engine::ModelId;
use tsuzuki::{Backend, BodyError, RawRequest};

/// Forwards a request and streams the response through untouched. A body that breaks breaks the
/// caller's connection as well, so that it cannot be taken for a whole one.
pub(crate) async fn forward(
    backend: &dyn Backend,
    request: RawRequest,
    operation: Operation,
    model: Option<&ModelId>,
    bill: Bill,
) -> Result<Response, Fault> {
    let began = Instant::now();
    let method = request.method.clone();
    let request_bytes = request.body.len();
    let mut answer = backend.forward(request).await;
    // The first piece is awaited with the head: a request that could not be sent at all has no
    // status worth passing on.
    let first = match answer.body.next().await {
        None => None,
        Some(Ok(piece)) => Some(piece),
        Some(Err(BodyError::Lost)) => {
            return Err(Fault::unavailable("the connection to the backend was lost"));
        }
        Some(Err(BodyError::Stalled)) => {
            return Err(Fault::unavailable("the backend did not answer in time"));
        }
    };
    let status = StatusCode::from_u16(answer.status)
        .map_err(|_no_status| Fault::unavailable("the backend answered without a status"))?;
    tracing::info!(
        operation = operation.name(),
        model = model.map(|model| tracing::field::debug(&model.0)),
        %method,
        status = status.as_u16(),
        ms = milliseconds(began),
        "forwarded"
    );
    bill.books.metrics.forwarded(operation.name(), status);
    bill.books.tell(&bill.caller, || {
        serde_json::json!({
            "event": "forwarded",
            "operation": operation.name(),
            "model": model,
            "method": method,
            "status": status.as_u16(),
            "ms": milliseconds(began),
        })
    });
    let mut meter = bill.meter(operation, status, request_bytes, &answer.headers);
    let rest = stream::iter(first.map(Ok))
        .chain(answer.body)
        .inspect(move |piece| meter.pass(piece.as_ref().map_or(0, bytes::Bytes::len)));
    let mut response = http::Response::new(pieces(rest));
    *response.status_mut() = status;
    *response.headers_mut() = headers::incoming(&answer.headers, Length::Kept);
    Ok(response)
}
