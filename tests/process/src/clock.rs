//! The node's time of day, in a file that the node maps.

use std::{
    env,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{ErrorKind, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

/// Where a clock starts unless told otherwise: 2027-01-01T00:00:00Z.
pub const START_MS: u64 = 1_798_761_600_000;

const SOURCE: &str = include_str!("../clock.c");

/// A clock that stands still until it is moved. Copies move the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    file: Arc<File>,
    path: PathBuf,
}

impl Clock {
    /// A clock in `folder`, which must outlive the programs that look at it.
    pub(crate) fn new(folder: &Path, now_ms: u64) -> Self {
        let path = folder.join("clock");
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let clock = Self { file: Arc::new(file.expect("a file for the clock can be made")), path };
        clock.set_ms(now_ms);
        clock
    }

    /// What the clock shows, in milliseconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, 0).expect("the clock can be read");
        u64::from_ne_bytes(bytes)
    }

    /// Sets the clock, forward or back. The node's blocks only ever go forward.
    pub fn set_ms(&self, ms: u64) {
        self.file.write_all_at(&ms.to_ne_bytes(), 0).expect("the clock can be written");
    }

    /// Moves the clock forward.
    pub fn advance(&self, ms: u64) {
        self.set_ms(self.now() + ms);
    }

    /// What a program must have in its environment to live by this clock.
    pub(crate) fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [("LD_PRELOAD", library()), ("NODE_CLOCK", self.path.clone())]
    }
}

/// The shared library, built when it is first needed. Its name says what it was built from, and it appears whole or not
/// at all, so that tests that run at the same time can share it.
fn library() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    SOURCE.hash(&mut hasher);
    let program = env::current_exe().expect("a running program has a path");
    let folder = program.parent().expect("a program lies in a folder");
    let library = folder.join(format!("node-clock-{:016x}.so", hasher.finish()));
    if !library.exists() {
        let part = tempfile::NamedTempFile::new_in(folder).expect("a test program's folder can be written");
        compile(part.path());
        fs::rename(part.path(), &library).expect("a file can be renamed within its folder");
    }
    library
}

fn compile(to: &Path) {
    let arguments = ["-x", "c", "-", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"];
    let name = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut compiler = Command::new(&name);
    let child = compiler.args(arguments).arg(to).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|e| match e.kind() {
        ErrorKind::NotFound => {
            panic!("no C compiler {name:?}: the test node's clock needs one; `make setup` installs `cc`")
        }
        _ => panic!("the C compiler {name:?} does not start: {e}"),
    });
    // A compiler that has died already says why on its own error output, below.
    let _ = child.stdin.take().expect("it is piped").write_all(SOURCE.as_bytes());
    let done = child.wait_with_output().expect("a child can be waited for");
    assert!(
        done.status.success(),
        "the C compiler refuses the test node's clock:\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(environment: [(&str, PathBuf); 2]) -> std::process::Output {
        Command::new("date").arg("+%s.%N").envs(environment).output().unwrap()
    }

    fn shown(clock: &Clock) -> String {
        String::from_utf8(date(clock.environment()).stdout).unwrap().trim().into()
    }

    #[test]
    fn a_program_lives_by_the_clock_which_moves_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::new(folder.path(), START_MS);
        assert_eq!(shown(&clock), "1798761600.000000000");
        assert_eq!(shown(&clock), "1798761600.000000000");
        clock.clone().advance(86_400_123);
        assert_eq!(clock.now(), START_MS + 86_400_123);
        assert_eq!(shown(&clock), "1798848000.123000000");
        clock.set_ms(5);
        assert_eq!(shown(&clock), "0.005000000");
    }

    #[test]
    fn a_program_whose_clock_is_not_there_ends_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::new(folder.path(), START_MS);
        let environment = clock.environment();
        fs::remove_file(folder.path().join("clock")).unwrap();
        let done = date(environment);
        assert_eq!(done.status.code(), Some(1));
        assert!(String::from_utf8(done.stderr).unwrap().starts_with("the clock cannot map NODE_CLOCK"));
    }
}
