//! From an empty market to replicas that are paid for and challenged.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use orchestrator::domain::{Kind, NodeSpec, NodeState, SlaTerms, State, UnitSpec, DAY_MS};
use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_market::parties::Stage;

use crate::{
    demo::{
        claim::{ensure, equal},
        input::UNIT_GIB,
        story::{Story, TERM_MS},
    },
    failure::Failure,
    output::unit,
};

const HOUR_MS: u64 = 3_600_000;
/// Time to answer a round.
pub const WINDOW_MS: u64 = 6 * HOUR_MS;
/// Price of the first provider's GiB for 30 days; each further one asks 5 % more.
const PRICE: u128 = 2 * UNIT;
/// Germany, France, Spain, Italy, Poland.
const REGIONS: [u16; 5] = [276, 250, 724, 380, 616];

/// What all data units of the demo promise: a round a day, answered within six hours, and a fifth of the collateral
/// for a miss; the third miss in a row costs all of it.
const TERMS: SlaTerms = SlaTerms {
    interval_ms: DAY_MS as u32,
    window_ms: WINDOW_MS as u32,
    samples: 4,
    slash_bps: 2_000,
    max_misses: 3,
    collateral_bps: 10_000,
    uptime_bps: 9_990,
    latency_ms: 200,
    notice_ms: DAY_MS as u32,
    exit_bps: 1_000,
    maintenance_ms: 0,
};

