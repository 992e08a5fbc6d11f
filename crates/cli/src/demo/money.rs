//! Who put in, earned, paid, lost and got back what, out of the contract's events alone, compared with what contract
//! and chain say.

use std::collections::BTreeMap;

use orchestrator::{
    domain::{Cluster, Reservation},
    events::{
        Claimed, Deposited, DisputeMoved, Distributed, FeesCollected, PlacementMoved, ReservationChanged,
        ReservationClosed, Settled, Slashed, Withdrawn,
    },
    DisputeStep, LastIds, OrchestratorRef, Settings, Solvency,
};
use orchestrator_chain::{address, at, AccountId, Ledger, Typed};

use crate::{
    demo::{
        cast::Cast,
        claim::{ensure, equal},
        facts::{MoneyFacts, PartyFacts, Sums},
        watched::{Call, Watched},
        PURSE,
    },
    failure::Failure,
};

/// Adds up everything and refuses if a single plank is missing anywhere.
pub fn balance<L: Ledger>(ledger: &Watched<L>, cast: &Cast) -> Result<MoneyFacts, Failure> {
    let market = at::<OrchestratorRef>(cast.contract);
    let ((payers, keepers), treasury) = (parties(ledger.calls()), cast.treasury.account());
    let mut parties = Vec::new();
    let mut total = Sums::default();
    let mut kept = 0;
    for (name, account) in &cast.names {
        let inside = ledger.ask(*account, market.account(*account))?;
        let mut sums = flows(ledger.calls(), (&payers, &keepers), *account, treasury);
        sums.left = inside.available + inside.locked;
        sums.fees += ledger.wasted(*account);
        sums.before = PURSE;
        let funds = ledger.balance(*account)?;
        sums.after = funds.free;
        kept += funds.reserved;
        check(name, &sums)?;
        add(&mut total, &sums);
        parties.push(PartyFacts { name: name.clone(), address: address(account), sums });
    }
    let Solvency { held, owed } = ledger.ask(cast.operator.account(), market.solvency())?;
    equal(
        total.put_in,
        total.got_back + owed,
        "what was put in, against what was got back and what is owed,",
    )?;
    equal(total.earned, total.paid + total.slashed, "what was earned, against what was paid and slashed,")?;
    equal(total.left, owed, "what the accounts have left, against what the contract owes,")?;
    ensure(held >= owed, &format!("held {held} >= owed {owed}"))?;
    let contract = ledger.balance(cast.contract)?;
    kept += contract.free + contract.reserved - held;
    equal(total.storage, signed(kept)?, "what was paid for storage, against what the chain holds for it,")?;
    Ok(MoneyFacts { parties, total, held, owed, exact: true, solvent_after_calls: ledger.solvent()? })
}

/// Refuses unless everything that the contract owes is in an account, a pot, a bonus, a pool or the fees.
pub fn check_owed<L: Ledger>(ledger: &Watched<L>, cast: &Cast) -> Result<(), Failure> {
    let me = cast.operator.account();
    let market = at::<OrchestratorRef>(cast.contract);
    let mut sum = 0;
    for (_, account) in &cast.names {
        let inside = ledger.ask(me, market.account(*account))?;
        sum += inside.available + inside.locked;
    }
    let Settings { fees, last_ids, .. } = ledger.ask(me, market.settings())?;
    let LastIds { reservation: last_reservation, cluster: last_cluster, .. } = last_ids;
    sum += fees;
    for id in 1..=last_reservation {
        let reservation: Option<Reservation> = ledger.ask(me, market.reservation(id))?;
        for slot in reservation.map(|x| x.slots).unwrap_or_default() {
            sum += slot.pot;
            if let Some(placement) = ledger.ask(me, market.placement(slot.placement))? {
                sum += placement.bonus - placement.bonus_paid;
            }
        }
    }
    for id in 1..=last_cluster {
        let Some(Cluster { pool, .. }) = ledger.ask(me, market.cluster(id))? else { continue };
        sum += pool.fee + pool.manager + pool.members + pool.due;
        let mut shares = 0;
        for (_, account) in &cast.names {
            let share = ledger.ask(me, market.share(id, *account))?;
            shares += share.pooled + share.due;
        }
        equal(shares, pool.members + pool.due, "the sum of the members' shares, against the pool,")?;
    }
    let Solvency { held, owed } = ledger.ask(me, market.solvency())?;
    ensure(held >= owed, &format!("held {held} >= owed {owed}"))?;
    equal(sum, owed, "the sum of all accounts, pots, pools and fees")?;
    ledger.solvent().map(drop)
}

/// An account for each placement.
type OfPlacement = BTreeMap<u64, AccountId>;

