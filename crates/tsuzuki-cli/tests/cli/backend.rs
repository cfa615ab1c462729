//! What answers: the simulator, Amazon Bedrock, or whichever there is.

use crate::shell::{Run, tsuzuki, until, while_serving};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// Keys that open nothing.
pub(crate) fn with_keys(run: Run) -> Run {
    run.variable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .variable("AWS_SECRET_ACCESS_KEY", "a-secret-that-nobody-prints")
        .variable("AWS_REGION", "eu-west-1")
}

/// Our own endpoint over the simulator in AWS's place. An endpoint refuses requests that bear the
/// mark of another Tsuzuki, so on the way to this one the mark's name loses a letter.
pub(crate) fn while_aws(act: impl FnOnce(&str)) {
    let aws = tsuzuki(["serve", "--listen", "127.0.0.1:0", "--mode", "off"]);
    while_serving(&aws, "TERM", |address| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let before = listener.local_addr().expect("its address").to_string();
        let behind = address.to_owned();
        thread::spawn(move || {
            for stream in listener.incoming().take(100) {
                let Ok(here) = stream else { return };
                let there = TcpStream::connect(&behind).expect("it listens");
                let (back, forth) = (
                    there.try_clone().expect("a socket"),
                    here.try_clone().expect("a socket"),
                );
                thread::spawn(move || pass(here, there));
                thread::spawn(move || pass(back, forth));
            }
        });
        act(&before);
    });
}

/// Passes bytes on until their end.
fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut room = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut room) {
        let mut piece = room[..count].to_vec();
        let mark = b"x-tsuzuki-hop";
        if let Some(at) = piece.windows(mark.len()).position(|window| window == mark) {
            piece[at + mark.len() - 1] = b'_';
        }
        if to.write_all(&piece).is_err() {
            return;
        }
    }
    let _closed_already = to.shutdown(Shutdown::Write);
}

/// With this in AWS's place.
fn with_aws(run: Run, address: &str) -> Run {
    with_keys(run).variable("AWS_ENDPOINT_URL", &format!("http://{address}"))
}

/// The lines that say who answers.
fn who(address: &str) -> String {
    format!(
        "Amazon Bedrock in eu-west-1, credentials from the keys in the environment.\n\
         Questions go to http://{address}, and AWS bills for them.\n"
    )
}

#[test]
fn ask_over_the_backend_of_bedrock() {
    while_aws(|address| {
        for backend in ["bedrock", "auto"] {
            let ask = [
                "ask",
                "/long 12",
                "--max-tokens",
                "50",
                "--backend",
                backend,
            ];
            let done = with_aws(tsuzuki(ask), address).run();
            assert_eq!(done.exit, Some(0), "{}", done.stderr);
            let alone = tsuzuki(["ask", "/long 12", "--max-tokens", "50"]).run();
            assert_eq!(done.stdout, alone.stdout);
            assert!(done.stderr.starts_with(&who(address)), "{}", done.stderr);
            assert!(!done.stderr.contains("a-secret"), "{}", done.stderr);
            assert!(!done.stderr.contains("simulator"), "{}", done.stderr);
        }
    });
}

#[test]
fn serve_says_who_answers() {
    while_aws(|address| {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--backend", "bedrock"];
        let run = with_aws(tsuzuki(serve), address);
        let done = while_serving(&run, "TERM", |ours| {
            let own = format!("http://{ours}");
            let doctor = with_keys(tsuzuki(["doctor", "--endpoint", &own])).run();
            assert_eq!(doctor.exit, Some(3), "a Tsuzuki is not Bedrock");
            let hint = "hint: a Tsuzuki listens there, not AWS";
            assert!(doctor.stdout.contains(hint), "{}", doctor.stdout);
        });
        let told: Vec<&str> = done.stdout.splitn(3, '\n').collect();
        assert!(
            told[0].starts_with("Open http://127.0.0.1:"),
            "{}",
            done.stdout
        );
        assert!(told[2].starts_with(&who(address)), "{}", done.stdout);
        assert!(done.stdout.contains("export AWS_REGION=eu-west-1"));
    });
}

