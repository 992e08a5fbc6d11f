//! A chain that is reached over the network, through the JSON-RPC of one of its nodes.

mod answer;
mod decision;
mod history;
mod landing;
mod ledger;
mod link;
mod options;
mod preparing;
mod reading;
mod recalled;
mod rehearsal;
mod sending;
mod spec;
mod transaction;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::runtime::Runtime;

use crate::{AccountId, Action, Balance, ChainError, Hash, Receipt, Signer};

use link::{Fault, Link};
use reading::{read_hash, Body};
use sending::Place;
use spec::Spec;

pub use options::{Finality, Limits, Options};
pub use transaction::{Block, Signed, Unsigned};

/// A chain with pallet-contracts, reached through one of its nodes.
///
/// Reading asks for the newest block. A call is tried first: what the dry run refuses is an error without a fee,
/// and nothing is sent, where the embedded chain would take the fee. A call that is sent is done exactly once, or
/// the error says that this is not known yet ([`ChainError::Undecided`]).
///
/// All methods wait for the node, and must not be called by a task of an async runtime.
pub struct NodeLedger {
    runtime: Runtime,
    link: Link,
    options: Options,
    genesis: Hash,
    chain: ChainInfo,
    specs: Mutex<HashMap<u32, Arc<Spec>>>,
    bodies: Mutex<HashMap<Hash, Arc<Body>>>,
}

/// What a chain is called and what its money is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainInfo {
    /// Its name.
    pub name: String,
    /// The name of its token, `UNIT` where it has none.
    pub token: String,
    /// How many digits of an amount in planks are behind the point.
    pub decimals: u32,
    /// The least that an account holds, in planks.
    pub existential_deposit: Balance,
}

/// A call that is on the chain and succeeded, with what it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The call.
    pub receipt: Receipt,
    /// The contract that it made, if it was to make one.
    pub contract: Option<AccountId>,
    /// Hash of the code that it put on the chain, if it was to.
    pub code_hash: Option<Hash>,
}

/// Where a transaction is.
#[derive(Debug)]
pub enum Status {
    /// On the chain.
    Included {
        /// The block that holds it.
        block: Block,
        /// Whether no other block can take the place of that one.
        finalized: bool,
        /// Why it failed, if it did.
        failure: Option<ChainError>,
    },
    /// Not on the chain, which says nothing about what is to come.
    NotFound,
}

/// More than any token has: 2^128 planks would be less than a token.
const MOST_DECIMALS: u32 = 38;

impl NodeLedger {
    /// Connects to the node at `url`, which begins with `ws://` or `wss://`.
    pub fn connect(url: &str) -> Result<Self, ChainError> {
        Self::with(url, Options::default())
    }

    /// Connects to the node at `url`, to go on as `options` say.
    pub fn with(url: &str, options: Options) -> Result<Self, ChainError> {
        let failed = |reason: String| ChainError::Unreachable { url: url.to_owned(), reason };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("node")
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let mut ledger = Self {
            runtime,
            link: Link::new(url, Duration::from_millis(options.request_ms)),
            options,
            genesis: Hash::default(),
            chain: ChainInfo::default(),
            specs: Mutex::default(),
            bodies: Mutex::default(),
        };
        let (genesis, chain) = ledger.wait(ledger.greet())?;
        ledger.genesis = genesis;
        ledger.chain = chain;
        Ok(ledger)
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        self.link.url()
    }

    /// How it goes on.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Goes on as `options` say; the patience with a single request stays as it was.
    pub fn set_options(&mut self, options: Options) {
        self.options = options;
    }

    /// Hash of the chain's first block, which names the chain.
    pub fn genesis_hash(&self) -> Hash {
        self.genesis
    }

    /// What the chain is called and what its money is.
    pub fn chain(&self) -> &ChainInfo {
        &self.chain
    }

    /// The number of the newest final block.
    pub fn finalized_block(&self) -> Result<u32, ChainError> {
        self.wait(async { Ok(self.heads().await?.finalized.number) })
    }

    /// The nonce of the next transaction of an account, after those that wait already.
    pub fn next_nonce(&self, account: AccountId) -> Result<u64, ChainError> {
        self.wait(self.pool_nonce(account))
    }

    /// A transaction of `account` for `action`, to be signed elsewhere. It is tried first; what the dry run refuses
    /// is refused.
    pub fn prepare(&self, account: AccountId, action: &Action<'_>) -> Result<Unsigned, ChainError> {
        self.wait(self.prepare_now(account, action, None))
    }

    /// Gets a transaction onto the chain that was signed elsewhere, exactly once, whoever else sent it already.
    ///
    /// Refuses one that was signed for another chain, and one that can never be included any more
    /// ([`ChainError::Expired`]).
    pub fn submit_signed(&mut self, bytes: &[u8]) -> Result<Landed, ChainError> {
        let signed = self.wait(self.read_signed(bytes))?;
        self.finish(&signed)
    }

