//! The chain in a file: what is acknowledged stays, and what is no state file of ours is refused untouched.

mod support;

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use orchestrator_chain::{ChainError, Embedded, Ledger, StateError, BLOCK_MS};
use redb::{Database, TableDefinition};
use support::Vault;
use tempfile::TempDir;

const VERSIONS: TableDefinition<&str, u32> = TableDefinition::new("orchestrator chain");

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn refusal(path: &Path) -> StateError {
    match Embedded::open(path) {
        Err(ChainError::State(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{} was opened", path.display()),
    }
}

/// A closed state file with a few calls in it.
fn written(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("market.orch");
    let mut vault = Vault::on(Embedded::open(&path).expect("made"));
    vault.call(&[&[1, 1], [9; 3_000].as_slice()].concat()).expect("stored");
    vault.call(&[5, 4]).expect("emitted");
    path
}

#[test]
fn a_copy_holds_the_same_chain_and_goes_its_own_way() {
    let folder = folder();
    let path = folder.path().join("copy.orch");
    let mut vault = Vault::on(Embedded::in_memory());
    vault.call(&[1, 1, 5, 6]).expect("stored");
    vault.call(&[5, 4]).expect("emitted");
    vault.chain.advance(3 * BLOCK_MS).expect("moved");
    vault.chain.copy_to(&path).expect("copied");
    let (picture, events) = (vault.picture(), vault.chain.events(vault.contract, 0).expect("readable"));
    vault.call(&[1, 1, 7]).expect("goes on");
    let original = std::mem::replace(&mut vault.chain, Embedded::open(&path).expect("opened"));
    assert_eq!(vault.picture(), picture);
    assert_eq!(vault.chain.events(vault.contract, 0).expect("readable"), events);
    vault.call(&[1, 1, 8]).expect("goes on");
    assert_eq!(vault.load(1), [8]);
    vault.chain = original;
    assert_eq!(vault.load(1), [7]);
}

#[test]
fn a_copy_takes_the_place_of_no_file() {
    let folder = folder();
    let path = folder.path().join("mine");
    fs::write(&path, b"mine").expect("written");
    assert!(matches!(Embedded::in_memory().copy_to(&path), Err(ChainError::State(StateError::Io { .. }))));
    assert_eq!(fs::read(&path).expect("readable"), b"mine");
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[test]
fn a_reopened_file_holds_the_same_chain() {
    let folder = folder();
    let path = folder.path().join("market.orch");
    let mut vault = Vault::on(Embedded::open(&path).expect("made"));
    vault.call(&[1, 1, 5, 6]).expect("stored");
    vault.call(&[1, 2, 7]).expect("stored");
    vault.call(&[2, 2]).expect("cleared");
    vault.call(&[5, 4]).expect("emitted");
    vault.call(&[3, 1, 9]).expect_err("reverts");
    vault.chain.advance(3 * BLOCK_MS).expect("moved");
    vault.call(&[5, 8]).expect("emitted");
    let (picture, events) = (vault.picture(), vault.chain.events(vault.contract, 0).expect("readable"));
    vault.chain = Embedded::in_memory();
    vault.chain = Embedded::open(&path).expect("reopened");
    assert_eq!(vault.picture(), picture);
    assert_eq!(vault.chain.events(vault.contract, 0).expect("readable"), events);
    vault.call(&[1, 1, 7]).expect("goes on");
    assert_eq!(vault.load(1), [7]);
}

#[test]
fn a_file_and_memory_hold_the_same_chain() {
    let folder = folder();
    let path = folder.path().join("market.orch");
    let mut in_file = Vault::on(Embedded::open(path).expect("made"));
    let mut in_memory = Vault::new();
    for call in [[1, 1, 5], [1, 2, 6], [2, 1, 0], [5, 1, 1], [3, 1, 1]] {
        assert_eq!(in_file.call(&call).ok(), in_memory.call(&call).ok());
        assert_eq!(in_file.picture(), in_memory.picture());
    }
}

#[test]
fn a_second_opener_is_refused_until_the_first_is_done() {
    let folder = folder();
    let path = folder.path().join("market.orch");
    let first = Embedded::open(&path).expect("made");
    assert!(matches!(refusal(&path), StateError::InUse(_)));
    drop(first);
    Embedded::open(&path).expect("free again");
}

#[test]
fn a_new_file_leaves_nothing_else_in_its_folder() {
    let folder = folder();
    drop(Embedded::open(folder.path().join("market.orch")).expect("made"));
    let names: Vec<_> =
        fs::read_dir(folder.path()).expect("readable").map(|f| f.expect("readable").file_name()).collect();
    assert_eq!(names, ["market.orch"]);
}

#[test]
fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("notes.txt");
    for content in [b"".as_slice(), b"r", b"my notes", &[0; 100_000]] {
        fs::write(&path, content).expect("written");
        assert!(matches!(refusal(&path), StateError::Foreign(_)), "{} bytes", content.len());
        assert_eq!(fs::read(&path).expect("readable"), content);
    }
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = folder();
    let path = folder.path().join("other.redb");
    let other = Database::create(&path).expect("made");
    let transaction = other.begin_write().expect("begun");
    drop(transaction.open_table(TableDefinition::<u64, u64>::new("accounts")).expect("made"));
    transaction.commit().expect("committed");
    drop(other);
    let before = fs::read(&path).expect("readable");
    assert!(matches!(refusal(&path), StateError::Foreign(_)));
    assert_eq!(fs::read(&path).expect("readable"), before);
}

#[test]
fn a_file_of_another_version_is_refused_and_says_which() {
    for name in ["format", "runtime"] {
        let folder = folder();
        let path = written(&folder);
        let database = Database::open(&path).expect("opened");
        let transaction = database.begin_write().expect("begun");
        transaction.open_table(VERSIONS).expect("there").insert(name, 77).expect("inserted");
        transaction.commit().expect("committed");
        drop(database);
        let error = refusal(&path);
        assert!(matches!(error, StateError::Version { .. }), "{error}");
        assert!(error.to_string().contains(&format!("{name} 77")), "{error}");
    }
}

#[test]
fn a_truncated_file_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = written(&folder);
    let whole = fs::read(&path).expect("readable");
    for length in [9, 100, 4_096, 10_000, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).expect("written");
        let error = refusal(&path);
        assert!(matches!(error, StateError::Damaged(_)), "{length}: {error}");
        assert_eq!(error.to_string().lines().count(), 1);
        assert_eq!(fs::read(&path).expect("readable"), &whole[..length], "{length}");
    }
    fs::write(&path, &whole).expect("written");
    Embedded::open(&path).expect("the whole file is good");
}

