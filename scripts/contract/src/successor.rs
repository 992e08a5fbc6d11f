//! The contract with one message more, for the test that upgrades to it.
//!
//! It is made from a copy of the source, so that the contract itself carries nothing for tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{ensure, Context, Result};

use crate::inputs::IGNORED;

/// Where the messages end: the last one, their block, and the module.
const MARK: (&str, &str) = ("        }\n", "    }\n}\n");
/// How the selector of a message is written.
const SELECTOR: &str = "selector = ";

/// Copies the package to `folder`, which it empties before, and adds the message. Returns `folder`.
pub fn write(package: &Path, folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    copy(package, folder)?;
    let library = folder.join("lib.rs");
    let source =
        fs::read_to_string(&library).with_context(|| format!("cannot read {}", library.display()))?;
    fs::write(&library, with_message(&source)?)
        .with_context(|| format!("cannot write {}", library.display()))?;
    Ok(folder.to_owned())
}

/// `source` with a message `generation` that answers 2, under the selector after the highest.
fn with_message(source: &str) -> Result<String> {
    let (last, end) = MARK;
    let mark = format!("{last}{end}");
    let places = source.matches(&mark).count();
    ensure!(
        places == 1,
        "the end of the messages must occur once in lib.rs, and occurs {places} times; it is {mark:?}: change it in scripts/contract/src/successor.rs"
    );
    let selector =
        source.split(SELECTOR).skip(1).filter_map(number).max().context("no selector in lib.rs")?;
    let selector = selector.checked_add(1).context("no selector is free")?;
    let message = format!(
        "\n        /// Which version of the contract this is.\n        #[ink(message, {SELECTOR}{selector})]\n        \
         pub fn generation(&self) -> u32 {{\n            2\n        }}\n"
    );
    Ok(source.replacen(&mark, &format!("{last}{message}{end}"), 1))
}

/// The number that a text begins with.
fn number(text: &str) -> Option<u32> {
    let digits = text.find(|x: char| !x.is_ascii_digit()).unwrap_or(text.len());
    text.get(..digits)?.parse().ok()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        if name.to_string_lossy().starts_with('.') || IGNORED.iter().any(|x| name == **x) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "        #[ink(message, selector = 7)]\n        fn a(&self) {}\n\n        \
                          #[ink(message, payable, selector = 12)]\n        fn b(&self) {\n        }\n    }\n}\n";

    #[test]
    fn the_message_comes_last_and_nothing_else_changes() {
        let successor = with_message(SOURCE).unwrap();
        let (before, after) = successor.split_once("\n        /// Which version").unwrap();
        let (message, after) = after.split_once("            2\n        }\n").unwrap();
        assert!(
            message.contains("#[ink(message, selector = 13)]\n        pub fn generation(&self) -> u32 {\n")
        );
        assert_eq!(format!("{before}{after}"), SOURCE);
    }

    #[test]
    fn a_source_without_the_mark_or_with_two_is_refused() {
        for (source, times) in [(SOURCE.replace("    }\n}", "    }\n\n}"), 0), (SOURCE.repeat(2), 2)] {
            let refusal = with_message(&source).unwrap_err().to_string();
            assert!(refusal.contains(&format!("occurs {times} times")), "{refusal}");
        }
    }

    #[test]
    fn a_source_without_selectors_is_refused() {
        let refusal = with_message(&SOURCE.replace("selector = ", "")).unwrap_err().to_string();
        assert!(refusal.contains("no selector"), "{refusal}");
    }

    #[test]
    fn the_copy_is_the_package_without_what_only_tests_see() {
        let (package, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = work.path().join("source");
        fs::create_dir_all(package.path().join("tests")).unwrap();
        fs::create_dir_all(folder.join("old")).unwrap();
        for (name, text) in [("lib.rs", SOURCE), ("Cargo.toml", "[package]"), ("tests/a.rs", "")] {
            fs::write(package.path().join(name), text).unwrap();
        }
        write(package.path(), &folder).unwrap();
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|x| x.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["Cargo.toml", "lib.rs"]);
        assert_ne!(fs::read_to_string(folder.join("lib.rs")).unwrap(), SOURCE);
        assert_eq!(fs::read_to_string(package.path().join("lib.rs")).unwrap(), SOURCE);
    }

    #[test]
    fn the_contract_has_the_mark() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/orchestrator");
        with_message(&fs::read_to_string(package.join("lib.rs")).unwrap()).unwrap();
    }
}
