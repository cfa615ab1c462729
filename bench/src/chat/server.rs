//! The chat server as a subject: what `tsuzuki serve` runs, in front of the fake upstream.

use crate::Failure;
use crate::endpoint::backend;
use crate::work::MODEL;
use hyper::header::HeaderName;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tsuzuki::engine::{Mode, Policy};
use tsuzuki_server::chat::ChatSettings;
use tsuzuki_server::store::{Durability, Sqlite, SqliteSettings};
use tsuzuki_server::{
    BackendIs, BackendKind, ChatDoor, Limits, ProxyHeader, Settings, SignIn, serve,
};

/// The header field that names the user: a thousand answers belong to a thousand people.
pub(crate) const USER: &str = "x-bench-user";

/// The file of a store, in its folder.
pub(crate) const FILE: &str = "chat.db";

/// The default of `tsuzuki serve`.
const TICK: Duration = Duration::from_millis(20);

/// More than are opened.
const MANY: usize = 4096;

/// Serves on a port of its own choice, which it prints, until it is killed.
pub(crate) async fn run(
    durability: &str,
    folder: &str,
    upstream: SocketAddr,
) -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let store = Sqlite::open(SqliteSettings {
        file: Path::new(folder).join(FILE),
        durability: match durability {
            "power" => Durability::Power,
            "process" => Durability::Process,
            other => return Err(format!("{other} is nothing to survive").into()),
        },
        most_bytes: None,
    });
    let mut settings = Settings::new(Mode::Extend);
    settings.limits = Limits {
        connections: MANY,
        ..Limits::DEFAULT
    };
    settings.chat = Some(ChatDoor {
        store: Arc::new(store.await?),
        settings: ChatSettings {
            policy: Policy::new(Mode::Extend),
            model: MODEL.to_owned(),
            tick: TICK,
            take_over: Duration::from_secs(600),
            runs: MANY,
            runs_of_a_user: MANY,
            message_chars: 100_000,
        },
        sign_in: SignIn::Proxy(ProxyHeader {
            name: HeaderName::from_static(USER),
            from: vec!["127.0.0.1".parse()?],
        }),
        backend: BackendIs {
            kind: BackendKind::Bedrock,
            told: "A fake that does not think.".to_owned(),
            why: None,
            region: None,
            profile: None,
            credentials: None,
        },
        doctor: None,
        grace: ChatDoor::GRACE,
    });
    let never = CancellationToken::new();
    Ok(serve(listener, settings, backend(upstream).await?, never).await?)
}
