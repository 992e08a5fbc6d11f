//! What the cluster earned: settled, distributed, claimed, and compared with the rules.

use orchestrator::{
    domain::{bps_down, price_down, share_down, Placement},
    events::{Claimed, Distributed, Settled},
};
use orchestrator_chain::{AccountId, Ledger};

use crate::{
    demo::{
        claim::{computed, ensure, equal},
        cluster::{facts::RevenueFacts, Failed, Story},
    },
    failure::Failure,
    output::unit,
};

impl<L: Ledger> Story<'_, L> {
    /// The manager settles and distributes in the middle of everything; two members take what is due to them, the others
    /// leave it where it is.
    pub fn revenue_is_distributed(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("10. The manager settles and distributes for the first time")?;
        self.distribute(6)?;
        for (name, provider) in self.scene.cast.providers.iter().take(2) {
            let due = provider.claim(&mut self.scene.ledger, self.cluster)?;
            ensure(due > 0, "something due to a member that has proven")?;
            self.scene.teller.fact(&format!("{name} claims what is due to it: {} UNIT", unit(due)))?;
        }
        self.scene.teller.note("the others take theirs later: it makes no difference")?;
        self.scene.check()
    }

    /// Everything is settled, distributed and claimed. Each amount is what prices and time alone say. Says what each
    /// member brought.
    pub fn revenue_is_shared(&mut self, failed: &Failed) -> Result<Vec<RevenueFacts>, Failure> {
        self.scene
            .teller
            .chapter("14. Everything is distributed and claimed, and compared with the rules")?;
        self.distribute(0)?;
        let mut revenue = Vec::new();
        for n in 0..self.scene.cast.providers.len() {
            let (name, provider) = &self.scene.cast.providers[n];
            let due = provider.claim(&mut self.scene.ledger, self.cluster)?;
            let account = provider.party().account();
            let ruled = RevenueFacts { member: name.clone(), ..self.ruled(account, failed)? };
            equal(&self.announced(name, account), &ruled, "the revenue of a member, against the rules,")?;
            self.scene.teller.fact(&format!(
                "{name} claims {} UNIT, in all {}: its work brought {}, less {} for network and manager",
                unit(due),
                unit(ruled.claimed),
                unit(ruled.earned),
                unit(ruled.network_fee + ruled.manager_fee)
            ))?;
            revenue.push(ruled);
        }
        let pool = self.manager.cluster(&self.scene.ledger, self.cluster)?.pool;
        equal((pool.fee, pool.manager, pool.members, pool.due), (0, 0, 0, 0), "what is left in the pool")?;
        let to_manager: u128 = revenue.iter().map(|x| x.manager_fee).sum();
        let has = self.manager.party().money(&self.scene.ledger)?.available;
        equal(has, to_manager, "what the manager got, against its share of everything,")?;
        self.scene
            .teller
            .fact(&format!("the manager got {} UNIT, and nothing is left in the pool", unit(has)))?;
        self.scene.check()?;
        Ok(revenue)
    }

    /// Settles what is live, and distributes what that has brought.
    fn distribute(&mut self, live: usize) -> Result<(), Failure> {
        let settled = self.manager.settle(&mut self.scene.ledger, self.cluster)?;
        equal(settled, live, "the number of live placements")?;
        let pool = self.manager.distribute(&mut self.scene.ledger, self.cluster)?;
        let done = self.scene.ledger.calls().last().and_then(|call| call.events::<Distributed>().next());
        let parts = done.map(|x| (x.fee, x.to_manager, x.to_members));
        equal(
            parts,
            Some((pool.fee, pool.manager, pool.members)),
            "what was distributed, against the pool,",
        )?;
        self.scene.teller.fact(&format!(
            "distributed: {} UNIT to the members, {} to the manager, {} to the network",
            unit(pool.members),
            unit(pool.manager),
            unit(pool.fee)
        ))?;
        Ok(())
    }

    /// What the work of a provider must have brought, by prices, terms and time alone.
    fn ruled(&self, provider: AccountId, failed: &Failed) -> Result<RevenueFacts, Failure> {
        let mut sum = RevenueFacts::default();
        let lost = &failed.record;
        if lost.provider == provider {
            // It is paid up to the first round that it did not answer.
            sum.add(&split(lost, failed.silent_at - lost.started_at, 1)?);
        }
        for errand in self.errands() {
            let terms = if errand.name == self.third.name { 2 } else { 1 };
            for slot in errand.slots() {
                let (_, p) = errand.filled(&self.scene.ledger, slot)?;
                if p.provider == provider {
                    sum.add(&split(&p, p.term_ms, terms)?);
                }
            }
        }
        Ok(sum)
    }

    /// What the work of a provider has brought, by the events.
    fn announced(&self, name: &str, account: AccountId) -> RevenueFacts {
        let mut sum = RevenueFacts { member: name.to_owned(), ..Default::default() };
        for call in self.scene.ledger.calls() {
            for Settled { gross, fee, manager, bonus, .. } in
                call.events().filter(|x: &Settled| x.provider == account)
            {
                sum.earned += gross;
                sum.network_fee += fee;
                sum.manager_fee += manager;
                sum.bonus += bonus;
            }
            sum.claimed +=
                call.events().filter(|x: &Claimed| x.provider == account).map(|x| x.amount).sum::<u128>();
        }
        sum
    }
}

/// What `terms` terms of `ms` bring at the price of a placement, cut into its shares: the sum of the shares rounds down, and
/// so does the network's part of it.
fn split(p: &Placement, ms: u64, terms: u128) -> Result<RevenueFacts, Failure> {
    let earned = terms * computed(price_down(p.price, p.capacity, ms))?;
    let all = p.fee_bps + p.manager_bps;
    let shares = computed(bps_down(earned, all.into()))?;
    let network_fee = computed(share_down(shares, p.fee_bps.into(), all.into()))?;
    Ok(RevenueFacts {
        member: String::new(),
        earned,
        network_fee,
        manager_fee: shares - network_fee,
        claimed: earned - shares,
        bonus: p.bonus,
    })
}
