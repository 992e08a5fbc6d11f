//! The files a build leaves behind: how large they are, and how they reach `target/ink/`.

use std::{
    ffi::OsString,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{ensure, Context, Result};

/// Most bytes of code that production chains with ink! 5 take: 123 KiB, Cere's limit.
pub const MAX_CODE: u64 = 123 * 1024;

const EXTENSIONS: [&str; 3] = ["wasm", "json", "contract"];

/// Sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The Wasm as the linker left it.
    pub raw: u64,
    /// The Wasm that goes on chain.
    pub code: u64,
    /// The metadata without the code.
    pub metadata: u64,
}

impl Sizes {
    /// Measures the linker's Wasm and the finished files `stem.wasm` and `stem.json`.
    pub fn measure(raw: &Path, stem: &Path) -> Result<Self> {
        Ok(Self {
            raw: size(raw)?,
            code: size(&with_extension(stem, "wasm"))?,
            metadata: size(&with_extension(stem, "json"))?,
        })
    }

    /// Refuses code that a production chain would not take.
    pub fn check(&self) -> Result<()> {
        ensure!(
            self.code <= MAX_CODE,
            "the contract has {} bytes of code, {} more than the {MAX_CODE} (123 KiB) a chain takes; make it smaller",
            self.code,
            self.code.saturating_sub(MAX_CODE)
        );
        Ok(())
    }

    /// The code's size in one line.
    pub fn summary(&self) -> String {
        let share = self.code as f64 * 100.0 / MAX_CODE as f64;
        format!("{:.1} KiB of code, {share:.0} % of the 123 KiB a chain takes", kib(self.code))
    }

    /// All sizes, one a line.
    pub fn table(&self) -> String {
        let line =
            |name: &str, bytes: u64| format!("  {name:<14}{bytes:>10} bytes {:>8.1} KiB\n", kib(bytes));
        format!(
            "contract: {}\n{}{}{}",
            self.summary(),
            line("raw Wasm", self.raw),
            line("optimised", self.code),
            line("metadata", self.metadata)
        )
        .trim_end()
        .to_owned()
    }
}

/// `NAME.{wasm,json,contract}` in one folder, with `NAME.inputs` beside them, which says what they were built from.
pub struct Artefacts {
    stem: PathBuf,
}

impl Artefacts {
    /// The artefacts called `name` in `folder`, whether they exist or not.
    pub fn in_folder(folder: &Path, name: &str) -> Self {
        Self { stem: folder.join(name) }
    }

    /// The path of each file without its extension.
    pub fn stem(&self) -> PathBuf {
        self.stem.clone()
    }

    /// The sizes, if all files are there and were built from inputs with this digest.
    pub fn built_from(&self, digest: &str) -> Option<Sizes> {
        let record = fs::read_to_string(self.file("inputs")).ok()?;
        let (built_from, raw) = record.trim_end().split_once(' ')?;
        let complete = EXTENSIONS.iter().all(|extension| self.file(extension).is_file());
        if built_from != digest || !complete {
            return None;
        }
        let size = |extension| size(&self.file(extension)).ok();
        Some(Sizes { raw: raw.parse().ok()?, code: size("wasm")?, metadata: size("json")? })
    }

    /// Takes over the files of the same names from the folder `built`.
    ///
    /// Each appears whole or not at all, and the record of the inputs comes last: after an interruption the next
    /// build starts anew. A file that would not change is left alone, so that nothing that includes it is recompiled.
    pub fn publish(&self, built: &Path, digest: &str, sizes: &Sizes) -> Result<()> {
        let folder = self.stem.parent().context("the artefacts have no folder")?;
        let name = self.stem.file_name().context("the artefacts have no name")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        self.remove_file("inputs")?;
        for extension in EXTENSIONS {
            let source = with_extension(&built.join(name), extension);
            let content = fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
            if fs::read(self.file(extension)).ok().as_ref() != Some(&content) {
                self.replace(extension, &content)?;
            }
        }
        self.replace("inputs", format!("{digest} {}\n", sizes.raw).as_bytes())
    }

    /// Removes whichever of the files exist.
    pub fn remove(&self) -> Result<()> {
        EXTENSIONS.iter().try_for_each(|extension| self.remove_file(extension))
    }

