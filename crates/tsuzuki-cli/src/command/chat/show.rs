//! Conversations and answers in lines for a person.

use super::order::{ALSO, ORDERS};
use crate::exit::{Exit, Failure};
use crate::print::{Line, Span, Style, columns, harmless, one_line, shortened, size};
use tsuzuki_server::chat::{
    Conversation, Making, Message, Moment, Part, Seam, SeamKind, Shape, Spent, Standing, State,
};
use tsuzuki_server::store::Hit;

/// The list of conversations, numbered.
pub(super) fn list(conversations: &[Conversation], now: Moment) -> Vec<Line> {
    let room = size().0.saturating_sub(1);
    let mut lines = Vec::new();
    for (number, conversation) in (1..).zip(conversations) {
        let title = title(conversation);
        let mut about = vec![ago(conversation.updated_at, now)];
        about.extend(match conversation.standing {
            Standing::Quiet => None,
            Standing::Running => Some("an answer is being written".to_owned()),
            Standing::Unread => Some("unread".to_owned()),
            Standing::NeedsYou => Some("an answer stopped short of its end".to_owned()),
        });
        if conversation.pinned {
            about.push("pinned".to_owned());
        }
        let about = format!("  {}", about.join(" · "));
        let number = format!("{number:>3}  ");
        let most = room
            .saturating_sub(columns(&number) + columns(&about))
            .max(20);
        lines.push(Line(vec![
            Span::new(number, Style::DIM),
            Span::new(shortened(&title, most), Style::NONE),
            Span::new(about, Style::DIM),
        ]));
    }
    lines
}

/// The title of a conversation.
pub(super) fn title(conversation: &Conversation) -> String {
    if conversation.title.is_empty() {
        "(no title yet)".to_owned()
    } else {
        one_line(&conversation.title)
    }
}

/// How long ago something was, roughly.
fn ago(then: Moment, now: Moment) -> String {
    let seconds = now.0.saturating_sub(then.0).max(0) / 1000;
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..86400 => (seconds / 3600, "hour"),
        _ => (seconds / 86400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// What was found. `number` gives the number of a conversation in the list.
pub(super) fn hits(hits: &[Hit], number: impl Fn(&Hit) -> usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for hit in hits {
        let title = if hit.title.is_empty() {
            "(no title yet)"
        } else {
            &hit.title
        };
        lines.push(Line(vec![
            Span::new(format!("{:>3}  ", number(hit)), Style::DIM),
            Span::new(one_line(title), Style::BOLD),
        ]));
        let mut snippet = vec![Span::new("     ", Style::NONE)];
        for piece in &hit.snippet {
            let style = if piece.hit {
                Style::UNDERLINE
            } else {
                Style::DIM
            };
            snippet.push(Span::new(
                harmless(&piece.text).replace(['\n', '\t'], " "),
                style,
            ));
        }
        if hit.message.is_some() {
            lines.push(Line(snippet));
        }
    }
    lines
}

/// What a message of the user looks like when it is shown again.
pub(super) fn question(message: &Message) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(summary) = message.summary().filter(|summary| !summary.is_empty()) {
        lines.push(Line::dim("  [what was said before, summed up:]"));
        let summary = harmless(summary);
        lines.extend(summary.lines().map(|line| Line::dim(format!("  {line}"))));
    }
    let text = harmless(&message.text());
    let said = text
        .lines()
        .zip(std::iter::once("› ").chain(std::iter::repeat("  ")))
        .map(|(line, margin)| Line::dim(format!("{margin}{line}")));
    lines.extend(said);
    let attached = message.attachments.iter();
    lines.extend(attached.map(|file| Line::dim(format!("  [{}]", one_line(&file.name)))));
    lines
}

/// What is to be known of an answer that is not whole.
pub(super) fn standing(message: &Message) -> Vec<Line> {
    let making = message.making.as_ref();
    let problem = making.and_then(|making| making.problem.as_ref());
    let detail = problem.map(|problem| one_line(&problem.detail));
    let mut lines = Vec::new();
    let fact = match message.state {
        State::Complete | State::Running => None,
        State::Stopped => Some("stopped; /continue goes on from here".to_owned()),
        State::Incomplete => {
            let way = match problem {
                Some(problem) if problem.can_continue => "/continue goes on from here",
                Some(problem) if problem.code == "context_full" => {
                    "/onward goes on in a new conversation, with a summary"
                }
                Some(_) | None => "",
            };
            let detail = detail.unwrap_or_default();
            Some(match way {
                "" => format!("incomplete: {detail}"),
                way => format!("incomplete: {}; {way}", detail.trim_end_matches('.')),
            })
        }
        State::Refused => Some(format!("refused: {}", detail.unwrap_or_default())),
        State::Failed => Some(format!("no answer: {}", detail.unwrap_or_default())),
    };
    lines.extend(fact.map(|fact| Line::of(format!("({fact})"), Style::BOLD)));
    let dropped = making
        .map(|making| making.dropped.join(", "))
        .unwrap_or_default();
    if !dropped.is_empty() {
        lines.push(Line::dim(format!(
            "(this model does not use {dropped}; it was left out)"
        )));
    }
    lines
}

/// One line about what an answer took.
pub(super) fn footer(message: &Message) -> Option<Line> {
    let making = message.making.as_ref()?;
    let seconds = making.ms.div_ceil(100) as f64 / 10.0;
    let joints = match making.seams.len() {
        0 => None,
        1 => Some("1 joint".to_owned()),
        more => Some(format!("{more} joints")),
    };
    let facts = [
        Some(one_line(&making.model)),
        Some(spent(&making.spent)),
        joints,
        Some(format!("{seconds} s")),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    Some(Line::dim(facts.join(" · ")))
}

/// What something cost, in a line.
pub(super) fn spent(spent: &Spent) -> String {
    let parts = if spent.parts == 1 { "part" } else { "parts" };
    let about = if spent.estimated { "about " } else { "" };
    let cached = match spent.cache_read {
        0 => String::new(),
        tokens => format!(" ({tokens} more from the cache)"),
    };
    format!(
        "{} {parts} · {} tokens in{cached}, {} out · {about}${:.4}",
        spent.parts,
        spent.input + spent.cache_write,
        spent.output,
        spent.cost
    )
}

/// What a conversation cost.
pub(super) fn cost(conversation: &Conversation) -> Line {
    let Spent {
        answers,
        continuing,
        ..
    } = conversation.spent;
    let answers = if answers == 1 {
        "1 answer".to_owned()
    } else {
        format!("{answers} answers")
    };
    let line = format!(
        "{answers} · {} · of that ${continuing:.4} for continuing",
        spent(&conversation.spent)
    );
    Line::dim(line)
}

/// The parts of an answer, and where they meet.
pub(super) fn details(making: &Making) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in &making.parts {
        if let Some(seam) = making.seams.iter().find(|seam| seam.part == part.number) {
            lines.push(Line::dim(format!("       {}", joint(seam))));
        }
        lines.push(Line::dim(line_of(part)));
    }
    lines
}

fn line_of(part: &Part) -> String {
    let count =
        |tokens: Option<u64>| tokens.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string());
    let ended = part.ended.as_ref();
    let ended = ended.map_or_else(
        || "hung up".to_owned(),
        |ended| format!("{} ({})", ended.kind, ended.why),
    );
    let place = part
        .region
        .as_ref()
        .map_or_else(String::new, |region| format!(" in {region}"));
    let line = format!(
        "part {}: {} by {}{place}, {ended}, {} tokens in, {} out, {} ms, request {}",
        part.number,
        part.model,
        part.by,
        count(part.input),
        count(part.output),
        part.ms,
        part.request_id.as_deref().unwrap_or("unknown"),
    );
    one_line(&line)
}

