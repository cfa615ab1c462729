//! The operations on a model: answered in legs, or forwarded.

mod account;
mod answer;
mod budget;
mod hush;
mod joins;
mod log;
mod watched;
mod wish;
mod writing;

use crate::auth::{Access, Caller, Freshness, replayed};
use crate::bill::Bill;
use crate::books::Books;
use crate::door::{Response, Whole};
use crate::error::Fault;
use crate::modes::policy_of;
use crate::spans::AnswerSpan;
use crate::spending::Share;
use crate::{Limits, ModelMode, Operation, RequestMetadata, Settings, Spending, forward, headers};
use account::Account;
use answer::Running;
use joins::{Entered, Joins, Key, Worth};
use log::{Log, Reader};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tsuzuki::engine::{Answer, Ask, Delivery, Mode, ModelId, Policy, Price};
use tsuzuki::wire::{DecodeError, Form, Place, read_ask, recognise, without_wish};
use tsuzuki::{Backend, drive};
use watched::{Marks, Watched};

/// The door of the operations on a model.
pub(crate) struct Bedrock {
    backend: Arc<dyn Backend>,
    policy: Policy,
    modes: Vec<ModelMode>,
    limits: Limits,
    joins: Arc<Joins>,
    books: Arc<Books>,
    spending: Option<Arc<Spending>>,
    request_metadata: RequestMetadata,
    answers: TaskTracker,
    stop: CancellationToken,
    /// How many answers were begun; it makes the jitter of each its own.
    begun: AtomicU64,
}

impl Bedrock {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        settings: &Settings,
        books: Arc<Books>,
        answers: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        Self {
            backend,
            policy: settings.policy.clone(),
            modes: settings.modes.clone(),
            limits: settings.limits.clone(),
            joins: Arc::new(Joins::new(settings.limits.joins.clone())),
            books,
            spending: match &settings.access {
                Access::Open => None,
                Access::Keys { spending, .. } => Some(Arc::clone(spending)),
            },
            request_metadata: settings.request_metadata,
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
        caller: &Caller,
    ) -> Result<Response, Fault> {
        let began = Instant::now();
        let said = wish::mode(&request.parts.headers)?;
        let operators = policy_of(&self.policy, &self.modes, &model);
        // Either may lower the operator's mode, neither raise it.
        let said = caller
            .ceiling()
            .map_or(said, |ceiling| Some(wish::lower(ceiling, said)));
        let form = match operation {
            Operation::Converse => Some(Form::Converse),
            Operation::ConverseStream => Some(Form::ConverseStream),
            Operation::Invoke => recognise(&request.body, Delivery::Collected),
            Operation::InvokeStream => recognise(&request.body, Delivery::Streamed),
            Operation::CountTokens
            | Operation::ListFoundationModels
            | Operation::GetFoundationModel
            | Operation::ListInferenceProfiles
            | Operation::GetInferenceProfile
            | Operation::ApplyGuardrail
            | Operation::InvokeGuardrailChecks
            | Operation::StartAsyncInvoke
            | Operation::ListAsyncInvokes
            | Operation::GetAsyncInvoke
            | Operation::Metrics => None,
        };
        let mut body = request.body.clone();
        if let Some(form) = form {
            let carried = headers::carried(&request.parts.headers);
            match read_ask(form, model.clone(), carried, body.clone()) {
                Ok((ask, wish)) => {
                    let policy = wish::narrowed(&operators, said, &wish)?;
                    match (policy.mode, caller.has_budget()) {
                        // Of an answer in one leg, too, somebody has to count the tokens.
                        (Mode::Cap | Mode::Extend, _) | (Mode::Off, true) => {
                            let asking = Asking {
                                form,
                                ask,
                                policy,
                                operation,
                                caller,
                                asked: began,
                            };
                            return self.answer(&request, asking).await;
                        }
                        // Less our own field, which the backend would not know.
                        (Mode::Off, false) => body = ask.carried.body,
                    }
                }
                // Without continuation, what is wrong with a request is the backend's to say.
                Err(error)
                    if error.place != Place::Wish
                        && wish::lower(operators.mode, said) == Mode::Off =>
                {
                    body = without_wish(form, &body).map_err(|error| misread(&error, &body))?;
                }
                Err(error) => return Err(misread(&error, &request.body)),
            }
        }
        caller.must_be_new()?;
        let price = self.backend.abilities(&model).price;
        let share = if operation.spends() {
            self.share(caller, price, &mut self.policy.clone())?
        } else {
            None
        };
        let bill = Bill {
            books: Arc::clone(&self.books),
            caller: caller.clone(),
            share,
            price,
        };
        let raw = request.raw(body);
        forward::forward(self.backend.as_ref(), raw, operation, Some(&model), bill).await
    }

