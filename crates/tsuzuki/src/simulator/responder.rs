//! The default responder: honest, exact and repeatable.
//!
//! It says what it is, remembers the conversation word for word, reckons, and writes long text that
//! checks itself. It never pretends to be a model.

mod arithmetic;

use super::library::Library;
use super::place::{Conversation, Way};
use super::prompt::{Prompt, Turn};
use crate::prose::{Language, Prose};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The whole answer to the last real question of a conversation.
pub(crate) async fn answer(
    library: &Library,
    prompt: &Prompt,
    conversation: &Conversation,
) -> String {
    if let Some(schema) = &prompt.schema {
        return sample(schema, 0).to_string();
    }
    let before = conversation
        .question
        .and_then(|at| prompt.turns.get(..at))
        .unwrap_or_default();
    let current = conversation.question.and_then(|at| prompt.turns.get(at));
    if let Some(result) = current
        .filter(|_| conversation.asked.trim().is_empty())
        .and_then(|turn| tool_report(turn, before))
    {
        return result;
    }
    let whole = respond(library, &conversation.asked, before).await;
    // "Continue" after the end: a model would say so too.
    match conversation.way {
        Way::Nudge if conversation.place(&whole) == Some(whole.len()) => {
            said_it_all(Language::of(&conversation.asked))
        }
        Way::Nudge | Way::Anchor(_) | Way::Prefill | Way::Fresh => whole,
    }
}

/// The answer to a question, after the turns before it.
pub(crate) async fn respond(library: &Library, question: &str, before: &[Turn]) -> String {
    let question = question.trim();
    let question = question.strip_prefix(BREAK).unwrap_or(question).trim();
    let language = Language::of(question);
    if let Some(text) = question.strip_prefix("/echo") {
        return text.trim().to_owned();
    }
    if let Some(title) = title(question) {
        return title;
    }
    if let Some(summary) = summary(question) {
        return summary;
    }
    if let Some(prose) = prose(question) {
        return library.text(prose, language).await.as_ref().to_owned();
    }
    memory(question, before, language)
        .or_else(|| arithmetic::answer(question))
        .or_else(|| greeting(question, language))
        .unwrap_or_else(|| honest(spoken(question, before)))
}

/// The command for an answer whose first response breaks off: before what is asked.
const BREAK: &str = "/break ";

/// Whether the answer's first response shall break off, by command or in plain words.
pub(crate) fn wants_a_bad_line(question: &str) -> bool {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\bbreak the (line|connection)\b|(回線|接続|通信)を切").ok()
    });
    question.trim_start().starts_with(BREAK)
        || WORDS.as_ref().is_some_and(|words| words.is_match(question))
}

/// A title, where the chat asks for one: the user's first words, since there is no model that could
/// say what a conversation is about.
fn title(question: &str) -> Option<String> {
    const WORDS: usize = 6;
    const CHARACTERS: usize = 40;
    let below = question.strip_prefix("Write a title for the conversation below")?;
    let (_, below) = below.split_once("<user>\n")?;
    let (said, _) = below.split_once("\n</user>")?;
    let words: Vec<&str> = said.split_whitespace().take(WORDS).collect();
    Some(words.join(" ").chars().take(CHARACTERS).collect())
}

/// A summary, where the chat asks for one: what the user asked, in order, since there is no model that
/// could say more.
fn summary(question: &str) -> Option<String> {
    const CHARACTERS: usize = 80;
    let below = question.strip_prefix("Summarise the conversation below")?;
    let earlier = below.split_once("<earlier>\n");
    let earlier = earlier.and_then(|(_, below)| below.split_once("\n</earlier>"));
    let mut lines: Vec<String> = earlier
        .map(|(text, _)| text.lines().map(str::to_owned).collect())
        .unwrap_or_default();
    let turns = below.split("<user>\n").skip(1);
    let said = turns.filter_map(|turn| turn.split("\n</user>").next());
    let asked: Vec<&str> = said
        .filter_map(|said| said.lines().rfind(|line| !line.trim().is_empty()))
        .collect();
    if lines.is_empty() {
        lines.push(
            match Language::of(&asked.concat()) {
                Language::English => "What was asked so far (the simulator can say no more):",
                Language::Japanese => "これまでの質問（シミュレーターにわかるのはここまでです）：",
            }
            .to_owned(),
        );
    }
    lines.extend(asked.iter().map(|line| {
        let line: String = line.chars().take(CHARACTERS).collect();
        format!("- {line}")
    }));
    Some(lines.join("\n"))
}

