//! What can go wrong before an answer exists. After the first leg everything is an `Outcome`.

use crate::WishError;
use crate::bedrock::SetupError;
use tsuzuki_wire::DecodeError;

/// What can go wrong before an answer exists.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The question cannot be put into a request.
    #[error("the question cannot be asked: {}", .0.kind)]
    Question(DecodeError),
    /// The question's own wish, in its field `tsuzuki`, cannot be granted.
    #[error(transparent)]
    Wish(#[from] WishError),
    /// Bedrock cannot be used.
    #[error(transparent)]
    Setup(SetupError),
}
