//! Amazon Bedrock without AWS: whole answers, cut at `maxTokens` and resumed from the request
//! alone, and faults on demand.
//!
//! The simulator plays the server. It reads requests itself, refuses what the service refuses, in
//! its words, and prints what recorded traffic shows; so it keeps no state about answers, and any
//! client's own way of going on works against it. Every response says
//! `x-tsuzuki-backend: simulator`, and no answer's text pretends to be a model's.
//!
//! Two request headers are for tests: `x-sim-test` names the test that a call belongs to, so that
//! tests that run side by side count their calls apart; `x-sim-fault: eof@token:20` breaks this one
//! response.
//!
//! Known deviations: an id of the operator's own (application inference profile, provisioned
//! model, …) is served as Claude Sonnet 4.5; a profile of any geography is served, listed or not;
//! credentials are not checked; models past their end of life are served, since articles use them.

mod body;
mod catalogue;
mod counting;
mod ledger;
mod library;
mod place;
mod print;
mod prompt;
mod refusal;
mod responder;
mod scenario;
mod speech;
mod tokens;
mod validation;

pub use refusal::Exception;
pub use scenario::{
    At, Block, Calls, Chunk, CutStyle, Echo, Failure, Fallback, Fault, HttpError, Pacing, Reply,
    Resume, Rule, Scenario, ScenarioError, When,
};

use crate::backend::Transport;
use crate::models::{Model, Models, Naming, naming};
use crate::{RawRequest, RawResponse};
use base64::Engine as _;
use futures_util::future::BoxFuture;
use ledger::{Call, Ledger};
use library::Library;
use place::{Conversation, Way};
use print::Printer;
use prompt::{Choice, Dialect, Document, Prompt, Thinking};
use refusal::{Refusal, headers};
use serde_json::error::Category;
use speech::Script;
use std::sync::Arc;
use tsuzuki_wire::engine::{Abilities, ModelId, Region};

/// The model that an id of the operator's own stands for here: application inference profiles and
/// the like do not tell what is behind them.
const BEHIND_OPAQUE_IDS: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";

/// Where `/break` breaks an answer: late enough to see it, early enough for a short one.
const BREAK_AFTER_TOKENS: usize = 60;

/// The output limit of a model that nobody knows one of, when a request names none.
const USUAL_LIMIT: u32 = 4096;

/// Amazon Bedrock without AWS.
#[derive(Debug, Clone)]
pub struct Simulator {
    scenario: Arc<Scenario>,
    ledger: Arc<Ledger>,
    library: Arc<Library>,
}

/// What a request wants done with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Converse,
    ConverseStream,
    InvokeModel,
    InvokeModelWithResponseStream,
    CountTokens,
}

impl Operation {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "converse" => Self::Converse,
            "converse-stream" => Self::ConverseStream,
            "invoke" => Self::InvokeModel,
            "invoke-with-response-stream" => Self::InvokeModelWithResponseStream,
            "count-tokens" => Self::CountTokens,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Converse => "Converse",
            Self::ConverseStream => "ConverseStream",
            Self::InvokeModel => "InvokeModel",
            Self::InvokeModelWithResponseStream => "InvokeModelWithResponseStream",
            Self::CountTokens => "CountTokens",
        }
    }
}

impl Transport for Simulator {
    fn send(&self, request: RawRequest) -> BoxFuture<'static, RawResponse> {
        let this = self.clone();
        Box::pin(async move {
            this.answer(&request)
                .await
                .unwrap_or_else(Refusal::into_response)
        })
    }

    /// It plays Bedrock wherever it is asked.
    fn call(
        &self,
        _model: &ModelId,
        _region: Option<&Region>,
        request: RawRequest,
    ) -> BoxFuture<'static, RawResponse> {
        self.send(request)
    }

    fn abilities(&self, model: &ModelId) -> Abilities {
        Models::builtin().abilities(model)
    }
}

impl Simulator {
    /// A simulator that plays a scenario. [`Scenario::default`] has no rules: the default responder
    /// answers everything.
    #[must_use]
    pub fn new(scenario: Scenario) -> Self {
        Self {
            scenario: Arc::new(scenario),
            ledger: Arc::default(),
            library: Arc::default(),
        }
    }

