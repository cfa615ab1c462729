//! A path as Markdown: the texts exactly as they are, a heading before each.

use super::export::Marks;
use crate::chat::{Conversation, Message, Role, Seam, SeamKind, State};
use std::fmt::Write;

/// Writes a path down.
pub(super) fn write(conversation: &Conversation, path: &[Message], marks: Marks) -> String {
    let mut page = String::new();
    if !conversation.title.is_empty() {
        let _written = writeln!(page, "# {}\n", conversation.title);
    }
    for message in path {
        let who = match message.role {
            Role::User => "User",
            Role::Assistant => "Assistant",
        };
        let _written = writeln!(page, "## {who}{}\n", standing(message.state));
        for attachment in &message.attachments {
            let (name, kind) = (&attachment.name, &attachment.media_type);
            let _written = writeln!(page, "- {name} ({kind})\n");
        }
        if let Some(summary) = message.summary().filter(|summary| !summary.is_empty()) {
            for line in summary.lines() {
                let _written = writeln!(page, "> {line}");
            }
            page.push('\n');
        }
        let text = message.text();
        let seams = message
            .making
            .as_ref()
            .map(|making| making.seams.as_slice());
        match marks {
            Marks::None => page.push_str(&text),
            Marks::Comments => mark(&mut page, &text, seams.unwrap_or_default()),
        }
        page.push_str("\n\n");
    }
    page
}

/// What is to be known of an answer that did not come to its end.
const fn standing(state: State) -> &'static str {
    match state {
        State::Complete => "",
        State::Running => " (still being written)",
        State::Stopped => " (stopped)",
        State::Incomplete => " (incomplete)",
        State::Refused => " (refused)",
        State::Failed => " (no answer)",
    }
}

/// The text, with a comment at every seam.
fn mark(page: &mut String, text: &str, seams: &[Seam]) {
    let mut seams = seams.iter().peekable();
    for (at, letter) in text.chars().enumerate() {
        while let Some(seam) = seams.next_if(|seam| seam.at <= at) {
            comment(page, seam);
        }
        page.push(letter);
    }
    for seam in seams {
        comment(page, seam);
    }
}

fn comment(page: &mut String, seam: &Seam) {
    let why = match seam.kind {
        SeamKind::Length => "output limit",
        SeamKind::Fault => "fault",
        SeamKind::Restart => "restart",
        SeamKind::Asked => "asked",
    };
    let _written = write!(
        page,
        "<!-- seam: part {}, {why}, {} -->",
        seam.part, seam.proof
    );
}
