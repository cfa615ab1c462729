//! `tsuzuki serve`: the Bedrock-compatible endpoint.

use super::interrupt::Interrupts;
use super::{door, private_folder, simulator};
use crate::args::{Backend, Serve};
use crate::exit::{Exit, Failure};
use crate::print;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tsuzuki::Wired;
use tsuzuki_server::{Access, ServeError, Settings, Tls};

/// What the log tells unless `TSUZUKI_LOG` says otherwise.
const LOG: &str = "warn";

/// Serves until Ctrl-C or a termination signal; answers that run are then given time to end.
pub(crate) async fn run(typed: Serve) -> Result<Exit, Failure> {
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
    let settings = door::settings(&typed.door, typed.mode, typed.data.as_deref(), address)?;
    print::data(&paste(address, &settings))?;
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
fn paste(address: SocketAddr, settings: &Settings) -> String {
    let scheme = match settings.tls {
        None => "http",
        Some(_) => "https",
    };
    let shown = reachable(address, settings);
    let trust = settings
        .tls
        .as_ref()
        .and_then(Tls::authority)
        .map_or_else(String::new, |file| {
            // It is pasted where another folder may be the current one.
            let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            let file = file.display();
            format!("  export AWS_CA_BUNDLE={file}\n  export NODE_EXTRA_CA_CERTS={file}\n")
        });
    let credentials = match settings.access {
        Access::Open => {
            "  export AWS_ACCESS_KEY_ID=offline\n  export AWS_SECRET_ACCESS_KEY=offline\n"
        }
        Access::Keys { .. } => "  (and what tsuzuki key add printed)\n",
    };
    format!(
        "\
Tsuzuki listens on {scheme}://{address}
The offline simulator answers: it is not an AI model, and nothing is sent to AWS.

Paste this where your program runs:

  export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={scheme}://{shown}
  export AWS_ENDPOINT_URL_BEDROCK={scheme}://{shown}
  export AWS_REGION=us-east-1
  export AWS_DEFAULT_REGION=us-east-1
{trust}{credentials}
Then ask for a long answer with any limit, such as \"/long 500\" with maxTokens 10.
Ctrl-C stops.
"
    )
}

/// Under which name clients call: that of the address, or for all addresses the operator's first.
fn reachable(address: SocketAddr, settings: &Settings) -> String {
    match settings.hosts.first() {
        Some(host) if address.ip().is_unspecified() => format!("{host}:{}", address.port()),
        Some(_) | None => address.to_string(),
    }
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
