//! Maintenance of data units: announced ahead, unpaid, and without slash.

use orchestrator::{Action, Verdict};
use orchestrator_chain::{Balance, Ledger};
use orchestrator_domain::{
    bps_down, price_down, Error, SlaTerms, UnitSpec, Window, DAY_MS, MAINTENANCE_NOTICE_MS, MONTH_MS,
    UNIT_REST_MS,
};

use crate::{Fact, Market, Who, Who::*, CAPACITY, PRICE};

/// An hour.
pub(crate) const HOUR_MS: u64 = DAY_MS / 24;
/// Odd, so that what is not paid for it has a remainder to be rounded.
const LENGTH_MS: u64 = 2 * HOUR_MS + 7;

/// What so much time of a standard placement earns.
pub(crate) fn worth(ms: u64) -> Balance {
    price_down(PRICE, CAPACITY, ms).expect("in bounds")
}

impl<L: Ledger> Market<L> {
    /// From here on a beat is a day, for the watcher and for the units of the provider and the spare, which allow a day of
    /// maintenance in thirty.
    pub fn go_daily(&mut self) {
        self.beat_ms = DAY_MS;
        self.quota_ms = self.interval();
        let (interval, window, spec) = (self.interval(), self.window(), self.unit_spec());
        self.done(Watcher, |at| at.register_challenger(interval, window));
        self.done(Provider, |at| at.update_unit(1, spec.clone()));
        self.done(Spare, |at| at.update_unit(2, spec));
        self.advance(UNIT_REST_MS);
    }

    /// Announces maintenance of a party's first unit, from so far ahead on, for so long.
    pub fn maintain(&mut self, who: Who, ahead_ms: u64, length_ms: u64) -> Window {
        let from = self.clock().now + ahead_ms;
        let window = Window { from, until: from + length_ms };
        let unit = self.unit_of(who).expect("it has a unit");
        self.done(who, |at| at.set_maintenance(unit, Some(window)));
        window
    }

    /// What has to happen next with a placement, and by when.
    pub fn next(&self, placement: u64) -> Option<(Action, u64)> {
        self.ask(|at| at.next_action_at(placement)).map(|x| (x.action, x.at))
    }
}

/// Nobody but the provider announces it, not later than a day before it begins; then everybody can see it.
pub fn maintenance_is_announced_a_day_ahead<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1]);
    let from = m.clock().now + MAINTENANCE_NOTICE_MS;
    let window = Window { from, until: from + LENGTH_MS };
    for who in [Spare, Consumer, Delegate] {
        m.refused(who, Error::NotProvider, |at| at.set_maintenance(1, Some(window)));
    }
    m.refused(Provider, Error::UnknownUnit, |at| at.set_maintenance(9, Some(window)));
    let early = Window { from: from - 1, ..window };
    m.refused(Provider, Error::TooLate, |at| at.set_maintenance(1, Some(early)));
    assert_eq!(m.next(p[0]).map(|x| x.0), Some(Action::End));
    m.done(Provider, |at| at.set_maintenance(1, Some(window)));
    let told = Fact::among(&m.receipt().events);
    assert!(matches!(&told[..], [Fact::Maintenance(x)] if (x.unit, x.window) == (1, window)));
    assert_eq!(m.ask(|at| at.service(1)).maintenance.windows, [window]);
    assert_eq!(m.next(p[0]), Some((Action::Maintenance, from)));
    m.advance(MAINTENANCE_NOTICE_MS);
    assert_eq!(m.next(p[0]).map(|x| x.0), Some(Action::End), "it is no news any more");
}

/// A round opened within asks nothing and is excused; the placement proves the next as ever.
pub fn a_round_opened_in_maintenance_counts_for_nobody<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1]);
    let initial = m.placement(p[0]).collateral_initial;
    m.maintain(Provider, DAY_MS, LENGTH_MS);
    m.proven_beat(&p);
    m.open_round();
    assert_eq!(m.ask(|at| at.challenge(p[0])), None);
    m.beats(1);
    m.refused(Reporter, Error::NothingMissed, |at| at.report_miss(p[0]));
    m.proven_beat(&p);
    m.settle(p[0]);
    let now = m.placement(p[0]);
    assert_eq!((now.tally.proven, now.tally.missed, now.tally.excused), (2, 0, 1));
    assert_eq!((now.collateral, now.settled), (initial, worth(3 * DAY_MS - LENGTH_MS)));
    assert_eq!(m.ask(|at| at.sla(p[0])).map(|x| x.maintenance_ms), Ok(LENGTH_MS));
}

