//! What can be typed.

use crate::exit::{Exit, Failure};
use crate::print;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use tsuzuki::engine::Mode;
use tsuzuki_server::Operation;

/// A current model that cannot be continued by prefill, under a profile that presumes no geography.
const DEFAULT_MODEL: &str = "global.anthropic.claude-sonnet-5-5";

/// Amazon Bedrock answers that never get cut off
///
/// Tsuzuki asks on where an answer was cut, joins the parts, and tells the truth about it. This
/// version always asks the offline simulator: no AI, no AWS, no cost.
#[derive(Debug, Parser)]
#[command(name = "tsuzuki", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 complete, 1 incomplete (what there is stands on stdout), \
    2 usage or configuration, 3 refused or backend unavailable, 130 cancelled"
)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a Bedrock-compatible endpoint for your own programs
    Serve(Serve),
    /// Ask a question and print the whole answer
    Ask(Ask),
    /// Mint, list and revoke the keys of an endpoint on a network
    #[command(subcommand)]
    Key(Key),
    /// Check self-checking text (`/long 500`) for missing, doubled or damaged paragraphs
    Verify(Verify),
    /// List the models Tsuzuki knows
    Models(Models),
}

/// Serve a Bedrock-compatible endpoint.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one. Any address but loopback needs --auth and --mode
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7373", value_parser = address, env = "TSUZUKI_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// What answers
    #[arg(long, value_enum, default_value_t = Backend::Sim, env = "TSUZUKI_BACKEND")]
    pub(crate) backend: Backend,
    /// What a caller's own output limit means [default on loopback: extend]
    #[arg(long, value_enum, env = "TSUZUKI_MODE")]
    pub(crate) mode: Option<Reach>,
    /// A file of answers, habits and faults for the simulator
    #[arg(long, value_name = "FILE", env = "TSUZUKI_SCENARIO")]
    pub(crate) scenario: Option<PathBuf>,
    /// A private folder for what Tsuzuki keeps (created with mode 0700): keys, what they spent, a
    /// certificate of its own
    #[arg(long, value_name = "DIR", env = "TSUZUKI_DATA")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) door: Door,
}

/// Who may come in, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "On a network")]
pub(crate) struct Door {
    /// Ask callers for a key of this data folder (`tsuzuki key add`), proved this way
    #[arg(long, value_enum, requires = "data", env = "TSUZUKI_AUTH")]
    pub(crate) auth: Option<Auth>,
    /// A region that signatures may name; may be given again [default: any]
    #[arg(long, value_name = "REGION", requires = "auth")]
    pub(crate) auth_region: Vec<String>,
    /// A name under which clients call, without a port; may be given again
    #[arg(long, value_name = "NAME", env = "TSUZUKI_HOST", value_delimiter = ',')]
    pub(crate) host: Vec<String>,
    /// An operation to open besides Converse, InvokeModel and CountTokens where keys are asked for,
    /// such as ListFoundationModels; may be given again
    #[arg(long, value_name = "OPERATION", requires = "auth")]
    pub(crate) open: Vec<Operation>,
    /// Encrypt, with a certificate that is made and kept in the data folder
    #[arg(
        long,
        value_enum,
        requires = "data",
        conflicts_with = "tls_cert",
        env = "TSUZUKI_TLS"
    )]
    pub(crate) tls: Option<Certificate>,
    /// Encrypt, with this certificate chain (PEM)
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        env = "TSUZUKI_TLS_CERT"
    )]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        env = "TSUZUKI_TLS_KEY"
    )]
    pub(crate) tls_key: Option<PathBuf>,
    /// Add a line of JSON for every request to this file; never what it says
    #[arg(long, value_name = "FILE", env = "TSUZUKI_AUDIT")]
    pub(crate) audit: Option<PathBuf>,
    /// Name answer, leg and key in the requestMetadata of Converse requests
    #[arg(long)]
    pub(crate) request_metadata: bool,
}

