//! What a signed call does on the embedded chain.

mod support;

use orchestrator_chain::{
    runtime::{
        DEPOSIT_PER_BYTE, DEPOSIT_PER_ITEM, EXISTENTIAL_DEPOSIT, GENESIS_MS, MAX_CALL_DEPTH, MAX_CODE_BYTES,
        UNIT,
    },
    AccountId, ChainError, Embedded, Hash, Ledger, BLOCK_MS,
};
use scale::{Compact, Encode};
use support::{signer, vault_code, Vault, PURSE};

/// Pads a module to `length` bytes with a custom section, which means nothing.
fn padded(mut module: Vec<u8>, length: usize) -> Vec<u8> {
    let content = length - module.len() - 4;
    assert!((1 << 14..1 << 21).contains(&content), "the length must take three bytes");
    module.push(0);
    module.extend([content as u8 & 127 | 128, (content >> 7) as u8 & 127 | 128, (content >> 14) as u8]);
    module.resize(length, 0);
    module
}

#[test]
fn a_deployed_contract_keeps_what_it_is_given_and_says_what_it_stores() {
    let mut vault = Vault::new();
    assert_eq!(vault.chain.balance(vault.contract).expect("readable").free, UNIT + EXISTENTIAL_DEPOSIT);
    vault.call(&[1, 2, 30, 31, 32]).expect("stored");
    assert_eq!(vault.load(2), [30, 31, 32]);
    assert!(vault.load(3).is_empty());
}

#[test]
fn a_deployment_tells_the_hash_of_its_code_and_upload_gives_the_same() {
    let mut vault = Vault::new();
    let hash = vault.chain.code_hash(vault.contract).expect("readable").expect("a contract");
    assert_eq!(hash, Hash::from(sp_core::blake2_256(&vault_code())));
    assert_eq!(vault.chain.upload(&vault.bob, &vault_code()).expect("uploaded").code_hash, hash);
    assert_eq!(vault.chain.code_hash(vault.alice.account()).expect("readable"), None);
}

#[test]
fn code_that_is_there_already_takes_no_second_deposit() {
    let mut vault = Vault::new();
    let again = vault.chain.upload(&vault.bob, &vault_code()).expect("uploaded").receipt;
    assert_eq!(again.storage_deposit, 0);
    let other = padded(vault_code(), 60_000);
    let first = vault.chain.upload(&vault.bob, &other).expect("uploaded").receipt;
    assert!(first.storage_deposit > 60_000 * DEPOSIT_PER_BYTE as i128);
    let reserved = vault.chain.balance(vault.bob.account()).expect("readable").reserved;
    assert_eq!(reserved as i128, first.storage_deposit);
}

#[test]
fn the_same_deployment_twice_needs_another_salt() {
    let mut vault = Vault::new();
    let refusal = vault.chain.deploy(&vault.alice, &vault_code(), &[], UNIT, &[]).expect_err("exists");
    assert!(
        matches!(&refusal, ChainError::Dispatch { name, .. } if name == "DuplicateContract"),
        "{refusal}"
    );
    let second = vault.chain.deploy(&vault.alice, &vault_code(), &[], UNIT, &[1]).expect("deployed");
    assert_ne!(second.contract, vault.contract);
}

#[test]
fn a_call_that_reverts_leaves_nothing_but_its_fee() {
    let mut vault = Vault::new();
    vault.call(&[1, 0, 9]).expect("stored");
    let before = vault.picture();
    let money = vault.free(&vault.alice);
    let refusal = vault.call(&[3, 1, 7, 8]).expect_err("reverts");
    let ChainError::Reverted { output, fee } = refusal else { panic!("{refusal}") };
    assert_eq!(output, [7, 8]);
    assert!(fee > 0);
    assert_eq!(vault.free(&vault.alice), money - fee);
    let mut expected = before;
    expected.2[0] -= fee;
    assert_eq!(vault.picture(), expected);
}

#[test]
fn a_call_that_traps_leaves_nothing_but_its_fee() {
    let mut vault = Vault::new();
    let mut expected = vault.picture();
    let refusal = vault.call(&[4, 1, 7]).expect_err("traps");
    assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "ContractTrapped"), "{refusal}");
    expected.2[0] -= refusal.fee();
    assert!(refusal.fee() > 0);
    assert_eq!(vault.picture(), expected);
}

#[test]
fn a_call_without_end_runs_out_of_gas_and_leaves_nothing_but_its_fee() {
    let mut vault = Vault::new();
    let mut expected = vault.picture();
    let refusal = vault.call(&[7]).expect_err("no end");
    let ChainError::OutOfGas { fee } = refusal else { panic!("{refusal}") };
    assert!(fee > 0);
    expected.2[0] -= fee;
    assert_eq!(vault.picture(), expected);
}

