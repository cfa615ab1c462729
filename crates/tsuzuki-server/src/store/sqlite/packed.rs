//! Several [`Append`]s in one blob.
//!
//! Each is a head of 32 bytes, little-endian, and its entries: the run's id (16), the number of the
//! first entry (8), how many entries (4), how many bytes follow (4).

use super::column;
use super::fault::Trouble;
use crate::chat::RunId;
use crate::store::Append;
use bytes::Bytes;

const HEAD: usize = 32;

/// Packs what is given, in order.
pub(super) fn pack<'a>(appends: impl Iterator<Item = &'a Append> + Clone) -> Vec<u8> {
    let bytes = appends.clone().map(|append| HEAD + append.entries.len());
    let mut packed = Vec::with_capacity(bytes.sum());
    for append in appends {
        let length = u32::try_from(append.entries.len()).unwrap_or(u32::MAX);
        packed.extend_from_slice(append.run.0.as_bytes());
        packed.extend_from_slice(&append.from.to_le_bytes());
        packed.extend_from_slice(&append.count.to_le_bytes());
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&append.entries);
    }
    packed
}

/// What was packed, those of all runs or of one.
pub(super) fn unpack(packed: Vec<u8>, only: Option<RunId>) -> Result<Vec<Append>, Trouble> {
    let packed = Bytes::from(packed);
    let mut appends = Vec::new();
    let mut at = 0;
    while at < packed.len() {
        let head = packed.get(at..at + HEAD).ok_or(CUT)?;
        let run = RunId(column::id(part(head, 0)?));
        let length = u32::from_le_bytes(part(head, 28)?) as usize;
        let from = at + HEAD;
        at = from + length;
        if packed.len() < at {
            return Err(CUT);
        }
        if only.is_none_or(|only| only == run) {
            appends.push(Append {
                run,
                from: u64::from_le_bytes(part(head, 16)?),
                count: u32::from_le_bytes(part(head, 24)?),
                entries: packed.slice(from..at),
            });
        }
    }
    Ok(appends)
}

const CUT: Trouble = Trouble::Damaged("a row of the journal is cut short");

fn part<const N: usize>(head: &[u8], at: usize) -> Result<[u8; N], Trouble> {
    head.get(at..at + N)
        .and_then(|part| part.try_into().ok())
        .ok_or(CUT)
}
