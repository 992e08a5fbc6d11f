//! `orch watch`: what is to be done, the exit code that tells, and what is refused.

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

use orchestrator_chain::{Embedded, Ledger};
use serde_json::Value;
use support::{json, orch, refusal, stderr, stdout};
use tempfile::TempDir;

const HOUR_MS: u64 = 3_600_000;

/// The sla story in its middle: day 18, a round open, a dispute, and maintenance from day 19 on.
struct Kept {
    folder: TempDir,
    told: Value,
}

impl Kept {
    fn get() -> &'static Self {
        static KEPT: OnceLock<Kept> = OnceLock::new();
        KEPT.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let chain = folder.path().join("chain");
            let keep = chain.to_str().unwrap();
            let told = json(&["demo", "--story", "sla", "--keep", keep, "--output-json"]);
            assert_eq!(told["kept_chain"], keep);
            Self { folder, told }
        })
    }

    /// A copy of the chain: a file serves one process at a time.
    fn copy(&self, to: &TempDir) -> PathBuf {
        let copy = to.path().join("chain");
        fs::copy(self.folder.path().join("chain"), &copy).unwrap();
        copy
    }

    fn contract(&self) -> &str {
        self.told["contract"]["address"].as_str().unwrap()
    }

    fn account(&self, name: &str) -> &str {
        let parties = self.told["money"]["parties"].as_array().unwrap();
        parties.iter().find(|x| x["name"] == name).unwrap()["address"].as_str().unwrap()
    }

    fn arguments<'a>(&'a self, chain: &'a Path, name: &str, more: &[&'a str]) -> Vec<&'a str> {
        let chain = chain.to_str().unwrap();
        let named =
            ["watch", "--chain", chain, "--contract", self.contract(), "--account", self.account(name)];
        named.into_iter().chain(more.iter().copied()).collect()
    }

    /// What an account is told, with the exit code.
    fn watch(&self, name: &str, more: &[&str]) -> (String, Option<i32>) {
        let folder = tempfile::tempdir().unwrap();
        let chain = self.copy(&folder);
        let more: Vec<&str> = ["--once"].iter().chain(more).copied().collect();
        let output: Output = orch(&self.arguments(&chain, name, &more));
        assert_eq!(stderr(&output), "");
        (stdout(&output), output.status.code())
    }

    /// Matters, times from now on in hours, and whether they are the account's own.
    fn notices(&self, name: &str, ahead: &str) -> Vec<(String, u64, bool)> {
        let (text, code) = self.watch(name, &["--ahead", ahead, "--output-json"]);
        let told: Value = serde_json::from_str(&text).unwrap();
        let now = told["now_ms"].as_u64().unwrap();
        let notice = |x: &Value| {
            let hours = (x["at_ms"].as_u64().unwrap() - now) / HOUR_MS;
            (x["matter"].as_str().unwrap().to_owned(), hours, x["own"].as_bool().unwrap())
        };
        let notices: Vec<_> = told["notices"].as_array().unwrap().iter().map(notice).collect();
        let own = notices.iter().filter(|(.., own)| *own).count();
        assert_eq!(told["due"], own);
        assert_eq!(code, Some(if own > 0 { 3 } else { 0 }));
        notices
    }
}

fn notice(matter: &str, hours: u64, own: bool) -> (String, u64, bool) {
    (matter.to_owned(), hours, own)
}

#[test]
fn who_has_nothing_to_do_is_told_so_and_exits_with_zero() {
    for name in ["Newcomer", "operator", "reporter"] {
        let (text, code) = Kept::get().watch(name, &["--ahead", "3650d"]);
        assert!(text.contains("Nothing to do, and nothing to know."), "{text}");
        assert_eq!(code, Some(0));
    }
}

#[test]
fn a_provider_is_told_its_rounds_its_maintenance_and_its_dispute() {
    let kept = Kept::get();
    assert_eq!(kept.notices("Honest", "24h"), [notice("Prove", 6, true)]);
    assert_eq!(kept.notices("Honest", "359m"), []);
    assert_eq!(kept.notices("Careful", "24h"), [notice("Prove", 6, true), notice("Maintenance", 23, false)]);
    assert_eq!(kept.notices("Flaky", "3d"), [notice("Prove", 6, true), notice("Answer", 72, true)]);
    let (text, code) = kept.watch("Flaky", &["--ahead", "3d"]);
    assert!(text.contains("answer the dispute over placement 3") && text.contains("this account"), "{text}");
    assert!(text.contains("2025-01-22 01:00:00"), "{text}");
    assert_eq!(code, Some(3));
}

