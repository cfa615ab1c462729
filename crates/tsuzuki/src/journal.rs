//! Where frames are kept before anybody sees them.

use futures_util::future::BoxFuture;
use tsuzuki_wire::engine::Frame;

/// Keeps frames so that an answer can be resumed from what was shown.
///
/// [`drive`](crate::drive()) awaits every `append` before it hands the frame out, so nobody ever saw
/// a character that the journal does not hold.
pub trait Journal: Send + Sync {
    /// Keeps one frame.
    ///
    /// # Errors
    /// The frame could not be kept: it is not handed out, and the answer is cancelled.
    fn append<'a>(&'a self, frame: &'a Frame) -> BoxFuture<'a, Result<(), JournalError>>;
}

/// A frame could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the journal could not keep a frame: {0}")]
pub struct JournalError(pub String);