#[test]
fn a_dry_run_changes_nothing_and_tells_what_the_call_will_take() {
    let mut vault = Vault::new();
    let before = vault.picture();
    let store = [1, 1, 5, 6];
    let run = vault.chain.dry_run(vault.bob.account(), vault.contract, 0, &store).expect("runs");
    assert_eq!(vault.picture(), before);
    let receipt = vault.call_as_bob(&store).expect("stored");
    assert_eq!(
        (run.weight, run.storage_deposit, run.fee),
        (receipt.weight, receipt.storage_deposit, receipt.fee)
    );
    assert!(!run.reverted);
}

#[test]
fn a_dry_run_shows_a_revert_as_an_answer_and_a_trap_as_an_error() {
    let vault = Vault::new();
    let caller = vault.bob.account();
    let run = vault.chain.dry_run(caller, vault.contract, 0, &[3, 1, 7]).expect("answers");
    assert_eq!((run.reverted, run.output, run.storage_deposit), (true, vec![7], 0));
    let trap = vault.chain.dry_run(caller, vault.contract, 0, &[4, 1, 7]).expect_err("traps");
    assert!(matches!(&trap, ChainError::Dispatch { name, .. } if name == "ContractTrapped"), "{trap}");
    assert_eq!(trap.fee(), 0);
}

#[test]
fn an_account_without_money_can_ask_but_not_call() {
    let mut vault = Vault::new();
    vault.call(&[1, 1, 5]).expect("stored");
    let nobody = signer("Nobody");
    let run = vault.chain.dry_run(nobody.account(), vault.contract, 0, &[8, 1]).expect("answers");
    assert_eq!(run.output, [5]);
    let before = vault.picture();
    let refusal = vault.chain.call(&nobody, vault.contract, 0, &[8, 1]).expect_err("no money");
    assert!(matches!(refusal, ChainError::InsufficientFunds { spendable: 0, fee: 0, .. }), "{refusal}");
    assert_eq!(vault.picture(), before);
}

#[test]
fn a_signer_pays_the_fee_before_the_contract_pays_the_signer() {
    let mut vault = Vault::new();
    let poor = signer("Poor");
    vault.chain.fund(poor.account(), EXISTENTIAL_DEPOSIT).expect("funded");
    let mut pay = vec![10];
    (poor.account(), UNIT / 2).encode_to(&mut pay);
    let refusal = vault.chain.call(&poor, vault.contract, 0, &pay).expect_err("cannot pay the fee");
    assert!(matches!(refusal, ChainError::InsufficientFunds { fee: 0, .. }), "{refusal}");
    assert_eq!(vault.chain.balance(poor.account()).expect("readable").free, EXISTENTIAL_DEPOSIT);
    vault.call_as_bob(&pay).expect("Bob can");
    assert_eq!(vault.chain.balance(poor.account()).expect("readable").free, EXISTENTIAL_DEPOSIT + UNIT / 2);
}

#[test]
fn a_fee_is_one_plank_a_picosecond_and_a_byte() {
    let mut vault = Vault::new();
    let data = [1, 1, 5, 6, 7];
    let limit =
        vault.chain.dry_run(vault.alice.account(), vault.contract, 0, &data).expect("runs").weight_limit;
    let receipt = vault.call(&data).expect("stored");
    let limit = (Compact(limit.ref_time), Compact(limit.proof_size)).encoded_size();
    // A signed envelope; pallet and call; address; value; no deposit limit; the data with its length.
    let length = 111 + 2 + 33 + 1 + limit + 1 + data.to_vec().encoded_size();
    assert_eq!(receipt.fee, u128::from(receipt.block_weight.ref_time) + length as u128);
    assert!(receipt.block_weight.ref_time > receipt.weight.ref_time);
}

#[test]
fn a_storage_deposit_is_paid_by_the_item_and_the_byte() {
    let mut vault = Vault::new();
    let money = vault.free(&vault.alice);
    let held = vault.chain.balance(vault.contract).expect("readable").reserved;
    let first = vault.call(&[&[1, 1], [7; 100].as_slice()].concat()).expect("stored");
    assert_eq!(first.storage_deposit as u128, DEPOSIT_PER_ITEM + 100 * DEPOSIT_PER_BYTE);
    let second = vault.call(&[&[1, 1], [7; 140].as_slice()].concat()).expect("stored");
    assert_eq!(second.storage_deposit as u128, 40 * DEPOSIT_PER_BYTE);
    let paid = (first.storage_deposit + second.storage_deposit) as u128;
    assert_eq!(vault.free(&vault.alice), money - paid - first.fee - second.fee);
    assert_eq!(vault.chain.balance(vault.contract).expect("readable").reserved, held + paid);
}

