//! The API's description of itself.

use crate::client::{get, having};
use crate::server::Server;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tsuzuki_server::{ProxyHeader, SignIn};

/// The operations of the contract.
const OPERATIONS: &str = "\
get /about
post /session
delete /session
get /conversations
post /conversations
get /conversations/{id}
patch /conversations/{id}
delete /conversations/{id}
post /conversations/{id}/messages
get /conversations/{id}/export
get /messages/{id}
post /messages/{id}/answers
post /messages/{id}/continue
post /messages/{id}/onward
post /messages/{id}/retry
post /messages/{id}/cut
get /messages/{id}/exchanges
get /runs/{id}
post /runs/{id}/stop
post /runs/{id}/finish
get /runs/{id}/events
get /events
get /search
get /models
get /defaults
put /defaults
get /usage
post /attachments
get /attachments/{id}
delete /attachments/{id}
get /export
post /import
get /doctor
get /openapi.json
get /docs";

fn operations(api: &Value) -> Vec<(String, &Value)> {
    let paths = api["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let path = path.strip_prefix("/api/v1").unwrap();
            let item = item.as_object().unwrap();
            item.iter()
                .map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[tokio::test]
async fn every_operation_is_described_with_all_its_answers() {
    let server = Server::start().await;
    let api = server.send(get("/api/v1/openapi.json")).await.json(200);
    assert_eq!(api["openapi"], "3.1.0");
    assert_eq!(api["info"]["version"], env!("CARGO_PKG_VERSION"));
    let described: BTreeSet<String> = operations(&api).into_iter().map(|(name, _)| name).collect();
    let meant: BTreeSet<String> = OPERATIONS.lines().map(str::to_owned).collect();
    assert_eq!(described, meant);
    for (name, operation) in operations(&api) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{name}"
        );
        for status in [
            "400", "401", "403", "404", "413", "429", "500", "503", "507",
        ] {
            let schema = &responses[status]["content"]["application/problem+json"]["schema"];
            assert_eq!(
                schema,
                &json!({ "$ref": "#/components/schemas/Refusal" }),
                "{name} {status}"
            );
        }
        assert!(operation["summary"].is_string(), "{name}");
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members
                    .values()
                    .for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let server = Server::start().await;
    let api = server.send(get("/api/v1/openapi.json")).await.json(200);
    let mut found = BTreeSet::new();
    references(&api, &mut found);
    assert!(found.len() > 20);
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(api.pointer(pointer).is_some(), "{target}");
    }
}

#[tokio::test]
async fn people_read_the_same_without_a_script() {
    let server = Server::start().await;
    let docs = server.send(get("/api/v1/docs")).await;
    assert_eq!(
        docs.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let page = docs.text();
    for line in OPERATIONS.lines() {
        let (method, path) = line.split_once(' ').unwrap();
        let heading = format!("<code>{} /api/v1{path}</code>", method.to_uppercase());
        assert!(page.contains(&heading), "{heading}");
    }
    for forbidden in ["<script", "style=", "<style", "onclick"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // What it links to inside is there, and so is how it looks.
    for (number, _) in page.match_indices("href=\"#") {
        let name: String = page[number + 7..]
            .chars()
            .take_while(|c| *c != '"')
            .collect();
        assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
    }
    let style = server.send(get("/api/v1/docs/style.css")).await;
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
}

#[tokio::test]
async fn how_to_sign_in_is_described_as_it_is_here() {
    let open = Server::start().await;
    let api = open.send(get("/api/v1/openapi.json")).await.json(200);
    assert!(api.get("security").is_none());
    let header = http::HeaderName::from_static("x-user");
    let server = Server::with_chat(|chat| {
        chat.sign_in = SignIn::Proxy(ProxyHeader {
            name: header,
            from: vec!["127.0.0.1".parse().unwrap()],
        });
    })
    .await;
    let asked = having(get("/api/v1/openapi.json"), "x-user", "hana");
    let api = server.send(asked).await.json(200);
    let scheme = &api["components"]["securitySchemes"]["sign_in"];
    assert_eq!(
        (&scheme["in"], &scheme["name"]),
        (&json!("header"), &json!("x-user"))
    );
    assert_eq!(api["security"], json!([{ "sign_in": [] }]));
    // What nobody needs to sign in for says so.
    assert_eq!(
        api["paths"]["/api/v1/about"]["get"]["security"],
        json!([{}])
    );
}
