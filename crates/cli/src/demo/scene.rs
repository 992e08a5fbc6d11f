//! What every story plays on: a watched chain with the cast, and the time.

use std::path::{Path, PathBuf};

use orchestrator::domain::DAY_MS;
use orchestrator_chain::{address, runtime::MAX_CODE_BYTES, ChainError, Ledger};

use crate::{
    demo::{cast::Cast, claim::equal, facts::ContractFacts, money, offer::WINDOW_MS, watched::Watched},
    failure::Failure,
    output::{unit, Teller},
};

/// Where the chain is kept as it stands in the middle of a story, and how.
pub struct Keeper<L> {
    pub path: PathBuf,
    pub write: fn(&L, &Path) -> Result<(), ChainError>,
}

/// What the chapters of a story share.
pub struct Scene<'a, L> {
    pub ledger: Watched<L>,
    pub cast: Cast,
    pub teller: &'a Teller,
    /// Where stores and replicas are.
    pub folder: PathBuf,
    /// Whether the folder stays.
    pub kept: bool,
    pub keeper: Option<Keeper<L>>,
    /// Rounds that were opened.
    pub rounds: u32,
    began_ms: u64,
}

impl<'a, L: Ledger> Scene<'a, L> {
    pub fn new(
        ledger: Watched<L>,
        cast: Cast,
        teller: &'a Teller,
        folder: PathBuf,
        kept: bool,
    ) -> Result<Self, Failure> {
        let began_ms = ledger.now_ms()?;
        Ok(Self { ledger, cast, teller, folder, kept, keeper: None, rounds: 0, began_ms })
    }

    /// Days since the story began, for people.
    pub fn day(&self) -> Result<u64, Failure> {
        Ok((self.ledger.now_ms()? - self.began_ms) / DAY_MS)
    }

    /// Lets the window of the open round go by.
    pub fn window_closes(&mut self) -> Result<(), Failure> {
        Ok(self.ledger.advance(WINDOW_MS)?)
    }

    /// Lets the rest of the day go by.
    pub fn day_ends(&mut self) -> Result<(), Failure> {
        Ok(self.ledger.advance(DAY_MS - WINDOW_MS)?)
    }

    /// Ends a chapter: whatever the contract owes must be in its books, and it must hold as much.
    pub fn check(&self) -> Result<(), Failure> {
        money::check_owed(&self.ledger, &self.cast)
    }

    /// Fees are collected, providers give up their units, and all take their money out.
    pub fn everybody_leaves(&mut self) -> Result<(), Failure> {
        let Self { ledger, cast, teller, .. } = self;
        cast.treasury.send(ledger, "collect the fees", cast.treasury.market().collect_fees())?;
        for (_, provider) in &cast.providers {
            if !self.kept {
                provider.clear_out(ledger)?;
                equal(provider.store().placements()?, Vec::new(), "what is left in the store")?;
            }
            provider.retire_all(ledger)?;
        }
        teller.fact("the providers have retired their units and nodes: those deposits are back as well")?;
        cast.withdraw(ledger, |name, amount| {
            teller.fact(&format!("{name} has withdrawn {} UNIT", unit(amount)))
        })?;
        self.check()
    }

    /// The contract, for the last table.
    pub fn contract(&self) -> Result<ContractFacts, Failure> {
        let contract = self.cast.contract;
        let code_hash = self.ledger.code_hash(contract)?.unwrap_or_default();
        Ok(ContractFacts {
            address: address(&contract),
            code_hash: hex::encode(code_hash),
            code_bytes: orchestrator_bundle::WASM.len(),
            limit_bytes: MAX_CODE_BYTES as usize,
        })
    }

    /// Keeps the chain as it stands now, if somebody wants it.
    pub fn keep(&self) -> Result<(), Failure> {
        let Some(Keeper { path, write }) = &self.keeper else { return Ok(()) };
        write(self.ledger.inner(), path)?;
        Ok(self.teller.note(&format!("the chain as it stands now is in {}", path.display()))?)
    }

    /// File with the chain in the middle of the story, where it was kept.
    pub fn kept_chain(&self) -> Option<String> {
        self.keeper.as_ref().map(|x| x.path.display().to_string())
    }

    /// The folder, where it stays.
    pub fn kept_folder(&self) -> Option<String> {
        self.kept.then(|| self.folder.display().to_string())
    }
}
