//! From an empty market to a cluster of five.

use orchestrator::domain::{ClusterSpec, Currency, Kind};
use orchestrator_chain::{runtime::UNIT, Ledger};

use crate::{
    demo::{
        claim::{ensure, equal},
        cluster::Story,
        input::UNIT_GIB,
        offer::{price, TERMS},
    },
    failure::Failure,
    output::unit,
};

/// What the cluster asks for a GiB and 30 days, which is more than the dearest of its members does.
const PRICE: u128 = 5 * UNIT / 2;
/// What of it the manager gets: 10 %.
const FEE_BPS: u16 = 1_000;
/// What the providers keep for themselves, in GiB.
const OWN_GIB: u64 = 6;
/// What the cluster has of each, in GiB: room for the largest file that the demo takes, and for two more.
const COMMITTED_GIB: u64 = UNIT_GIB + 2;

impl<L: Ledger> Story<'_, L> {
    /// Five providers register and put in money for collateral.
    pub fn market_opens(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("1. A market opens")?;
        self.scene.tell_deployment()?;
        let gib = u128::from(self.first.content.gib());
        for n in 0..self.scene.cast.providers.len() {
            self.scene.opens_shop(n, COMMITTED_GIB + OWN_GIB, &TERMS, PRICE * (gib + 2))?;
        }
        self.scene.check()
    }

    /// Each of them trusts a manager, who makes one service of them.
    pub fn cluster_is_made(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("2. A manager runs the capacity of all five as one service")?;
        let spec = ClusterSpec {
            kind: Kind::ObjectStore,
            price: PRICE,
            currency: Currency::Token,
            terms: TERMS,
            fee_bps: FEE_BPS,
            parameters: b"demo".to_vec(),
            observers: Vec::new(),
            open: true,
        };
        let (manager, me) = (self.manager.clone(), self.manager_account());
        let ledger = &mut self.scene.ledger;
        self.cluster = manager.create(ledger, spec.clone())?;
        self.scene.teller.fact(&format!(
            "cluster {}: {} UNIT a GiB and 30 days whichever member keeps it, {} % of it for the manager",
            self.cluster,
            unit(PRICE),
            FEE_BPS / 100
        ))?;
        for (n, (_, provider)) in self.scene.cast.providers.iter().enumerate() {
            provider.set_trust(ledger, me, true)?;
            for id in provider.units(ledger)? {
                manager.set_member(ledger, self.cluster, id, COMMITTED_GIB)?;
                let market = provider.party().market();
                let found = provider.party().ask(ledger, "read a unit", market.data_unit(id))?;
                let (free, member) = found.map(|x| (x.free(), x.member)).unwrap_or_default();
                let committed = member.map(|x| (x.cluster, x.capacity));
                equal(
                    (free, committed),
                    (OWN_GIB, Some((self.cluster, COMMITTED_GIB))),
                    "what is committed",
                )?;
            }
            ensure(price(n) <= PRICE, "a cluster that asks no less than its members")?;
        }
        let record = manager.cluster(ledger, self.cluster)?;
        equal((record.members, record.spec), (5, spec), "members and terms of the cluster")?;
        self.scene.teller.fact(&format!(
            "the providers trust the manager, and it has taken {COMMITTED_GIB} GiB of each into the cluster"
        ))?;
        let party = manager.party();
        let register = party.market().register_challenger(TERMS.interval_ms, TERMS.window_ms);
        party.send(ledger, "register as a challenger", register)?;
        self.scene
            .teller
            .fact("it will open a round a day for all placements in the cluster, in one call")?;
        self.scene.check()
    }
}