    fn remove_file(&self, extension: &str) -> Result<()> {
        let path = self.file(extension);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    fn replace(&self, extension: &str, content: &[u8]) -> Result<()> {
        let path = self.file(extension);
        let part = with_extension(&path, &format!("{}.part", std::process::id()));
        fs::write(&part, content).with_context(|| format!("cannot write {}", part.display()))?;
        fs::rename(&part, &path).with_context(|| format!("cannot write {}", path.display()))
    }

    fn file(&self, extension: &str) -> PathBuf {
        with_extension(&self.stem, extension)
    }
}

/// Appends, where [`Path::with_extension`] would cut at a dot in the name.
fn with_extension(stem: &Path, extension: &str) -> PathBuf {
    let mut path = OsString::from(stem);
    path.push(".");
    path.push(extension);
    path.into()
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len())
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes { raw: 9, code: 4, metadata: 2 };

    fn built() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (extension, content) in [("wasm", "code"), ("json", "{}"), ("contract", "{code}")] {
            fs::write(folder.path().join("flipper").with_extension(extension), content).unwrap();
        }
        folder
    }

    #[test]
    fn code_of_123_kib_is_taken_and_one_byte_more_refused() {
        assert!(Sizes { code: 125_952, ..SIZES }.check().is_ok());
        let refusal = Sizes { code: 125_953, ..SIZES }.check().unwrap_err().to_string();
        assert!(refusal.contains("125953 bytes of code, 1 more than"), "{refusal}");
    }

    #[test]
    fn published_artefacts_are_found_again_by_their_inputs() {
        let (built, target) = (built(), tempfile::tempdir().unwrap());
        let artefacts = Artefacts::in_folder(&target.path().join("ink"), "flipper");
        assert_eq!(artefacts.built_from("d1"), None);
        artefacts.publish(built.path(), "d1", &SIZES).unwrap();
        assert_eq!(artefacts.built_from("d1"), Some(SIZES));
        assert_eq!(artefacts.built_from("d2"), None);
    }

    #[test]
    fn artefacts_with_a_missing_file_are_not_found() {
        for extension in EXTENSIONS {
            let (built, target) = (built(), tempfile::tempdir().unwrap());
            let artefacts = Artefacts::in_folder(target.path(), "flipper");
            artefacts.publish(built.path(), "d1", &SIZES).unwrap();
            fs::remove_file(artefacts.file(extension)).unwrap();
            assert_eq!(artefacts.built_from("d1"), None, "{extension}");
        }
    }

    #[test]
    fn an_incomplete_build_publishes_no_record_of_its_inputs() {
        let (built, target) = (built(), tempfile::tempdir().unwrap());
        let artefacts = Artefacts::in_folder(target.path(), "flipper");
        artefacts.publish(built.path(), "d1", &SIZES).unwrap();
        fs::remove_file(built.path().join("flipper.contract")).unwrap();
        assert!(artefacts.publish(built.path(), "d2", &SIZES).is_err());
        assert_eq!(artefacts.built_from("d1"), None);
        assert_eq!(artefacts.built_from("d2"), None);
    }

    #[test]
    fn removing_takes_what_is_there_and_is_content_with_nothing() {
        let built = built();
        let artefacts = Artefacts::in_folder(built.path(), "flipper");
        artefacts.remove().unwrap();
        artefacts.remove().unwrap();
        assert_eq!(fs::read_dir(built.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_unchanged_file_is_not_written_again() {
        let (built, target) = (built(), tempfile::tempdir().unwrap());
        let artefacts = Artefacts::in_folder(target.path(), "flipper");
        artefacts.publish(built.path(), "d1", &SIZES).unwrap();
        let before = fs::metadata(artefacts.file("wasm")).unwrap().modified().unwrap();
        fs::write(built.path().join("flipper.json"), "{ }").unwrap();
        artefacts.publish(built.path(), "d2", &SIZES).unwrap();
        assert_eq!(before, fs::metadata(artefacts.file("wasm")).unwrap().modified().unwrap());
        assert_eq!(fs::read(artefacts.file("json")).unwrap(), b"{ }");
    }
}
