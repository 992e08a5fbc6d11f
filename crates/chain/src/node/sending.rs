//! Getting a transaction onto the chain, once.
//!
//! A transaction is told apart from all others by its hash. It is sent as often as needed with the same bytes,
//! which a chain takes once, and another one is signed in its place only when it can never be included.

use std::time::{Duration, Instant};

use jsonrpsee::core::client::Subscription;
use serde_json::{json, Value};

use crate::{Action, ChainError, Signer};

use super::{
    decision::{Inclusion, Refused, Sight, Step, Verdict},
    link::{Fault, Refusal},
    options::Finality,
    reading::{hex_of, unreadable, Heads},
    transaction::{Block, Signed},
    NodeLedger,
};

/// How often another transaction is signed in the place of one that was sent and can never be included.
const ATTEMPTS: u32 = 3;

/// How long to wait for news before the chain itself is looked at, in milliseconds.
const NEWS_MS: u64 = 6_000;

const FIRST_PAUSE_MS: u64 = 50;
const LONGEST_PAUSE_MS: u64 = 4_000;

/// Where a transaction is on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub block: Block,
    /// Its number within the block.
    pub index: u32,
}

/// How a transaction ended.
enum End {
    Included(Place),
    Dead { sent: bool },
}

/// What is known of a transaction on its way.
struct Way {
    deadline: Instant,
    /// Whether a pool may have it.
    sent: bool,
    /// Why the node did not take it the last time.
    refusal: Option<Refusal>,
    pause_ms: u64,
}

impl Way {
    fn new(deadline: Instant, sent: bool) -> Self {
        Self { deadline, sent, refusal: None, pause_ms: FIRST_PAUSE_MS }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Pauses grow, so that a node in trouble is not asked all the time.
    async fn pause(&mut self) {
        let left = self.deadline.saturating_duration_since(Instant::now());
        tokio::time::sleep(Duration::from_millis(self.pause_ms).min(left)).await;
        self.pause_ms = self.pause_ms.saturating_mul(2).min(LONGEST_PAUSE_MS);
    }
}

impl NodeLedger {
    pub(super) fn deadline(&self) -> Instant {
        let patience = Duration::from_millis(self.options.patience_ms);
        Instant::now().checked_add(patience).unwrap_or_else(Instant::now)
    }

    /// Signs `action` and gets it onto the chain, exactly once. Where a transaction can never be included, all
    /// begins anew with the dry run, for the chain is another one by then.
    pub(super) async fn include(
        &self,
        signer: &Signer,
        action: &Action<'_>,
    ) -> Result<(Signed, Place), ChainError> {
        let deadline = self.deadline();
        let mut attempts = 0;
        let mut between = Way::new(deadline, false);
        loop {
            let signed = match self.prepare_now(signer.account(), action, None).await {
                Ok(unsigned) => unsigned.sign(signer),
                Err(Fault::Lost(_)) if !between.is_over() => {
                    between.pause().await;
                    continue;
                }
                Err(fault) => return Err(self.link().explain(fault)),
            };
            match self.carry(&signed, Way::new(deadline, false)).await? {
                End::Included(place) => return Ok((signed, place)),
                End::Dead { sent } => {
                    attempts += u32::from(sent);
                    if attempts >= ATTEMPTS || between.is_over() {
                        return Err(ChainError::Expired { hash: signed.hash });
                    }
                    between.pause().await;
                }
            }
        }
    }

    /// Gets a transaction onto the chain that was signed before, and may have been sent before.
    pub(super) async fn include_signed(&self, signed: &Signed) -> Result<Place, ChainError> {
        match self.carry(signed, Way::new(self.deadline(), true)).await? {
            End::Included(place) => Ok(place),
            End::Dead { .. } => Err(ChainError::Expired { hash: signed.hash }),
        }
    }

    /// Sends a transaction and does not wait. Where the connection is lost meanwhile it may have been sent.
    pub(super) async fn send(&self, signed: &Signed) -> Result<(), Fault> {
        self.link().reach().await?;
        match self.link().tell("author_submitExtrinsic", json!([hex_of(&signed.bytes)])).await {
            Err(Fault::Answer(refusal)) if Refused::read(refusal.code, &refusal.reason) == Refused::Known => {
                Ok(())
            }
            Err(Fault::Answer(refusal))
                if Refused::read(refusal.code, &refusal.reason) == Refused::Unpayable =>
            {
                Err(self.unpayable(signed).await?.into())
            }
            Err(Fault::Lost(_) | Fault::Chain(_)) => Err(undecided(signed).into()),
            answer => answer.map(|_| ()),
        }
    }

    async fn carry(&self, signed: &Signed, mut way: Way) -> Result<End, ChainError> {
        let mut news = None;
        loop {
            if news.is_none() {
                news = match self.submit(signed, &mut way).await {
                    Ok(news) => news,
                    Err(Some(error)) => return Err(error),
                    Err(None) => return Ok(End::Dead { sent: false }),
                };
            }
            if let Some(told) = &mut news {
                if !self.worth_looking(told, way.deadline).await {
                    news = None;
                }
            }
            let (sight, place) = match self.look(signed).await {
                Ok(seen) => seen,
                // A node that cannot say now, whatever its reason, may say later: what was sent may be included.
                Err(fault) if way.sent || matches!(fault, Fault::Lost(_)) => {
                    if way.is_over() {
                        return Err(self.lost(signed, &way, fault));
                    }
                    news = None;
                    way.pause().await;
                    continue;
                }
                Err(fault) => return Err(self.link().explain(fault)),
            };
            let sight = Sight { patience_over: way.is_over(), ..sight };
            match (sight.next(self.options.finality), place) {
                (Step::Done, Some(place)) => return Ok(End::Included(place)),
                (Step::Dead, _) => return Ok(End::Dead { sent: way.sent }),
                (Step::GiveUp, _) => return Err(self.given_up(signed, way)),
                _ if news.is_none() => way.pause().await,
                _ => {}
            }
        }
    }

