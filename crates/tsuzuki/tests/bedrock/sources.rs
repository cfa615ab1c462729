//! Every source of credentials, with a stand-in on this machine.

use crate::child::Task;
use crate::tls::Authority;
use crate::upstream::{CONVERSE, REGION, SECRET, Upstream, respond};
use crate::verifier::Verifier;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Runs a request in an environment and holds its signature against what the source gave.
pub(crate) async fn signed(
    environment: &[(&str, &str)],
    profile: Option<&str>,
    key: &str,
    token: Option<&str>,
    says: &str,
) {
    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let url = upstream.url();
    let common = [
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", url.as_str()),
    ];
    let environment = [common.as_slice(), environment].concat();
    let task = Task {
        profile: profile.map(str::to_owned),
        ..Task::one()
    };
    let done = task.run(&environment).await;
    let seen = upstream.seen();
    let [seen] = seen.as_slice() else {
        panic!("{done:?}")
    };
    assert_eq!(done.answers[0].0, 200);
    assert_eq!(seen.signed_by(), key);
    assert_eq!(seen.header("x-amz-security-token"), token);
    let verifier = Verifier {
        region: REGION,
        service: "bedrock",
        secret: SECRET,
    };
    verifier.check(seen).unwrap();
    let identity = done.identity.unwrap();
    assert!(identity.contains(says), "{identity}");
    assert!(!identity.contains(SECRET));
}

pub(crate) fn later() -> String {
    use aws_smithy_types::date_time::{DateTime, Format};
    let time = SystemTime::now() + Duration::from_secs(3600);
    DateTime::from_secs(DateTime::from(time).secs())
        .fmt(Format::DateTime)
        .unwrap()
}

pub(crate) fn write(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn environment() {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ];
    signed(&keys, None, "AKIDENV", None, "the keys in the environment").await;
    let session = [keys.as_slice(), &[("AWS_SESSION_TOKEN", "token")]].concat();
    signed(&session, None, "AKIDENV", Some("token"), "environment").await;
}

