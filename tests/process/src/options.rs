//! How a node is to be started.

use std::{ffi::OsString, path::PathBuf};

use crate::{Process, START_MS};

/// How a node is to be started: a chain of its own in a temporary folder, on any free port, by a clock that stands still.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) starts_at: Option<u64>,
    pub(crate) port: u16,
    pub(crate) base_path: Option<PathBuf>,
    pub(crate) arguments: Vec<OsString>,
}

impl Default for Options {
    fn default() -> Self {
        Self { starts_at: Some(START_MS), port: 0, base_path: None, arguments: Vec::new() }
    }
}

impl Options {
    /// The machine's clock instead of one that is moved.
    pub fn real_clock(mut self) -> Self {
        self.starts_at = None;
        self
    }

    /// A clock of its own that starts at this number of milliseconds since the Unix epoch.
    pub fn starts_at(mut self, ms: u64) -> Self {
        self.starts_at = Some(ms);
        self
    }

    /// The port for JSON-RPC. Zero, which is the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A folder for the chain that stays when the node goes.
    pub fn base_path(mut self, folder: impl Into<PathBuf>) -> Self {
        self.base_path = Some(folder.into());
        self
    }

    /// One more argument for the node.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Starts the node and waits until it listens.
    ///
    /// # Panics
    ///
    /// Where there is no node, it does not start, or the clock cannot be built.
    pub fn start(self) -> Process {
        Process::new(self)
    }

    /// What every node gets, whoever starts it. All states are kept, so that the events of old blocks can be read.
    pub(crate) fn common_arguments(&self, base_path: PathBuf) -> Vec<OsString> {
        let fixed =
            ["--finalize-delay-sec=0", "--state-pruning=archive", "--no-telemetry", "--no-prometheus"];
        let mut all: Vec<OsString> = fixed.into_iter().map(Into::into).collect();
        all.extend(["--no-mdns", "--reserved-only", "--base-path"].map(Into::into));
        all.push(base_path.into());
        all.extend(self.arguments.iter().cloned());
        all
    }
}