    /// Looks for a transaction from block `from_block` on.
    pub fn status(&self, hash: Hash, from_block: u32) -> Result<Status, ChainError> {
        let heads = self.wait(self.heads())?;
        let Some(place) = self.wait(self.find(hash, from_block, heads.best.number))? else {
            return Ok(Status::NotFound);
        };
        let scene = self.wait(self.scene(place.block))?;
        let failure = match scene.signed(place.index) {
            Some((signer, _)) => match self.read(&scene, place.index, signer) {
                // That it is done is known, whatever it answered.
                Ok(Ok(_) | Err(ChainError::AnswerUnknown { .. })) => None,
                Ok(Err(failure)) => Some(failure),
                Err(fault) => return Err(self.link.explain(fault)),
            },
            None => None,
        };
        Ok(Status::Included {
            block: place.block,
            finalized: place.block.number <= heads.finalized.number,
            failure,
        })
    }

    /// Signs and sends `action` after a dry run, and does not wait. `nonce` is that of the account's next transaction
    /// where none is named.
    pub fn begin(
        &mut self,
        signer: &Signer,
        action: &Action<'_>,
        nonce: Option<u64>,
    ) -> Result<Signed, ChainError> {
        self.wait(async {
            let signed = self.prepare_now(signer.account(), action, nonce).await?.sign(signer);
            self.send(&signed).await.map(|()| signed)
        })
    }

    /// Signs and sends `action` without a dry run, and does not wait.
    pub fn begin_unchecked(
        &mut self,
        signer: &Signer,
        action: &Action<'_>,
        limits: Limits,
        nonce: u64,
    ) -> Result<Signed, ChainError> {
        self.wait(async {
            let signed = self.prepare_unchecked(signer.account(), action, limits, nonce).await?.sign(signer);
            self.send(&signed).await.map(|()| signed)
        })
    }

    /// Waits for a transaction that was begun, and sends the same bytes again where that is needed.
    pub fn finish(&mut self, signed: &Signed) -> Result<Landed, ChainError> {
        let place = self.runtime.block_on(self.include_signed(signed))?;
        self.land(signed, place)
    }

    fn act(&self, signer: &Signer, action: &Action<'_>) -> Result<Landed, ChainError> {
        let (signed, place) = self.runtime.block_on(self.include(signer, action))?;
        self.land(&signed, place)
    }

    /// What came of a transaction that is on the chain.
    fn land(&self, signed: &Signed, place: Place) -> Result<Landed, ChainError> {
        let deadline = self.deadline();
        loop {
            let seen = self
                .runtime
                .block_on(self.scene(place.block))
                .and_then(|scene| self.read(&scene, place.index, signed.account));
            match seen {
                Ok(landed) => return landed,
                Err(Fault::Lost(_)) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_secs(1))
                }
                Err(fault) => {
                    let reason = self.link.explain(fault).to_string();
                    return Err(ChainError::Unread { hash: signed.hash, block: place.block.number, reason });
                }
            }
        }
    }

    async fn greet(&self) -> Result<(Hash, ChainInfo), Fault> {
        let genesis = read_hash(&self.link.ask("chain_getBlockHash", json!([0])).await?)?;
        let spec = self.spec(None).await?;
        let name = self.link.ask("system_chain", json!([])).await?;
        let properties = self.link.ask("system_properties", json!([])).await?;
        // Chains with several tokens name the one that fees are paid with first.
        let first = |value: &serde_json::Value| value.get(0).unwrap_or(value).clone();
        let decimals =
            first(&properties["tokenDecimals"]).as_u64().and_then(|digits| u32::try_from(digits).ok());
        let info = ChainInfo {
            name: name.as_str().unwrap_or_default().to_owned(),
            token: symbol(first(&properties["tokenSymbol"]).as_str()),
            decimals: decimals.filter(|x| *x <= MOST_DECIMALS).unwrap_or(12),
            existential_deposit: spec.existential_deposit(),
        };
        Ok((genesis, info))
    }

    fn wait<T>(&self, work: impl std::future::Future<Output = Result<T, Fault>>) -> Result<T, ChainError> {
        self.runtime.block_on(work).map_err(|fault| self.link.explain(fault))
    }

    fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

/// A symbol that is safe to print, whatever a node says.
fn symbol(told: Option<&str>) -> String {
    let plain = |x: &&str| (1..=12).contains(&x.len()) && x.bytes().all(|x| x.is_ascii_alphanumeric());
    told.filter(plain).unwrap_or("UNIT").to_owned()
}

impl fmt::Debug for NodeLedger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NodeLedger")
            .field("url", &self.url())
            .field("chain", &self.chain.name)
            .finish()
    }
}
