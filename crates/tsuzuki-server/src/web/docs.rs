//! The description of the API as a page for people: plain HTML, no script.

use super::openapi;
use super::router::Web;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::Value;
use std::fmt::Write;
use std::sync::Arc;

/// How it looks. A file of its own, because the page's policy takes no styles from inside.
const STYLE: &str = "\
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 52rem; padding: 0 1rem; }
code { font: 0.9em ui-monospace, monospace; }
h3 { border-top: 1px solid; padding-top: 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #8886; padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; } }
";

/// The methods of a path, in the order they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// This API, for people.
#[utoipa::path(
    get, path = "/api/v1/docs", tag = "About this API",
    responses(
        (status = 200, description = "A page.", content_type = "text/html", body = String),
        openapi::Refusals,
    ),
)]
pub(super) async fn docs(State(web): State<Arc<Web>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, web.description().page()).into_response()
}

/// How the page looks.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// Writes the page.
pub(super) fn write(api: &Value) -> String {
    let mut page = Page(String::new());
    page.html(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>",
    );
    page.text(&api["info"]["title"]);
    page.html("</title><link rel=\"stylesheet\" href=\"/api/v1/docs/style.css\"></head><body><h1>");
    page.text(&api["info"]["title"]);
    page.html(" ");
    page.text(&api["info"]["version"]);
    page.html("</h1><p>");
    page.text(&api["info"]["description"]);
    page.html("</p><p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a></p>");
    page.html("<h2>Operations</h2>");
    for (path, item) in members(&api["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                page.operation(method, path, operation);
            }
        }
    }
    page.html("<h2>Types</h2>");
    for (name, schema) in members(&api["components"]["schemas"]) {
        page.html("<h3 id=\"");
        page.say(name);
        page.html("\">");
        page.say(name);
        page.html("</h3><p>");
        page.text(&schema["description"]);
        page.html("</p>");
        page.schema(schema);
    }
    page.html("</body></html>");
    page.0
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The page so far. Writing to a text does not fail.
struct Page(String);

impl Page {
    fn html(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn say(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                letter => self.0.push(letter),
            }
        }
    }

    fn text(&mut self, value: &Value) {
        self.say(value.as_str().unwrap_or_default());
    }

    fn operation(&mut self, method: &str, path: &str, operation: &Value) {
        let _written = write!(self.0, "<h3><code>{} ", method.to_uppercase());
        self.say(path);
        self.html("</code></h3><p>");
        let description = &operation["description"];
        self.text(if description.is_string() {
            description
        } else {
            &operation["summary"]
        });
        self.html("</p><table>");
        for parameter in items(&operation["parameters"]) {
            self.html("<tr><td>");
            self.text(&parameter["in"]);
            self.html("</td><td><code>");
            self.text(&parameter["name"]);
            self.html("</code></td><td>");
            self.kind(&parameter["schema"]);
            self.html("</td><td>");
            self.text(&parameter["description"]);
            self.html("</td></tr>");
        }
        for (media_type, content) in members(&operation["requestBody"]["content"]) {
            self.html("<tr><td>body</td><td><code>");
            self.say(media_type);
            self.html("</code></td><td>");
            self.kind(&content["schema"]);
            self.html("</td><td></td></tr>");
        }
        for (status, response) in members(&operation["responses"]) {
            self.html("<tr><td>answer</td><td><code>");
            self.say(status);
            self.html("</code></td><td>");
            for (number, (media_type, content)) in members(&response["content"]).enumerate() {
                if number > 0 {
                    self.html(", ");
                }
                match content["schema"].get("$ref") {
                    Some(_) => self.kind(&content["schema"]),
                    None => self.say(media_type),
                }
            }
            self.html("</td><td>");
            self.text(&response["description"]);
            self.html("</td></tr>");
        }
        self.html("</table>");
    }

    /// The members of an object, the words of an enumeration, or what else it may be.
    fn schema(&mut self, schema: &Value) {
        if schema.get("properties").is_none() {
            self.html("<p>");
            self.kind(schema);
            self.html("</p>");
        } else {
            self.html("<table>");
            for (name, member) in members(&schema["properties"]) {
                self.html("<tr><td><code>");
                self.say(name);
                self.html("</code></td><td>");
                self.kind(member);
                self.html("</td><td>");
                self.text(&member["description"]);
                self.html("</td></tr>");
            }
            self.html("</table>");
        }
        for one in items(&schema["oneOf"]).chain(items(&schema["allOf"])) {
            if one.get("properties").is_some() {
                self.html("<p>");
                self.text(&one["description"]);
                self.html("</p>");
                self.schema(one);
            }
        }
    }

    /// What a value is, in a few words.
    fn kind(&mut self, schema: &Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default();
            self.html("<a href=\"#");
            self.say(name);
            self.html("\">");
            self.say(name);
            self.html("</a>");
            return;
        }
        let words: Vec<&Value> = items(&schema["enum"]).collect();
        if !words.is_empty() {
            for (number, word) in words.iter().enumerate() {
                self.html(if number > 0 { " · <code>" } else { "<code>" });
                self.text(word);
                self.html("</code>");
            }
            return;
        }
        let one_of: Vec<&Value> = items(&schema["oneOf"])
            .chain(items(&schema["allOf"]))
            .filter(|one| one.get("properties").is_none() && one["type"] != "null")
            .collect();
        if !one_of.is_empty() {
            for (number, one) in one_of.iter().enumerate() {
                self.html(if number > 0 { " · " } else { "" });
                self.kind(one);
            }
            return;
        }
        if schema["type"] == "array" {
            self.html("list of ");
            self.kind(&schema["items"]);
            return;
        }
        match &schema["type"] {
            Value::String(kind) => self.say(kind),
            Value::Array(kinds) => {
                let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
                self.say(&kinds.join(" or "));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                self.say("any");
            }
        }
    }
}
