//! The stage: a chain with the contract on it, the parties, and the watch over the invariants.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use orchestrator::OrchestratorRef;
use orchestrator_chain::{
    runtime::UNIT, AccountId, Balance, BuilderOf, CallError, Called, Embedded, Ledger, Message, Receipt,
    Signer, Typed,
};
use orchestrator_domain::{price_up, Clock, Error, Subject, MONTH_MS};
use scale::{Decode, Encode};
use serde_json::Value;

use crate::{invariants::Watch, picture::Candidates, Data, Fact, Picture, Who, CAPACITY, CLUSTER_PRICE};

/// The contract's messages, as the compiler knows them.
pub type At = BuilderOf<OrchestratorRef>;

/// What every party can spend outside the contract at the start.
const PURSE: Balance = 10_000 * UNIT;

/// One contract on one chain with all parties, watched.
pub struct Market<L> {
    /// The chain.
    pub ledger: L,
    /// The contract.
    pub contract: AccountId,
    /// The contract's messages.
    pub at: At,
    /// Interval of the standard challenger; all standard times are multiples or halves of it.
    pub beat_ms: u64,
    /// Maintenance that standard SLA terms allow in 30 days.
    pub quota_ms: u32,
    /// How much time may go by between calls that a story makes at one moment: none on the embedded chain.
    pub drift_ms: u64,
    pub(crate) signers: BTreeMap<Who, Signer>,
    pub(crate) data: BTreeMap<[u8; 32], Data>,
    candidates: Candidates,
    quick: bool,
    refused: u32,
    watch: Watch,
    last: Option<Receipt>,
    refusals: BTreeSet<(Vec<u8>, [u8; 4])>,
}

/// A message that is encoded already.
struct Encoded<A> {
    parts: (AccountId, Balance, Vec<u8>),
    answer: PhantomData<A>,
}

impl<A: Decode> Message for Encoded<A> {
    type Answer = A;

    fn parts(self) -> (AccountId, Balance, Vec<u8>) {
        self.parts
    }
}

impl Market<Embedded> {
    /// On a new embedded chain, with a beat of an hour.
    pub fn embedded() -> Self {
        let mut ledger = Embedded::in_memory();
        let banker = Signer::from_suri("//Banker").expect("a derivation path is a secret URI");
        ledger.fund(banker.account(), 1_000_000 * UNIT).expect("money can be made");
        Self::open(ledger, &banker, MONTH_MS / 720, &[])
    }
}

impl<L: Ledger> Market<L> {
    /// Puts the contract on a chain. `banker` must own enough there to give every party its purse; a chain that has the
    /// contract already takes another `salt`.
    pub fn open(mut ledger: L, banker: &Signer, beat_ms: u64, salt: &[u8]) -> Self {
        let signers: BTreeMap<Who, Signer> = Who::ALL.iter().map(|who| (*who, who.signer())).collect();
        for signer in signers.values() {
            let account = signer.account();
            let has = ledger.balance(account).expect("the chain tells balances").free;
            if has < PURSE {
                ledger.transfer(banker, account, PURSE - has).expect("the banker is rich");
            }
        }
        let constructor = OrchestratorRef::new(signers[&Who::Treasury].account());
        let made = ledger.create(&signers[&Who::Admin], orchestrator_bundle::WASM, constructor, 0, salt);
        let made = made.expect("the contract can be deployed");
        let candidates = Candidates::default();
        let watch = Watch::new(Picture::read(&ledger, made.contract, &candidates));
        let data = BTreeMap::new();
        let (contract, at) = (made.contract, made.at);
        Self {
            ledger,
            contract,
            at,
            beat_ms,
            quota_ms: 0,
            drift_ms: 0,
            signers,
            data,
            candidates,
            quick: false,
            refused: 0,
            watch,
            last: None,
            refusals: BTreeSet::new(),
        }
    }

