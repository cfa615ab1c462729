//! How long a reader waits for a conversation.

use super::client::Client;
use super::server::FILE;
use super::{Plan, folder, print, records, settings};
use crate::Failure;
use crate::subject::Subject;
use std::net::SocketAddr;
use std::time::Instant;
use tsuzuki_server::chat::{Message, Role, State, User};
use tsuzuki_server::store::{Durability, Sqlite, Store};

/// Messages of a long conversation, and the bytes of one.
const MESSAGES: usize = 1000;
const MESSAGE_BYTES: usize = 2000;
/// The most messages that are told at once.
const MOST: usize = 500;

/// How long it takes to read conversations.
pub(super) async fn opening(upstream: SocketAddr, plan: &Plan) -> Result<Vec<print::Row>, Failure> {
    let folder = folder()?;
    let user = User("one user".to_owned());
    let store = Sqlite::open(settings(folder.path().join(FILE), Durability::Power)).await?;
    let mut conversations = Vec::new();
    for count in [50, MESSAGES] {
        let mut conversation = records::conversation();
        let mut messages: Vec<Message> = Vec::new();
        for number in 0..count {
            let role = if number % 2 == 0 {
                Role::User
            } else {
                Role::Assistant
            };
            messages.push(records::message(
                conversation.id,
                messages.last().map(|last| last.id),
                (role, State::Complete),
                MESSAGE_BYTES,
            ));
        }
        store.put_conversation(&user, &conversation).await?;
        store.put_messages(&user, &messages).await?;
        conversation.head = messages.last().map(|last| last.id);
        store.put_conversation(&user, &conversation).await?;
        conversations.push(conversation.id);
    }
    drop(store);
    let subject = Subject::chat("power", folder.path(), upstream).await?;
    let mut client = Client::open(subject.address, &user.0).await?;
    let mut rows = Vec::new();
    for (name, which, limit) in [
        ("50, all", 0, 50),
        ("1000, last 50", 1, 50),
        ("1000, last 500", 1, MOST),
    ] {
        let path = format!(
            "/api/v1/conversations/{}?limit={limit}",
            conversations[which]
        );
        let mut took = Vec::new();
        for _ in 0..plan.times {
            let began = Instant::now();
            let body = client.get(&path).await?;
            took.push(began.elapsed());
            if body.len() < limit * MESSAGE_BYTES {
                return Err("a conversation was not whole".into());
            }
        }
        rows.push((name, took));
    }
    subject.stop().await?;
    Ok(rows)
}
