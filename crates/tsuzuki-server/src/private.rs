//! Files that only their owner may read, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file that only its owner may read. Whoever reads meanwhile sees the old one or the new
/// one; so does whoever reads after a crash.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}", uuid::Uuid::new_v4()));
    let written = (|| {
        let mut draft = create(&draft)?;
        draft.write_all(bytes)?;
        draft.sync_all()
    })()
    .and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        // What is left of the draft helps nobody; the first error is the one to tell.
        let _gone = fs::remove_file(&draft);
    }
    written?;
    // The rename itself lasts only once the folder does.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// A new file that only its owner may read.
fn create(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// A file to add to, which only its owner may read.
pub(crate) fn append(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Whether others than the owner may read or change a file.
#[cfg(unix)]
pub(crate) fn is_open_to_others(file: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(file) & 0o077 != 0
}

/// Whether others than the owner may read or change a file: not to be told here.
#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_file: &fs::Metadata) -> bool {
    false
}