/// A profile's keys; a profile asked for by name stands above keys in the environment, one named by
/// the environment below them.
#[tokio::test]
async fn profile_files() {
    let folder = TempDir::new().unwrap();
    let credentials = write(
        &folder,
        "credentials",
        &format!(
            "[dev]\naws_access_key_id = AKIDFILE\naws_secret_access_key = {SECRET}\naws_account_id = 123456789012\n"
        ),
    );
    let file = ("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str());
    let says = "(profile dev, account 123456789012), credentials from the keys in the profile";
    signed(
        &[file, ("AWS_PROFILE", "dev")],
        None,
        "AKIDFILE",
        None,
        says,
    )
    .await;
    signed(&[file], Some("dev"), "AKIDFILE", None, says).await;
    let keys = [
        file,
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ];
    signed(&keys, Some("dev"), "AKIDFILE", None, says).await;
    let both = [keys.as_slice(), &[("AWS_PROFILE", "dev")]].concat();
    signed(&both, None, "AKIDENV", None, "environment").await;
}

/// `credential_process`, asked once however many requests follow.
#[tokio::test]
async fn process() {
    let folder = TempDir::new().unwrap();
    let output = serde_json::json!({
        "Version": 1, "AccessKeyId": "AKIDPROC", "SecretAccessKey": SECRET,
        "SessionToken": "token", "Expiration": later(),
    });
    let count = folder.path().join("count");
    let script = write(
        &folder,
        "give",
        &format!(
            "#!/bin/sh\necho asked >> {}\necho '{output}'\n",
            count.display()
        ),
    );
    let config = write(
        &folder,
        "config",
        &format!("[profile dev]\ncredential_process = /bin/sh {script}\n"),
    );
    let environment = [("AWS_CONFIG_FILE", config.as_str()), ("AWS_PROFILE", "dev")];
    signed(
        &environment,
        None,
        "AKIDPROC",
        Some("token"),
        "credential_process",
    )
    .await;
    assert_eq!(std::fs::read_to_string(&count).unwrap(), "asked\n");

    let upstream = Upstream::start(|_| respond(200, &[], "{}")).await;
    let url = upstream.url();
    let task = Task {
        paths: vec![CONVERSE.to_owned(); 5],
        ..Task::default()
    };
    let region = [("AWS_REGION", REGION), ("AWS_ENDPOINT_URL", url.as_str())];
    let done = task.run(&[environment.as_slice(), &region].concat()).await;
    assert_eq!(done.answers.len(), 5);
    assert_eq!(
        std::fs::read_to_string(&count).unwrap(),
        "asked\n".repeat(2)
    );
}

/// What a process says is never told: it may be a secret.
#[tokio::test]
async fn a_process_that_fails() {
    let folder = TempDir::new().unwrap();
    let config = write(
        &folder,
        "config",
        "[profile dev]\nregion = us-east-1\ncredential_process = /bin/sh -c 'echo CANARY; echo CANARY >&2; exit 3'\n",
    );
    let environment = [("AWS_CONFIG_FILE", config.as_str()), ("AWS_PROFILE", "dev")];
    let done = Task::one().run(&environment).await;
    let (status, body) = &done.answers[0];
    assert_eq!(*status, 503);
    assert!(body.contains("credential_process"), "{body}");
    assert!(!body.contains("CANARY"), "{body}");
}

/// The endpoint of a container (ECS), with its token.
#[tokio::test]
async fn container() {
    let expires = later();
    let metadata = Upstream::start(move |seen| {
        if seen.path != "/role" || seen.header("authorization") != Some("the token") {
            return respond(403, &[], "{}");
        }
        let body = serde_json::json!({
            "AccessKeyId": "ASIATASK", "SecretAccessKey": SECRET, "Token": "session",
            "Expiration": expires,
        });
        respond(
            200,
            &[("content-type", "application/json")],
            body.to_string(),
        )
    })
    .await;
    let uri = format!("{}/role", metadata.url());
    let environment = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "the token"),
    ];
    signed(
        &environment,
        None,
        "ASIATASK",
        Some("session"),
        "the container's role",
    )
    .await;
}

/// A company's certificates hold for everything: the container's endpoint and Bedrock itself.
#[tokio::test]
async fn certificates_of_a_company() {
    let authority = Authority::new();
    let expires = later();
    let metadata = Upstream::start_tls(authority.server("localhost", &["http/1.1"]), move |_| {
        let body = serde_json::json!({
            "AccessKeyId": "ASIATLS", "SecretAccessKey": SECRET, "Token": "session",
            "Expiration": expires,
        });
        Box::pin(async move { respond(200, &[], body.to_string()) })
    })
    .await;
    let bedrock = Upstream::start_tls(authority.server("localhost", &["h2"]), |_| {
        Box::pin(async { respond(200, &[], "{}") })
    })
    .await;
    let file = authority.file();
    let uri = format!("https://localhost:{}/role", metadata.address.port());
    let url = format!("https://localhost:{}", bedrock.address.port());
    let environment = [
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", url.as_str()),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()),
    ];
    let trusted = [
        environment.as_slice(),
        &[("AWS_CA_BUNDLE", file.to_str().unwrap())],
    ]
    .concat();
    let done = Task::one().run(&trusted).await;
    assert_eq!(done.answers[0].0, 200, "{done:?}");
    assert_eq!(bedrock.seen()[0].signed_by(), "ASIATLS");
    let machine = [
        environment.as_slice(),
        &[("SSL_CERT_FILE", file.to_str().unwrap())],
    ]
    .concat();
    assert_eq!(Task::one().run(&machine).await.answers[0].0, 200);
    let key = [
        machine.as_slice(),
        &[("AWS_BEARER_TOKEN_BEDROCK", "the-key")],
    ]
    .concat();
    assert_eq!(Task::one().run(&key).await.answers[0].0, 200);
    assert_eq!(
        bedrock.seen()[2].header("authorization"),
        Some("Bearer the-key")
    );
    assert_eq!(metadata.seen().len(), 2, "an API key needs no credentials");
}

