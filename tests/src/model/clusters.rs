//! What managers and members do.

use orchestrator_chain::AccountId;
use orchestrator_domain::{Balance, ClusterSpec, Error, Handover, Result};

use super::Model;

impl Model<'_> {
    /// Whether `create_cluster` goes through, and the id it gives.
    pub fn create_cluster(&self, spec: &ClusterSpec) -> Result<u64> {
        spec.check()?;
        Ok(self.state.settings.last_ids.cluster + 1)
    }

    /// Whether `update_cluster` goes through.
    pub fn update_cluster(&self, caller: AccountId, id: u64, spec: &ClusterSpec) -> Result<()> {
        spec.check()?;
        self.cluster(id)?.ensure_manager(caller)
    }

    /// Whether `set_member` goes through.
    pub fn set_member(&self, caller: AccountId, id: u64, unit: u64, capacity: u64) -> Result<()> {
        let (cluster, unit) = (self.cluster(id)?, self.unit(unit)?);
        let (held, used) = match &unit.member {
            Some(member) if member.cluster == id => (member.capacity, member.used),
            Some(_) => return Err(Error::OtherCluster),
            None if capacity == 0 => return Err(Error::NotMember),
            None if unit.spec.kind != cluster.spec.kind => return Err(Error::OtherKind),
            None => (0, 0),
        };
        if capacity > held {
            cluster.ensure_manager(caller)?;
            self.trusted(unit.provider, caller)?;
            if capacity.saturating_sub(held.max(used)) > unit.free() {
                return Err(Error::NotEnoughCapacity);
            }
        } else if caller != unit.provider {
            cluster.ensure_manager(caller)?;
        }
        Ok(())
    }

    /// Whether `distribute` goes through, and what the fees, the manager and the members get.
    pub fn distribute(&self, id: u64) -> Result<(Balance, Balance, Balance)> {
        self.cluster(id)?.clone().distribute()
    }

    /// Whether `claim` goes through, and what the provider gets.
    pub fn claim(&self, id: u64, provider: AccountId) -> Result<Balance> {
        let mut share = self.state.shares.get(&(id, provider)).cloned().unwrap_or_default();
        self.cluster(id)?.clone().claim(&mut share)
    }

    /// Whether `take_over` of a cluster goes through.
    pub fn take_over_cluster(&self, caller: AccountId, id: u64) -> Result<()> {
        match self.cluster(id)?.offered_to == Some(caller) {
            true => Ok(()),
            false => Err(Error::NotOffered),
        }
    }

    /// Whether `offer` goes through.
    pub fn offer(&self, caller: AccountId, what: Handover) -> Result<()> {
        match what {
            Handover::Admin if caller == self.state.settings.admin => Ok(()),
            Handover::Admin => Err(Error::NotAdmin),
            Handover::Reservation(id) => self.reservation(id)?.ensure_consumer(caller),
            Handover::Cluster(id) => self.cluster(id)?.ensure_manager(caller),
        }
    }
}