/// Who pays for each placement, and who keeps it, as the events tell.
fn parties(calls: &[Call]) -> (OfPlacement, OfPlacement) {
    let mut consumers = BTreeMap::new();
    let (mut payers, mut keepers) = (BTreeMap::new(), BTreeMap::new());
    for call in calls {
        for ReservationChanged { reservation, consumer, .. } in call.events() {
            consumers.insert(reservation, consumer);
        }
        for PlacementMoved { placement, reservation, provider, .. } in call.events() {
            keepers.insert(placement, provider);
            payers.extend(consumers.get(&reservation).map(|x| (placement, *x)));
        }
    }
    (payers, keepers)
}

/// What the events say of one account.
fn flows(
    calls: &[Call],
    (payers, keepers): (&OfPlacement, &OfPlacement),
    account: AccountId,
    treasury: AccountId,
) -> Sums {
    let mut sums = Sums::default();
    for call in calls {
        let own = call.signer == account;
        if own {
            sums.fees += call.receipt.fee;
            sums.storage += call.receipt.storage_deposit;
        }
        sums.put_in +=
            call.events().filter(|x: &Deposited| x.account == account).map(|x| x.amount).sum::<u128>();
        sums.got_back +=
            call.events().filter(|x: &Withdrawn| x.account == account).map(|x| x.amount).sum::<u128>();
        for Settled { placement, provider, cluster, gross, fee, referral, bonus, .. } in call.events() {
            if provider == account {
                // In a cluster the rest goes through its pool.
                sums.earned += bonus + if cluster.is_none() { gross - fee - referral } else { 0 };
            }
            if payers.get(&placement) == Some(&account) {
                sums.paid += gross;
            }
        }
        sums.earned +=
            call.events().filter(|x: &Claimed| x.provider == account).map(|x| x.amount).sum::<u128>();
        sums.earned +=
            call.events().filter(|x: &Distributed| x.manager == account).map(|x| x.to_manager).sum::<u128>();
        for Slashed { provider, amount, reporter, to_reporter, .. } in call.events() {
            if provider == account {
                sums.slashed += amount;
            }
            if reporter == Some(account) {
                sums.earned += to_reporter;
            }
        }
        for DisputeMoved { placement, step, bond, to_consumer_bps, .. } in call.events() {
            // With less than half the consumer has lost its bond to the provider.
            if step == DisputeStep::Decided && to_consumer_bps < 5_000 {
                let of = |whose: &OfPlacement| whose.get(&placement) == Some(&account);
                sums.paid += if of(payers) { bond } else { 0 };
                sums.earned += if of(keepers) { bond } else { 0 };
            }
        }
        for FeesCollected { amount } in call.events() {
            if treasury == account {
                sums.earned += amount;
            }
        }
        // Only a reservation's consumer closes it here.
        if own {
            sums.earned += call.events().map(|x: ReservationClosed| x.to_consumer).sum::<u128>();
        }
    }
    sums
}

fn check(name: &str, sums: &Sums) -> Result<(), Failure> {
    let Sums { put_in, earned, paid, slashed, got_back, left, fees, storage, before, after } = *sums;
    equal(
        put_in + earned,
        paid + slashed + got_back + left,
        &format!("the money of the {name} in the contract"),
    )?;
    let end = signed(before + got_back)? - signed(put_in + fees)? - storage;
    equal(signed(after)?, end, &format!("the money of the {name} on the chain"))
}

fn signed(planks: u128) -> Result<i128, Failure> {
    i128::try_from(planks).map_err(Failure::outcome)
}

fn add(total: &mut Sums, sums: &Sums) {
    total.put_in += sums.put_in;
    total.earned += sums.earned;
    total.paid += sums.paid;
    total.slashed += sums.slashed;
    total.got_back += sums.got_back;
    total.left += sums.left;
    total.fees += sums.fees;
    total.storage += sums.storage;
    total.before += sums.before;
    total.after += sums.after;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums() -> Sums {
        Sums {
            put_in: 100,
            earned: 30,
            paid: 20,
            slashed: 5,
            got_back: 95,
            left: 10,
            fees: 7,
            storage: -2,
            before: 1_000,
            after: 990,
        }
    }

    #[test]
    fn sums_that_come_out_are_accepted() {
        assert!(check("consumer", &sums()).is_ok());
    }

    #[test]
    fn a_plank_that_is_missing_or_too_many_anywhere_is_refused() {
        let wrong: [fn(&mut Sums); 10] = [
            |x| x.put_in += 1,
            |x| x.earned -= 1,
            |x| x.paid += 1,
            |x| x.slashed -= 1,
            |x| x.got_back += 1,
            |x| x.left -= 1,
            |x| x.fees += 1,
            |x| x.storage -= 1,
            |x| x.before += 1,
            |x| x.after -= 1,
        ];
        for change in wrong {
            let mut sums = sums();
            change(&mut sums);
            assert!(check("consumer", &sums).is_err(), "{sums:?}");
        }
    }
}
