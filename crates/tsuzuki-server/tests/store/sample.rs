//! Things to keep.

use bytes::Bytes;
use tsuzuki_server::chat::{
    Attachment, AttachmentId, AttachmentKind, Block, Conversation, ConversationId, Entry, Holds,
    Making, Message, MessageId, Moment, Role, RunId, Shape, Spent, Standing, State, Titled, User,
};
use tsuzuki_server::store::{Append, Begin, Begun, Close, Epoch, Run, Store};

/// A moment on 2026-11-23, UTC, and so many milliseconds later.
pub(crate) fn at(later: i64) -> Moment {
    Moment(1_795_392_000_000 + later)
}

pub(crate) fn user(name: &str) -> User {
    User(name.to_owned())
}

pub(crate) fn conversation(title: &str) -> Conversation {
    Conversation {
        id: ConversationId::new(),
        title: title.to_owned(),
        titled: Titled::Not,
        pinned: false,
        folder: None,
        created_at: at(0),
        updated_at: at(0),
        read_at: at(0),
        shape: Shape::default(),
        head: None,
        standing: Standing::Quiet,
        spent: Spent::default(),
        from: None,
    }
}

/// What a user says after another message.
pub(crate) fn question(
    conversation: &Conversation,
    parent: Option<MessageId>,
    text: &str,
) -> Message {
    message(conversation, parent, Role::User, State::Complete, text)
}

/// An answer that is being written.
pub(crate) fn answer(conversation: &Conversation, parent: Option<MessageId>) -> Message {
    message(conversation, parent, Role::Assistant, State::Running, "")
}

/// An answer that is whole.
pub(crate) fn answered(
    conversation: &Conversation,
    parent: Option<MessageId>,
    text: &str,
) -> Message {
    message(conversation, parent, Role::Assistant, State::Complete, text)
}

fn message(
    conversation: &Conversation,
    parent: Option<MessageId>,
    role: Role,
    state: State,
    text: &str,
) -> Message {
    let id = MessageId::new();
    Message {
        id,
        conversation: conversation.id,
        parent,
        role,
        created_at: at(0),
        blocks: blocks(text),
        attachments: Vec::new(),
        state,
        making: None,
        siblings: vec![id],
    }
}

pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let block = Block {
        number: 0,
        kind: Holds::Text,
        text: text.to_owned(),
    };
    if text.is_empty() {
        Vec::new()
    } else {
        vec![block]
    }
}

pub(crate) fn making(run: RunId) -> Making {
    Making {
        model: "anthropic.claude".to_owned(),
        region: Some("eu-west-1".to_owned()),
        run: Some(run),
        parts: Vec::new(),
        seams: Vec::new(),
        spent: spent(),
        ms: 12,
        dropped: vec!["temperature".to_owned()],
        problem: None,
        waiting: None,
    }
}

pub(crate) fn spent() -> Spent {
    Spent {
        answers: 1,
        parts: 2,
        input: 30,
        output: 400,
        cache_read: 5,
        cache_write: 6,
        cost: 0.25,
        continuing: 0.125,
        estimated: false,
    }
}

pub(crate) fn attachment(name: &str, bytes: &Bytes) -> Attachment {
    Attachment {
        id: AttachmentId::new(),
        name: name.to_owned(),
        media_type: "image/png".to_owned(),
        kind: AttachmentKind::Image,
        bytes: bytes.len() as u64,
    }
}

/// A question, and the run that begins to answer it.
pub(crate) fn begin(conversation: &Conversation, text: &str, key: Option<&str>) -> Begin {
    let question = question(conversation, None, text);
    let answer = answer(conversation, Some(question.id));
    let run = run(&answer, key);
    Begin {
        conversation: conversation.clone(),
        messages: vec![question, answer],
        run,
    }
}

/// A run that writes a message.
pub(crate) fn run(message: &Message, key: Option<&str>) -> Run {
    Run {
        id: RunId::new(),
        conversation: message.conversation,
        message: message.id,
        key: key.map(str::to_owned),
        alive: true,
        began_at: at(1),
        over_at: None,
        shape: Shape::default(),
        epochs: vec![Epoch { number: 0, from: 0 }],
    }
}

/// Begins a run in a new conversation.
pub(crate) async fn begun(store: &dyn Store, user: &User, text: &str) -> Begin {
    let begin = begin(&conversation("A title"), text, None);
    assert_eq!(store.begin(user, &begin).await.unwrap(), Begun::New);
    begin
}

/// How a run ends with a text.
pub(crate) fn close(user: &User, begin: &Begin, text: &str) -> Close {
    let mut message = begin.messages.last().unwrap().clone();
    message.blocks = blocks(text);
    message.state = State::Complete;
    message.making = Some(making(begin.run.id));
    Close {
        user: user.clone(),
        run: begin.run.id,
        at: at(1_000),
        message,
        standing: Standing::Unread,
        spent: spent(),
    }
}

/// Entries of a run, each with a text.
pub(crate) fn append(run: RunId, from: u64, texts: &[&str]) -> Append {
    let entries: Vec<Entry> = texts
        .iter()
        .map(|text| Entry::Text {
            block: 0,
            text: (*text).to_owned(),
        })
        .collect();
    Append {
        run,
        from,
        count: u32::try_from(texts.len()).unwrap(),
        entries: serde_json::to_vec(&entries).unwrap().into(),
    }
}

/// The texts of a log, after a look at its numbers: they follow one another from 0.
pub(crate) fn texts(log: &[Append]) -> Vec<String> {
    let mut texts = Vec::new();
    for append in log {
        assert_eq!(append.from, texts.len() as u64, "a gap, or something twice");
        let entries: Vec<Entry> = serde_json::from_slice(&append.entries).unwrap();
        assert_eq!(entries.len(), append.count as usize);
        for entry in entries {
            match entry {
                Entry::Text { text, .. } => texts.push(text),
                other @ (Entry::Reasoning { .. }
                | Entry::Part { .. }
                | Entry::Seam { .. }
                | Entry::Waiting { .. }
                | Entry::Resumed
                | Entry::Over { .. }) => panic!("{other:?} was never appended"),
            }
        }
    }
    texts
}
