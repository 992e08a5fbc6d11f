//! The ledger on a real node: what it signs, pays, waits for and refuses.

mod support;

use std::{net::TcpListener, thread};

use orchestrator_chain::{
    ensure_code, runtime::UNIT, AccountId, Action, ChainError, Finality, Hash, Ledger, Limits, NodeLedger,
    Options, Receipt, Signer, Status, Unsigned, Weight,
};
use orchestrator_process::Process;
use scale::Encode;
use support::{signer, vault_code};

/// A node with the vault on it, seen by Alice.
struct Chain {
    node: Process,
    ledger: NodeLedger,
    alice: Signer,
    bob: Signer,
    vault: AccountId,
}

fn quick() -> Options {
    Options { patience_ms: 30_000, request_ms: 10_000, ..Options::default() }
}

impl Chain {
    fn new() -> Self {
        let node = Process::start();
        let mut ledger = NodeLedger::with(&node.url(), quick()).expect("connected");
        let (alice, bob) = (signer("Alice"), signer("Bob"));
        let vault = ledger.deploy(&alice, &vault_code(), &[], UNIT, &[]).expect("deployed").contract;
        Self { node, ledger, alice, bob, vault }
    }

    fn call(&mut self, data: &[u8]) -> Result<Receipt, ChainError> {
        self.ledger.call(&self.alice, self.vault, 0, data)
    }

    fn message<'a>(&self, data: &'a [u8]) -> Action<'a> {
        Action::Call { contract: self.vault, value: 0, data }
    }

    fn free(&self, account: AccountId) -> u128 {
        self.ledger.balance(account).expect("readable").free
    }

    fn load(&self, key: u8) -> Vec<u8> {
        self.ledger.dry_run(self.alice.account(), self.vault, 0, &[8, key]).expect("loads").output
    }

    fn another(&self) -> NodeLedger {
        NodeLedger::with(&self.node.url(), quick()).expect("connected")
    }

    /// An account that has `amount` planks.
    fn account(&mut self, name: &str, amount: u128) -> Signer {
        let account = signer(name);
        self.ledger.transfer(&self.alice, account.account(), amount).expect("funded");
        account
    }
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_contract_is_deployed_called_and_read() {
    let mut chain = Chain::new();
    assert_eq!(chain.ledger.chain().token, "UNIT");
    assert_eq!(chain.ledger.chain().existential_deposit, 1_000_000_000);
    let hash = Hash::from(sp_core::blake2_256(&vault_code()));
    assert_eq!(chain.ledger.code_hash(chain.vault).expect("readable"), Some(hash));
    assert_eq!(chain.ledger.code_hash(chain.alice.account()).expect("readable"), None);
    chain.call(&[1, 2, 30, 31]).expect("stored");
    assert_eq!(chain.load(2), [30, 31]);
    assert_eq!(chain.call(&[8, 2]).expect("loaded").output, [30, 31]);
    let receipt = chain.call(&[5, 1, 2, 3]).expect("emitted");
    let [event] = receipt.events.as_slice() else { panic!("{receipt:?}") };
    assert_eq!(
        (event.contract, &event.data, &event.topics),
        (chain.vault, &vec![1, 2, 3], &vec![[7; 32].into()])
    );
    assert_eq!((event.block, event.at_ms), (receipt.block, receipt.at_ms));
    assert_eq!(chain.ledger.block_number().expect("readable"), receipt.block);
    assert_eq!(chain.ledger.now_ms().expect("readable"), receipt.at_ms);
    assert!(
        chain.ledger.finalized_block().expect("readable") >= receipt.block,
        "a call counts once it is final"
    );
}

