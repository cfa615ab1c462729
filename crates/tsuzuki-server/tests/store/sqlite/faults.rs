//! Files that cannot be used: what is told, and that they stay as they are.

use super::Folder;
use crate::sample::{append, begun, close, conversation, user};
use crate::story::Place;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use tsuzuki_server::store::{Epoch, Fault, Page, Search, Sqlite, StoreError};

/// A store with some content, closed.
async fn filled() -> Folder {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    for number in 0..40 {
        let begin = begun(&*store, &me, &format!("Question {number}")).await;
        let text = format!("Answer {number} ").repeat(200);
        store.close(&close(&me, &begin, &text)).await.unwrap();
    }
    drop(store);
    folder
}

async fn refused(folder: &Folder) -> StoreError {
    match Sqlite::open(folder.settings()).await {
        Ok(_) => panic!("it was opened"),
        Err(fault) => {
            let file = folder.file().display().to_string();
            assert!(fault.told.contains(&file), "it names the file: {fault}");
            fault
        }
    }
}

fn overwrite(folder: &Folder, at: u64, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .open(folder.file())
        .unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = filled().await;
    let whole = fs::read(folder.file()).unwrap();
    let middle = whole.len() as u64 / 2 / 4096 * 4096;
    let wrong: [(&str, u64, &[u8]); 3] = [
        ("header", 0, &[0xff; 100]),
        ("schema", 100, &[0xff; 2_000]),
        ("middle", middle, &[0x5a; 4096]),
    ];
    for (place, at, bytes) in wrong {
        fs::write(folder.file(), &whole).unwrap();
        overwrite(&folder, at, bytes);
        let damaged = fs::read(folder.file()).unwrap();
        let fault = refused(&folder).await;
        assert_eq!(fault.fault, Fault::Damaged, "{place}: {fault}");
        assert!(fault.told.contains("backup"), "it says what to do: {fault}");
        assert!(
            fs::read(folder.file()).unwrap() == damaged,
            "{place}: it is left as it was"
        );
    }
    fs::write(folder.file(), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(refused(&folder).await.fault, Fault::Damaged, "cut short");
    fs::write(folder.file(), "This is no database at all. ".repeat(100)).unwrap();
    assert_eq!(refused(&folder).await.fault, Fault::Damaged, "a text");
    fs::write(folder.file(), &whole).unwrap();
    folder.open().await.check().await.unwrap();
}

#[tokio::test]
async fn damage_while_it_is_open_is_told_not_hidden() {
    let folder = filled().await;
    let me = user("me");
    let store = folder.open().await;
    let all = Page {
        offset: 0,
        limit: 100,
    };
    let some = store.conversations(&me, all).await.unwrap()[20].id;
    let root: i64 = super::look(
        &folder,
        "SELECT rootpage FROM sqlite_schema WHERE name = 'message_by_conversation'",
    );
    overwrite(&folder, (root as u64 - 1) * 4096, &[0x5a; 4096]);
    let fault = store.messages(&me, some).await.unwrap_err();
    assert_eq!(fault.fault, Fault::Damaged, "{fault}");
}

#[tokio::test]
async fn a_newer_or_foreign_file_is_refused() {
    let folder = filled().await;
    let db = rusqlite::Connection::open(folder.file()).unwrap();
    let version: i64 = super::look(&folder, "PRAGMA user_version");
    db.execute_batch("PRAGMA user_version = 999").unwrap();
    let fault = refused(&folder).await;
    assert_eq!(fault.fault, Fault::Newer);
    assert!(fault.told.contains("schema 999"), "{fault}");
    assert_eq!(
        Sqlite::integrity(&folder.file()).await.unwrap_err().fault,
        Fault::Newer
    );
    db.execute_batch(&format!("PRAGMA user_version = {version}"))
        .unwrap();
    drop(folder.open().await);

    db.execute_batch("UPDATE migration SET checksum = x'00'")
        .unwrap();
    let fault = refused(&folder).await;
    assert!(fault.told.contains("another build"), "{fault}");

    let folder = Folder::new();
    fs::create_dir_all(folder.file().parent().unwrap()).unwrap();
    let db = rusqlite::Connection::open(folder.file()).unwrap();
    db.execute_batch("CREATE TABLE their (own TEXT); INSERT INTO their VALUES ('text')")
        .unwrap();
    let fault = refused(&folder).await;
    assert!(fault.told.contains("another program"), "{fault}");
    let theirs: String = super::look(&folder, "SELECT own FROM their");
    assert_eq!(theirs, "text");
}

/// A file of the first schema is brought up to date, and keeps what it has.
#[tokio::test]
async fn a_file_of_an_older_version_is_brought_up_to_date() {
    let folder = filled().await;
    let text: String = super::look(&folder, "SELECT blocks FROM message LIMIT 1");
    rusqlite::Connection::open(folder.file())
        .unwrap()
        .execute_batch(
            "ALTER TABLE conversation DROP COLUMN origin;
             ALTER TABLE journal DROP COLUMN at;
             ALTER TABLE log DROP COLUMN at;
             DELETE FROM migration WHERE number > 1;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    let store = folder.open().await;
    store.check().await.unwrap();
    drop(store);
    let kept: String = super::look(&folder, "SELECT blocks FROM message LIMIT 1");
    assert_eq!(kept, text);
    assert_eq!(super::look::<i64>(&folder, "PRAGMA user_version"), 2);
}

#[tokio::test]
async fn two_never_hold_one_folder() {
    let folder = Folder::new();
    let store = folder.open().await;
    let fault = refused(&folder).await;
    assert_eq!(fault.fault, Fault::Locked);
    assert!(fault.told.contains("another Tsuzuki"), "{fault}");
    store.check().await.unwrap();
    drop(store);
    folder.open().await.check().await.unwrap();
}

#[tokio::test]
async fn a_shell_that_holds_the_file_is_told() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    let shell = rusqlite::Connection::open(folder.file()).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let one = conversation("Waits");
    let fault = store.put_conversation(&me, &one).await.unwrap_err();
    assert_eq!(fault.fault, Fault::Locked, "{fault}");
    assert_eq!(
        store.conversation(&me, one.id).await.unwrap(),
        None,
        "reading goes on"
    );
    shell.execute_batch("COMMIT").unwrap();
    store.put_conversation(&me, &one).await.unwrap();
}

#[tokio::test]
async fn an_index_made_by_other_rules_is_made_anew() {
    let folder = filled().await;
    let me = user("me");
    let db = rusqlite::Connection::open(folder.file()).unwrap();
    db.execute_batch(
        "INSERT INTO message_index (message_index) VALUES ('delete-all');
         INSERT INTO title_index (title_index) VALUES ('delete-all');
         UPDATE note SET value = 0 WHERE name = 'terms'",
    )
    .unwrap();
    drop(db);
    let store = folder.open().await;
    let search = Search {
        words: "answer 17".to_owned(),
        limit: 10,
    };
    assert_eq!(store.search(&me, &search).await.unwrap().len(), 1);
    let search = Search {
        words: "title".to_owned(),
        limit: 100,
    };
    assert_eq!(store.search(&me, &search).await.unwrap().len(), 40);
}

/// Of a run that cannot be read there is what can be: its place, and its log.
#[tokio::test]
async fn a_run_that_cannot_be_read_is_told_as_far_as_it_can() {
    let folder = Folder::new();
    let me = user("me");
    let store = folder.open().await;
    let shapeless = begun(&*store, &me, "One").await;
    let speechless = begun(&*store, &me, "Two").await;
    let fine = begun(&*store, &me, "Three").await;
    let said = append(shapeless.run.id, 0, &["a"]);
    store.append(vec![said]).await.unwrap();
    drop(store);
    let db = rusqlite::Connection::open(folder.file()).unwrap();
    let id = shapeless.run.id.0.as_bytes();
    db.execute(
        "UPDATE run SET shape = 'none', epochs = '' WHERE id = ?1",
        [id],
    )
    .unwrap();
    let id = speechless.run.message.0.as_bytes();
    db.execute("UPDATE message SET blocks = '[' WHERE id = ?1", [id])
        .unwrap();
    drop(db);
    let store = folder.open().await;
    let alive = store.alive().await.unwrap();
    let ids: Vec<_> = alive.iter().map(|alive| alive.run.id).collect();
    assert_eq!(ids, [shapeless.run.id, speechless.run.id, fine.run.id]);
    let damaged: Vec<_> = alive.iter().map(|alive| alive.damaged.is_some()).collect();
    assert_eq!(damaged, [true, true, false]);
    assert_eq!(alive[0].message, shapeless.messages[1]);
    assert_eq!(alive[0].log.len(), 1);
    assert_eq!(alive[0].run.epochs, [Epoch::FIRST]);
    let bare = &alive[1].message;
    assert_eq!(
        (bare.id, bare.parent),
        (speechless.run.message, speechless.messages[1].parent)
    );
    // It is closed like any other, and then all of it can be read.
    let end = close(&me, &speechless, "");
    store.close(&end).await.unwrap();
    let id = speechless.run.message;
    let read = store.message(&me, id).await.unwrap().unwrap();
    assert_eq!(read.blocks, end.message.blocks);
}
