//! What the contract is made of, as one digest.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Files and folders, relative to the project, that decide what the Wasm and the metadata are. This tool is one:
/// it chooses how they are built.
pub const INPUTS: [&str; 7] = [
    "contracts/orchestrator",
    "crates/domain",
    "crates/proof",
    "scripts/contract",
    "Cargo.lock",
    "Cargo.toml",
    "rust-toolchain.toml",
];

/// Folders inside the inputs that only tests see.
pub const IGNORED: [&str; 4] = ["tests", "benches", "examples", "target"];

/// SHA-256 over path, length and content of every input, in the order of the paths; in hexadecimal.
pub fn digest(root: &Path) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();

    let mut hasher = Sha256::new();
    for file in files {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(root).unwrap_or(&file).as_os_str().as_encoded_bytes().to_vec();
        for part in [&name, &content] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = || format!("cannot read {}", path.display());
    if !fs::metadata(path).with_context(unreadable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Hidden files are an editor's, and may vanish while they are read.
        if !name.starts_with('.') && !IGNORED.contains(&name.as_ref()) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> tempfile::TempDir {
        let project = tempfile::tempdir().unwrap();
        for input in INPUTS {
            let path = project.path().join(input);
            if input.contains('/') {
                fs::create_dir_all(path.join("tests")).unwrap();
                fs::write(path.join("lib.rs"), input).unwrap();
            } else {
                fs::write(path, input).unwrap();
            }
        }
        project
    }

    #[test]
    fn the_digest_stays_while_nothing_changes() {
        let project = project();
        assert_eq!(digest(project.path()).unwrap(), digest(project.path()).unwrap());
    }

    #[test]
    fn the_digest_follows_every_input() {
        let project = project();
        let mut seen = vec![digest(project.path()).unwrap()];
        for input in INPUTS {
            let path = project.path().join(input);
            let path = if path.is_dir() { path.join("lib.rs") } else { path };
            fs::write(path, "changed").unwrap();
            let now = digest(project.path()).unwrap();
            assert!(!seen.contains(&now), "{input}");
            seen.push(now);
        }
    }

    #[test]
    fn the_digest_follows_a_renamed_file() {
        let project = project();
        let before = digest(project.path()).unwrap();
        let domain = project.path().join("crates/domain");
        fs::rename(domain.join("lib.rs"), domain.join("money.rs")).unwrap();
        assert_ne!(before, digest(project.path()).unwrap());
    }

    #[test]
    fn the_digest_leaves_tests_and_hidden_files_out() {
        let project = project();
        let before = digest(project.path()).unwrap();
        fs::write(project.path().join("crates/proof/tests/vectors.rs"), "").unwrap();
        fs::write(project.path().join("crates/proof/.lib.rs.swp"), "").unwrap();
        assert_eq!(before, digest(project.path()).unwrap());
    }

    #[test]
    fn a_missing_input_is_named() {
        let project = project();
        fs::remove_file(project.path().join("Cargo.lock")).unwrap();
        assert!(digest(project.path()).unwrap_err().to_string().contains("Cargo.lock"));
    }
}