#[test]
#[ignore = "needs a node: make test-node"]
fn money_is_accounted_for_to_the_plank() {
    let mut chain = Chain::new();
    let alice = chain.alice.account();
    let paid = |before: u128, receipt: &Receipt, value: u128| {
        before.saturating_add_signed(-receipt.storage_deposit) - receipt.fee - value
    };
    for (data, value) in [
        (&[1, 1, 5, 6][..], 0),
        (&[1, 1, 5][..], 0),
        (&[2, 1][..], 0),
        (&[5, 9][..], 0),
        (&[9][..], 3 * UNIT),
    ] {
        let (before, expected) = (chain.free(alice), chain.ledger.dry_run(alice, chain.vault, value, data));
        let receipt = chain.ledger.call(&chain.alice, chain.vault, value, data).expect("done");
        assert_eq!(chain.free(alice), paid(before, &receipt, value), "{data:?}");
        let expected = expected.expect("runs");
        assert!(receipt.fee > 0 && receipt.weight.ref_time > 0);
        assert_eq!((receipt.weight, receipt.storage_deposit), (expected.weight, expected.storage_deposit));
        assert_eq!(receipt.fee, expected.fee, "{data:?}");
        assert!(receipt.block_weight.ref_time > receipt.weight.ref_time);
    }
    let before = chain.free(alice);
    let made = chain.ledger.deploy(&chain.alice, &vault_code(), &[], 2 * UNIT, &[7]).expect("deployed");
    assert_eq!(chain.free(alice), paid(before, &made.receipt, 2 * UNIT));
    assert!(made.receipt.storage_deposit > 0);
    let before = chain.free(alice);
    let stored = chain.ledger.upload(&chain.alice, &other_code()).expect("uploaded");
    assert_eq!(chain.free(alice), paid(before, &stored.receipt, 0));
    assert!(stored.receipt.storage_deposit > 0);
    let before = chain.free(alice);
    let sent = chain.ledger.transfer(&chain.alice, chain.bob.account(), UNIT).expect("sent");
    assert_eq!(chain.free(alice), paid(before, &sent, UNIT));
}

fn other_code() -> Vec<u8> {
    let text =
        r#"(module (import "env" "memory" (memory 1 1)) (func (export "deploy")) (func (export "call")))"#;
    wat::parse_str(text).expect("well formed")
}

