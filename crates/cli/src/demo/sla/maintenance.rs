//! Maintenance that is announced and kept to.

use orchestrator::{
    domain::{Error, Window, DAY_MS},
    Action,
};
use orchestrator_chain::Ledger;
use orchestrator_market::parties::PartyError;

use crate::{
    demo::{
        claim::{ensure, equal},
        sla::{Story, ANNOUNCE_DAY, CAREFUL, DISPUTE_DAY, MAINTENANCE_DAYS},
    },
    failure::Failure,
};

impl<L: Ledger> Story<'_, L> {
    /// Careful announces two days of maintenance, which is all that it has promised to need in a month.
    pub fn maintenance_is_announced(&mut self) -> Result<(), Failure> {
        self.scene.teller.chapter("7. Careful announces maintenance")?;
        self.days_until(ANNOUNCE_DAY)?;
        let [first, last] = MAINTENANCE_DAYS;
        let window = Window { from: self.day_at(first)?, until: self.day_at(last)? + DAY_MS };
        let (_, careful) = &self.scene.cast.providers[CAREFUL];
        let (ledger, unit) = (&mut self.scene.ledger, self.units[CAREFUL]);
        let now = ledger.now_ms()?;
        let soon = Window { from: now + DAY_MS - 1, until: now + 2 * DAY_MS };
        let long = Window { until: window.until + 1, ..window };
        for (wrong, refusal) in [(soon, Error::TooLate), (long, Error::MaintenanceOutOfBounds)] {
            let party = careful.party();
            let message = party.market().set_maintenance(unit, Some(wrong));
            // Asked, not sent: a refusal costs its fee.
            match party.inquire(ledger, "set maintenance", message) {
                Err(PartyError::Refused { refusal: said, .. }) => equal(said, refusal, "the refusal")?,
                other => ensure(false, &format!("maintenance that is refused ({other:?})"))?,
            }
        }
        careful.set_maintenance(ledger, unit, Some(window))?;
        let announced = careful.party().service(ledger, unit)?.maintenance;
        equal(announced.windows, vec![window], "the maintenance on the chain")?;
        self.scene.teller.fact(&format!(
            "on day {} it announces days {first} and {last}; less than a day ahead, or a millisecond longer, is refused \
             (TooLate, MaintenanceOutOfBounds)",
            self.day
        ))?;
        self.days_until(DISPUTE_DAY)?;
        let (id, _) = self.errand.filled(&self.scene.ledger, CAREFUL)?;
        let party = self.errand.consumer.party();
        let question = party.market().next_action_at(id);
        let next = party.ask(&self.scene.ledger, "ask what is next", question)?;
        let next = next.map(|x| (x.action, x.at));
        equal(next, Some((Action::Maintenance, window.from)), "what comes next for its placement")?;
        self.scene.teller.fact(&format!(
            "on day {} the contract says that it is what comes next for placement {id}",
            self.day
        ))?;
        self.scene.check()
    }

    /// The maintenance is over: neither slashed nor paid.
    pub fn maintenance_is_over(&mut self) -> Result<(), Failure> {
        let (id, _) = self.errand.filled(&self.scene.ledger, CAREFUL)?;
        let report = self.errand.consumer.party().sla(&self.scene.ledger, id)?;
        let days = MAINTENANCE_DAYS.len() as u32;
        equal((report.excused, report.missed), (days, 0), "the rounds within maintenance")?;
        equal(report.maintenance_ms, u64::from(days) * DAY_MS, "the time of maintenance")?;
        equal(report.slashed, 0, "what maintenance costs of the collateral")?;
        Ok(self.scene.teller.fact(&format!(
            "Careful has kept to its maintenance: {days} rounds excused, {days} days not paid, nothing slashed"
        ))?)
    }
}
