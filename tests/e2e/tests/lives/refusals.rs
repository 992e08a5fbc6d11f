//! What the contract refuses, and what the chain refuses around it.

use ink::{
    env::{
        call::{build_call, ExecutionInput, Selector},
        DefaultEnvironment,
    },
    primitives::{AccountId, LangError},
};
use ink_e2e::subxt::{
    config::{substrate::BlakeTwo256, Hasher},
    dynamic::{tx, Value},
};
use orchestrator::domain::Error;
use orchestrator_e2e::{Outside, Party, Stage, DAILY, EXISTENTIAL, UNIT};

const REVERTED: &str = "Contracts::ContractReverted";

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_refusal_has_its_reason_in_the_dry_run_and_costs_only_the_fee() {
    let mut s = Stage::open(DAILY).await;
    let who = s.party().await;
    s.refused(&who, Error::ZeroAmount, |at| at.deposit()).await;
    s.refused(&who, Error::NotEnoughAvailable, |at| at.withdraw(1)).await;
    s.refused(&who, Error::UnknownPlacement, |at| at.settle(1)).await;
    s.refused(&who, Error::TooLong, |at| at.set_provider(vec![0; 513], None)).await;
    s.refused(&who, Error::NotAdmin, |at| at.announce_upgrade(None)).await;
    let outlay = s.outlay(&who);
    assert!(outlay.fees > 0);
    assert_eq!((outlay.held, outlay.sent), (0, 0), "nothing but the fees");
    s.check_purse(&who).await;
}

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_message_that_takes_no_money_is_not_sent_any() {
    const TRAPPED: &str = "Contracts::ContractTrapped";
    let mut s = Stage::open(DAILY).await;
    let who = s.party().await;
    let message = |at: &mut orchestrator_e2e::At| at.withdraw(1).transferred_value(UNIT);
    assert_eq!(s.rehearse(&who, None, message).await.err(), Some(TRAPPED.into()));
    let fields = s.fields(None, message);
    assert_eq!(s.submit(&who, "Contracts", "call", fields).await, Err(TRAPPED.into()));
    assert_eq!(s.outlay(&who).sent, 0, "it has its money");
    s.check_purse(&who).await;
}

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn an_unknown_selector_is_not_understood() {
    let mut s = Stage::open(DAILY).await;
    let (who, contract) = (s.party().await, s.contract);
    let unknown = |_: &mut orchestrator_e2e::At| {
        let input = ExecutionInput::new(Selector::new([0xff, 0, 0, 1]));
        build_call::<DefaultEnvironment>().call(contract).exec_input(input).returns::<()>()
    };
    let told = s.rehearse(&who, None, unknown).await.expect("the contract answers");
    assert_eq!(told.answer, Err(LangError::CouldNotReadInput));
    let fields = s.fields(None, unknown);
    assert_eq!(s.submit(&who, "Contracts", "call", fields).await, Err(REVERTED.into()));
    s.check_purse(&who).await;
}

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_storage_deposit_limit_is_kept_to_the_plank() {
    const EXHAUSTED: &str = "Contracts::StorageDepositLimitExhausted";
    let mut s = Stage::open(DAILY).await;
    let who = s.party().await;
    let message = |at: &mut orchestrator_e2e::At| at.set_provider(b"limited".to_vec(), None);
    let told = s.rehearse(&who, None, message).await.expect("the contract answers");
    assert_eq!(told.answer, Ok(Ok(())));
    let (needed, too_low) = (told.deposit, told.deposit - 1);
    assert!(needed > orchestrator_e2e::ITEM);
    assert_eq!(s.rehearse(&who, Some(too_low), message).await.err(), Some(EXHAUSTED.into()));
    let fields = s.fields(Some(too_low), message);
    assert_eq!(s.submit(&who, "Contracts", "call", fields).await, Err(EXHAUSTED.into()));
    let id = who.id;
    assert_eq!(s.ask(|at| at.provider(id)).await, None);
    assert_eq!(s.outlay(&who).held, 0);
    let fields = s.fields(Some(needed), message);
    assert_eq!(s.submit(&who, "Contracts", "call", fields).await, Ok(()));
    assert!(s.ask(|at| at.provider(id)).await.is_some());
    assert_eq!(s.outlay(&who).held, needed);
    s.check_purse(&who).await;
    s.check_contract().await;
}

/// An account of somebody that pays no fees of its own, and so can be without any money outside the contract.
fn derived(who: &Party, index: u16) -> AccountId {
    let mut from = b"modlpy/utilisuba".to_vec();
    from.extend_from_slice(who.id.as_ref());
    from.extend_from_slice(&index.to_le_bytes());
    AccountId::from(BlakeTwo256::hash(&from).0)
}

#[tokio::test]
#[ignore = "needs a node: make test-node"]
async fn a_withdrawal_that_leaves_less_than_the_existential_deposit_is_refused() {
    let mut s = Stage::open(DAILY).await;
    let who = s.depositor().await;
    let poor = derived(&who, 3);
    s.done(&who, |at| at.deposit_for(poor).transferred_value(3 * EXISTENTIAL)).await;
    for (amount, outcome) in [(EXISTENTIAL - 1, Err(REVERTED.into())), (EXISTENTIAL, Ok(())), (1, Ok(()))] {
        let before = (s.chain.account(poor).await, s.ask(|at| at.account(poor)).await.available);
        let fields = s.fields(None, |at| at.withdraw(amount));
        let call = tx("Contracts", "call", fields).into_value();
        let fields = vec![Value::u128(3), call];
        assert_eq!(s.submit(&who, "Utility", "as_derivative", fields).await, outcome);
        let moved = if outcome.is_ok() { amount } else { 0 };
        let outside = Outside { free: before.0.free + moved, reserved: 0 };
        assert_eq!(s.chain.account(poor).await, outside);
        assert_eq!(s.ask(|at| at.account(poor)).await.available, before.1 - moved);
    }
    s.check_purse(&who).await;
    s.check_contract().await;
}
