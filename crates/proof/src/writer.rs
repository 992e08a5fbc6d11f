//! Writing a tree to a file while its replica streams by.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::{
    builder::{Builder, Built, Cores, Nodes},
    stored::Header,
    Hash, StoredTree, TreeError,
};

/// Builds the tree of a replica that comes in pieces of any length and keeps it in a file, from which
/// [`StoredTree`] proves: 64 bytes a chunk, a sixteenth of the replica.
///
/// The file appears under its name only when it is whole and on the disk; until then it is called `NAME.partial`, and
/// dropping the writer removes that. What a killed process left of it is overwritten by the next. One writer to one
/// name at a time.
pub struct TreeWriter {
    builder: Builder<Partial>,
    path: PathBuf,
}

impl TreeWriter {
    /// Starts the file `path`, which is replaced only by [`TreeWriter::finish`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, TreeError> {
        let path = path.as_ref().to_path_buf();
        let mut partial = Partial::create(&path)?;
        partial.file.write_all(&[0; Header::BYTES])?;
        Ok(Self { builder: Builder::new(partial), path })
    }

    /// Adds bytes, on the caller's core.
    pub fn update(&mut self, data: &[u8]) -> Result<(), TreeError> {
        Ok(self.builder.update(data, Cores::One)?)
    }

    /// Adds bytes, on the cores of the current rayon pool; pays off from some hundred KiB a call on.
    pub fn update_parallel(&mut self, data: &[u8]) -> Result<(), TreeError> {
        Ok(self.builder.update(data, Cores::Pool)?)
    }

    /// Adds all that `reader` gives, as [`crate::root_of_reader`] reads it.
    pub fn update_from(&mut self, reader: impl Read + Send) -> Result<(), TreeError> {
        self.builder.update_from(reader)
    }

    /// Puts the whole file in its place and opens it. Refuses as [`crate::Root::finish`].
    pub fn finish(self) -> Result<StoredTree, TreeError> {
        let Built { root, bytes, sink: mut partial, .. } = self.builder.finish()?;
        partial.file.seek(SeekFrom::Start(0))?;
        partial.file.write_all(&Header { bytes, root }.encode())?;
        partial.file.flush()?;
        partial.file.get_ref().sync_all()?;
        fs::rename(&partial.path, &self.path)?;
        partial.in_place = true;
        sync_folder(&self.path)?;
        StoredTree::open(&self.path)
    }
}

/// A file that is removed again unless it was put in its place.
struct Partial {
    file: BufWriter<File>,
    path: PathBuf,
    in_place: bool,
}

impl Partial {
    fn create(of: &Path) -> io::Result<Self> {
        let mut name = OsString::from(of);
        name.push(".partial");
        let path = PathBuf::from(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        Ok(Self { file: BufWriter::with_capacity(1 << 18, file), path, in_place: false })
    }
}

impl Nodes for Partial {
    type Error = io::Error;

    fn append(&mut self, nodes: &[Hash]) -> io::Result<()> {
        self.file.write_all(nodes.as_flattened())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.in_place {
            // Nothing is lost if it stays: the next writer of this name starts over.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a rename outlast a power cut; elsewhere than on Unix a folder cannot be opened as a file.
fn sync_folder(of: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
