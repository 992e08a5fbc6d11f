//! A program that behaves like the node, for those who start nodes themselves.

use std::{
    ffi::OsStr,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
};

use tempfile::TempDir;

use crate::{program::program, Clock, Options};

/// An executable script that becomes a node, with the clock and the chain's folder of this wrapper, and hands it all
/// arguments it gets. ink_e2e starts nodes by path: this is such a path.
#[derive(Debug)]
pub struct Wrapper {
    folder: TempDir,
    clock: Option<Clock>,
}

impl Wrapper {
    /// Writes the script. The port is for the caller to give, as an argument.
    ///
    /// # Panics
    ///
    /// Where there is no node, or the clock cannot be built.
    pub fn new(options: &Options) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let clock = options.starts_at.map(|at| Clock::new(folder.path(), at));
        let base_path = options.base_path.clone().unwrap_or_else(|| folder.path().join("chain"));
        let mut script = String::from("#!/bin/sh\n");
        for (name, value) in clock.iter().flat_map(Clock::environment) {
            script += &format!("{name}={} ", quoted(value.as_os_str()));
        }
        // After `exec`, whoever kills the script kills the node.
        script += &format!("exec {} \"$@\"", quoted(program().as_os_str()));
        for argument in options.common_arguments(base_path) {
            script += &format!(" {}", quoted(&argument));
        }
        script.push('\n');
        let wrapper = Self { folder, clock };
        fs::write(wrapper.path(), script).expect("a temporary folder can be written");
        fs::set_permissions(wrapper.path(), Permissions::from_mode(0o755))
            .expect("a file of ours can be made executable");
        wrapper
    }

    /// The script.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("node")
    }

    /// The clock of the nodes that the script starts.
    ///
    /// # Panics
    ///
    /// Where the options asked for the machine's clock.
    pub fn clock(&self) -> &Clock {
        self.clock.as_ref().expect("these nodes live by the machine's clock")
    }
}

/// As one word for a shell.
fn quoted(word: &OsStr) -> String {
    let word = word.to_str().expect("paths and arguments of tests are UTF-8");
    format!("'{}'", word.replace('\'', r"'\''"))
}