/// Mint, list and revoke keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Mint a key and print it, this once
    Add(KeyAdd),
    /// List the keys, what each grants, and what it spent today
    List(KeyList),
    /// Take a key away; endpoints that serve notice within a second
    Revoke(KeyRevoke),
}

/// Mint a key.
#[derive(Debug, Args)]
pub(crate) struct KeyAdd {
    /// What to call it, in logs and metrics
    pub(crate) name: String,
    /// The data folder of the endpoint
    #[arg(long, value_name = "DIR", env = "TSUZUKI_DATA")]
    pub(crate) data: PathBuf,
    /// How it proves itself
    #[arg(long, value_enum, default_value_t = Proof::Sigv4)]
    pub(crate) auth: Proof,
    /// A pattern of the model ids it may use, such as 'us.anthropic.*'; may be given again
    /// [default: all]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) model: Vec<String>,
    /// An operation it may call; may be given again [default: all that the endpoint opens]
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: Vec<Operation>,
    /// The highest mode its requests get
    #[arg(long, value_enum)]
    pub(crate) mode: Option<Reach>,
    /// US dollars a day (UTC), counted where prices are known
    #[arg(long, value_name = "USD")]
    pub(crate) usd_a_day: Option<f64>,
    /// Tokens a day (UTC), of every kind
    #[arg(long, value_name = "N")]
    pub(crate) tokens_a_day: Option<u64>,
}

/// List the keys.
#[derive(Debug, Args)]
pub(crate) struct KeyList {
    /// The data folder of the endpoint
    #[arg(long, value_name = "DIR", env = "TSUZUKI_DATA")]
    pub(crate) data: PathBuf,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

/// Take a key away.
#[derive(Debug, Args)]
pub(crate) struct KeyRevoke {
    /// Its name or its id
    pub(crate) name: String,
    /// The data folder of the endpoint
    #[arg(long, value_name = "DIR", env = "TSUZUKI_DATA")]
    pub(crate) data: PathBuf,
}

/// Ask a question and print the whole answer.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The question; without it, standard input is the question. With it, text piped to standard
    /// input is attached below
    pub(crate) prompt: Option<String>,
    /// The model's id, an inference profile's id or an ARN; `tsuzuki models` lists them
    #[arg(short, long, default_value = DEFAULT_MODEL, env = "TSUZUKI_MODEL")]
    pub(crate) model: String,
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
    /// What the output limit means
    #[arg(long, value_enum, default_value_t = Reach::Extend, env = "TSUZUKI_MODE")]
    pub(crate) mode: Reach,
    /// A file of answers, habits and faults for the simulator
    #[arg(long, value_name = "FILE", env = "TSUZUKI_SCENARIO")]
    pub(crate) scenario: Option<PathBuf>,
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

/// How callers prove their keys.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Auth {
    /// By a signature, as every AWS SDK signs
    Sigv4,
    /// By a token (AWS_BEARER_TOKEN_BEDROCK)
    Bearer,
    /// By either
    Both,
}

/// How a key proves itself.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Proof {
    /// By a signature: an access key id and a secret for any AWS SDK
    Sigv4,
    /// By a token (AWS_BEARER_TOKEN_BEDROCK); most SDKs send it over TLS only
    Bearer,
}

/// Whose certificate.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Certificate {
    /// Our own; clients trust the file whose name is printed
    SelfSigned,
}

/// What answers.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Backend {
    /// The offline simulator
    Sim,
}

/// What a caller's own output limit means.
#[derive(Debug, Clone, Copy, ValueEnum)]
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
pub(crate) fn parse() -> Result<Command, Failure> {
    let error = match Line::try_parse() {
        Ok(line) => return Ok(line.command),
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

/// An address to listen on. `localhost` is spelt out here: looking it up could lead elsewhere.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.strip_prefix("localhost:")
        .map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"))
        .parse()
        .map_err(|_| "an address is host:port, as in 127.0.0.1:7373".to_owned())
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
