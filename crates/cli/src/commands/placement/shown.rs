//! Placements, for people and for programs.

use orchestrator::domain::{Placement, State};

use super::known;
use crate::{
    failure::Failure,
    interface::Told,
    session::Session,
    time::{instant, span},
};

/// Until when it is paid for, for people: nothing before it is active and after its end.
pub fn paid_until(placement: &Placement) -> String {
    match placement.state {
        State::Active => instant(placement.ends_at),
        State::Proposed | State::Accepted => format!("{} to come", span(placement.term_ms)),
        _ => "-".to_owned(),
    }
}

/// Until when it is paid for, for programs.
pub fn paid_until_ms(placement: &Placement) -> Told {
    match placement.state {
        State::Active => Told::Number(placement.ends_at),
        _ => Told::Nothing,
    }
}

/// Prints a placement.
pub fn show(session: &Session, placement: u64) -> Result<(), Failure> {
    let title = format!("placement {placement}");
    let told = session.view(session.market.placement(placement))?;
    let Some(record) = session.ask(session.market.placement(placement))? else {
        return session.print(&title, &Told::Nothing);
    };
    if session.teller.is_quiet() {
        return session.print(&title, &with(told, "paid_until", paid_until_ms(&record)));
    }
    session.teller.line(&title)?;
    let zone = if record.state == State::Active { " UTC" } else { "" };
    let mut rows = vec![("PAID UNTIL".to_owned(), format!("{}{zone}", paid_until(&record)))];
    rows.extend(told.rows(&session.token));
    Ok(session.teller.rows(&rows)?)
}

/// A record with one more part.
pub fn with(told: Told, name: &str, part: Told) -> Told {
    match told {
        Told::Record(mut parts) => {
            parts.push((name.to_owned(), part));
            Told::Record(parts)
        }
        other => other,
    }
}

/// Prints the data that was last offered for a placement.
pub fn data(session: &Session, placement: u64) -> Result<(), Failure> {
    let record = known(session, placement)?;
    let told = session.view(session.market.committed_data(placement))?;
    if told == Told::Nothing && !session.teller.is_quiet() {
        return Ok(session
            .teller
            .line(&format!("Nothing was offered for placement {placement} since it was proposed."))?);
    }
    let offered = session.ask(session.market.committed_data(placement))?;
    let in_force = offered.is_some_and(|x| (x.root, x.chunks) == (record.root, record.chunks));
    session.print(
        &format!("data offered for placement {placement}"),
        &with(told, "in_force", Told::Flag(in_force)),
    )
}
