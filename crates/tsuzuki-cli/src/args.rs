//! What can be typed.

mod chat;
mod network;

pub(crate) use chat::{Backup, Chat, ChatDoor};
pub(crate) use network::{Auth, Certificate, Door, Key, KeyAdd, KeyList, KeyRevoke, Proof};

use crate::config::{Flag, Kind};
use crate::exit::{Exit, Failure};
use crate::print;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;
use tsuzuki::engine::Mode;
use tsuzuki_server::Operation;

/// Amazon Bedrock answers that never get cut off
///
/// Tsuzuki asks on where an answer was cut, joins the parts, and tells the truth about it. Unless
/// `--backend` says otherwise it asks the offline simulator: no AI, no AWS, no cost.
#[derive(Debug, Parser)]
#[command(name = "tsuzuki", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 complete, 1 incomplete (what there is stands on stdout), \
    2 usage or configuration, 3 refused or backend unavailable, 130 cancelled\n\n\
    Flags stand above the environment, the environment above the configuration file"
)]
pub(crate) struct Line {
    /// The configuration file [default: tsuzuki.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "TSUZUKI_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the chat page, and a Bedrock-compatible endpoint for your own programs
    Serve(Serve),
    /// Talk with a model in the terminal
    Chat(Chat),
    /// Ask a question and print the whole answer
    Ask(Ask),
    /// Mint, list and revoke the keys of an endpoint on a network
    #[command(subcommand)]
    Key(Key),
    /// Check self-checking text (`/long 500`) for missing, doubled or damaged paragraphs
    Verify(Verify),
    /// List the models Tsuzuki knows
    Models(Models),
    /// Copy what the chat keeps to a file, while a server runs too
    Backup(Backup),
    /// Ask for a password twice and print the line that makes it the chat's
    Password,
    /// Check the configuration, or print an example
    #[command(subcommand)]
    Config(Config),
    /// Find out whether Amazon Bedrock can be used, and if not, why
    Doctor(Doctor),
}

/// Serve the chat page, and a Bedrock-compatible endpoint.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one. Any address but loopback needs --auth and a stated
    /// mode [env: TSUZUKI_LISTEN] [default: 127.0.0.1:7373]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// A private folder for what Tsuzuki keeps (created with mode 0700): conversations, keys, what
    /// they spent, a certificate of its own, what errors taught about models [env: TSUZUKI_DATA]
    /// [default, for conversations only: tsuzuki in the user's own data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) answering: Answering,
    #[command(flatten)]
    pub(crate) chat: ChatDoor,
    #[command(flatten)]
    pub(crate) door: Door,
}

/// What answers, and how far it goes.
#[derive(Debug, Args)]
pub(crate) struct Answering {
    /// What answers [env: TSUZUKI_BACKEND] [default: sim]
    #[arg(long, value_enum)]
    pub(crate) backend: Option<Kind>,
    /// What an output limit means [env: TSUZUKI_MODE] [default on loopback: extend]
    #[arg(long, value_enum)]
    pub(crate) mode: Option<Reach>,
    /// What may go on where the model keeps failing: a model or profile, MODEL@REGION, or @REGION for
    /// the same model there; may be given again, and is tried in this order [env: TSUZUKI_FALLBACKS]
    #[arg(long, value_name = "MODEL@REGION", value_delimiter = ',')]
    pub(crate) fallback: Vec<String>,
    /// A file of answers, habits and faults for the simulator [env: TSUZUKI_SCENARIO]
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Where Bedrock is, and who we are to it.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The AWS region [env: AWS_REGION]
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// The AWS profile; named here it stands above keys in the environment [env: AWS_PROFILE]
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Where requests go instead of AWS's own hosts [env: AWS_ENDPOINT_URL_BEDROCK_RUNTIME]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
}

impl Serve {
    /// The settings that were typed.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let mut flags = self.answering.flags();
        flags.extend(self.chat.flags());
        flags.extend(self.door.flags());
        flags.extend(flag("server.listen", "--listen", self.listen.as_ref()));
        flags.extend(flag("server.data", "--data", path(self.data.as_ref())));
        flags
    }
}

impl Answering {
    fn flags(&self) -> Vec<Flag> {
        let mut flags = self.place.flags();
        flags.extend(flag(
            "backend.kind",
            "--backend",
            name(self.backend.as_ref()),
        ));
        flags.extend(flag("policy.mode", "--mode", name(self.mode.as_ref())));
        let fallbacks = (!self.fallback.is_empty()).then(|| self.fallback.join(","));
        flags.extend(flag("policy.fallbacks", "--fallback", fallbacks));
        flags.extend(flag(
            "backend.scenario",
            "--scenario",
            path(self.scenario.as_ref()),
        ));
        flags
    }
}

