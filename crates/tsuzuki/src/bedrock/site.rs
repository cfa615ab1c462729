//! Bedrock in one region: its hosts, and connections of its own.

use super::connect::Connector;
use super::endpoint::Endpoints;
use super::lanes::Lanes;

/// Bedrock in one region. Each has connections of its own, so that one which hangs takes no room
/// from another.
pub(super) struct Site {
    /// The region, as signatures name it.
    pub(super) region: String,
    pub(super) endpoints: Endpoints,
    pub(super) lanes: Lanes,
}

impl Site {
    pub(super) fn new(region: String, endpoints: Endpoints, connector: &Connector) -> Self {
        Self {
            region,
            endpoints,
            lanes: Lanes::new(connector),
        }
    }
}
