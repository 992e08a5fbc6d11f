//! The story: who does what when. Each chapter acts through the parties, asks the chain what came of it, and tells it
//! only if it is so.

use orchestrator::domain::{Placement, DAY_MS};
use orchestrator_chain::{address, runtime::MAX_CODE_BYTES, Ledger};
use orchestrator_market::parties::Parcel;

use crate::{
    demo::{
        calls,
        cast::Cast,
        facts::{ContractFacts, Facts, FileFacts},
        input::Input,
        loss::Loss,
        money,
        watched::Watched,
    },
    failure::Failure,
    output::Teller,
};

/// Term of the reservation: 30 days.
pub const TERM_MS: u64 = 30 * DAY_MS;

/// Everything that the chapters share.
pub struct Story<'a, L> {
    pub ledger: Watched<L>,
    pub cast: Cast,
    pub input: &'a Input,
    pub teller: &'a Teller,
    pub wanted: u8,
    pub parcel: Parcel,
    pub began_ms: u64,
    pub rounds: u32,
}

impl<'a, L: Ledger> Story<'a, L> {
    pub fn new(
        ledger: Watched<L>,
        cast: Cast,
        input: &'a Input,
        teller: &'a Teller,
        wanted: u8,
    ) -> Result<Self, Failure> {
        let parcel = cast.consumer.seal(&input.file, 0, |_, _| ())?;
        let began_ms = ledger.now_ms()?;
        Ok(Self { ledger, cast, input, teller, wanted, parcel, began_ms, rounds: 0 })
    }

    /// Tells it from beginning to end.
    pub fn tell(mut self) -> Result<Facts, Failure> {
        self.market_opens()?;
        self.file_is_sealed()?;
        self.replicas_are_reserved()?;
        self.replicas_are_handed_over()?;
        self.rounds_are_proven(5)?;
        let mut loss = self.disk_loses_data()?;
        self.silence_is_punished(&mut loss)?;
        self.spare_takes_over(&mut loss)?;
        self.term_ends(&mut loss)?;
        let read_back_sha256 = self.file_is_read_back(&loss)?;
        let replicas = self.replica_facts()?;
        self.everybody_leaves(&mut loss)?;
        self.facts(loss, replicas, read_back_sha256)
    }

    /// A placement as the chain has it.
    pub fn placement(&self, id: u64) -> Result<Placement, Failure> {
        Ok(self.cast.consumer.placement(&self.ledger, id)?)
    }

    /// The placement that fills a slot, with its id.
    pub fn filled(&self, slot: usize) -> Result<(u64, Placement), Failure> {
        let id = self.parcel.replica(slot)?.placement.unwrap_or_default();
        Ok((id, self.placement(id)?))
    }

    /// The parcel's reservation, zero before there is one.
    pub fn reservation(&self) -> u64 {
        self.parcel.reservation.unwrap_or_default()
    }

    /// Days since the story began, for people.
    pub fn day(&self) -> Result<u64, Failure> {
        Ok((self.ledger.now_ms()? - self.began_ms) / DAY_MS)
    }

    /// Ends a chapter: whatever the contract owes must be in its books, and it must hold as much.
    pub fn check(&self) -> Result<(), Failure> {
        money::check_owed(&self.ledger, &self.cast, self.parcel.reservation)
    }

    fn facts(
        self,
        loss: Loss,
        replicas: Vec<crate::demo::facts::ReplicaFacts>,
        read_back_sha256: String,
    ) -> Result<Facts, Failure> {
        let contract = self.cast.operator.contract();
        let code_hash = self.ledger.code_hash(contract)?.unwrap_or_default();
        Ok(Facts {
            file: FileFacts {
                name: self.input.file.display().to_string(),
                bytes: self.input.bytes,
                equal: read_back_sha256 == self.input.sha256,
                sha256: self.input.sha256.clone(),
                read_back_sha256,
            },
            contract: ContractFacts {
                address: address(&contract),
                code_hash: hex::encode(code_hash),
                code_bytes: orchestrator_bundle::WASM.len(),
                limit_bytes: MAX_CODE_BYTES as usize,
            },
            reservation: self.reservation(),
            term_days: TERM_MS / DAY_MS,
            rounds: self.rounds,
            replicas,
            failure: loss.facts,
            money: money::balance(&self.ledger, &self.cast)?,
            calls: calls::dearest(self.ledger.calls()),
            folder: self.input.kept.then(|| self.input.folder.display().to_string()),
        })
    }
}
