//! Standings recomputed from events alone are those that the contract folds.

use ink::primitives::AccountId;
use orchestrator_domain::{
    Evidence, Findings, History, Scoring, Standing, Subject, MONTH_MS, NEUTRAL, PRIOR,
};
use proptest::prelude::*;

const BASE: u64 = 1_700_000_000_000;

fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

fn evidence() -> impl Strategy<Value = Evidence> {
    prop::collection::vec(0..PRIOR, 8).prop_map(|x| Evidence {
        kept: x[0],
        missed: x[1] / 20,
        completed: x[2],
        broken: x[3],
        short: x[4] / 20,
        lost: x[5],
        praised: x[6],
        blamed: x[7],
    })
}

/// What events say, of one of four providers, one of four data units, or both.
fn events() -> impl Strategy<Value = Vec<Scoring>> {
    let names = (prop::option::of(0u8..4), prop::option::of(0u64..4));
    let event = (0..MONTH_MS / 2, names, evidence(), prop_oneof![3 => Just(false), 1 => Just(true)]);
    prop::collection::vec(event, 0..40).prop_map(|events| {
        let (mut at, mut last): (u64, Option<(u64, Evidence)>) = (BASE, None);
        let tell =
            |(later, (provider, unit), seen, undoes): (u64, (Option<u8>, Option<u64>), Evidence, bool)| {
                at += later;
                let (undone_at, undone) = last.filter(|_| undoes).unwrap_or_default();
                last = Some((at, seen));
                Scoring {
                    at,
                    provider: provider.map(account),
                    unit,
                    found: Findings { seen, undone, undone_at },
                }
            };
        events.into_iter().map(tell).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_is_the_fold_of_each_ones_own_events(events in events(), later in 0..5 * MONTH_MS) {
        let mut history = History::default();
        for event in &events {
            history.record(event);
        }
        let now = events.last().map_or(BASE, |x| x.at) + later;
        let fold = |concerns: &dyn Fn(&&Scoring) -> bool| {
            events.iter().filter(concerns).fold(Standing::default(), |mut standing, x| {
                standing.record(&x.found, x.at);
                standing
            })
        };
        for provider in 0..4 {
            let account = account(provider);
            let standing = fold(&|x| x.provider == Some(account));
            prop_assert_eq!(history.providers.get(&account).cloned().unwrap_or_default(), standing.clone());
            let all = standing.evidence(now);
            prop_assert_eq!(history.score(Subject::Provider(account), account, now), all.score(NEUTRAL));
            for unit in 0..4 {
                let standing = fold(&|x| x.unit == Some(unit));
                prop_assert_eq!(history.units.get(&unit).cloned().unwrap_or_default(), standing.clone());
                let own = standing.evidence(now);
                let score = own.score(all.without(&own).score(NEUTRAL));
                prop_assert_eq!(history.score(Subject::Unit(unit), account, now), score);
            }
        }
    }
}

#[test]
fn of_whom_no_event_speaks_the_score_is_the_prior() {
    let history = History::default();
    assert_eq!(history.score(Subject::Provider(account(1)), account(1), BASE), NEUTRAL);
    assert_eq!(history.score(Subject::Unit(1), account(1), BASE), NEUTRAL);
    let mut history = History::default();
    let found = Findings { seen: Evidence { kept: 2 * PRIOR, ..Evidence::default() }, ..Findings::default() };
    history.record(&Scoring { at: BASE, provider: Some(account(1)), unit: None, found });
    assert_eq!(
        history.score(Subject::Unit(1), account(1), BASE),
        7_500,
        "a new data unit has its provider's score"
    );
    assert_eq!(history.score(Subject::Unit(1), account(2), BASE), NEUTRAL);
    history.record(&Scoring { at: BASE, provider: Some(account(1)), unit: Some(1), found });
    assert_eq!(history.score(Subject::Provider(account(1)), account(1), BASE), 8_333);
    assert_eq!(history.score(Subject::Unit(1), account(1), BASE), 8_750, "its own, and what the others say");
    assert_eq!(history.score(Subject::Unit(2), account(1), BASE), 8_333);
    history.record(&Scoring { at: BASE, provider: None, unit: Some(3), found });
    assert_eq!(history.score(Subject::Unit(3), account(2), BASE), 7_500);
}
