//! `tsuzuki doctor`: against our own endpoint in AWS's place, and against what fails.

use crate::backend::{while_aws, with_keys};
use crate::shell::{Done, tsuzuki};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

/// Somebody in AWS's place who answers every request like this.
fn stand_in(status: &'static str, error: &'static str, message: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        // More than doctor asks; the thread ends with the test's process.
        for stream in listener.incoming().take(20) {
            let Ok(mut stream) = stream else { return };
            let mut head = [0; 8192];
            let _asked = stream.read(&mut head);
            let body = format!("{{\"message\":\"{message}\"}}");
            let _told = write!(
                stream,
                "HTTP/1.1 {status}\r\nx-amzn-errortype: {error}\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address.to_string()
}

fn doctor(address: &str, words: &[&str]) -> Done {
    let run = tsuzuki(["doctor"]).words(words);
    with_keys(run)
        .variable("AWS_ENDPOINT_URL", &format!("http://{address}"))
        .run()
}

fn checks(done: &Done) -> Vec<(String, String)> {
    let told: Value = serde_json::from_str(&done.stdout).expect("JSON");
    let checks = told["checks"].as_array().expect("checks");
    let text = |check: &Value, key: &str| check[key].as_str().expect("a text").to_owned();
    checks
        .iter()
        .map(|check| (text(check, "name"), text(check, "verdict")))
        .collect()
}

fn verdicts(done: &Done) -> Vec<String> {
    checks(done)
        .into_iter()
        .map(|(_, verdict)| verdict)
        .collect()
}

#[test]
fn all_is_well() {
    while_aws(|address| {
        let done = doctor(address, &[]);
        assert_eq!(done.exit, Some(0), "{}", done.stdout);
        assert!(done.stdout.contains("skipped  call"), "{}", done.stdout);
        assert!(done.stdout.contains("for about $0.0"), "{}", done.stdout);
        assert!(!done.stdout.contains("a-secret"), "{}", done.stdout);

        let done = doctor(address, &["--json", "--call"]);
        assert_eq!(done.exit, Some(0), "{}", done.stdout);
        let told: Value = serde_json::from_str(&done.stdout).expect("JSON");
        assert_eq!(told["ok"], true);
        assert_eq!(told["region"], "eu-west-1");
        assert_eq!(told["credentials"], "the keys in the environment");
        let steps: Vec<String> = checks(&done).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            steps,
            [
                "setup",
                "credentials",
                "endpoint",
                "models",
                "profiles",
                "call"
            ]
        );
        assert_eq!(verdicts(&done), ["ok"; 6]);
        let call = told["checks"][5]["fact"].as_str().expect("a fact");
        assert!(call.contains(" 1 out, $0.0"), "{call}");
    });
}

#[test]
fn a_model_that_is_none() {
    while_aws(|address| {
        let done = doctor(address, &["--call", "acme.oracle-v1:0", "--json"]);
        assert_eq!(done.exit, Some(3), "{}", done.stdout);
        assert_eq!(verdicts(&done), ["ok", "ok", "ok", "ok", "ok", "failed"]);
    });
}

#[test]
fn not_allowed() {
    let address = stand_in(
        "403 Forbidden",
        "AccessDeniedException",
        "User is not authorized",
    );
    let done = doctor(&address, &["--call"]);
    assert_eq!(done.exit, Some(3));
    let out = done.stdout;
    assert!(out.contains("ok       endpoint"), "{out}");
    assert!(
        out.contains(
            "ListFoundationModels answered 403 AccessDeniedException: User is not authorized"
        ),
        "{out}"
    );
    assert!(
        out.contains("hint: allow ListInferenceProfiles for this identity"),
        "{out}"
    );
    assert!(
        out.contains("hint: allow Converse for this identity"),
        "{out}"
    );
}

#[test]
fn keys_that_aws_does_not_know() {
    let address = stand_in(
        "403 Forbidden",
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
    let done = doctor(&address, &[]);
    assert_eq!(done.exit, Some(3));
    assert!(
        done.stdout.contains("hint: AWS does not know these keys"),
        "{}",
        done.stdout
    );
}

#[test]
fn somebody_else_answers() {
    let address = stand_in("404 Not Found", "", "");
    let done = doctor(&address, &["--json"]);
    assert_eq!(done.exit, Some(3));
    assert_eq!(
        verdicts(&done),
        ["ok", "ok", "ok", "failed", "failed", "skipped"]
    );
    assert!(
        done.stdout.contains("is this Amazon Bedrock"),
        "{}",
        done.stdout
    );

    let address = stand_in("200 OK", "", "");
    let done = doctor(&address, &[]);
    assert_eq!(done.exit, Some(3));
    assert!(
        done.stdout
            .contains("something else than Bedrock answers there"),
        "{}",
        done.stdout
    );
}

#[test]
fn nobody_answers() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = port.local_addr().expect("its address").to_string();
    drop(port);
    let done = doctor(&address, &["--json", "--call"]);
    assert_eq!(done.exit, Some(3));
    assert_eq!(
        verdicts(&done),
        ["ok", "ok", "failed", "failed", "failed", "failed"]
    );
    assert!(
        done.stdout.contains("does not take the connection"),
        "{}",
        done.stdout
    );
}

#[test]
fn no_credentials() {
    tsuzuki(["doctor", "--region", "eu-west-1"]).snapshot("doctor_no_credentials");
}

#[test]
fn no_region() {
    tsuzuki(["doctor"]).snapshot("doctor_no_region");
}

#[test]
fn the_least_policy() {
    with_keys(tsuzuki(["doctor", "--iam-policy"])).snapshot("doctor_policy");
    with_keys(tsuzuki([
        "doctor",
        "--iam-policy",
        "--operation",
        "Converse",
        "--operation",
        "GetInferenceProfile",
        "--model",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "--model",
        "global.anthropic.claude-sonnet-5-5",
        "--model",
        "amazon.nova-pro-v1:0",
        "--model",
        "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc",
    ]))
    .snapshot("doctor_policy_of_models");
}

/// Where fallbacks may go is looked at, too, and allowed; here the way there is closed.
#[test]
fn the_regions_of_fallbacks() {
    let file = "[policy]\nfallbacks = [\"@us-west-2\"]\n";
    let doctor = |words: &[&str]| {
        let run = tsuzuki(["doctor"]).words(words).file("tsuzuki.toml", file);
        with_keys(run)
            .variable("HTTPS_PROXY", "http://127.0.0.1:9")
            .run()
    };
    let done = doctor(&["--json"]);
    assert_eq!(done.exit, Some(3), "{}", done.stdout);
    let told: Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(told["elsewhere"], serde_json::json!(["us-west-2"]));
    let facts: Vec<&str> = told["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["name"] == "endpoint")
        .map(|check| check["fact"].as_str().expect("a fact"))
        .collect();
    let [home, other] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    assert!(
        home.contains("bedrock-runtime.eu-west-1.amazonaws.com"),
        "{home}"
    );
    assert!(
        other.contains("bedrock-runtime.us-west-2.amazonaws.com"),
        "{other}"
    );

    let policy = doctor(&[
        "--iam-policy",
        "--model",
        "anthropic.claude-3-haiku-20240307-v1:0",
    ]);
    assert_eq!(policy.exit, Some(0), "{}", policy.stderr);
    for region in ["eu-west-1", "us-west-2"] {
        let model = format!("arn:aws:bedrock:{region}::foundation-model/anthropic.claude-3-haiku");
        assert!(policy.stdout.contains(&model), "{}", policy.stdout);
    }
}

/// A profile that only the file names stands below keys in the environment, a typed one above them.
#[test]
fn keys_in_the_environment_and_a_profile() {
    let file = "[backend]\nprofile = \"dev\"\n";
    let aws =
        "[profile dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = another-secret\n";
    let source = |words: &[&str]| {
        let run = tsuzuki(["doctor", "--json", "--endpoint", "http://127.0.0.1:9"]).words(words);
        let run = with_keys(run).file("tsuzuki.toml", file).file("aws", aws);
        let config = run.folder().join("aws").display().to_string();
        let done = run.variable("AWS_CONFIG_FILE", &config).run();
        let told: Value = serde_json::from_str(&done.stdout).expect("JSON");
        told["credentials"].as_str().expect("a source").to_owned()
    };
    assert_eq!(source(&[]), "the keys in the environment");
    assert_eq!(source(&["--profile", "dev"]), "the keys in the profile");
}