/// Self-checking text, by command or in plain words.
fn prose(question: &str) -> Option<Prose> {
    type Make = fn(usize, usize) -> Prose;
    static FORMS: LazyLock<Vec<(Regex, Make)>> = LazyLock::new(|| {
        let forms: [(&str, Make); 11] = [
            (r"^/long\s+(\d+)", |n, _| Prose::Paragraphs(n)),
            (r"^/code(?:\s+\w+)?\s+(\d+)", |n, _| Prose::Code(n)),
            (r"^/table\s+(\d+)\s*[x×]\s*(\d+)", |rows, columns| {
                Prose::Table { rows, columns }
            }),
            (r"^/json\s+(\d+)", |n, _| Prose::Json(n)),
            (r"^/emoji\s+(\d+)", |n, _| Prose::Emoji(n)),
            (r"^/count\s+(\d+)\s*(?:\.\.|to|-)\s*(\d+)", |from, to| {
                Prose::Count { from, to }
            }),
            (r"(?i)(\d[\d,]*)\s+(?:\w+\s+){0,2}paragraphs", |n, _| {
                Prose::Paragraphs(n)
            }),
            (r"(\d[\d,]*)\s*(?:個の)?\s*段落", |n, _| {
                Prose::Paragraphs(n)
            }),
            (
                r"(?i)\bcount\s+(?:from\s+)?(\d+)\s*(?:\.\.|to|-|through)\s*(\d+)",
                |from, to| Prose::Count { from, to },
            ),
            (r"(?i)\bcount\s+(?:up\s+)?to\s+(\d+)", |to, _| {
                Prose::Count { from: 1, to }
            }),
            (
                r"(?:数えて|数え上げて)\D*(\d+)\s*(?:\.\.|から|〜|～|-)\s*(\d+)",
                |from, to| Prose::Count { from, to },
            ),
        ];
        forms
            .into_iter()
            .filter_map(|(form, make)| Some((Regex::new(form).ok()?, make)))
            .collect()
    });
    static JAPANESE_COUNT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(\d+)\s*(?:から|〜|～|\.\.)\s*(\d+)\s*まで.*数え").ok());
    let number = |text: Option<regex::Match<'_>>| {
        text.and_then(|text| text.as_str().replace(',', "").parse().ok())
            .unwrap_or_default()
    };
    FORMS
        .iter()
        .find_map(|(form, make)| {
            form.captures(question)
                .map(|found| make(number(found.get(1)), number(found.get(2))))
        })
        .or_else(|| {
            let found = JAPANESE_COUNT.as_ref()?.captures(question)?;
            Some(Prose::Count {
                from: number(found.get(1)),
                to: number(found.get(2)),
            })
        })
}

/// What the user said before, word for word.
fn memory(question: &str, before: &[Turn], language: Language) -> Option<String> {
    static FIRST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)what (did I|was the) (first )?(ask|say|question|thing)[^.]*\bfirst\b|(my|the) (very )?first (question|message)|first thing I",
            r"|(冒頭|最初|はじめ|初め|一番目).*(質問|聞|尋ね|言)",
        ))
        .ok()
    });
    static LAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(my|the) (last|previous) (question|message)|what did I (just )?(ask|say) (last|before|just now)|(さっき|直前|前回|ひとつ前|一つ前).*(質問|聞|尋ね|言)",
        )
        .ok()
    });
    let asks = |form: &Option<Regex>| form.as_ref().is_some_and(|form| form.is_match(question));
    let mut asked = before
        .iter()
        .filter(|turn| turn.is_user())
        .map(Turn::text)
        .filter(|text| !text.trim().is_empty());
    let (text, which) = if asks(&FIRST) {
        (asked.next(), ("first", "最初"))
    } else if asks(&LAST) {
        (asked.next_back(), ("last", "ひとつ前"))
    } else {
        return None;
    };
    Some(match (text, language) {
        (Some(text), Language::English) => {
            format!("Your {} question was: \"{}\"", which.0, text.trim())
        }
        (Some(text), Language::Japanese) => {
            format!("{}の質問は「{}」でした。", which.1, text.trim())
        }
        (None, Language::English) => "This is your first question.".to_owned(),
        (None, Language::Japanese) => "これが最初の質問です。".to_owned(),
    })
}

fn greeting(question: &str, language: Language) -> Option<String> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^\W*(hi|hello|hey|good (morning|afternoon|evening)|help|/help|こんにちは|こんばんは|おはよう|はじめまして|ヘルプ|助けて)\b?[^\w]*(there|ございます)?\W*$")
            .ok()
    });
    FORM.as_ref()
        .is_some_and(|form| form.is_match(question))
        .then(|| match language {
            Language::English => format!("Hello! {}", honest(language)),
            Language::Japanese => format!("こんにちは。{}", honest(language)),
        })
}

