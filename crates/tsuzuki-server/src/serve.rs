//! The listener: it accepts, and it ends in good order.

use crate::connection::{self, Connection};
use crate::door::Door;
use crate::{Limits, Settings};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tsuzuki::Backend;

/// How long to rest when the system has no socket to give (too many open files).
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How long cancelled answers have to say their last frames at shutdown.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Why the endpoint cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The listener is open to other machines.
    #[error(
        "{0} can be reached from other machines, and the endpoint has no authentication yet; \
         listen on a loopback address such as 127.0.0.1:7373"
    )]
    NotLoopback(SocketAddr),
    /// The listener cannot say where it listens.
    #[error("the listener has no address: {0}")]
    Listener(#[from] std::io::Error),
}

/// Serves until `shutdown`, then lets running answers finish for [`Limits::drain`].
///
/// # Errors
/// The listener is not on a loopback address. Once it serves, it does not fail.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    backend: Arc<dyn Backend>,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let limits = settings.limits.clone();
    let answers = TaskTracker::new();
    let stop = CancellationToken::new();
    let connections = TaskTracker::new();
    let abort = CancellationToken::new();
    let door = Arc::new(Door::new(
        settings,
        address,
        backend,
        answers.clone(),
        stop.clone(),
        shutdown.clone(),
    ));
    tracing::info!(%address, mode = ?door.mode(), "listening");
    accept(&listener, &limits, &connections, &shutdown, |stream| {
        connection::run(Connection {
            stream,
            door: Arc::clone(&door),
            limits: limits.clone(),
            shutdown: shutdown.clone(),
            abort: abort.clone(),
        })
    })
    .await;
    drop(listener);
    tracing::info!(connections = connections.len(), "shutting down");
    connections.close();
    answers.close();
    // An answer whose client left has nobody to finish for.
    let finished = tokio::time::timeout(limits.drain, connections.wait()).await;
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
    Ok(())
}

async fn accept<F>(
    listener: &TcpListener,
    limits: &Limits,
    connections: &TaskTracker,
    shutdown: &CancellationToken,
    run: impl Fn(TcpStream) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, _peer)) => {
                // Deltas are small and each of them is awaited by somebody.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no TCP_NODELAY");
                }
                let connection = run(stream);
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
