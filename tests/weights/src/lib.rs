//! What each message costs, on pallet-contracts 38: compared with a committed snapshot, with the budgets, and between a
//! small and a large market.
//!
//! `ORCH_SNAPSHOT=write cargo test --release -p orchestrator-weights` writes the snapshot anew.

#![cfg(test)]

mod bench;
mod cluster;
mod data;
mod direct;
mod sla;

use std::{collections::BTreeSet, env, fs, path::Path};

use orchestrator_chain::{runtime::UNIT, Embedded, Ledger};

use bench::{find, id, near, signer, table, Cost};
use data::Tebibyte;

/// How long the code may be: each call carries it in its proof. 112 KiB.
const CODE_BYTES: usize = 112 * 1024;

/// Every message, in a market and in a cluster with so many others in it.
fn measure(entities: u64) -> Vec<Cost> {
    [direct::measure(entities), cluster::measure(entities), sla::measure(entities)].concat()
}

/// The code differs by some bytes from machine to machine (paths in it), so that a difference within 1 % is none.
#[test]
fn every_message_costs_what_the_snapshot_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshot.txt");
    let now = table(&measure(10));
    if env::var("ORCH_SNAPSHOT").as_deref() == Ok("write") {
        fs::write(&path, &now).expect("the snapshot can be written");
    }
    let before = fs::read_to_string(&path).expect("the snapshot is there");
    assert_eq!(now.lines().count(), before.lines().count(), "messages came or went:\n{now}");
    for (new, old) in now.lines().zip(before.lines()).skip(1) {
        let numbers = |line: &str| -> Vec<i128> {
            line[32..].split_whitespace().map(|x| x.parse().expect("a number")).collect()
        };
        let same = numbers(new).iter().zip(numbers(old)).all(|(a, b)| near(*a, b, 1));
        assert!(new[..32] == old[..32] && same, "the price changed; was\n{old}\nis\n{new}\nall:\n{now}");
    }
}

#[test]
fn every_message_that_changes_something_is_measured() {
    let metadata: serde_json::Value =
        serde_json::from_str(orchestrator_bundle::METADATA).expect("the metadata is JSON");
    let messages = metadata["spec"]["messages"].as_array().expect("the metadata has messages");
    let changing = messages.iter().filter(|x| x["mutates"] == true);
    let expected: BTreeSet<_> = changing.map(|x| x["label"].as_str().expect("it has a name")).collect();
    let costs = measure(1);
    let measured: BTreeSet<_> = costs.iter().filter_map(|x| x.name.split(',').next()).collect();
    assert_eq!(measured, expected);
}

/// Asserts that nothing is dearer, and nothing cheaper, among ten thousand others than among ten.
fn same_among_many(measure: fn(u64) -> Vec<Cost>) {
    let (small, large) = (measure(10), measure(10_000));
    assert_eq!(small.len(), large.len());
    for (a, b) in small.iter().zip(&large) {
        let same = near(a.ref_time.into(), b.ref_time.into(), 2)
            && near(a.proof_size.into(), b.proof_size.into(), 2);
        assert!(
            same,
            "{}: {} / {} becomes {} / {}",
            a.name, a.ref_time, a.proof_size, b.ref_time, b.proof_size
        );
    }
}

#[test]
fn no_message_gets_dearer_with_ten_thousand_others_present() {
    same_among_many(direct::measure);
}

#[test]
fn no_message_gets_dearer_with_ten_thousand_members_and_reservations_in_the_cluster() {
    same_among_many(cluster::measure);
}

#[test]
fn no_message_about_quality_gets_dearer_with_a_hundred_others_on_the_same_data_unit() {
    let (few, many) = (sla::measure(1), sla::measure(100));
    for (a, b) in few.iter().zip(&many) {
        let same = near(a.ref_time.into(), b.ref_time.into(), 2)
            && near(a.proof_size.into(), b.proof_size.into(), 2);
        assert!(same, "{}: {} µs becomes {}", a.name, a.micros(), b.micros());
    }
}

#[test]
fn the_messages_that_matter_stay_within_their_budgets() {
    let costs = measure(10);
    let budgets = [
        ("prove, 1 TiB, 1 sample", 2_500, 200_000),
        // Goals: 2,000 and 200,000. Of the bytes 114,000 are the code.
        ("settle", 2_200, 240_000),
        // Goal: 200,000. It touches six records that all have to be there, and the code counts as well.
        ("reserve, 1 replica", 4_000, 252_000),
        ("open_round", 1_000, 200_000),
        ("deposit", 1_200, 200_000),
        ("register_unit", 2_000, 200_000),
        ("distribute", 2_500, 200_000),
    ];
    let mut over = Vec::new();
    for (name, micros, bytes) in budgets {
        let cost = find(&costs, name);
        let line = format!("{name}: {} µs of {micros}, {} bytes of {bytes}", cost.micros(), cost.proof_size);
        println!("{line}");
        if cost.ref_time > micros * 1_000_000 || cost.proof_size > bytes {
            over.push(line);
        }
    }
    let code = orchestrator_bundle::WASM.len();
    println!("code: {code} bytes of {CODE_BYTES}");
    if code > CODE_BYTES {
        over.push(format!("code: {code} bytes of {CODE_BYTES}"));
    }
    assert!(over.is_empty(), "over budget:\n{}", over.join("\n"));
}

/// A member that is full is found out by one look at its unit; one whose provider lacks the collateral last of all.
#[test]
fn a_search_in_vain_costs_no_more_than_forty_looks_however_many_members_there_are() {
    for short in [false, true] {
        let (few, many) = (cluster::search(0, short), cluster::search(200, short));
        println!("{}", table(&few));
        for (a, b) in few.iter().zip(&many) {
            let same = near(a.ref_time.into(), b.ref_time.into(), 2)
                && near(a.proof_size.into(), b.proof_size.into(), 2);
            assert!(same, "{}: {} µs among 41 members, {} among 241", a.name, a.micros(), b.micros());
        }
        // A parachain's block takes 1.5 s and 3.75 MiB in calls.
        for cost in &few {
            assert!(cost.micros() <= 100_000 && cost.proof_size <= 3 << 20, "{}", table(&few));
        }
    }
}

#[test]
fn the_widest_reservation_in_a_cluster_fits_one_call() {
    println!("{}", table(&[cluster::widest()]));
}

#[test]
fn a_proof_costs_little_more_than_any_message_and_hashing_its_path() {
    let data = Tebibyte::new();
    let wat = include_str!("../bare.wat");
    let (mut chain, who) = (Embedded::in_memory(), signer("//Provider"));
    chain.fund(id("//Provider"), 1_000 * UNIT).expect("money can be made");
    let code = wat::parse_str(wat).expect("it is Wasm text");
    let bare = chain.deploy(&who, &code, &[], 0, &[]).expect("it deploys").contract;
    let input = [data.chunk.clone(), data.path.concat()].concat();
    let receipt = chain.call(&who, bare, 0, &input).expect("it hashes");
    assert_eq!(receipt.output, data.root, "the bare contract finds the root");
    let costs = direct::measure(10);
    let proof = find(&costs, "prove, 1 TiB, 1 sample").ref_time;
    let bare = receipt.weight.ref_time;
    // Reads and writes one record and emits one event, as a proof does, and hashes nothing.
    let any = find(&costs, "register_challenger").ref_time;
    println!("prove {} µs, hashing alone {} µs", proof / 1_000_000, bare / 1_000_000);
    assert!(proof * 2 <= (bare + any) * 3, "prove {proof} ps, hashing alone {bare} ps, any message {any} ps");
}
