//! A chain with a contract on it that does what it is told.

#![allow(dead_code)]

use orchestrator_chain::{runtime::UNIT, AccountId, ChainError, Embedded, Ledger, Receipt, Signer};

/// What each party begins with, in planks.
pub const PURSE: u128 = 1_000 * UNIT;

pub fn signer(name: &str) -> Signer {
    Signer::from_suri(&format!("//{name}")).expect("a development account")
}

pub fn vault_code() -> Vec<u8> {
    wat::parse_str(include_str!("vault.wat")).expect("the contract is well formed")
}

pub struct Vault {
    pub chain: Embedded,
    pub alice: Signer,
    pub bob: Signer,
    pub contract: AccountId,
}

impl Vault {
    pub fn new() -> Self {
        Self::on(Embedded::in_memory())
    }

    pub fn on(mut chain: Embedded) -> Self {
        let (alice, bob) = (signer("Alice"), signer("Bob"));
        for account in [&alice, &bob] {
            chain.fund(account.account(), PURSE).expect("funded");
        }
        let contract = chain.deploy(&alice, &vault_code(), &[], UNIT, &[]).expect("deployed").contract;
        Self { chain, alice, bob, contract }
    }

    pub fn call(&mut self, data: &[u8]) -> Result<Receipt, ChainError> {
        self.chain.call(&self.alice, self.contract, 0, data)
    }

    pub fn call_as_bob(&mut self, data: &[u8]) -> Result<Receipt, ChainError> {
        self.chain.call(&self.bob, self.contract, 0, data)
    }

    pub fn load(&self, key: u8) -> Vec<u8> {
        let caller = self.alice.account();
        self.chain.dry_run(caller, self.contract, 0, &[8, key]).expect("loads").output
    }

    pub fn free(&self, signer: &Signer) -> u128 {
        self.chain.balance(signer.account()).expect("readable").free
    }

    /// Everything that a call could have changed.
    pub fn picture(&self) -> (u64, u32, Vec<u128>, Vec<Vec<u8>>, usize) {
        let accounts = [self.alice.account(), self.bob.account(), self.contract];
        let funds = accounts.iter().flat_map(|account| {
            let funds = self.chain.balance(*account).expect("readable");
            [funds.free, funds.reserved]
        });
        (
            self.chain.now_ms().expect("readable"),
            self.chain.block_number().expect("readable"),
            funds.collect(),
            (0..4).map(|key| self.load(key)).collect(),
            self.chain.events(self.contract, 0).expect("readable").len(),
        )
    }
}
