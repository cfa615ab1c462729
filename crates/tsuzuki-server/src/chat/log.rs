//! The log of a run as bytes: printing it, finding a place in it, and what stands behind a place.

use super::{Cursor, Entry};
use crate::store::{Append, Epoch, Fault, StoreError};
use bytes::Bytes;
use serde_json::value::RawValue;

/// How much a reader that fell behind is told at once, in bytes.
const AT_ONCE: usize = 256 * 1024;

/// How many pieces stay as they were written, at least. Of the older ones, so many at a time become
/// one: a piece on its own takes several times the room of what it says.
const FRESH: usize = 64;

/// Entries of a log, for a reader.
pub(super) struct News {
    /// The number of the first.
    pub(super) from: u64,
    /// How many they are.
    pub(super) count: u64,
    /// The entries, as a JSON array.
    pub(super) entries: Bytes,
}

/// Entries as a JSON array.
pub(super) fn printed(entries: &[Entry]) -> Bytes {
    // Entries are plain data, which always prints; an empty list would be the honest rest.
    serde_json::to_vec(entries).map_or_else(
        |_| Bytes::from_static(b"[]"),
        // It stays for long, so without the room that printing took in advance.
        |printed| Bytes::from(printed.into_boxed_slice()),
    )
}

/// The entries of a piece of the log.
pub(super) fn read(append: &Append) -> Result<Vec<Entry>, StoreError> {
    // The error of the reader is left out: it may quote the text.
    serde_json::from_slice(&append.entries).map_err(|_| StoreError {
        fault: Fault::Damaged,
        told: "the log of a run cannot be read".to_owned(),
    })
}

/// How many entries a log holds.
pub(super) fn length(written: &[Append]) -> u64 {
    written.last().map_or(0, end)
}

/// Adds a piece to a log, of which the first `joined` pieces are several in one.
pub(super) fn push(written: &mut Vec<Append>, joined: &mut usize, append: Append) {
    written.push(append);
    let old = *joined..*joined + FRESH;
    if written.len() < old.end + FRESH {
        return;
    }
    let pieces = &written[old.clone()];
    let one = Append {
        run: pieces[0].run,
        from: pieces[0].from,
        count: pieces.iter().map(|piece| piece.count).sum(),
        entries: as_one(pieces),
    };
    written.splice(old, [one]);
    *joined += 1;
}

fn end(append: &Append) -> u64 {
    append.from + u64::from(append.count)
}

/// The number of the last epoch.
pub(super) fn epoch(epochs: &[Epoch]) -> u32 {
    epochs.last().map_or(0, |epoch| epoch.number)
}

/// Where a reader with this cursor goes on; none if it read what the log does not hold.
///
/// A reader of an older epoch has read what that epoch wrote down; if it read more, power was lost in
/// between, and what it saw beyond is not what the log says there now.
pub(super) fn place(epochs: &[Epoch], next: u64, after: Cursor) -> Option<u64> {
    let current = epoch(epochs);
    let limit = if after.epoch > current {
        return None;
    } else {
        epochs
            .iter()
            .find(|epoch| epoch.number > after.epoch)
            .map_or(next, |epoch| epoch.from)
    };
    (after.seq <= limit).then_some(after.seq)
}

/// What a log holds from a number on: the very bytes of one piece, or several joined for a reader
/// that fell behind.
pub(super) fn after(written: &[Append], at: u64) -> Option<News> {
    // Most readers keep up: they want the newest piece, or there is none for them.
    let newest = written.last().filter(|newest| at < end(newest))?;
    let first = if newest.from <= at {
        written.len() - 1
    } else {
        written.partition_point(|append| end(append) <= at)
    };
    let rest = written.get(first..)?;
    let head = rest.first()?;
    if head.from < at {
        return rest_of(head, at);
    }
    let mut size = 0;
    let many = rest
        .iter()
        .take_while(|append| {
            size += append.entries.len();
            size <= AT_ONCE
        })
        .count()
        .max(1);
    let rest = &rest[..many];
    Some(News {
        from: head.from,
        count: length(rest) - head.from,
        entries: as_one(rest),
    })
}

/// The entries of one piece from a number within it on.
fn rest_of(append: &Append, at: u64) -> Option<News> {
    let entries: Vec<&RawValue> = serde_json::from_slice(&append.entries).ok()?;
    let skip = usize::try_from(at - append.from).ok()?;
    let entries = entries.get(skip..)?;
    Some(News {
        from: at,
        count: u64::try_from(entries.len()).ok()?,
        entries: Bytes::from(serde_json::to_vec(entries).ok()?),
    })
}

/// JSON arrays as one.
fn as_one(pieces: &[Append]) -> Bytes {
    match pieces {
        [] => Bytes::from_static(b"[]"),
        [one] => one.entries.clone(),
        many => {
            let mut all = Vec::with_capacity(many.iter().map(|piece| piece.entries.len()).sum());
            all.push(b'[');
            for piece in many {
                let inner = &piece.entries[1..piece.entries.len().max(2) - 1];
                if all.len() > 1 && !inner.is_empty() {
                    all.push(b',');
                }
                all.extend_from_slice(inner);
            }
            all.push(b']');
            Bytes::from(all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::RunId;

    fn piece(run: RunId, from: u64, count: u32) -> Append {
        let entries: Vec<u64> = (from..from + u64::from(count)).collect();
        Append {
            run,
            from,
            count,
            entries: serde_json::to_vec(&entries).unwrap().into(),
        }
    }

    #[test]
    fn a_long_log_has_few_pieces_and_is_read_from_every_place() {
        let run = RunId::new();
        let (mut written, mut joined) = (Vec::new(), 0);
        while length(&written) < 1000 {
            let from = length(&written);
            let count = if from.is_multiple_of(5) { 2 } else { 1 };
            push(&mut written, &mut joined, piece(run, from, count));
            assert!(written.len() < joined + 2 * FRESH);
        }
        assert!(joined > 5);
        let end = length(&written);
        for start in 0..end {
            let mut at = start;
            let mut read: Vec<u64> = Vec::new();
            while let Some(news) = after(&written, at) {
                assert_eq!(news.from, at);
                let numbers: Vec<u64> = serde_json::from_slice(&news.entries).unwrap();
                assert_eq!(numbers.len() as u64, news.count);
                at += news.count;
                read.extend(numbers);
            }
            assert!(read.into_iter().eq(start..end), "from {start}");
        }
    }
}
