//! JSON by spans: values are looked up where they stand, and changed by splicing, so that number
//! spelling, order, white space, duplicate keys and unknown members survive.

mod edits;
mod text;

pub(crate) use edits::{At, Edits};
pub(crate) use text::{Text, pair, quote, quoted_inside};

use memchr::memchr;
use serde_json::value::RawValue;
use std::ops::Range;

/// A value inside a document that is known to be JSON.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    document: &'a str,
    start: usize,
    end: usize,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

/// A member of an object: its key, still quoted, and its value.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) key: Value<'a>,
    pub(crate) value: Value<'a>,
}

impl<'a> Value<'a> {
    /// The value a whole document holds; `None`: it is not JSON.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(bytes).ok()?)
    }

    /// The same of a text.
    pub(crate) fn parse(document: &'a str) -> Option<Self> {
        let raw: &RawValue = serde_json::from_str(document).ok()?;
        let start = skip_space(document.as_bytes(), 0);
        Some(Self {
            document,
            start,
            end: start + raw.get().trim().len(),
        })
    }

    /// The same, if it is an object.
    pub(crate) fn object(bytes: &'a [u8]) -> Option<Self> {
        Self::read(bytes).filter(|value| value.kind() == Kind::Object)
    }

    /// The whole document it stands in.
    pub(crate) const fn document(self) -> &'a str {
        self.document
    }

    /// Where it stands in its document.
    pub(crate) const fn span(self) -> Range<usize> {
        self.start..self.end
    }

    /// Its own bytes.
    pub(crate) fn raw(self) -> &'a str {
        self.document.get(self.span()).unwrap_or_default()
    }

    pub(crate) fn kind(self) -> Kind {
        match self.document.as_bytes().get(self.start) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// Its members, in order, if it is an object.
    pub(crate) fn members(self) -> impl Iterator<Item = Member<'a>> {
        let mut scan = Scan::inside(self, Kind::Object);
        std::iter::from_fn(move || {
            let key = scan.value()?;
            let value = scan.value()?;
            Some(Member { key, value })
        })
    }

    /// Its items, in order, if it is an array.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        let mut scan = Scan::inside(self, Kind::Array);
        std::iter::from_fn(move || scan.value())
    }

    /// The member of this name: the last one, as common parsers have it. A `null` counts as absent,
    /// as it does in the AWS protocols.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        self.members()
            .filter(|member| member.key.is(name))
            .last()
            .map(|member| member.value)
            .filter(|value| value.kind() != Kind::Null)
    }

    /// Its members of these names, each as [`member`](Self::member) has it, in one walk.
    pub(crate) fn pick<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        let mut found = [None; N];
        for member in self.members() {
            let mut named = names.iter().zip(&mut found);
            if let Some((_, found)) = named.find(|(name, _)| member.key.is(name)) {
                *found = Some(member.value);
            }
        }
        found.map(|value| value.filter(|value| value.kind() != Kind::Null))
    }

    /// The value at the end of a path of members.
    pub(crate) fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |value, name| value.member(name))
    }

    /// Whether it is a string of exactly this text.
    pub(crate) fn is(self, text: &str) -> bool {
        let Some([b'"', inside @ .., b'"']) = self.document.as_bytes().get(self.span()) else {
            return false;
        };
        // Whatever is escaped takes more bytes than it stands for.
        inside == text.as_bytes()
            || (inside.len() > text.len()
                && inside.contains(&b'\\')
                && self.string().as_deref() == Some(text))
    }

    /// Its text, if it is a string, with its halves of characters apart.
    pub(crate) fn text(self) -> Option<Text> {
        (self.kind() == Kind::String).then(|| Text::read(self.raw()))
    }

    /// Its text, if it is a string; half a character reads as U+FFFD.
    pub(crate) fn string(self) -> Option<String> {
        self.text().map(Text::whole)
    }

    /// Its number, if it is a whole number that is not negative, however it is spelt: backends that
    /// keep counts as floats write `10.0`.
    pub(crate) fn number(self) -> Option<u64> {
        /// From here on a float does not tell one whole number from the next.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let raw = self.raw();
        raw.parse().ok().or_else(|| {
            let float: f64 = raw.parse().ok()?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is whole, not negative and small enough"
            )]
            (float.fract() == 0.0 && (0.0..EXACT).contains(&float)).then_some(float as u64)
        })
    }
}

/// A walk over the values of an object or array. Keys and values come alternately from an object.
struct Scan<'a> {
    document: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn inside(value: Value<'a>, kind: Kind) -> Self {
        let at = if value.kind() == kind {
            value.start + 1
        } else {
            value.document.len()
        };
        Self {
            document: value.document,
            at,
        }
    }

    fn value(&mut self) -> Option<Value<'a>> {
        let bytes = self.document.as_bytes();
        let start = skip_space(bytes, self.at);
        if matches!(bytes.get(start), None | Some(b'}' | b']')) {
            self.at = self.document.len();
            return None;
        }
        let end = skip_value(self.document, start);
        let next = skip_space(bytes, end);
        self.at = if matches!(bytes.get(next), Some(b',' | b':')) {
            next + 1
        } else {
            next
        };
        Some(Value {
            document: self.document,
            start,
            end,
        })
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// How many bytes of a string are looked at one by one.
const WORD: usize = 16;

