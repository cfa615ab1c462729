//! Refusals of a model's id, found without losing a byte of them.

use crate::RawResponse;
use futures_util::stream::{self, StreamExt as _};

/// The most bytes of a refusal that are read to see what it is about.
const MOST_OF_A_REFUSAL: usize = 64 * 1024;

/// Why Bedrock would not take a model's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// "… with on-demand throughput isn’t supported. …": recorded.
    NeedsProfile,
    /// "The provided model identifier is invalid.": recorded.
    Unknown,
}

/// Reads a response as far as it takes to see whether the model's id was refused. The response
/// stays whole.
pub(super) async fn read(response: RawResponse) -> (RawResponse, Option<Refusal>) {
    if response.status != 400 {
        return (response, None);
    }
    let RawResponse {
        status,
        headers,
        mut body,
    } = response;
    let mut pieces = Vec::new();
    let mut text = Vec::new();
    while text.len() < MOST_OF_A_REFUSAL {
        let Some(piece) = body.next().await else {
            break;
        };
        let broken = piece.is_err();
        text.extend_from_slice(piece.as_deref().unwrap_or_default());
        pieces.push(piece);
        if broken {
            break;
        }
    }
    let says = |words: &str| {
        text.windows(words.len())
            .any(|window| window == words.as_bytes())
    };
    let refusal = if says("with on-demand throughput isn") {
        Some(Refusal::NeedsProfile)
    } else if says("model identifier is invalid") {
        Some(Refusal::Unknown)
    } else {
        None
    };
    let body = stream::iter(pieces).chain(body).boxed();
    (
        RawResponse {
            status,
            headers,
            body,
        },
        refusal,
    )
}
