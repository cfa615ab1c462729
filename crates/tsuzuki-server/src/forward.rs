//! What nobody needs to read: passed on byte for byte, both ways.

use crate::Operation;
use crate::bill::Bill;
use crate::door::{Response, milliseconds, pieces};
use crate::error::Fault;
use crate::headers::{self, Length};
use crate::spans::ForwardSpan;
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
    let span = ForwardSpan::begin(operation, &method, model);
    let mut answer = backend.forward(request).await;
    // The first piece is awaited with the head: a request that could not be sent at all has no
    // status worth passing on.
    let first = answer.body.next().await.transpose().map_err(|broken| {
        span.broke(broken);
        Fault::unavailable(match broken {
            BodyError::Lost => "the connection to the backend was lost",
            BodyError::Stalled => "the backend did not answer in time",
        })
    })?;
    let status = StatusCode::from_u16(answer.status)
        .map_err(|_no_status| Fault::unavailable("the backend answered without a status"))?;
    span.head(status, &answer.headers);
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
        .inspect(move |piece| match piece {
            Ok(piece) => meter.pass(piece.len()),
            Err(broken) => span.broke(*broken),
        });
    let mut response = http::Response::new(pieces(rest));
    *response.status_mut() = status;
    *response.headers_mut() = headers::incoming(&answer.headers, Length::Kept);
    Ok(response)
}
