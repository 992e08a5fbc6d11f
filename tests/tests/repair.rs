//! Who gains from a failure: nobody that causes, delays or reports one of its own, under whatever names.

use orchestrator_chain::{runtime::UNIT, Balance, Embedded};
use orchestrator_domain::{price_up, Order, SlaTerms, State, UnitSpec};
use orchestrator_scenarios::{Fact, Market, Who, Who::*, PRICE};
use proptest::{collection::vec, prelude::*};

/// Beats of a term.
const BEATS: usize = 6;

/// What a provider does with a round.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Proves,
    Sleeps,
    Lies,
}

/// What was agreed, and who does what in each beat.
#[derive(Clone, Debug)]
struct Plan {
    price: Balance,
    capacity: u64,
    collateral_bps: u32,
    slash_bps: u16,
    max_misses: u8,
    acts: Vec<Act>,
    /// In which beats the reporter reports.
    reports: Vec<bool>,
    /// In which beats somebody settles.
    settles: Vec<bool>,
    /// Whether the spare takes over what has failed.
    replaced: bool,
}

/// What each has won or lost in the end, and what was told on the way.
#[derive(Clone, Debug, Default, PartialEq)]
struct Ends {
    consumer: i128,
    provider: i128,
    reporter: i128,
    taker: i128,
    /// Network fees of what was paid.
    fees: i128,
    slashed: Balance,
    slashes: u32,
    to_reporter: Balance,
    bonus: Balance,
    to_consumer: Balance,
    to_treasury: Balance,
    /// Pot and price of the rest of the term when the spare took over.
    taken: Option<(Balance, Balance)>,
}

impl Plan {
    /// The same without a failure.
    fn honest(&self) -> Plan {
        Plan { acts: vec![Act::Proves; BEATS], ..self.clone() }
    }

    /// The same, reported or not, and settled or not, in each beat but after the last.
    fn looked_at(&self, reports: bool, settles: bool) -> Plan {
        Plan { reports: vec![reports; BEATS], settles: vec![settles; BEATS], ..self.clone() }
    }

    /// The same without a repair.
    fn unrepaired(&self) -> Plan {
        Plan { replaced: false, ..self.clone() }
    }

    fn unit(&self, m: &Market<Embedded>) -> UnitSpec {
        let Plan { price, collateral_bps, slash_bps, max_misses, .. } = *self;
        let terms = SlaTerms { collateral_bps, slash_bps, max_misses, ..m.terms() };
        UnitSpec { price, terms, min_term_ms: 1_000, ..m.unit_spec() }
    }

    /// Plays it through on a chain, from the reservation to its close.
    fn play(&self) -> Ends {
        let mut m = Market::embedded();
        m.set_up();
        m.watch_refusals_quickly();
        let spec = self.unit(&m);
        m.done(Provider, |at| at.update_unit(1, spec.clone()));
        m.done(Spare, |at| at.update_unit(2, spec));
        m.beats(1);
        let before = [Consumer, Provider, Reporter, Spare].map(|who| all(&m, who));
        let term_ms = m.beat_ms * BEATS as u64;
        let order = Order { capacity: self.capacity, term_ms, max_price: 50 * UNIT, ..m.order(&[1]) };
        let (id, p) = m.deal_as(Consumer, order);
        let (mut now, mut taken) = (p[0], None);
        for beat in 0..BEATS {
            m.open_round();
            self.act(&mut m, now, beat, taken.is_some());
            m.beats(1);
            if self.settles[beat] {
                m.settle(now);
            }
            if self.reports[beat] {
                m.attempt(Reporter, |at| at.report_miss(now)).ok();
            }
            if self.replaced && taken.is_none() && beat + 1 < BEATS {
                taken = take_over(&mut m, id, &mut now);
            }
        }
        m.attempt(Reporter, |at| at.report_miss(now)).ok();
        m.settle(now);
        m.done(Consumer, |at| at.close(id));
        let after = [Consumer, Provider, Reporter, Spare].map(|who| all(&m, who));
        let [consumer, provider, reporter, taker] = [0, 1, 2, 3].map(|i| after[i] - before[i]);
        Ends { consumer, provider, reporter, taker, taken, ..told(&m) }
    }

    /// The spare always proves. Who has failed already, and nobody has looked, may still send a proof.
    fn act(&self, m: &mut Market<Embedded>, placement: u64, beat: usize, repaired: bool) {
        let act = if repaired { Act::Proves } else { self.acts[beat] };
        if m.state(placement) != State::Active || act == Act::Sleeps {
            return;
        }
        let mut response = m.response(placement);
        if act == Act::Lies {
            response.proofs[0].chunk[0] ^= 1;
        }
        let who = m.provider_of(placement);
        m.done(who, |at| at.prove(vec![response]));
    }
}

/// Everything that belongs to a party.
fn all(m: &Market<Embedded>, who: Who) -> i128 {
    let account = m.account(who);
    i128::try_from(account.available + account.locked).expect("in bounds")
}

/// Once it has failed, the spare takes a placement over; says the pot and what the rest of the term was worth.
fn take_over(m: &mut Market<Embedded>, id: u64, now: &mut u64) -> Option<(Balance, Balance)> {
    m.settle(*now);
    let lost = m.placement(*now);
    if lost.state != State::Failed {
        return None;
    }
    let pot = m.reservation(id).slots[0].pot;
    let rest = price_up(lost.price, lost.capacity, lost.ends_at - m.clock().now).expect("in bounds");
    let replica = m.same_data(*now, 2);
    *now = m.done(Consumer, |at| at.replace(id, 0, replica, u128::MAX));
    m.accept(*now);
    m.activate(*now);
    Some((pot, rest))
}

