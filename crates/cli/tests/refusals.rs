//! Bad input: one line that says what to do, an exit code, and nothing half-written.

mod support;

use std::{
    fs::{self, File},
    path::Path,
};

use support::{json, refusal};

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn an_empty_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "empty");
    fs::write(&file, b"").unwrap();
    assert!(refusal(&["demo", "--file", &file], 2).contains("empty: name a file with at least one byte"));
}

#[test]
fn a_file_that_is_not_there_or_is_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = path(folder.path(), "missing");
    assert!(refusal(&["demo", "--file", &missing], 2).contains("check the name and that you may read it"));
    let folder = folder.path().to_str().unwrap();
    assert!(refusal(&["demo", "--file", folder], 2).contains("name a file with something in it"));
}

#[test]
fn a_file_larger_than_the_units_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (file, chain, dir) =
        (path(folder.path(), "large"), path(folder.path(), "chain"), path(folder.path(), "dir"));
    File::create(&file).unwrap().set_len(64 << 30).unwrap();
    let line = refusal(&["demo", "--file", &file, "--chain", &chain, "--dir", &dir], 2);
    assert!(line.contains("64 GiB") && line.contains("name a smaller file"), "{line}");
    assert!(!Path::new(&chain).exists() && !Path::new(&dir).exists());
}

#[test]
fn unknown_flags_commands_and_missing_values_are_refused_in_one_line() {
    assert!(refusal(&["demo", "--colour"], 2).contains("--colour"));
    assert!(refusal(&["dmeo"], 2).contains("dmeo"));
    assert!(refusal(&["demo", "--file"], 2).contains("--file"));
    assert!(refusal(&["demo", "stray"], 2).contains("stray"));
}

#[test]
fn numbers_out_of_range_are_refused() {
    for arguments in [
        ["--providers", "1"],
        ["--providers", "22"],
        ["--providers", "three"],
        ["--replicas", "0"],
        ["--replicas", "21"],
        ["--replicas", "-1"],
    ] {
        let line = refusal(&["demo", arguments[0], arguments[1]], 2);
        assert!(line.contains(arguments[1]), "{line}");
    }
}

#[test]
fn replicas_must_leave_a_provider_to_spare() {
    let line = refusal(&["demo", "--replicas", "3"], 2);
    assert!(line.contains("need at least 4 providers"), "{line}");
    let line = refusal(&["demo", "--providers", "2"], 2);
    assert!(line.contains("2 replicas need at least 3 providers"), "{line}");
}

#[test]
fn an_unknown_story_is_refused_with_the_names_of_those_there_are() {
    for name in ["clutser", "", "Deal"] {
        let line = refusal(&["demo", "--story", name], 2);
        assert!(line.contains("[possible values: deal, cluster, sla]"), "{line}");
    }
}

#[test]
fn numbers_of_the_deal_are_refused_for_the_other_stories() {
    for story in ["cluster", "sla"] {
        for option in ["--providers", "--replicas"] {
            let line = refusal(&["demo", "--story", story, option, "3"], 2);
            assert!(line.contains("leave out --providers and --replicas"), "{line}");
        }
    }
}

#[test]
fn only_the_sla_story_keeps_its_chain_and_in_a_new_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let keep = path(folder.path(), "kept");
    for story in ["deal", "cluster"] {
        let line = refusal(&["demo", "--story", story, "--keep", &keep], 2);
        assert!(line.contains("name --story sla"), "{line}");
    }
    assert!(!Path::new(&keep).exists());
    fs::write(&keep, b"mine").unwrap();
    let line = refusal(&["demo", "--story", "sla", "--keep", &keep], 2);
    assert!(line.contains("name a new file to --keep"), "{line}");
    assert_eq!(fs::read(&keep).unwrap(), b"mine");
}

#[test]
fn what_cannot_be_stored_is_refused_in_every_story() {
    let folder = tempfile::tempdir().unwrap();
    let missing = path(folder.path(), "missing");
    for story in ["deal", "cluster", "sla"] {
        let line = refusal(&["demo", "--story", story, "--file", &missing], 2);
        assert!(line.contains("check the name and that you may read it"), "{line}");
    }
}

#[test]
fn a_broken_state_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, dir) = (path(folder.path(), "chain"), path(folder.path(), "dir"));
    fs::write(&chain, b"this is no state file").unwrap();
    let line = refusal(&["demo", "--chain", &chain, "--dir", &dir], 2);
    assert!(line.contains("name another file"), "{line}");
    assert_eq!(fs::read(&chain).unwrap(), b"this is no state file");
    assert!(!Path::new(&dir).exists());
}

#[test]
fn a_state_file_that_was_cut_short_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let chain = path(folder.path(), "chain");
    drop(orchestrator_chain::Embedded::open(&chain).unwrap());
    let whole = fs::read(&chain).unwrap();
    fs::write(&chain, &whole[..whole.len() / 2]).unwrap();
    refusal(&["demo", "--chain", &chain], 2);
    assert_eq!(fs::read(&chain).unwrap(), &whole[..whole.len() / 2]);
}

#[test]
fn a_state_file_where_none_can_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let chain = path(folder.path(), "no/such/folder/chain");
    refusal(&["demo", "--chain", &chain], 2);
}

#[test]
fn a_state_file_with_the_contract_of_an_earlier_demo_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, dir) = (path(folder.path(), "chain"), path(folder.path(), "dir"));
    json(&["demo", "--chain", &chain, "--output-json"]);
    let before = fs::read(&chain).unwrap();
    let line = refusal(&["demo", "--chain", &chain, "--dir", &dir], 2);
    assert!(line.contains("name a new --chain file"), "{line}");
    assert!(!Path::new(&dir).exists());
    assert_eq!(fs::read(&chain).unwrap(), before);
}

#[test]
fn a_folder_with_something_in_it_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine"), b"mine").unwrap();
    let line = refusal(&["demo", "--dir", folder.path().to_str().unwrap()], 2);
    assert!(line.contains("name a new or an empty folder"), "{line}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_and_leaves_no_state_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), b"").unwrap();
    let (chain, dir) = (path(folder.path(), "chain"), path(folder.path(), "file/dir"));
    refusal(&["demo", "--chain", &chain, "--dir", &dir], 2);
    assert!(!Path::new(&chain).exists());
}

#[test]
fn help_is_no_refusal_and_no_command_shows_it() {
    let asked = support::orch(&["--help"]);
    assert!(asked.status.success() && support::stdout(&asked).contains("Usage"));
    let nothing = support::orch(&[]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(support::stderr(&nothing).contains("Usage"));
}
