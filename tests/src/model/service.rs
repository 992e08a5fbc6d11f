//! What people say of data units and placements.

use orchestrator::Observation;
use orchestrator_chain::AccountId;
use orchestrator_domain::{
    day_before, Balance, Error, Maintenance, Office, Placement, Report, Result, Role, Window,
};

use super::Model;

impl Model<'_> {
    fn ensure_role(&self, caller: AccountId, role: Role) -> Result<()> {
        let office = Office { holders: self.state.settings.holders.clone(), upgrade: None };
        if !office.holds(caller, role) {
            return Err(Error::NotInRole);
        }
        Ok(())
    }

    /// Whether `set_maintenance` goes through, and what is announced then.
    pub fn set_maintenance(&self, caller: AccountId, id: u64, window: Option<Window>) -> Result<Maintenance> {
        let unit = self.unit(id)?;
        if unit.provider != caller {
            return Err(Error::NotProvider);
        }
        let mut rests = self.maintenance(id);
        match window {
            Some(window) => rests.announce(window, unit.spec.terms.maintenance_ms, self.clock.now)?,
            None => drop(rests.end(self.clock.now)?),
        }
        Ok(rests)
    }

    /// Whether `report_quality` goes through.
    pub fn report_quality(&self, caller: AccountId, day: u32, seen: &[Observation]) -> Result<()> {
        if day != day_before(self.clock.now) {
            return Err(Error::TooLate);
        }
        let network = self.ensure_role(caller, Role::Observer).is_ok();
        for Observation { unit: id, uptime_bps, latency_ms } in seen.iter().copied() {
            let unit = self.unit(id)?;
            if !network {
                let member = unit.member.as_ref().ok_or(Error::NotInRole)?;
                if !self.cluster(member.cluster)?.spec.observers.contains(&caller) {
                    return Err(Error::NotInRole);
                }
            }
            let mut quality = self.state.services.get(&id).map(|x| x.quality.clone()).unwrap_or_default();
            let report = Report { observer: caller, network, uptime_bps, latency_ms };
            quality.report(report, &unit.spec.terms, self.clock.now)?;
        }
        Ok(())
    }

    /// Whether `rate` goes through, and the placement after it.
    pub fn rate(&self, caller: AccountId, id: u64, stars: u8) -> Result<Placement> {
        let mut c = self.current(id)?;
        c.reservation.ensure_consumer(caller)?;
        c.placement.rate(stars, self.clock.now, self.score_unit())?;
        Ok(c.placement)
    }

    /// Whether `open_dispute` goes through, and the placement after it.
    pub fn open_dispute(
        &self,
        caller: AccountId,
        id: u64,
        fact_at: u64,
        evidence: [u8; 32],
        max: Balance,
    ) -> Result<Placement> {
        let mut c = self.unpaid(id)?;
        c.reservation.ensure_consumer(caller)?;
        let bond = c.placement.dispute(fact_at, evidence, &self.clock, &c.round)?;
        if bond > max {
            return Err(Error::AboveCeiling);
        }
        if bond > self.available(caller) + c.consumer_gain {
            return Err(Error::NotEnoughAvailable);
        }
        Ok(c.placement)
    }

    /// Whether `answer_dispute` goes through, and the placement after it.
    pub fn answer_dispute(&self, caller: AccountId, id: u64, answer: [u8; 32]) -> Result<Placement> {
        let mut c = self.current(id)?;
        self.operates(caller, c.placement.provider)?;
        c.placement.answer(answer, &self.clock)?;
        Ok(c.placement)
    }

    /// Whether `decide_dispute` goes through, and the placement after it.
    pub fn decide_dispute(&self, caller: AccountId, id: u64, bps: u16) -> Result<Placement> {
        self.ensure_role(caller, Role::Arbiter)?;
        let mut c = self.current(id)?;
        let cluster = c.reservation.cluster().map(|x| self.cluster(x)).transpose()?;
        let parties = [Some(c.placement.provider), Some(c.reservation.consumer), cluster.map(|x| x.manager)];
        if parties.contains(&Some(caller)) {
            return Err(Error::OwnDispute);
        }
        let (_, cut) = c.placement.divide_down(bps, &self.clock, &c.round)?;
        c.placement.slashed += cut;
        self.advance(&mut c)?;
        Ok(c.placement)
    }
}
