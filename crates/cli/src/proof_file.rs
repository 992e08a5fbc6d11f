//! Proofs as JSON: what `orch tree prove` writes and `orch tree verify` reads.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use orchestrator_proof::{path_bits, ChunkProof, Hash};
use serde::{Deserialize, Serialize};

use crate::{args::hash, failure::Failure};

/// A proof with what it was taken from. Verifying uses `index`, `chunk` and `path` only.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    pub root: String,
    pub count: u64,
    pub index: u64,
    /// The way from the root down to the chunk: 0 left, 1 right.
    pub bits: String,
    pub chunk: String,
    pub path: Vec<String>,
}

impl ProofFile {
    pub fn new(root: &Hash, count: u64, proof: &ChunkProof) -> Result<Self, Failure> {
        Ok(Self {
            root: hex::encode(root),
            count,
            index: proof.index,
            bits: path_bits(count, proof.index).map_err(Failure::input)?,
            chunk: hex::encode(&proof.chunk),
            path: proof.path.iter().map(hex::encode).collect(),
        })
    }

    pub fn read(path: &Path) -> Result<ChunkProof, Failure> {
        let what = |reason: String| {
            let path = path.display();
            Failure::Input(format!("{path} is no proof ({reason}): make one with `orch tree prove`"))
        };
        let unreadable = |error| {
            Failure::Input(format!(
                "cannot read {} ({error}): check the name and that you may read it",
                path.display()
            ))
        };
        let text = fs::read(path).map_err(unreadable)?;
        let file: Self = serde_json::from_slice(&text).map_err(|error| what(error.to_string()))?;
        let chunk = hex::decode(&file.chunk).map_err(|error| what(format!("chunk: {error}")))?;
        let path: Result<Vec<Hash>, String> = file.path.iter().map(|x| hash(x)).collect();
        Ok(ChunkProof {
            index: file.index,
            chunk,
            path: path.map_err(|error| what(format!("path: {error}")))?,
        })
    }

    /// Writes a new file, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let folder: PathBuf = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let refused = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Failure::Input(format!("{} exists already: choose another name", path.display()))
            }
            _ => Failure::Input(format!(
                "cannot write {} ({error}): check that the folder exists and that you may write there",
                path.display()
            )),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(refused)?;
        serde_json::to_writer_pretty(&mut file, self).map_err(|error| refused(error.into()))?;
        writeln!(file).map_err(refused)?;
        file.persist_noclobber(path).map_err(|error| refused(error.error))?;
        Ok(())
    }
}
