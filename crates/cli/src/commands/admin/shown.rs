//! Who governs and how, and what the contract holds and owes.

use orchestrator::{LastIds, Settings};

use crate::{failure::Failure, interface::Told, session::Session};

/// Prints settings and solvency.
pub fn show(session: &Session) -> Result<(), Failure> {
    let settings = session.view(session.market.settings())?;
    let solvency = session.view(session.market.solvency())?;
    if session.teller.is_quiet() {
        let told = vec![("settings".to_owned(), settings), ("solvency".to_owned(), solvency)];
        return session.print("", &Told::Record(told));
    }
    let Settings { config, last_ids, .. } = session.ask(session.market.settings())?;
    let LastIds {
        node: nodes,
        unit: units,
        reservation: reservations,
        placement: placements,
        cluster: clusters,
    } = last_ids;
    // Numbers whose names do not say what they count.
    let clear = |(name, value): (String, String)| match name.as_str() {
        "config score unit" => (name, session.token.text(config.score_unit.into())),
        "last ids" => (
            name,
            format!(
                "nodes {nodes}, data units {units}, reservations {reservations}, placements {placements}, \
                 clusters {clusters}"
            ),
        ),
        _ => (name, value),
    };
    session.teller.line("settings")?;
    session.teller.rows(&settings.rows(&session.token).into_iter().map(clear).collect::<Vec<_>>())?;
    session.teller.line("")?;
    session.print("solvency", &solvency)
}
