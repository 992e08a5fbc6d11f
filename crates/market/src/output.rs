//! Output that appears whole or not at all.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::error::ReplicaError;

/// A file being written under another name beside its place. Dropped unfinished, it leaves nothing.
pub(crate) struct Output {
    file: NamedTempFile,
    path: PathBuf,
}

impl Output {
    /// Refuses a path where something is already, and a folder that cannot be written to.
    pub(crate) fn create(path: &Path) -> Result<Self, ReplicaError> {
        if path.symlink_metadata().is_ok() {
            return Err(ReplicaError::OutputExists { path: path.to_owned() });
        }
        let file = tempfile::Builder::new()
            .prefix(".orch-unfinished-")
            .tempfile_in(folder(path))
            .map_err(|source| ReplicaError::Unwritable { path: path.to_owned(), source })?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Puts the file in its place once its bytes are on the disk.
    pub(crate) fn finish(self) -> Result<(), ReplicaError> {
        self.file.as_file().sync_all().map_err(ReplicaError::Write)?;
        self.file.persist_noclobber(&self.path).map_err(|refused| match refused.error.kind() {
            io::ErrorKind::AlreadyExists => ReplicaError::OutputExists { path: self.path.clone() },
            _ => ReplicaError::Unwritable { path: self.path.clone(), source: refused.error },
        })?;
        sync_folder(folder(&self.path)).map_err(ReplicaError::Write)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a file to be read. Refuses folders here, where the name is known.
pub(crate) fn input(path: &Path) -> Result<File, ReplicaError> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    opened.map_err(|source| ReplicaError::Unreadable { path: path.to_owned(), source })
}

/// Makes the names in a folder as durable as the bytes behind them.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
