//! `tsuzuki serve`: the Bedrock-compatible endpoint.

use super::interrupt::Interrupts;
use super::simulator;
use crate::args::{Backend, Serve};
use crate::exit::{Exit, Failure};
use crate::print;
use std::fs::{self, DirBuilder};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tsuzuki::Wired;
use tsuzuki_server::{ServeError, Settings};

/// What the log tells unless `TSUZUKI_LOG` says otherwise.
const LOG: &str = "warn";

/// Serves until Ctrl-C or a termination signal; answers that run are then given time to end.
pub(crate) async fn run(typed: Serve) -> Result<Exit, Failure> {
    if !typed.listen.ip().is_loopback() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} is not a loopback address", typed.listen),
            "there is no authentication yet, so anybody who reaches the port could use it: listen on 127.0.0.1 or [::1]",
        ));
    }
    let Backend::Sim = typed.backend;
    let simulator = simulator(typed.scenario.as_deref())?;
    if let Some(folder) = &typed.data {
        private_folder(folder)?;
    }
    log();
    let mut interrupts = Interrupts::listen()?;
    let listener = TcpListener::bind(typed.listen)
        .await
        .map_err(|error| taken(typed.listen, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| taken(typed.listen, &error))?;
    print::data(&paste(address))?;
    let settings = Settings::new(typed.mode.into());
    let patience = settings.limits.drain.as_secs();
    let backend = Arc::new(Wired::new(Arc::new(simulator)));
    let shutdown = CancellationToken::new();
    let mut serving = pin!(tsuzuki_server::serve(
        listener,
        settings,
        backend,
        shutdown.clone()
    ));
    tokio::select! {
        ended = &mut serving => return over(ended),
        () = interrupts.next() => shutdown.cancel(),
    }
    print::talk(&format!(
        "Stopping: running answers have {patience} s to end; Ctrl-C again stops at once"
    ));
    tokio::select! {
        ended = &mut serving => over(ended),
        () = interrupts.next() => Ok(Exit::Cancelled),
    }
}

fn over(ended: Result<(), ServeError>) -> Result<Exit, Failure> {
    match ended {
        Ok(()) => Ok(Exit::Complete),
        Err(error) => Err(Failure::new(
            Exit::Usage,
            error.to_string(),
            "take another address: --listen 127.0.0.1:7373",
        )),
    }
}

/// What to paste into the shell that runs a program.
fn paste(address: SocketAddr) -> String {
    format!(
        "\
Tsuzuki listens on http://{address}
The offline simulator answers: it is not an AI model, and nothing is sent to AWS.

Paste this where your program runs:

  export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://{address}
  export AWS_ENDPOINT_URL_BEDROCK=http://{address}
  export AWS_REGION=us-east-1
  export AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=offline
  export AWS_SECRET_ACCESS_KEY=offline

Then ask for a long answer with any limit, such as \"/long 500\" with maxTokens 10.
Ctrl-C stops.
"
    )
}

/// Makes a folder that only its owner can enter. One that is there already is left as it is.
fn private_folder(folder: &Path) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    let parents = folder.parent().map_or(Ok(()), fs::create_dir_all);
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    parents
        .and_then(|()| builder.create(folder))
        .map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("the folder {} cannot be made: {error}", folder.display()),
                "name a folder that you may write: --data DIR",
            )
        })
}

fn log() {
    let filter = EnvFilter::try_from_env("TSUZUKI_LOG").unwrap_or_else(|_| EnvFilter::new(LOG));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
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
