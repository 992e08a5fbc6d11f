//! A ledger that keeps the receipt of everything that is signed, and looks at the contract's solvency each time.

use std::collections::BTreeMap;

use ink::scale::Decode;
use orchestrator::OrchestratorRef;
use orchestrator_chain::{
    at, AccountId, Balance, ChainError, ContractEvent, Deployment, DryRun, Funds, Hash, Ledger, Receipt,
    Signer, Typed, Upload,
};
use serde::Deserialize;

use crate::{demo::claim::ensure, failure::Failure};

/// A call that was signed.
pub struct Call {
    pub signer: AccountId,
    /// Name of the message, or what else was done.
    pub name: String,
    pub receipt: Receipt,
}

impl Call {
    /// The events of one type that the call gave rise to.
    pub fn events<E: ink::env::Event + Decode>(&self) -> impl Iterator<Item = E> + '_ {
        let topic = E::SIGNATURE_TOPIC.map(Hash::from);
        let of_type =
            self.receipt.events.iter().filter(move |x| topic.is_some() && x.topics.first() == topic.as_ref());
        of_type.filter_map(|event| E::decode(&mut event.data.as_slice()).ok())
    }
}

/// A ledger whose calls are kept.
pub struct Watched<L> {
    inner: L,
    names: BTreeMap<[u8; 4], String>,
    calls: Vec<Call>,
    /// Fees of calls that failed.
    wasted: Vec<(AccountId, Balance)>,
    solvent: Result<u64, String>,
}

#[derive(Deserialize)]
struct Metadata {
    spec: Spec,
}

#[derive(Deserialize)]
struct Spec {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    label: String,
    selector: String,
}

impl<L: Ledger> Watched<L> {
    pub fn new(inner: L) -> Result<Self, Failure> {
        let metadata: Metadata = serde_json::from_str(orchestrator_bundle::METADATA).map_err(|error| {
            Failure::Outcome(format!("the contract's metadata cannot be read ({error}): build it again"))
        })?;
        let mut names = BTreeMap::new();
        for message in metadata.spec.messages {
            let mut selector = [0; 4];
            let digits = message.selector.trim_start_matches("0x");
            if hex::decode_to_slice(digits, &mut selector).is_ok() {
                names.insert(selector, message.label);
            }
        }
        Ok(Self { inner, names, calls: Vec::new(), wasted: Vec::new(), solvent: Ok(0) })
    }

    /// The chain itself.
    pub fn inner(&self) -> &L {
        &self.inner
    }

    /// All calls so far, in order.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Fees that an account paid for calls that failed.
    pub fn wasted(&self, account: AccountId) -> Balance {
        self.wasted.iter().filter(|(who, _)| *who == account).map(|(_, fee)| fee).sum()
    }

    /// After how many calls the contract was found to hold what it owes; refuses if it ever did not.
    pub fn solvent(&self) -> Result<u64, Failure> {
        match &self.solvent {
            Ok(calls) => Ok(*calls),
            Err(claim) => ensure(false, claim).map(|()| 0),
        }
    }

    fn keep(&mut self, signer: &Signer, name: &str, receipt: &Receipt) {
        self.calls.push(Call { signer: signer.account(), name: name.to_owned(), receipt: receipt.clone() });
    }

    fn check_solvency(&mut self, contract: AccountId, name: &str) -> Result<(), ChainError> {
        let found = self.inner.ask(contract, at::<OrchestratorRef>(contract).solvency())?;
        if let Ok(calls) = &mut self.solvent {
            if found.held >= found.owed {
                *calls += 1;
            } else {
                self.solvent = Err(format!("held {} >= owed {} after {name}", found.held, found.owed));
            }
        }
        Ok(())
    }
}

impl<L: Ledger> Ledger for Watched<L> {
    fn now_ms(&self) -> Result<u64, ChainError> {
        self.inner.now_ms()
    }

    fn block_number(&self) -> Result<u32, ChainError> {
        self.inner.block_number()
    }

    fn balance(&self, account: AccountId) -> Result<Funds, ChainError> {
        self.inner.balance(account)
    }

    fn code_hash(&self, contract: AccountId) -> Result<Option<Hash>, ChainError> {
        self.inner.code_hash(contract)
    }

    fn events(&self, contract: AccountId, from_block: u32) -> Result<Vec<ContractEvent>, ChainError> {
        self.inner.events(contract, from_block)
    }

    fn dry_run(
        &self,
        caller: AccountId,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<DryRun, ChainError> {
        self.inner.dry_run(caller, contract, value, data)
    }

    fn call(
        &mut self,
        signer: &Signer,
        contract: AccountId,
        value: Balance,
        data: &[u8],
    ) -> Result<Receipt, ChainError> {
        let selector = data.first_chunk().copied().unwrap_or_default();
        let name = self.names.get(&selector).cloned().unwrap_or_else(|| "unknown".to_owned());
        match self.inner.call(signer, contract, value, data) {
            Ok(receipt) => {
                self.keep(signer, &name, &receipt);
                self.check_solvency(contract, &name)?;
                Ok(receipt)
            }
            Err(error) => {
                self.wasted.push((signer.account(), error.fee()));
                Err(error)
            }
        }
    }

    fn deploy(
        &mut self,
        signer: &Signer,
        wasm: &[u8],
        constructor: &[u8],
        value: Balance,
        salt: &[u8],
    ) -> Result<Deployment, ChainError> {
        let made = self.inner.deploy(signer, wasm, constructor, value, salt)?;
        self.keep(signer, "(deploy)", &made.receipt);
        Ok(made)
    }

    fn upload(&mut self, signer: &Signer, wasm: &[u8]) -> Result<Upload, ChainError> {
        let made = self.inner.upload(signer, wasm)?;
        self.keep(signer, "(upload)", &made.receipt);
        Ok(made)
    }

    fn transfer(
        &mut self,
        signer: &Signer,
        recipient: AccountId,
        amount: Balance,
    ) -> Result<Receipt, ChainError> {
        let receipt = self.inner.transfer(signer, recipient, amount)?;
        self.keep(signer, "(transfer)", &receipt);
        Ok(receipt)
    }

    fn advance(&mut self, ms: u64) -> Result<(), ChainError> {
        self.inner.advance(ms)
    }
}
