//! A node that a test has started.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::RecvTimeoutError,
    time::Duration,
};

use tempfile::TempDir;

use crate::{log::Log, program::program, Clock, Options};

/// Longer than any machine needs to start a node; a node that hangs must not hang the tests.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running node. It is killed when this goes away.
#[derive(Debug)]
pub struct Process {
    program: PathBuf,
    options: Options,
    folder: TempDir,
    clock: Option<Clock>,
    running: Option<(Child, Log)>,
    port: u16,
}

impl Process {
    /// Starts a node as [`Options`] has it by default, and waits until it listens.
    ///
    /// # Panics
    ///
    /// See [`Options::start`].
    pub fn start() -> Self {
        Options::default().start()
    }

    /// How a node may be started.
    pub fn options() -> Options {
        Options::default()
    }

    pub(crate) fn new(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let clock = options.starts_at.map(|at| Clock::new(folder.path(), at));
        let port = options.port;
        let mut process = Self { program: program(), options, folder, clock, running: None, port };
        process.run();
        process
    }

    /// Where the node listens.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The port the node listens at, the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The node's clock.
    ///
    /// # Panics
    ///
    /// For a node that was started with the machine's clock.
    pub fn clock(&self) -> &Clock {
        self.clock.as_ref().expect("this node lives by the machine's clock")
    }

    /// The last lines the node has written.
    pub fn log(&self) -> Vec<String> {
        self.running.as_ref().map(|(_, log)| log.lines()).unwrap_or_default()
    }

    /// Kills the node at once (SIGKILL), as a power cut would. The chain and the clock stay for [`Process::restart`].
    pub fn kill(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            // It may have died already; it is reaped either way.
            let _ = child.kill();
            child.wait().expect("a child can be waited for");
        }
    }

    /// Starts the node again, killing it first if it runs: the same chain, port and clock.
    ///
    /// # Panics
    ///
    /// See [`Options::start`].
    pub fn restart(&mut self) {
        self.kill();
        self.run();
    }

    fn run(&mut self) {
        let base_path = self.options.base_path.clone().unwrap_or_else(|| self.folder.path().join("chain"));
        let mut command = Command::new(&self.program);
        command.arg("--dev").arg("--port=0").arg(format!("--rpc-port={}", self.port));
        command.args(self.options.common_arguments(base_path));
        // The log is in UTC, like everything else that tells a time.
        command.env("TZ", "UTC").envs(self.clock.iter().flat_map(Clock::environment));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| {
            panic!("the node {} does not start: {e}", self.program.display());
        });
        let (log, ready) = Log::follow(child.stderr.take().expect("it is piped"));
        self.running = Some((child, log));
        let port = ready.recv_timeout(PATIENCE).unwrap_or_else(|e| {
            let how = match e {
                RecvTimeoutError::Timeout => "does not listen",
                RecvTimeoutError::Disconnected => "has died",
            };
            panic!("the node {} {how}; its last words:\n{}", self.program.display(), self.log().join("\n"))
        });
        assert!(
            self.port == 0 || self.port == port,
            "port {} is taken: the node listens at {port}",
            self.port
        );
        self.port = port;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
