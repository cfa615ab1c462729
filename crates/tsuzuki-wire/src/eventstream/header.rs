//! Headers: ten types, each with a number on the wire.

use super::Damage;

/// The value of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header<'a> {
    /// Types 0 (true) and 1 (false).
    Bool(bool),
    /// Type 2.
    Byte(i8),
    /// Type 3.
    Short(i16),
    /// Type 4.
    Int(i32),
    /// Type 5.
    Long(i64),
    /// Type 6.
    Bytes(&'a [u8]),
    /// Type 7: the only one seen in recorded Bedrock traffic.
    String(&'a str),
    /// Type 8, in milliseconds since 1970.
    Timestamp(i64),
    /// Type 9.
    Uuid([u8; 16]),
    /// A type this version does not know. Its length is not known either, so all that follows in
    /// the headers belongs to it.
    Unknown {
        /// The type's number.
        kind: u8,
        /// The rest of the headers, as it came.
        rest: &'a [u8],
    },
}

impl<'a> Header<'a> {
    /// Its text, if it is a string.
    #[must_use]
    pub const fn string(self) -> Option<&'a str> {
        match self {
            Self::String(text) => Some(text),
            Self::Bool(_)
            | Self::Byte(_)
            | Self::Short(_)
            | Self::Int(_)
            | Self::Long(_)
            | Self::Bytes(_)
            | Self::Timestamp(_)
            | Self::Uuid(_)
            | Self::Unknown { .. } => None,
        }
    }
}

/// The headers of a message, in order; stops after the first damaged one.
#[derive(Debug, Clone)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Headers<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Damage::Headers)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        self.take(N)?.try_into().map_err(|_| Damage::Headers)
    }

    fn sized(&mut self) -> Result<&'a [u8], Damage> {
        let length = u16::from_be_bytes(self.array()?);
        self.take(usize::from(length))
    }

    fn header(&mut self) -> Result<(&'a str, Header<'a>), Damage> {
        let [length] = self.array()?;
        let name = text(self.take(usize::from(length))?)?;
        let [kind] = self.array()?;
        let value = match kind {
            0 => Header::Bool(true),
            1 => Header::Bool(false),
            2 => Header::Byte(i8::from_be_bytes(self.array()?)),
            3 => Header::Short(i16::from_be_bytes(self.array()?)),
            4 => Header::Int(i32::from_be_bytes(self.array()?)),
            5 => Header::Long(i64::from_be_bytes(self.array()?)),
            6 => Header::Bytes(self.sized()?),
            7 => Header::String(text(self.sized()?)?),
            8 => Header::Timestamp(i64::from_be_bytes(self.array()?)),
            9 => Header::Uuid(self.array()?),
            kind => Header::Unknown {
                kind,
                rest: std::mem::take(&mut self.rest),
            },
        };
        Ok((name, value))
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Result<(&'a str, Header<'a>), Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let header = self.header();
        if header.is_err() {
            self.rest = &[];
        }
        Some(header)
    }
}

fn text(bytes: &[u8]) -> Result<&str, Damage> {
    std::str::from_utf8(bytes).map_err(|_| Damage::Headers)
}

/// Prints one header of type string.
pub(super) fn put_string(out: &mut Vec<u8>, name: &str, value: &str) {
    out.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(name.as_bytes());
    out.push(7);
    out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(value.as_bytes());
}
