//! `orch placement`: one replica on one data unit.

mod listed;
mod shown;

pub use shown::{paid_until, paid_until_ms, with};

use clap::Subcommand;
use orchestrator::domain::Placement;
use orchestrator_chain::{CallError, Message};

use super::provider::account;
use crate::{
    acting::call_failure,
    amount::Amount,
    args::{hash, Common},
    failure::Failure,
    session::{refused, Session},
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
    /// Show a placement as it was when it was last touched, and until when it is paid for
    Show {
        /// Number of the placement
        placement: u64,
    },
    /// List the placements of a provider, those proposed to it included
    List {
        /// Address of the provider; that of the key if not told
        provider: Option<String>,
        /// Only placements on this data unit, whoever its provider is
        #[arg(long, value_name = "ID", conflicts_with = "provider")]
        unit: Option<u64>,
    },
    /// Accept a proposal, which takes capacity and locks collateral; for its provider or delegate
    Accept {
        /// Number of the placement
        placement: u64,
    },
    /// Decline a proposal, or give up what was accepted and is not active; for its provider or delegate
    Decline {
        /// Number of the placement
        placement: u64,
    },
    /// Say that the data is held: term, pay and rounds begin; for its provider or delegate
    Activate {
        /// Number of the placement
        placement: u64,
    },
    /// Offer first or new data for a live placement, which counts once the provider accepts it; for its consumer
    Commit {
        /// Number of the placement
        placement: u64,
        /// Root of the encrypted replica, in hexadecimal digits, as `orch tree root` tells it
        #[arg(value_parser = hash)]
        root: [u8; 32],
        /// Its chunk count
        chunks: u64,
    },
    /// Accept the data that was offered: from the next round on it must be proven; for its provider or delegate
    AcceptData {
        /// Number of the placement
        placement: u64,
        /// Root that was checked, in hexadecimal digits
        #[arg(value_parser = hash)]
        root: [u8; 32],
        /// Chunk count that was checked
        chunks: u64,
    },
    /// Show what data was last offered for a placement
    Data {
        /// Number of the placement
        placement: u64,
    },
    /// Leave an active placement and pay the exit fee out of the collateral; for its provider
    Withdraw {
        /// Number of the placement
        placement: u64,
        /// Most that leaving may cost, in tokens; what `orch placement exit-fee` tells at this moment if not told
        #[arg(long, value_name = "AMOUNT")]
        max_fee: Option<Amount>,
    },
    /// Show what leaving before the end would cost the provider
    ExitFee {
        /// Number of the placement
        placement: u64,
    },
    /// Show what has to happen next with a placement, and by when
    Next {
        /// Number of the placement
        placement: u64,
    },
    /// Renew a placement whose term is over, at today's price, if its consumer wants that; for anybody
    Renew {
        /// Number of the placement
        placement: u64,
    },
    /// Rate a placement for which something was paid; for its consumer
    Rate {
        /// Number of the placement
        placement: u64,
        /// 1 (worst) to 5 (best)
        #[arg(value_parser = clap::value_parser!(u8).range(1..=5))]
        stars: u8,
    },
    /// Show what was promised of a placement and what became of it, up to now
    Sla {
        /// Number of the placement
        placement: u64,
    },
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Show { placement } => shown::show(&session, *placement),
        Command::List { unit: Some(unit), .. } => listed::on_unit(&session, *unit),
        Command::List { provider, unit: None } => {
            listed::of_provider(&session, account(common, provider.as_deref())?)
        }
        Command::Accept { placement } => {
            let message = session.market.accept(*placement);
            session.act(common, message)
        }
        Command::Decline { placement } => {
            let message = session.market.decline(*placement);
            session.act(common, message)
        }
        Command::Activate { placement } => {
            let message = session.market.activate(*placement);
            session.act(common, message)
        }
        Command::Commit { placement, root, chunks } => {
            let message = session.market.commit_data(*placement, *root, *chunks);
            session.act(common, message)
        }
        Command::AcceptData { placement, root, chunks } => {
            let message = session.market.accept_data(*placement, *root, *chunks);
            session.act(common, message)
        }
        Command::Data { placement } => shown::data(&session, *placement),
        Command::Withdraw { placement, max_fee } => {
            let max_fee = match max_fee {
                Some(amount) => session.planks(amount)?,
                None => session
                    .ask(session.market.exit_fee(*placement))?
                    .map_err(|error| call_failure(CallError::Refused(error)))?,
            };
            let message = session.market.withdraw_placement(*placement, max_fee);
            session.act(common, message)
        }
        Command::ExitFee { placement } => {
            session.show(&format!("exit fee of placement {placement}"), session.market.exit_fee(*placement))
        }
        Command::Next { placement } => {
            known(&session, *placement)?;
            session
                .show(&format!("next for placement {placement}"), session.market.next_action_at(*placement))
        }
        Command::Renew { placement } => {
            let message = session.market.renew(*placement);
            session.act(common, message)
        }
        Command::Rate { placement, stars } => {
            let message = session.market.rate(*placement, *stars);
            session.act(common, message)
        }
        Command::Sla { placement } => {
            session.show(&format!("placement {placement}, up to now"), session.market.sla(*placement))
        }
    }
}

/// A placement. Refuses a number that none has.
pub fn known(session: &Session, placement: u64) -> Result<Placement, Failure> {
    session.ask(session.market.placement(placement))?.ok_or_else(|| {
        Failure::Outcome(format!(
            "there is no placement {placement} (UnknownPlacement): its reservation was closed, or the number is wrong"
        ))
    })
}

/// Tries a message before people are told more of it than [`Session::act`] tells: of what is refused, nothing else is to
/// be read.
pub fn tried(session: &Session, common: &Common, message: impl Message) -> Result<(), Failure> {
    if session.teller.is_quiet() {
        return Ok(());
    }
    let (contract, value, data) = message.parts();
    let (caller, _) = common.signing.caller()?;
    let run = session.chain.ledger().dry_run(caller, contract, value, &data)?;
    if run.reverted {
        return Err(refused(&run.output));
    }
    Ok(())
}
