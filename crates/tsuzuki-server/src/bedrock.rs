//! The operations on a model: answered in legs, or forwarded.

mod answer;
mod budget;
mod hush;
mod joins;
mod log;
mod wish;
mod writing;

use crate::door::{Response, Whole};
use crate::error::Fault;
use crate::route::Operation;
use crate::settings::policy_of;
use crate::{Limits, ModelMode, forward, headers};
use answer::Running;
use joins::{Entered, Joins, Key};
use log::{Log, Reader};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tsuzuki::engine::{Answer, Ask, Delivery, Mode, ModelId, Policy};
use tsuzuki::wire::{DecodeError, Form, Place, read_ask, recognise};
use tsuzuki::{Backend, drive};

/// The door of the operations on a model.
pub(crate) struct Bedrock {
    backend: Arc<dyn Backend>,
    policy: Policy,
    modes: Vec<ModelMode>,
    limits: Limits,
    joins: Arc<Joins>,
    answers: TaskTracker,
    stop: CancellationToken,
    /// How many answers were begun; it makes the jitter of each its own.
    begun: AtomicU64,
}

impl Bedrock {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        policy: Policy,
        modes: Vec<ModelMode>,
        limits: Limits,
        answers: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        Self {
            backend,
            policy,
            modes,
            joins: Arc::new(Joins::new(limits.joins.clone())),
            limits,
            answers,
            stop,
            begun: AtomicU64::new(0),
        }
    }

    /// Answers one request.
    pub(crate) async fn open(
        &self,
        request: Whole,
        model: ModelId,
        operation: Operation,
    ) -> Result<Response, Fault> {
        let said = wish::mode(request.header(headers::MODE))?;
        let operators = policy_of(&self.policy, &self.modes, &model);
        let form = match operation {
            Operation::Converse => Some(Form::Converse),
            Operation::ConverseStream => Some(Form::ConverseStream),
            Operation::Invoke => recognise(&request.body, Delivery::Collected),
            Operation::InvokeStream => recognise(&request.body, Delivery::Streamed),
            Operation::CountTokens => None,
        };
        let mut body = request.body.clone();
        if let Some(form) = form {
            let carried = headers::carried(&request.parts.headers);
            match read_ask(form, model.clone(), carried, body.clone()) {
                Ok((ask, wish)) => {
                    let policy = wish::narrowed(&operators, said, &wish)?;
                    match policy.mode {
                        Mode::Cap | Mode::Extend => {
                            return self.answer(&request, form, ask, policy, operation).await;
                        }
                        // Less our own field, which the backend would not know.
                        Mode::Off => body = ask.carried.body,
                    }
                }
                // Without continuation, what is wrong with a request is the backend's to say.
                Err(error)
                    if error.place != Place::Wish
                        && wish::lower(operators.mode, said) == Mode::Off => {}
                Err(error) => return Err(misread(&error, &request.body)),
            }
        }
        let raw = request.raw(body);
        forward::forward(self.backend.as_ref(), raw, operation.name(), Some(&model)).await
    }

    /// Has it answered, unless it is being answered already.
    async fn answer(
        &self,
        request: &Whole,
        form: Form,
        ask: Ask,
        mut policy: Policy,
        operation: Operation,
    ) -> Result<Response, Fault> {
        let key = self.joins.key(request);
        let (log, reader) = match self.joins.enter(key.as_ref()) {
            Entered::Joined(reader) => {
                tracing::info!(operation = operation.name(), "a retry joined its answer");
                return reader.response().await;
            }
            Entered::New(log, reader) => (log, reader),
        };
        policy.seed = policy
            .seed
            .wrapping_add(self.begun.fetch_add(1, Ordering::Relaxed));
        self.begin(form, ask, policy, operation, key, log);
        reader.response().await
    }

    fn begin(
        &self,
        form: Form,
        ask: Ask,
        policy: Policy,
        operation: Operation,
        key: Option<Key>,
        log: Arc<Log>,
    ) {
        let model = ask.model.clone();
        let cancel = self.stop.child_token();
        let abilities = self.backend.abilities(&model);
        let answer = Answer::new(ask, abilities, policy);
        let steps = drive(answer, Arc::clone(&self.backend), None, cancel.clone());
        let running = Running {
            form,
            operation,
            model,
            log: Arc::clone(&log),
            cancel,
            silence: self.limits.silence,
            ahead: self.limits.ahead_bytes,
            gone: match &key {
                Some(_) => self.limits.gone,
                // Nobody could come back to it.
                None => std::time::Duration::ZERO,
            },
        };
        let joins = Arc::clone(&self.joins);
        self.answers.spawn(async move {
            let kept = running.run(steps).await;
            joins.settle(key.as_ref(), &log, kept);
        });
    }
}

impl Reader {
    /// The response, once it is known how it begins.
    async fn response(self) -> Result<Response, Fault> {
        self.open()
            .await
            .ok_or_else(|| Fault::unavailable("the answer broke off; try again"))
    }
}

/// What is wrong with a request we could not read.
fn misread(error: &DecodeError, body: &[u8]) -> Fault {
    let json = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    match (error.place, json) {
        (_, Err(syntax)) => Fault::serialization(format!(
            "the request body is not JSON: line {}, column {}",
            syntax.line(),
            syntax.column()
        )),
        (Place::Wish, Ok(_)) => Fault::validation(format!("tsuzuki: {}", error.kind)),
        (Place::Request, Ok(_)) => {
            Fault::validation(format!("the request body cannot be read: {}", error.kind))
        }
    }
}
