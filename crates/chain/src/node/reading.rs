//! What a node is asked.

use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Arc, MutexGuard, PoisonError},
};

use scale::Decode;
use serde_json::{json, Value};
use sp_core::{blake2_128, blake2_256, twox_128, twox_64};
use subxt::{client::RuntimeVersion, ext::futures::stream, ext::futures::StreamExt, Metadata};

use crate::{AccountId, Balance, ChainError, Hash};

use super::{
    link::{Fault, Link},
    spec::Spec,
    transaction::Block,
    NodeLedger,
};

/// Requests that are on their way at once, where many are needed.
pub const AT_ONCE: usize = 16;

/// Blocks that are kept, so that many transactions in one block read it once.
const BLOCKS_KEPT: usize = 1_024;

/// What a block holds.
#[derive(Debug)]
pub struct Body {
    pub parent: Hash,
    pub extrinsics: Vec<Vec<u8>>,
    pub hashes: Vec<Hash>,
}

/// The newest block and the newest final one.
#[derive(Clone, Copy, Debug)]
pub struct Heads {
    pub best: Block,
    pub finalized: Block,
}

/// The part of an account's record that is read here.
#[derive(Clone, Copy, Debug, Default, Decode)]
pub struct Account {
    pub nonce: u32,
    _references: [u32; 3],
    pub free: Balance,
    pub reserved: Balance,
    frozen: Balance,
}

impl Account {
    /// What it can spend and stay alive.
    pub fn spendable(&self, existential_deposit: Balance) -> Balance {
        self.free.saturating_sub(existential_deposit.max(self.frozen.saturating_sub(self.reserved)))
    }
}

impl NodeLedger {
    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    pub(super) async fn header(&self, hash: Hash) -> Result<(u32, Hash), Fault> {
        let header = self.link.ask("chain_getHeader", json!([hex_of(hash)])).await?;
        let number =
            header["number"].as_str().and_then(|text| u32::from_str_radix(text.strip_prefix("0x")?, 16).ok());
        Ok((number.ok_or_else(|| unreadable("header"))?, read_hash(&header["parentHash"])?))
    }

    pub(super) async fn best(&self) -> Result<Block, Fault> {
        let hash = read_hash(&self.link.ask("chain_getBlockHash", json!([])).await?)?;
        Ok(Block { number: self.header(hash).await?.0, hash })
    }

    /// The final head first: what is final then is part of the best chain that is read after it.
    pub(super) async fn heads(&self) -> Result<Heads, Fault> {
        let hash = read_hash(&self.link.ask("chain_getFinalizedHead", json!([])).await?)?;
        let finalized = Block { number: self.header(hash).await?.0, hash };
        Ok(Heads { best: self.best().await?, finalized })
    }

    /// The block with that number on the best chain, if there is one.
    pub(super) async fn block_at(&self, number: u32) -> Result<Option<Block>, Fault> {
        match self.link.ask("chain_getBlockHash", json!([number])).await? {
            Value::Null => Ok(None),
            hash => Ok(Some(Block { number, hash: read_hash(&hash)? })),
        }
    }

    pub(super) async fn body(&self, block: Hash) -> Result<Arc<Body>, Fault> {
        if let Some(body) = self.bodies().get(&block) {
            return Ok(body.clone());
        }
        let answer = self.link.ask("chain_getBlock", json!([hex_of(block)])).await?;
        let parent = read_hash(&answer["block"]["header"]["parentHash"])?;
        let extrinsics = answer["block"]["extrinsics"].as_array().ok_or_else(|| unreadable("block"))?;
        let extrinsics = extrinsics.iter().map(read_bytes).collect::<Result<Vec<_>, _>>()?;
        let hashes = extrinsics.iter().map(|bytes| Hash::from(blake2_256(bytes))).collect();
        let body = Arc::new(Body { parent, extrinsics, hashes });
        let mut bodies = self.bodies();
        if bodies.len() >= BLOCKS_KEPT {
            bodies.clear();
        }
        bodies.insert(block, body.clone());
        Ok(body)
    }

    /// The blocks of the best chain with these numbers, as far as there are any.
    pub(super) async fn bodies_in(
        &self,
        numbers: RangeInclusive<u32>,
    ) -> Result<Vec<(Block, Arc<Body>)>, Fault> {
        let asked = stream::iter(numbers).map(|number| async move {
            match self.block_at(number).await? {
                Some(block) => Ok(Some((block, self.body(block.hash).await?))),
                None => Ok::<_, Fault>(None),
            }
        });
        let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
        answers.into_iter().filter_map(Result::transpose).collect()
    }

