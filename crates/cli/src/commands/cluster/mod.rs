//! `orch cluster`: data units run as one service, and what they earn there.

mod spec;
mod tables;

use clap::Subcommand;
use orchestrator::domain::{Cluster, Handover};
use orchestrator_chain::{address, AccountId};
use serde_json::json;

use super::provider::account;
use crate::{
    args::Common,
    failure::Failure,
    output,
    session::{read_address, Session},
};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a cluster, managed by the account of the key; its id is the answer
    Create(Box<spec::Create>),
    /// Change what is named of a cluster, for new placements only, which it takes again after ten minutes
    Update(Box<spec::Update>),
    /// Show a cluster and its pool
    Show {
        /// Id of the cluster
        cluster: u64,
    },
    /// List the clusters of a manager
    List {
        /// Address of the manager; that of the key if not told
        manager: Option<String>,
    },
    /// List the data units in a cluster: what they have committed to it, and whether they can get new placements
    Members {
        /// Id of the cluster
        cluster: u64,
    },
    /// List the reservations in a cluster
    Reservations {
        /// Id of the cluster
        cluster: u64,
    },
    /// Set how much of a data unit is committed to a cluster: the manager more or less, its provider less
    Member {
        /// Id of the cluster
        cluster: u64,
        /// Id of the data unit
        unit: u64,
        /// Capacity in the kind's unit; 0 takes it out, once nothing in it is in use
        capacity: u64,
    },
    /// Show what a provider has earned in a cluster and not been credited: what is due, and what waits for `distribute`
    Share {
        /// Id of the cluster
        cluster: u64,
        /// Address of the provider; that of the key if not told
        provider: Option<String>,
    },
    /// Credit a provider with what is due to it in a cluster
    Claim {
        /// Id of the cluster
        cluster: u64,
        /// Address of the provider; that of the key if not told
        provider: Option<String>,
    },
    /// Offer the management of a cluster to another account, or take the offer back
    Offer {
        /// Id of the cluster
        cluster: u64,
        /// Address of the account that may take it over
        #[arg(required_unless_present = "nobody", conflicts_with = "nobody")]
        to: Option<String>,
        /// Take the offer back
        #[arg(long)]
        nobody: bool,
    },
    /// Take over the management of a cluster that was offered to the account; its pool is distributed first
    Take {
        /// Id of the cluster
        cluster: u64,
    },
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Create(cluster) => spec::create(&mut session, common, cluster),
        Command::Update(update) => spec::update(&mut session, common, update),
        Command::Show { cluster } => {
            session.show(&format!("cluster {cluster}"), session.market.cluster(*cluster))
        }
        Command::List { manager } => tables::clusters(&session, account(common, manager.as_deref())?),
        Command::Members { cluster } => tables::members(&session, *cluster),
        Command::Reservations { cluster } => tables::reservations(&session, *cluster),
        Command::Member { cluster, unit, capacity } => {
            let message = session.market.set_member(*cluster, *unit, *capacity);
            session.act(common, message)
        }
        Command::Share { cluster, provider } => {
            share(&session, *cluster, account(common, provider.as_deref())?)
        }
        Command::Claim { cluster, provider } => {
            let message = session.market.claim(*cluster, account(common, provider.as_deref())?);
            session.act(common, message)
        }
        Command::Offer { cluster, to, .. } => {
            let to = to.as_deref().map(read_address).transpose()?;
            let message = session.market.offer(Handover::Cluster(*cluster), to);
            session.act(common, message)
        }
        Command::Take { cluster } => {
            let message = session.market.take_over(Handover::Cluster(*cluster));
            session.act(common, message)
        }
    }
}

/// A cluster. Refuses an id that none has.
pub fn known(session: &Session, cluster: u64) -> Result<Cluster, Failure> {
    let found = session.ask(session.market.cluster(cluster))?;
    found.ok_or_else(|| Failure::Outcome(format!("there is no cluster {cluster}: check the number")))
}

fn share(session: &Session, cluster: u64, provider: AccountId) -> Result<(), Failure> {
    let distributions = known(session, cluster)?.pool.distributions;
    let mut share = session.ask(session.market.share(cluster, provider))?;
    // The record is as it was when it last changed: `claim` begins with the same step.
    share
        .roll(distributions)
        .map_err(|error| Failure::outcome(orchestrator_market::parties::sentence(error)))?;
    let name = address(&provider);
    if session.teller.is_quiet() {
        return Ok(output::json(&json!({
            "cluster": cluster, "provider": name, "due": share.due.to_string(), "pooled": share.pooled.to_string(),
        }))?);
    }
    session.teller.line(&format!("share of {name} in cluster {cluster}"))?;
    Ok(session.teller.rows(&[
        ("due, for claim".to_owned(), session.token.text(share.due)),
        ("in the pool, for distribute".to_owned(), session.token.text(share.pooled)),
    ])?)
}
