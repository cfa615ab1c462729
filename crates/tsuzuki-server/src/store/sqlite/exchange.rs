//! What was sent and received for an answer.

use super::column;
use super::fault::Trouble;
use crate::chat::{MessageId, Moment, User};
use crate::store::Exchange;
use bytes::Bytes;
use rusqlite::{Connection, Row, params};

/// The most that is read of one answer's requests and responses, in bytes.
const MOST: usize = 16_000_000;

/// See [`Store::put_exchange`](crate::store::Store::put_exchange).
pub(super) fn put(db: &Connection, message: MessageId, exchange: &Exchange) -> Result<(), Trouble> {
    let kept = db.execute(
        "INSERT OR REPLACE INTO exchange
             (message, part, at, status, shortened, headers, request, response)
         SELECT number, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM message WHERE id = ?1",
        params![
            message.0.as_bytes(),
            exchange.part,
            exchange.at.0,
            exchange.status,
            exchange.shortened,
            column::json(&exchange.headers)?,
            exchange.request.as_ref(),
            exchange.response.as_ref(),
        ],
    )?;
    if kept == 0 {
        return Err(Trouble::Conflict("the exchange's message is not there"));
    }
    Ok(())
}

/// See [`Store::exchanges`](crate::store::Store::exchanges).
pub(super) fn of_message(
    db: &Connection,
    user: &User,
    message: MessageId,
) -> Result<Vec<Exchange>, Trouble> {
    let mut all = db.prepare(
        "SELECT e.part, e.at, e.status, e.shortened, e.headers, e.request, e.response
         FROM message m JOIN conversation c ON c.number = m.conversation
         JOIN exchange e ON e.message = m.number
         WHERE m.id = ?1 AND c.user = ?2 ORDER BY e.part",
    )?;
    let mut rows = all.query(params![message.0.as_bytes(), user.0])?;
    let mut exchanges = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let (request, response) = (blob(row, 5)?, blob(row, 6)?);
        bytes += request.len() + response.len();
        let fits = bytes <= MOST;
        let held = |blob: &[u8]| {
            if fits {
                Bytes::copy_from_slice(blob)
            } else {
                Bytes::new()
            }
        };
        exchanges.push(Exchange {
            part: row.get(0)?,
            at: Moment(row.get(1)?),
            status: row.get(2)?,
            headers: column::of_json(row, 4)?,
            request: held(request),
            response: held(response),
            shortened: row.get::<_, bool>(3)? || !fits,
        });
    }
    Ok(exchanges)
}

fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], Trouble> {
    let blob = row.get_ref(column)?.as_blob();
    Ok(blob.map_err(rusqlite::Error::from)?)
}
