//! The node as a ledger like any other.

use std::time::{Duration, Instant};

use sp_core::blake2_256;

use crate::{
    AccountId, Action, Balance, ChainError, ContractEvent, Deployment, DryRun, Funds, Hash, Ledger, Receipt,
    Signer, Upload,
};

use super::{
    options::Limits,
    reading::{contract_key, unreadable},
    Landed, NodeLedger,
};

/// How often the chain's clock is read while its time passes, in milliseconds.
const CLOCK_MS: u64 = 500;

impl Ledger for NodeLedger {
    fn now_ms(&self) -> Result<u64, ChainError> {
        self.wait(self.time(None))
    }

    fn block_number(&self) -> Result<u32, ChainError> {
        self.wait(async { Ok(self.best().await?.number) })
    }

    fn balance(&self, account: AccountId) -> Result<Funds, ChainError> {
        let account = self.wait(self.account(account, None))?;
        Ok(Funds { free: account.free, reserved: account.reserved })
    }

    fn code_hash(&self, contract: AccountId) -> Result<Option<Hash>, ChainError> {
        self.wait(async {
            let Some(info) = self.storage(&contract_key(&contract), None).await? else { return Ok(None) };
            let hash = self.spec(None).await?.code_hash(&info);
            hash.map(Some).ok_or_else(|| unreadable("contract"))
        })
    }

    fn events(&self, contract: AccountId, from_block: u32) -> Result<Vec<ContractEvent>, ChainError> {
        self.wait(self.history(contract, from_block))
    }

    fn dry_run(
        &self,
        caller: AccountId,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<DryRun, ChainError> {
        let action = Action::Call { contract, value, data };
        self.wait(async {
            let at = self.best().await?;
            let spec = self.spec(Some(at.hash)).await?;
            let run = self.rehearse(&spec, caller, &action, at.hash).await?;
            let limits = Limits { weight: run.required, storage_deposit: spec.deposit_of(1, 0) };
            let fee = self.fee(&spec, caller, &action, limits, run.consumed, at).await?;
            Ok(run.told(fee))
        })
    }

    fn call(
        &mut self,
        signer: &Signer,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<Receipt, ChainError> {
        Ok(self.act(signer, &Action::Call { contract, value, data })?.receipt)
    }

    fn deploy(
        &mut self,
        signer: &Signer,
        wasm: &[u8],
        constructor: &[u8],
        value: Balance,
        salt: &[u8],
    ) -> Result<Deployment, ChainError> {
        let landed = self.act(signer, &Action::Deploy { wasm, constructor, value, salt })?;
        match landed {
            Landed { receipt, contract: Some(contract), code_hash: Some(code_hash) } => {
                Ok(Deployment { contract, code_hash, receipt })
            }
            _ => Err(ChainError::Protocol("no contract was made".to_owned())),
        }
    }

    fn upload(&mut self, signer: &Signer, wasm: &[u8]) -> Result<Upload, ChainError> {
        let receipt = self.act(signer, &Action::Upload { wasm })?.receipt;
        Ok(Upload { code_hash: blake2_256(wasm).into(), receipt })
    }

    fn transfer(
        &mut self,
        signer: &Signer,
        recipient: AccountId,
        amount: Balance,
    ) -> Result<Receipt, ChainError> {
        Ok(self.act(signer, &Action::Transfer { recipient, amount })?.receipt)
    }

    /// Waits until the chain's own clock has moved so far. A chain that makes no block for as long as the patience
    /// lasts is an error.
    fn advance(&mut self, ms: u64) -> Result<(), ChainError> {
        let until = self.now_ms()?.checked_add(ms).ok_or(ChainError::ClockOverflow)?;
        let mut last = (self.block_number()?, self.deadline());
        loop {
            let left = until.saturating_sub(self.now_ms()?);
            if left == 0 {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(left.min(CLOCK_MS)));
            let block = self.block_number()?;
            if block != last.0 {
                last = (block, self.deadline());
            } else if Instant::now() >= last.1 {
                return Err(ChainError::Halted { block });
            }
        }
    }
}
