//! `orch unit`: data units: what is offered, at what price, on what terms, and how it serves.

pub mod kind;
pub mod lists;
pub mod price;
mod service;
mod spec;
pub mod terms;

use clap::Subcommand;
use orchestrator::domain::{DataUnit, List, Placement, Subject};

use crate::{args::Common, failure::Failure, interface::Told, session::Session, time::instant};

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Register a data unit on a node; its id is the answer
    Register(Box<spec::Register>),
    /// Change what is named of a data unit, for new placements only, which it takes again after ten minutes
    ///
    /// While placements are on it, promised uptime, latency and maintenance do not get worse.
    Update(Box<spec::Update>),
    /// Remove a data unit without placements that is in no cluster; its storage deposit comes back
    Retire {
        /// Id of the data unit
        unit: u64,
    },
    /// Show a data unit
    Show {
        /// Id of the data unit
        unit: u64,
    },
    /// List the data units on a node
    List {
        /// Id of the node
        node: u64,
    },
    /// List the placements on a data unit, proposed ones included
    Placements {
        /// Id of the data unit
        unit: u64,
    },
    /// Announce maintenance of a data unit, or take it back
    #[command(subcommand)]
    Maintenance(service::Maintenance),
    /// Show maintenance of a data unit, past and announced, and what observers have reported of it
    Service {
        /// Id of the data unit
        unit: u64,
    },
    /// Show the score of a data unit, 0 to 10000, and what it rests on
    Score {
        /// Id of the data unit
        unit: u64,
    },
    /// Report how data units have served on the day before; a second report of a day replaces the first
    Report(service::Report),
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Register(unit) => spec::register(&mut session, common, unit),
        Command::Update(update) => spec::update(&mut session, common, update),
        Command::Retire { unit } => {
            let message = session.market.retire_unit(*unit);
            session.act(common, message)
        }
        Command::Show { unit } => session.show(&format!("data unit {unit}"), session.market.data_unit(*unit)),
        Command::List { node } => list(&session, *node),
        Command::Placements { unit } => placements(&session, *unit),
        Command::Maintenance(command) => service::maintenance(&mut session, common, command),
        Command::Service { unit } => {
            known(&session, *unit)?;
            session.show(&format!("service of data unit {unit}"), session.market.service(*unit))
        }
        Command::Score { unit } => {
            session.show(&format!("score of data unit {unit}"), session.market.score(Subject::Unit(*unit)))
        }
        Command::Report(report) => service::report(&mut session, common, report),
    }
}

fn known(session: &Session, unit: u64) -> Result<DataUnit, Failure> {
    let found = session.ask(session.market.data_unit(unit))?;
    found.ok_or_else(|| {
        Failure::Outcome(format!("there is no data unit {unit}: it was retired, or the number is wrong"))
    })
}

fn list(session: &Session, node: u64) -> Result<(), Failure> {
    super::node::known(session, node)?;
    let ids = lists::ids(session, &List::Units(node))?;
    let view = |id| session.market.data_unit(id);
    if session.teller.is_quiet() {
        return lists::json(session, &ids, view, lists::nothing_more);
    }
    let row = |(id, x): (u64, DataUnit)| {
        let spec = &x.spec;
        vec![
            id.to_string(),
            kind::name(spec.kind).to_owned(),
            kind::measured(spec.capacity, spec.kind),
            x.used.to_string(),
            x.free().to_string(),
            price::text(spec.price, spec.currency, &session.token),
            x.member.map_or("-".to_owned(), |x| x.cluster.to_string()),
            if spec.open { "yes" } else { "no" }.to_owned(),
        ]
    };
    let rows: Vec<_> = lists::records(session, &ids, view)?.into_iter().map(row).collect();
    let head = ["UNIT", "KIND", "CAPACITY", "USED", "FREE", "PRICE/30d", "CLUSTER", "OPEN"];
    lists::table(session, "The node has no data units.", &head, &rows)
}

fn placements(session: &Session, unit: u64) -> Result<(), Failure> {
    let kind = known(session, unit)?.spec.kind;
    let ids = lists::ids(session, &List::UnitPlacements(unit))?;
    let view = |id| session.market.placement(id);
    let paid_until = |reservation| session.ask(session.market.funded_until(reservation));
    if session.teller.is_quiet() {
        return lists::json(session, &ids, view, |_, told| match told.part("reservation") {
            Some(Told::Number(id)) => Ok(vec![("paid_until".to_owned(), Told::Number(paid_until(*id)?))]),
            _ => Ok(Vec::new()),
        });
    }
    let row = |(id, x): (u64, Placement)| {
        let until = |ms| if ms == 0 { "-".to_owned() } else { instant(ms) };
        Ok(vec![
            id.to_string(),
            format!("{:?}", x.state),
            format!("{}/{}", x.reservation, x.slot),
            kind::measured(x.capacity, kind),
            session.token.text(x.price),
            until(x.ends_at),
            until(paid_until(x.reservation)?),
        ])
    };
    let rows: Result<Vec<_>, Failure> = lists::records(session, &ids, view)?.into_iter().map(row).collect();
    let head = ["PLACEMENT", "STATE", "RESERVATION/SLOT", "CAPACITY", "PRICE/30d", "ENDS", "PAID UNTIL"];
    lists::table(session, "No placements are on the data unit.", &head, &rows?)
}