#[test]
fn a_storage_deposit_is_refunded_to_whoever_frees_the_storage() {
    let mut vault = Vault::new();
    let charged = vault.call(&[1, 1, 5, 6]).expect("stored").storage_deposit;
    let (alice, bob) = (vault.free(&vault.alice), vault.free(&vault.bob));
    let refund = vault.call_as_bob(&[2, 1]).expect("cleared");
    assert!(refund.storage_deposit < 0);
    // The pallet refunds in proportion to all that the contract holds, rounded down.
    assert!((charged + refund.storage_deposit).abs() <= 1, "{charged} {}", refund.storage_deposit);
    assert_eq!(vault.free(&vault.bob), bob - refund.fee + refund.storage_deposit.unsigned_abs());
    assert_eq!(vault.free(&vault.alice), alice);
    assert!(vault.load(1).is_empty());
}

#[test]
fn a_call_that_cannot_pay_its_deposit_leaves_nothing_but_its_fee() {
    let mut vault = Vault::new();
    let poor = signer("Poor");
    vault.chain.fund(poor.account(), UNIT / 20).expect("funded");
    let refusal = vault.chain.call(&poor, vault.contract, 0, &[1, 1, 5]).expect_err("0.1 UNIT an item");
    let ChainError::InsufficientFunds { spendable, fee, account } = refusal else { panic!("{refusal}") };
    assert_eq!((account, spendable), (poor.account(), UNIT / 20 - EXISTENTIAL_DEPOSIT));
    assert!(fee > 0);
    assert_eq!(vault.chain.balance(poor.account()).expect("readable").free, UNIT / 20 - fee);
    assert!(vault.load(1).is_empty());
}

#[test]
fn value_moves_with_a_call_and_only_if_it_is_there() {
    let mut vault = Vault::new();
    let held = vault.chain.balance(vault.contract).expect("readable").free;
    vault.chain.call(&vault.bob, vault.contract, 3 * UNIT, &[9]).expect("paid");
    assert_eq!(vault.chain.balance(vault.contract).expect("readable").free, held + 3 * UNIT);
    let refusal = vault.chain.call(&vault.bob, vault.contract, PURSE, &[9]).expect_err("too much");
    assert!(matches!(refusal, ChainError::InsufficientFunds { .. }), "{refusal}");
    assert_eq!(vault.chain.balance(vault.contract).expect("readable").free, held + 3 * UNIT);
}

#[test]
fn no_account_is_left_with_less_than_the_existential_deposit() {
    let mut vault = Vault::new();
    let nobody = signer("Nobody").account();
    let short = EXISTENTIAL_DEPOSIT - 1;
    let refusal = vault.chain.transfer(&vault.bob, nobody, short).expect_err("too little");
    assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "BelowMinimum"), "{refusal}");
    let refusal = vault.chain.fund(nobody, short).expect_err("too little");
    assert!(matches!(refusal, ChainError::Unfundable { .. }), "{refusal}");
    let everything = vault.free(&vault.bob);
    let refusal = vault.chain.transfer(&vault.bob, nobody, everything).expect_err("would end the account");
    assert!(matches!(refusal, ChainError::InsufficientFunds { .. }), "{refusal}");
    vault.chain.transfer(&vault.bob, nobody, EXISTENTIAL_DEPOSIT).expect("just enough");
    assert_eq!(vault.chain.balance(nobody).expect("readable").free, EXISTENTIAL_DEPOSIT);
}

#[test]
fn anyone_can_send_a_contract_money_and_pays_a_fee_for_it() {
    let mut vault = Vault::new();
    let (held, money) = (vault.chain.balance(vault.contract).expect("readable").free, vault.free(&vault.bob));
    let receipt = vault.chain.transfer(&vault.bob, vault.contract, 5 * UNIT).expect("sent");
    assert_eq!(vault.chain.balance(vault.contract).expect("readable").free, held + 5 * UNIT);
    assert_eq!(vault.free(&vault.bob), money - 5 * UNIT - receipt.fee);
}

#[test]
fn code_of_123_kib_is_taken_and_one_byte_more_is_not() {
    let mut vault = Vault::new();
    let largest = MAX_CODE_BYTES as usize;
    vault.chain.upload(&vault.alice, &padded(vault_code(), largest)).expect("fits");
    let refusal =
        vault.chain.upload(&vault.alice, &padded(vault_code(), largest + 1)).expect_err("too large");
    assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "CodeTooLarge"), "{refusal}");
    assert!(refusal.to_string().contains("123 KiB"), "{refusal}");
}

