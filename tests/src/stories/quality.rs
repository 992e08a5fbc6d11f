//! What observers report, what it does to scores, and what an SLA report tells.

use orchestrator::{Average, Observation, Score};
use orchestrator_chain::Ledger;
use orchestrator_domain::{
    day_before, ClusterSpec, Error, Evidence, Findings, Role, Subject, DAY_MS, FULL_WEIGHT, NEUTRAL,
};

use super::maintenance::HOUR_MS;
use crate::{Fact, Market, Who, Who::*};

/// Who observes the network in these stories.
const OBSERVERS: [Who; 3] = [Observer, Fourth, Fifth];

impl<L: Ledger> Market<L> {
    /// The admin gives an account a role.
    pub fn grant(&mut self, who: Who, role: Role) {
        let account = self.id(who);
        self.done(Admin, |at| at.set_role(account, role, true));
    }

    /// An observer reports a data unit's uptime and latency of the day before.
    pub fn report(&mut self, who: Who, unit: u64, uptime_bps: u16, latency_ms: u32) {
        let day = day_before(self.clock().now);
        self.done(who, |at| at.report_quality(day, vec![Observation { unit, uptime_bps, latency_ms }]));
    }

    /// Score of a data unit.
    pub fn unit_score(&self, unit: u64) -> Score {
        self.ask(|at| at.score(Subject::Unit(unit))).expect("the unit exists")
    }

    /// Score of a provider.
    pub fn provider_score(&self, who: Who) -> Score {
        let id = self.id(who);
        self.ask(|at| at.score(Subject::Provider(id))).expect("a provider always has one")
    }

    /// What the last call has found for scores.
    pub fn found(&self) -> Vec<Findings> {
        let facts = Fact::among(&self.receipt().events);
        facts.into_iter().filter_map(|x| if let Fact::Scored(x) = x { Some(x.found) } else { None }).collect()
    }
}

/// Evidence of so much time out of reach.
fn short(ms: u64) -> Evidence {
    Evidence { short: ms / 1_000 * FULL_WEIGHT, ..Evidence::default() }
}

/// Only who holds the role reports, only about the day before, and only what can be.
pub fn an_observer_reports_the_day_before<L: Ledger>(m: &mut Market<L>) {
    let seen = Observation { unit: 1, uptime_bps: 9_900, latency_ms: 200 };
    let day = day_before(m.clock().now);
    m.refused(Observer, Error::NotInRole, |at| at.report_quality(day, vec![seen]));
    m.grant(Observer, Role::Observer);
    for other in [day - 1, day + 1, 0, u32::MAX] {
        m.refused(Observer, Error::TooLate, |at| at.report_quality(other, vec![seen]));
    }
    let unknown = Observation { unit: 9, ..seen };
    m.refused(Observer, Error::UnknownUnit, |at| at.report_quality(day, vec![seen, unknown]));
    let too_much = Observation { uptime_bps: 10_001, ..seen };
    m.refused(Observer, Error::ShareOutOfBounds, |at| at.report_quality(day, vec![too_much]));
    m.done(Observer, |at| at.report_quality(day, vec![seen]));
    let (told, observer) = (Fact::among(&m.receipt().events), m.id(Observer));
    let [Fact::Quality(x)] = &told[..] else { panic!("a kept promise is told and scores nothing") };
    assert_eq!((x.unit, x.day, x.observer, x.uptime_bps, x.latency_ms), (1, day, observer, 9_900, 200));
    let account = m.id(Observer);
    m.done(Admin, |at| at.set_role(account, Role::Observer, false));
    m.refused(Observer, Error::NotInRole, |at| at.report_quality(day, vec![seen]));
}

