//! Splices: new text in the place of spans, every other byte as it was.

use super::{Value, quote};
use std::ops::Range;

/// Changes to one document, by span. Spans do not overlap.
#[derive(Default)]
pub(crate) struct Edits {
    list: Vec<(Range<usize>, String)>,
}

/// Where a new member goes in an object that has others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    First,
    Last,
}

impl Edits {
    pub(crate) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Puts other JSON in a value's place.
    pub(crate) fn replace(&mut self, value: Value<'_>, json: String) {
        if value.raw() != json {
            self.list.push((value.span(), json));
        }
    }

    /// Puts text before the byte at `at`.
    pub(crate) fn insert(&mut self, at: usize, text: String) {
        self.list.push((at..at, text));
    }

    /// Adds to a string value's text, which keeps its spelling.
    pub(crate) fn lengthen(&mut self, string: Value<'_>, text: &str) {
        self.insert(string.span().end - 1, super::quoted_inside(text));
    }

    /// Gives members of an object these values: in the place of every member of that name (whichever
    /// of two a reader believes, it reads this), or as new members.
    pub(crate) fn set(&mut self, object: Value<'_>, at: At, wanted: &[(&str, String)]) {
        let mut missing = Vec::new();
        for (name, json) in wanted {
            let mut found = false;
            for member in object.members().filter(|member| member.key.is(name)) {
                found = true;
                self.replace(member.value, json.clone());
            }
            if !found {
                missing.push(format!("{}:{json}", quote(name)));
            }
        }
        if missing.is_empty() {
            return;
        }
        let new = missing.join(",");
        match (object.members().last(), at) {
            (None, _) => self.insert(object.span().start + 1, new),
            (Some(_), At::First) => self.insert(object.span().start + 1, new + ","),
            (Some(last), At::Last) => self.insert(last.value.span().end, format!(",{new}")),
        }
    }

    /// Adds an item at the end of an array.
    pub(crate) fn append(&mut self, array: Value<'_>, json: &str) {
        match array.items().last() {
            None => self.insert(array.span().start + 1, json.to_owned()),
            Some(last) => self.insert(last.span().end, format!(",{json}")),
        }
    }

    /// Cuts the last member of this name out of an object, with the comma that goes with it.
    pub(crate) fn cut(&mut self, object: Value<'_>, name: &str) {
        let members: Vec<_> = object.members().collect();
        let Some(index) = members.iter().rposition(|member| member.key.is(name)) else {
            return;
        };
        let member = |index: usize| members.get(index);
        let range = match (
            index.checked_sub(1).and_then(member),
            member(index),
            member(index + 1),
        ) {
            (_, Some(cut), Some(next)) => cut.key.span().start..next.key.span().start,
            (Some(before), Some(cut), None) => before.value.span().end..cut.value.span().end,
            (None, Some(cut), None) => cut.key.span().start..cut.value.span().end,
            (_, None, _) => return,
        };
        self.list.push((range, String::new()));
    }

    /// The document with all changes made.
    pub(crate) fn apply(mut self, document: &str) -> String {
        // Stable, so that insertions at one place keep the order they were made in.
        self.list.sort_by_key(|(range, _)| (range.start, range.end));
        let added: usize = self.list.iter().map(|(_, text)| text.len()).sum();
        let mut out = String::with_capacity(document.len() + added);
        let mut done = 0;
        for (range, text) in self.list {
            out.push_str(document.get(done..range.start).unwrap_or_default());
            out.push_str(&text);
            done = range.end;
        }
        out.push_str(document.get(done..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Edits};
    use crate::json::Value;

    fn edited(document: &str, edit: impl FnOnce(&mut Edits, Value<'_>)) -> String {
        let mut edits = Edits::default();
        edit(&mut edits, Value::read(document.as_bytes()).unwrap());
        edits.apply(document)
    }

    #[test]
    fn members_are_set_in_place_or_added() {
        let set = |document, at| {
            edited(document, |edits, value| {
                edits.set(value, at, &[("a", "7".into()), ("z", "8".into())])
            })
        };
        assert_eq!(
            set(r#"{ "a" : 1.50, "b":2 , "a":3 }"#, At::Last),
            r#"{ "a" : 7, "b":2 , "a":7,"z":8 }"#
        );
        assert_eq!(set("{ }", At::First), r#"{"a":7,"z":8 }"#);
        assert_eq!(set(r#"{"b":1}"#, At::First), r#"{"a":7,"z":8,"b":1}"#);
    }

    #[test]
    fn a_member_is_cut_with_its_comma() {
        let cut = |document| edited(document, |edits, value| edits.cut(value, "x"));
        assert_eq!(cut(r#"{ "x":1 , "b": 2}"#), r#"{ "b": 2}"#);
        assert_eq!(
            cut(r#"{"a":1 , "x" : [1,2] , "b": 2}"#),
            r#"{"a":1 , "b": 2}"#
        );
        assert_eq!(cut(r#"{"a":1 , "x" : {"x":1} }"#), r#"{"a":1 }"#);
        assert_eq!(cut(r#"{ "x":1 }"#), "{  }");
    }

    #[test]
    fn items_are_added_at_the_end_and_texts_grow() {
        let add = |document| edited(document, |edits, value| edits.append(value, "9"));
        assert_eq!(add("[ ]"), "[9 ]");
        assert_eq!(add("[1 ]"), "[1,9 ]");
        assert_eq!(
            edited(r#""a\u00e9""#, |edits, value| edits.lengthen(value, "\"é")),
            r#""a\u00e9\"é""#
        );
    }
}
