//! Reservations, as tables and as JSON.

use orchestrator::domain::{List, Placement, Reservation, Slot};
use orchestrator_chain::{address, AccountId};

use super::ceiling::known;
use crate::{
    commands::{
        placement::{paid_until, paid_until_ms, with},
        unit::lists,
    },
    failure::Failure,
    interface::Told,
    session::Session,
    time::{instant, span},
};

/// A reservation with what fills its slots.
pub fn one(session: &Session, id: u64) -> Result<(), Failure> {
    let title = format!("reservation {id}");
    let told = session.view(session.market.reservation(id))?;
    let Some(record) = session.ask(session.market.reservation(id))? else {
        return session.print(&title, &Told::Nothing);
    };
    let until = session.ask(session.market.funded_until(id))?;
    let mut filled: Vec<(Slot, Option<Placement>)> = Vec::new();
    for slot in record.slots {
        let placement = session.ask(session.market.placement(slot.placement))?;
        filled.push((slot, placement));
    }
    let Told::Record(parts) = told else { return session.print(&title, &told) };
    if session.teller.is_quiet() {
        let parts = parts.into_iter().map(|(name, part)| match name.as_str() {
            "slots" => (name, slots(&part, &filled)),
            _ => (name, part),
        });
        return session.print(&title, &with(Told::Record(parts.collect()), "paid_until", number(until)));
    }
    session.teller.line(&title)?;
    let mut rows = vec![("PAID UNTIL".to_owned(), text(until))];
    rows.extend(
        Told::Record(parts.into_iter().filter(|(name, _)| name != "slots").collect()).rows(&session.token),
    );
    session.teller.rows(&rows)?;
    session.teller.line("")?;
    let rows: Vec<_> = (0..).zip(&filled).map(|(i, (slot, p))| row(session, i, slot, p.as_ref())).collect();
    let head = ["SLOT", "PLACEMENT", "DATA UNIT", "PROVIDER", "STATE", "POT", "PAID UNTIL"];
    Ok(session.teller.table(&head, &rows)?)
}

/// All reservations of a consumer.
pub fn all(session: &Session, consumer: AccountId) -> Result<(), Failure> {
    let ids = lists::ids(session, &List::Reservations(consumer))?;
    let view = |id| session.market.reservation(id);
    if session.teller.is_quiet() {
        return lists::json(session, &ids, view, |id, _| {
            let until = session.ask(session.market.funded_until(id))?;
            Ok(vec![("paid_until".to_owned(), number(until))])
        });
    }
    let mut rows = Vec::new();
    for (id, x) in lists::records::<_, Reservation>(session, &ids, view)? {
        let until = session.ask(session.market.funded_until(id))?;
        let cluster = x.cluster().map_or("-".to_owned(), |id| id.to_string());
        let renews = if x.renews() { session.token.text(x.renew_up_to) } else { "-".to_owned() };
        let (replicas, capacity, term) = (x.slots.len().to_string(), x.capacity.to_string(), span(x.term_ms));
        rows.push(vec![id.to_string(), replicas, capacity, term, cluster, renews, text(until)]);
    }
    let head = ["RESERVATION", "REPLICAS", "CAPACITY", "TERM", "CLUSTER", "RENEWS UP TO", "PAID UNTIL"];
    lists::table(session, "The consumer has no reservations.", &head, &rows)
}

/// Until when the active placements of a reservation are paid for.
pub fn funded(session: &Session, id: u64) -> Result<(), Failure> {
    known(session, id)?;
    let until = session.ask(session.market.funded_until(id))?;
    if session.teller.is_quiet() {
        let told =
            vec![("reservation".to_owned(), Told::Number(id)), ("paid_until".to_owned(), number(until))];
        return session.print("", &Told::Record(told));
    }
    session.teller.line(&format!("reservation {id}"))?;
    Ok(session.teller.rows(&[("PAID UNTIL".to_owned(), text(until))])?)
}

fn number(until: u64) -> Told {
    if until > 0 {
        Told::Number(until)
    } else {
        Told::Nothing
    }
}

fn text(until: u64) -> String {
    if until > 0 {
        format!("{} UTC", instant(until))
    } else {
        "nothing is active".to_owned()
    }
}

/// The slots, each with what there is to know of its placement.
fn slots(told: &Told, filled: &[(Slot, Option<Placement>)]) -> Told {
    let Told::List(slots) = told else { return told.clone() };
    let slots = slots.iter().zip(filled).map(|(slot, (_, placement))| match placement {
        None => slot.clone(),
        Some(x) => {
            let slot = with(slot.clone(), "unit", Told::Number(x.unit));
            let slot = with(slot, "state", Told::Name(format!("{:?}", x.state)));
            with(slot, "paid_until", paid_until_ms(x))
        }
    });
    Told::List(slots.collect())
}

fn row(session: &Session, i: usize, slot: &Slot, placement: Option<&Placement>) -> Vec<String> {
    let (unit, state, until) = match placement {
        Some(x) => (x.unit.to_string(), format!("{:?}", x.state), paid_until(x)),
        None => ("-".to_owned(), "gone".to_owned(), "-".to_owned()),
    };
    let pot = session.token.text(slot.pot);
    vec![i.to_string(), slot.placement.to_string(), unit, short(&slot.provider), state, pot, until]
}

/// The ends of an address: enough to tell accounts apart where a line has no room for all of it.
fn short(account: &AccountId) -> String {
    let address = address(account);
    match (address.get(..6), address.get(address.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) => format!("{first}…{last}"),
        _ => address,
    }
}