#[test]
fn a_consumer_is_told_until_when_it_has_paid_and_what_its_providers_do() {
    let kept = Kept::get();
    let soon = kept.notices("consumer", "24h");
    assert_eq!(soon.iter().filter(|x| x.0 == "Prove").count(), 4);
    assert!(soon.contains(&notice("Maintenance", 23, false)));
    assert_eq!(soon.len(), 5);
    assert_eq!(kept.notices("consumer", "12d").last(), Some(&notice("PaidUntil", 12 * 24, true)));
    let (text, _) = kept.watch("consumer", &["--ahead", "12d"]);
    assert!(text.contains("PAID UNTIL") && text.contains("2025-01-31 01:00:00"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn an_arbiter_is_told_of_disputes_that_are_not_its_turn_yet() {
    let told = Kept::get().notices("arbiter", "10d");
    assert_eq!(told, [notice("Prove", 6, false), notice("Answer", 72, false)]);
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn without_once_it_goes_on_and_tells_what_is_new() {
    let kept = Kept::get();
    let folder = tempfile::tempdir().unwrap();
    let chain = kept.copy(&folder);
    let arguments = kept.arguments(&chain, "Careful", &["--ahead", "2d", "--every", "1s", "--output-json"]);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("orch"))
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let _running = Running(child);
    let mut next = || {
        let told: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        told["matter"].as_str().unwrap().to_owned()
    };
    assert_eq!((next().as_str(), next().as_str()), ("Prove", "Maintenance"));
    // The file is open now and then for a moment: whoever writes waits for that.
    let mut writer = loop {
        match Embedded::open(&chain) {
            Ok(open) => break open,
            Err(_) => std::thread::yield_now(),
        }
    };
    writer.advance(24 * HOUR_MS).unwrap();
    drop(writer);
    assert_eq!(next(), "Back");
}

#[test]
fn a_file_contract_or_account_that_is_not_there_is_refused_in_one_line() {
    let kept = Kept::get();
    let folder = tempfile::tempdir().unwrap();
    let chain = kept.copy(&folder);
    let (chain, missing) = (chain.to_str().unwrap(), folder.path().join("missing"));
    let (contract, account) = (kept.contract(), kept.account("Honest"));
    let refused = |chain: &str, contract: &str, account: &str| {
        let named = ["watch", "--once", "--chain", chain, "--contract", contract, "--account", account];
        refusal(&named, 2)
    };
    let line = refused(missing.to_str().unwrap(), contract, account);
    assert!(line.contains("check the name") && !missing.exists(), "{line}");
    assert!(refused(chain, account, account).contains("there is no contract at"));
    assert!(refused(chain, contract, "5Grwva").contains("no account address"));
    assert!(refused(chain, "0x00", account).contains("no account address"));
    let foreign = folder.path().join("foreign");
    fs::write(&foreign, b"this is no state file").unwrap();
    assert!(refused(foreign.to_str().unwrap(), contract, account).contains("name another file"));
    assert_eq!(fs::read(&foreign).unwrap(), b"this is no state file");
}

#[test]
fn a_file_that_another_process_has_open_is_refused_after_a_while() {
    let kept = Kept::get();
    let folder = tempfile::tempdir().unwrap();
    let chain = kept.copy(&folder);
    let _open = Embedded::open(&chain).unwrap();
    let line = refusal(&kept.arguments(&chain, "Honest", &["--once"]), 2);
    assert!(line.contains("in use by another process"), "{line}");
}

#[test]
fn times_that_are_none_and_missing_names_are_refused() {
    let kept = Kept::get();
    let folder = tempfile::tempdir().unwrap();
    let chain = kept.copy(&folder);
    for wrong in ["24", "1w", "0h", "-1h", ""] {
        let line = refusal(&kept.arguments(&chain, "Honest", &["--once", &format!("--ahead={wrong}")]), 2);
        assert!(line.contains("--ahead"), "{line}");
    }
    assert!(refusal(&kept.arguments(&chain, "Honest", &["--once", "--every", "1s"]), 2).contains("--every"));
    assert!(refusal(&["watch", "--once"], 2).contains("--account"));
    let account = kept.account("Honest");
    assert!(refusal(&["watch", "--once", "--account", account], 2).contains("--contract"));
    let named = ["watch", "--once", "--account", account, "--contract", kept.contract()];
    assert!(refusal(&named, 2).contains("--chain"));
}
