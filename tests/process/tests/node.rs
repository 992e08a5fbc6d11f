//! A node lives by its clock: its log carries the time of day.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use orchestrator_process::{Options, Process, Wrapper, START_MS};

const DAY_MS: u64 = 86_400_000;

/// Waits until an idle node has said so twice at this time of day. Seconds lie between, by a timer that never stands
/// still.
fn idle_at(node: &Process, time: &str) {
    // What a node with another clock writes never comes: the wait must end.
    for _ in 0..1200 {
        if node.log().iter().filter(|x| x.starts_with(time) && x.contains("Idle")).count() > 1 {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("no idle line at {time}:\n{}", node.log().join("\n"));
}

/// The time of day, to the second, on every line that has one.
fn times(node: &Process) -> Vec<String> {
    node.log().into_iter().filter(|x| x.starts_with("20")).map(|x| x[..19].into()).collect()
}

#[test]
#[ignore = "needs a node: make test-node"]
fn the_clock_stands_still_moves_and_survives_a_power_cut() {
    let mut node = Process::options().arg("-linfo").start();
    assert_eq!(node.clock().now(), START_MS);
    idle_at(&node, "2027-01-01 00:00:00");
    assert!(times(&node).iter().all(|x| x == "2027-01-01 00:00:00"), "{:?}", times(&node));
    node.clock().advance(DAY_MS + 1_000);
    idle_at(&node, "2027-01-02 00:00:01");

    let port = node.port();
    node.kill();
    assert!(node.log().is_empty());
    node.clock().advance(30 * DAY_MS);
    node.restart();
    assert_eq!(node.port(), port);
    assert_eq!(node.url(), format!("ws://127.0.0.1:{port}"));
    assert_eq!(node.clock().now(), START_MS + 31 * DAY_MS + 1_000);
    assert!(times(&node).iter().all(|x| x == "2027-02-01 00:00:01"), "{:?}", times(&node));
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_node_by_the_machines_clock_has_todays_date() {
    let today = || {
        let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output().unwrap();
        String::from_utf8(date.stdout).unwrap().trim().to_owned()
    };
    let before = today();
    let node = Process::options().real_clock().start();
    let times = times(&node);
    // Midnight may come in between.
    let (first, last) = (times.first().unwrap(), times.last().unwrap());
    assert!(before.as_str() <= &first[..10] && &last[..10] <= today().as_str(), "{times:?}");
    assert!(std::panic::catch_unwind(|| node.clock().now()).is_err());
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_node_that_does_not_start_leaves_its_last_words() {
    let panic =
        std::panic::catch_unwind(|| Options::default().arg("--no-such-argument").start()).unwrap_err();
    let words = panic.downcast_ref::<String>().unwrap();
    assert!(words.contains("has died") && words.contains("--no-such-argument"), "{words}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn two_nodes_never_share_a_port() {
    let first = Process::start();
    let second = std::panic::catch_unwind(|| Process::options().port(first.port()).start());
    assert!(second.is_err());
    assert_ne!(Process::start().port(), first.port());
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_chain_outlives_its_node_where_its_folder_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    drop(Process::options().base_path(folder.path()).start());
    assert!(folder.path().join("chains/dev").is_dir());
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_wrapper_is_a_node_with_a_clock_for_whoever_starts_it() {
    let wrapper = Wrapper::new(&Options::default().starts_at(START_MS + DAY_MS));
    assert_eq!(wrapper.clock().now(), START_MS + DAY_MS);
    let mut command = Command::new(wrapper.path());
    command.args(["--dev", "--port=0", "--rpc-port=0"]).env("TZ", "UTC").stderr(Stdio::piped());
    let mut node = command.spawn().unwrap();
    let lines = BufReader::new(node.stderr.take().unwrap()).lines();
    let ready = lines.map(Result::unwrap).find(|x| x.contains("Running JSON-RPC server: addr=127.0.0.1:"));
    node.kill().unwrap();
    node.wait().unwrap();
    assert!(ready.is_some_and(|x| x.starts_with("2027-01-02 00:00:00")));
}
