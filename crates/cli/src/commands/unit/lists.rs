//! Lists of the contract, as tables and as JSON.

use orchestrator::domain::List;
use orchestrator_chain::Message;
use orchestrator_market::parties::Viewer;

use crate::{failure::Failure, interface::Told, output, session::Session};

/// All entries of a list, page by page.
pub fn ids(session: &Session, list: &List) -> Result<Vec<u64>, Failure> {
    Ok(Viewer::new(session.contract, session.contract).list(session.chain.ledger(), list)?)
}

/// The records that a view has for these ids. What has gone away meanwhile is left out.
pub fn records<M, T>(
    session: &Session,
    ids: &[u64],
    view: impl Fn(u64) -> M,
) -> Result<Vec<(u64, T)>, Failure>
where
    M: Message<Answer = Option<T>>,
{
    let mut records = Vec::new();
    for id in ids {
        if let Some(record) = session.ask(view(*id))? {
            records.push((*id, record));
        }
    }
    Ok(records)
}

/// Prints what a view has for these ids as an array of objects, each with its `id` and with what `more` adds.
pub fn json<M: Message>(
    session: &Session,
    ids: &[u64],
    view: impl Fn(u64) -> M,
    more: impl Fn(u64, &Told) -> Result<Vec<(String, Told)>, Failure>,
) -> Result<(), Failure> {
    let mut list = Vec::new();
    for id in ids {
        let told = session.view(view(*id))?;
        let added = more(*id, &told)?;
        if let Told::Record(parts) = told {
            let first = ("id".to_owned(), Told::Number(*id));
            list.push(Told::Record([first].into_iter().chain(parts).chain(added).collect()));
        }
    }
    Ok(output::json(&list)?)
}

/// [`json`] with nothing added.
pub fn nothing_more(_: u64, _: &Told) -> Result<Vec<(String, Told)>, Failure> {
    Ok(Vec::new())
}

/// Prints a table, or in its place that there is nothing to show.
pub fn table(session: &Session, none: &str, head: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    match rows {
        [] => Ok(session.teller.line(none)?),
        rows => Ok(session.teller.table(head, rows)?),
    }
}

/// A text that somebody put on the chain. What could steer a terminal is told in hexadecimal digits.
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => format!("0x{}", hex::encode(bytes)),
    }
}
