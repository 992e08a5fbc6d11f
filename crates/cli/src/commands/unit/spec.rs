//! What a provider says of a data unit: registered, and changed.

use orchestrator::domain::{UnitSpec, DAY_MS, MAX_CAPACITY, MAX_TERM_MS};

use super::{
    kind::KindName,
    known,
    price::Price,
    terms::{Terms, AT_FIRST},
};
use crate::{
    args::{length, Common},
    failure::Failure,
    session::Session,
};

#[derive(Debug, clap::Args)]
pub struct Register {
    /// Id of the node that it is on
    node: u64,
    /// What it is, and with it what its capacity counts in; it stays
    #[arg(long, value_name = "KIND", value_enum)]
    kind: KindName,
    /// Capacity in the kind's unit, 1 to 2^32
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MAX_CAPACITY))]
    capacity: u64,
    #[command(flatten)]
    price: Price,
    /// Shortest term, from 1s on
    #[arg(long, value_name = "TIME", default_value = "1d", value_parser = term)]
    min_term: u64,
    /// Longest term, up to 1825d (five years); it bounds extensions, too
    #[arg(long, value_name = "TIME", default_value = "365d", value_parser = term)]
    max_term: u64,
    /// For people and tools, at most 128 bytes
    #[arg(long, value_name = "TEXT", default_value = "")]
    tags: String,
    /// Take no new placements, extensions, growth or renewals for now
    #[arg(long)]
    closed: bool,
    #[command(flatten)]
    terms: Terms,
}

#[derive(Debug, clap::Args)]
pub struct Update {
    /// Id of the data unit
    unit: u64,
    /// Capacity in the kind's unit, 1 to 2^32, not below what is in use or committed to a cluster
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MAX_CAPACITY))]
    capacity: Option<u64>,
    #[command(flatten)]
    price: Price,
    /// Shortest term, from 1s on
    #[arg(long, value_name = "TIME", value_parser = term)]
    min_term: Option<u64>,
    /// Longest term, up to 1825d (five years)
    #[arg(long, value_name = "TIME", value_parser = term)]
    max_term: Option<u64>,
    /// For people and tools, at most 128 bytes
    #[arg(long, value_name = "TEXT")]
    tags: Option<String>,
    /// Take new placements, extensions, growth and renewals again
    #[arg(long, conflicts_with = "closed")]
    open: bool,
    /// Take no new placements, extensions, growth or renewals for now
    #[arg(long)]
    closed: bool,
    #[command(flatten)]
    terms: Terms,
}

pub fn register(session: &mut Session, common: &Common, unit: &Register) -> Result<(), Failure> {
    let (price, currency) = unit.price.require(session)?;
    let spec = UnitSpec {
        kind: unit.kind.into(),
        capacity: unit.capacity,
        price,
        currency,
        terms: unit.terms.over(&AT_FIRST)?,
        min_term_ms: unit.min_term,
        max_term_ms: unit.max_term,
        open: !unit.closed,
        tags: unit.tags.clone().into_bytes(),
    };
    let message = session.market.register_unit(unit.node, ordered(spec)?);
    session.act(common, message)
}

pub fn update(session: &mut Session, common: &Common, update: &Update) -> Result<(), Failure> {
    let price = update.price.read(session)?;
    let before = known(session, update.unit)?.spec;
    let (price, currency) = price.unwrap_or((before.price, before.currency));
    let spec = UnitSpec {
        kind: before.kind,
        capacity: update.capacity.unwrap_or(before.capacity),
        price,
        currency,
        terms: update.terms.over(&before.terms)?,
        min_term_ms: update.min_term.unwrap_or(before.min_term_ms),
        max_term_ms: update.max_term.unwrap_or(before.max_term_ms),
        open: update.open || (before.open && !update.closed),
        tags: update.tags.as_ref().map_or_else(|| before.tags.clone(), |x| x.clone().into_bytes()),
    };
    if spec == before {
        return Err(Failure::input(
            "that is how the data unit stands already: name what to change, see --help",
        ));
    }
    let message = session.market.update_unit(update.unit, ordered(spec)?);
    session.act(common, message)
}

fn ordered(spec: UnitSpec) -> Result<UnitSpec, Failure> {
    if spec.min_term_ms > spec.max_term_ms {
        return Err(Failure::input(
            "the shortest term is longer than the longest: change --min-term or --max-term",
        ));
    }
    Ok(spec)
}

fn term(text: &str) -> Result<u64, String> {
    let longest = MAX_TERM_MS / DAY_MS;
    Some(length(text)?).filter(|ms| *ms <= MAX_TERM_MS).ok_or_else(|| format!("give at most {longest}d"))
}
