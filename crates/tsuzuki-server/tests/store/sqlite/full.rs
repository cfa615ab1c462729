//! No room, or no leave to write: what was kept stays, and it goes on once there is room.

use super::Folder;
use super::children::child;
use crate::sample::{append, begin, begun, close, conversation, question, texts, user};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::slice::from_ref;
use tsuzuki_server::chat::User;
use tsuzuki_server::store::{Durability, Fault, Sqlite, SqliteSettings, Store, StoreError};

/// Keeps conversations until there is no room for more.
async fn fill(store: &Sqlite, user: &User) -> (usize, StoreError) {
    for kept in 0..2_000 {
        let begin = begin(&conversation("Filler"), &"text ".repeat(4_000), None);
        if let Err(fault) = store.begin(user, &begin).await {
            return (kept, fault);
        }
    }
    panic!("there was room for everything")
}

/// Fills a store with `make_room` still to be called; nothing that was kept may be lost.
async fn story_of_a_full_store(store: &Sqlite, make_room: impl AsyncFnOnce(&User)) {
    let (me, filler) = (user("me"), user("filler"));
    let first = begun(store, &me, "Before").await;
    store
        .append(vec![append(first.run.id, 0, &["a"])])
        .await
        .unwrap();
    let (_, fault) = fill(store, &filler).await;
    assert_eq!(fault.fault, Fault::Full, "{fault}");
    assert!(fault.told.contains("no room"), "{fault}");
    let large = question(&first.conversation, None, &"too much ".repeat(40_000));
    let fault = store.put_messages(&me, from_ref(&large)).await.unwrap_err();
    assert_eq!(fault.fault, Fault::Full, "{fault}");
    let mut next = 1;
    // Small writes may find a corner; the first that does not is told.
    let fault = loop {
        match store
            .append(vec![append(first.run.id, next, &[&"text ".repeat(500)])])
            .await
        {
            Ok(left_out) => assert!(left_out.is_empty()),
            Err(fault) => break fault,
        }
        next += 1;
        assert!(next < 10_000, "there is always room");
    };
    assert_eq!(fault.fault, Fault::Full, "{fault}");
    let kept = texts(&store.log(first.run.id).await.unwrap());
    assert_eq!(
        (kept.len() as u64, kept[0].as_str()),
        (next, "a"),
        "reading goes on"
    );

    make_room(&filler).await;
    assert!(
        store
            .append(vec![append(first.run.id, next, &["b"])])
            .await
            .unwrap()
            .is_empty()
    );
    store.put_messages(&me, &[large]).await.unwrap();
    let log = texts(&store.log(first.run.id).await.unwrap());
    assert_eq!(log.last().map(String::as_str), Some("b"));
    assert_eq!(log.len() as u64, next + 1);
    store.close(&close(&me, &first, "ab")).await.unwrap();
    store.check().await.unwrap();
}

/// Removes what filled the store, as a user would.
async fn remove_all(store: &Sqlite, user: &User) {
    let page = tsuzuki_server::store::Page {
        offset: 0,
        limit: 1_000,
    };
    for one in store.conversations(user, page).await.unwrap() {
        assert!(store.delete_conversation(user, one.id).await.unwrap());
    }
}

