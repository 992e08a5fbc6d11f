//! `orch market`: what can be had, and what it costs.

use clap::Subcommand;
use orchestrator::{
    domain::{Balance, Cluster, DAY_MS},
    Filter, Offer,
};

use super::{
    cluster::known,
    unit::{kind, lists, price},
};
use crate::{
    amount::Amount,
    args::length,
    failure::Failure,
    interface::Told,
    output,
    session::{Place, Session},
    time::span,
};

/// Data units that one question looks at: as many as the contract does at once.
const PAGE: u32 = u32::MAX;

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List data units that take a placement now, the best score first
    Search(Search),
    /// Show what a term on a data unit costs now, what collateral it locks, and its score
    Quote {
        /// Id of the data unit
        unit: u64,
        /// Capacity in its kind's unit
        #[arg(long, value_name = "N")]
        capacity: u64,
        /// Length of the term: a number with s, m, h or d
        #[arg(long, value_name = "TIME", value_parser = length)]
        term: u64,
        /// As a member of this cluster, at its price
        #[arg(long, value_name = "CLUSTER")]
        cluster: Option<u64>,
    },
}

#[derive(Debug, clap::Args)]
struct Search {
    /// Only data units of this kind
    #[arg(long, value_name = "KIND", value_enum)]
    kind: Option<kind::KindName>,
    /// Only in this country: ISO 3166-1 numeric, 1 to 999
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=999))]
    region: Option<u16>,
    /// Least capacity that is free, in the kind's unit
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    capacity: u64,
    /// Highest price per unit of capacity and 30 days, in tokens such as 2.5; any if not told
    #[arg(long, value_name = "AMOUNT")]
    max_price: Option<Amount>,
    /// Term that must be offered: a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = length)]
    term: u64,
    /// Only members of this cluster, at its price
    #[arg(long, value_name = "CLUSTER")]
    cluster: Option<u64>,
    /// Least score of the data unit, 0 to 10000
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=10_000))]
    min_score: u16,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let session = options.place.session()?;
    match &options.command {
        Command::Search(search) => find(&session, search),
        Command::Quote { unit, capacity, term, cluster } => {
            let title = match cluster {
                Some(cluster) => {
                    format!("{capacity} of data unit {unit} in cluster {cluster} for {}", span(*term))
                }
                None => format!("{capacity} of data unit {unit} for {}", span(*term)),
            };
            session.show(&title, session.market.quote(*unit, *capacity, *term, *cluster))
        }
    }
}

fn find(session: &Session, search: &Search) -> Result<(), Failure> {
    let max_price = match &search.max_price {
        Some(amount) => session.planks(amount)?,
        None => 0,
    };
    // The contract takes a highest price of zero for any.
    if search.max_price.is_some() && max_price == 0 {
        return Err(Failure::input(
            "nothing is to be had for nothing: name a --max-price above zero, or none",
        ));
    }
    let cluster = search.cluster.map(|id| known(session, id)).transpose()?;
    let filter = Filter {
        kind: search.kind.map(Into::into),
        region: search.region,
        capacity: search.capacity,
        max_price,
        term_ms: search.term,
        cluster: search.cluster,
        min_score: search.min_score,
    };
    if session.teller.is_quiet() {
        return Ok(output::json(&told(session, &filter)?)?);
    }
    let mut offers = offers(session, &filter)?;
    offers.sort_by_key(|x| std::cmp::Reverse(x.score));
    let rows: Vec<_> = offers.into_iter().map(|x| row(session, cluster.as_ref(), x)).collect();
    let head =
        ["UNIT", "SCORE", "KIND", "REGION", "FREE", "PRICE/30d", "COLLATERAL", "UPTIME", "LATENCY", "TERMS"];
    lists::table(session, "No data unit takes this now.", &head, &rows)
}

fn offers(session: &Session, filter: &Filter) -> Result<Vec<Offer>, Failure> {
    let (mut offers, mut cursor) = (Vec::new(), 1);
    while cursor > 0 {
        let found = session.ask(session.market.find_data_units(filter.clone(), cursor, PAGE))?;
        offers.extend(found.units);
        cursor = found.next;
    }
    Ok(offers)
}

/// The same with the names of the metadata, the best score first.
fn told(session: &Session, filter: &Filter) -> Result<Vec<Told>, Failure> {
    let (mut offers, mut cursor) = (Vec::new(), 1);
    while cursor > 0 {
        let page = session.view(session.market.find_data_units(filter.clone(), cursor, PAGE))?;
        if let Some(Told::List(units)) = page.part("units") {
            offers.extend(units.iter().cloned());
        }
        cursor = match page.part("next") {
            Some(Told::Number(next)) => *next,
            _ => 0,
        };
    }
    let score = |x: &Told| if let Some(Told::Number(score)) = x.part("score") { *score } else { 0 };
    offers.sort_by_key(|x| std::cmp::Reverse(score(x)));
    Ok(offers)
}

fn row(session: &Session, cluster: Option<&Cluster>, offer: Offer) -> Vec<String> {
    let spec = &offer.unit.spec;
    let (asked, currency): (Balance, _) =
        cluster.map_or((spec.price, spec.currency), |x| (x.spec.price, x.spec.currency));
    let free = match (cluster, &offer.unit.member) {
        (Some(_), Some(member)) => member.free(),
        _ => offer.unit.free(),
    };
    let days = |ms: u64| if ms % DAY_MS == 0 { format!("{}d", ms / DAY_MS) } else { span(ms) };
    let percent = |bps: u32| format!("{}.{:02} %", bps / 100, bps % 100);
    vec![
        offer.id.to_string(),
        offer.score.to_string(),
        kind::name(spec.kind).to_owned(),
        offer.unit.region.to_string(),
        kind::measured(free, spec.kind),
        price::text(asked, currency, &session.token),
        format!("{} %", spec.terms.collateral_bps / 100),
        percent(spec.terms.uptime_bps.into()),
        format!("{} ms", spec.terms.latency_ms),
        format!("{} to {}", days(spec.min_term_ms), days(spec.max_term_ms)),
    ]
}
