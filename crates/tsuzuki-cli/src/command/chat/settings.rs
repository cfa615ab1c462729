//! `/set`: how a conversation asks.

use serde_json::Value;
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

#[cfg(test)]
mod tests {
    use super::super::order::SETTINGS;
    use super::*;

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
