//! `/set`: how a conversation asks.

use serde_json::{Map, Value};
use tsuzuki_server::chat::Shape;

/// Sets one thing; a name that is none of ours is a field of the model's own.
pub(super) fn set(shape: &mut Shape, name: &str, text: &str) -> Result<(), String> {
    let wrong = |what: &str| format!("{name} is {what}, and {text} is not");
    let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
    let word = || Value::from(text.to_lowercase());
    match name {
        "max_tokens" => {
            let tokens = text.parse().ok().filter(|tokens| *tokens > 0);
            shape.max_tokens = Some(tokens.ok_or_else(|| wrong("a number of tokens"))?);
        }
        "temperature" => shape.temperature = Some(number().ok_or_else(|| wrong("a number"))?),
        "top_p" => shape.top_p = Some(number().ok_or_else(|| wrong("a number"))?),
        "effort" => {
            let effort = serde_json::from_value(word());
            shape.effort = Some(effort.map_err(|_| wrong("off, low, medium or high"))?);
        }
        "mode" => {
            let mode = serde_json::from_value(word());
            shape.reach.mode = Some(mode.map_err(|_| wrong("extend, cap or off"))?);
        }
        "max_parts" => {
            let parts = text.parse().ok().filter(|parts| *parts > 0);
            shape.reach.max_parts = Some(parts.ok_or_else(|| wrong("a number of parts"))?);
        }
        "max_output_tokens" => {
            let tokens = text.parse().ok().filter(|tokens| *tokens > 0);
            shape.reach.max_output_tokens =
                Some(tokens.ok_or_else(|| wrong("a number of tokens"))?);
        }
        "max_cost" => {
            let dollars = number().filter(|dollars| *dollars >= 0.0);
            shape.reach.max_cost = Some(dollars.ok_or_else(|| wrong("an amount of US dollars"))?);
        }
        field => {
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
            shape.fields.insert(field.to_owned(), value);
        }
    }
    Ok(())
}

/// Leaves one thing to the model again.
pub(super) fn unset(shape: &mut Shape, name: &str) -> Result<(), String> {
    match name {
        "max_tokens" => shape.max_tokens = None,
        "temperature" => shape.temperature = None,
        "top_p" => shape.top_p = None,
        "effort" => shape.effort = None,
        "mode" => shape.reach.mode = None,
        "max_parts" => shape.reach.max_parts = None,
        "max_output_tokens" => shape.reach.max_output_tokens = None,
        "max_cost" => shape.reach.max_cost = None,
        field => {
            if shape.fields.remove(field).is_none() {
                return Err(format!("{field} is not set"));
            }
        }
    }
    Ok(())
}

/// What makes one shape of another, as a JSON merge patch (RFC 7396): somebody else may have changed
/// other things since the first was read.
pub(super) fn changes(from: &Shape, to: &Shape) -> Map<String, Value> {
    let members = |shape: &Shape| match serde_json::to_value(shape) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    };
    patch(&members(from), members(to))
}

fn patch(from: &Map<String, Value>, to: Map<String, Value>) -> Map<String, Value> {
    let gone = from.keys().filter(|name| !to.contains_key(*name));
    let mut patch_of: Map<String, Value> = gone.map(|name| (name.clone(), Value::Null)).collect();
    for (name, value) in to {
        let value = match (from.get(&name), value) {
            (Some(old), value) if *old == value => continue,
            (Some(Value::Object(old)), Value::Object(new)) => Value::Object(patch(old, new)),
            (_, value) => value,
        };
        patch_of.insert(name, value);
    }
    patch_of
}

#[cfg(test)]
mod tests {
    use super::super::order::SETTINGS;
    use super::*;

    #[test]
    fn changes_name_what_differs_alone() {
        let mut from = Shape::default();
        set(&mut from, "temperature", "0.5").unwrap();
        set(&mut from, "top_k", "40").unwrap();
        set(&mut from, "max_parts", "3").unwrap();
        let mut to = from.clone();
        assert!(changes(&from, &to).is_empty());
        unset(&mut to, "temperature").unwrap();
        set(&mut to, "max_cost", "1").unwrap();
        set(&mut to, "other", "x").unwrap();
        let expected = serde_json::json!({ "temperature": null, "reach": { "max_cost": 1.0 },
            "fields": { "other": "x" } });
        assert_eq!(Value::Object(changes(&from, &to)), expected);
    }

    #[test]
    fn every_setting_is_set_and_unset() {
        for name in SETTINGS {
            let mut shape = Shape::default();
            let value = match name {
                "effort" => "low",
                "mode" => "cap",
                _ => "1",
            };
            set(&mut shape, name, value).unwrap();
            assert!(
                shape != Shape::default() && shape.fields.is_empty(),
                "{name}"
            );
            unset(&mut shape, name).unwrap();
            assert!(shape == Shape::default(), "{name}");
            assert!(set(&mut shape, name, "-x").is_err(), "{name}");
        }
        let mut shape = Shape::default();
        set(&mut shape, "top_k", "40").unwrap();
        assert_eq!(shape.fields["top_k"], 40);
        assert!(unset(&mut shape, "top_j").is_err());
    }
}