#[test]
#[ignore = "needs a node: make test-node"]
fn what_the_dry_run_refuses_costs_nothing() {
    let mut chain = Chain::new();
    let (before, block) = (chain.free(chain.alice.account()), chain.ledger.block_number().expect("readable"));
    let refusal = chain.call(&[3, 1, 7, 8]).expect_err("reverts");
    assert!(matches!(&refusal, ChainError::Reverted { output, fee: 0 } if *output == [7, 8]), "{refusal}");
    let refusal = chain.call(&[4, 1, 7]).expect_err("traps");
    assert!(
        matches!(&refusal, ChainError::Dispatch { name, fee: 0, .. } if name == "ContractTrapped"),
        "{refusal}"
    );
    let refusal = chain.call(&[7]).expect_err("no end");
    assert!(matches!(refusal, ChainError::OutOfGas { fee: 0 }), "{refusal}");
    let nowhere = AccountId::from([7; 32]);
    let refusal = chain.ledger.call(&chain.alice, nowhere, 0, &[9]).expect_err("nothing there");
    assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "ContractNotFound"), "{refusal}");
    let refusal = chain.ledger.deploy(&chain.alice, &vault_code(), &[], UNIT, &[]).expect_err("exists");
    assert!(
        matches!(&refusal, ChainError::Dispatch { name, .. } if name == "DuplicateContract"),
        "{refusal}"
    );
    let refusal = chain.ledger.deploy(&chain.alice, b"no code", &[], 0, &[]).expect_err("no code");
    assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "CodeRejected"), "{refusal}");
    let refusal = chain.ledger.transfer(&chain.alice, nowhere, 1).expect_err("too little");
    assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "BelowMinimum"), "{refusal}");
    assert_eq!(chain.free(chain.alice.account()), before);
    assert_eq!(chain.ledger.block_number().expect("readable"), block);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn an_account_without_money_can_ask_but_not_call() {
    let mut chain = Chain::new();
    chain.call(&[1, 1, 5]).expect("stored");
    let nobody = signer("Nobody");
    let run = chain.ledger.dry_run(nobody.account(), chain.vault, 0, &[8, 1]).expect("answers");
    assert_eq!(run.output, [5]);
    let refusal = chain.ledger.call(&nobody, chain.vault, 0, &[8, 1]).expect_err("no money");
    assert!(matches!(refusal, ChainError::InsufficientFunds { spendable: 0, fee: 0, .. }), "{refusal}");
    let refusal = chain.ledger.transfer(&nobody, chain.bob.account(), UNIT).expect_err("no money");
    assert!(matches!(refusal, ChainError::InsufficientFunds { spendable: 0, fee: 0, .. }), "{refusal}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn an_account_with_just_enough_money_is_not_stopped_by_margins() {
    let mut chain = Chain::new();
    let data = [1, 1, 5];
    let rich = chain.ledger.dry_run(chain.alice.account(), chain.vault, 0, &data).expect("runs");
    let needed = u128::try_from(rich.storage_deposit).expect("a charge");
    // What it needs: itself alive twice, as the pallet has it, the deposit, and the fee for the limit that it signs.
    let poor = chain.account("Poor", needed + 2 * chain.ledger.chain().existential_deposit + 2 * rich.fee);
    let receipt = chain.ledger.call(&poor, chain.vault, 0, &data).expect("stored");
    assert_eq!(receipt.storage_deposit.unsigned_abs(), needed);
    let poorer = chain.account("Poorer", needed);
    let refusal = chain.ledger.call(&poorer, chain.vault, 0, &[1, 2, 5]).expect_err("too little");
    assert!(matches!(refusal, ChainError::InsufficientFunds { fee: 0, .. }), "{refusal}");
    assert_eq!(chain.free(poorer.account()), needed);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_limit_that_is_too_low_is_refused_before_it_is_signed() {
    let mut chain = Chain::new();
    let data = [1, 1, 5];
    let run = chain.ledger.dry_run(chain.alice.account(), chain.vault, 0, &data).expect("runs");
    let needed = u128::try_from(run.storage_deposit).expect("a charge");
    let before = chain.free(chain.alice.account());
    chain.ledger.set_options(Options { storage_deposit_limit: Some(needed - 1), ..quick() });
    let refusal = chain.call(&data).expect_err("too low");
    assert!(
        matches!(refusal, ChainError::StorageDepositLimit { limit, needed: told } if (limit, told) == (needed - 1, needed)),
        "{refusal}"
    );
    let low = Weight { ref_time: run.weight_limit.ref_time - 1, ..run.weight_limit };
    chain.ledger.set_options(Options { gas_limit: Some(low), ..quick() });
    let refusal = chain.call(&data).expect_err("too low");
    assert!(
        matches!(refusal, ChainError::GasLimit { limit, needed } if (limit, needed) == (low, run.weight_limit)),
        "{refusal}"
    );
    assert_eq!(chain.free(chain.alice.account()), before);
    let (gas_limit, storage_deposit_limit) = (Some(run.weight_limit), Some(needed));
    chain.ledger.set_options(Options { gas_limit, storage_deposit_limit, ..quick() });
    chain.call(&data).expect("just enough");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn two_clients_with_one_key_both_get_through_exactly_once() {
    const CALLS: u8 = 8;
    let chain = Chain::new();
    let before = chain.ledger.events(chain.vault, 0).expect("readable").len();
    thread::scope(|scope| {
        for client in 0..2 {
            let (mut ledger, alice, vault) = (chain.another(), &chain.alice, chain.vault);
            scope.spawn(move || {
                for number in 0..CALLS {
                    ledger.call(alice, vault, 0, &[5, client, number]).expect("done");
                }
            });
        }
    });
    let events = chain.ledger.events(chain.vault, 0).expect("readable").split_off(before);
    let mut said: Vec<_> = events.into_iter().map(|event| event.data).collect();
    said.sort();
    let expected: Vec<_> =
        (0..2).flat_map(|client| (0..CALLS).map(move |number| vec![client, number])).collect();
    assert_eq!(said, expected);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn the_answer_is_that_of_the_block_whatever_came_first_in_it() {
    let mut chain = Chain::new();
    chain.call(&[1, 1, 5]).expect("stored");
    let alice = signer("Alice");
    let limits =
        Limits { weight: Weight { ref_time: 5_000_000_000, proof_size: 500_000 }, storage_deposit: UNIT };
    let nonce = chain.ledger.next_nonce(alice.account()).expect("readable");
    // Two calls wait for a nonce that is missing yet: with it, all three are ready, and in one block.
    let [store, load, gap]: [(u64, &[u8]); 3] = [(1, &[1, 1, 77]), (2, &[8, 1]), (0, &[5, 9])];
    let [store, load, gap] = [store, load, gap].map(|(later, data)| {
        let action = chain.message(data);
        chain.ledger.begin_unchecked(&alice, &action, limits, nonce + later).expect("sent")
    });
    let [gap, store, load] =
        [gap, store, load].map(|signed| chain.ledger.finish(&signed).expect("done").receipt);
    assert_eq!((gap.block, store.block), (load.block, load.block));
    assert_eq!(load.output, [77], "not what the chain had before the block");
    assert!(store.output.is_empty());
    assert_eq!(gap.events[0].data, [9]);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn the_answer_has_the_time_and_the_number_of_its_own_block() {
    let mut chain = Chain::new();
    for ms in [1, 3 * 86_400_000, 0] {
        chain.node.clock().advance(ms);
        let receipt = chain.call(&[9]).expect("told");
        assert_eq!(receipt.output, (receipt.at_ms, receipt.block).encode());
    }
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_call_that_fails_on_the_chain_after_all_tells_why_and_what_it_cost() {
    let mut chain = Chain::new();
    let limits =
        Limits { weight: Weight { ref_time: 5_000_000_000, proof_size: 500_000 }, storage_deposit: UNIT };
    let mut fail = |data: &[u8], limits: Limits| {
        let alice = signer("Alice");
        let before = chain.free(alice.account());
        let nonce = chain.ledger.next_nonce(alice.account()).expect("readable");
        let action = chain.message(data);
        let signed = chain.ledger.begin_unchecked(&alice, &action, limits, nonce).expect("sent");
        let error = chain.ledger.finish(&signed).expect_err("fails");
        assert!(error.fee() > 0, "{error}");
        assert_eq!(chain.free(alice.account()), before - error.fee());
        let status = chain.ledger.status(signed.hash, signed.birth.number).expect("readable");
        assert!(matches!(status, Status::Included { finalized: true, failure: Some(_), .. }), "{status:?}");
        error
    };
    let error = fail(&[3, 1, 7, 8], limits);
    assert!(matches!(&error, ChainError::Reverted { output, .. } if *output == [7, 8]), "{error}");
    let error = fail(&[4, 1, 7], limits);
    assert!(matches!(&error, ChainError::Dispatch { name, .. } if name == "ContractTrapped"), "{error}");
    let error = fail(&[1, 1, 5], Limits { storage_deposit: 1, ..limits });
    assert!(error.to_string().contains("stored more than in the dry run"), "{error}");
    let error =
        fail(&[1, 1, 5], Limits { weight: Weight { ref_time: 1_000_000, proof_size: 100_000 }, ..limits });
    assert!(error.to_string().contains("more weight than in the dry run"), "{error}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_call_that_is_signed_elsewhere_is_done_once() {
    let mut chain = Chain::new();
    chain.ledger.set_options(quick().signed_elsewhere());
    let unsigned = chain.ledger.prepare(chain.alice.account(), &chain.message(&[5, 42])).expect("prepared");
    assert_eq!(unsigned.last_block, unsigned.birth.number + 255);
    assert_eq!(unsigned.genesis, chain.ledger.genesis_hash());
    assert_eq!(unsigned.payload_json()["genesisHash"], format!("0x{}", hex::encode(unsigned.genesis)));
    let mut signature = vec![1];
    signature.extend(chain.alice.sign(&unsigned.message()));
    let signed = unsigned.sign_with(&signature).expect("hers");
    assert!(matches!(chain.ledger.status(signed.hash, 0), Ok(Status::NotFound)));
    let first = chain.ledger.submit_signed(&signed.bytes).expect("done").receipt;
    let again = chain.ledger.submit_signed(&signed.bytes).expect("found").receipt;
    assert_eq!(first, again);
    assert_eq!(first.fee, unsigned.rehearsal.fee);
    assert_eq!(first.events.len(), 1);
    let status = chain.ledger.status(signed.hash, unsigned.birth.number).expect("readable");
    assert!(
        matches!(status, Status::Included { block, finalized: true, failure: None } if block.number == first.block),
        "{status:?}"
    );
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_signature_of_another_account_call_or_chain_is_refused() {
    let mut chain = Chain::new();
    let unsigned = chain.ledger.prepare(chain.alice.account(), &chain.message(&[5, 42])).expect("prepared");
    let refused = |result: Result<_, ChainError>| {
        let error = result.expect_err("refused");
        assert!(matches!(error, ChainError::Signature { .. }), "{error}");
    };
    refused(unsigned.sign_with(&chain.bob.sign(&unsigned.message())));
    refused(unsigned.sign_with(&chain.alice.sign(b"something else")));
    refused(unsigned.sign_with(&[]));
    refused(unsigned.sign_with(&[1; 65]));
    let forged = Unsigned { method: unsigned.method.iter().rev().copied().collect(), ..unsigned.clone() };
    let error = chain.ledger.submit_signed(&forged.sign(&chain.alice).bytes).expect_err("refused");
    assert!(matches!(error, ChainError::Transaction(_)), "{error}");
    let elsewhere = Unsigned { additional: vec![0; unsigned.additional.len()], ..unsigned.clone() };
    let error = chain.ledger.submit_signed(&elsewhere.sign(&chain.alice).bytes).expect_err("refused");
    assert!(matches!(error, ChainError::Signature { .. }), "{error}");
    for bytes in [&[][..], &[1, 2, 3], &unsigned.method] {
        let error = chain.ledger.submit_signed(bytes).expect_err("refused");
        assert!(matches!(error, ChainError::Transaction(_)), "{error}");
    }
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_transaction_that_was_overtaken_or_is_too_old_is_told_to_be_signed_again() {
    let mut chain = Chain::new();
    let overtaken = chain.ledger.prepare(chain.alice.account(), &chain.message(&[5, 1])).expect("prepared");
    chain.call(&[5, 2]).expect("done");
    let error = chain.ledger.submit_signed(&overtaken.sign(&chain.alice).bytes).expect_err("overtaken");
    assert!(matches!(error, ChainError::Expired { .. }), "{error}");
    chain.ledger.set_options(Options { mortal_blocks: 4, ..quick() });
    let old = chain.ledger.prepare(chain.bob.account(), &chain.message(&[5, 3])).expect("prepared");
    for number in 0..6 {
        chain.call(&[5, number]).expect("done");
    }
    let error = chain.ledger.submit_signed(&old.sign(&chain.bob).bytes).expect_err("too old");
    assert!(matches!(error, ChainError::Expired { .. }), "{error}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn many_calls_are_on_their_way_at_once() {
    const CALLS: u64 = 30;
    let mut chain = Chain::new();
    let alice = signer("Alice");
    let first = chain.ledger.next_nonce(alice.account()).expect("readable");
    let sent: Vec<_> = (0..CALLS)
        .map(|number| {
            let data = [5, number as u8];
            chain.ledger.begin(&alice, &chain.message(&data), Some(first + number)).expect("sent")
        })
        .collect();
    for (number, signed) in sent.iter().enumerate() {
        let receipt = chain.ledger.finish(signed).expect("done").receipt;
        assert_eq!(receipt.events[0].data, [number as u8]);
    }
}

#[test]
#[ignore = "needs a node: make test-node"]
fn history_is_read_from_any_block_on() {
    let mut chain = Chain::new();
    let receipts: Vec<_> = (0..5).map(|number| chain.call(&[5, number]).expect("done")).collect();
    let all: Vec<_> = receipts.iter().flat_map(|receipt| receipt.events.clone()).collect();
    assert_eq!(chain.ledger.events(chain.vault, 0).expect("readable"), all);
    assert_eq!(chain.ledger.events(chain.vault, receipts[3].block).expect("readable"), all[3..]);
    assert_eq!(chain.ledger.events(chain.vault, receipts[4].block + 1).expect("readable"), []);
    assert_eq!(chain.ledger.events(chain.alice.account(), 0).expect("readable"), []);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_call_goes_on_when_the_node_comes_back() {
    let mut chain = Chain::new();
    let (data, bob) = ([1, 1, 5], signer("Bob"));
    // A start takes as long as the machine lets it.
    chain.ledger.set_options(Options { patience_ms: 300_000, ..quick() });
    thread::scope(|scope| {
        chain.node.kill();
        let (ledger, alice, vault, node) = (&mut chain.ledger, &chain.alice, chain.vault, &mut chain.node);
        let call = scope.spawn(move || ledger.call(alice, vault, 0, &data));
        node.restart();
        // A node of this kind makes blocks only for what it hears of after its start; another transaction wakes it.
        let mut other = NodeLedger::with(&node.url(), quick()).expect("connected");
        other.transfer(&bob, alice.account(), UNIT).expect("sent");
        call.join().expect("no panic").expect("stored");
    });
    assert_eq!(chain.load(1), [5]);
}

#[test]
#[ignore = "needs a node: make test-node"]
fn time_passes_as_the_chain_has_it() {
    let mut chain = Chain::new();
    let before = chain.ledger.now_ms().expect("readable");
    chain.ledger.set_options(Options { patience_ms: 1_000, ..quick() });
    let error = chain.ledger.advance(86_400_000).expect_err("no block comes by itself");
    assert!(matches!(error, ChainError::Halted { .. }), "{error}");
    chain.node.clock().advance(86_400_000);
    thread::scope(|scope| {
        let mut other = chain.another();
        let (alice, vault) = (&chain.alice, chain.vault);
        scope.spawn(move || other.call(alice, vault, 0, &[9]).expect("done"));
        chain.ledger.set_options(quick());
        chain.ledger.advance(86_000_000).expect("passed");
    });
    assert!(chain.ledger.now_ms().expect("readable") >= before + 86_000_000);
    assert!(matches!(chain.ledger.advance(u64::MAX), Err(ChainError::ClockOverflow)));
}

#[test]
#[ignore = "needs a node: make test-node"]
fn the_code_of_a_contract_is_checked() {
    let chain = Chain::new();
    let hash = Hash::from(sp_core::blake2_256(&vault_code()));
    let other = Hash::from([1; 32]);
    ensure_code(&chain.ledger, chain.vault, &[other, hash]).expect("expected");
    let error = ensure_code(&chain.ledger, chain.vault, &[other]).expect_err("another one");
    assert!(matches!(&error, ChainError::OtherCode { found, .. } if *found == hash), "{error}");
    let error = ensure_code(&chain.ledger, chain.alice.account(), &[hash]).expect_err("no contract");
    assert!(matches!(error, ChainError::NoContract { .. }), "{error}");
}

#[test]
#[ignore = "needs a node: make test-node"]
fn a_best_block_is_enough_for_who_says_so() {
    let node = Process::start();
    let mut ledger =
        NodeLedger::with(&node.url(), Options { finality: Finality::Best, ..quick() }).expect("connected");
    let vault = ledger.deploy(&signer("Alice"), &vault_code(), &[], UNIT, &[]).expect("deployed").contract;
    assert_eq!(ledger.call(&signer("Bob"), vault, 0, &[8, 1]).expect("done").output, Vec::<u8>::new());
}

#[test]
fn a_node_that_is_not_there_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("ws://{}", free.local_addr().expect("bound"));
    drop(free);
    for url in [url.as_str(), "ws://", "nonsense", "http://127.0.0.1:1"] {
        let error =
            NodeLedger::with(url, Options { request_ms: 2_000, ..quick() }).expect_err("nothing there");
        assert!(matches!(&error, ChainError::Unreachable { url: told, .. } if told == url), "{error}");
    }
}

#[test]
fn a_node_that_says_nothing_is_told() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("ws://{}", silent.local_addr().expect("bound"));
    let error = NodeLedger::with(&url, Options { request_ms: 500, ..quick() }).expect_err("silence");
    assert!(matches!(error, ChainError::Unreachable { .. }), "{error}");
}
