//! The page and its files.

use crate::client::{Got, bare, get, having};
use crate::server::Server;
use http::Method;

fn guarded(got: &Got) {
    let policy = got.header("content-security-policy").unwrap();
    for rule in [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(
            policy.split("; ").any(|own| own.trim() == rule),
            "{rule}: {policy}"
        );
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(got.header(name), Some(value), "{name}");
    }
    assert!(got.header("permissions-policy").is_some());
}

#[tokio::test]
async fn the_page_is_at_every_address_of_its_own() {
    let server = Server::start().await;
    let page = server.send(get("/")).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    guarded(&page);
    assert!(page.text().contains("<title>"));
    let deep = server
        .send(get("/c/0190a1b2-0000-7000-8000-000000000000"))
        .await;
    assert_eq!((deep.status.as_u16(), &deep.body), (200, &page.body));

    let head = server.send(bare(Method::HEAD, "/")).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("etag"), page.header("etag"));

    let tag = page.header("etag").unwrap();
    let known = server.send(having(get("/"), "if-none-match", tag)).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    let other = server
        .send(having(get("/"), "if-none-match", "\"other\""))
        .await;
    assert_eq!(other.status, 200);

    let about = server.send(get("/api/v1/about")).await.json(200);
    assert_eq!(tag.trim_matches('"'), about["build"]);
}

#[tokio::test]
async fn only_the_page_s_files_are_there() {
    let server = Server::start().await;
    for path in [
        "/assets/nothing.js",
        "/assets/../index.html.br",
        "/assets/..%2f..%2fpackage.json",
        "/assets/%2e%2e/%2e%2e/package.json",
    ] {
        let got = server.send(get(path)).await;
        assert_eq!(got.status, 404, "{path}");
    }
    let written = server.send(bare(Method::POST, "/")).await;
    assert_eq!(written.problem(), (405, "wrong_method".to_owned()));
    assert_eq!(written.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn a_link_anywhere_leads_to_the_page_but_frames_and_calls_do_not() {
    let server = Server::start().await;
    let from = |path: &str, mode: &str, dest: &str| {
        let request = having(get(path), "sec-fetch-site", "cross-site");
        having(
            having(request, "sec-fetch-mode", mode),
            "sec-fetch-dest",
            dest,
        )
    };
    for (path, mode, dest, status) in [
        ("/", "navigate", "document", 200),
        ("/c/x", "navigate", "document", 200),
        ("/", "navigate", "iframe", 403),
        ("/", "cors", "empty", 403),
        ("/api/v1/about", "navigate", "document", 403),
        // A frame without an origin of its own loads them; there are none of this name.
        ("/assets/x.js", "no-cors", "script", 404),
    ] {
        let got = server.send(from(path, mode, dest)).await;
        assert_eq!(got.status.as_u16(), status, "{path} {mode} {dest}");
    }
}

#[tokio::test]
async fn without_a_chat_there_is_no_page() {
    let server = Server::with(|settings| settings.chat = None).await;
    for path in ["/", "/api/v1/about", "/c/x", "/assets/x.js"] {
        let got = server.send(get(path)).await;
        assert_eq!(got.status, 404, "{path}");
        assert!(got.header("x-amzn-errortype").is_some(), "{path}");
    }
}