/// Of three observers the middle one counts, of two the one that is better for the provider.
pub fn the_median_of_the_observers_counts<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    for who in OBSERVERS {
        m.grant(who, Role::Observer);
    }
    let seen = |m: &Market<L>| m.ask(|at| at.sla(p[0])).expect("it exists").seen;
    assert_eq!(seen(m), None);
    m.report(Observer, 1, 5_000, 900);
    assert_eq!(seen(m), Some(Average { uptime_bps: 5_000, latency_ms: 900 }));
    m.report(Fourth, 1, 9_900, 100);
    assert_eq!(seen(m), Some(Average { uptime_bps: 9_900, latency_ms: 100 }), "in doubt for the provider");
    m.report(Fifth, 1, 9_000, 300);
    assert_eq!(seen(m), Some(Average { uptime_bps: 9_000, latency_ms: 300 }));
    assert_eq!(m.unit_score(1).evidence, short(DAY_MS * 900 / 10_000 + HOUR_MS));
}

/// What is missing of the promise counts against the data unit and against its provider.
pub fn a_broken_promise_lowers_both_scores<L: Ledger>(m: &mut Market<L>) {
    m.grant(Observer, Role::Observer);
    assert_eq!((m.unit_score(1).score, m.provider_score(Provider).score), (NEUTRAL, NEUTRAL));
    m.report(Observer, 1, 9_899, 200);
    let evidence = short(DAY_MS / 10_000);
    assert_eq!(m.unit_score(1).evidence, evidence);
    assert_eq!(m.provider_score(Provider).evidence, evidence);
    m.report(Observer, 1, 4_900, 201);
    let most = short(DAY_MS / 2 + HOUR_MS);
    assert_eq!(m.provider_score(Provider).evidence, most);
    let (unit, provider) = (m.unit_score(1), m.provider_score(Provider));
    assert_eq!((provider.prior, provider.score), (NEUTRAL, most.score(NEUTRAL)));
    assert_eq!((unit.prior, unit.score), (NEUTRAL, provider.score), "what is known of it counts once");
    assert!(provider.score < NEUTRAL);
    let spec = m.unit_spec();
    let other = m.done(Provider, |at| at.register_unit(1, spec));
    assert_eq!(m.unit_score(other).score, provider.score, "it stands for what nobody knows anything of");
    assert_eq!((m.unit_score(2).score, m.provider_score(Spare).score), (NEUTRAL, NEUTRAL));
}

/// The second report of an observer takes the place of its first, and of what that had said.
pub fn a_second_report_replaces_the_first<L: Ledger>(m: &mut Market<L>) {
    m.grant(Observer, Role::Observer);
    m.report(Observer, 1, 9_000, 200);
    let said = short(DAY_MS * 900 / 10_000);
    let first = Findings { seen: said, undone: Evidence::default(), undone_at: m.clock().now };
    assert_eq!(m.found(), [first, first], "the unit's and the provider's");
    m.report(Observer, 1, 9_900, 200);
    for found in m.found() {
        assert_eq!((found.seen, found.undone), (Evidence::default(), said));
    }
    assert_eq!(m.ask(|at| at.service(1)).quality.reports.len(), 1);
    assert_eq!((m.unit_score(1).score, m.provider_score(Provider).score), (NEUTRAL, NEUTRAL));
}

/// Each day stands for itself: a report of the next day leaves what was found before.
pub fn days_add_up<L: Ledger>(m: &mut Market<L>) {
    m.grant(Observer, Role::Observer);
    m.report(Observer, 1, 9_000, 200);
    m.advance(DAY_MS);
    m.report(Observer, 1, 9_800, 200);
    assert_eq!(m.unit_score(1).evidence.short, short(DAY_MS / 10).short);
    let seen = m.ask(|at| at.service(1)).quality.seen;
    assert_eq!((seen.days, seen.uptime_bps, seen.latency_ms), (2, 18_800, 400));
}

/// A manager's observers report the data units in its cluster, for these units alone.
pub fn observers_of_a_manager_count_for_the_unit_alone<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let eye = m.id(Stranger);
    let spec = ClusterSpec { observers: vec![eye], ..m.cluster_spec() };
    m.done(Manager, |at| at.update_cluster(c, spec));
    m.report(Stranger, 1, 9_000, 200);
    assert_eq!(m.unit_score(1).evidence, short(DAY_MS * 900 / 10_000));
    assert_eq!(m.provider_score(Provider).evidence, Evidence::default());
    let day = day_before(m.clock().now);
    let outside = Observation { unit: 2, uptime_bps: 0, latency_ms: 0 };
    m.refused(Stranger, Error::NotInRole, |at| at.report_quality(day, vec![outside]));
    let spec = m.cluster_spec();
    m.done(Manager, |at| at.update_cluster(c, spec));
    let inside = Observation { unit: 1, ..outside };
    m.refused(Stranger, Error::NotInRole, |at| at.report_quality(day, vec![inside]));
}

