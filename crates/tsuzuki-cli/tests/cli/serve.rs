//! `tsuzuki serve`.

use crate::shell::{tsuzuki, until, while_serving};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

#[test]
fn an_address_others_can_reach() {
    tsuzuki(["serve", "--listen", "0.0.0.0:0"]).snapshot("serve_not_loopback");
}

#[test]
fn an_address_others_can_reach_without_a_mode() {
    tsuzuki([
        "serve",
        "--listen",
        "0.0.0.0:0",
        "--auth",
        "both",
        "--data",
        "data",
    ])
    .snapshot("serve_no_mode");
}

#[test]
fn keys_and_a_certificate_live_in_a_data_folder() {
    tsuzuki(["serve", "--auth", "both"]).snapshot("serve_auth_without_data");
    tsuzuki(["serve", "--tls", "self-signed"]).snapshot("serve_tls_without_data");
}

#[test]
fn an_operation_that_is_none() {
    tsuzuki([
        "serve",
        "--auth",
        "both",
        "--data",
        "data",
        "--open",
        "DeleteAll",
    ])
    .snapshot("serve_unknown_operation");
}

#[test]
fn an_address_that_is_none() {
    tsuzuki(["serve", "--listen", "7373"]).snapshot("serve_not_an_address");
}

#[test]
fn a_backend_that_is_none() {
    tsuzuki(["serve", "--backend", "openai"]).snapshot("serve_unknown_backend");
}

#[test]
fn a_port_that_is_taken() {
    let other = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = other.local_addr().expect("its address").to_string();
    tsuzuki(["serve", "--listen", &address]).snapshot("serve_port_taken");
}

#[test]
fn a_scenario_with_a_mistake() {
    tsuzuki([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--scenario",
        "wrong.toml",
    ])
    .file("wrong.toml", "schema = 1\n\n[[rule]]\nuser = '('\n")
    .snapshot("serve_scenario_mistake");
}

fn get(address: &str, path: &str) -> String {
    send(address, &format!("GET {path} HTTP/1.1"), "")
}

/// Sends a request that begins like this, and brings the whole answer.
fn send(address: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a timeout");
    write!(
        stream,
        "{head}\r\nhost: {address}\r\nconnection: close\r\n\r\n{body}"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn it_prints_what_to_paste_and_serves_until_it_is_stopped() {
    for ending in ["INT", "TERM"] {
        let run = tsuzuki(["serve", "--listen", "localhost:0"]);
        let done = while_serving(&run, ending, |address| {
            assert!(get(address, "/livez").starts_with("HTTP/1.1 200"));
        });
        assert_eq!(done.exit, Some(0));
        assert!(done.stderr.starts_with("Stopping: "), "{}", done.stderr);
        let exports: Vec<&str> = done
            .stdout
            .lines()
            .filter_map(|line| line.trim().strip_prefix("export "))
            .filter_map(|line| line.split('=').next())
            .collect();
        assert_eq!(
            exports,
            [
                "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
                "AWS_ENDPOINT_URL_BEDROCK",
                "AWS_REGION",
                "AWS_DEFAULT_REGION",
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
            ]
        );
        assert!(done.stdout.contains("not an AI model"));
    }
}

#[test]
fn a_log_that_goes_to_no_terminal_is_plain_text() {
    let run = tsuzuki(["serve", "--listen", "127.0.0.1:0"]).variable("TSUZUKI_LOG", "info");
    let done = while_serving(&run, "TERM", |_| {});
    assert!(done.stderr.contains("shutting down"), "{}", done.stderr);
    assert!(!done.stderr.contains('\u{1b}'), "{}", done.stderr);
}

#[cfg(unix)]
#[test]
fn the_data_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let run = tsuzuki(["serve", "--listen", "127.0.0.1:0", "--data", "deep/data"]);
    let folder = run.folder().join("deep/data");
    while_serving(&run, "TERM", |_| {
        let mode = until(|| folder.metadata().ok()).permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    });
}

/// Modes by model stand for the endpoint's callers, too.
#[test]
fn a_mode_of_certain_models() {
    let file = "[[policy.models]]\npattern = \"anthropic.claude-3-*\"\nmode = \"off\"\n";
    let run = tsuzuki(["serve", "--listen", "127.0.0.1:0"]).file("tsuzuki.toml", file);
    let done = while_serving(&run, "TERM", |address| {
        let reason = |model: &str| {
            let body = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"/count 1..30\"}]}],\
                        \"inferenceConfig\":{\"maxTokens\":8}}";
            let head = format!(
                "POST /model/{model}/converse HTTP/1.1\r\ncontent-length: {}",
                body.len()
            );
            let answer = send(address, &head, body);
            let reasons = [
                "\"stopReason\":\"max_tokens\"",
                "\"stopReason\":\"end_turn\"",
            ];
            reasons.map(|reason| answer.contains(reason))
        };
        assert_eq!(
            reason("us.anthropic.claude-3-haiku-20240307-v1%3A0"),
            [true, false]
        );
        assert_eq!(reason("amazon.nova-pro-v1%3A0"), [false, true]);
    });
    assert_eq!(done.exit, Some(0));
}