    /// The account of a party.
    pub fn id(&self, who: Who) -> AccountId {
        self.signers[&who].account()
    }

    /// Sends a message. Whatever comes of it, the invariants are checked; a refusal must not have changed anything.
    pub fn attempt<M, T>(&mut self, who: Who, message: impl FnOnce(&mut At) -> M) -> Result<T, Error>
    where
        M: Message<Answer = Result<T, Error>>,
        T: Decode,
    {
        let parts = message(&mut self.at).parts();
        let selector = parts.2.first_chunk::<4>().copied().unwrap_or_default();
        let message = Encoded::<Result<T, Error>> { parts, answer: PhantomData };
        match self.ledger.send(&self.signers[&who], message) {
            Ok(Called { value, receipt }) => {
                self.observe(who, &receipt);
                self.last = Some(receipt);
                Ok(value)
            }
            Err(CallError::Refused(refusal)) => {
                self.observe_refusal();
                self.refusals.insert((refusal.encode(), selector));
                Err(refusal)
            }
            Err(CallError::Chain(error)) => panic!("{who:?}: {error}"),
        }
    }

    /// Sends a message that must be accepted.
    #[track_caller]
    pub fn done<M, T>(&mut self, who: Who, message: impl FnOnce(&mut At) -> M) -> T
    where
        M: Message<Answer = Result<T, Error>>,
        T: Decode,
    {
        match self.attempt(who, message) {
            Ok(value) => value,
            Err(refusal) => panic!("{who:?} was refused: {refusal:?}"),
        }
    }

    /// Sends a message that must be refused with `error`, and leave everything as it was.
    #[track_caller]
    pub fn refused<M, T>(&mut self, who: Who, error: Error, message: impl FnOnce(&mut At) -> M)
    where
        M: Message<Answer = Result<T, Error>>,
        T: Decode,
    {
        match self.attempt(who, message) {
            Ok(_) => panic!("{who:?} was not refused; expected {error:?}"),
            Err(refusal) => assert_eq!(refusal, error, "{who:?}"),
        }
    }

    /// Whether the message of this name has been refused with `error` so far.
    pub fn was_refused(&self, error: Error, message: &str) -> bool {
        self.refusals.contains(&(error.encode(), selector(message)))
    }

    /// What a view answers.
    pub fn ask<M: Message>(&self, message: impl FnOnce(&At) -> M) -> M::Answer {
        self.ask_as(Who::Stranger, message)
    }

    /// What a view answers to somebody.
    pub fn ask_as<M: Message>(&self, who: Who, message: impl FnOnce(&At) -> M) -> M::Answer {
        self.ledger.ask(self.id(who), message(&self.at)).expect("a view answers")
    }

    /// The state as it was after the last call.
    pub fn picture(&self) -> &Picture {
        self.watch.picture()
    }

    /// The transaction of the last accepted message.
    pub fn receipt(&self) -> &Receipt {
        self.last.as_ref().expect("a message was accepted")
    }

    /// The moment of the newest block, as the contract sees it.
    pub fn clock(&self) -> Clock {
        let now = self.ledger.now_ms().expect("the chain has a clock");
        let block = self.ledger.block_number().expect("the chain has blocks");
        Clock { now, block, pauses: self.picture().settings.pauses.clone() }
    }

    /// What time has earned a standard order must be as `expected`; where calls take time, up to what it earns meanwhile.
    #[track_caller]
    pub fn earned(&self, told: Balance, expected: Balance) {
        let meanwhile = price_up(CLUSTER_PRICE, CAPACITY, self.drift_ms).expect("in bounds");
        assert!(told.abs_diff(expected) <= meanwhile, "{told} instead of {expected}");
    }

    /// Lets time pass.
    pub fn advance(&mut self, ms: u64) {
        self.ledger.advance(ms).expect("time can pass");
    }

    /// Lets beats pass.
    pub fn beats(&mut self, beats: u64) {
        self.advance(beats * self.beat_ms);
    }