    /// Sends the transaction and asks for news of it. `Err(None)` means that no pool has it or ever had.
    async fn submit(
        &self,
        signed: &Signed,
        way: &mut Way,
    ) -> Result<Option<Subscription<Value>>, Option<ChainError>> {
        let params = json!([hex_of(&signed.bytes)]);
        // Nothing can have been sent where there is no connection to begin with.
        if let Err(Fault::Lost(_)) = self.link().reach().await {
            return Ok(None);
        }
        match self.link().follow("author_submitAndWatchExtrinsic", params, "author_unwatchExtrinsic").await {
            Ok(news) => {
                way.sent = true;
                Ok(Some(news))
            }
            Err(Fault::Lost(_)) => {
                way.sent = true;
                Ok(None)
            }
            // An answer that cannot be read comes after the node had the transaction.
            Err(Fault::Chain(_)) => {
                way.sent = true;
                Ok(None)
            }
            Err(Fault::Answer(refusal)) => {
                let meaning = Refused::read(refusal.code, &refusal.reason);
                match meaning.verdict(way.sent) {
                    Verdict::Dead => return Err(None),
                    Verdict::Final if meaning == Refused::Unpayable => {
                        let error = self.unpayable(signed).await;
                        return Err(Some(error.unwrap_or_else(|fault| self.link().explain(fault))));
                    }
                    Verdict::Final => return Err(Some(ChainError::Refused { reason: refusal.reason })),
                    Verdict::Sent => way.sent = true,
                    Verdict::GoOn => way.refusal = Some(refusal),
                }
                Ok(None)
            }
        }
    }

    /// Waits for news after which the transaction may be on the chain, or may not get there. False where no
    /// more news will come.
    async fn worth_looking(&self, news: &mut Subscription<Value>, deadline: Instant) -> bool {
        let until = deadline.min(Instant::now() + Duration::from_millis(NEWS_MS));
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(told) = tokio::time::timeout(left, news.next()).await else { return true };
            let Some(Ok(told)) = told else { return false };
            if told.get("finalized").is_some() {
                return true;
            }
            if told.get("inBlock").is_some() && self.options.finality == Finality::Best {
                return true;
            }
            let is_over = ["dropped", "invalid"].iter().any(|word| told == *word)
                || ["usurped", "finalityTimeout"].iter().any(|word| told.get(word).is_some());
            if is_over {
                return false;
            }
        }
    }

    /// Looks for the transaction on the chain, and for what would keep it from getting there.
    pub(super) async fn look(&self, signed: &Signed) -> Result<(Sight, Option<Place>), Fault> {
        loop {
            let heads = self.heads().await?;
            let last = heads.best.number.min(signed.last_block);
            let seen = self.find(signed.hash, signed.birth.number.saturating_add(1), last).await?;
            let sight = match seen {
                Some(place) => Sight {
                    included: Some(Inclusion { finalized: place.block.number <= heads.finalized.number }),
                    ..Sight::default()
                },
                None => self.prospects(signed, heads).await?,
            };
            // What was read block by block counts only if it was one and the same chain all the while.
            let whole = self.block_at(heads.best.number).await? == Some(heads.best)
                && self.block_at(heads.finalized.number).await? == Some(heads.finalized);
            if whole {
                return Ok((sight, seen));
            }
            tokio::time::sleep(Duration::from_millis(FIRST_PAUSE_MS)).await;
        }
    }

    async fn prospects(&self, signed: &Signed, heads: Heads) -> Result<Sight, Fault> {
        // What only the best head says may be taken back.
        let nonce = u64::from(self.account(signed.account, Some(heads.finalized.hash)).await?.nonce);
        // Signed for the version of the best head, which the final one may still have to reach.
        let other_version =
            self.version(Some(heads.finalized.hash)).await?.spec_version > signed.spec_version;
        let other_branch = heads.finalized.number >= signed.birth.number
            && self.block_at(signed.birth.number).await? != Some(signed.birth);
        Ok(Sight {
            nonce_spent: nonce > signed.nonce,
            void: heads.finalized.number >= signed.last_block || other_version || other_branch,
            ..Sight::default()
        })
    }

    /// Where a transaction is in the blocks `first..=last` of the best chain.
    pub(super) async fn find(
        &self,
        hash: crate::Hash,
        first: u32,
        last: u32,
    ) -> Result<Option<Place>, Fault> {
        for (block, body) in self.bodies_in(first..=last).await? {
            if let Some(index) = body.hashes.iter().position(|other| *other == hash) {
                let index = u32::try_from(index).map_err(|_| unreadable("block"))?;
                return Ok(Some(Place { block, index }));
            }
        }
        Ok(None)
    }

    async fn unpayable(&self, signed: &Signed) -> Result<ChainError, Fault> {
        let least = self.spec(None).await?.existential_deposit();
        let spendable = self.account(signed.account, None).await?.spendable(least);
        Ok(ChainError::InsufficientFunds { account: signed.account, spendable, fee: 0 })
    }

    fn lost(&self, signed: &Signed, way: &Way, fault: Fault) -> ChainError {
        if way.sent {
            undecided(signed)
        } else {
            self.link().explain(fault)
        }
    }

    fn given_up(&self, signed: &Signed, way: Way) -> ChainError {
        match way.refusal {
            Some(refusal) if !way.sent => ChainError::Refused { reason: refusal.reason },
            _ => undecided(signed),
        }
    }
}

fn undecided(signed: &Signed) -> ChainError {
    ChainError::Undecided { hash: signed.hash, last_block: signed.last_block }
}