/// The SLA report averages the days since the placement was activated, beside what was promised.
pub fn an_sla_report_averages_what_was_seen_since_activation<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    m.grant(Observer, Role::Observer);
    m.report(Observer, 1, 100, 9_000);
    let (_, p) = m.deal(&[1]);
    let sla = |m: &Market<L>| m.ask(|at| at.sla(p[0])).expect("it exists");
    assert_eq!(sla(m).seen, None, "that was before");
    m.advance(DAY_MS);
    m.report(Observer, 1, 9_950, 100);
    m.advance(DAY_MS);
    m.report(Observer, 1, 9_801, 301);
    let told = sla(m);
    assert_eq!((told.promised_uptime_bps, told.promised_latency_ms), (9_900, 200));
    assert_eq!(told.seen, Some(Average { uptime_bps: 9_875, latency_ms: 200 }));
    assert_eq!(told.score, m.unit_score(1).score);
    assert_eq!(m.ask(|at| at.sla(99)), Err(Error::UnknownPlacement));
}

/// The SLA report says of a placement what events have told, to the plank.
pub fn an_sla_report_is_what_events_told<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1]);
    m.maintain(Provider, 3 * DAY_MS, HOUR_MS);
    m.proven_beat(&p);
    m.settle(p[0]);
    m.silent_beat();
    m.done(Reporter, |at| at.report_miss(p[0]));
    m.proven_beat(&p);
    m.silent_beat();
    m.open_round();
    m.prove_wrongly(p[0]);
    m.beats(1);
    m.settle(p[0]);
    m.done(Consumer, |at| at.rate(p[0], 2));
    let told = Fact::among(&m.ledger.events(m.contract, 0).expect("the chain keeps events"));
    let (mut paid, mut slashed, mut proven, mut missed) = (0, 0, 0, 0);
    for fact in &told {
        match fact {
            Fact::Settled(x) => paid += x.gross,
            Fact::Slashed(x) => (slashed, missed) = (slashed + x.amount, missed + x.misses),
            Fact::Proven(_) => proven += 1,
            _ => {}
        }
    }
    let sla = m.ask(|at| at.sla(p[0])).expect("it exists");
    assert_eq!((sla.paid, sla.unpaid, sla.refunded, sla.slashed), (paid, 0, 0, slashed));
    assert_eq!((sla.proven, sla.missed, sla.excused, sla.stars), (proven, missed, 1, 2));
    assert_eq!((proven, missed), (2, 2));
    assert_eq!(sla.served_ms, 3 * DAY_MS - HOUR_MS);
    let p = m.placement(p[0]);
    assert_eq!(sla.collateral, p.collateral_initial - slashed);
    assert_eq!((sla.started_at, sla.ends_at, sla.disputed), (p.started_at, p.ends_at, false));
}

/// What nobody has settled is in the report all the same: missed rounds, slash and pay as settling would find them.
pub fn an_sla_report_is_up_to_now_without_settling<L: Ledger>(m: &mut Market<L>) {
    let (_, p) = m.deal(&[1]);
    m.proven_beat(&p);
    m.silent_beat();
    let before = m.ask(|at| at.sla(p[0])).expect("it exists");
    m.settle(p[0]);
    let after = m.ask(|at| at.sla(p[0])).expect("it exists");
    assert_eq!((before.missed, before.slashed, before.collateral), (1, after.slashed, after.collateral));
    assert_eq!((before.paid, before.unpaid), (0, after.paid));
    assert_eq!(before.served_ms, after.served_ms);
    assert!(after.paid > 0 && after.slashed > 0);
}
