//! Money on its way in, out and past the contract.

use drink::DispatchError;
use orchestrator::{
    domain::Error,
    events::{BalancesChanged, Deposited, Withdrawn},
    Solvency,
};

use crate::{
    market::{account, bundle, on_chain, Fault, Market, PURSE},
    story::{furnished, live, People},
};

/// A market in which nobody has done anything, and one account with money on the chain.
fn empty() -> (Market, People) {
    let people = People::new();
    let mut market = Market::open(people.treasury);
    market.fund([people.consumer, people.provider]);
    (market, people)
}

#[test]
fn a_deposit_is_available_at_once_and_held_by_the_contract() {
    let (mut market, p) = empty();
    market.pay(p.consumer, 700, market.at().deposit()).unwrap();
    assert_eq!(market.money(p.consumer).available, 700);
    assert_eq!(market.money(p.consumer).locked, 0);
    assert_eq!(market.ask(p.consumer, market.at().solvency()), Solvency { held: 700, owed: 700 });
}

#[test]
fn what_was_deposited_comes_back_to_the_last_unit() {
    let (mut market, p) = empty();
    let paid = market.pay(p.consumer, 700, market.at().deposit()).unwrap();
    assert_eq!(market.purse(p.consumer), PURSE - 700 - paid.storage_charge());
    let back = market.send(p.consumer, market.at().withdraw(700)).unwrap();
    assert_eq!(back.storage_charge(), 0);
    assert_eq!(market.purse(p.consumer), PURSE - paid.storage_charge());
    assert_eq!(market.ask(p.consumer, market.at().solvency()), Solvency { held: 0, owed: 0 });
}

#[test]
fn a_deposit_announces_the_new_balance_and_who_sent_it() {
    let (mut market, p) = empty();
    let done = market.pay(p.consumer, 700, market.at().deposit_for(p.provider)).unwrap();
    assert_eq!(done.kinds(), ["BalancesChanged", "Deposited"]);
    let [balance] = done.one::<BalancesChanged>().accounts[..] else { panic!("one account changed") };
    assert_eq!((balance.account, balance.available, balance.locked), (p.provider, 700, 0));
    let deposit: Deposited = done.one();
    assert_eq!((deposit.account, deposit.from, deposit.amount), (p.provider, p.consumer, 700));
    assert_eq!(market.money(p.consumer).available, 0);
}

#[test]
fn a_withdrawal_announces_the_new_balance_and_the_amount() {
    let (mut market, p) = empty();
    market.pay(p.consumer, 700, market.at().deposit()).unwrap();
    let done = market.send(p.consumer, market.at().withdraw(300)).unwrap();
    assert_eq!(done.kinds(), ["BalancesChanged", "Withdrawn"]);
    let [left] = done.one::<BalancesChanged>().accounts[..] else { panic!("one account changed") };
    assert_eq!((left.account, left.available, left.locked), (p.consumer, 400, 0));
    let out: Withdrawn = done.one();
    assert_eq!((out.account, out.amount), (p.consumer, 300));
}

#[test]
fn nobody_withdraws_what_others_deposited() {
    let (mut market, p) = empty();
    market.pay(p.consumer, 700, market.at().deposit()).unwrap();
    market.pay(p.provider, 10, market.at().deposit()).unwrap();
    let refused = market.send(p.provider, market.at().withdraw(11)).unwrap_err();
    assert_eq!(refused, Error::NotEnoughAvailable);
}

#[test]
fn locked_money_cannot_be_withdrawn() {
    let (mut market, p, _) = live();
    let money = market.money(p.consumer);
    assert!(money.locked > 0);
    let refused = market.send(p.consumer, market.at().withdraw(money.available + 1)).unwrap_err();
    assert_eq!(refused, Error::NotEnoughAvailable);
    market.send(p.consumer, market.at().withdraw(money.available)).unwrap();
}

