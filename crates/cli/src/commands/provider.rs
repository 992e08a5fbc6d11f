//! `orch provider`: what a provider says of itself, whom it trusts, how it stands.

use clap::Subcommand;
use orchestrator::domain::{List, Provider, Subject};
use orchestrator_chain::{address, AccountId};
use serde_json::json;

use super::unit::lists::ids;
use crate::{
    args::Common,
    failure::Failure,
    interface::Told,
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
    /// Register as a provider, or change what is named of profile and delegate
    Set {
        /// For people and tools, at most 512 bytes: name, contact, where a report goes
        #[arg(long, value_name = "TEXT")]
        profile: Option<String>,
        /// Account that may accept (which locks collateral), decline, activate and prove; it cannot withdraw
        #[arg(long, value_name = "ADDR", conflicts_with = "no_delegate")]
        delegate: Option<String>,
        /// Have no delegate any more
        #[arg(long)]
        no_delegate: bool,
    },
    /// Let a manager take capacity into clusters and place reservations there, which locks collateral without asking
    Trust {
        /// Address of the manager
        manager: String,
    },
    /// Let a manager place nothing new any more; live placements run to their end
    Distrust {
        /// Address of the manager
        manager: String,
    },
    /// Show a provider: profile, delegate, money in the contract, nodes, placements, score
    Show {
        /// Address of the provider; that of the key if not told
        of: Option<String>,
    },
    /// Show whether a provider trusts a manager
    Trusts {
        /// Address of the provider
        provider: String,
        /// Address of the manager
        manager: String,
    },
    /// Show the score of a provider, 0 to 10000, and what it rests on
    Score {
        /// Address of the provider; that of the key if not told
        of: Option<String>,
    },
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Set { profile, delegate, no_delegate } => {
            let delegate = delegate.as_deref().map(read_address).transpose()?;
            let known = session.ask(session.market.provider(common.signing.caller()?.0))?;
            if known.is_some() && profile.is_none() && delegate.is_none() && !no_delegate {
                return Err(Failure::input("name what to change: --profile, --delegate or --no-delegate"));
            }
            let before = known.unwrap_or(Provider { profile: Vec::new(), delegate: None });
            let profile = profile.as_ref().map_or(before.profile, |x| x.clone().into_bytes());
            let delegate = if *no_delegate { None } else { delegate.or(before.delegate) };
            let message = session.market.set_provider(profile, delegate);
            session.act(common, message)
        }
        Command::Trust { manager } => {
            let message = session.market.set_trust(read_address(manager)?, true);
            session.act(common, message)
        }
        Command::Distrust { manager } => {
            let message = session.market.set_trust(read_address(manager)?, false);
            session.act(common, message)
        }
        Command::Show { of } => show(&session, account(common, of.as_deref())?),
        Command::Trusts { provider, manager } => {
            trusts(&session, read_address(provider)?, read_address(manager)?)
        }
        Command::Score { of } => {
            let provider = account(common, of.as_deref())?;
            session.show(
                &format!("score of {}", address(&provider)),
                session.market.score(Subject::Provider(provider)),
            )
        }
    }
}

/// The account that was named, or that of the key.
pub fn account(common: &Common, named: Option<&str>) -> Result<AccountId, Failure> {
    match named {
        Some(named) => read_address(named),
        None => Ok(common.signing.caller()?.0),
    }
}

fn show(session: &Session, provider: AccountId) -> Result<(), Failure> {
    let name = address(&provider);
    let Told::Record(record) = session.view(session.market.provider(provider))? else {
        return Err(Failure::Outcome(format!(
            "{name} is no provider: it becomes one with `orch provider set`"
        )));
    };
    let money = session.ask(session.market.account(provider))?;
    let score = session.view(session.market.score(Subject::Provider(provider)))?;
    let nodes = ids(session, &List::Nodes(provider))?.len();
    let placements = ids(session, &List::Placements(provider))?.len();
    let of_score = score.part("score").cloned().unwrap_or(Told::Nothing);
    if session.teller.is_quiet() {
        return Ok(output::json(&json!({
            "provider": name, "record": Told::Record(record), "available": money.available.to_string(),
            "locked": money.locked.to_string(), "nodes": nodes, "placements": placements, "score": of_score,
        }))?);
    }
    session.teller.line(&format!("provider {name}"))?;
    let mut rows = Told::Record(record).rows(&session.token);
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    row("available", session.token.text(money.available));
    row("locked", session.token.text(money.locked));
    row("nodes", nodes.to_string());
    row("placements", placements.to_string());
    row("score", format!("{} of 10000", of_score.line(&session.token)));
    Ok(session.teller.rows(&rows)?)
}

fn trusts(session: &Session, provider: AccountId, manager: AccountId) -> Result<(), Failure> {
    let trusts = session.ask(session.market.trusts(provider, manager))?;
    let (provider, manager) = (address(&provider), address(&manager));
    if session.teller.is_quiet() {
        return Ok(output::json(&json!({ "provider": provider, "manager": manager, "trusts": trusts }))?);
    }
    let trusts = if trusts { "trusts" } else { "does not trust" };
    session.teller.line(&format!("{provider} {trusts}"))?;
    Ok(session.teller.line(&manager)?)
}
