//! `orch node`: machines and gateways of a provider.

use clap::Subcommand;
use orchestrator::domain::{List, Node, NodeSpec, NodeState};

use super::{provider::account, unit::lists};
use crate::{args::Common, failure::Failure, session::Session};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Register a node; its id is the answer
    Register {
        /// Country as ISO 3166-1 numeric, 1 to 999, such as 276; it stays
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=999))]
        region: u16,
        /// Where the node is reached, such as https://node.example:4433; with engine and version at most 256 bytes
        #[arg(long, value_name = "URL")]
        endpoint: String,
        /// Name of the engine that runs on it
        #[arg(long, value_name = "NAME", default_value = "")]
        engine: String,
        /// Version of that engine
        #[arg(long, value_name = "VERSION", default_value = "")]
        engine_version: String,
        /// Whether it takes and serves data
        #[arg(long, value_name = "STATE", value_enum, default_value_t = StateName::Online)]
        state: StateName,
    },
    /// Change what is named of a node
    Update {
        /// Id of the node
        node: u64,
        /// Where the node is reached
        #[arg(long, value_name = "URL")]
        endpoint: Option<String>,
        /// Name of the engine that runs on it
        #[arg(long, value_name = "NAME")]
        engine: Option<String>,
        /// Version of that engine
        #[arg(long, value_name = "VERSION")]
        engine_version: Option<String>,
        /// Whether it takes and serves data
        #[arg(long, value_name = "STATE", value_enum)]
        state: Option<StateName>,
    },
    /// Remove a node without data units; its storage deposit comes back
    Retire {
        /// Id of the node
        node: u64,
    },
    /// Show a node
    Show {
        /// Id of the node
        node: u64,
    },
    /// List the nodes of a provider
    List {
        /// Address of the provider; that of the key if not told
        provider: Option<String>,
    },
}

/// Whether a node takes and serves data.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum StateName {
    /// Serves, and takes new placements
    Online,
    /// Serves what it has, takes nothing new
    Draining,
    /// Does not serve for now
    Offline,
}

impl From<StateName> for NodeState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Online => Self::Online,
            StateName::Draining => Self::Draining,
            StateName::Offline => Self::Offline,
        }
    }
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Register { region, endpoint, engine, engine_version, state } => {
            let spec = NodeSpec {
                region: *region,
                state: (*state).into(),
                endpoint: endpoint.clone().into_bytes(),
                engine: engine.clone().into_bytes(),
                version: engine_version.clone().into_bytes(),
            };
            let message = session.market.register_node(spec);
            session.act(common, message)
        }
        Command::Update { node, endpoint, engine, engine_version, state } => {
            let before = known(&session, *node)?.spec;
            let text = |named: &Option<String>, before: &Vec<u8>| {
                named.as_ref().map_or_else(|| before.clone(), |x| x.clone().into_bytes())
            };
            let spec = NodeSpec {
                region: before.region,
                state: state.map_or(before.state, Into::into),
                endpoint: text(endpoint, &before.endpoint),
                engine: text(engine, &before.engine),
                version: text(engine_version, &before.version),
            };
            if spec == before {
                return Err(Failure::input(
                    "that is how the node stands already: name what to change, see --help",
                ));
            }
            let message = session.market.update_node(*node, spec);
            session.act(common, message)
        }
        Command::Retire { node } => {
            let message = session.market.retire_node(*node);
            session.act(common, message)
        }
        Command::Show { node } => session.show(&format!("node {node}"), session.market.node(*node)),
        Command::List { provider } => list(&session, &List::Nodes(account(common, provider.as_deref())?)),
    }
}

/// A node. Refuses an id that none has.
pub fn known(session: &Session, node: u64) -> Result<Node, Failure> {
    let found = session.ask(session.market.node(node))?;
    found.ok_or_else(|| {
        Failure::Outcome(format!("there is no node {node}: it was retired, or the number is wrong"))
    })
}

fn list(session: &Session, list: &List) -> Result<(), Failure> {
    let ids = lists::ids(session, list)?;
    let view = |id| session.market.node(id);
    if session.teller.is_quiet() {
        return lists::json(session, &ids, view, lists::nothing_more);
    }
    let row = |(id, x): (u64, Node)| {
        let spec = x.spec;
        let engine = format!("{} {}", lists::text(&spec.engine), lists::text(&spec.version));
        let (state, region) = (format!("{:?}", spec.state), spec.region.to_string());
        let endpoint = lists::text(&spec.endpoint);
        vec![id.to_string(), region, state, x.units.to_string(), engine.trim().to_owned(), endpoint]
    };
    let rows: Vec<_> = lists::records(session, &ids, view)?.into_iter().map(row).collect();
    let head = ["NODE", "REGION", "STATE", "UNITS", "ENGINE", "ENDPOINT"];
    lists::table(session, "The provider has no nodes.", &head, &rows)
}