#[test]
fn code_that_is_no_contract_or_uses_unstable_functions_is_refused() {
    let mut vault = Vault::new();
    let unstable = r#"(module (import "seal0" "reentrance_count" (func (result i32)))
        (import "env" "memory" (memory 1 1)) (func (export "deploy")) (func (export "call")))"#;
    let extension = r#"(module
        (import "seal1" "call_chain_extension" (func (param i32 i32 i32 i32 i32) (result i32)))
        (import "env" "memory" (memory 1 1)) (func (export "deploy")) (func (export "call")))"#;
    for code in [b"no code".to_vec(), wat_bytes(unstable), wat_bytes(extension)] {
        let refusal = vault.chain.deploy(&vault.alice, &code, &[], 0, &[]).expect_err("refused");
        assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "CodeRejected"), "{refusal}");
    }
}

fn wat_bytes(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("well formed")
}

#[test]
fn calls_nest_five_deep_and_no_deeper() {
    let mut vault = Vault::new();
    let depth = MAX_CALL_DEPTH as u8;
    assert_eq!(depth, 5);
    vault.call(&[6, depth]).expect("deep enough");
    let refusal = vault.call(&[6, depth + 1]).expect_err("too deep");
    assert!(matches!(refusal, ChainError::Reverted { .. }), "{refusal}");
}

#[test]
fn a_call_to_an_account_without_contract_is_refused() {
    let mut vault = Vault::new();
    let refusal =
        vault.chain.call(&vault.alice, AccountId::from([7; 32]), 0, &[9]).expect_err("nothing there");
    assert!(matches!(&refusal, ChainError::Dispatch { name, .. } if name == "ContractNotFound"), "{refusal}");
}

#[test]
fn time_and_block_move_only_when_told_to() {
    let mut vault = Vault::new();
    let told = |vault: &Vault| {
        let clock = (vault.chain.now_ms().expect("readable"), vault.chain.block_number().expect("readable"));
        let seen =
            vault.chain.dry_run(vault.alice.account(), vault.contract, 0, &[9]).expect("answers").output;
        assert_eq!(seen, clock.encode(), "the contract sees the same clock");
        clock
    };
    assert_eq!(told(&vault), (GENESIS_MS, 1));
    vault.call(&[1, 1, 5]).expect("stored");
    vault.call(&[3, 1, 5]).expect_err("reverts");
    assert_eq!(told(&vault), (GENESIS_MS, 1));
    vault.chain.advance(0).expect("moved");
    assert_eq!(told(&vault), (GENESIS_MS, 1));
    vault.chain.advance(1).expect("moved");
    assert_eq!(told(&vault), (GENESIS_MS + 1, 2));
    vault.chain.advance(BLOCK_MS).expect("moved");
    assert_eq!(told(&vault), (GENESIS_MS + 1 + BLOCK_MS, 3));
    vault.chain.advance(30 * 86_400_000).expect("moved");
    assert_eq!(told(&vault), (GENESIS_MS + 1 + BLOCK_MS + 30 * 86_400_000, 3 + 30 * 14_400));
}

#[test]
fn a_halted_chain_comes_back_with_one_block() {
    let mut chain = Embedded::in_memory();
    chain.halt(86_400_000).expect("halted");
    assert_eq!(chain.now_ms().expect("readable"), GENESIS_MS + 86_400_000);
    assert_eq!(chain.block_number().expect("readable"), 2);
}

#[test]
fn a_time_beyond_the_clock_is_refused_and_moves_nothing() {
    let mut chain = Embedded::in_memory();
    for refused in [chain.advance(u64::MAX), chain.halt(u64::MAX)] {
        assert!(matches!(refused, Err(ChainError::ClockOverflow)));
    }
    assert_eq!((chain.now_ms().expect("readable"), chain.block_number().expect("readable")), (GENESIS_MS, 1));
}

#[test]
fn the_history_holds_every_event_with_its_block_and_time() {
    let mut vault = Vault::new();
    let receipt = vault.call(&[5, 1, 2]).expect("emitted");
    vault.call(&[3, 1, 9]).expect_err("reverts, hence says nothing");
    vault.chain.advance(BLOCK_MS).expect("moved");
    vault.call(&[5, 3]).expect("emitted");
    let events = vault.chain.events(vault.contract, 0).expect("readable");
    let facts: Vec<_> = events.iter().map(|event| (event.block, event.at_ms, event.data.clone())).collect();
    assert_eq!(facts, [(1, GENESIS_MS, vec![1, 2]), (2, GENESIS_MS + BLOCK_MS, vec![3])]);
    assert_eq!(receipt.events, events[..1]);
    assert_eq!((events[0].contract, &events[0].topics), (vault.contract, &vec![Hash::from([7; 32])]));
    assert_eq!(vault.chain.events(vault.contract, 2).expect("readable"), events[1..]);
    assert_eq!(vault.chain.events(vault.alice.account(), 0).expect("readable"), Vec::new());
}
