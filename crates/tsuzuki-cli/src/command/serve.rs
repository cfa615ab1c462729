//! `tsuzuki serve`: the chat page and the Bedrock-compatible endpoint.

use super::folder::{Announced, Folder, Secret, Serving};
use super::interrupt::Interrupts;
use super::web::{self, Web};
use super::{door, private_folder};
use crate::backend::{self, Answering};
use crate::config::{Effective, Origin, Override};
use crate::exit::{Exit, Failure};
use crate::print;
#[cfg(feature = "otel")]
use crate::traces::Traces;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};
use tsuzuki_server::{Access, Operations, Password, ServeError, Settings, SignIn, Tls};

/// What the log never tells unless it is asked for by name: the AWS SDK warns in the words of what a
/// `credential_process` or an endpoint said, which may be a secret. Ours say what went wrong.
const UNHEARD: &str = "aws_=off";

/// Serves until Ctrl-C or a termination signal; answers that run are then given time to end.
pub(crate) async fn run(effective: &Effective) -> Result<Exit, Failure> {
    let talk = log(&effective.config.server.log, effective.origin("server.log"))?;
    let subscriber = tracing_subscriber::registry().with(talk);
    #[cfg(feature = "otel")]
    let traces = Traces::from_environment()?;
    #[cfg(feature = "otel")]
    let subscriber = subscriber.with(traces.as_ref().map(Traces::layer));
    subscriber.init();
    let ended = endpoint(effective).await;
    // Whoever stops at once does not wait for a collector.
    #[cfg(feature = "otel")]
    if let (Some(traces), Ok(Exit::Complete)) = (traces, &ended) {
        traces.end().await;
    }
    ended
}

async fn endpoint(effective: &Effective) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let ready = Ready::listen(effective, For::Everybody).await?;
    print::data(&ready.told())?;
    let patience = ready.settings.limits.drain.as_secs();
    let shutdown = CancellationToken::new();
    let mut serving = pin!(ready.serve(shutdown.clone()));
    tokio::select! {
        ended = &mut serving => return ended.map(|()| Exit::Complete),
        () = interrupts.next() => shutdown.cancel(),
    }
    print::talk(&format!(
        "Stopping: running answers have {patience} s to end; Ctrl-C again stops at once"
    ));
    tokio::select! {
        ended = &mut serving => ended.map(|()| Exit::Complete),
        () = interrupts.next() => Ok(Exit::Cancelled),
    }
}

/// Whom a server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Everybody whom its settings let in.
    Everybody,
    /// Whoever may read the data folder, and for its chat alone: other users of this machine can
    /// reach the address, too.
    Owner,
}

/// Why a server cannot begin.
pub(super) enum Unready {
    /// Another one holds the store.
    Locked(Failure),
    /// Anything else.
    Failed(Failure),
}

impl From<Failure> for Unready {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unready> for Failure {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::Locked(failure) | Unready::Failed(failure) => failure,
        }
    }
}

/// A server that listens, with everything it needs open.
pub(super) struct Ready {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
    answering: Answering,
    known: Vec<Override>,
    /// Where the chat keeps its conversations, or why there is none.
    chat: Result<Folder, Option<String>>,
    /// What lets the owner in, where it is for them alone.
    secret: Option<Secret>,
    /// As long as it is here, the data folder names us.
    announced: Option<Announced>,
}

impl Ready {
    /// Listens where the settings say.
    pub(super) async fn listen(effective: &Effective, whom: For) -> Result<Self, Unready> {
        let server = &effective.config.server;
        let listener = TcpListener::bind(server.listen)
            .await
            .map_err(|error| taken(server.listen, &error))?;
        let address = listener
            .local_addr()
            .map_err(|error| taken(server.listen, &error))?;
        let answering = backend::choose(effective, Some(address)).await?;
        if let Some(folder) = &server.data {
            private_folder(folder)?;
        }
        let mut settings = door::settings(effective, address)?;
        let policy = settings.policy.clone();
        let chat = match web::open(effective, address, &answering, policy).await? {
            Web::Chat(door, folder) => {
                settings.chat = Some(*door);
                Ok(folder)
            }
            Web::None => Err(None),
            Web::Without(why) => Err(Some(why)),
            Web::Locked(failure) => return Err(Unready::Locked(failure)),
        };
        let secret = match whom {
            For::Everybody => None,
            For::Owner => Some(close(&mut settings)?),
        };
        door::check(&settings, address)?;
        let mut ready = Self {
            listener,
            address,
            settings,
            answering,
            known: effective.config.models.clone(),
            chat,
            secret,
            announced: None,
        };
        ready.announced = ready.announce()?;
        Ok(ready)
    }