/// Time within is not paid, to the plank, whether it is settled before, within and after, or once.
pub fn settling_in_steps_across_maintenance_pays_what_settling_once_pays<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let before = m.account(Consumer).available;
    let (_, p) = m.deal(&[1, 1]);
    m.maintain(Provider, DAY_MS + HOUR_MS, LENGTH_MS);
    let mut settled = 0;
    for step in [DAY_MS, HOUR_MS, LENGTH_MS / 3, LENGTH_MS / 3, LENGTH_MS, HOUR_MS] {
        m.advance(step);
        m.settle(p[0]);
        assert!(m.placement(p[0]).settled >= settled);
        settled = m.placement(p[0]).settled;
    }
    m.settle(p[1]);
    assert_eq!(m.placement(p[0]).settled, m.placement(p[1]).settled);
    m.advance(m.term());
    for placement in &p {
        m.settle(*placement);
        assert_eq!(m.placement(*placement).settled, worth(m.term() - LENGTH_MS));
    }
    assert_eq!(m.available(Consumer), before - 2 * worth(m.term() - LENGTH_MS), "the rest went back");
}

/// Ended before its time, it is what it has lasted: from then on there is pay, and there are rounds.
pub fn maintenance_cut_short_ends_at_once<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1]);
    let window = m.maintain(Provider, DAY_MS, 20 * HOUR_MS);
    m.advance(DAY_MS + HOUR_MS);
    m.done(Provider, |at| at.set_maintenance(1, None));
    let left = Window { until: window.from + HOUR_MS, ..window };
    assert_eq!(m.ask(|at| at.service(1)).maintenance.windows, [left]);
    m.refused(Provider, Error::NothingAnnounced, |at| at.set_maintenance(1, None));
    m.open_round();
    assert!(m.ask(|at| at.challenge(p[0])).is_some());
    assert_eq!(m.prove(p[0]), Verdict::Proven);
    m.beats(1);
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).settled, worth(2 * DAY_MS));
}

/// Taken back before it begins, it never was.
pub fn maintenance_taken_back_never_was<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1]);
    m.refused(Provider, Error::NothingAnnounced, |at| at.set_maintenance(1, None));
    m.maintain(Provider, DAY_MS, LENGTH_MS);
    m.advance(DAY_MS - 1);
    m.done(Provider, |at| at.set_maintenance(1, None));
    let told = Fact::among(&m.receipt().events);
    assert!(matches!(&told[..], [Fact::Maintenance(x)] if x.window.from == x.window.until));
    assert_eq!(m.ask(|at| at.service(1)).maintenance.windows, []);
    m.advance(HOUR_MS);
    m.silent_beat();
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).tally.missed, 1);
    assert_eq!(m.placement(p[0]).settled, worth(DAY_MS - 1 + HOUR_MS));
    let day = DAY_MS;
    m.maintain(Provider, day, day);
}

/// No thirty days hold more than was agreed, whatever its parts; windows follow each other, and begin within 31 days.
pub fn maintenance_keeps_to_its_quota<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let now = m.clock().now;
    let at_day = |day: u64, ms: u64| Window { from: now + day * DAY_MS, until: now + day * DAY_MS + ms };
    let out = Error::MaintenanceOutOfBounds;
    for window in [at_day(2, 0), at_day(2, DAY_MS + 1), at_day(32, 1)] {
        m.refused(Provider, out, |at| at.set_maintenance(1, Some(window)));
    }
    let backwards = Window { from: now + 3 * DAY_MS, until: now + 2 * DAY_MS };
    m.refused(Provider, out, |at| at.set_maintenance(1, Some(backwards)));
    let halves = [at_day(2, DAY_MS / 2), at_day(5, DAY_MS / 2)];
    for window in halves {
        m.done(Provider, |at| at.set_maintenance(1, Some(window)));
    }
    for window in [at_day(4, 1), at_day(5, 1), at_day(31, 1)] {
        m.refused(Provider, out, |at| at.set_maintenance(1, Some(window)));
    }
    m.advance(5 * DAY_MS);
    let free = halves[0].from + MONTH_MS;
    let more = Window { from: free, until: free + DAY_MS / 2 };
    let early = Window { from: more.from - 1, until: more.until };
    m.refused(Provider, out, |at| at.set_maintenance(1, Some(early)));
    m.done(Provider, |at| at.set_maintenance(1, Some(more)));
}

/// A unit remembers four windows for thirty days each.
pub fn maintenance_comes_in_four_windows_of_thirty_days<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    for day in 1..=4 {
        m.maintain(Provider, day * DAY_MS, HOUR_MS);
    }
    let from = m.clock().now + 5 * DAY_MS;
    let fifth = Window { from, until: from + 1 };
    m.refused(Provider, Error::TooLong, |at| at.set_maintenance(1, Some(fifth)));
    m.advance(DAY_MS + HOUR_MS + MONTH_MS);
    m.maintain(Provider, DAY_MS, HOUR_MS);
    let service = m.ask(|at| at.service(1)).maintenance;
    assert_eq!((service.before_ms, service.windows.len()), (HOUR_MS, 4));
}