    /// The value at `key` in the state of a block, the best one where none is named.
    pub(super) async fn storage(&self, key: &[u8], at: Option<Hash>) -> Result<Option<Vec<u8>>, Fault> {
        let answer = self.link.ask("state_getStorage", json!([hex_of(key), at.map(hex_of)])).await?;
        if answer.is_null() {
            Ok(None)
        } else {
            read_bytes(&answer).map(Some)
        }
    }

    /// Asks the chain's own program.
    pub(super) async fn run(&self, function: &str, input: &[u8], at: Option<Hash>) -> Result<Vec<u8>, Fault> {
        let params = json!([function, hex_of(input), at.map(hex_of)]);
        read_bytes(&self.link.ask("state_call", params).await?)
    }

    pub(super) async fn time(&self, at: Option<Hash>) -> Result<u64, Fault> {
        // Before its first block a chain has no time.
        match self.storage(&item("Timestamp", "Now"), at).await? {
            None => Ok(0),
            Some(now) => u64::decode(&mut now.as_slice()).map_err(|_| unreadable("time")),
        }
    }

    pub(super) async fn account(&self, account: AccountId, at: Option<Hash>) -> Result<Account, Fault> {
        match self.storage(&account_key(&account), at).await? {
            None => Ok(Account::default()),
            Some(bytes) => Account::decode(&mut bytes.as_slice()).map_err(|_| unreadable("account")),
        }
    }

    pub(super) async fn version(&self, at: Option<Hash>) -> Result<RuntimeVersion, Fault> {
        let answer = self.link.ask("state_getRuntimeVersion", json!([at.map(hex_of)])).await?;
        let number = |name: &str| answer[name].as_u64().and_then(|number| u32::try_from(number).ok());
        match (number("specVersion"), number("transactionVersion")) {
            (Some(spec_version), Some(transaction_version)) => {
                Ok(RuntimeVersion { spec_version, transaction_version })
            }
            _ => Err(unreadable("runtime version")),
        }
    }

    /// The runtime that builds on top of a block, the best one where none is named.
    pub(super) async fn spec(&self, at: Option<Hash>) -> Result<Arc<Spec>, Fault> {
        let version = self.version(at).await?;
        let known = self.specs().get(&version.spec_version).cloned();
        if let Some(spec) = known {
            return Ok(spec);
        }
        let bytes = read_bytes(&self.link.ask("state_getMetadata", json!([at.map(hex_of)])).await?)?;
        let metadata = Metadata::decode(&mut bytes.as_slice())
            .map_err(|error| ChainError::Protocol(format!("metadata: {error}")))?;
        let spec = Arc::new(Spec { version, metadata });
        if let Err(missing) = spec.ensure_contracts() {
            return Err(ChainError::NoContracts { url: self.link.url().to_owned(), missing }.into());
        }
        self.specs().insert(version.spec_version, spec.clone());
        Ok(spec)
    }

    /// The nonce of the next transaction of an account, after those that wait already.
    pub(super) async fn pool_nonce(&self, account: AccountId) -> Result<u64, Fault> {
        let answer = self.link.ask("system_accountNextIndex", json!([crate::address(&account)])).await?;
        answer.as_u64().ok_or_else(|| unreadable("nonce"))
    }

    fn bodies(&self) -> MutexGuard<'_, HashMap<Hash, Arc<Body>>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn specs(&self) -> MutexGuard<'_, HashMap<u32, Arc<Spec>>> {
        self.specs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of a storage item, or of all that is under it.
pub fn item(pallet: &str, item: &str) -> Vec<u8> {
    [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}

pub fn account_key(account: &AccountId) -> Vec<u8> {
    let account: &[u8] = account.as_ref();
    [&item("System", "Account"), &blake2_128(account)[..], account].concat()
}

pub fn contract_key(contract: &AccountId) -> Vec<u8> {
    let contract: &[u8] = contract.as_ref();
    [&item("Contracts", "ContractInfoOf"), &twox_64(contract)[..], contract].concat()
}

pub fn hex_of(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

pub fn read_hash(value: &Value) -> Result<Hash, Fault> {
    let bytes = <[u8; 32]>::try_from(read_bytes(value)?).map_err(|_| unreadable("hash"))?;
    Ok(Hash::from(bytes))
}

pub fn read_bytes(value: &Value) -> Result<Vec<u8>, Fault> {
    value
        .as_str()
        .and_then(|text| hex::decode(text.strip_prefix("0x")?).ok())
        .ok_or_else(|| unreadable("bytes"))
}

pub fn unreadable(what: &str) -> Fault {
    Fault::Chain(ChainError::Protocol(what.to_owned()))
}
