//! The chat of a server: its store, who may come in, and what its page is told.

use super::doctor::Bedside;
use super::folder::Folder;
use crate::backend::Answering;
use crate::config::{Config, Effective, Origin};
use crate::exit::{Exit, Failure};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::time::{Instant, interval_at};
use tsuzuki::engine::Policy;
use tsuzuki_server::chat::Moment;
use tsuzuki_server::store::{Fault, Sqlite, SqliteSettings, Store, StoreError};
use tsuzuki_server::{BackendIs, BackendKind, ChatDoor, ProxyHeader, SignIn};

/// How often what nobody needs any more is removed.
const TIDY_SECONDS: u64 = 60 * 60;

/// The chat of a server, or why there is none.
pub(super) enum Web {
    /// There is one, and it keeps its conversations here.
    Chat(Box<ChatDoor>, Folder),
    /// There is none, and it need not be told.
    None,
    /// There is none, for this reason.
    Without(String),
    /// There should be one, and another server holds its store.
    Locked(Failure),
}

/// Opens the chat, if these settings have one.
pub(super) async fn open(
    effective: &Effective,
    address: SocketAddr,
    answering: &Answering,
    policy: Policy,
) -> Result<Web, Failure> {
    let config = &effective.config;
    // Keys and names of its own say that others come in, by a proxy on this machine.
    let own_machine = address.ip().is_loopback()
        && config.network.auth.is_none()
        && config.server.hosts.is_empty();
    match config.chat.enabled {
        Some(false) => return Ok(Web::None),
        None if !own_machine && !config.chat.lets_people_in() => {
            return Ok(Web::Without(
                "There is no chat page: set a password for it (tsuzuki password), or see --chat-open."
                    .to_owned(),
            ));
        }
        Some(true) | None => {}
    }
    let folder = Folder::of(config)?;
    folder.make()?;
    let settings = SqliteSettings {
        file: folder.store(),
        durability: config.chat.durability(),
        most_bytes: None,
    };
    let store: Arc<dyn Store> = match Sqlite::open(settings).await {
        Ok(store) => Arc::new(store),
        // Nobody asked for this folder, so nobody is refused an endpoint for it.
        Err(error)
            if error.fault == Fault::Locked
                && config.chat.enabled.is_none()
                && effective.origin("server.data") == &Origin::Default =>
        {
            return Ok(Web::Without(format!(
                "There is no chat page here: another server uses {}; --data DIR gives this one a folder of its own.",
                folder.path().display()
            )));
        }
        Err(error) if error.fault == Fault::Locked => return Ok(Web::Locked(unusable(&error))),
        Err(error) => return Err(unusable(&error)),
    };
    tidy(Arc::clone(&store), config);
    let door = ChatDoor {
        store,
        settings: config.chat.settings(policy, &config.ask.model),
        sign_in: sign_in(config)?,
        backend: told(answering),
        doctor: Some(Arc::new(Bedside::new(effective, address))),
        grace: config.chat.grace(),
    };
    Ok(Web::Chat(Box::new(door), folder))
}

/// Who may come in.
fn sign_in(config: &Config) -> Result<SignIn, Failure> {
    let chat = &config.chat;
    let usage = |fact: String| {
        Failure::new(
            Exit::Usage,
            fact,
            "tsuzuki config example shows what a chat on a network needs, under [chat]",
        )
    };
    let said = [
        chat.open,
        chat.password_hash.is_some(),
        chat.proxy_header.is_some(),
    ];
    if said.into_iter().filter(|said| *said).count() > 1 {
        return Err(usage(
            "the chat is open, or asks for a password, or trusts a proxy: one of them".to_owned(),
        ));
    }
    if let Some(hash) = &chat.password_hash {
        let password = hash
            .parse()
            .map_err(|error| usage(format!("chat.password_hash: {error}")))?;
        return Ok(SignIn::Password(password));
    }
    if let Some(name) = &chat.proxy_header {
        let name = name.parse().map_err(|_| {
            usage(format!(
                "chat.proxy_header: `{name}` is not the name of a header field"
            ))
        })?;
        let from = chat.proxy_from();
        return Ok(SignIn::Proxy(ProxyHeader { name, from }));
    }
    Ok(if chat.open {
        SignIn::Anybody
    } else {
        SignIn::ThisMachine
    })
}

/// What the page is told of the backend.
fn told(answering: &Answering) -> BackendIs {
    match answering {
        Answering::Simulator(_, why) => BackendIs {
            kind: BackendKind::Simulator,
            told: answering.told(),
            why: why.clone(),
            region: None,
            profile: None,
            credentials: None,
        },
        Answering::Bedrock(bedrock) => {
            let identity = bedrock.identity();
            BackendIs {
                kind: BackendKind::Bedrock,
                told: answering.told(),
                why: None,
                region: Some(identity.region.clone()),
                profile: identity.profile.clone(),
                credentials: Some(identity.source.to_string()),
            }
        }
    }
}

/// Removes what nobody needs any more, now and then, as long as the program runs.
fn tidy(store: Arc<dyn Store>, config: &Config) {
    let retention = config.chat.retention();
    tokio::spawn(async move {
        let pause = std::time::Duration::from_secs(TIDY_SECONDS);
        let mut now_and_then = interval_at(Instant::now() + pause / 60, pause);
        loop {
            now_and_then.tick().await;
            let kept = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
            let before = Moment(Moment::now().0.saturating_sub(kept));
            if let Err(error) = store.retire(before).await {
                tracing::warn!("what is no longer needed could not be removed: {error}");
            }
        }
    });
}

/// Why the store cannot be used, and the way out.
pub(super) fn unusable(error: &StoreError) -> Failure {
    let hint = match error.fault {
        Fault::Full => "make room on the disk, or name another folder: --data DIR",
        Fault::Locked => {
            "end the other server, or name another folder: --data DIR; --no-chat serves without a chat"
        }
        Fault::ReadOnly => "make the folder writable for you, or name another: --data DIR",
        Fault::Damaged => {
            "tsuzuki doctor looks at it; put a backup in its place, or move it away to begin anew"
        }
        Fault::Newer => "run the newer version of Tsuzuki, or name another folder: --data DIR",
        Fault::Conflict | Fault::Failed => {
            "tsuzuki doctor looks at it; --data DIR names another folder"
        }
    };
    Failure::new(Exit::Usage, error.told.clone(), hint)
}