#[test]
fn a_changed_value_in_the_file_is_found() {
    let folder = folder();
    let path = written(&folder);
    let mut bytes = fs::read(&path).expect("readable");
    let stored = bytes.windows(1_000).position(|part| part == [9; 1_000]).expect("the value is in the file");
    bytes[stored + 500] ^= 1;
    fs::write(&path, &bytes).expect("written");
    assert!(matches!(refusal(&path), StateError::Damaged(_)));
    assert_eq!(fs::read(&path).expect("readable"), bytes);
}

#[test]
fn a_path_that_cannot_be_a_file_is_refused_in_one_sentence() {
    let folder = folder();
    for path in [folder.path().to_owned(), folder.path().join("missing").join("market.orch")] {
        let error = refusal(&path);
        assert!(matches!(error, StateError::Io { .. }), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
    }
}

/// Makes one call after another and says each that is done, until it is killed.
fn count_for_ever(path: &str) -> ! {
    let mut vault = Vault::on(Embedded::open(path).expect("made"));
    println!("\ncontract {}", orchestrator_chain::address(&vault.contract));
    for number in 1u32.. {
        vault.call(&[&[1, 1], number.to_le_bytes().as_slice()].concat()).expect("stored");
        vault.call(&[&[5], number.to_le_bytes().as_slice()].concat()).expect("emitted");
        println!("done {number}");
    }
    unreachable!("the process is killed long before")
}

#[test]
fn a_killed_process_loses_no_finished_call() {
    const FILE: &str = "ORCHESTRATOR_CHAIN_FILE";
    if let Ok(path) = env::var(FILE) {
        count_for_ever(&path);
    }
    for kill_after in [1u32, 7, 20] {
        let folder = folder();
        let path = folder.path().join("market.orch");
        let mut child = Command::new(env::current_exe().expect("known"))
            .args(["--exact", "a_killed_process_loses_no_finished_call", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let (mut contract, mut last) = (None, 0);
        let output = BufReader::new(child.stdout.take().expect("piped"));
        for line in output.lines() {
            let line = line.expect("readable");
            if let Some(address) = line.strip_prefix("contract ") {
                contract = Some(orchestrator_chain::parse_address(address).expect("an address"));
            }
            if let Some(number) = line.strip_prefix("done ") {
                last = number.parse().expect("a number");
                if last == kill_after {
                    child.kill().expect("killed");
                }
            }
        }
        assert!(!child.wait().expect("ended").success(), "the process was killed");
        assert!(last >= kill_after);
        let contract = contract.expect("told");
        let mut vault = Vault {
            chain: Embedded::open(&path).expect("reopened"),
            alice: support::signer("Alice"),
            bob: support::signer("Bob"),
            contract,
        };
        let stored = u32::from_le_bytes(vault.load(1).try_into().expect("four bytes"));
        let emitted = vault.chain.events(contract, 0).expect("readable").len() as u32;
        assert!(stored >= last && emitted >= last, "{last} {stored} {emitted}");
        assert!(stored - emitted <= 1, "each call is whole");
        vault.call(&[1, 1, 1]).expect("goes on");
    }
}
