//! The moment and the caller.

use crate::Orchestrator;
use ink::codegen::Env as _;
use ink::primitives::AccountId;
use orchestrator_domain::{Clock, DataUnit, Error, NodeState, Result};

impl Orchestrator {
    /// The moment of this call.
    pub(crate) fn clock(&self) -> Clock {
        let (now, block) = (self.env().block_timestamp(), self.env().block_number());
        Clock { now, block, pauses: self.pauses.clone() }
    }

    pub(crate) fn ensure_admin(&self) -> Result<()> {
        if self.env().caller() != self.admin {
            return Err(Error::NotAdmin);
        }
        Ok(())
    }

    /// Whether the caller is the provider or its delegate.
    pub(crate) fn operates(&self, provider: AccountId) -> bool {
        let caller = self.env().caller();
        caller == provider || self.providers.get(provider).is_some_and(|x| x.delegate == Some(caller))
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
        let node = self.nodes.get(unit.node).ok_or(Error::UnknownNode)?;
        if node.spec.state != NodeState::Online {
            return Err(Error::NodeNotOnline);
        }
        Ok(())
    }
}
