//! Files that are written whole, and never over others.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// A new file, ready to get its name: whole, or not at all.
pub struct NewFile {
    path: PathBuf,
    content: NamedTempFile,
}

impl NewFile {
    /// Refuses the name of a file that is there, and a folder that cannot be written to.
    pub fn prepare(path: &Path, content: &[u8]) -> Result<Self, Failure> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(refused(path, &io::ErrorKind::AlreadyExists.into()));
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let write = || {
            let mut file = NamedTempFile::new_in(folder)?;
            file.write_all(content)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        let content = write().map_err(|error| refused(path, &error))?;
        Ok(Self { path: path.to_owned(), content })
    }

    /// Gives it its name. Another file that has got the name in between is left as it is.
    pub fn keep(self) -> Result<(), Failure> {
        let Self { path, content } = self;
        content.persist_noclobber(&path).map(drop).map_err(|error| refused(&path, &error.error))
    }
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Input(format!("{name} exists already: choose another name")),
        _ => Failure::Input(format!(
            "cannot write {name} ({error}): check that the folder exists and that you may write there"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("call.json");
        let (first, second) =
            (NewFile::prepare(&path, b"one").unwrap(), NewFile::prepare(&path, b"two").unwrap());
        assert!(!path.exists());
        first.keep().unwrap();
        assert!(matches!(second.keep(), Err(Failure::Input(x)) if x.contains("exists already")));
        assert!(
            matches!(NewFile::prepare(&path, b"three"), Err(Failure::Input(x)) if x.contains("exists already"))
        );
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("missing").join("call.json");
        assert!(
            matches!(NewFile::prepare(&nowhere, b""), Err(Failure::Input(x)) if x.contains("check that the folder"))
        );
    }
}
