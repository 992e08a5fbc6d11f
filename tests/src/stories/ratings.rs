//! Ratings by consumers, and data units found by their score.

use orchestrator::Filter;
use orchestrator_chain::{Balance, Ledger};
use orchestrator_domain::{
    share_down, Error, Evidence, Handover, Order, UnitSpec, DAY_MS, MONTH_MS, NEUTRAL, PRIOR,
};

use super::maintenance::worth;
use crate::{Fact, Market, Who::*};

/// What so many stars say of what so much was paid for: the scoring unit of a new market, or more, counts as thirty days.
fn rated(paid: Balance, stars: u64) -> Evidence {
    let unit = 1_000_000_000_000;
    let weight = share_down(paid.min(unit.into()), PRIOR, unit).expect("in bounds");
    let quarter = u64::try_from(weight).expect("in bounds") / 4;
    let (praised, blamed) = (quarter * stars.saturating_sub(3), quarter * 3u64.saturating_sub(stars));
    Evidence { praised, blamed, ..Evidence::default() }
}

/// The consumer, nobody else, with one to five stars, once something was paid.
pub fn a_consumer_rates_what_it_has_paid_for<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1]);
    m.refused(Consumer, Error::NothingPaid, |at| at.rate(p[0], 5));
    m.beats(2);
    for who in [Provider, Spare, Stranger, Admin] {
        m.refused(who, Error::NotConsumer, |at| at.rate(p[0], 5));
    }
    for stars in [0, 6, 255] {
        m.refused(Consumer, Error::RatingOutOfBounds, |at| at.rate(p[0], stars));
    }
    m.refused(Consumer, Error::UnknownPlacement, |at| at.rate(99, 5));
    m.done(Consumer, |at| at.rate(p[0], 5));
    let told = Fact::among(&m.receipt().events);
    assert!(told.iter().any(|x| matches!(x, Fact::Rated(x) if (x.placement, x.stars) == (p[0], 5))));
    let evidence = rated(worth(2 * DAY_MS), 5);
    assert_eq!(m.unit_score(1).evidence, evidence);
    assert_eq!(m.provider_score(Provider).evidence, evidence);
    assert!(m.provider_score(Provider).score > NEUTRAL);
    assert_eq!(m.ask(|at| at.sla(p[0])).map(|x| x.stars), Ok(5));
}

/// One star counts against it, three say nothing.
pub fn stars_below_three_count_against_it<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    for (stars, unit) in [(1, 1), (2, 2)] {
        let (_, p) = m.deal(&[unit]);
        m.beats(4);
        m.done(Consumer, |at| at.rate(p[0], 3));
        assert_eq!(m.unit_score(unit).evidence, Evidence::default());
        m.done(Consumer, |at| at.rate(p[0], stars));
        assert_eq!(m.unit_score(unit).evidence, rated(worth(4 * DAY_MS), stars.into()));
        assert!(m.unit_score(unit).score < NEUTRAL);
    }
}

/// Longer service weighs more, and so does dearer service, up to the scoring unit.
pub fn a_rating_weighs_what_was_paid<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let tenth = u128::from(m.picture().settings.config.score_unit) / 10;
    for (who, unit, price) in [(Provider, 1, tenth), (Spare, 2, 100 * tenth)] {
        let spec = UnitSpec { price, ..m.unit_spec() };
        m.done(who, |at| at.update_unit(unit, spec));
        m.beats(1);
        let order = Order { capacity: 1, ..m.order(&[unit]) };
        let (_, p) = m.deal_as(Consumer, order);
        for days in [1, 4] {
            m.beats(days);
            m.done(Consumer, |at| at.rate(p[0], 4));
            let paid = m.placement(p[0]).settled;
            assert_eq!(m.unit_score(unit).evidence, rated(paid, 4));
        }
    }
    let [cheap, dear] = [1, 2].map(|unit| m.unit_score(unit).evidence.praised);
    assert_eq!(dear, PRIOR / 4, "a scoring unit counts in full, and no more than that");
    assert!(0 < cheap && cheap < dear / 50);
}

