//! What can be typed at the prompt besides a message: orders, which begin with a slash.

use std::path::PathBuf;

/// Something typed at the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// Nothing.
    Nothing,
    /// A message for the model.
    Message(String),
    /// Something to do.
    Order(Order),
    /// An order with something wrong: how it is typed.
    Mistake(String),
    /// What begins with a slash and is no order; the simulator's questions do.
    Unknown(String),
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    Help,
    New,
    List,
    Open(String),
    Search(String),
    Model(Option<String>),
    System(Option<String>),
    Settings,
    Set(String, String),
    Unset(String),
    Continue,
    Retry(Option<usize>),
    Regenerate(Option<String>),
    Onward(Option<String>),
    Finish,
    Seams(Switch),
    Cost(Option<Switch>),
    Details,
    Title(Option<String>),
    Delete,
    Export(PathBuf),
    Quit,
}

/// Whether something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    On,
    Off,
}

/// Every order: how it is typed, and what it does.
pub(super) const ORDERS: [(&str, &str, &str); 22] = [
    ("/help", "", "this list"),
    ("/new", "", "begin another conversation"),
    ("/list", "", "list the conversations"),
    (
        "/open",
        "NUMBER|WORDS",
        "go on with a conversation of the list, or with one that has these words",
    ),
    ("/search", "WORDS", "find messages and titles"),
    (
        "/model",
        "[NAME]",
        "show the model, or take another for this conversation",
    ),
    (
        "/system",
        "[TEXT]",
        "show the system prompt, or set it; /system - takes it away",
    ),
    (
        "/set",
        "[NAME VALUE]",
        "show how the model is asked, or change it: /set temperature 0.3",
    ),
    ("/unset", "NAME", "leave it to the model again"),
    (
        "/continue",
        "",
        "go on with an answer that stopped short of its end",
    ),
    (
        "/retry",
        "[JOINT]",
        "write the answer anew from a joint on; the last one, if none is named",
    ),
    (
        "/regenerate",
        "[MODEL]",
        "ask the last question again, of another model if one is named",
    ),
    (
        "/onward",
        "[QUESTION]",
        "go on in a new conversation that begins with a summary of this one; asks the last question again, or this one",
    ),
    ("/finish", "", "while an answer runs: end it with this part"),
    ("/seams", "on|off", "mark where the parts of answers meet"),
    (
        "/cost",
        "[on|off]",
        "what this conversation cost; on: a line below every answer",
    ),
    (
        "/details",
        "",
        "the parts of the last answer: request ids, tokens, times",
    ),
    (
        "/title",
        "[TEXT]",
        "name the conversation; without a text the model names it again",
    ),
    ("/delete", "", "delete the conversation, after asking"),
    (
        "/export",
        "FILE",
        "write the conversation to a file: Markdown, or JSON where it ends in .json",
    ),
    (
        "/paste",
        "",
        "take everything up to a line with a single full stop as one message",
    ),
    ("/quit", "", "leave; so does Ctrl-D"),
];

/// What stands below the list of orders.
pub(super) const ALSO: &str = "\
A line that ends in \\ goes on in the next; so does Alt+Enter. Ctrl-C stops an answer and keeps it,
a second Ctrl-C leaves. A message that begins with a slash is typed with two.";

/// The names that `/set` takes besides fields of the model's own.
pub(super) const SETTINGS: [&str; 8] = [
    "max_tokens",
    "temperature",
    "top_p",
    "effort",
    "mode",
    "max_parts",
    "max_output_tokens",
    "max_cost",
];

/// Whether the lines so far are not yet all of it.
pub(super) fn goes_on(lines: &str) -> bool {
    if lines.trim_end() == "/paste" || lines.starts_with("/paste\n") {
        return !lines.ends_with("\n.");
    }
    lines.ends_with('\\')
}

/// What was typed, once it is whole.
pub(super) fn read(lines: &str) -> Typed {
    if let Some(pasted) = lines.strip_prefix("/paste\n") {
        let text = pasted
            .strip_suffix('.')
            .unwrap_or(pasted)
            .trim_end_matches('\n');
        return message(text);
    }
    let text = lines.replace("\\\n", "\n");
    let text = text.trim();
    match text.strip_prefix('/') {
        None => message(text),
        Some(rest) if rest.starts_with('/') => message(rest),
        Some(rest) => order(rest),
    }
}

