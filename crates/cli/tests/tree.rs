//! `orch tree`.

mod support;

use std::{fs, path::Path};

use orchestrator_proof::{path_bits, root_of};
use support::{json, orch, refusal, stderr, stdout};
use tempfile::TempDir;

const BYTES: usize = 5 * 1024 + 100;

struct Sample {
    folder: TempDir,
    file: String,
    root: String,
    count: u64,
}

fn sample() -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let data: Vec<u8> = (0..BYTES as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let file = folder.path().join("data").to_str().unwrap().to_owned();
    fs::write(&file, &data).unwrap();
    let (root, count) = root_of(&data).unwrap();
    Sample { folder, file, root: hex::encode(root), count }
}

impl Sample {
    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Proves a chunk into a file and says its name.
    fn proven(&self, index: u64) -> String {
        let out = self.path(&format!("proof-{index}"));
        json(&["tree", "prove", &self.file, &index.to_string(), "--out", &out, "--output-json"]);
        out
    }

    fn verify<'a>(&'a self, proof: &'a str, count: &'a str) -> [&'a str; 7] {
        ["tree", "verify", "--root", &self.root, "--count", count, proof]
    }
}

#[test]
fn the_root_is_that_of_the_library() {
    let sample = sample();
    let told = json(&["tree", "root", &sample.file, "--output-json"]);
    assert_eq!(told["root"], sample.root.as_str());
    assert_eq!(told["count"], sample.count);
    let text = stdout(&orch(&["tree", "root", &sample.file]));
    assert!(text.contains(&sample.root) && text.contains("chunks  6"), "{text}");
}

#[test]
fn every_chunk_is_proven_and_verified_with_its_way_from_the_root() {
    let sample = sample();
    for index in 0..sample.count {
        let proof = sample.proven(index);
        let output = orch(&sample.verify(&proof, &sample.count.to_string()));
        assert!(output.status.success(), "{}", stderr(&output));
        let bits = path_bits(sample.count, index).unwrap();
        assert!(stdout(&output).contains(&format!("way     {bits} ")), "{}", stdout(&output));
    }
}

#[test]
fn a_proof_is_shown_to_people_in_100_columns() {
    let sample = sample();
    let out = sample.path("proof");
    let output = orch(&["tree", "prove", &sample.file, "2", "--out", &out]);
    let text = stdout(&output);
    assert!(
        output.status.success() && text.contains("way     010 (from the root: 0 left, 1 right)"),
        "{text}"
    );
    for line in text.lines().filter(|line| !line.contains(&out)) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(!text.contains('\x1b'));
}

#[test]
fn the_proof_on_stdout_is_the_one_in_the_file() {
    let sample = sample();
    let written = fs::read(sample.proven(4)).unwrap();
    let shown = json(&["tree", "prove", &sample.file, "4", "--output-json"]);
    assert_eq!(shown, serde_json::from_slice::<serde_json::Value>(&written).unwrap());
}

#[test]
fn a_single_chunk_is_its_own_way() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one");
    fs::write(&file, b"one chunk").unwrap();
    let text = stdout(&orch(&["tree", "prove", file.to_str().unwrap(), "0"]));
    assert!(text.contains("the only chunk is the root's"), "{text}");
}

#[test]
fn a_changed_proof_another_root_and_another_count_are_refused() {
    let sample = sample();
    let proof = sample.proven(3);
    let text = fs::read_to_string(&proof).unwrap();
    let mut changed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let chunk = changed["chunk"].as_str().unwrap().to_owned();
    let digit = if chunk.starts_with('0') { "1" } else { "0" };
    changed["chunk"] = format!("{digit}{}", &chunk[1..]).into();
    let forged = sample.path("forged");
    fs::write(&forged, changed.to_string()).unwrap();
    assert!(refusal(&sample.verify(&forged, "6"), 1).contains("the proof is wrong"));
    assert!(refusal(&sample.verify(&proof, "9"), 1).contains("the proof is wrong"));
    assert!(refusal(&sample.verify(&proof, "0"), 1).contains("the proof is wrong"));
    let other = "ab".repeat(32);
    assert!(refusal(&["tree", "verify", "--root", &other, "--count", "6", &proof], 1).contains("do not lead"));
}

#[test]
fn a_wrong_proof_is_told_in_json_as_well_and_still_fails() {
    let sample = sample();
    let proof = sample.proven(3);
    let output =
        orch(&["tree", "verify", "--root", &"ab".repeat(32), "--count", "6", &proof, "--output-json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["valid"], false);
    assert!(told["reason"].as_str().unwrap().contains("root"));
}

#[test]
fn a_chunk_that_there_is_not_is_refused_and_leaves_no_proof() {
    let sample = sample();
    let out = sample.path("proof");
    let line = refusal(&["tree", "prove", &sample.file, "6", "--out", &out], 2);
    assert!(line.contains("chunks 0 to 5"), "{line}");
    assert!(!Path::new(&out).exists());
    assert!(refusal(&["tree", "prove", &sample.file, "-1"], 2).contains("-1"));
}

#[test]
fn nothing_is_overwritten() {
    let sample = sample();
    let proof = sample.proven(1);
    let before = fs::read(&proof).unwrap();
    let line = refusal(&["tree", "prove", &sample.file, "2", "--out", &proof], 2);
    assert!(line.contains("exists already"), "{line}");
    assert_eq!(fs::read(&proof).unwrap(), before);
}

#[test]
fn empty_missing_and_unreadable_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    fs::write(&empty, b"").unwrap();
    let (empty, folder) = (empty.to_str().unwrap(), folder.path().to_str().unwrap());
    for command in [&["tree", "root", empty][..], &["tree", "prove", empty, "0"]] {
        assert!(refusal(command, 2).contains("empty"));
    }
    for name in [folder, "no-such-file"] {
        assert!(refusal(&["tree", "root", name], 2).contains("check the name"));
        assert!(refusal(&["tree", "prove", name, "0"], 2).contains("check the name"));
    }
}

#[test]
fn what_is_no_proof_or_no_root_is_refused() {
    let sample = sample();
    assert!(refusal(&sample.verify(&sample.file, "6"), 2).contains("make one with `orch tree prove`"));
    assert!(refusal(&sample.verify("no-such-file", "6"), 2).contains("check the name"));
    let proof = sample.proven(0);
    let line = refusal(&["tree", "verify", "--root", "abc", "--count", "6", &proof], 2);
    assert!(line.contains("64 hexadecimal digits"), "{line}");
    let line = refusal(&["tree", "verify", "--root", &sample.root, "--count", "six", &proof], 2);
    assert!(line.contains("six"), "{line}");
}
