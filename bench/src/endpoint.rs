//! Tsuzuki's endpoint as a subject: what `tsuzuki serve` runs, in front of the fake upstream.

use crate::Failure;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tsuzuki::bedrock::{self, Bedrock};
use tsuzuki::engine::Mode;
use tsuzuki::{Backend, Wired};
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
    let settings = Settings::new(mode);
    let never = CancellationToken::new();
    Ok(tsuzuki_server::serve(listener, settings, backend(upstream).await?, never).await?)
}

/// Amazon Bedrock, as it is spoken to, at the address of the fake.
pub(crate) async fn backend(upstream: SocketAddr) -> Result<Arc<dyn Backend>, Failure> {
    let bedrock = Bedrock::connect(bedrock::Settings {
        region: Some("us-east-1".to_owned()),
        endpoint: Some(format!("http://{upstream}")),
        ..bedrock::Settings::default()
    });
    Ok(Arc::new(Wired::new(Arc::new(bedrock.await?))))
}
