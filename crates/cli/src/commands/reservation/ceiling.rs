//! What a change of a reservation locks at this moment, if nothing is typed about it: the ceiling that is signed.
//!
//! It never depends on what others may do until the call is on the chain, so that a price that moves is refused. Where
//! the amount falls as time goes on, it is that of now.

use orchestrator::domain::{price_down, price_up, Balance, Error, Placement, Replica, Reservation, State};
use orchestrator_chain::CallError;

use crate::{
    acting::call_failure,
    commands::{placement, reserve::replica::Data},
    failure::Failure,
    session::Session,
};

/// What lengthening every active placement by `ms` locks.
pub fn extend(session: &Session, id: u64, ms: u64) -> Result<Balance, Failure> {
    let mut sum = 0u128;
    for p in active(session, id)? {
        let owed = p.owed_up(p.ends_at.saturating_add(ms)).map_err(refused)?;
        sum = sum.saturating_add(owed.saturating_sub(p.escrow));
    }
    Ok(sum)
}

/// What another capacity of every active placement locks, at most: what rounds have cost the provider comes back, which
/// is not counted here.
pub fn resize(session: &Session, id: u64, capacity: u64) -> Result<Balance, Failure> {
    let now = session.chain.ledger().now_ms()?;
    let mut sum = 0u128;
    for p in active(session, id)? {
        let rest = p.ends_at.saturating_sub(now);
        let notice = rest.min(p.terms.notice_ms.into());
        let given_up = price_up(p.price, p.capacity.saturating_sub(capacity), notice).map_err(refused)?;
        let then = price_up(p.price, capacity, rest).map_err(refused)?.saturating_add(given_up);
        let so_far = price_down(p.price, p.capacity, rest).map_err(refused)?;
        sum = sum.saturating_add(then.saturating_sub(so_far));
    }
    Ok(sum)
}

/// A lost placement, and what takes its slot.
pub struct Replacing {
    reservation: Reservation,
    lost: Placement,
    unit: u64,
}

/// The replica that is to fill a slot: with the lost one's data, where no other was named.
pub fn replace(
    session: &Session,
    id: u64,
    slot: u8,
    named: Option<&Replica>,
) -> Result<(Replica, Replacing), Failure> {
    let reservation = known(session, id)?;
    let Some(filled) = reservation.slots.get(usize::from(slot)) else {
        let last = reservation.slots.len().saturating_sub(1);
        return Err(Failure::Outcome(format!(
            "reservation {id} has slots 0 to {last} (UnknownSlot): name one of them"
        )));
    };
    let lost = placement::known(session, filled.placement)?;
    if named.is_none() && reservation.choice.is_none() {
        return Err(Failure::input("name the data unit that is to take the slot: --unit ID"));
    }
    let mut replica = named.cloned().unwrap_or_else(|| Data::default().on(0));
    if replica.chunks == 0 {
        (replica.root, replica.chunks) = (lost.root, lost.chunks);
    }
    let unit = replica.unit;
    Ok((replica, Replacing { reservation, lost, unit }))
}

impl Replacing {
    /// What the new placement locks: the price of what is left of the term, outside clusters of the data unit's shortest
    /// term at least.
    pub fn price(&self, session: &Session) -> Result<Balance, Failure> {
        let Self { reservation, lost, unit } = self;
        let begun = lost.ends_at > 0;
        let left = match begun {
            true => lost.ends_at.saturating_sub(session.chain.ledger().now_ms()?),
            false => lost.term_ms,
        };
        let Some(cluster) = reservation.cluster() else {
            let shortest = session.ask(session.market.data_unit(*unit))?.map_or(0, |x| x.spec.min_term_ms);
            let question = session.market.quote(*unit, reservation.capacity, left.max(shortest), None);
            return Ok(session.ask(question)?.map_err(refused)?.price);
        };
        // What took over a lost one keeps its price, lost again before it was active.
        if begun || lost.term_ms != reservation.term_ms {
            return price_up(lost.price, reservation.capacity, left).map_err(refused);
        }
        let spec =
            session.ask(session.market.cluster(cluster))?.ok_or_else(|| refused(Error::UnknownCluster))?.spec;
        let (rate, now) = (session.ask(session.market.settings())?.rate, session.chain.ledger().now_ms()?);
        let each = rate.tokens_up(spec.price, spec.currency, now).map_err(refused)?;
        price_up(each, reservation.capacity, left).map_err(refused)
    }
}

/// A reservation. Refuses a number that none has.
pub fn known(session: &Session, id: u64) -> Result<Reservation, Failure> {
    session.ask(session.market.reservation(id))?.ok_or_else(|| {
        Failure::Outcome(format!(
            "there is no reservation {id} (UnknownReservation): it was closed, or the number is wrong"
        ))
    })
}

/// The placements that a change concerns.
fn active(session: &Session, id: u64) -> Result<Vec<Placement>, Failure> {
    let mut active = Vec::new();
    for slot in known(session, id)?.slots {
        let p = placement::known(session, slot.placement)?;
        if p.state == State::Active && !p.terminated {
            active.push(p);
        }
    }
    Ok(active)
}

fn refused(error: Error) -> Failure {
    call_failure(CallError::Refused(error))
}
