//! The listener: it accepts, and it ends in good order.

use crate::chat::{Chat, ChatError};
use crate::connection::{self, Connection, Host};
use crate::door::{Door, Ending};
use crate::{Access, Settings, SignIn, Tls};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tsuzuki::Backend;
use tsuzuki::engine::Policy;

/// How long to rest when the system has no socket to give (too many open files).
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How long cancelled answers have to say their last frames at shutdown.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often to look whether the keys changed, and to write down what was spent.
const LOOK_AT_FILES: Duration = Duration::from_millis(500);

/// Why the endpoint cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The listener is open to other machines, and anybody could use it.
    #[error(
        "{0} can be reached from other machines: ask callers for keys (--auth sigv4, bearer or \
         both; `tsuzuki key add` mints them), or listen on a loopback address such as 127.0.0.1:7373"
    )]
    NoKeys(SocketAddr),
    /// The listener is open to other machines, and nobody said how far answers may go.
    #[error("{}", choices(*.address, .policy))]
    NoMode {
        /// Where it listens.
        address: SocketAddr,
        /// The budgets of an answer.
        policy: Box<Policy>,
    },
    /// The listener is open to other machines, and anybody could read and write the chat.
    #[error(
        "{0} can be reached from other machines, and the chat asks nobody who they are: set a \
         password for it, let a proxy sign people in, say that it is open to anybody, or serve \
         without it"
    )]
    NoSignIn(SocketAddr),
    /// The chat cannot begin.
    #[error("the chat cannot begin: {0}")]
    Chat(#[from] ChatError),
    /// The listener cannot say where it listens.
    #[error("the listener has no address: {0}")]
    Listener(#[from] std::io::Error),
}

/// The modes, and the most that an answer may cost in each.
fn choices(address: SocketAddr, policy: &Policy) -> String {
    let Policy {
        max_output_tokens,
        max_legs,
        max_cost,
        ..
    } = policy;
    format!(
        "{address} can be reached from other machines, so the mode must be chosen:\n\
         --mode extend  answers go on past the caller's maxTokens: at worst {max_output_tokens} \
         output tokens in {max_legs} calls, each of which sends the input again, or ${max_cost} \
         where prices are known\n\
         --mode cap     the caller's maxTokens is a ceiling on the whole answer: at worst so many \
         output tokens, plus a little for each call that continues a broken stream, which sends \
         the input again\n\
         --mode off     one call for each request, passed through: what the caller asked, no more"
    )
}

/// Serves until `shutdown`, then lets running answers finish for [`Limits::drain`](crate::Limits::drain).
///
/// # Errors
/// The listener is not on a loopback address, and keys or a stated mode are missing. Once it serves,
/// it does not fail.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    backend: Arc<dyn Backend>,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    settings.check(address)?;
    let limits = Arc::new(settings.limits.clone());
    let tls = settings.tls.as_ref().map(Tls::acceptor);
    // Until the last answer is over: a drain can take longer than a revoked key should work.
    let watching = CancellationToken::new();
    let _unwatch = watching.clone().drop_guard();
    tokio::spawn(watch(settings.access.clone(), watching));
    let access = settings.access.clone();
    let answers = TaskTracker::new();
    let stop = CancellationToken::new();
    let connections = TaskTracker::new();
    let abort = CancellationToken::new();
    let leaving = CancellationToken::new();
    let open_chat = settings
        .chat
        .as_ref()
        .is_some_and(|chat| chat.sign_in == SignIn::Anybody);
    let (chat, grace) = match &settings.chat {
        None => (None, Duration::ZERO),
        Some(door) => {
            let store = Arc::clone(&door.store);
            let chat = Chat::open(door.settings.clone(), store, Arc::clone(&backend)).await?;
            (Some(chat), door.grace.min(limits.drain))
        }
    };
    let ending = Ending {
        answers: answers.clone(),
        stop: stop.clone(),
        shutdown: shutdown.clone(),
        leaving: leaving.clone(),
    };
    let door = Arc::new(Door::new(settings, address, backend, chat.clone(), ending));
    if !address.ip().is_loopback() && tls.is_none() {
        tracing::warn!(
            "plain HTTP on a network: whoever is on the way reads texts and takes tokens; \
             use --tls, or put a proxy before it that encrypts"
        );
    }
    if open_chat && !address.ip().is_loopback() {
        tracing::warn!("the chat is open: whoever reaches this address reads and writes it");
    }
    tracing::info!(%address, mode = ?door.mode(), "listening");
    let host = Host {
        door,
        limits,
        shutdown,
        abort,
    };
    accept(&listener, &connections, &host, |stream, peer| {
        connection::run(Connection {
            stream,
            peer,
            tls: tls.clone(),
            host: host.clone(),
        })
    })
    .await;
    let Host { limits, abort, .. } = host;
    drop(listener);
    tracing::info!(connections = connections.len(), "shutting down");
    connections.close();
    answers.close();
    // Readers stay for what short runs still say, and then come back to the next server.
    let runs = async {
        if let Some(chat) = chat {
            chat.shut_down(grace).await;
        }
        leaving.cancel();
    };
    // An answer whose client left has nobody to finish for.
    let drained = tokio::time::timeout(limits.drain, connections.wait());
    let ((), finished) = tokio::join!(runs, drained);
    stop.cancel();
    if finished.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "ending answers that are still running"
        );
    }
    let last_words = async { tokio::join!(connections.wait(), answers.wait()) };
    if tokio::time::timeout(LAST_WORDS, last_words).await.is_err() {
        abort.cancel();
        connections.wait().await;
    }
    if let Access::Keys { spending, .. } = access {
        spending.save();
    }
    Ok(())
}

/// Notices when keys are minted or revoked, and writes down what they spend.
async fn watch(access: Access, shutdown: CancellationToken) {
    let Access::Keys { keys, spending, .. } = access else {
        return;
    };
    let mut clock = tokio::time::interval(LOOK_AT_FILES);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = clock.tick() => {
                let (keys, spending) = (Arc::clone(&keys), Arc::clone(&spending));
                // Files may be slow; a look that panicked is a look that failed.
                let _looked = tokio::task::spawn_blocking(move || {
                    keys.refresh();
                    spending.save();
                })
                .await;
            }
        }
    }
}

async fn accept<F>(
    listener: &TcpListener,
    connections: &TaskTracker,
    host: &Host,
    run: impl Fn(TcpStream, IpAddr) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(host.limits.connections));
    loop {
        let accepted = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = host.shutdown.cancelled() => return,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Deltas are small and each of them is awaited by somebody.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no TCP_NODELAY");
                }
                let connection = run(stream, peer.ip());
                connections.spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}
