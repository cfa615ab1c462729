//! The Grafana dashboard asks for numbers that the endpoint tells, by labels it puts on them.

use crate::answers::{CONVERSE, question};
use crate::backend::{Reply, Scripted, converse, settings, start};
use crate::client::{get, post, send};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tsuzuki::engine::{Millis, Mode};

const DASHBOARD: &str = include_str!("../../../../docs/grafana/tsuzuki.json");

/// Added by Prometheus when it scrapes.
const SCRAPED: &str = "instance";

/// Every series by its name, with the names of its labels.
fn told(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in page.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            // A series that nothing was counted in yet has only its head.
            let (name, kind) = head.split_once(' ').unwrap();
            if kind != "histogram" {
                told.entry(name.to_owned()).or_default();
            }
        } else if !line.starts_with('#') {
            let (series, _) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            let labels = labels
                .trim_end_matches('}')
                .split(',')
                .filter_map(|label| label.split_once('='));
            told.entry(name.to_owned())
                .or_default()
                .extend(labels.map(|(label, _)| label.to_owned()));
        }
    }
    told
}

/// What the dashboard asks: every query of its panels and variables.
fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("expr" | "query", Value::String(query)) => found.push(query.clone()),
                    _ => queries(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The words of a query.
fn words(query: &str) -> impl Iterator<Item = &str> {
    query.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
}

/// The labels a query groups or selects by.
fn labels(query: &str) -> BTreeSet<&str> {
    let grouped = query
        .split("by (")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .flat_map(|(labels, _)| labels.split(", "));
    let selected = query
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .flat_map(|(selectors, _)| selectors.split(','))
        .filter_map(|selector| selector.split(['=', '!']).next());
    grouped.chain(selected).collect()
}

#[tokio::test]
async fn the_dashboard_asks_for_what_is_told() {
    let backend = Scripted::new(|number, request| {
        if request.path.contains("priced") {
            return Reply::json(200, converse("one, two and", "max_tokens"));
        }
        match number {
            0 => Reply::json(429, r#"{"message":"slow"}"#),
            1 => Reply::json(200, converse("one, two and", "max_tokens")),
            _ => Reply::json(200, converse(" three", "end_turn")),
        }
    });
    let mut brief = settings(Mode::Extend);
    brief.policy.backoff = Millis(1);
    brief.policy.max_legs = 3;
    let endpoint = start(&backend, brief).await;
    let address = endpoint.address;
    for (path, body) in [
        (CONVERSE, question()),
        ("/model/priced/converse", question()),
        ("/model/a.b/count-tokens", "{}".to_owned()),
        ("/model/a.b/nope", "{}".to_owned()),
    ] {
        send(address, post(path, body)).await;
    }
    let page = send(address, get("/metrics")).await.body;
    let told = told(std::str::from_utf8(&page).unwrap());

    let mut asked = Vec::new();
    queries(&serde_json::from_str(DASHBOARD).unwrap(), &mut asked);
    let mut shown = 0;
    for query in &asked {
        let names = words(query).filter(|word| word.starts_with("tsuzuki_"));
        for name in names {
            shown += 1;
            let on_it = told
                .get(name)
                .unwrap_or_else(|| panic!("nobody tells {name}, asked for in {query}"));
            for label in labels(query) {
                assert!(
                    label == SCRAPED || on_it.contains(label),
                    "{name} has no {label}, asked for in {query}"
                );
            }
        }
    }
    assert!(shown > 12, "the dashboard shows {shown} numbers");
}