    async fn answer(&self, request: &RawRequest) -> Result<RawResponse, Refusal> {
        let path = request.path.split('?').next().unwrap_or_default();
        if request.method == "GET" {
            return catalogue::answer(request);
        }
        let (id, word) = path
            .strip_prefix("/model/")
            .and_then(|rest| rest.rsplit_once('/'))
            .filter(|_| request.method == "POST")
            .ok_or_else(Refusal::unknown_operation)?;
        let operation = Operation::of(word).ok_or_else(Refusal::unknown_operation)?;
        let id = percent_encoding::percent_decode_str(id)
            .decode_utf8_lossy()
            .into_owned();
        let model = served(&id, operation)?;
        if operation == Operation::CountTokens {
            return counting::answer(model, &request.body);
        }
        let body = Document::read(&request.body).map_err(|error| unreadable(&error))?;
        let prompt = match operation {
            Operation::Converse | Operation::ConverseStream | Operation::CountTokens => {
                prompt::read_converse(&body)?
            }
            Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
                prompt::read_native(model, &body)?
            }
        };
        validation::check(&prompt, model)?;
        self.play(request, operation, &id, model, &prompt).await
    }

    /// Finds the rule, says its part of the answer, and sends it with the rule's faults.
    async fn play(
        &self,
        request: &RawRequest,
        operation: Operation,
        id: &str,
        model: &Model,
        prompt: &Prompt,
    ) -> Result<RawResponse, Refusal> {
        let conversation = Conversation::of(prompt);
        let test = request.header("x-sim-test").unwrap_or_default();
        let mut rng = fastrand::Rng::with_seed(self.scenario.seed ^ seed_of(request));
        let seen = ledger::Seen {
            operation: operation.name(),
            id,
            prompt,
            conversation: &conversation,
        };
        let Call {
            rule,
            number,
            mut faults,
        } = self.ledger.call(&self.scenario, &seen, test, &mut rng);
        if let Some(fault) = request.header("x-sim-fault") {
            faults.push(Failure::parse_header(fault).ok_or_else(|| {
                Refusal::validation("x-sim-fault must be such as `eof@token:20`, `reset@byte:400` or `ThrottlingException@delta:3`")
            })?);
        }
        if rule.is_none() && self.scenario.fallback == Fallback::Responder {
            faults.extend(responder_fault(&conversation));
        }
        if let Some(error) = rule.and_then(|rule| rule.error.clone()) {
            return Err(error.into());
        }
        if let Some(error) = body::error_before(&faults, is_stream(operation)) {
            return Err(error);
        }
        let pacing = rule
            .and_then(|rule| rule.pacing)
            .unwrap_or(self.scenario.pacing);
        let blocks = self.blocks(rule, prompt, &conversation, model).await?;
        let ideal = Resume::default();
        let script = Script {
            blocks: &blocks,
            cut: rule.map(|rule| rule.cut).unwrap_or_default(),
            resume: rule.map_or(&ideal, |rule| &rule.resume),
            call: number,
            stop: rule.and_then(|rule| rule.stop.as_deref()),
        };
        let tool_id = tool_id(prompt.dialect, &mut rng);
        let speech = script.say(prompt, &conversation, limit(prompt, model), &tool_id);
        let mut printer = Printer::new(
            prompt.dialect,
            Arc::new(model.clone()),
            speech,
            prompt.input_tokens(),
            rng,
        );
        printer.extra_paths.clone_from(&prompt.extra_paths);
        printer.padding = pacing.padding;
        printer.latency_ms =
            u64::try_from(body::planned(&pacing, printer.speech.output_tokens).as_millis())
                .unwrap_or(u64::MAX)
                .max(1);
        Ok(if is_stream(operation) {
            let more = match prompt.dialect {
                Dialect::Converse => Vec::new(),
                Dialect::Messages
                | Dialect::Nova
                | Dialect::Titan
                | Dialect::Llama
                | Dialect::Mistral
                | Dialect::Chat => {
                    vec![(
                        "X-Amzn-Bedrock-Content-Type".to_owned(),
                        "application/json".to_owned(),
                    )]
                }
            };
            RawResponse {
                status: 200,
                headers: headers("application/vnd.amazon.eventstream", more),
                body: body::stream(printer, pacing, faults),
            }
        } else {
            body::unary(&printer, pacing, faults).await
        })
    }

    /// The whole answer, in blocks.
    async fn blocks(
        &self,
        rule: Option<&Rule>,
        prompt: &Prompt,
        conversation: &Conversation,
        model: &Model,
    ) -> Result<Vec<Block>, Refusal> {
        let mut blocks: Vec<Block> = match (rule, self.scenario.fallback) {
            (Some(rule), _) => {
                let mut blocks = Vec::with_capacity(rule.reply.blocks.len());
                for block in &rule.reply.blocks {
                    blocks.push(match block {
                        Block::Respond(question) => {
                            Block::Text(responder::respond(&self.library, question, &[]).await)
                        }
                        Block::Text(_) | Block::Reasoning { .. } | Block::Tool { .. } => {
                            block.clone()
                        }
                    });
                }
                blocks
            }
            (None, Fallback::Responder) => {
                vec![Block::Text(
                    responder::answer(&self.library, prompt, conversation).await,
                )]
            }
            (None, Fallback::Echo) => vec![Block::Text(conversation.asked.trim_end().to_owned())],
            (None, Fallback::Refuse) => {
                return Err(Refusal::validation(
                    "No rule of the scenario matches this request, and its default is to refuse.",
                ));
            }
        };
        let has = |wanted: fn(&Block) -> bool| blocks.iter().any(wanted);
        if !has(|block| matches!(block, Block::Tool { .. }))
            && let Some(tool) = forced_tool(prompt)
        {
            blocks = vec![tool];
        } else if prompt.thinking != Thinking::Off
            && model.reasoning
            && !has(|block| matches!(block, Block::Reasoning { .. }))
        {
            let text = responder::reasoning(&conversation.asked).to_owned();
            let signature = Some(
                base64::engine::general_purpose::STANDARD.encode("a signature of the simulator"),
            );
            blocks.insert(0, Block::Reasoning { text, signature });
        }
        Ok(blocks)
    }
}

