//! The program, run as people run it.

use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// `orch` with arguments, without a terminal.
pub fn orch(arguments: &[&str]) -> Output {
    Command::cargo_bin("orch").unwrap().args(arguments).output().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What a run printed that had to succeed with JSON on stdout and nothing on stderr.
#[allow(dead_code)]
pub fn json(arguments: &[&str]) -> Value {
    let output = orch(arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one line of a run that had to be refused with this exit code and nothing on stdout.
#[allow(dead_code)]
pub fn refusal(arguments: &[&str], code: i32) -> String {
    let output = orch(arguments);
    let line = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{line}");
    assert_eq!(stdout(&output), "");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.starts_with("orch: "), "{line}");
    line
}