#[test]
fn nothing_is_neither_deposited_nor_withdrawn() {
    let (mut market, p) = empty();
    assert_eq!(market.send(p.consumer, market.at().deposit()).unwrap_err(), Error::ZeroAmount);
    assert_eq!(market.send(p.consumer, market.at().deposit_for(p.provider)).unwrap_err(), Error::ZeroAmount);
    assert_eq!(market.send(p.consumer, market.at().withdraw(0)).unwrap_err(), Error::ZeroAmount);
}

#[test]
fn a_withdrawal_brings_an_account_onto_the_chain() {
    let (mut market, p) = empty();
    let nobody = account(99);
    market.pay(p.consumer, 5, market.at().deposit_for(nobody)).unwrap();
    assert_eq!(market.purse(nobody), 0);
    market.send(nobody, market.at().withdraw(5)).unwrap();
    assert_eq!(market.purse(nobody), 5);
}

#[test]
fn the_contract_outlives_the_last_withdrawal() {
    let (mut market, p) = empty();
    market.pay(p.consumer, 700, market.at().deposit()).unwrap();
    market.send(p.consumer, market.at().withdraw(700)).unwrap();
    let contract = market.contract();
    assert_eq!(market.purse(contract), 1, "the existential deposit stays, and is not counted as held");
    market.pay(p.consumer, 3, market.at().deposit()).unwrap();
    assert_eq!(market.ask(p.consumer, market.at().solvency()), Solvency { held: 3, owed: 3 });
}

#[test]
fn tokens_sent_past_the_messages_belong_to_nobody() {
    let (mut market, p) = furnished();
    let before = market.ask(p.consumer, market.at().solvency());
    let contract = market.contract();
    market.transfer(p.stranger, contract, 12_345);
    let after = market.ask(p.consumer, market.at().solvency());
    assert_eq!(after, Solvency { held: before.held + 12_345, owed: before.owed });
    let refused = market.send(p.stranger, market.at().withdraw(1)).unwrap_err();
    assert_eq!(refused, Error::NotEnoughAvailable);
    for id in p.all() {
        let available = market.money(id).available;
        if available > 0 {
            market.send(id, market.at().withdraw(available)).unwrap();
        }
    }
    assert_eq!(market.ask(p.consumer, market.at().solvency()), Solvency { held: 12_345, owed: 0 });
}

#[test]
fn a_message_that_takes_no_money_refuses_money() {
    let (mut market, p) = furnished();
    let (purse, root) = (market.purse(p.stranger), market.state_root());
    let bundle = bundle();
    let messages = bundle.transcoder.metadata().spec().messages();
    let mut refusing = 0;
    for message in messages.iter().filter(|x| !x.payable()) {
        // Zeros are valid arguments of every message: first variants, empty lists, no options.
        let mut data = message.selector().to_bytes().to_vec();
        data.resize(600, 0);
        assert_eq!(
            market.fault(p.stranger, 1, data.clone()),
            Fault::Dispatch(trap()),
            "{} must not take money",
            message.label()
        );
        assert_eq!(market.purse(p.stranger), purse, "{}", message.label());
        assert!(market.reads(p.stranger, data), "{} can be read without money", message.label());
        refusing += 1;
    }
    assert_eq!(refusing, messages.len() - 2, "only deposit and deposit_for take money");
    assert_eq!(market.state_root(), root);
}

#[test]
fn the_constructor_refuses_money() {
    let mut session = drink::session::Session::<drink::minimal::MinimalSandbox>::default();
    let treasury = on_chain(account(1)).to_string();
    let refused =
        session.deploy_bundle(bundle(), "new", &[treasury], drink::session::NO_SALT, Some(1)).unwrap_err();
    assert!(
        matches!(refused, drink::session::error::SessionError::DeploymentFailed(error) if error == trap()),
        "{refused}"
    );
}

/// What the pallet says when a contract traps.
fn trap() -> DispatchError {
    drink::pallet_contracts::Error::<drink::minimal::MinimalSandboxRuntime>::ContractTrapped.into()
}
