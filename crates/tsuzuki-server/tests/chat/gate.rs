//! A backend behind a gate: pieces of answers come through one by one, as a test lets them.

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;
use tsuzuki::engine::{Abilities, Event, Frame, Leg, Lesson, ModelId};
use tsuzuki::simulator::{Scenario, Simulator};
use tsuzuki::{Backend, RawRequest, RawResponse, Wired};

/// A backend behind a gate. Every frame that holds text, and every call, takes a pass.
pub(crate) struct Gate {
    behind: Arc<dyn Backend>,
    passes: Arc<Semaphore>,
    calls: AtomicUsize,
    bodies: Mutex<Vec<String>>,
    /// How many calls are running.
    running: Arc<AtomicUsize>,
}

impl Gate {
    pub(crate) fn before(behind: Arc<dyn Backend>, passes: usize) -> Arc<Self> {
        Arc::new(Self {
            behind,
            passes: Arc::new(Semaphore::new(passes)),
            calls: AtomicUsize::new(0),
            bodies: Mutex::default(),
            running: Arc::default(),
        })
    }

    /// The simulator, nothing held back.
    pub(crate) fn open() -> Arc<Self> {
        Self::with(Semaphore::MAX_PERMITS)
    }

    /// The simulator, with so many passes.
    pub(crate) fn with(passes: usize) -> Arc<Self> {
        Self::before(simulator(""), passes)
    }

    /// Lets so many more through.
    pub(crate) fn let_through(&self, passes: usize) {
        self.passes.add_permits(passes);
    }

    /// Lets everything through from now on.
    pub(crate) fn open_wide(&self) {
        self.passes
            .add_permits(Semaphore::MAX_PERMITS / 2 - self.passes.available_permits());
    }

    /// Lets nothing through from now on.
    pub(crate) fn shut(&self) {
        self.passes.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    /// The requests so far.
    pub(crate) fn bodies(&self) -> Vec<serde_json::Value> {
        let bodies = self.bodies.lock().unwrap();
        bodies
            .iter()
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }
}

/// The simulator that plays a scenario.
pub(crate) fn simulator(scenario: &str) -> Arc<dyn Backend> {
    let scenario = Scenario::parse(&format!("schema = 1\n{scenario}")).unwrap();
    Arc::new(Wired::new(Arc::new(Simulator::new(scenario))))
}

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Backend for Gate {
    fn call(&self, leg: Leg) -> BoxStream<'static, Frame> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let body = tsuzuki::wire::leg_body(&leg).unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        self.bodies.lock().unwrap().push(body);
        self.running.fetch_add(1, Ordering::SeqCst);
        let running = Running(Arc::clone(&self.running));
        let passes = Arc::clone(&self.passes);
        let frames = self.behind.call(leg);
        frames
            .then(move |frame| {
                let _running = &running;
                let waits = frame.text().is_some() || matches!(frame.event, Event::Head(_));
                let passes = Arc::clone(&passes);
                async move {
                    if waits {
                        passes.acquire().await.unwrap().forget();
                    }
                    frame
                }
            })
            .boxed()
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        self.behind.abilities(model)
    }

    fn learn(&self, model: &ModelId, lesson: Lesson) {
        self.behind.learn(model, lesson);
    }

    fn forward(&self, _request: RawRequest) -> BoxFuture<'static, RawResponse> {
        std::future::pending().boxed()
    }
}
