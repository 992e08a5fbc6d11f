//! What one block tells of money and of the contract.

use ink::{env::Event, primitives::AccountId};
use ink_e2e::{
    subxt::events::{EventDetails, Events},
    PolkadotConfig,
};
use scale::{Decode, DecodeAll};

type Moved = (AccountId, AccountId, u128);

/// The events of one block, which on an instant-seal node are those of one transaction.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    /// Fees, with who paid them.
    pub fees: Vec<(AccountId, u128)>,
    /// Transfers: from, to, amount.
    pub transfers: Vec<Moved>,
    /// Storage deposits that went to a contract's account and are held there.
    pub held: Vec<Moved>,
    /// Storage deposits that came back from a contract's account.
    pub released: Vec<Moved>,
    /// Deposits for code, held on the account of who uploaded it.
    pub code: Vec<(AccountId, u128)>,
    /// Whether a transaction has failed.
    pub failed: bool,
    emitted: Vec<([u8; 32], Vec<u8>)>,
}

/// The fields of an event, of which those that come last may be left out.
fn fields<T: Decode>(event: &EventDetails<PolkadotConfig>) -> T {
    T::decode(&mut event.field_bytes()).expect("the layout is that of the node's pallets")
}

impl Happened {
    pub(crate) fn among(events: &Events<PolkadotConfig>) -> Self {
        let mut happened = Self::default();
        for event in events.iter() {
            happened.take(&event.expect("the metadata tells every event"));
        }
        happened
    }

    fn take(&mut self, event: &EventDetails<PolkadotConfig>) {
        match (event.pallet_name(), event.variant_name()) {
            ("System", "ExtrinsicFailed") => self.failed = true,
            ("TransactionPayment", "TransactionFeePaid") => self.fees.push(fields(event)),
            ("Balances", "Transfer") => self.transfers.push(fields(event)),
            ("Contracts", "StorageDepositTransferredAndHeld") => self.held.push(fields(event)),
            ("Contracts", "StorageDepositTransferredAndReleased") => self.released.push(fields(event)),
            ("Contracts", "CodeStored") => {
                let (_, deposit, who): ([u8; 32], u128, AccountId) = fields(event);
                self.code.push((who, deposit));
            }
            ("Contracts", "ContractEmitted") => {
                let (_, data): (AccountId, Vec<u8>) = fields(event);
                let topics = event.topics();
                let [topic] = topics[..] else {
                    panic!("an event of the contract has one topic: {topics:?}")
                };
                self.emitted.push((topic.0, data));
            }
            _ => {}
        }
    }

    /// The contract's events of one type, in their order.
    pub fn of<E: Event + DecodeAll>(&self) -> Vec<E> {
        let named = |x: &&([u8; 32], Vec<u8>)| Some(x.0) == E::SIGNATURE_TOPIC;
        let read =
            |x: &([u8; 32], Vec<u8>)| E::decode_all(&mut &x.1[..]).expect("an event reads as its topic says");
        self.emitted.iter().filter(named).map(read).collect()
    }

    /// The contract's only event of one type.
    pub fn only<E: Event + DecodeAll>(&self) -> E {
        let mut all = self.of();
        assert_eq!(all.len(), 1, "one event of this type was expected");
        all.remove(0)
    }

    /// How many events the contract has emitted.
    pub fn emitted(&self) -> usize {
        self.emitted.len()
    }
}
