//! `orch reserve`: orders capacity for a time.

mod asked;
pub mod replica;

use orchestrator::domain::{Choice, Order, Replica, SlaTerms, MAX_MANIFEST_BYTES, MAX_REPLICAS};
use orchestrator_chain::{address, AccountId};

use super::placement::tried;
use crate::{
    amount::Amount,
    args::{length, Common},
    failure::Failure,
    session::{read_address, Session},
};
use replica::{data, replica, Data};

/// The whole price of the term is locked from what the account has available. Each replica goes to a data unit named with
/// --unit; in a cluster to members that are named so, or that the contract chooses.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("where").args(["unit", "cluster"]).required(true).multiple(true)))]
pub struct Options {
    /// Data unit for one replica, with root and chunk count of its data where they are known; once for each replica, up to
    /// 20
    #[arg(long, value_name = "ID[:ROOT:CHUNKS]", value_parser = replica)]
    unit: Vec<Replica>,
    /// Capacity of each replica, in what the kind of the data units counts: GiB, vCPU, instances or Mbit/s
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    capacity: u64,
    /// Term, from the activation of each placement on: a number with s, m, h or d
    #[arg(long, value_name = "TIME", value_parser = length)]
    term: u64,
    /// Account that opens the rounds; the one that reserves if not told. It must be registered as a challenger
    #[arg(long, value_name = "ADDR")]
    challenger: Option<String>,
    /// Account that gets the referral share of what is earned
    #[arg(long, value_name = "ADDR")]
    referrer: Option<String>,
    /// Where the manifest is found, or the manifest itself: a text, or @ and a file; at most 256 bytes
    #[arg(long, value_name = "TEXT|@FILE")]
    manifest: Option<String>,
    /// Most that all replicas together may cost for the term; what is asked at this moment if not told
    #[arg(long, value_name = "AMOUNT")]
    max_price: Option<Amount>,
    /// Cluster that the replicas go to, at its price
    #[arg(long, value_name = "ID", help_heading = "In a cluster")]
    cluster: Option<u64>,
    /// How many replicas, where the contract chooses the members; as many as --data, or 1, if not told
    #[arg(
        long,
        value_name = "N",
        help_heading = "In a cluster",
        requires = "cluster",
        conflicts_with = "unit"
    )]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=20))]
    replicas: Option<u8>,
    /// Root and chunk count of a replica's data, where the contract chooses the members; once for each replica
    #[arg(long, value_name = "ROOT:CHUNKS", value_parser = data, help_heading = "In a cluster")]
    #[arg(requires = "cluster", conflicts_with = "unit")]
    data: Vec<Data>,
    /// Only members in this country, by its ISO 3166-1 number
    #[arg(long, value_name = "CODE", help_heading = "In a cluster", requires = "cluster")]
    region: Option<u16>,
    /// Let one provider hold several of the replicas
    #[arg(long, help_heading = "In a cluster", requires = "cluster")]
    together: bool,
    // Last: what stands behind it would be shown under its headings.
    #[command(flatten)]
    common: Common,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    let (caller, _) = common.signing.caller()?;
    let mut order = order(options)?;
    ensure_challenger(&session, caller, &order)?;
    let asked = asked::ask(&session, &order)?;
    order.max_price = match &options.max_price {
        Some(amount) => session.planks(amount)?,
        None => asked.price(),
    };
    tried(&session, common, session.market.clone().reserve(order.clone()))?;
    asked.tell(&session, &order)?;
    let message = session.market.reserve(order);
    session.act(common, message)
}

/// What was typed, without a ceiling.
fn order(options: &Options) -> Result<Order, Failure> {
    let replicas = replicas(options)?;
    if replicas.len() > MAX_REPLICAS {
        return Err(Failure::Input(format!(
            "a reservation has at most {MAX_REPLICAS} replicas: reserve more than once"
        )));
    }
    Ok(Order {
        replicas,
        capacity: options.capacity,
        term_ms: options.term,
        challenger: options.challenger.as_deref().map(read_address).transpose()?,
        referrer: options.referrer.as_deref().map(read_address).transpose()?,
        manifest: options.manifest.as_deref().map_or(Ok(Vec::new()), manifest)?,
        max_price: 0,
        choice: options.cluster.map(|cluster| Choice {
            cluster,
            region: options.region,
            together: options.together,
        }),
    })
}

