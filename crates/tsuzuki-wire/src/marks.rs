//! The operator's marks on a request: entries in Converse's own `requestMetadata`.

use crate::json::{At, Edits, Kind, Value, quote};
use bytes::Bytes;

/// The most entries that Bedrock takes (service model: `RequestMetadata`, 1 to 16).
const MOST: usize = 16;

/// Adds entries to the `requestMetadata` of a Converse request; every other byte stays. `None` if
/// the body is no JSON object, or there is no room for them beside the caller's own.
#[must_use]
pub fn mark(body: &[u8], entries: &[(&str, &str)]) -> Option<Bytes> {
    let document = std::str::from_utf8(body).ok()?;
    let request = Value::object(body)?;
    let entries: Vec<(&str, String)> = entries
        .iter()
        .map(|(name, value)| (*name, quote(value)))
        .collect();
    let mut edits = Edits::default();
    match request.member("requestMetadata") {
        None => {
            let members: Vec<String> = entries
                .iter()
                .map(|(name, value)| format!("{}:{value}", quote(name)))
                .collect();
            let object = format!("{{{}}}", members.join(","));
            edits.set(request, At::Last, &[("requestMetadata", object)]);
        }
        Some(there)
            if there.kind() == Kind::Object && there.members().count() + entries.len() <= MOST =>
        {
            edits.set(there, At::Last, &entries);
        }
        Some(_) => return None,
    }
    Some(Bytes::from(edits.apply(document)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_beside_the_callers_own() {
        let marked = |body: &str| {
            let marked = mark(body.as_bytes(), &[("answer", "a\"1"), ("leg", "2")])?;
            Some(String::from_utf8(marked.to_vec()).unwrap())
        };
        let entries = r#""answer":"a\"1","leg":"2""#;
        for (body, expected) in [
            ("{ }", format!(r#"{{"requestMetadata":{{{entries}}} }}"#)),
            (
                r#"{"a": 1.50}"#,
                format!(r#"{{"a": 1.50,"requestMetadata":{{{entries}}}}}"#),
            ),
            (
                r#"{"requestMetadata": {"mine" : "x"}, "a":1}"#,
                format!(r#"{{"requestMetadata": {{"mine" : "x",{entries}}}, "a":1}}"#),
            ),
        ] {
            assert_eq!(marked(body), Some(expected), "{body}");
        }
        let full: Vec<String> = (0..15).map(|number| format!(r#""{number}":"""#)).collect();
        let full = format!(r#"{{"requestMetadata":{{{}}}}}"#, full.join(","));
        for body in ["[]", "{", r#"{"requestMetadata":1}"#, &full] {
            assert_eq!(marked(body), None, "{body}");
        }
    }
}
