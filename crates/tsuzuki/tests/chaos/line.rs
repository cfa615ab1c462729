//! A line to the simulator that breaks as planned.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::time::{Duration, Instant};
use tsuzuki::engine::{Abilities, ModelId, Region};
use tsuzuki::simulator::Simulator;
use tsuzuki::{BodyError, RawRequest, RawResponse, Transport};

/// When the line breaks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plan {
    Never,
    /// In this call, counted from 0, after so many bytes.
    Once {
        call: usize,
        at: usize,
        how: Break,
    },
    /// In one of so many calls, somewhere.
    Random {
        seed: u64,
        one_in: u64,
    },
    /// Every call is throttled for so long, from the first on.
    Throttled {
        seconds: u64,
    },
}

/// How the line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// The connection is reset.
    Reset,
    /// It ends as if all were well.
    Eof,
    /// Nothing comes any more.
    Stall,
    /// A byte is another one.
    Flip,
}

impl Break {
    pub(crate) const ALL: [Self; 4] = [Self::Reset, Self::Eof, Self::Stall, Self::Flip];
}

pub(crate) struct Line {
    simulator: Simulator,
    plan: Plan,
    calls: AtomicUsize,
    lengths: Arc<Mutex<Vec<usize>>>,
    begun: Instant,
    called: Mutex<Vec<Duration>>,
}

impl Line {
    pub(crate) fn new(simulator: Simulator, plan: Plan) -> Self {
        Self {
            simulator,
            plan,
            calls: AtomicUsize::new(0),
            lengths: Arc::default(),
            begun: Instant::now(),
            called: Mutex::default(),
        }
    }

    /// How long the responses were, once they were read.
    pub(crate) fn lengths(&self) -> Vec<usize> {
        self.lengths.lock().unwrap().clone()
    }

    /// When each call came, since the line was made.
    pub(crate) fn called(&self) -> Vec<Duration> {
        self.called.lock().unwrap().clone()
    }

    fn breaks(&self, call: usize) -> Option<(usize, Break)> {
        match self.plan {
            Plan::Never | Plan::Throttled { .. } => None,
            Plan::Once {
                call: planned,
                at,
                how,
            } => (call == planned).then_some((at, how)),
            Plan::Random { seed, one_in } => {
                let mut random = fastrand::Rng::with_seed(seed ^ (call as u64) << 16);
                let how = Break::ALL[random.usize(..Break::ALL.len())];
                (random.u64(..one_in) == 0).then(|| (random.usize(..6000), how))
            }
        }
    }
}

impl Transport for Line {
    fn send(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let since = self.begun.elapsed();
        self.called.lock().unwrap().push(since);
        if let Plan::Throttled { seconds } = self.plan
            && since < Duration::from_secs(seconds)
        {
            return std::future::ready(throttled()).boxed();
        }
        let breaks = self.breaks(call);
        let lengths = Arc::clone(&self.lengths);
        let response = self.simulator.send(request);
        async move {
            let RawResponse {
                status,
                headers,
                body,
            } = response.await;
            // Whole first, so that a break falls at a byte and not between two pieces.
            let whole: Vec<u8> = body.map(|piece| piece.unwrap().to_vec()).concat().await;
            lengths.lock().unwrap().push(whole.len());
            let body = match breaks {
                Some((at, how)) if at < whole.len() => broken(whole, at, how),
                Some(_) | None => vec![Ok(Bytes::from(whole))],
            };
            RawResponse {
                status,
                headers,
                body: stream::iter(body).boxed(),
            }
        }
        .boxed()
    }

    fn call(
        &self,
        _model: &ModelId,
        _region: Option<&Region>,
        request: RawRequest,
    ) -> BoxFuture<'static, RawResponse> {
        self.send(request)
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        self.simulator.abilities(model)
    }
}

/// Throttling as recorded: no `Retry-After`.
fn throttled() -> RawResponse {
    let body =
        Bytes::from_static(br#"{"message":"Too many requests, please wait before trying again."}"#);
    RawResponse {
        status: 429,
        headers: vec![(
            "x-amzn-ErrorType".to_owned(),
            "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/".to_owned(),
        )],
        body: stream::iter([Ok(body)]).boxed(),
    }
}

fn broken(mut whole: Vec<u8>, at: usize, how: Break) -> Vec<Result<Bytes, BodyError>> {
    if how == Break::Flip {
        whole[at] ^= 0x20;
        return vec![Ok(Bytes::from(whole))];
    }
    whole.truncate(at);
    let before = Ok(Bytes::from(whole));
    match how {
        Break::Reset => vec![before, Err(BodyError::Lost)],
        Break::Stall => vec![before, Err(BodyError::Stalled)],
        Break::Eof | Break::Flip => vec![before],
    }
}
