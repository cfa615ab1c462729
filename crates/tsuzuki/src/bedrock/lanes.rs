//! Connections, in lanes.
//!
//! Over HTTP/2 a client keeps one connection to a host, and a server lets about a hundred streams
//! run on it; the rest wait in silence, behind answers that take minutes. So there are lanes, each
//! a client with connections of its own: a request takes the first lane with room.

use super::connect::Connector;
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How many requests one lane takes: what servers commonly allow at least (RFC 9113, 6.5.2).
const ROOM: usize = 100;
/// How many lanes there are. Beyond their room the least busy takes what comes.
const LANES: usize = 16;
/// How long an idle connection is kept; AWS closes them after about a minute.
const IDLE: Duration = Duration::from_secs(50);
/// The most header fields of a response, and the most bytes of its head.
const MOST_FIELDS: usize = 100;
const MOST_OF_A_HEAD: usize = 64 * 1024;
/// What one HTTP/2 stream may send ahead of its reader, in bytes, and all of a lane together: enough
/// that no slow reader holds up another's stream.
const AHEAD: u32 = 256 * 1024;
const AHEAD_OF_ALL: u32 = 32 * 1024 * 1024;

/// A client of one lane.
pub(super) type Lane = Client<Connector, Full<Bytes>>;

/// All lanes.
pub(super) struct Lanes {
    lanes: Vec<(Lane, Arc<AtomicUsize>)>,
}

/// A request's place in a lane, held until its answer is over.
pub(super) struct Place(Arc<AtomicUsize>);

impl Lanes {
    pub(super) fn new(connector: &Connector) -> Self {
        let lane = || {
            Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE)
                .http1_max_headers(MOST_FIELDS)
                .http1_max_buf_size(MOST_OF_A_HEAD)
                .http2_max_header_list_size(MOST_OF_A_HEAD as u32)
                .http2_initial_stream_window_size(AHEAD)
                .http2_initial_connection_window_size(AHEAD_OF_ALL)
                .http2_keep_alive_interval(Duration::from_secs(30))
                .http2_keep_alive_timeout(Duration::from_secs(20))
                .build(connector.clone())
        };
        Self {
            lanes: (0..LANES).map(|_| (lane(), Arc::default())).collect(),
        }
    }

    /// A lane with room, or the least busy.
    pub(super) fn take(&self) -> Option<(&Lane, Place)> {
        let room = |busy: &AtomicUsize| busy.load(Ordering::Relaxed) < ROOM;
        let (lane, busy) = self.lanes.iter().find(|(_, busy)| room(busy)).or_else(|| {
            self.lanes
                .iter()
                .min_by_key(|(_, busy)| busy.load(Ordering::Relaxed))
        })?;
        busy.fetch_add(1, Ordering::Relaxed);
        Some((lane, Place(Arc::clone(busy))))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
