//! New code under old state.

use std::{fs, path::Path};

use ink::env::{
    call::{build_call, ExecutionInput, Selector},
    DefaultEnvironment,
};
use orchestrator::{
    domain::{Error, State, Upgrade, UPGRADE_NOTICE_MS},
    events::GovernanceChanged,
};
use orchestrator_e2e::{paid, Data, Parts, Stage, DAILY, UNIT};
use orchestrator_process::Process;
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
fn next_selector() -> Selector {
    let metadata: Value = serde_json::from_str(orchestrator_bundle::METADATA).unwrap();
    let selectors = metadata["spec"]["messages"].as_array().unwrap().iter().map(|x| &x["selector"]);
    let number = |x: &Value| u32::from_str_radix(x.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    Selector::new((selectors.map(number).max().unwrap() + 1).to_be_bytes())
}

/// What the message that only the successor has answers, if there is one.
async fn generation(s: &mut Stage) -> Option<u32> {
    let (contract, admin) = (s.contract, s.admin.clone());
    let message = build_call::<DefaultEnvironment>().call(contract);
    let message = message.exec_input(ExecutionInput::new(next_selector())).returns::<u32>();
    s.rehearse(&admin, None, |_| message).await.expect("the contract answers").answer.ok()
}

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_deal_goes_on_through_an_upgrade() {
    let code = successor();
    let mut s = Stage::on(Process::start(), DAILY, &[("successor", &code)]).await;
    let ((provider, unit), watcher, consumer) = (s.provider().await, s.watcher().await, s.depositor().await);
    let data = Data::new(8);
    let order = s.order(&watcher, &[(&data, unit)]);
    let (id, p) = s.reserve(&consumer, order).await;
    s.take(&provider, p[0]).await;

    let admin = s.admin.clone();
    let old = s.chain.contract(s.contract).await.code;
    let new = s.upload("successor", &admin).await;
    assert_ne!(new, old);
    s.refused(&admin, Error::NothingAnnounced, |at| at.upgrade()).await;
    s.refused(&consumer, Error::NotAdmin, |at| at.announce_upgrade(Some(new))).await;
    s.done(&admin, |at| at.announce_upgrade(Some(new))).await;
    let from = s.chain.now().await + UPGRADE_NOTICE_MS;
    let told = s.last.only::<GovernanceChanged>().settings.upgrade;
    assert_eq!(told, Some(Upgrade { code_hash: new, from }));
    s.pass(UPGRADE_NOTICE_MS - 60_000).await;
    s.refused(&admin, Error::TooEarly, |at| at.upgrade()).await;
    s.pass(60_000).await;
    s.open_round(&watcher).await;
    let (placement, account) = (s.placement(p[0]).await, s.account(&consumer).await);
    assert_eq!(generation(&mut s).await, None);

    s.refused(&consumer, Error::NotAdmin, |at| at.upgrade()).await;
    s.done(&admin, |at| at.upgrade()).await;
    assert_eq!(s.chain.contract(s.contract).await.code, new);
    assert_eq!(generation(&mut s).await, Some(2));
    assert_eq!((s.placement(p[0]).await, s.account(&consumer).await), (placement, account), "as before");
    s.check_contract().await;

    s.prove(&provider, p[0], &data).await;
    s.pass(DAILY.term_ms).await;
    s.done(&consumer, |at| at.settle(p[0])).await;
    let placement = s.placement(p[0]).await;
    let (whole, parts) = (paid(DAILY.term_ms), Parts::of(paid(DAILY.term_ms), 0, 0));
    assert_eq!((placement.state, placement.settled, placement.tally.proven), (State::Completed, whole, 1));
    s.done(&consumer, |at| at.close(id)).await;
    for (who, amount) in [(&consumer, 20 * UNIT - whole), (&provider, 20 * UNIT + parts.net)] {
        s.done(who, |at| at.withdraw(amount)).await;
        assert_eq!(s.account(who).await.available, 0);
        s.check_purse(who).await;
    }
    s.check_purse(&admin).await;
    s.check_contract().await;
}
