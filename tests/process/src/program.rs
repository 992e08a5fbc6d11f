//! Where the node's program is.

use std::{
    env,
    path::{Path, PathBuf},
};

const NAME: &str = "substrate-contracts-node";

/// The node's program: what CONTRACTS_NODE names, else `substrate-contracts-node` on PATH.
///
/// # Panics
///
/// Where there is none: a test that needs a node and finds none has failed.
pub(crate) fn program() -> PathBuf {
    let named = env::var("CONTRACTS_NODE").ok().filter(|x| !x.is_empty());
    let wanted = named.as_deref().unwrap_or(NAME);
    find(wanted, env::var_os("PATH").unwrap_or_default().as_ref()).unwrap_or_else(|| {
        panic!("no node for the tests: there is no program `{wanted}`; `make node` gets one, CONTRACTS_NODE names one")
    })
}

/// As a shell finds a command: a name with a slash is a path, any other is looked for in the folders of `path`.
fn find(wanted: &str, path: &Path) -> Option<PathBuf> {
    let places = match wanted.contains('/') {
        true => vec![PathBuf::from(wanted)],
        false => env::split_paths(path).map(|x| x.join(wanted)).collect(),
    };
    places.into_iter().find(|x| x.is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_bare_name_is_looked_for_on_path_and_a_path_is_taken_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let empty = tempfile::tempdir().unwrap();
        let there = folder.path().join("some-node");
        fs::write(&there, "").unwrap();
        let path = env::join_paths([empty.path(), folder.path()]).unwrap();
        let path = Path::new(&path);
        assert_eq!(find("some-node", path), Some(there.clone()));
        assert_eq!(find(there.to_str().unwrap(), Path::new("")), Some(there));
        assert_eq!(find("another-node", path), None);
        assert_eq!(find("/nowhere/some-node", path), None);
        assert_eq!(find("some-node", empty.path()), None, "the folder is not searched");
    }
}
