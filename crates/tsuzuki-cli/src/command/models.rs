//! `tsuzuki models`: what Tsuzuki knows about models.

use crate::args::Models as Typed;
use crate::exit::{Exit, Failure};
use crate::print;
use serde_json::{Value, json};
use tsuzuki::engine::Prefill;
use tsuzuki::models::{Model, Models};

const HEADINGS: [&str; 7] = [
    "MODEL",
    "CONTEXT",
    "OUTPUT",
    "PREFILL",
    "$ IN",
    "$ OUT",
    "END OF LIFE",
];

/// Prints the table, or the part of it that was asked for.
pub(crate) fn run(typed: &Typed) -> Result<Exit, Failure> {
    let wanted = typed.filter.as_deref().unwrap_or_default().to_lowercase();
    let models: Vec<&Model> = Models::builtin()
        .iter()
        .filter(|model| {
            [callable(model), model.name.clone()]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
        })
        .collect();
    if models.is_empty() {
        return Err(Failure::new(
            Exit::Incomplete,
            format!("no model's id or name holds {wanted:?}"),
            "tsuzuki models lists all of them",
        ));
    }
    let text = if typed.json {
        let rows: Vec<Value> = models.into_iter().map(object).collect();
        format!("{:#}\n", Value::from(rows))
    } else {
        table(&models)
    };
    print::data(&text)?;
    if !typed.json {
        print::talk(
            "Prices are US dollars per million tokens. A model that answers through inference profiles only is \
             listed by one of them; --json names them all.",
        );
    }
    Ok(Exit::Complete)
}

/// An id that can be asked for: many models answer through an inference profile only.
pub(super) fn callable(model: &Model) -> String {
    let global = model.profiles.iter().find(|prefix| *prefix == "global");
    match global.or_else(|| model.profiles.first()) {
        Some(prefix) if !model.on_demand => format!("{prefix}.{}", model.id),
        Some(_) | None => model.id.clone(),
    }
}

fn prefill(model: &Model) -> &'static str {
    match model.prefill {
        Prefill::Accepted => "yes",
        Prefill::Refused => "no",
        Prefill::Unknown => "unknown",
    }
}

fn object(model: &Model) -> Value {
    json!({
        "id": model.id,
        "name": model.name,
        "provider": model.provider,
        "contextTokens": model.context,
        "maxOutputTokens": model.max_output,
        "prefill": prefill(model),
        "onDemand": model.on_demand,
        "profiles": model.profiles,
        "usdPerMillionTokens": model.price.map(|price| json!({
            "input": price.input,
            "output": price.output,
            "cacheRead": price.cache_read,
            "cacheWrite": price.cache_write,
        })),
        "endOfLife": model.end_of_life,
    })
}

/// Columns as wide as their widest cell, numbers to the right.
fn table(models: &[&Model]) -> String {
    let rows: Vec<[String; 7]> = std::iter::once(HEADINGS.map(str::to_owned))
        .chain(models.iter().map(|model| row(model)))
        .collect();
    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, width))| match column {
                0 | 3 | 6 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(model: &Model) -> [String; 7] {
    let number =
        |count: Option<u32>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let price = |of: fn(&tsuzuki::models::PriceRow) -> f64| {
        model
            .price
            .as_ref()
            .map_or_else(|| "?".to_owned(), |row| of(row).to_string())
    };
    [
        callable(model),
        number(model.context),
        number(model.max_output),
        prefill(model).to_owned(),
        price(|row| row.input),
        price(|row| row.output),
        model.end_of_life.clone().unwrap_or_default(),
    ]
}