fn message(text: &str) -> Typed {
    if text.trim().is_empty() {
        Typed::Nothing
    } else {
        Typed::Message(text.to_owned())
    }
}

fn order(text: &str) -> Typed {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let said = (!rest.is_empty()).then(|| rest.to_owned());
    let order = match (name, said) {
        ("help" | "?", _) => Some(Order::Help),
        ("new", _) => Some(Order::New),
        ("list", _) => Some(Order::List),
        ("open" | "resume", words) => words.map(Order::Open),
        ("search", words) => words.map(Order::Search),
        ("model", model) => Some(Order::Model(model)),
        ("system", text) => Some(Order::System(text)),
        ("set", None) => Some(Order::Settings),
        ("set", Some(text)) => text
            .split_once(char::is_whitespace)
            .map(|(name, value)| Order::Set(name.to_owned(), value.trim().to_owned())),
        ("unset", name) => name.map(Order::Unset),
        ("continue", _) => Some(Order::Continue),
        ("retry", None) => Some(Order::Retry(None)),
        ("retry", Some(seam)) => seam.parse().ok().map(|seam| Order::Retry(Some(seam))),
        ("regenerate", model) => Some(Order::Regenerate(model)),
        ("onward", question) => Some(Order::Onward(question)),
        ("finish", _) => Some(Order::Finish),
        ("seams", switch) => switched(&switch.unwrap_or_default()).map(Order::Seams),
        ("cost", None) => Some(Order::Cost(None)),
        ("cost", Some(switch)) => switched(&switch).map(|switch| Order::Cost(Some(switch))),
        ("details", _) => Some(Order::Details),
        ("title", text) => Some(Order::Title(text)),
        ("delete", _) => Some(Order::Delete),
        ("export", file) => file.map(|file| Order::Export(PathBuf::from(file))),
        ("quit" | "exit", _) => Some(Order::Quit),
        _ => return Typed::Unknown(format!("/{text}")),
    };
    match order {
        Some(order) => Typed::Order(order),
        None => {
            let mut orders = ORDERS.iter();
            let usage = orders.find(|(order, ..)| order.strip_prefix('/') == Some(name));
            let usage = usage.map_or("", |(_, usage, _)| usage);
            Typed::Mistake(format!("/{name} {usage}"))
        }
    }
}

fn switched(text: &str) -> Option<Switch> {
    match text {
        "on" => Some(Switch::On),
        "off" => Some(Switch::Off),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_what_is_no_order() {
        let text = |text: &str| Typed::Message(text.to_owned());
        assert_eq!(read("吾輩は猫である"), text("吾輩は猫である"));
        assert_eq!(read("one\\\ntwo"), text("one\ntwo"));
        assert_eq!(read("//long 12"), text("/long 12"));
        assert_eq!(read("/paste\na\n\n/new\n."), text("a\n\n/new"));
        assert_eq!(read("  \n "), Typed::Nothing);
    }

    #[test]
    fn every_order_of_the_list_is_one() {
        for (name, usage, _) in ORDERS {
            if name == "/paste" {
                continue;
            }
            let said = match usage {
                "" => "",
                "NUMBER|WORDS" | "[JOINT]" => "2",
                "on|off" | "[on|off]" => "on",
                "[NAME VALUE]" => "temperature 0.3",
                _ => "x",
            };
            assert!(
                matches!(read(&format!("{name} {said}")), Typed::Order(_)),
                "{name}"
            );
        }
        assert!(matches!(read("/seams maybe"), Typed::Mistake(_)));
        assert!(matches!(read("/open"), Typed::Mistake(_)));
        assert_eq!(read("/long 12"), Typed::Unknown("/long 12".to_owned()));
    }

    #[test]
    fn what_goes_on_in_the_next_line() {
        assert!(goes_on("one\\") && goes_on("/paste") && goes_on("/paste\ntext"));
        assert!(!goes_on("one") && !goes_on("/paste\ntext\n."));
    }
}
