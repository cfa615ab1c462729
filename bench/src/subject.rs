//! The subjects: processes that stand between the load and the upstream.

use crate::Failure;
use crate::process::{PARTED, Place, Taken, taken};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// How often to look whether nginx listens, and how long between two looks.
const LOOKS: u32 = 100;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What stands between the load and the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: what is measured is the upstream itself.
    Direct,
    /// nginx as a plain reverse proxy.
    Nginx,
    /// Tsuzuki's endpoint in mode `off`.
    Off,
    /// Tsuzuki's endpoint in mode `extend`.
    Extend,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Nginx => "nginx",
            Self::Off => "off",
            Self::Extend => "extend",
        }
    }
}

/// A process that runs; it is killed when this is dropped.
pub(crate) struct Subject {
    child: Child,
    pub(crate) address: SocketAddr,
    /// nginx's configuration, as long as it runs.
    _folder: Option<TempDir>,
}

impl Subject {
    /// The fake upstream.
    pub(crate) async fn upstream() -> Result<Self, Failure> {
        Self::ourselves(&["upstream"]).await
    }

    /// The chat server, with its store in a folder, in front of an upstream.
    pub(crate) async fn chat(
        durability: &str,
        folder: &Path,
        upstream: SocketAddr,
    ) -> Result<Self, Failure> {
        let folder = folder.to_str().ok_or("the folder has no name in Unicode")?;
        Self::ourselves(&["chat-server", durability, folder, &upstream.to_string()]).await
    }

    /// A subject in front of an upstream.
    pub(crate) async fn start(kind: Kind, upstream: SocketAddr) -> Result<Self, Failure> {
        match kind {
            // On the processors of the others.
            Kind::Direct => Self::ourselves(&["direct"]).await,
            Kind::Nginx => Self::nginx(upstream).await,
            Kind::Off | Kind::Extend => {
                Self::ourselves(&["endpoint", kind.name(), &upstream.to_string()]).await
            }
        }
    }

    /// This program again, in another role. It prints where it listens.
    async fn ourselves(words: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(words)
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        // Whoever runs this has AWS settings of their own, which have no say here.
        command
            .env("AWS_ACCESS_KEY_ID", "BENCH")
            .env("AWS_SECRET_ACCESS_KEY", "bench")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        for other in [
            "AWS_SESSION_TOKEN",
            "AWS_PROFILE",
            "AWS_BEARER_TOKEN_BEDROCK",
            "HTTP_PROXY",
            "http_proxy",
        ] {
            command.env_remove(other);
        }
        if Place::Rest.processors().is_some() {
            command.env(PARTED, "yes");
        }
        let mut child = command.spawn()?;
        let out = child.stdout.take().ok_or("a subject has no output")?;
        let line = BufReader::new(out).lines().next_line().await?;
        let address = line.ok_or("a subject ended before it listened")?.parse()?;
        Ok(Self {
            child,
            address,
            _folder: None,
        })
    }

    async fn nginx(upstream: SocketAddr) -> Result<Self, Failure> {
        let program = nginx().ok_or("nginx is not installed")?;
        // Nobody else takes a port that was free a moment ago, as a rule.
        let address = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let folder = TempDir::new()?;
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration(folder.path(), address, upstream))?;
        let child = Command::new(program)
            .arg("-c")
            .arg(&file)
            .arg("-p")
            .arg(folder.path())
            .arg("-e")
            .arg(folder.path().join("error.log"))
            .kill_on_drop(true)
            .spawn()?;
        for _ in 0..LOOKS {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(Self {
                    child,
                    address,
                    _folder: Some(folder),
                });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let log = fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
        Err(format!("nginx does not listen: {log}").into())
    }

    /// What it took so far.
    pub(crate) fn taken(&self) -> Taken {
        self.child.id().map(taken).unwrap_or_default()
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        if self._folder.is_some() {
            // A master that is killed leaves its workers; asked to quit, it takes them along.
            if let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok())
                && let Some(id) = rustix::process::Pid::from_raw(id)
            {
                rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
                self.child.wait().await?;
            }
            return Ok(());
        }
        Ok(self.child.kill().await?)
    }
}

/// Where nginx is. Debian keeps it where only root looks.
pub(crate) fn nginx() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("nginx"))
        .find(|file| file.is_file())
}

/// A plain reverse proxy: connections to the upstream are kept, and nothing is buffered.
fn configuration(folder: &Path, address: SocketAddr, upstream: SocketAddr) -> String {
    let folder = folder.display();
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let affinity = match Place::Subject.processors() {
        Some(_) => "worker_cpu_affinity 0100 1000;",
        None => "",
    };
    format!(
        "{user}
daemon off;
pid {folder}/pid;
worker_processes 2;
{affinity}
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 100000000;
  upstream model {{ server {upstream}; keepalive 64; keepalive_requests 100000000; }}
  server {{
    listen {address};
    location / {{
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection \"\";
      proxy_buffering off;
    }}
  }}
}}
"
    )
}
