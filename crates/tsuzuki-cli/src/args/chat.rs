//! What can be typed about the chat.

use super::{Answering, flag};
use crate::config::Flag;
use clap::Args;
use std::path::PathBuf;

/// Talk with a model in the terminal.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// A server that runs elsewhere; its password comes from TSUZUKI_PASSWORD, or is asked for
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The data folder [env: TSUZUKI_DATA] [default: tsuzuki in the user's own data folder]. A server
    /// that runs on it is used, else one is started for as long as this lasts
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// List the conversations, and end
    #[arg(long, conflicts_with = "resume")]
    pub(crate) list: bool,
    /// Go on with a conversation: its number in the list, or words that are in it
    #[arg(long, value_name = "NUMBER|WORDS")]
    pub(crate) resume: Option<String>,
    /// The model of a new conversation [env: TSUZUKI_CHAT_MODEL]
    #[arg(short, long)]
    pub(crate) model: Option<String>,
    /// The system prompt of a new conversation
    #[arg(short, long)]
    pub(crate) system: Option<String>,
    #[command(flatten)]
    pub(crate) answering: Answering,
}

impl Chat {
    /// The settings that were typed.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let mut flags = self.answering.flags();
        flags.extend(flag(
            "server.data",
            "--data",
            super::path(self.data.as_ref()),
        ));
        flags
    }
}

/// Whether an endpoint has a chat, and for whom.
#[derive(Debug, Args)]
#[command(next_help_heading = "The chat")]
pub(crate) struct ChatDoor {
    /// Serve no chat: the Bedrock-compatible endpoint alone
    #[arg(long, conflicts_with = "chat_open")]
    no_chat: bool,
    /// Let anybody who reaches it use the chat, on a network too
    #[arg(long)]
    chat_open: bool,
}

impl ChatDoor {
    /// The settings that were typed.
    pub(super) fn flags(&self) -> Vec<Flag> {
        [
            flag("chat.enabled", "--no-chat", self.no_chat.then_some(false)),
            flag("chat.open", "--chat-open", self.chat_open.then_some(true)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Copy what the chat keeps.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write; there must be none of this name yet
    pub(crate) file: PathBuf,
    /// The data folder [env: TSUZUKI_DATA] [default: tsuzuki in the user's own data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

impl Backup {
    /// The settings that were typed.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let data = flag("server.data", "--data", super::path(self.data.as_ref()));
        data.into_iter().collect()
    }
}