    /// Says in the data folder that it uses it.
    fn announce(&self) -> Result<Option<Announced>, Failure> {
        let Ok(folder) = &self.chat else {
            return Ok(None);
        };
        folder.announce(self.serving()).map(Some).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("{} cannot be written: {error}", folder.path().display()),
                "name a folder that you may write: --data DIR",
            )
        })
    }

    /// What the data folder says of it.
    pub(super) fn serving(&self) -> Serving {
        Serving {
            url: self.url(),
            process: std::process::id(),
            authority: self.authority(),
            secret: self.secret.clone(),
        }
    }

    /// Its address, for a browser or a program on this machine.
    fn url(&self) -> String {
        format!(
            "{}://{}",
            self.scheme(),
            reachable(self.address, &self.settings)
        )
    }

    const fn scheme(&self) -> &'static str {
        match self.settings.tls {
            None => "http",
            Some(_) => "https",
        }
    }

    /// The certificate to trust, if it made its own.
    fn authority(&self) -> Option<PathBuf> {
        let file = self.settings.tls.as_ref().and_then(Tls::authority)?;
        // It is pasted where another folder may be the current one.
        Some(std::path::absolute(file).unwrap_or_else(|_| file.to_owned()))
    }

    /// Serves until `shutdown`.
    pub(super) async fn serve(self, shutdown: CancellationToken) -> Result<(), Failure> {
        warn_without_credentials(&self.answering);
        let _until_the_end = self.announced;
        let backend = self.answering.backend(self.known);
        tsuzuki_server::serve(self.listener, self.settings, backend, shutdown)
            .await
            .map_err(|error| over(&error))
    }

    /// What a person is told: where the page is, who answers, and what programs need.
    fn told(&self) -> String {
        let page = match &self.chat {
            Ok(folder) => format!(
                "Open {} in a browser. Conversations are kept in {}.\n",
                self.url(),
                folder.path().display()
            ),
            Err(Some(why)) => format!("{why}\n"),
            Err(None) => String::new(),
        };
        page + &self.paste()
    }

    /// What to paste into the shell that runs a program.
    fn paste(&self) -> String {
        let Self {
            address,
            settings,
            answering,
            ..
        } = self;
        let (scheme, url) = (self.scheme(), self.url());
        let trust = self.authority().map_or_else(String::new, |file| {
            let file = file.display();
            format!("  export AWS_CA_BUNDLE={file}\n  export NODE_EXTRA_CA_CERTS={file}\n")
        });
        let (region, offline, then) = match answering {
            Answering::Simulator(..) => (
                "us-east-1",
                "  export AWS_ACCESS_KEY_ID=offline\n  export AWS_SECRET_ACCESS_KEY=offline\n",
                "Then ask for a long answer with any limit, such as \"/long 500\" with maxTokens 10.\n",
            ),
            Answering::Bedrock(bedrock) => (
                bedrock.identity().region.as_str(),
                "",
                "The program's own AWS credentials are not looked at; if it has none, any keys will do.\n",
            ),
        };
        let (credentials, then) = match (&settings.access, answering) {
            (Access::Open, _) => (offline, then),
            (Access::Keys { .. }, Answering::Simulator(..)) => {
                ("  (and what tsuzuki key add printed)\n", then)
            }
            (Access::Keys { .. }, Answering::Bedrock(_)) => {
                ("  (and what tsuzuki key add printed)\n", "")
            }
        };
        let told = answering.told();
        format!(
            "\
Tsuzuki listens on {scheme}://{address}
{told}

Paste this where your program runs:

  export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url}
  export AWS_ENDPOINT_URL_BEDROCK={url}
  export AWS_REGION={region}
  export AWS_DEFAULT_REGION={region}
{trust}{credentials}
{then}Ctrl-C stops.
"
        )
    }
}

/// Closes a server to everybody but those who learn a new secret.
fn close(settings: &mut Settings) -> Result<Secret, Failure> {
    let (secret, password) = Password::minted().map_err(|_no_random_numbers| {
        Failure::new(
            Exit::Usage,
            "the system has no random numbers",
            "run tsuzuki serve, and talk to that",
        )
    })?;
    settings.operations = Some(Operations::none());
    if let Some(chat) = &mut settings.chat {
        chat.sign_in = SignIn::Password(password);
    }
    Ok(Secret(secret))
}

/// Looks for credentials beside the serving, so that what is missing is told before the first
/// request, and nobody waits for it.
fn warn_without_credentials(answering: &Answering) {
    if let Answering::Bedrock(bedrock) = answering {
        let bedrock = bedrock.clone();
        tokio::spawn(async move {
            if let Err(why) = bedrock.check_credentials().await {
                print::talk(&format!(
                    "warning: {why}\n\nhint: requests fail until then; tsuzuki doctor looks at every step"
                ));
            }
        });
    }
}

fn over(error: &ServeError) -> Failure {
    Failure::new(
        Exit::Usage,
        error.to_string(),
        "take another address: --listen 127.0.0.1:7373",
    )
}

/// Under which name clients call: that of the address, or for all addresses the operator's first.
fn reachable(address: SocketAddr, settings: &Settings) -> String {
    match settings.hosts.first() {
        Some(host) if address.ip().is_unspecified() => format!("{host}:{}", address.port()),
        Some(_) | None => address.to_string(),
    }
}

/// The log, on standard error.
fn log<S>(filter: &str, origin: &Origin) -> Result<impl Layer<S> + use<S>, Failure>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let filter = EnvFilter::try_new(format!("{UNHEARD},{filter}")).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("{origin} (server.log): {error}"),
            "name a level (error, warn, info, debug, trace), or levels by part: tsuzuki_server=debug",
        )
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    // A journal or a container's log keeps every byte: colours are for a terminal, unless NO_COLOR
    // is set, which the layer itself looks at.
    let lines = if io::stderr().is_terminal() {
        lines
    } else {
        lines.with_ansi(false)
    };
    Ok(lines.with_filter(filter))
}

fn taken(address: SocketAddr, error: &io::Error) -> Failure {
    let (fact, hint) = if error.kind() == io::ErrorKind::AddrInUse {
        (
            format!("{address} is in use by another program"),
            "stop that program, or take a free port: --listen 127.0.0.1:0",
        )
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        (
            format!("listening on {address} is not permitted"),
            "take a port above 1023: --listen 127.0.0.1:7373",
        )
    } else {
        (
            format!("listening on {address} failed: {error}"),
            "take another address: --listen 127.0.0.1:7373",
        )
    };
    Failure::new(Exit::Usage, fact, hint)
}
