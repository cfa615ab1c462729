//! A server to talk to: the one that was named, the one that uses the data folder, or our own.

use super::api::{About, Api};
use super::http::{ApiError, Http};
use crate::args::Chat;
use crate::command::folder::{Folder, Serving};
use crate::command::secret::read_secret;
use crate::command::serve::{For, Ready, Unready};
use crate::config::{Effective, Network};
use crate::exit::{Exit, Failure};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Where a password for a server comes from.
const PASSWORD: &str = "TSUZUKI_PASSWORD";

/// How long a server that says it uses the folder may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long two that begin at once wait for each other.
const OTHERS: usize = 20;
const OTHERS_REST: Duration = Duration::from_millis(100);

/// A server that can be talked to.
pub(super) struct Reached {
    pub(super) api: Api,
    pub(super) about: About,
    /// Where what was typed is kept; nowhere for a server elsewhere.
    pub(super) folder: Option<Folder>,
    own: Option<Own>,
}

/// A server of our own.
struct Own {
    shutdown: CancellationToken,
    serving: JoinHandle<Result<(), Failure>>,
}

/// Finds a server, or starts one.
pub(super) async fn reach(typed: &Chat, effective: &Effective) -> Result<Reached, Failure> {
    if let Some(url) = &typed.server {
        let http = Http::new(url, None).map_err(|error| failed(&error))?;
        let (api, about) = signed_in(http).await?;
        return Ok(Reached {
            api,
            about,
            folder: None,
            own: None,
        });
    }
    let folder = Folder::of(&effective.config)?;
    folder.make()?;
    let mut last = None;
    for _ in 0..OTHERS {
        if let Some(http) = running(&folder).await {
            let (api, about) = signed_in(http).await?;
            let folder = Some(folder);
            return Ok(Reached {
                api,
                about,
                folder,
                own: None,
            });
        }
        match own(effective).await {
            Ok((serving, own)) => {
                let http = Http::beside(&folder, &serving).map_err(|error| failed(&error))?;
                let (api, about) = signed_in(http).await?;
                let (folder, own) = (Some(folder), Some(own));
                return Ok(Reached {
                    api,
                    about,
                    folder,
                    own,
                });
            }
            // It may just be beginning, and not yet say where it is.
            Err(Unready::Locked(failure)) => last = Some(failure),
            Err(Unready::Failed(failure)) => return Err(failure),
        }
        sleep(OTHERS_REST).await;
    }
    Err(last.unwrap_or_else(|| failed(&ApiError::Unreachable("it never began".to_owned()))))
}

impl Reached {
    /// Leaves. A server of our own is shut down: what still runs is left to the next one.
    pub(super) async fn leave(self) {
        if let Some(own) = self.own {
            own.shutdown.cancel();
            // What went wrong with it was told where it was noticed.
            let _ended = own.serving.await;
        }
    }
}

/// The server that uses the folder, if it is alive.
async fn running(folder: &Folder) -> Option<Http> {
    let http = Http::beside(folder, &folder.serving()?).ok()?;
    let api = Api(http.clone());
    match timeout(PATIENCE, api.about()).await {
        Ok(Ok(_about)) => Some(http),
        Ok(Err(_)) | Err(_) => None,
    }
}

/// A server in this process, over the same folder, for whoever may read that.
async fn own(effective: &Effective) -> Result<(Serving, Own), Unready> {
    let mut effective = effective.clone();
    effective.config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    effective.config.network = Network::default();
    effective.config.chat.enabled = Some(true);
    // The way in is a secret of its own.
    effective.config.chat.password_hash = None;
    effective.config.chat.proxy_header = None;
    effective.config.chat.open = false;
    let ready = Ready::listen(&effective, For::Owner).await?;
    let serving = ready.serving();
    let shutdown = CancellationToken::new();
    let own = Own {
        shutdown: shutdown.clone(),
        serving: tokio::spawn(ready.serve(shutdown)),
    };
    Ok((serving, own))
}

/// Signs in, if the server asks who we are.
async fn signed_in(http: Http) -> Result<(Api, About), Failure> {
    // Whoever may read the folder of the server needs no more.
    http.enter().await.map_err(|error| failed(&error))?;
    let about = Api(http.clone())
        .about()
        .await
        .map_err(|error| failed(&error))?;
    if about.signed_in {
        return Ok((Api(http), about));
    }
    if about.sign_in != "password" {
        return Err(Failure::new(
            Exit::Refused,
            format!("{} lets people in through a proxy only", http.base()),
            "use a browser, or a server of your own: tsuzuki chat without --server",
        ));
    }
    let password = match std::env::var(PASSWORD) {
        Ok(password) => password,
        Err(_unset) => read_secret(&format!("Password for {}: ", http.base()))?,
    };
    http.sign_in(&password).await.map_err(|error| match error {
        ApiError::Problem { told, .. } => Failure::new(
            Exit::Refused,
            told,
            format!("the password comes from {PASSWORD}, or is asked for where that is not set"),
        ),
        ApiError::Unreachable(_) | ApiError::Unread(_) => failed(&error),
    })?;
    let api = Api(http);
    let about = api.about().await.map_err(|error| failed(&error))?;
    Ok((api, about))
}

/// Why the server cannot be talked to, and the way out.
pub(super) fn failed(error: &ApiError) -> Failure {
    let hint = match error {
        ApiError::Unreachable(_) => "check the address, and that tsuzuki serve runs there",
        ApiError::Unread(_) => "run the same version of Tsuzuki on both sides",
        ApiError::Problem { .. } => "do what it says, and try again",
    };
    Failure::new(Exit::Refused, error.to_string(), hint)
}