#[tokio::test]
async fn a_store_at_its_bound_says_so_and_goes_on_once_there_is_room() {
    let folder = Folder::new();
    let settings = SqliteSettings {
        most_bytes: Some(4 << 20),
        ..folder.settings()
    };
    let store = Sqlite::open(settings).await.unwrap();
    story_of_a_full_store(&store, async |filler| {
        let fault = store.check().await.unwrap_err();
        assert_eq!(fault.fault, Fault::Full, "a check tells: {fault}");
        remove_all(&store, filler).await;
    })
    .await;
    drop(store);
    assert!(fs::metadata(folder.file()).unwrap().len() <= 4 << 20);
    let integrity = Sqlite::integrity(&folder.file()).await.unwrap();
    assert_eq!(integrity.problems, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_fails_alone() {
    let folder = Folder::new();
    let settings = SqliteSettings {
        most_bytes: Some(2 << 20),
        ..folder.settings()
    };
    let store = Sqlite::open(settings).await.unwrap();
    let me = user("me");
    let one = conversation("One");
    store.put_conversation(&me, &one).await.unwrap();
    for _ in 0..5 {
        let large = [question(&one, None, &"too much ".repeat(400_000))];
        let small = [question(&one, None, "small")];
        let last = [question(&one, None, "last")];
        let (before, large, after) = tokio::join!(
            store.put_messages(&me, &small),
            store.put_messages(&me, &large),
            store.put_messages(&me, &last),
        );
        before.unwrap();
        after.unwrap();
        assert_eq!(large.unwrap_err().fault, Fault::Full);
    }
    assert_eq!(store.messages(&me, one.id).await.unwrap().len(), 10);
}

/// Whether this machine lets a test have a disk of its own.
#[expect(
    clippy::print_stderr,
    reason = "who runs it should know what was skipped"
)]
fn may_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["--mount", "--map-root-user", "true"])
        .status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        eprintln!("skipped: no mounts without privileges on this machine");
    }
    may
}

/// Plays a part in a folder that is a small disk of its own.
fn play_on_a_small_disk(part: &str) {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().to_str().unwrap();
    let mount = format!("mount -t tmpfs -o size=6m none {path} && exec \"$@\"");
    let before = [
        "unshare",
        "--mount",
        "--map-root-user",
        "sh",
        "-c",
        &mount,
        "sh",
    ];
    let played = child(&before, part, folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&played.stdout);
    let errors = String::from_utf8_lossy(&played.stderr);
    assert!(
        played.status.success() && told.contains("1 passed"),
        "{told}\n{errors}"
    );
}

fn on_disk(folder: &Path) -> SqliteSettings {
    SqliteSettings {
        file: folder.join("chat.db"),
        durability: Durability::Power,
        most_bytes: None,
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    if may_mount() {
        play_on_a_small_disk("fill");
    }
}

pub(crate) async fn fill_the_disk(folder: &Path) {
    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![1; 3 << 20]).unwrap();
    let store = Sqlite::open(on_disk(folder)).await.unwrap();
    story_of_a_full_store(&store, async |_| fs::remove_file(&ballast).unwrap()).await;
    drop(store);
    let integrity = Sqlite::integrity(&folder.join("chat.db")).await.unwrap();
    assert_eq!(integrity.problems, [""; 0]);
    Sqlite::open(on_disk(folder))
        .await
        .unwrap()
        .check()
        .await
        .unwrap();
}

#[test]
fn a_read_only_disk_is_told() {
    if may_mount() {
        play_on_a_small_disk("read-only");
    }
}

pub(crate) async fn open_on_a_read_only_disk(folder: &Path) {
    let me = user("me");
    let store = Sqlite::open(on_disk(folder)).await.unwrap();
    let first = begun(&store, &me, "Before").await;
    drop(store);
    let mut remount = Command::new("mount");
    remount.args(["-o", "remount,ro"]).arg(folder);
    assert!(remount.status().unwrap().success());
    let fault = Sqlite::open(on_disk(folder)).await.err().unwrap();
    assert_eq!(fault.fault, Fault::ReadOnly, "{fault}");
    assert!(fault.told.contains("may not be written"), "{fault}");
    let mut remount = Command::new("mount");
    remount.args(["-o", "remount,rw"]).arg(folder);
    assert!(remount.status().unwrap().success());
    let store = Sqlite::open(on_disk(folder)).await.unwrap();
    assert!(store.run(&me, first.run.id).await.unwrap().is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    drop(Sqlite::open(folder.settings()).await.unwrap());
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o400)).unwrap();
    if fs::OpenOptions::new()
        .append(true)
        .open(folder.file())
        .is_ok()
    {
        eprintln!("skipped: this user may write anything");
        return;
    }
    let fault = Sqlite::open(folder.settings()).await.err().unwrap();
    assert_eq!(fault.fault, Fault::ReadOnly, "{fault}");
}