/// While the placement lives the rating can be changed, and what it had said is undone; afterwards it stands.
pub fn a_rating_is_changed_while_the_placement_lives<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let (_, p) = m.deal(&[1, 1]);
    m.beats(3);
    m.done(Consumer, |at| at.rate(p[0], 5));
    m.beats(1);
    m.done(Consumer, |at| at.rate(p[0], 1));
    for found in m.found() {
        assert_eq!((found.seen, found.undone), (rated(worth(4 * DAY_MS), 1), rated(worth(3 * DAY_MS), 5)));
    }
    assert_eq!(m.unit_score(1).evidence, rated(worth(4 * DAY_MS), 1));
    assert_eq!(m.provider_score(Provider).evidence, rated(worth(4 * DAY_MS), 1));
    m.beats(6);
    m.refused(Consumer, Error::WrongState, |at| at.rate(p[0], 5));
    m.done(Consumer, |at| at.rate(p[1], 4));
    assert_eq!(m.placement(p[1]).rating.stars, 4, "a first one is taken after the end");
    m.refused(Consumer, Error::WrongState, |at| at.rate(p[1], 5));
}

/// A rating changed in another month is undone where it was recorded, as far as it still counts.
pub fn a_rating_is_undone_in_the_month_it_was_given<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let order = Order { term_ms: 80 * DAY_MS, ..m.order(&[1]) };
    let (_, p) = m.deal_as(Consumer, order);
    m.beats(8);
    m.done(Consumer, |at| at.rate(p[0], 5));
    let praised = m.unit_score(1).evidence.praised;
    m.advance(MONTH_MS);
    assert_eq!(m.unit_score(1).evidence.praised, praised / 2, "it halves each month");
    m.done(Consumer, |at| at.rate(p[0], 1));
    for score in [m.unit_score(1), m.provider_score(Provider)] {
        assert_eq!(score.evidence, rated(worth(38 * DAY_MS), 1), "nothing is left of the praise");
    }
}

/// Who takes a reservation over rates it; who gave it away does not.
pub fn a_rating_belongs_to_who_has_the_reservation<L: Ledger>(m: &mut Market<L>) {
    let (id, p) = m.deal(&[1]);
    m.beats(1);
    m.done(Consumer, |at| at.rate(p[0], 1));
    let to = m.id(Buyer);
    let what = Handover::Reservation(id);
    m.done(Consumer, |at| at.offer(what, Some(to)));
    m.refused(Buyer, Error::NotConsumer, |at| at.rate(p[0], 5));
    m.done(Buyer, |at| at.take_over(what));
    m.refused(Consumer, Error::NotConsumer, |at| at.rate(p[0], 1));
    m.done(Buyer, |at| at.rate(p[0], 5));
    assert_eq!(m.unit_score(1).evidence.blamed, 0);
}

/// The best score comes first on each page; below the least score asked for nothing is found, and a quote tells it.
pub fn data_units_are_found_by_score<L: Ledger>(m: &mut Market<L>) {
    m.go_daily();
    let spec = m.unit_spec();
    let third = m.done(Provider, |at| at.register_unit(1, spec));
    let (_, p) = m.deal(&[1, 2, third]);
    m.beats(5);
    for (placement, stars) in [(p[0], 1), (p[1], 5), (p[2], 4)] {
        m.done(Consumer, |at| at.rate(placement, stars));
    }
    let find = |m: &Market<L>, min_score, cursor, limit| {
        let (kind, region, term_ms, cluster) = (None, None, m.term(), None);
        let filter = Filter { kind, region, capacity: 1, max_price: 0, term_ms, cluster, min_score };
        let found = m.ask(|at| at.find_data_units(filter, cursor, limit));
        for offer in &found.units {
            assert_eq!(offer.score, m.unit_score(offer.id).score);
            let quote = m.ask(|at| at.quote(offer.id, 1, term_ms, None)).expect("it takes a placement");
            assert_eq!(quote.score, offer.score);
        }
        (found.units.iter().map(|x| x.id).collect::<Vec<_>>(), found.next)
    };
    // A well rated unit of a provider with a badly rated one.
    let [bad, good, poor] = [1, 2, third].map(|x| m.unit_score(x).score);
    assert!(bad < poor && poor < NEUTRAL && NEUTRAL < good);
    assert_eq!(find(m, 0, 0, 50), (vec![2, third, 1], 0));
    assert_eq!(find(m, poor, 0, 50), (vec![2, third], 0));
    assert_eq!(find(m, poor + 1, 0, 50), (vec![2], 0));
    assert_eq!(find(m, 10_000, 0, 50), (vec![], 0));
    assert_eq!((find(m, 0, 0, 2), find(m, 0, 3, 2)), ((vec![2, 1], 3), (vec![third], 0)));
}
