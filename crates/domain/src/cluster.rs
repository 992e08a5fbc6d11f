//! Clusters: data units of several providers, run by a manager as one service at one price.
//!
//! Work is counted in what it earned at the price agreed for it. Were it counted in capacity and time alone, cheap work
//! could be bought from oneself to draw the revenue of dear work; and what a member gets would depend on who called
//! `distribute` when. See `docs/decisions/0006-work-counts-at-its-price.md`.

use crate::money::check_price;
use crate::{Balance, Currency, Error, Kind, Payment, Result, SlaTerms};
use alloc::vec::Vec;
use ink::primitives::AccountId;

/// Longest parameters of a cluster.
pub const MAX_PARAMETER_BYTES: usize = 512;
/// Highest fee of a manager.
pub const MAX_MANAGER_BPS: u16 = 3_000;
/// Longest interval of a challenger in a cluster, where the SLA terms do not ask for a longer one: a day.
pub const SLOWEST_IN_CLUSTER_MS: u32 = 24 * 3_600_000;
/// Most members that one call looks at to choose some.
pub const MAX_LOOKED_AT: u32 = 40;
/// Most observers that a manager names for a cluster.
pub const MAX_OBSERVERS: usize = 8;

/// What a manager sets of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct ClusterSpec {
    /// Kind of all its data units.
    pub kind: Kind,
    /// Price per unit of capacity and 30 days, the same on each member.
    pub price: Balance,
    pub currency: Currency,
    /// SLA terms that a data unit must have to get new placements here.
    pub terms: SlaTerms,
    /// Share of what is earned that goes to the manager. At most 3,000 (30 %).
    pub fee_bps: u16,
    /// Whether it takes new reservations, extensions, growth and renewals.
    pub open: bool,
    /// For people and tools, at most 512 bytes.
    pub parameters: Vec<u8>,
    /// Accounts whose reports of quality count for the data units in it, at most 8.
    pub observers: Vec<AccountId>,
}

crate::fixed::fixed!(ClusterSpec {
    kind: Kind,
    price: Balance,
    currency: Currency,
    terms: SlaTerms,
    fee_bps: u16,
    open: bool,
} then { parameters, observers });

/// Settled revenue of a cluster on its way to those it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Pool {
    /// Distributions so far.
    pub distributions: u32,
    /// Network fee of what is not distributed.
    pub fee: Balance,
    /// Manager's fee of what is not distributed.
    pub manager: Balance,
    /// Members' part of what is not distributed.
    pub members: Balance,
    /// Distributed to members and not credited to them yet.
    pub due: Balance,
}

crate::fixed::fixed!(Pool {
    distributions: u32,
    fee: Balance,
    manager: Balance,
    members: Balance,
    due: Balance,
});

/// Data units run as one service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Cluster {
    pub manager: AccountId,
    /// When it was last changed; zero if never.
    pub changed_at: u64,
    /// Its members.
    pub members: u32,
    /// Place of the member that is looked at first for the next replica.
    pub turn: u32,
    /// Entries ever made in the list of its reservations.
    pub reservations: u32,
    /// Its place in the list of the manager's clusters.
    pub place: u32,
    pub pool: Pool,
    /// Who may take over the management.
    pub offered_to: Option<AccountId>,
    pub spec: ClusterSpec,
}

crate::fixed::fixed!(Cluster {
    manager: AccountId,
    changed_at: u64,
    members: u32,
    turn: u32,
    reservations: u32,
    place: u32,
    pool: Pool,
} then { offered_to, spec });
crate::fixed::rest!(ClusterSpec);

/// What a provider has earned in a cluster and not been credited yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Share {
    /// Distributions of the cluster before `pooled` was earned.
    pub distributions: u32,
    /// Earned since then: due once the cluster distributes again.
    pub pooled: Balance,
    /// Distributed, and ready for `claim`.
    pub due: Balance,
}

crate::fixed::fixed!(Share { distributions: u32, pooled: Balance, due: Balance });

impl ClusterSpec {
    /// Refuses numbers outside the bounds named at the fields.
    pub fn check(&self) -> Result<()> {
        if self.fee_bps > MAX_MANAGER_BPS {
            return Err(Error::FeeTooHigh);
        }
        if self.parameters.len() > MAX_PARAMETER_BYTES || self.observers.len() > MAX_OBSERVERS {
            return Err(Error::TooLong);
        }
        check_price(self.price, self.currency)?;
        self.terms.check()
    }
}

impl Cluster {
    /// Refuses everybody but the manager.
    pub fn ensure_manager(&self, caller: AccountId) -> Result<()> {
        if caller != self.manager {
            return Err(Error::NotManager);
        }
        Ok(())
    }

    /// Puts a payment for proven time into the pool, and the member's part of it into its share.
    pub fn collect(&mut self, paid: &Payment, share: &mut Share) -> Result<()> {
        share.roll(self.pool.distributions)?;
        add(&mut self.pool.fee, paid.fee)?;
        add(&mut self.pool.manager, paid.manager)?;
        add(&mut self.pool.members, paid.net())?;
        add(&mut share.pooled, paid.net())
    }

    /// Distributes what is in the pool: says what goes to the treasury and to the manager; the members' part is due.
    pub fn distribute(&mut self) -> Result<(Balance, Balance, Balance)> {
        let pool = &mut self.pool;
        let parts = (pool.fee, pool.manager, pool.members);
        if parts == (0, 0, 0) {
            return Err(Error::ZeroAmount);
        }
        pool.distributions = pool.distributions.checked_add(1).ok_or(Error::Overflow)?;
        add(&mut pool.due, parts.2)?;
        (pool.fee, pool.manager, pool.members) = (0, 0, 0);
        Ok(parts)
    }

    /// Takes out of the pool what is due to a member.
    pub fn claim(&mut self, share: &mut Share) -> Result<Balance> {
        share.roll(self.pool.distributions)?;
        let amount = core::mem::take(&mut share.due);
        if amount == 0 {
            return Err(Error::ZeroAmount);
        }
        self.pool.due = self.pool.due.checked_sub(amount).ok_or(Error::Overflow)?;
        Ok(amount)
    }
}

impl Share {
    /// What was earned before the latest distribution is due.
    pub fn roll(&mut self, distributions: u32) -> Result<()> {
        if self.distributions != distributions {
            add(&mut self.due, self.pooled)?;
            self.pooled = 0;
            self.distributions = distributions;
        }
        Ok(())
    }
}

fn add(sum: &mut Balance, amount: Balance) -> Result<()> {
    *sum = sum.checked_add(amount).ok_or(Error::Overflow)?;
    Ok(())
}
