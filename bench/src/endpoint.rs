//! Tsuzuki's endpoint as a subject: what `tsuzuki serve` runs, in front of the fake upstream.

use crate::Failure;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tsuzuki::Wired;
use tsuzuki::bedrock::{self, Bedrock};
use tsuzuki::engine::Mode;
use tsuzuki_server::Settings;

/// Serves on a port of its own choice, which it prints, until it is killed.
pub(crate) async fn run(mode: &str, upstream: SocketAddr) -> Result<(), Failure> {
    let mode = match mode {
        "off" => Mode::Off,
        "extend" => Mode::Extend,
        other => return Err(format!("{other} is no mode to measure").into()),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let bedrock = Bedrock::connect(bedrock::Settings {
        region: Some("us-east-1".to_owned()),
        endpoint: Some(format!("http://{upstream}")),
        ..bedrock::Settings::default()
    });
    let backend = Arc::new(Wired::new(Arc::new(bedrock.await?)));
    let never = CancellationToken::new();
    Ok(tsuzuki_server::serve(listener, Settings::new(mode), backend, never).await?)
}
