//! What the node's storage says.
//!
//! Values are read as bytes and decoded by their layout in pallets that are frozen with the node; a layout that moves
//! does not decode, or fails a comparison to the plank.

use ink::primitives::AccountId;
use ink_e2e::{
    subxt::{
        backend::legacy::LegacyRpcMethods,
        dynamic::{constant, storage, Value},
        OnlineClient,
    },
    PolkadotConfig, RpcClient, H256,
};
use scale::Decode;

use crate::Happened;

/// An account outside the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// Can be spent, but for the existential deposit.
    pub free: u128,
    /// Held as deposits.
    pub reserved: u128,
}

/// What the contract occupies, and the deposits that are held for it on its own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupied {
    /// Hash of the code it runs.
    pub code: [u8; 32],
    /// Bytes in storage.
    pub bytes: u128,
    /// Items in storage.
    pub items: u128,
    /// Deposit for the bytes.
    pub byte_deposit: u128,
    /// Deposit for the items.
    pub item_deposit: u128,
    /// Deposit for the contract itself.
    pub base_deposit: u128,
}

impl Occupied {
    /// All deposits together.
    pub fn deposits(&self) -> u128 {
        self.byte_deposit + self.item_deposit + self.base_deposit
    }
}

/// The node, read at its newest block.
pub struct Chain {
    client: OnlineClient<PolkadotConfig>,
    rpc: LegacyRpcMethods<PolkadotConfig>,
}

impl Chain {
    /// Reads through a connection that is there already.
    pub async fn new(rpc: RpcClient) -> Self {
        let client = OnlineClient::from_rpc_client(rpc.clone()).await.expect("the node tells its metadata");
        Self { client, rpc: LegacyRpcMethods::new(rpc) }
    }

    async fn newest(&self) -> H256 {
        self.rpc.chain_get_block_hash(None).await.expect("the node answers").expect("there is a block")
    }

    async fn read<T: Decode>(&self, pallet: &str, entry: &str, keys: Vec<Value>) -> Option<T> {
        let at = self.client.storage().at(self.newest().await);
        let found = at.fetch(&storage(pallet, entry, keys)).await.expect("the storage can be read");
        found.map(|x| T::decode(&mut x.encoded()).expect("the layout is that of the node's pallets"))
    }

    /// A number that is compiled into the chain.
    pub fn constant(&self, pallet: &str, name: &str) -> u128 {
        let found = self.client.constants().at(&constant(pallet, name)).expect("the chain has it");
        u128::decode(&mut found.encoded()).expect("it is an amount")
    }

    /// The newest block's time.
    pub async fn now(&self) -> u64 {
        self.read("Timestamp", "Now", Vec::new()).await.expect("a block has a time")
    }

    /// The newest block's number.
    pub async fn block(&self) -> u32 {
        self.read("System", "Number", Vec::new()).await.expect("a block has a number")
    }

    /// An account outside the contract.
    pub async fn account(&self, id: AccountId) -> Outside {
        type Info = ([u32; 4], u128, u128);
        let info: Option<Info> = self.read("System", "Account", vec![Value::from_bytes(id)]).await;
        info.map(|(_, free, reserved)| Outside { free, reserved }).unwrap_or_default()
    }

    /// What a contract occupies.
    pub async fn contract(&self, id: AccountId) -> Occupied {
        type Info = (Vec<u8>, [u8; 32], [u32; 2], [u128; 3]);
        let info: Option<Info> = self.read("Contracts", "ContractInfoOf", vec![Value::from_bytes(id)]).await;
        let (_, code, [bytes, items], deposits) = info.expect("there is a contract");
        let [byte_deposit, item_deposit, base_deposit] = deposits;
        Occupied { code, bytes: bytes.into(), items: items.into(), byte_deposit, item_deposit, base_deposit }
    }

    /// What the newest block tells.
    pub async fn happened(&self) -> Happened {
        let events =
            self.client.events().at(self.newest().await).await.expect("a new block keeps its events");
        Happened::among(&events)
    }
}