impl Place {
    /// The settings that were typed.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        [
            flag("backend.region", "--region", self.region.as_ref()),
            flag("backend.profile", "--profile", self.profile.as_ref()),
            flag("backend.endpoint", "--endpoint", self.endpoint.as_ref()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn flag(key: &'static str, name: &'static str, typed: Option<impl ToString>) -> Option<Flag> {
    Some(Flag {
        key,
        name,
        text: typed?.to_string(),
    })
}

fn path(typed: Option<&PathBuf>) -> Option<std::path::Display<'_>> {
    typed.map(|path| path.display())
}

/// The name of a value, as it is typed and as a file has it.
fn name<T: ValueEnum>(typed: Option<&T>) -> Option<String> {
    Some(typed?.to_possible_value()?.get_name().to_owned())
}

/// Ask a question and print the whole answer.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The question; without it, standard input is the question. With it, text piped to standard
    /// input is attached below
    pub(crate) prompt: Option<String>,
    /// The model's id, an inference profile's id or an ARN; `tsuzuki models` lists them [env:
    /// TSUZUKI_MODEL] [default: global.anthropic.claude-sonnet-5-5]
    #[arg(short, long)]
    pub(crate) model: Option<String>,
    /// The system prompt
    #[arg(short, long)]
    pub(crate) system: Option<String>,
    /// The output limit of the first call, in tokens [default: 4096]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_tokens: Option<u32>,
    /// The sampling temperature
    #[arg(long, value_name = "T")]
    pub(crate) temperature: Option<f64>,
    /// Nucleus sampling
    #[arg(long, value_name = "P")]
    pub(crate) top_p: Option<f64>,
    /// A text that ends the answer when the model writes it; may be given again
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,
    /// A model-specific field, such as top_k=40; may be given again
    #[arg(long, value_name = "KEY=JSON", value_parser = field)]
    pub(crate) field: Vec<(String, Value)>,
    #[command(flatten)]
    pub(crate) answering: Answering,
    /// Print one JSON object: text, outcome and report
    #[arg(long)]
    pub(crate) json: bool,
    /// Ask for each part in one piece, and print the whole at the end
    #[arg(long)]
    pub(crate) no_stream: bool,
    /// Tell about every part: stop reason, tokens, time, request id
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// Check self-checking text.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The file to check; `-` is standard input
    pub(crate) file: PathBuf,
}

/// List the models Tsuzuki knows.
#[derive(Debug, Args)]
pub(crate) struct Models {
    /// Only models whose id or name holds this text, upper and lower case alike
    pub(crate) filter: Option<String>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

/// Check the configuration, or print an example.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print every setting that stands, and where it comes from
    Check {
        /// The file to check [default: that of --config, or tsuzuki.toml]
        file: Option<PathBuf>,
    },
    /// Print a commented file with every key at its default
    Example,
}

/// Find out whether Amazon Bedrock can be used, and if not, why.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Also ask a model for one token, which costs a little; without an id, the model of `ask`
    #[arg(long, value_name = "MODEL", num_args = 0..=1, default_missing_value = "")]
    pub(crate) call: Option<String>,
    /// Print the least IAM policy that is needed, and ask nobody
    #[arg(long, conflicts_with_all = ["json", "call"])]
    pub(crate) iam_policy: bool,
    /// With --iam-policy: an operation to allow, by AWS's name; may be given again [default:
    /// Converse, InvokeModel, both streaming, CountTokens, the lists of models and profiles]
    #[arg(long, value_name = "NAME", requires = "iam_policy")]
    pub(crate) operation: Vec<Operation>,
    /// With --iam-policy: a model, an inference profile or an ARN to allow; may be given again
    /// [default: every model]
    #[arg(long, value_name = "ID", requires = "iam_policy")]
    pub(crate) model: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

impl Ask {
    /// The settings that were typed.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let mut flags = self.answering.flags();
        flags.extend(flag("ask.model", "--model", self.model.as_ref()));
        flags
    }
}

/// What a caller's own output limit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reach {
    /// The size of the first part only; go on until the answer ends
    Extend,
    /// A ceiling on the whole answer; broken streams are still recovered
    Cap,
    /// One call, passed through untouched
    Off,
}

impl From<Reach> for Mode {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Extend => Self::Extend,
            Reach::Cap => Self::Cap,
            Reach::Off => Self::Off,
        }
    }
}

/// Reads the command line. Help and version are printed here, and end the program.
pub(crate) fn parse() -> Result<Line, Failure> {
    let error = match Line::try_parse() {
        Ok(line) => return Ok(line),
        Err(error) => error,
    };
    let wanted = [
        ErrorKind::DisplayHelp,
        ErrorKind::DisplayVersion,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ];
    if wanted.contains(&error.kind()) {
        print::help(&error)
    }
    Err(misused(&error))
}

/// Our own two paragraphs in place of clap's: the fact, and one way out.
fn misused(error: &clap::Error) -> Failure {
    let rendered = error.render().to_string();
    let fact = rendered.split("\n\n").next().unwrap_or_default();
    let fact = fact.strip_prefix("error: ").unwrap_or(fact).trim_end();
    let suggested = match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(option)) => Some(option.clone()),
        _ => None,
    };
    let typed = std::env::args().nth(1).unwrap_or_default();
    let help = Line::command()
        .find_subcommand(&typed)
        .map_or_else(String::new, |command| format!(" {}", command.get_name()));
    let hint = suggested.map_or_else(
        || format!("tsuzuki{help} --help shows what can be typed"),
        |option| format!("did you mean {option}?"),
    );
    Failure::new(Exit::Usage, fact, hint)
}

/// A model-specific field.
fn field(text: &str) -> Result<(String, Value), String> {
    let (name, json) = text
        .split_once('=')
        .ok_or("a field is KEY=JSON, as in top_k=40")?;
    let value = serde_json::from_str(json).map_err(|_| {
        format!("the value of {name} is not JSON; a text needs quotes: '{name}=\"text\"'")
    })?;
    Ok((name.to_owned(), value))
}