fn honest(language: Language) -> String {
    match language {
        Language::English => concat!(
            "I am the offline simulator, not an AI model: I cannot answer questions in general. I can write long text that checks itself ",
            "(\"write 40 numbered paragraphs\", /long 500, /code python 60, /table 30x4, /json 40, /emoji 20, ",
            "\"count to 120\"), repeat (/echo …), do arithmetic, and tell you what you asked before. ",
            "For real answers, connect Amazon Bedrock."
        )
        .to_owned(),
        Language::Japanese => concat!(
            "私はオフラインのシミュレーターで、AIモデルではないため、その質問には答えられません。",
            "できることは、検査のできる長文（「500段落書いて」、/long 500、/code python 60、/table 30x4、/json 40、/emoji 20、",
            "「数えて 1..120」）、繰り返し（/echo …）、計算、そして以前の質問の正確な記憶です。",
            "本物の回答には Amazon Bedrock を接続してください。"
        )
        .to_owned(),
    }
}

/// What stands where a model's reasoning would.
pub(crate) fn reasoning(question: &str) -> &'static str {
    match Language::of(question) {
        Language::English => {
            "The simulator does not reason; this block stands where a model's reasoning would."
        }
        Language::Japanese => {
            "シミュレーターは推論しません。モデルの推論が入る場所に、この文が入ります。"
        }
    }
}

/// The language to talk about ourselves in: a command has none of its own, and is asked in that of the
/// question before it.
fn spoken(question: &str, before: &[Turn]) -> Language {
    let mut earlier = before
        .iter()
        .rev()
        .filter(|turn| turn.is_user())
        .map(Turn::text);
    match earlier.find(|text| !text.trim_start().starts_with('/')) {
        Some(text) if question.starts_with('/') => Language::of(&text),
        Some(_) | None => Language::of(question),
    }
}

fn said_it_all(language: Language) -> String {
    match language {
        Language::English => "That was the whole answer; there is nothing left to continue.",
        Language::Japanese => "回答は以上です。続きはありません。",
    }
    .to_owned()
}

/// What a tool returned, so that an agent's loop ends.
fn tool_report(turn: &Turn, before: &[Turn]) -> Option<String> {
    let results: Vec<&str> = turn.tool_results().map(|(_, text)| text).collect();
    let returned = match spoken("/", before) {
        Language::English => "The tool returned: ",
        Language::Japanese => "ツールの結果：",
    };
    (!results.is_empty()).then(|| format!("{returned}{}", results.join("\n")))
}

/// A value that a JSON schema accepts.
pub(crate) fn sample(schema: &Value, depth: usize) -> Value {
    const DEEPEST: usize = 8;
    if let Some(value) = schema.get("const").or_else(|| schema.get("default")) {
        return value.clone();
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    if let Some(one) = ["anyOf", "oneOf"]
        .iter()
        .find_map(|name| schema.get(name)?.get(0))
    {
        return if depth < DEEPEST {
            sample(one, depth + 1)
        } else {
            Value::Null
        };
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("string"),
        Some(_) | None if schema.get("properties").is_some() => "object",
        Some(_) | None => {
            return if depth == 0 {
                json!({})
            } else {
                json!("simulated")
            };
        }
    };
    let number = |name: &str| schema.get(name).and_then(Value::as_i64);
    match kind {
        "object" => {
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let properties = schema
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten();
            let members = properties
                .filter(|(name, _)| {
                    depth < DEEPEST && (required.is_empty() || required.contains(&name.as_str()))
                })
                .map(|(name, schema)| (name.clone(), sample(schema, depth + 1)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        "array" => {
            let item = schema.get("items").filter(|_| depth < DEEPEST);
            // Lists in lists in lists would grow without end.
            let most = if depth < 2 { 16 } else { 1 };
            let count = usize::try_from(number("minItems").unwrap_or(1))
                .unwrap_or(1)
                .min(most);
            item.map_or_else(
                || json!([]),
                |item| Value::from(vec![sample(item, depth + 1); count]),
            )
        }
        "integer" | "number" => json!(number("minimum").unwrap_or(1)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => {
            let least = usize::try_from(number("minLength").unwrap_or_default())
                .unwrap_or_default()
                .min(1000);
            let most = number("maxLength")
                .and_then(|most| usize::try_from(most).ok())
                .unwrap_or(usize::MAX);
            let text: String = "simulated"
                .chars()
                .cycle()
                .take(least.max("simulated".len()).min(most))
                .collect();
            json!(text)
        }
    }
}
