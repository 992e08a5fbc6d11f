//! What contracts said, block by block.

use std::sync::Arc;

use subxt::ext::futures::{stream, StreamExt};

use crate::{AccountId, ChainError, ContractEvent};

use super::{
    landing::{emitted, pruned},
    link::Fault,
    reading::AT_ONCE,
    spec::Spec,
    transaction::Block,
    NodeLedger,
};

impl NodeLedger {
    /// What `contract` said in block `from` and later, up to the best block.
    pub(super) async fn history(&self, contract: AccountId, from: u32) -> Result<Vec<ContractEvent>, Fault> {
        loop {
            let head = self.best().await?;
            // Nobody says anything in the first block of a chain.
            let from = from.max(1);
            if from > head.number {
                return Ok(Vec::new());
            }
            let spec = self.spec_throughout(from, head).await?;
            let blocks = stream::iter(from..=head.number).map(|number| {
                let spec = spec.clone();
                async move { self.said(contract, number, spec).await }
            });
            let mut events = Vec::new();
            let mut blocks = blocks.buffered(AT_ONCE);
            while let Some(said) = blocks.next().await {
                events.extend(said?);
            }
            // What was read block by block counts only if it was one and the same chain all the while.
            if self.block_at(head.number).await? == Some(head) {
                return Ok(events);
            }
        }
    }

    /// The program that made all blocks from `from` to `head`, if it was one.
    async fn spec_throughout(&self, from: u32, head: Block) -> Result<Option<Arc<Spec>>, Fault> {
        let Some(before) = self.block_at(from.saturating_sub(1)).await? else {
            return Err(ChainError::Protocol(format!("no block before block {from}")).into());
        };
        match self.version(Some(before.hash)).await {
            Ok(version) if version == self.version(Some(head.hash)).await? => {
                self.spec(Some(head.hash)).await.map(Some)
            }
            Ok(_) => Ok(None),
            // The state before the first block is not needed where the program is the same ever since.
            Err(fault) => match pruned(fault, from) {
                Fault::Chain(ChainError::Pruned { .. }) => Ok(None),
                other => Err(other),
            },
        }
    }

    async fn said(
        &self,
        contract: AccountId,
        number: u32,
        spec: Option<Arc<Spec>>,
    ) -> Result<Vec<ContractEvent>, Fault> {
        let Some(block) = self.block_at(number).await? else { return Ok(Vec::new()) };
        let spec = match spec {
            Some(spec) => spec,
            None => {
                let (_, parent) = self.header(block.hash).await?;
                self.spec(Some(parent)).await.map_err(|fault| pruned(fault, number))?
            }
        };
        let events = self.events_of(&spec, block).await?;
        let mut said: Vec<_> = events
            .iter()
            .filter_map(|event| emitted(event, number, 0))
            .filter(|event| event.contract == contract)
            .collect();
        if !said.is_empty() {
            let at_ms = self.time(Some(block.hash)).await.map_err(|fault| pruned(fault, number))?;
            said.iter_mut().for_each(|event| event.at_ms = at_ms);
        }
        Ok(said)
    }
}
