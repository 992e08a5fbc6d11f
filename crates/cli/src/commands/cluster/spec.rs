//! What a manager says of a cluster: created, and changed.

use orchestrator::domain::{ClusterSpec, MAX_MANAGER_BPS};
use orchestrator_chain::AccountId;

use super::known;
use crate::{
    args::Common,
    commands::unit::{
        kind::KindName,
        price::Price,
        terms::{Terms, AT_FIRST},
    },
    failure::Failure,
    session::{read_address, Session},
};

#[derive(Debug, clap::Args)]
pub struct Create {
    /// Kind of all its data units; it stays
    #[arg(long, value_name = "KIND", value_enum)]
    kind: KindName,
    #[command(flatten)]
    price: Price,
    /// Share of what is earned that goes to the manager, 0 to 3000 (30 %)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=i64::from(MAX_MANAGER_BPS)))]
    fee_bps: u16,
    /// For people and tools, at most 512 bytes
    #[arg(long, value_name = "TEXT", default_value = "")]
    parameters: String,
    /// Account whose reports of quality count for the data units in it; up to 8 may be given
    #[arg(long, value_name = "ADDR")]
    observer: Vec<String>,
    /// Take no new reservations, extensions, growth or renewals for now
    #[arg(long)]
    closed: bool,
    #[command(flatten)]
    terms: Terms,
}

#[derive(Debug, clap::Args)]
pub struct Update {
    /// Id of the cluster
    cluster: u64,
    #[command(flatten)]
    price: Price,
    /// Share of what is earned that goes to the manager, 0 to 3000 (30 %)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=i64::from(MAX_MANAGER_BPS)))]
    fee_bps: Option<u16>,
    /// For people and tools, at most 512 bytes
    #[arg(long, value_name = "TEXT")]
    parameters: Option<String>,
    /// Account whose reports of quality count for the data units in it; up to 8 may be given, in place of those so far
    #[arg(long, value_name = "ADDR", conflicts_with = "no_observers")]
    observer: Vec<String>,
    /// Name no observers any more
    #[arg(long)]
    no_observers: bool,
    /// Take new reservations, extensions, growth and renewals again
    #[arg(long, conflicts_with = "closed")]
    open: bool,
    /// Take no new reservations, extensions, growth or renewals for now
    #[arg(long)]
    closed: bool,
    #[command(flatten)]
    terms: Terms,
}

pub fn create(session: &mut Session, common: &Common, cluster: &Create) -> Result<(), Failure> {
    let (price, currency) = cluster.price.require(session)?;
    let spec = ClusterSpec {
        kind: cluster.kind.into(),
        price,
        currency,
        terms: cluster.terms.over(&AT_FIRST)?,
        fee_bps: cluster.fee_bps,
        open: !cluster.closed,
        parameters: cluster.parameters.clone().into_bytes(),
        observers: accounts(&cluster.observer)?,
    };
    let message = session.market.create_cluster(spec);
    session.act(common, message)
}

pub fn update(session: &mut Session, common: &Common, update: &Update) -> Result<(), Failure> {
    let (price, observers) = (update.price.read(session)?, accounts(&update.observer)?);
    let before = known(session, update.cluster)?.spec;
    let (price, currency) = price.unwrap_or((before.price, before.currency));
    let spec = ClusterSpec {
        kind: before.kind,
        price,
        currency,
        terms: update.terms.over(&before.terms)?,
        fee_bps: update.fee_bps.unwrap_or(before.fee_bps),
        open: update.open || (before.open && !update.closed),
        parameters: update
            .parameters
            .as_ref()
            .map_or_else(|| before.parameters.clone(), |x| x.clone().into_bytes()),
        observers: if observers.is_empty() && !update.no_observers {
            before.observers.clone()
        } else {
            observers
        },
    };
    if spec == before {
        return Err(Failure::input(
            "that is how the cluster stands already: name what to change, see --help",
        ));
    }
    let message = session.market.update_cluster(update.cluster, spec);
    session.act(common, message)
}

fn accounts(named: &[String]) -> Result<Vec<AccountId>, Failure> {
    named.iter().map(|x| read_address(x)).collect()
}
