//! What the demo stores and where, checked before anything is written.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use orchestrator_market::sealed_len;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{args::DemoOptions, failure::Failure};

/// Capacity of every data unit in the demo, in GiB.
pub const UNIT_GIB: u64 = 64;

const SAMPLE_BYTES: usize = 3 << 20;
const TEXT_BYTES: usize = 1 << 20;

/// A file to store.
pub struct Content {
    pub path: PathBuf,
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// The file to store and the folder to work in.
pub struct Input {
    /// The file.
    pub content: Content,
    /// Where stores and replicas go.
    pub folder: PathBuf,
    /// Whether the folder stays.
    pub kept: bool,
    _scratch: Option<TempDir>,
}

impl Input {
    /// Refuses what cannot be done, and writes nothing yet.
    pub fn check(options: &DemoOptions) -> Result<(), Failure> {
        if let Some(file) = &options.file {
            check(file)?;
        }
        options.dir.as_deref().map_or(Ok(()), ensure_empty)
    }

    /// Makes the folder, and a file where none was named.
    pub fn prepare(options: &DemoOptions) -> Result<Self, Failure> {
        let (folder, scratch) = match &options.dir {
            Some(dir) => {
                fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
                (dir.clone(), None)
            }
            None => {
                let scratch = tempfile::Builder::new().prefix("orch-demo-").tempdir().map_err(no_scratch)?;
                (scratch.path().to_owned(), Some(scratch))
            }
        };
        let file = match &options.file {
            Some(file) => file.clone(),
            None => sample(&folder, "sample.txt", 0, SAMPLE_BYTES)?,
        };
        Ok(Self { content: Content::of(file)?, folder, kept: scratch.is_none(), _scratch: scratch })
    }

    /// A text of 1 MiB that no other number gives.
    pub fn text(&self, number: u32) -> Result<Content, Failure> {
        let first = u64::from(number) << 32;
        Content::of(sample(&self.folder, &format!("sample-{number}.txt"), first, TEXT_BYTES)?)
    }
}

impl Content {
    fn of(path: PathBuf) -> Result<Self, Failure> {
        let (bytes, sha256) = digest(&path)?;
        Ok(Self { path, bytes, sha256 })
    }

    /// GiB that it takes at least.
    pub fn gib(&self) -> u64 {
        sealed_len(self.bytes).unwrap_or(u64::MAX).div_ceil(1 << 30)
    }
}

/// Length and SHA-256 of a file.
pub fn digest(path: &Path) -> Result<(u64, String), Failure> {
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let length = file.read(&mut block).map_err(|error| unreadable(path, &error))?;
        if length == 0 {
            return Ok((bytes, hex::encode(hasher.finalize())));
        }
        hasher.update(&block[..length]);
        bytes += length as u64;
    }
}

fn check(path: &Path) -> Result<(), Failure> {
    let name = path.display();
    let metadata =
        File::open(path).and_then(|file| file.metadata()).map_err(|error| unreadable(path, &error))?;
    if !metadata.is_file() {
        return Err(Failure::Input(format!("{name} is no regular file: name a file with something in it")));
    }
    if metadata.len() == 0 {
        return Err(Failure::Input(format!("{name} is empty: name a file with at least one byte")));
    }
    let room = UNIT_GIB << 30;
    if sealed_len(metadata.len()).is_none_or(|replica| replica > room) {
        return Err(Failure::Input(format!(
            "{name} has {} bytes, sealed more than the {UNIT_GIB} GiB of a data unit in the demo: name a smaller file",
            metadata.len()
        )));
    }
    Ok(())
}

/// The folder may be missing, but must have nothing in it.
fn ensure_empty(dir: &Path) -> Result<(), Failure> {
    match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Failure::Input(format!("{} is not empty: name a new or an empty folder", dir.display())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unwritable(dir, &error)),
    }
}

/// A text that is the same everywhere: the SHA-256 values of `first`, `first + 1`, …, one a line.
fn sample(folder: &Path, name: &str, first: u64, bytes: usize) -> Result<PathBuf, Failure> {
    let path = folder.join(name);
    let mut text = String::with_capacity(bytes + 65);
    for line in first.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&hex::encode(Sha256::digest(line.to_le_bytes())));
        text.push('\n');
    }
    fs::write(&path, text).map_err(|error| unwritable(folder, &error))?;
    Ok(path)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    Failure::Input(format!("cannot read {path} ({error}): check the name and that you may read it"))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let path = path.display();
    Failure::Input(format!("cannot use the folder {path} ({error}): name one that you may write to"))
}

fn no_scratch(error: io::Error) -> Failure {
    Failure::Input(format!(
        "cannot make a temporary folder ({error}): set TMPDIR, or name a folder with --dir"
    ))
}
