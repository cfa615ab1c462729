//! `tsuzuki backup`: a copy of what the chat keeps, while a server runs too.

use super::folder::Folder;
use super::web::unusable;
use crate::args::Backup;
use crate::config::Effective;
use crate::exit::{Exit, Failure};
use crate::print;
use tsuzuki_server::store::Sqlite;

/// Copies the store as it is at one moment, and says how much that was.
pub(crate) async fn run(typed: &Backup, effective: &Effective) -> Result<Exit, Failure> {
    let folder = Folder::of(&effective.config)?;
    let store = folder.store();
    if !store.is_file() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} keeps no conversations", folder.path().display()),
            "name the data folder of the server: --data DIR",
        ));
    }
    if typed.file.exists() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} is there already", typed.file.display()),
            "name another file: a backup overwrites nothing",
        ));
    }
    let bytes = Sqlite::backup(&store, &typed.file)
        .await
        .map_err(|error| unusable(&error))?;
    print::talk(&format!(
        "{} holds a copy of {bytes} bytes; to use it, put it in the place of {} while no server runs",
        typed.file.display(),
        store.display()
    ));
    Ok(Exit::Complete)
}
