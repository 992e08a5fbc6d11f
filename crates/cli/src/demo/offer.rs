//! What the providers of the demo offer.

use orchestrator::domain::{Currency, Kind, NodeSpec, NodeState, SlaTerms, UnitSpec, DAY_MS};
use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_market::parties::Provider;

use crate::{demo::claim::equal, demo::scene::Scene, failure::Failure, output::unit};

const HOUR_MS: u64 = 3_600_000;
/// Time from reserving to handing over.
pub const TRANSFER_MS: u64 = HOUR_MS;
/// Time to answer a round.
pub const WINDOW_MS: u64 = 6 * HOUR_MS;
/// Term of most reservations: 30 days.
pub const TERM_MS: u64 = 30 * DAY_MS;
/// Price of the first provider's GiB for 30 days; each further one asks 5 % more.
const PRICE: u128 = 2 * UNIT;
/// Germany, France, Spain, Italy, Poland.
const REGIONS: [u16; 5] = [276, 250, 724, 380, 616];

/// What the data units of the demo promise, where a story does not say otherwise: a round a day, answered within six hours, and a fifth of the collateral
/// for a miss; the third miss in a row costs all of it.
pub const TERMS: SlaTerms = SlaTerms {
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

/// What the provider of number `n` asks for a GiB and 30 days.
pub fn price(n: usize) -> u128 {
    PRICE + PRICE * n as u128 / 20
}

impl<L: Ledger> Scene<'_, L> {
    /// The operator has put the contract on the chain.
    pub fn tell_deployment(&self) -> Result<(), Failure> {
        let code = orchestrator_bundle::WASM.len();
        Ok(self.teller.fact(&format!("the operator has deployed the contract: {code} bytes of code"))?)
    }

    /// A provider registers a node with a data unit of so many GiB, and puts in money for collateral. Says the unit's id.
    pub fn opens_shop(&mut self, n: usize, gib: u64, terms: &SlaTerms, put_in: u128) -> Result<u64, Failure> {
        let (name, provider) = &self.cast.providers[n];
        let ledger = &mut self.ledger;
        provider.register(ledger, name)?;
        let node = provider.add_node(ledger, node(n))?;
        let spec = spec(gib, price(n), terms.clone());
        let id = provider.add_unit(ledger, node, spec.clone())?;
        provider.party().deposit(ledger, put_in)?;
        ensure_offered(ledger, provider, id, &spec)?;
        equal(provider.party().money(ledger)?.available, put_in, "what the provider has available")?;
        self.teller.fact(&format!(
            "{name} offers {gib} GiB for {} UNIT a GiB and 30 days, and has put in {} UNIT",
            unit(spec.price),
            unit(put_in)
        ))?;
        Ok(id)
    }
}

fn ensure_offered<L: Ledger>(
    ledger: &L,
    provider: &Provider,
    id: u64,
    spec: &UnitSpec,
) -> Result<(), Failure> {
    let party = provider.party();
    let found = party.ask(ledger, "read a unit", party.market().data_unit(id))?;
    equal(found.map(|x| x.spec).as_ref(), Some(spec), "the data unit on the chain")
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

fn spec(gib: u64, price: u128, terms: SlaTerms) -> UnitSpec {
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: gib,
        price,
        currency: Currency::Token,
        terms,
        min_term_ms: DAY_MS,
        max_term_ms: 12 * TERM_MS,
        tags: b"demo".to_vec(),
        open: true,
    }
}