/// It holds for every placement of the data unit, those that come during it included, and for no other unit's.
pub fn maintenance_is_a_units_and_no_others<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1, 1, 2]);
    m.maintain(Provider, DAY_MS, 4 * HOUR_MS);
    m.advance(DAY_MS + HOUR_MS);
    let (_, q) = m.deal(&[1]);
    m.open_round();
    let asked = |m: &Market<L>, p| m.ask(|at| at.challenge(p)).is_some();
    assert_eq!([p[0], p[1], q[0], p[2]].map(|x| asked(m, x)), [false, false, false, true]);
    m.beats(1);
    m.done(Reporter, |at| at.settle_many(vec![p[0], p[1], p[2], q[0]]));
    let missed = [p[0], p[1], p[2], q[0]].map(|x| m.placement(x).tally.missed);
    assert_eq!(missed, [0, 0, 1, 0]);
    let settled = [p[0], p[1], p[2], q[0]].map(|x| m.placement(x).settled);
    let all = 2 * DAY_MS + HOUR_MS;
    let rest = all - 4 * HOUR_MS;
    assert_eq!(settled, [rest, rest, all - DAY_MS, DAY_MS - 3 * HOUR_MS].map(worth));
    let told = [p[0], q[0], p[2]].map(|x| m.ask(|at| at.sla(x)).map(|x| x.maintenance_ms));
    assert_eq!(told, [Ok(4 * HOUR_MS), Ok(3 * HOUR_MS), Ok(0)]);
}

/// The last instant of maintenance excuses a round, the next one does not.
pub fn a_round_right_after_maintenance_counts<L: Ledger>(m: &mut Market<L>) {
    for (late, missed) in [(0, 0), (1, 1)] {
        m.go_daily();
        let (_, p) = m.deal(&[1]);
        m.maintain(Provider, DAY_MS, LENGTH_MS);
        m.advance(DAY_MS + LENGTH_MS - 1 + late);
        m.silent_beat();
        m.settle(p[0]);
        let tally = m.placement(p[0]).tally;
        assert_eq!((tally.missed, tally.excused), (missed, 1 - missed));
        m.advance(MONTH_MS);
    }
}

/// What nobody has looked at for days is told apart: rounds within maintenance are excused, those around it are missed.
pub fn misses_found_late_are_told_from_maintenance<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1, 1]);
    m.maintain(Provider, 2 * DAY_MS, LENGTH_MS);
    m.proven_beat(&p);
    for _ in 0..3 {
        m.silent_beat();
        m.settle(p[0]);
    }
    m.settle(p[1]);
    let (often, once) = (m.placement(p[0]), m.placement(p[1]));
    assert_eq!((often.tally.missed, often.tally.excused), (2, 1));
    assert_eq!((once.tally.missed, once.tally.excused), (2, 1));
    let slash = bps_down(once.collateral_initial, 1_000).expect("in bounds");
    assert_eq!(once.collateral, once.collateral_initial - 2 * slash);
    assert_eq!((often.collateral, often.settled), (once.collateral, once.settled));
}

/// A miss costs an interval of paid time: maintenance that falls into it is not counted as both.
pub fn no_time_is_left_unpaid_twice<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1]);
    m.maintain(Provider, DAY_MS + HOUR_MS, LENGTH_MS);
    m.proven_beat(&p);
    m.silent_beat();
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).settled, worth(DAY_MS));
    m.proven_beat(&p);
    m.settle(p[0]);
    assert_eq!(m.placement(p[0]).settled, worth(3 * DAY_MS - DAY_MS - LENGTH_MS));
}

/// A proposal is accepted only while the data unit still promises what the proposal says.
pub fn no_proposal_promises_more_than_its_unit<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.reserve(&[1, 2]);
    let before = m.unit_spec();
    let terms = SlaTerms { uptime_bps: before.terms.uptime_bps - 1, ..before.terms.clone() };
    m.done(Provider, |at| at.update_unit(1, UnitSpec { terms, ..before.clone() }));
    m.refused(Provider, Error::PromiseWeakened, |at| at.accept(p[0]));
    let better = SlaTerms { uptime_bps: 10_000, latency_ms: 1, maintenance_ms: 0, ..before.terms.clone() };
    m.done(Spare, |at| at.update_unit(2, UnitSpec { terms: better, ..before.clone() }));
    m.accept(p[1]);
    m.refused(Spare, Error::PromiseWeakened, |at| at.update_unit(2, before));
}
