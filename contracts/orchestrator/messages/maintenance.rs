//! Maintenance of data units.

use super::market::*;
use crate::events::MaintenanceSet;
use crate::{Action, Orchestrator};
use orchestrator_domain::{Error, SlaTerms, UnitSpec, Window};

const DAY_MS: u64 = 24 * HOUR_MS;

/// A market whose data unit may be maintained for three hours in thirty days, with placement 1 active on it.
fn maintainable() -> Orchestrator {
    let mut market = furnished();
    let terms = SlaTerms { maintenance_ms: 3 * 3_600_000, ..terms() };
    by(&mut market, provider()).update_unit(1, UnitSpec { terms, ..unit_spec() }).unwrap();
    wait(HOUR_MS);
    by(&mut market, consumer()).reserve(order()).unwrap();
    by(&mut market, provider()).accept(1).unwrap();
    market.activate(1).unwrap();
    market
}

/// A window of so many hours that begins after so many.
fn window(after: u64, hours: u64) -> Window {
    let from = now() + after * HOUR_MS;
    Window { from, until: from + hours * HOUR_MS }
}

#[ink::test]
fn a_provider_announces_maintenance_a_day_ahead() {
    let mut market = maintainable();
    let window = window(24, 3);
    by(&mut market, provider()).set_maintenance(1, Some(window)).unwrap();
    let event: MaintenanceSet = last_event();
    assert_eq!((event.unit, event.window), (1, window));
    assert_eq!(market.service(1).maintenance.windows, [window]);
    let next = market.next_action_at(1).unwrap();
    assert_eq!((next.action, next.at), (Action::Maintenance, window.from));
}

#[ink::test]
fn maintenance_keeps_to_its_bounds() {
    let mut market = maintainable();
    by(&mut market, provider());
    let late = Window { from: now() + DAY_MS - 1, until: now() + DAY_MS };
    assert_eq!(market.set_maintenance(1, Some(late)), Err(Error::TooLate));
    for wrong in [window(24, 0), window(24, 4), window(32 * 24, 1)] {
        assert_eq!(market.set_maintenance(1, Some(wrong)), Err(Error::MaintenanceOutOfBounds));
    }
    assert_eq!(market.set_maintenance(1, None), Err(Error::NothingAnnounced));
    assert_eq!(market.set_maintenance(9, None), Err(Error::UnknownUnit));
    assert_eq!(by(&mut market, spare()).set_maintenance(1, Some(window(24, 1))), Err(Error::NotProvider));
}

#[ink::test]
fn a_round_opened_in_maintenance_asks_nothing_and_one_opened_after_it_does() {
    let mut market = maintainable();
    by(&mut market, provider()).set_maintenance(1, Some(window(24, 3))).unwrap();
    wait(25 * HOUR_MS);
    by(&mut market, consumer()).open_round([1; 32]).unwrap();
    assert_eq!(market.challenge(1), None);
    wait(HOUR_MS);
    assert_eq!(by(&mut market, stranger()).report_miss(1), Err(Error::NothingMissed));
    assert_eq!(market.sla(1).unwrap().missed, 0);
    wait(HOUR_MS);
    by(&mut market, consumer()).open_round([2; 32]).unwrap();
    assert!(market.challenge(1).is_some());
    wait(HOUR_MS);
    by(&mut market, stranger()).report_miss(1).unwrap();
    assert_eq!(placement(&market, 1).tally.missed, 1);
}

#[ink::test]
fn maintenance_is_not_paid() {
    let mut market = maintainable();
    by(&mut market, provider()).set_maintenance(1, Some(window(24, 3))).unwrap();
    wait(24 * HOUR_MS);
    by(&mut market, stranger()).settle(1).unwrap();
    let before = placement(&market, 1).settled;
    assert_eq!(before, TERM_PRICE / 30);
    wait(3 * HOUR_MS);
    market.settle(1).unwrap();
    assert_eq!(placement(&market, 1).settled, before);
    wait(24 * HOUR_MS);
    market.settle(1).unwrap();
    assert_eq!(placement(&market, 1).settled, TERM_PRICE * 2 / 30);
    assert_eq!(market.sla(1).unwrap().maintenance_ms, 3 * HOUR_MS);
}

#[ink::test]
fn maintenance_is_taken_back_or_ended_early() {
    let mut market = maintainable();
    by(&mut market, provider()).set_maintenance(1, Some(window(24, 3))).unwrap();
    market.set_maintenance(1, None).unwrap();
    assert_eq!(market.service(1).maintenance.windows, []);
    let later = window(24, 3);
    market.set_maintenance(1, Some(later)).unwrap();
    wait(25 * HOUR_MS);
    market.set_maintenance(1, None).unwrap();
    let event: MaintenanceSet = last_event();
    assert_eq!(event.window, Window { from: later.from, until: later.from + HOUR_MS });
    wait(HOUR_MS);
    assert_eq!(market.set_maintenance(1, None), Err(Error::NothingAnnounced));
    assert_eq!(market.sla(1).unwrap().maintenance_ms, HOUR_MS);
}

#[ink::test]
fn promises_get_no_worse_while_placements_rely_on_them() {
    let mut market = maintainable();
    by(&mut market, provider());
    let promised = market.data_unit(1).unwrap().spec.terms;
    let worse = [
        SlaTerms { uptime_bps: promised.uptime_bps - 1, ..promised.clone() },
        SlaTerms { latency_ms: promised.latency_ms + 1, ..promised.clone() },
        SlaTerms { maintenance_ms: promised.maintenance_ms + 1, ..promised.clone() },
    ];
    for terms in worse.clone() {
        let refused = market.update_unit(1, UnitSpec { terms, ..unit_spec() });
        assert_eq!(refused, Err(Error::PromiseWeakened));
    }
    let better = SlaTerms { uptime_bps: 10_000, latency_ms: 1, maintenance_ms: 0, ..promised };
    market.update_unit(1, UnitSpec { terms: better, ..unit_spec() }).unwrap();
    let free = by(&mut market, spare()).update_unit(2, UnitSpec { terms: worse[0].clone(), ..unit_spec() });
    assert_eq!(free, Ok(()), "nothing is on it");
}

#[ink::test]
fn a_proposal_with_better_terms_than_the_unit_has_now_is_not_accepted() {
    let mut market = proposed();
    let terms = SlaTerms { maintenance_ms: 1, ..terms() };
    by(&mut market, provider()).update_unit(1, UnitSpec { terms, ..unit_spec() }).unwrap();
    assert_eq!(market.accept(1), Err(Error::PromiseWeakened));
}
