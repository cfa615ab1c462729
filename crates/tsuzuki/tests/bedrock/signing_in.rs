//! Sources that a person signs in to: IAM Identity Center and the console.

use crate::child::Task;
use crate::sources::{later, signed, write};
use crate::upstream::{REGION, SECRET, Upstream, refuse, respond};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// `printf corp | sha1sum`
const SESSION: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f";

const START: &str = "https://example.awsapps.com/start";

/// A home whose profile `dev` signs in by a session of IAM Identity Center, and whose cache holds
/// this, if anything.
fn signs_in(cached: Option<serde_json::Value>) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let config = write(
        &folder,
        ".aws/config",
        &format!(
            "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r\n\
             [sso-session corp]\nsso_region = {REGION}\nsso_start_url = {START}\n"
        ),
    );
    if let Some(cached) = cached {
        // The cache's file is named by the SHA-1 of the session's name.
        let name = format!(".aws/sso/cache/{SESSION}.json");
        write(&folder, &name, &cached.to_string());
    }
    (folder, config)
}

fn token(access: &str, expires: &str) -> Option<serde_json::Value> {
    Some(serde_json::json!({
        "accessToken": access, "expiresAt": expires, "region": REGION, "startUrl": START,
    }))
}

/// The portal that gives credentials for one token.
async fn portal() -> Upstream {
    let expires = SystemTime::now() + Duration::from_secs(3600);
    Upstream::start(move |seen| {
        if seen.header("x-amz-sso_bearer_token") != Some("the-sso-token") {
            return refuse(
                401,
                "UnauthorizedException",
                "Session token not found or invalid",
            );
        }
        let expires = expires
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let body = serde_json::json!({"roleCredentials": {
            "accessKeyId": "ASIASSO", "secretAccessKey": SECRET, "sessionToken": "session",
            "expiration": u64::try_from(expires).unwrap(),
        }});
        respond(
            200,
            &[("content-type", "application/json")],
            body.to_string(),
        )
    })
    .await
}

/// A session of IAM Identity Center: the cached token is exchanged at the portal.
#[tokio::test]
async fn sso() {
    let (folder, config) = signs_in(token("the-sso-token", &later()));
    let url = portal().await.url();
    let environment = [
        ("HOME", Path::to_str(folder.path()).unwrap()),
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_PROFILE", "dev"),
        ("AWS_ENDPOINT_URL_SSO", url.as_str()),
    ];
    let says = "(profile dev, account 123456789012), credentials from the profile's SSO session";
    signed(&environment, None, "ASIASSO", Some("session"), says).await;
}

/// Whoever has to sign in again is told so, and nobody tries again until then; a portal that cannot be
/// reached may be there a moment later.
#[tokio::test]
async fn a_session_that_is_over() {
    let portal = portal().await.url();
    // Bound and let go: nobody listens there.
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let nowhere = format!("http://{}", nowhere.unwrap());
    let table = [
        ("never signed in", None, &portal, 403),
        (
            "over",
            token("the-sso-token", "2020-01-01T00:00:00Z"),
            &portal,
            403,
        ),
        ("taken back", token("another", &later()), &portal, 403),
        (
            "out of reach",
            token("the-sso-token", &later()),
            &nowhere,
            503,
        ),
    ];
    for (what, cached, url, expected) in table {
        let (folder, config) = signs_in(cached);
        let environment = [
            ("HOME", Path::to_str(folder.path()).unwrap()),
            ("AWS_CONFIG_FILE", config.as_str()),
            ("AWS_PROFILE", "dev"),
            ("AWS_REGION", REGION),
            ("AWS_ENDPOINT_URL_SSO", url.as_str()),
        ];
        let done = Task::one().run(&environment).await;
        let (status, body) = &done.answers[0];
        assert_eq!(*status, expected, "{what}: {body}");
        assert!(body.contains("run `aws sso login`"), "{what}: {body}");
        assert!(!body.contains("the-sso-token"), "{what}: {body}");
    }
}

/// A session of the console (`aws login`) that nobody began.
#[tokio::test]
async fn a_login_that_is_none() {
    let folder = TempDir::new().unwrap();
    let login = "[profile dev]\nlogin_session = arn:aws:iam::123456789012:user/dev\n";
    let config = write(&folder, ".aws/config", login);
    let environment = [
        ("HOME", Path::to_str(folder.path()).unwrap()),
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_PROFILE", "dev"),
        ("AWS_REGION", REGION),
    ];
    let done = Task::one().run(&environment).await;
    let (status, body) = &done.answers[0];
    assert_eq!(*status, 403, "{body}");
    assert!(body.contains("run `aws login`"), "{body}");
}