/// What events say of slashes, bonuses and the close.
fn told(m: &Market<Embedded>) -> Ends {
    use orchestrator_chain::Ledger;
    let mut ends = Ends::default();
    for fact in Fact::among(&m.ledger.events(m.contract, 0).expect("the chain keeps events")) {
        match fact {
            Fact::Slashed(x) => {
                ends.slashed += x.amount;
                ends.slashes += 1;
                ends.to_reporter += x.to_reporter;
                assert_eq!(x.to_reporter + x.to_pot, x.amount);
            }
            Fact::Settled(x) => {
                ends.bonus += x.bonus;
                ends.fees += i128::try_from(x.fee).expect("in bounds");
            }
            Fact::Closed(x) => (ends.to_consumer, ends.to_treasury) = (x.to_consumer, x.to_treasury),
            _ => {}
        }
    }
    ends
}

fn plans() -> impl Strategy<Value = Plan> {
    let act = prop_oneof![3 => Just(Act::Proves), 4 => Just(Act::Sleeps), 1 => Just(Act::Lies)];
    let money = (1..4 * PRICE, 1..20u64, prop_oneof![0..100_000u32, 0..10_000u32], 0..=10_000u16, 1..=3u8);
    let looks = || vec(any::<bool>(), BEATS);
    (money, vec(act, BEATS), looks(), looks(), any::<bool>()).prop_map(
        |((price, capacity, collateral_bps, slash_bps, max_misses), acts, reports, settles, replaced)| Plan {
            price,
            capacity,
            collateral_bps,
            slash_bps,
            max_misses,
            acts,
            reports,
            settles,
            replaced,
        },
    )
}

/// Plans of which the provider fails in the end, at the latest in the fourth beat.
fn failures() -> impl Strategy<Value = Plan> {
    plans().prop_map(|mut plan| {
        for act in plan.acts.iter_mut().skip(1).take(3) {
            *act = Act::Sleeps;
        }
        Plan { replaced: true, ..plan }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, max_shrink_iters: 12, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gains_from_a_failure_of_its_own_under_whatever_names(plan in plans()) {
        let (ends, honest) = (plan.play(), plan.honest().play());

        prop_assert!(ends.provider <= honest.provider, "the provider");
        prop_assert!(ends.provider + ends.reporter <= honest.provider, "a provider that reports itself");
        let takers = ends.provider + ends.reporter + ends.taker;
        prop_assert!(takers <= honest.provider, "a provider that reports and repairs itself");
        let fees = ends.fees;
        prop_assert!(ends.consumer + ends.provider + fees <= 0, "a provider that is its own consumer, fees aside");
        prop_assert!(ends.consumer + ends.provider + ends.reporter + fees <= 0, "and its own reporter");
        prop_assert!(ends.consumer <= 0, "a consumer is made whole and never better off");

        prop_assert_eq!((honest.reporter, honest.slashed, honest.taker), (0, 0, 0), "there is nothing to report");
        prop_assert_eq!(honest.consumer + honest.provider + honest.fees, 0);
    }

    #[test]
    fn what_was_slashed_is_shared_by_reporter_taker_consumer_and_treasury_to_the_plank(plan in failures()) {
        let ends = plan.play();
        prop_assert_eq!(ends.to_reporter + ends.bonus + ends.to_consumer + ends.to_treasury, ends.slashed);
        prop_assert_eq!(ends.reporter, i128::try_from(ends.to_reporter).expect("in bounds"));
        let to_treasury = i128::try_from(ends.to_treasury).expect("in bounds");
        let sum = ends.consumer + ends.provider + ends.reporter + ends.taker + ends.fees + to_treasury;
        prop_assert_eq!(sum, 0, "nothing comes from nowhere");
    }

    #[test]
    fn the_bonus_is_no_more_than_the_pot_and_than_the_price_of_the_rest_even_for_a_consumer_that_takes_over_itself(
        plan in failures(),
    ) {
        let ends = plan.play();
        let (pot, rest) = ends.taken.expect("it fails early");
        prop_assert!(ends.bonus <= pot && ends.bonus <= rest, "{ends:?}");
        let both = ends.consumer + ends.taker;
        let [pot, rest] = [pot, rest].map(|x| i128::try_from(x).expect("in bounds"));
        prop_assert!(both <= pot, "no more than was slashed");
        prop_assert!(both <= 2 * rest, "the bonus, and what it has paid to itself");
    }

    #[test]
    fn delaying_a_report_or_a_settlement_gains_nothing(plan in plans()) {
        let plan = plan.unrepaired();
        let (never, always) = (plan.looked_at(false, false).play(), plan.looked_at(false, true).play());
        prop_assert_eq!((never.provider, never.slashed), (always.provider, always.slashed));
        prop_assert!(always.reporter <= never.reporter, "who settles leaves the reporter nothing to report");

        let timely = plan.looked_at(true, false).play();
        prop_assert_eq!((timely.provider, timely.slashed), (never.provider, never.slashed));
        let rounding = i128::from(timely.slashes);
        prop_assert!(never.reporter <= timely.reporter + rounding, "but for a plank a report");
    }
}