impl<L: Ledger> Story<'_, L> {
    /// Providers register and put in money for collateral.
    pub fn market_opens(&mut self) -> Result<(), Failure> {
        self.teller.chapter("1. A market opens")?;
        let code = orchestrator_bundle::WASM.len();
        self.teller.fact(&format!("the operator has deployed the contract: {code} bytes of code"))?;
        let gib = self.input.bytes.div_ceil(1 << 30).max(1);
        for (n, (name, provider)) in (0_u128..).zip(&self.cast.providers) {
            let ledger = &mut self.ledger;
            provider.register(ledger, name)?;
            let node = provider.add_node(ledger, node(n as usize))?;
            let spec = offer(PRICE + PRICE * n / 20);
            let unit_id = provider.add_unit(ledger, node, spec.clone())?;
            let put_in = spec.price * u128::from(gib + 1);
            provider.party().deposit(ledger, put_in)?;
            let found =
                provider.party().ask(ledger, "read a unit", provider.party().market().data_unit(unit_id))?;
            equal(found.map(|x| x.spec), Some(spec.clone()), "the data unit on the chain")?;
            equal(provider.party().money(ledger)?.available, put_in, "what the provider has available")?;
            self.teller.fact(&format!(
                "{name} offers {UNIT_GIB} GiB for {} UNIT a GiB and 30 days, and has put in {} UNIT",
                unit(spec.price),
                unit(put_in)
            ))?;
        }
        self.check()
    }

    /// The consumer encrypts its file, once for each replica.
    pub fn file_is_sealed(&mut self) -> Result<(), Failure> {
        self.teller.chapter("2. The consumer encrypts its file")?;
        let Story { input, teller, .. } = self;
        teller.fact(&format!("{}: {} bytes, SHA-256 {}", input.file.display(), input.bytes, input.sha256))?;
        let bar = bar(input.bytes * u64::from(self.wanted), teller.is_quiet());
        self.parcel = self.cast.consumer.seal(&input.file, self.wanted.into(), |number, done| {
            bar.set_position(u64::from(number) * input.bytes + done);
        })?;
        bar.finish_and_clear();
        let mut roots = Vec::new();
        for (slot, replica) in self.parcel.replicas.iter().enumerate() {
            equal(replica.stage, Stage::Encrypted, "the stage of the replica")?;
            let Some(sealed) = replica.sealed else { continue };
            roots.push(sealed.root);
            let root = hex::encode(sealed.root);
            teller.fact(&format!(
                "replica {slot}: {} chunks of 1 KiB, root {}…",
                sealed.chunks,
                &root[..16]
            ))?;
        }
        roots.sort_unstable();
        roots.dedup();
        equal(roots.len(), self.parcel.replicas.len(), "the number of different roots")
    }

    /// One call reserves a placement for each replica on the cheapest units, and locks the price.
    pub fn replicas_are_reserved(&mut self) -> Result<(), Failure> {
        self.teller.chapter("3. It reserves room for every replica in one call")?;
        let (ledger, consumer) = (&mut self.ledger, &self.cast.consumer);
        consumer.register_challenger(ledger, TERMS.interval_ms, TERMS.window_ms)?;
        let offers = consumer.offers(ledger, self.parcel.capacity(), TERM_MS, &[])?;
        equal(offers.len(), self.cast.providers.len(), "the number of offers")?;
        let chosen = &offers[..usize::from(self.wanted).min(offers.len())];
        let price: u128 = chosen.iter().map(|offer| offer.price).sum();
        // Twice the price: there is to be something left for the replica that will have to be replaced.
        let put_in = price * 2;
        consumer.party().deposit(ledger, put_in)?;
        let id = consumer.reserve(ledger, &mut self.parcel, chosen, TERM_MS)?;
        let money = consumer.party().money(ledger)?;
        equal(
            (money.available, money.locked),
            (put_in - price, price),
            "the consumer's available and locked money",
        )?;
        for (slot, offer) in chosen.iter().enumerate() {
            let (placement, p) = self.filled(slot)?;
            equal(
                (p.provider, p.escrow),
                (offer.provider, offer.price),
                "provider and escrow of the placement",
            )?;
            equal(self.parcel.replica(slot)?.stage, Stage::Funded, "the stage of the replica")?;
            self.teller.fact(&format!(
                "placement {placement}: replica {slot} at {} for 30 days, {} UNIT in escrow ({})",
                self.cast.name(offer.provider),
                unit(offer.price),
                Stage::Funded
            ))?;
        }
        self.teller.note(&format!(
            "reservation {id}: {} UNIT locked of {} put in",
            unit(price),
            unit(put_in)
        ))?;
        self.check()
    }

    /// Providers accept what the chain proposes to them, receive the replicas, check them and activate.
    pub fn replicas_are_handed_over(&mut self) -> Result<(), Failure> {
        self.teller.chapter("4. The providers accept, receive and check the replicas")?;
        self.ledger.advance(HOUR_MS)?;
        let mut accepted = Vec::new();
        for (_, provider) in &self.cast.providers {
            accepted.extend(provider.accept_proposals(&mut self.ledger)?);
        }
        equal(accepted.len(), self.parcel.replicas.len(), "the number of accepted placements")?;
        self.cast.consumer.follow(&self.ledger, &mut self.parcel)?;
        for slot in 0..self.parcel.replicas.len() {
            self.hand_over(slot)?;
        }
        self.check()
    }

    /// Hands one replica over, from accepted to active.
    pub fn hand_over(&mut self, slot: usize) -> Result<(), Failure> {
        equal(self.parcel.replica(slot)?.stage, Stage::Accepted, "the stage of the replica")?;
        let (placement, p) = self.filled(slot)?;
        let (name, provider) = (self.cast.name(p.provider).to_owned(), self.cast.provider(p.provider)?);
        ensure(p.collateral > 0 && p.collateral == p.collateral_initial, "collateral that is locked")?;
        let ledger = &mut self.ledger;
        let record = self.cast.consumer.send(&mut self.parcel, slot, |id, data| {
            equal(id, placement, "the placement that the replica goes to")?;
            Ok::<_, Failure>(provider.receive(ledger, id, data)?)
        })?;
        equal(
            (record.root, record.chunks),
            (p.root, p.chunks),
            "root and chunks of what the provider stored",
        )?;
        equal(self.parcel.replica(slot)?.stage, Stage::Transferred, "the stage of the replica")?;
        provider.activate(ledger, placement)?;
        self.cast.consumer.follow(ledger, &mut self.parcel)?;
        let (_, active) = self.filled(slot)?;
        equal(active.state, State::Active, "the state of the placement")?;
        equal(self.parcel.replica(slot)?.stage, Stage::Completed, "the stage of the replica")?;
        self.teller.fact(&format!(
            "{name} has locked {} UNIT collateral, holds {} chunks with the root on the chain, and is active ({})",
            unit(p.collateral),
            record.chunks,
            Stage::Completed
        ))?;
        Ok(())
    }
}

fn node(n: usize) -> NodeSpec {
    NodeSpec {
        endpoint: format!("https://provider-{}.example:4433", n + 1).into_bytes(),
        engine: b"orch".to_vec(),
        version: env!("CARGO_PKG_VERSION").as_bytes().to_vec(),
        region: REGIONS[n % REGIONS.len()],
        state: NodeState::Online,
    }
}

fn offer(price: u128) -> UnitSpec {
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: UNIT_GIB,
        price,
        terms: TERMS,
        min_term_ms: DAY_MS,
        max_term_ms: 12 * TERM_MS,
        tags: b"demo".to_vec(),
        open: true,
    }
}

/// A bar on the terminal, and nothing anywhere else.
fn bar(bytes: u64, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(bytes), target);
    let template = "    {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}";
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
