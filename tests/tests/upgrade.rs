//! A contract full of life gets new code: everything that was agreed goes on.

use std::{fs, path::Path};

use orchestrator::Verdict;
use orchestrator_chain::{runtime::UNIT, ChainError, Embedded, Ledger};
use orchestrator_domain::{Error, Role, State, UPGRADE_NOTICE_MS};
use orchestrator_scenarios::{Market, Who::*};
use serde_json::Value;

/// The contract's code with one message more, which says that it is the second generation. It must have been built from
/// the same source as the contract in use.
fn successor() -> Vec<u8> {
    let ink = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../ink");
    let built_from = |name: &str| {
        let record = fs::read_to_string(ink.join(name).with_extension("inputs")).ok()?;
        record.split_once(' ').map(|(digest, _)| digest.to_owned())
    };
    let code = fs::read(ink.join("successor.wasm")).ok();
    code.filter(|_| {
        built_from("successor").is_some() && built_from("successor") == built_from("orchestrator")
    })
    .expect("the successor is not built: run `cargo run --release -p build-contract -- successor`")
}

/// The selector after the contract's last.
fn next_selector() -> [u8; 4] {
    let metadata: Value = serde_json::from_str(orchestrator_bundle::METADATA).unwrap();
    let selectors = metadata["spec"]["messages"].as_array().unwrap().iter().map(|x| &x["selector"]);
    let number = |x: &Value| u32::from_str_radix(x.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    (selectors.map(number).max().unwrap() + 1).to_be_bytes()
}

/// What the message that only the successor has answers.
fn generation(m: &Market<Embedded>) -> Result<Vec<u8>, ChainError> {
    let run = m.ledger.dry_run(m.id(Stranger), m.contract, 0, &next_selector())?;
    Ok(run.output)
}

#[test]
fn an_upgrade_keeps_everything_alive() {
    let mut m = Market::embedded();
    m.set_up();
    let c = m.cluster_set_up(&[Provider, Spare, Third]);
    let feed = m.id(PriceFeed);
    m.done(Admin, |at| at.set_role(feed, Role::PriceFeed, true));
    let upload = m.ledger.upload(&Admin.signer(), &successor()).unwrap();
    let code: [u8; 32] = upload.code_hash.into();
    let old_code = m.ledger.code_hash(m.contract).unwrap().unwrap();
    assert_ne!(upload.code_hash, old_code);
    m.done(Admin, |at| at.announce_upgrade(Some(code)));
    m.advance(UPGRADE_NOTICE_MS);

    // A direct deal, one in the cluster, one that waits for its provider, money in the pool, due and in a pot, a round
    // that is open: the upgrade comes in the middle of it all.
    let (direct, p) = m.deal(&[1, 2]);
    let (within, q) = m.cluster_deal(Tenant, c, 3);
    let (_, waiting) = m.reserve(&[2]);
    let now = m.clock().now;
    m.done(PriceFeed, |at| at.set_rate(UNIT, now));
    m.done(Tenant, |at| at.set_auto_renew(within, UNIT));
    let data = m.data(77);
    m.done(Consumer, |at| at.commit_data(p[1], data.root, data.chunks));
    let live = [p.clone(), q.clone()].concat();
    m.proven_beat(&live);
    m.proven_beat(&live[1..]);
    m.done(Stranger, |at| at.settle_many(live[..4].to_vec()));
    m.done(Stranger, |at| at.distribute(c));
    m.settle(q[2]);
    m.open_round();
    assert_eq!(m.prove(live[0]), Verdict::Proven);
    let mut before = m.picture().clone();
    let pool = &before.clusters[&c].pool;
    assert!(pool.due > 0 && pool.members > 0 && before.reservations[&direct].slots[0].pot > 0);
    let told = generation(&m).unwrap();

    m.done(Admin, |at| at.upgrade());
    m.unchanged();
    assert_eq!(m.ledger.code_hash(m.contract).unwrap(), Some(upload.code_hash));
    assert_ne!(generation(&m).unwrap(), told, "the message is new");
    assert_eq!(generation(&m).unwrap(), [&[0], &2u32.to_le_bytes()[..]].concat());
    before.settings.upgrade = None;
    assert_eq!(m.picture(), &before, "every record reads as before");
    m.refused(Admin, Error::NothingAnnounced, |at| at.upgrade());

    for placement in &live[1..] {
        assert_eq!(m.prove(*placement), Verdict::Proven, "the open round is answered");
    }
    m.done(Spare, |at| at.accept_data(p[1], data.root, data.chunks));
    m.accept(waiting[0]);
    m.activate(waiting[0]);
    m.beats(1);
    let all = [&live[..], &waiting].concat();
    for _ in 3..10 {
        m.proven_beat(&all);
    }
    for placement in &q {
        m.done(Reporter, |at| at.renew(*placement));
    }
    m.proven_beat(&[&q[..], &waiting].concat());
    m.cluster_deal(Buyer, c, 2);
    m.done(Stranger, |at| at.settle_many(all.clone()));
    assert_eq!(m.state(p[0]), State::Completed);
    m.done(Stranger, |at| at.distribute(c));
    for who in [Provider, Spare, Third] {
        let id = m.id(who);
        m.done(Stranger, |at| at.claim(c, id));
    }
    assert_eq!(m.cluster(c).pool.due, 0);
    m.done(Tenant, |at| at.terminate(within, None));
    m.beats(1);
    m.done(Stranger, |at| at.settle_many(q.clone()));
    m.done(Consumer, |at| at.close(direct));
    m.done(Tenant, |at| at.close(within));
    m.unchanged();
}