fn joint(seam: &Seam) -> String {
    let kind = match seam.kind {
        SeamKind::Length => "at the output limit",
        SeamKind::Fault => "after a fault",
        SeamKind::Restart => "after a restart of the server",
        SeamKind::Asked => "asked to go on",
    };
    let trimmed = match seam.trimmed {
        0 => String::new(),
        count => format!(", {count} characters of repetition dropped"),
    };
    one_line(&format!(
        "┊{} at character {}: {kind}, {}{trimmed}",
        seam.part, seam.at, seam.proof
    ))
}

/// How a conversation asks, as far as it says so itself.
pub(super) fn shape(shape: &Shape) -> Vec<Line> {
    let value = serde_json::to_value(shape).unwrap_or_default();
    let Some(fields) = value.as_object() else {
        return Vec::new();
    };
    let mut lines: Vec<Line> = fields
        .iter()
        .filter(|(name, _)| *name != "system")
        .map(|(name, value)| Line::dim(one_line(&format!("{name} = {value}"))))
        .collect();
    if lines.is_empty() {
        lines.push(Line::dim("nothing is set: the model's own defaults stand"));
    }
    lines
}

/// All orders.
pub(super) fn help() -> Vec<Line> {
    let widest = ORDERS
        .iter()
        .map(|(name, usage, _)| name.len() + usage.len() + 1)
        .max();
    let widest = widest.unwrap_or_default();
    let mut lines: Vec<Line> = ORDERS
        .iter()
        .map(|(name, usage, meaning)| {
            let typed = format!("{name} {usage}");
            Line(vec![
                Span::new(format!("{typed:<widest$}  "), Style::NONE),
                Span::new(*meaning, Style::DIM),
            ])
        })
        .collect();
    lines.push(Line::default());
    lines.extend(ALSO.lines().map(Line::dim));
    lines
}

/// How a run ends with this answer.
pub(super) fn exit(message: &Message) -> Result<Exit, Failure> {
    let problem = message
        .making
        .as_ref()
        .and_then(|making| making.problem.as_ref());
    let told = problem
        .map(|problem| one_line(&problem.detail))
        .unwrap_or_default();
    let failure = |exit, fact: String, hint: &str| Err(Failure::new(exit, fact, hint));
    match message.state {
        State::Complete => Ok(Exit::Complete),
        State::Running => failure(
            Exit::Cancelled,
            "the answer still runs".to_owned(),
            "tsuzuki chat --resume 1 goes on with it",
        ),
        State::Stopped => failure(
            Exit::Cancelled,
            "the answer was stopped".to_owned(),
            "tsuzuki chat --resume 1 and /continue go on with it",
        ),
        State::Incomplete => failure(
            Exit::Incomplete,
            format!("the answer is incomplete: {told}"),
            "tsuzuki chat --resume 1 and /continue go on with it",
        ),
        State::Refused => failure(
            Exit::Refused,
            format!("the answer was refused: {told}"),
            "ask it another way, or ask another model",
        ),
        State::Failed => failure(
            Exit::Refused,
            format!("there is no answer: {told}"),
            "tsuzuki doctor looks at every step",
        ),
    }
}
