//! What no caller can bring about, unless there is a defect: work that panics on the store's threads.

use super::{Durability, Sqlite, SqliteSettings};
use crate::chat::User;
use crate::store::{Defaults, Fault, Store, Titles};

#[tokio::test]
async fn work_that_panics_is_undone_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(SqliteSettings {
        file: folder.path().join("chat.db"),
        durability: Durability::Process,
        most_bytes: None,
    })
    .await
    .unwrap();
    let user = User("me".to_owned());
    let words = Defaults {
        titles: Titles::Words,
        ..Defaults::default()
    };
    // More of them than there are threads to read.
    for _ in 0..5 {
        let before = words.clone();
        let written = store.write::<()>(move |desk| {
            super::account::put_defaults(&desk.db, &User("me".to_owned()), &Defaults::default())?;
            panic!("as the test wants")
        });
        let read = store.read::<()>(|_| panic!("as the test wants"));
        let (kept, written, read) = tokio::join!(store.put_defaults(&user, &before), written, read);
        kept.unwrap();
        assert_eq!(written.unwrap_err().fault, Fault::Failed);
        assert_eq!(read.unwrap_err().fault, Fault::Failed);
        assert_eq!(store.defaults(&user).await.unwrap(), words);
    }
    store.check().await.unwrap();
}
