//! A ledger on a node of the test's own, where time passes as the test says.

use orchestrator_chain::{
    AccountId, Action, Balance, ChainError, ContractEvent, Deployment, DryRun, Funds, Hash, Ledger,
    NodeLedger, Receipt, Signer, Upload,
};
use orchestrator_process::Process;

/// The contract counts a block for every fifteen seconds of a window, and at least three.
const BLOCK_MS: u64 = 15_000;
/// Windows in scenarios on a node are shorter than this many blocks.
const MOST_BLOCKS: u64 = 12;
/// The least time between two blocks of the development chain.
const LEAST_MS: u64 = 5;

/// A [`NodeLedger`] and the process that it speaks to.
pub struct Timed {
    ledger: NodeLedger,
    process: Process,
    pacer: Signer,
}

impl Timed {
    /// Connects to the node.
    pub fn new(process: Process) -> Self {
        let ledger = NodeLedger::connect(&process.url()).expect("the node answers");
        let pacer = Signer::from_suri("//Bob").expect("a derivation path is a secret URI");
        Self { ledger, process, pacer }
    }

    /// The ledger.
    pub fn inner(&mut self) -> &mut NodeLedger {
        &mut self.ledger
    }

    /// The node.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Makes one block by a transaction that changes nothing that matters.
    fn block(&mut self) -> Result<(), ChainError> {
        let recipient = self.pacer.account();
        let pace = Action::Transfer { recipient, amount: 1 };
        let sent = self.ledger.begin(&self.pacer, &pace, None)?;
        self.ledger.finish(&sent).map(drop)
    }
}

impl Ledger for Timed {
    fn now_ms(&self) -> Result<u64, ChainError> {
        self.ledger.now_ms()
    }

    fn block_number(&self) -> Result<u32, ChainError> {
        self.ledger.block_number()
    }

    fn balance(&self, account: AccountId) -> Result<Funds, ChainError> {
        self.ledger.balance(account)
    }

    fn code_hash(&self, contract: AccountId) -> Result<Option<Hash>, ChainError> {
        self.ledger.code_hash(contract)
    }

    fn events(&self, contract: AccountId, from_block: u32) -> Result<Vec<ContractEvent>, ChainError> {
        self.ledger.events(contract, from_block)
    }

    fn dry_run(
        &self,
        caller: AccountId,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<DryRun, ChainError> {
        self.ledger.dry_run(caller, contract, value, data)
    }

    fn call(
        &mut self,
        signer: &Signer,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<Receipt, ChainError> {
        self.ledger.call(signer, contract, value, data)
    }

    fn deploy(
        &mut self,
        signer: &Signer,
        wasm: &[u8],
        constructor: &[u8],
        value: Balance,
        salt: &[u8],
    ) -> Result<Deployment, ChainError> {
        self.ledger.deploy(signer, wasm, constructor, value, salt)
    }

    fn upload(&mut self, signer: &Signer, wasm: &[u8]) -> Result<Upload, ChainError> {
        self.ledger.upload(signer, wasm)
    }

    fn transfer(
        &mut self,
        signer: &Signer,
        recipient: AccountId,
        amount: Balance,
    ) -> Result<Receipt, ChainError> {
        self.ledger.transfer(signer, recipient, amount)
    }

    /// Makes the blocks that the contract wants for that time; the last of them is exactly `ms` after the newest one
    /// now, where the chain's least distance of blocks allows it.
    fn advance(&mut self, ms: u64) -> Result<(), ChainError> {
        let blocks = (ms / BLOCK_MS).clamp(3, MOST_BLOCKS).min((ms / LEAST_MS).max(1));
        let end = self.ledger.now_ms()? + ms;
        for left in (0..blocks).rev() {
            self.process.clock().set_ms(end.saturating_sub(left * LEAST_MS));
            self.block()?;
        }
        Ok(())
    }
}