#[test]
fn auto_takes_the_simulator_where_there_are_no_credentials() {
    let auto = ["ask", "/count 1..5", "--backend", "auto"];
    let done = tsuzuki(auto).run();
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    assert!(
        done.stderr
            .starts_with("auto takes the simulator: no AWS region"),
        "{}",
        done.stderr
    );
    let done = tsuzuki(auto).variable("AWS_REGION", "eu-west-1").run();
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    assert!(
        done.stderr
            .starts_with("auto takes the simulator: Tsuzuki found no AWS credentials"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("offline simulator"), "{}", done.stderr);
}

#[test]
fn bedrock_without_a_region() {
    tsuzuki(["ask", "hi", "--backend", "bedrock"]).snapshot("backend_no_region");
}

#[test]
fn bedrock_without_credentials() {
    tsuzuki(["ask", "hi", "--backend", "bedrock", "--region", "eu-west-1"])
        .snapshot("backend_no_credentials");
}

#[test]
fn an_sso_session_that_is_over() {
    let profile = "[profile dev]\nsso_session = office\nsso_account_id = 123456789012\nsso_role_name = reader\n\
                   region = eu-central-1\n\n[sso-session office]\nsso_region = eu-central-1\n\
                   sso_start_url = https://example.awsapps.com/start\n";
    let run = tsuzuki(["ask", "hi", "--backend", "bedrock", "--profile", "dev"]);
    let run = run.file("aws", profile);
    let file = run.folder().join("aws").display().to_string();
    run.variable("AWS_CONFIG_FILE", &file)
        .snapshot("backend_sso_over");
}

/// Nobody waits: the endpoint serves, and the warning comes beside it.
#[test]
fn serve_without_credentials_serves_and_warns() {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--backend", "bedrock"];
    let run = tsuzuki(serve).variable("AWS_REGION", "eu-west-1");
    let done = while_serving(&run, "TERM", |_| {
        thread::sleep(std::time::Duration::from_millis(500));
    });
    assert!(
        done.stderr
            .contains("warning: Tsuzuki found no AWS credentials"),
        "{}",
        done.stderr
    );
}

/// What a source of credentials said may be a secret; the log tells only that it failed.
#[test]
fn what_a_source_said_is_not_logged() {
    let profile = "[profile dev]\nregion = us-east-1\n\
                   credential_process = /bin/sh -c \"echo CANARY; echo CANARY >&2; exit 3\"\n";
    let serve = ["serve", "--listen", "127.0.0.1:0", "--backend", "bedrock"];
    let run = tsuzuki(serve).file("aws", profile);
    let file = run.folder().join("aws").display().to_string();
    let run = run
        .variable("AWS_CONFIG_FILE", &file)
        .variable("AWS_PROFILE", "dev")
        .variable("TSUZUKI_LOG", "debug");
    let done = while_serving(&run, "TERM", |_| {
        thread::sleep(std::time::Duration::from_millis(500));
    });
    assert!(
        done.stderr.contains("no new AWS credentials"),
        "{}",
        done.stderr
    );
    assert!(!done.stderr.contains("CANARY"), "{}", done.stderr);
}

#[test]
fn an_endpoint_that_is_our_own() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = port.local_addr().expect("its address").to_string();
    drop(port);
    let serve = ["serve", "--listen", &address, "--backend", "bedrock"];
    with_aws(tsuzuki(serve), &address).snapshot("backend_own_address");
}

#[test]
fn nothing_reaches_aws_unless_it_was_said() {
    let aws = TcpListener::bind("127.0.0.1:0").expect("a free port");
    aws.set_nonblocking(true).expect("it does not wait");
    let address = aws.local_addr().expect("its address").to_string();
    let done = with_aws(tsuzuki(["ask", "/count 1..5"]), &address).run();
    assert_eq!(done.exit, Some(0), "{}", done.stderr);
    assert!(aws.accept().is_err(), "nobody called");
    // The same place is called as soon as it was said, so the test can fail.
    let ask = ["ask", "/count 1..5", "--backend", "bedrock"];
    let mut child = with_aws(tsuzuki(ask), &address).spawn();
    let (mut stream, _) = until(|| aws.accept().ok());
    stream.set_nonblocking(false).expect("it waits");
    let mut head = [0; 4];
    stream.read_exact(&mut head).expect("a request");
    assert_eq!(&head, b"POST");
    child.kill().expect("it runs");
    child.wait().expect("it ended");
}