/// Past the string that begins here. Quotes are searched for, not every byte looked at: images come
/// as strings of megabytes.
fn skip_string(document: &str, start: usize) -> usize {
    let inside = document.as_bytes().get(start + 1..).unwrap_or_default();
    // Most strings are keys and words, over before a search has begun.
    let mut word = inside.iter().take(WORD).enumerate();
    let mut at = match word.find(|(_, byte)| matches!(byte, b'"' | b'\\')) {
        Some((length, b'"')) => return start + 1 + length + 1,
        Some((length, _)) => start + 1 + length,
        None => start + 1 + inside.len().min(WORD),
    };
    while let Some(found) = document
        .as_bytes()
        .get(at..)
        .and_then(|rest| memchr(b'"', rest))
    {
        let escapes = document
            .as_bytes()
            .get(at..at + found)
            .unwrap_or_default()
            .iter()
            .rev();
        at += found + 1;
        if escapes.take_while(|byte| **byte == b'\\').count() % 2 == 0 {
            return at;
        }
    }
    document.len()
}

/// Past the value that begins here. The document is known to be JSON, so brackets need only be counted.
fn skip_value(document: &str, start: usize) -> usize {
    let bytes = document.as_bytes();
    match bytes.get(start) {
        Some(b'"') => return skip_string(document, start),
        Some(b'{' | b'[') => {}
        Some(_) | None => {
            return search(bytes, start, |byte| {
                matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')
            });
        }
    }
    let (mut at, mut depth) = (start + 1, 1_usize);
    while depth > 0 {
        at = search(bytes, at, |byte| {
            matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')
        });
        match bytes.get(at) {
            Some(b'"') => {
                at = skip_string(document, at);
                continue;
            }
            Some(b'{' | b'[') => depth += 1,
            Some(_) => depth -= 1,
            None => return at,
        }
        at += 1;
    }
    at
}

/// Where the next byte of a sort is, from here on.
fn search(bytes: &[u8], at: usize, wanted: impl Fn(&u8) -> bool) -> usize {
    let found = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(wanted));
    found.map_or(bytes.len(), |found| at + found)
}

#[cfg(test)]
mod tests {
    use super::{Edits, Kind, Value};
    use proptest::prelude::*;

    const ODD: &str =
        r#" { "a" : 1.0E+2 ,"b\u0062": [ {"x":"]}\"" } , 2,"" ] , "a":  -0 , "n":null,"e":{ } } "#;

    fn odd() -> Value<'static> {
        Value::read(ODD.as_bytes()).unwrap()
    }

    #[test]
    fn values_stand_where_they_are_written() {
        let raws: Vec<_> = odd()
            .members()
            .map(|member| (member.key.raw(), member.value.raw()))
            .collect();
        assert_eq!(
            raws,
            [
                (r#""a""#, "1.0E+2"),
                (r#""b\u0062""#, r#"[ {"x":"]}\"" } , 2,"" ]"#),
                (r#""a""#, "-0"),
                (r#""n""#, "null"),
                (r#""e""#, "{ }"),
            ]
        );
        let items: Vec<_> = odd()
            .member("bb")
            .unwrap()
            .items()
            .map(Value::raw)
            .collect();
        assert_eq!(items, [r#"{"x":"]}\"" }"#, "2", r#""""#]);
    }

    #[test]
    fn the_last_of_two_members_is_meant_and_null_is_absent() {
        assert_eq!(odd().member("a").unwrap().raw(), "-0");
        assert!(odd().member("n").is_none());
        let [nothing, a, bb] = odd().pick(["n", "a", "bb"]);
        assert!(nothing.is_none());
        assert_eq!(a.unwrap().raw(), "-0");
        assert_eq!(bb.unwrap().kind(), Kind::Array);
        assert_eq!(odd().member("e").unwrap().kind(), Kind::Object);
        assert_eq!(odd().member("e").unwrap().members().count(), 0);
    }

    #[test]
    fn what_is_not_json_is_not_read() {
        for bad in ["", "{", "{}x", "{'a':1}", "[1,]", "\"\u{1}\"", "nul"] {
            assert!(Value::read(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(Value::read(&[b'"', 0xff, b'"']).is_none());
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(Value::read(deep.as_bytes()).unwrap().items().count(), 1);
    }

    #[test]
    fn no_edit_no_change() {
        assert_eq!(Edits::default().apply(ODD), ODD);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
            "[\"\\\\\\[\\]{},: ]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::btree_map("[a\"\\\\}]{0,4}", inner, 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The tree that the spans of a value make.
    fn tree(value: Value<'_>) -> serde_json::Value {
        match value.kind() {
            Kind::Object => value
                .members()
                .map(|member| (member.key.string().unwrap(), tree(member.value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Kind::Array => value.items().map(tree).collect(),
            Kind::String => value.string().unwrap().into(),
            Kind::Number | Kind::Bool | Kind::Null => serde_json::from_str(value.raw()).unwrap(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn spans_say_what_a_parser_says(json in json()) {
            for document in [json.to_string(), format!(" {json:#}\n")] {
                prop_assert_eq!(tree(Value::read(document.as_bytes()).unwrap()), json.clone());
            }
        }
    }
}