impl From<HttpError> for Refusal {
    fn from(error: HttpError) -> Self {
        Self {
            status: error.status,
            name: error.name,
            message: error.message,
        }
    }
}

const fn is_stream(operation: Operation) -> bool {
    match operation {
        Operation::ConverseStream | Operation::InvokeModelWithResponseStream => true,
        Operation::Converse | Operation::InvokeModel | Operation::CountTokens => false,
    }
}

/// The model that serves an id, or the service's refusal.
fn served(id: &str, operation: Operation) -> Result<&'static Model, Refusal> {
    let models = Models::builtin();
    let (how, _) = naming(id);
    let model = match how {
        Naming::Opaque => models.get(&ModelId(BEHIND_OPAQUE_IDS.to_owned())),
        Naming::Bare | Naming::Profile => models.get(&ModelId(id.to_owned())),
    };
    let model =
        model.ok_or_else(|| Refusal::validation("The provided model identifier is invalid."))?;
    match (operation, how) {
        // CountTokens wants the bare id, also of models that are served through profiles only.
        (Operation::CountTokens, Naming::Bare) if model.count_tokens => Ok(model),
        (Operation::CountTokens, _) => Err(Refusal::validation(
            "The provided model doesn't support counting tokens.",
        )),
        (_, Naming::Bare) if !model.on_demand => Err(Refusal::validation(format!(
            "Invocation of model ID {} with on-demand throughput isn’t supported. Retry your request with the ID or ARN \
             of an inference profile that contains this model.",
            model.id
        ))),
        (
            Operation::Converse
            | Operation::ConverseStream
            | Operation::InvokeModel
            | Operation::InvokeModelWithResponseStream,
            _,
        ) => Ok(model),
    }
}

/// What is wrong with a body that is not a JSON object.
fn unreadable(error: &serde_json::Error) -> Refusal {
    Refusal::serialization(match error.classify() {
        Category::Data => "The request body is not a JSON object.".to_owned(),
        Category::Io | Category::Syntax | Category::Eof => format!(
            "The request body is not valid JSON (line {}, column {}).",
            error.line(),
            error.column()
        ),
    })
}

/// What `/break` asks the default responder for: the line breaks while the answer begins, and not
/// when it is gone on with.
fn responder_fault(conversation: &Conversation) -> Option<Fault> {
    let wanted = responder::wants_a_bad_line(&conversation.asked);
    (wanted && conversation.way == Way::Fresh).then_some(Fault {
        call: None,
        at: At::Token(BREAK_AFTER_TOKENS),
        failure: Failure::Reset,
        times: None,
    })
}

/// How many tokens a request may have.
fn limit(prompt: &Prompt, model: &Model) -> usize {
    let asked = prompt
        .max_tokens
        .and_then(|tokens| usize::try_from(tokens).ok());
    let usual = model
        .default_max_tokens
        .or(model.max_output)
        .unwrap_or(USUAL_LIMIT);
    asked.unwrap_or_else(|| usize::try_from(usual).unwrap_or(usize::MAX))
}

/// A call of the tool that the request demands, with an input its schema accepts.
fn forced_tool(prompt: &Prompt) -> Option<Block> {
    let tool = match &prompt.choice {
        Choice::Auto => None,
        Choice::Any => prompt.tools.first(),
        Choice::Named(name) => prompt.tools.iter().find(|tool| tool.name == *name),
    }?;
    Some(Block::Tool {
        name: tool.name.clone(),
        input: responder::sample(&tool.schema, 0),
    })
}

fn tool_id(dialect: Dialect, rng: &mut fastrand::Rng) -> String {
    let start = match dialect {
        Dialect::Messages => "toolu_bdrk_01",
        Dialect::Converse
        | Dialect::Nova
        | Dialect::Titan
        | Dialect::Llama
        | Dialect::Mistral
        | Dialect::Chat => "tooluse_",
    };
    start
        .chars()
        .chain((0..20).map(|_| rng.alphanumeric()))
        .collect()
}

/// The same request has the same luck.
fn seed_of(request: &RawRequest) -> u64 {
    let bytes = request.path.bytes().chain(request.body.iter().copied());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
