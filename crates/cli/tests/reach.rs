//! Every message of the contract has a command, and docs/orch.md names it.

use std::collections::BTreeSet;

use assert_cmd::Command;
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/orch.md");

/// What stands between backquotes in a cell of the table.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Rows of the table: messages and commands.
fn rows() -> Vec<(Vec<&'static str>, Vec<&'static str>)> {
    let rows = PAGE.lines().filter(|x| x.starts_with("| `"));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|');
        let mut next = || quoted(cells.next().expect("two cells")).collect();
        (next(), next())
    })
    .collect()
}

#[test]
fn every_message_is_in_the_table_once() {
    let metadata: Value = serde_json::from_str(orchestrator_bundle::METADATA).expect("the metadata is JSON");
    let messages = metadata["spec"]["messages"].as_array().expect("there are messages");
    let messages: BTreeSet<_> = messages.iter().filter_map(|x| x["label"].as_str()).collect();
    let told: Vec<_> = rows().into_iter().flat_map(|(messages, _)| messages).collect();
    assert_eq!(told.len(), messages.len());
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), messages);
}

#[test]
fn every_command_in_the_table_is_one() {
    let mut commands: BTreeSet<_> = rows().into_iter().flat_map(|(_, commands)| commands).collect();
    assert!(commands.len() > 70);
    commands.insert("orch dispute show");
    for command in commands {
        let words = command.split(' ').skip(1).filter(|x| !x.starts_with("--"));
        let run = Command::cargo_bin("orch").expect("it is built").args(words).arg("--help").output();
        let run = run.expect("it starts");
        let text = String::from_utf8_lossy(&run.stdout);
        assert!(
            run.status.success() && text.contains(&format!("Usage: {}", command.replace(" --for", ""))),
            "{command}: {text}"
        );
    }
}
