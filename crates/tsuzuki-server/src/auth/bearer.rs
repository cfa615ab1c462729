//! Bearer tokens, as `AWS_BEARER_TOKEN_BEDROCK` makes SDKs send them.

use crate::error::Fault;
use crate::keys::{Key, Keys};
use std::sync::Arc;

/// The scheme's name.
pub(super) const SCHEME: &str = "Bearer";

/// The key of a token.
pub(super) fn key(token: &str, keys: &Keys) -> Result<Arc<Key>, Fault> {
    keys.by_token(token.trim()).ok_or_else(|| {
        // Bedrock's words for an API key it does not know (recorded).
        Fault::unauthenticated(
            "AccessDeniedException",
            "Authentication failed: Please make sure your API Key is valid.",
        )
    })
}