/// The instance's metadata (IMDSv2): region and role.
#[tokio::test]
async fn instance() {
    let expires = later();
    let metadata = Upstream::start(move |seen| {
        if seen.path == "/latest/api/token" && seen.method == "PUT" {
            return respond(
                200,
                &[("x-aws-ec2-metadata-token-ttl-seconds", "21600")],
                "imds-token",
            );
        }
        if seen.header("x-aws-ec2-metadata-token") != Some("imds-token") {
            return respond(401, &[], "");
        }
        match seen.path.trim_end_matches('/') {
            "/latest/meta-data/placement/region" => respond(200, &[], REGION),
            path if path.ends_with("security-credentials")
                || path.ends_with("security-credentials-extended") =>
            {
                respond(200, &[], "the-role")
            }
            path if path.ends_with("/the-role") => {
                let body = serde_json::json!({
                    "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAINST",
                    "SecretAccessKey": SECRET, "Token": "session", "Expiration": expires,
                    "LastUpdated": "2026-01-01T00:00:00Z", "AccountId": "123456789012",
                });
                respond(200, &[], body.to_string())
            }
            _ => respond(404, &[], ""),
        }
    })
    .await;
    let url = metadata.url();
    let environment = [
        ("AWS_EC2_METADATA_DISABLED", "false"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str()),
    ];
    signed(
        &environment,
        None,
        "ASIAINST",
        Some("session"),
        "the instance's role",
    )
    .await;
    // Without a region anywhere, the instance tells it.
    let done = Task::default().run(&environment).await;
    assert!(
        done.identity
            .unwrap()
            .starts_with("Amazon Bedrock in us-east-1")
    );
    assert_eq!(
        done.endpoint,
        "https://bedrock-runtime.us-east-1.amazonaws.com"
    );
}

/// A web identity (Kubernetes), exchanged at STS.
#[tokio::test]
async fn web_identity() {
    let folder = TempDir::new().unwrap();
    let token = write(&folder, "token", "the.web.token");
    let expires = later();
    let sts = Upstream::start(move |seen| {
        let asked = String::from_utf8_lossy(&seen.body).into_owned();
        if !asked.contains("AssumeRoleWithWebIdentity") || !asked.contains("the.web.token") {
            return respond(400, &[], "");
        }
        let body = format!(
            "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>\
             <AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIAWEB</AccessKeyId>\
             <SecretAccessKey>{SECRET}</SecretAccessKey><SessionToken>session</SessionToken>\
             <Expiration>{expires}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
             <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>"
        );
        respond(200, &[("content-type", "text/xml")], body)
    })
    .await;
    let url = sts.url();
    let environment = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r"),
        ("AWS_ENDPOINT_URL_STS", url.as_str()),
    ];
    signed(
        &environment,
        None,
        "ASIAWEB",
        Some("session"),
        "web identity",
    )
    .await;
}

/// Nobody has credentials: the answer says so, and what to do.
#[tokio::test]
async fn none() {
    let done = Task::one().run(&[("AWS_REGION", REGION)]).await;
    let (status, body) = &done.answers[0];
    assert_eq!(*status, 403);
    assert!(
        body.contains("AWS_PROFILE") && body.contains("aws login"),
        "{body}"
    );
}

/// A profile that does not exist is told when somebody asks, not guessed around.
#[tokio::test]
async fn an_unknown_profile() {
    let task = Task {
        profile: Some("absent".to_owned()),
        ..Task::one()
    };
    let environment = [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ];
    let done = task.run(&environment).await;
    assert_eq!(done.answers[0].0, 403, "{done:?}");
}