    /// What the caller's key may spend on one answer, set aside.
    fn share(
        &self,
        caller: &Caller,
        price: Option<Price>,
        policy: &mut Policy,
    ) -> Result<Option<Share>, Fault> {
        match (&self.spending, &caller.key) {
            (Some(spending), Some(key)) => spending.hold(key, price, policy).map(Some),
            (None, _) | (_, None) => Ok(None),
        }
    }

    /// Has it answered, unless it is being answered already.
    async fn answer(&self, request: &Whole, mut asking: Asking<'_>) -> Result<Response, Fault> {
        let key = self.joins.key(request);
        let entered = match asking.caller.freshness {
            Freshness::New => self.joins.enter(key.as_ref(), asking.form.delivery()),
            Freshness::Repeated => self
                .joins
                .join(key.as_ref())
                .map(Entered::Joined)
                .ok_or_else(replayed)?,
        };
        let (log, reader) = match entered {
            Entered::Joined(reader) => {
                tracing::info!(
                    operation = asking.operation.name(),
                    "a retry joined its answer"
                );
                self.books.metrics.joined();
                self.books.tell(asking.caller, || {
                    serde_json::json!({
                        "event": "joined",
                        "operation": asking.operation.name(),
                        "model": asking.ask.model,
                    })
                });
                return reader.response().await;
            }
            Entered::New(log, reader) => (log, reader),
        };
        let price = self.backend.abilities(&asking.ask.model).price;
        let share = match self.share(asking.caller, price, &mut asking.policy) {
            Ok(share) => share,
            Err(fault) => {
                // Whoever joined meanwhile hears that there is nothing to join.
                log.break_off();
                self.joins.settle(key.as_ref(), &log, Worth::Nothing);
                return Err(fault);
            }
        };
        asking.policy.seed = asking
            .policy
            .seed
            .wrapping_add(self.begun.fetch_add(1, Ordering::Relaxed));
        self.begin(asking, share, key, log);
        reader.response().await
    }

    fn begin(&self, asking: Asking<'_>, share: Option<Share>, key: Option<Key>, log: Arc<Log>) {
        let Asking {
            form,
            ask,
            policy,
            operation,
            caller,
            asked,
        } = asking;
        let model = ask.model.clone();
        let id = uuid::Uuid::now_v7().to_string();
        let span = AnswerSpan::begin(&id, operation, &ask);
        let account = Account {
            answer: id,
            books: Arc::clone(&self.books),
            caller: caller.clone(),
            share,
            operation,
            model: model.clone(),
            mode: policy.mode,
            asked,
            watch: Arc::default(),
            span: span.clone(),
        };
        let marks = match self.request_metadata {
            RequestMetadata::AsItCame => None,
            RequestMetadata::Marked => Some(Marks {
                answer: account.answer.clone(),
                key: caller.key.as_ref().map(|key| key.name.clone()),
            }),
        };
        let backend = Arc::new(Watched {
            backend: Arc::clone(&self.backend),
            watch: Arc::clone(&account.watch),
            span,
            marks,
        });
        let cancel = self.stop.child_token();
        let answer = Answer::new(ask, self.backend.abilities(&model), policy);
        let steps = drive(answer, backend, None, cancel.clone().into());
        let running = Running {
            form,
            account,
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
        // In boxes, because what is passed into a future has its room twice in it, and because the
        // runtime moves what it is given several times.
        let running = Box::pin(running.run(Box::pin(steps)));
        self.answers.spawn(async move {
            let kept = running.await;
            joins.settle(key.as_ref(), &log, kept);
        });
    }
}

/// A request that was read.
struct Asking<'a> {
    form: Form,
    ask: Ask,
    policy: Policy,
    operation: Operation,
    caller: &'a Caller,
    /// When it was whole.
    asked: Instant,
}

impl Reader {
    /// The response, once it is known how it begins.
    async fn response(self) -> Result<Response, Fault> {
        self.open()
            .await
            .ok_or_else(|| Fault::unavailable("the answer broke off; try again"))
    }
}

/// What is wrong with a request we could not read. Bodies that are not JSON, and members of the
/// wrong type, never reach the operation: AWS's JSON protocols call that a serialization error.
fn misread(error: &DecodeError, body: &[u8]) -> Fault {
    if let Err(bad) = std::str::from_utf8(body) {
        return Fault::serialization(format!(
            "the request body is not JSON: it is not UTF-8 from byte {} on",
            bad.valid_up_to()
        ));
    }
    let json = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    match (error.place, json) {
        (_, Err(syntax)) => Fault::serialization(format!(
            "the request body is not JSON: line {}, column {}",
            syntax.line(),
            syntax.column()
        )),
        (Place::Wish, Ok(_)) => Fault::validation(error.kind.clone()),
        (Place::Request, Ok(_)) => {
            Fault::serialization(format!("the request body cannot be read: {}", error.kind))
        }
    }
}
