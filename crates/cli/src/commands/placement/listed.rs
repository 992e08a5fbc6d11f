//! Lists of placements.

use orchestrator::domain::{List, Placement, State};
use orchestrator_chain::AccountId;

use super::{paid_until, paid_until_ms};
use crate::{
    commands::unit::lists::{ids, json, records, table},
    failure::Failure,
    interface::Told,
    session::Session,
};

/// All placements on a data unit.
pub fn on_unit(session: &Session, unit: u64) -> Result<(), Failure> {
    let found = ids(session, &List::UnitPlacements(unit))?;
    tell(session, &found, &format!("There are no placements on data unit {unit}."))
}

/// All placements that a provider has accepted, and those that wait for its answer.
pub fn of_provider(session: &Session, provider: AccountId) -> Result<(), Failure> {
    let mut found = ids(session, &List::Placements(provider))?;
    let view = |id| session.market.placement(id);
    for node in ids(session, &List::Nodes(provider))? {
        for unit in ids(session, &List::Units(node))? {
            let placed: Vec<(u64, Placement)> =
                records(session, &ids(session, &List::UnitPlacements(unit))?, view)?;
            found.extend(placed.iter().filter(|(_, x)| x.state == State::Proposed).map(|(id, _)| *id));
        }
    }
    found.sort_unstable();
    tell(session, &found, "The provider has no placements.")
}

fn tell(session: &Session, found: &[u64], none: &str) -> Result<(), Failure> {
    let view = |id| session.market.placement(id);
    if session.teller.is_quiet() {
        return json(session, found, view, |id, _| {
            let paid = session.ask(view(id))?.map_or(Told::Nothing, |x| paid_until_ms(&x));
            Ok(vec![("paid_until".to_owned(), paid)])
        });
    }
    let rows: Vec<_> = records(session, found, view)?.iter().map(|(id, x)| row(session, *id, x)).collect();
    let head = ["PLACEMENT", "RESERVATION", "DATA UNIT", "STATE", "CAPACITY", "COLLATERAL", "PAID UNTIL"];
    table(session, none, &head, &rows)
}

fn row(session: &Session, id: u64, x: &Placement) -> Vec<String> {
    vec![
        id.to_string(),
        x.reservation.to_string(),
        x.unit.to_string(),
        format!("{:?}", x.state),
        x.capacity.to_string(),
        session.token.text(x.collateral),
        paid_until(x),
    ]
}
