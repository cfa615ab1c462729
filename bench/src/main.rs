//! What Tsuzuki's endpoint costs, beside a direct call and nginx as a plain reverse proxy; and what its
//! chat server costs, beside the endpoint.
//!
//! Every subject is a process of its own, asked over loopback, one after the other in each of a few
//! rounds; the table shows medians. Nothing here fails because of time: machines differ, ratios of
//! one run can be compared.
//!
//! ```text
//!   load (this process) ──▶ subject: direct │ nginx │ endpoint, off │ endpoint, extend │ chat ──▶ upstream
//! ```

mod chat;
mod endpoint;
mod leaving;
mod load;
mod measure;
mod process;
mod stamp;
mod subject;
mod table;
mod upstream;
mod work;

use measure::Length;
use std::error::Error;
use tokio::runtime::Builder;

/// As in the program that is shipped.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What goes wrong in a benchmark is for whoever runs it to read.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    process::many_files();
    let place = match words.as_slice() {
        ["endpoint" | "direct" | "chat-server", ..] => process::Place::Subject,
        _ => process::Place::Rest,
    };
    process::stay(place);
    let runtime = Builder::new_multi_thread()
        .worker_threads(process::THREADS)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match words.as_slice() {
            [] => all(Length::Whole).await,
            ["short"] => all(Length::Short).await,
            ["requests"] => measure::requests().await,
            ["chat"] => chat::all(Length::Whole).await,
            ["chat", "short"] => chat::all(Length::Short).await,
            ["leaving"] => leaving::all().await,
            ["upstream" | "direct"] => upstream::run().await,
            ["endpoint", mode, upstream] => endpoint::run(mode, upstream.parse()?).await,
            ["chat-server", durability, folder, upstream] => {
                chat::server::run(durability, folder, upstream.parse()?).await
            }
            _ => Err("usage: tsuzuki-bench [short | requests | chat [short] | leaving]".into()),
        }
    })
}

/// The endpoint, and the chat server.
async fn all(length: Length) -> Result<(), Failure> {
    measure::all(length).await?;
    chat::all(length).await
}