fn replicas(options: &Options) -> Result<Vec<Replica>, Failure> {
    if !options.unit.is_empty() {
        return Ok(options.unit.clone());
    }
    let (known, wanted) = (options.data.len(), options.replicas.map(usize::from));
    match wanted {
        Some(wanted) if known > 0 && known != wanted => Err(Failure::Input(format!(
            "--data names {known} replicas and --replicas {wanted}: name the same number"
        ))),
        _ if known > 0 => Ok(options.data.iter().map(|data| data.on(0)).collect()),
        _ => Ok(vec![Data::default().on(0); wanted.unwrap_or(1)]),
    }
}

fn manifest(text: &str) -> Result<Vec<u8>, Failure> {
    let bytes = match text.strip_prefix('@') {
        None => text.as_bytes().to_vec(),
        Some(name) => std::fs::read(name).map_err(|error| {
            Failure::Input(format!("cannot read {name} ({error}): check the name and that you may read it"))
        })?,
    };
    if bytes.len() > MAX_MANIFEST_BYTES {
        return Err(Failure::Input(format!(
            "the manifest has {} bytes and may have {MAX_MANIFEST_BYTES}: put it elsewhere, and name where",
            bytes.len()
        )));
    }
    Ok(bytes)
}

/// Refuses a challenger that is none, and says how the caller becomes one: no faster than what is ordered allows.
fn ensure_challenger(session: &Session, caller: AccountId, order: &Order) -> Result<(), Failure> {
    let challenger = order.challenger.unwrap_or(caller);
    if session.ask(session.market.challenger(challenger))?.is_some() {
        return Ok(());
    }
    let (interval, window) = slowest(session, order)?;
    let become_one =
        format!("orch challenge register --interval {} --window {}", typed(interval), typed(window));
    Err(Failure::Outcome(if challenger == caller {
        format!(
            "nobody would open rounds (UnknownChallenger): register this account with `{become_one}`, or name another \
             with --challenger"
        )
    } else {
        format!(
            "{} is no challenger (UnknownChallenger): it becomes one with `{become_one}`, or name another",
            address(&challenger)
        )
    }))
}

/// The longest interval and the longest window that a data unit or the cluster asks for; a second where none is found.
fn slowest(session: &Session, order: &Order) -> Result<(u32, u32), Failure> {
    let mut terms = Vec::new();
    for replica in order.replicas.iter().filter(|x| x.unit > 0) {
        terms.extend(session.ask(session.market.data_unit(replica.unit))?.map(|x| x.spec.terms));
    }
    if let Some(choice) = &order.choice {
        terms.extend(session.ask(session.market.cluster(choice.cluster))?.map(|x| x.spec.terms));
    }
    let longest = |of: fn(&SlaTerms) -> u32| terms.iter().map(of).max().unwrap_or(1_000);
    Ok((longest(|x| x.interval_ms), longest(|x| x.window_ms)))
}

/// A length of time as it is typed, up to the next second.
fn typed(ms: u32) -> String {
    let seconds = ms.div_ceil(1_000);
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let fitting = units.iter().find(|(length, _)| seconds % length == 0);
    fitting.map_or_else(String::new, |(length, unit)| format!("{}{unit}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_told_as_it_is_typed() {
        for (ms, text) in
            [(86_400_000, "1d"), (93_600_000, "26h"), (5_400_000, "90m"), (1_000, "1s"), (1_001, "2s")]
        {
            assert_eq!(typed(ms), text);
            assert!(length(text).is_ok_and(|read| read >= ms.into()));
        }
    }
}