    /// Compares only the money after refused calls, but for every eighth: for tests of many calls. What that misses
    /// shows after the next call that is accepted.
    pub fn watch_refusals_quickly(&mut self) {
        self.quick = true;
    }

    fn observe(&mut self, who: Who, receipt: &Receipt) {
        let caller = self.id(who);
        let facts = Fact::among(&receipt.events);
        self.candidates.accounts.insert(caller);
        self.candidates.providers.insert(caller);
        self.candidates.challengers.insert(caller);
        for fact in &facts {
            match fact {
                Fact::Balances(x) => self.candidates.accounts.extend(x.accounts.iter().map(|x| x.account)),
                Fact::Trust(x) => drop(self.candidates.trusting.insert((x.provider, x.manager))),
                Fact::Member(x) => drop(self.candidates.sharing.insert((x.cluster, x.provider))),
                Fact::Committed(x) => drop(self.candidates.committed.insert(x.placement)),
                Fact::Access(x) => drop(self.candidates.granted.insert(x.reservation)),
                _ => {}
            }
        }
        let picture = Picture::follow(&self.ledger, self.contract, &self.candidates);
        self.candidates.providers = picture.providers.keys().copied().collect();
        self.candidates.challengers = picture.challengers.keys().copied().collect();
        self.candidates.granted = picture.grants.keys().copied().collect();
        self.candidates.committed = picture.committed.keys().copied().collect();
        self.candidates.trusting = picture.trust.clone();
        if let Err(broken) = self.watch.step(picture, receipt.at_ms, caller, &facts) {
            panic!("{broken}");
        }
        let scored = |fact: &Fact| match fact {
            Fact::Scored(x) => vec![x.provider.map(Subject::Provider), x.unit.map(Subject::Unit)],
            _ => Vec::new(),
        };
        self.scores(facts.iter().flat_map(scored).flatten());
    }

    /// Compares scores as the contract tells them now with what its events add up to.
    fn scores(&self, subjects: impl Iterator<Item = Subject>) {
        let now = self.clock().now;
        let known = |x: &Subject| !matches!(x, Subject::Unit(id) if !self.picture().units.contains_key(id));
        for subject in subjects.filter(known) {
            let told = self.ask(|at| at.score(subject)).expect("a score is told");
            if let Err(broken) = self.watch.score(subject, &told, now) {
                panic!("{broken}");
            }
        }
    }

    fn observe_refusal(&mut self) {
        self.refused += 1;
        if !self.quick || self.refused % 8 == 0 {
            return self.unchanged();
        }
        let picture = Picture::money(&self.ledger, self.contract, &self.candidates);
        if let Err(broken) = self.watch.quick_refusal(&picture) {
            panic!("{broken}");
        }
    }

    /// Reads everything again and compares it with what the last call left (invariant 11); and all scores.
    pub fn unchanged(&self) {
        if let Err(broken) = self.watch.refusal(&Picture::read(&self.ledger, self.contract, &self.candidates))
        {
            panic!("{broken}");
        }
        let providers = self.picture().providers.keys().map(|id| Subject::Provider(*id));
        self.scores(providers.chain(self.picture().units.keys().map(|id| Subject::Unit(*id))));
    }
}

/// The selector of a message, as the contract's metadata tells it.
fn selector(message: &str) -> [u8; 4] {
    let metadata: Value = serde_json::from_str(orchestrator_bundle::METADATA).expect("the metadata is JSON");
    let messages = metadata["spec"]["messages"].as_array().expect("there are messages");
    let found = messages.iter().find(|x| x["label"] == message).and_then(|x| x["selector"].as_str());
    let digits =
        found.and_then(|x| x.strip_prefix("0x")).unwrap_or_else(|| panic!("`{message}` is no message"));
    u32::from_str_radix(digits, 16).expect("a selector is a number").to_be_bytes()
}
