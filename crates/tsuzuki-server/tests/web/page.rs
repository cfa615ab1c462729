//! The page and its files.

use crate::client::{Got, bare, get, having};
use crate::server::Server;
use http::Method;
use std::path::{Path, PathBuf};

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

/// What the page was built into.
fn built() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist")
}

/// Every file of the build, without compressed forms, as a path of the server.
fn files(folder: &Path, path: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        let path = format!("{path}/{name}");
        if file.is_dir() {
            found.extend(files(&file, &path));
        } else if !name.ends_with(".br") && !name.ends_with(".gz") {
            found.push((path, file));
        }
    }
    found
}

#[tokio::test]
async fn every_file_comes_in_the_smallest_form_that_is_taken() {
    let server = Server::start().await;
    let mut compressed = 0;
    for (path, file) in files(&built(), "") {
        let plain = server.send(get(&path)).await;
        assert_eq!(plain.status, 200, "{path}");
        assert_eq!(plain.header("vary"), Some("Accept-Encoding"));
        assert_eq!(plain.body, std::fs::read(&file).unwrap(), "{path}");
        for (taken, coding, extension) in [
            ("gzip, deflate, br, zstd", "br", ".br"),
            ("gzip", "gzip", ".gz"),
            ("br;q=0, gzip;q=0.5", "gzip", ".gz"),
        ] {
            let mut form = file.clone().into_os_string();
            form.push(extension);
            let form = std::fs::read(PathBuf::from(form)).ok();
            let got = server
                .send(having(get(&path), "accept-encoding", taken))
                .await;
            let coded = form.is_some().then_some(coding);
            assert_eq!(got.header("content-encoding"), coded, "{path} {taken}");
            let content = [got.header("content-type"), got.header("cache-control")];
            assert_eq!(
                content,
                [plain.header("content-type"), plain.header("cache-control")]
            );
            if let Some(form) = form {
                compressed += 1;
                assert_eq!(got.body, form, "{path} {taken}");
                assert_ne!(got.header("etag"), plain.header("etag"), "{path} {taken}");
            }
        }
        // The compressed forms are no files of their own.
        let form = server.send(get(&format!("{path}.br"))).await;
        assert_eq!(form.status, 404, "{path}.br");
    }
    assert!(compressed > 0, "the build compresses what gets smaller");
}

#[tokio::test]
async fn diagrams_are_drawn_in_a_frame_that_can_reach_nothing() {
    let server = Server::start().await;
    let frame = server.send(get("/assets/mermaid-frame.html")).await;
    let policy = frame.header("content-security-policy").unwrap();
    for rule in [
        "sandbox allow-scripts",
        "default-src 'none'",
        "frame-ancestors 'self'",
    ] {
        assert!(
            policy.split("; ").any(|own| own.trim() == rule),
            "{rule}: {policy}"
        );
    }
    assert!(frame.header("x-frame-options").is_none());
    // It has no origin, and loads its script all the same.
    let script = having(get("/assets/x.js"), "origin", "null");
    let script = server
        .send(having(script, "sec-fetch-site", "cross-site"))
        .await;
    assert_eq!(
        script.status, 404,
        "there is none of this name, but it may ask"
    );
    assert_eq!(script.header("access-control-allow-origin"), Some("*"));
    let written = having(bare(Method::POST, "/assets/x.js"), "origin", "null");
    assert_eq!(server.send(written).await.status, 403);
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
