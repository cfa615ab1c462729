//! How values stand in columns.

use super::fault::Trouble;
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// A JSON column.
pub(super) fn json(value: &impl Serialize) -> Result<String, Trouble> {
    Ok(serde_json::to_string(value)?)
}

/// What a JSON column of a row holds.
pub(super) fn of_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, Trouble> {
    read(
        row.get_ref(column)?
            .as_str()
            .map_err(rusqlite::Error::from)?,
    )
}

/// What JSON holds.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T, Trouble> {
    Ok(serde_json::from_str(json)?)
}

/// An enum without fields, as its word.
pub(super) fn word(value: &impl Serialize) -> Result<String, Trouble> {
    match serde_json::to_value(value)? {
        Value::String(word) => Ok(word),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(Trouble::Damaged("a word was expected"))
        }
    }
}

/// The enum a word stands for.
pub(super) fn of_word<T: DeserializeOwned>(word: String) -> Result<T, Trouble> {
    Ok(serde_json::from_value(Value::String(word))?)
}

/// The id in 16 bytes.
pub(super) fn id(bytes: [u8; 16]) -> Uuid {
    Uuid::from_bytes(bytes)
}

/// A count, which SQLite keeps with a sign.
pub(super) fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A count as it was kept.
pub(super) fn of_count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}
