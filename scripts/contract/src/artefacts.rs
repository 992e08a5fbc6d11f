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

/// Code, metadata, and both in one file.
pub const ALL: &[&str] = &["wasm", "json", "contract"];
/// The code alone.
pub const CODE: &[&str] = &["wasm"];

/// Sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The Wasm as the linker left it.
    pub raw: u64,
    /// The Wasm that goes on chain.
    pub code: u64,
    /// The metadata without the code, where there is any.
    pub metadata: Option<u64>,
}

impl Sizes {
    /// Measures the linker's Wasm and the finished artefacts.
    pub fn measure(raw: &Path, finished: &Artefacts) -> Result<Self> {
        finished.sizes(size(raw)?)
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
            "{}\n{}{}{}",
            self.summary(),
            line("raw Wasm", self.raw),
            line("optimised", self.code),
            self.metadata.map_or_else(String::new, |bytes| line("metadata", bytes))
        )
        .trim_end()
        .to_owned()
    }
}

/// `NAME.{wasm,json,contract}` in one folder, or some of them, with `NAME.inputs` beside them, which says what they were
/// built from.
pub struct Artefacts {
    stem: PathBuf,
    extensions: &'static [&'static str],
}

impl Artefacts {
    /// The artefacts called `name` in `folder`, whether they exist or not.
    pub fn in_folder(folder: &Path, name: &str, extensions: &'static [&'static str]) -> Self {
        Self { stem: folder.join(name), extensions }
    }

    /// What each file's name ends with.
    pub fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    /// All files in one word, as seen from `root`.
    pub fn names(&self, root: &Path) -> String {
        let stem = self.stem.strip_prefix(root).unwrap_or(&self.stem).display();
        match self.extensions {
            [one] => format!("{stem}.{one}"),
            several => format!("{stem}.{{{}}}", several.join(",")),
        }
    }

    /// The sizes, if all files are there and were built from inputs with this digest.
    pub fn built_from(&self, digest: &str) -> Option<Sizes> {
        let record = fs::read_to_string(self.file("inputs")).ok()?;
        let (built_from, raw) = record.trim_end().split_once(' ')?;
        let complete = self.extensions.iter().all(|extension| self.file(extension).is_file());
        if built_from != digest || !complete {
            return None;
        }
        self.sizes(raw.parse().ok()?).ok()
    }

    fn sizes(&self, raw: u64) -> Result<Sizes> {
        let metadata = self.extensions.contains(&"json").then(|| size(&self.file("json"))).transpose()?;
        Ok(Sizes { raw, code: size(&self.file("wasm"))?, metadata })
    }

    /// Takes over the files that were built.
    ///
    /// Each appears whole or not at all, and the record of the inputs comes last: after an interruption the next
    /// build starts anew. A file that would not change is left alone, so that nothing that includes it is recompiled.
    pub fn publish(&self, built: &Artefacts, digest: &str, sizes: &Sizes) -> Result<()> {
        let folder = self.stem.parent().context("the artefacts have no folder")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        self.remove_file("inputs")?;
        for extension in self.extensions {
            let source = built.file(extension);
            let content = fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
            if fs::read(self.file(extension)).ok().as_ref() != Some(&content) {
                self.replace(extension, &content)?;
            }
        }
        self.replace("inputs", format!("{digest} {}\n", sizes.raw).as_bytes())
    }

    /// Removes whichever of the files exist.
    pub fn remove(&self) -> Result<()> {
        self.extensions.iter().try_for_each(|extension| self.remove_file(extension))
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

    /// The file with this extension.
    pub fn file(&self, extension: &str) -> PathBuf {
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

    const SIZES: Sizes = Sizes { raw: 9, code: 4, metadata: Some(2) };

    fn built() -> (tempfile::TempDir, Artefacts) {
        let folder = tempfile::tempdir().unwrap();
        for (extension, content) in [("wasm", "code"), ("json", "{}"), ("contract", "{code}")] {
            fs::write(folder.path().join("flipper").with_extension(extension), content).unwrap();
        }
        let built = Artefacts::in_folder(folder.path(), "flipper", ALL);
        (folder, built)
    }

    #[test]
    fn code_of_123_kib_is_taken_and_one_byte_more_refused() {
        assert!(Sizes { code: 125_952, ..SIZES }.check().is_ok());
        let refusal = Sizes { code: 125_953, ..SIZES }.check().unwrap_err().to_string();
        assert!(refusal.contains("125953 bytes of code, 1 more than"), "{refusal}");
    }

    #[test]
    fn published_artefacts_are_found_again_by_their_inputs() {
        let ((_folder, built), target) = (built(), tempfile::tempdir().unwrap());
        let artefacts = Artefacts::in_folder(&target.path().join("ink"), "flipper", ALL);
        assert_eq!(artefacts.built_from("d1"), None);
        artefacts.publish(&built, "d1", &SIZES).unwrap();
        assert_eq!(artefacts.built_from("d1"), Some(SIZES));
        assert_eq!(artefacts.built_from("d2"), None);
    }

    #[test]
    fn artefacts_with_a_missing_file_are_not_found() {
        for extension in ALL {
            let ((_folder, built), target) = (built(), tempfile::tempdir().unwrap());
            let artefacts = Artefacts::in_folder(target.path(), "flipper", ALL);
            artefacts.publish(&built, "d1", &SIZES).unwrap();
            fs::remove_file(artefacts.file(extension)).unwrap();
            assert_eq!(artefacts.built_from("d1"), None, "{extension}");
        }
    }

    #[test]
    fn an_incomplete_build_publishes_no_record_of_its_inputs() {
        let ((_folder, built), target) = (built(), tempfile::tempdir().unwrap());
        let artefacts = Artefacts::in_folder(target.path(), "flipper", ALL);
        artefacts.publish(&built, "d1", &SIZES).unwrap();
        fs::remove_file(built.file("contract")).unwrap();
        assert!(artefacts.publish(&built, "d2", &SIZES).is_err());
        assert_eq!(artefacts.built_from("d1"), None);
        assert_eq!(artefacts.built_from("d2"), None);
    }

    #[test]
    fn removing_takes_what_is_there_and_is_content_with_nothing() {
        let (folder, built) = built();
        built.remove().unwrap();
        built.remove().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn code_alone_is_published_under_another_name() {
        let ((_folder, built), target) = (built(), tempfile::tempdir().unwrap());
        let artefacts = Artefacts::in_folder(target.path(), "flopper", CODE);
        let sizes = Sizes { metadata: None, ..SIZES };
        artefacts.publish(&built, "d1", &sizes).unwrap();
        assert_eq!(artefacts.built_from("d1"), Some(sizes));
        assert_eq!(fs::read(target.path().join("flopper.wasm")).unwrap(), b"code");
        assert_eq!(fs::read_dir(target.path()).unwrap().count(), 2);
    }

    #[test]
    fn an_unchanged_file_is_not_written_again() {
        let ((_folder, built), target) = (built(), tempfile::tempdir().unwrap());
        let artefacts = Artefacts::in_folder(target.path(), "flipper", ALL);
        artefacts.publish(&built, "d1", &SIZES).unwrap();
        let before = fs::metadata(artefacts.file("wasm")).unwrap().modified().unwrap();
        fs::write(built.file("json"), "{ }").unwrap();
        artefacts.publish(&built, "d2", &SIZES).unwrap();
        assert_eq!(before, fs::metadata(artefacts.file("wasm")).unwrap().modified().unwrap());
        assert_eq!(fs::read(artefacts.file("json")).unwrap(), b"{ }");
    }
}
