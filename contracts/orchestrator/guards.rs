//! The moment, the caller, and records that must exist.

use crate::store::Read as _;
use crate::Orchestrator;
use ink::codegen::Env as _;
use ink::primitives::AccountId;
use orchestrator_domain::{
    Challenger, Clock, Cluster, DataUnit, Error, Node, NodeState, Placement, Reservation, Result, Role,
};

impl Orchestrator {
    /// The moment of this call.
    pub(crate) fn clock(&self) -> Clock {
        let (now, block) = (self.env().block_timestamp(), self.env().block_number());
        Clock { now, block, pauses: self.root.pauses.clone() }
    }

    pub(crate) fn ensure_admin(&self) -> Result<()> {
        if self.env().caller() != self.root.admin {
            return Err(Error::NotAdmin);
        }
        Ok(())
    }

    /// Refuses everybody but the holders of a role.
    pub(crate) fn ensure_role(&self, role: Role) -> Result<()> {
        if !self.office.get_or_default().holds(self.env().caller(), role) {
            return Err(Error::NotInRole);
        }
        Ok(())
    }

    /// Whether the caller is the provider or its delegate.
    pub(crate) fn operates(&self, provider: AccountId) -> bool {
        let caller = self.env().caller();
        caller == provider || self.providers.read(provider).is_some_and(|x| x.delegate == Some(caller))
    }

    pub(crate) fn ensure_operator(&self, provider: AccountId) -> Result<()> {
        if !self.operates(provider) {
            return Err(Error::NotProvider);
        }
        Ok(())
    }

    pub(crate) fn ensure_provider(&self, provider: AccountId) -> Result<()> {
        if self.env().caller() != provider {
            return Err(Error::NotProvider);
        }
        Ok(())
    }

    /// Refuses a unit whose node takes nothing new.
    pub(crate) fn ensure_online(&self, unit: &DataUnit) -> Result<()> {
        let node = self.node_of(unit.node)?;
        if node.spec.state != NodeState::Online {
            return Err(Error::NodeNotOnline);
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn unit_of(&self, id: u64) -> Result<DataUnit> {
        self.units.read(id).ok_or(Error::UnknownUnit)
    }

    #[inline(never)]
    pub(crate) fn node_of(&self, id: u64) -> Result<Node> {
        self.nodes.read(id).ok_or(Error::UnknownNode)
    }

    #[inline(never)]
    pub(crate) fn cluster_of(&self, id: u64) -> Result<Cluster> {
        self.clusters.read(id).ok_or(Error::UnknownCluster)
    }

    #[inline(never)]
    pub(crate) fn placement_of(&self, id: u64) -> Result<Placement> {
        self.placements.read(id).ok_or(Error::UnknownPlacement)
    }

    #[inline(never)]
    pub(crate) fn reservation_of(&self, id: u64) -> Result<Reservation> {
        self.reservations.read(id).ok_or(Error::UnknownReservation)
    }

    #[inline(never)]
    pub(crate) fn challenger_of(&self, id: AccountId) -> Result<Challenger> {
        self.challengers.read(id).ok_or(Error::UnknownChallenger)
    }
}
