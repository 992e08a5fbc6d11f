//! `orch admin`: what the admin and those in a role do.

mod changes;
mod shown;
mod upload;

use std::path::PathBuf;

use clap::Subcommand;
use orchestrator::domain::{Handover, Role};

use crate::{
    amount::Amount,
    args::{hash, Common},
    failure::Failure,
    instant::instant,
    session::read_address,
};
use changes::Changes;

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show who governs and how, and what the contract holds and owes
    Show,
    /// Change fees, windows or treasury; what is not named stays. For the admin
    Configure(Changes),
    /// Stop new business and new rounds, for at most 14 days; for the admin or a pauser
    Pause,
    /// Let new business go on; for the admin or a pauser
    Resume,
    /// Give an account a role; for the admin
    Grant {
        /// The role
        #[arg(value_enum)]
        role: RoleName,
        /// Address of the account
        holder: String,
    },
    /// Take a role from an account; for the admin
    Revoke {
        /// The role
        #[arg(value_enum)]
        role: RoleName,
        /// Address of the account
        holder: String,
    },
    /// Set the rate at which prices in US dollars become tokens; for a price feed
    Rate {
        /// Tokens for one US dollar, such as 0.25
        per_usd: Amount,
        /// When that was observed, less than an hour ago: date and time by UTC, such as "2027-01-02 03:04"; now if not told
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Announce the code that can be put in force seven days later, or take that back; for the admin
    AnnounceUpgrade {
        /// Hash of the code, in hexadecimal digits, as `orch admin upload` tells it
        #[arg(value_parser = hash, required_unless_present = "none", conflicts_with = "none")]
        code_hash: Option<[u8; 32]>,
        /// Take the announcement back
        #[arg(long)]
        none: bool,
    },
    /// Put the announced code in force, within 14 days after its time has come; for the admin
    Upgrade,
    /// Put code on the chain, for an upgrade; for anybody
    Upload {
        /// The contract's code, as the build makes it
        wasm: PathBuf,
    },
    /// Credit the network fees collected so far to the treasury; for anybody
    CollectFees,
    /// Offer the admin's role to another account, or take the offer back
    Offer {
        /// Address of the account that may take it over
        #[arg(required_unless_present = "nobody", conflicts_with = "nobody")]
        to: Option<String>,
        /// Take the offer back
        #[arg(long)]
        nobody: bool,
    },
    /// Take over the admin's role that was offered to the account
    Take,
}

/// What the admin lets another account do.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum RoleName {
    /// Begins and ends pauses
    Pauser,
    /// Sets the rate of the token
    PriceFeed,
    /// Reports what it sees of the quality of service
    Observer,
    /// Decides disputes
    Arbiter,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Pauser => Self::Pauser,
            RoleName::PriceFeed => Self::PriceFeed,
            RoleName::Observer => Self::Observer,
            RoleName::Arbiter => Self::Arbiter,
        }
    }
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    if let Command::Upload { wasm } = &options.command {
        return upload::run(common, wasm);
    }
    let mut session = common.place.session()?;
    match &options.command {
        Command::Upload { .. } => Ok(()),
        Command::Show => shown::show(&session),
        Command::Configure(changes) => {
            let (config, treasury) = changes.apply(&session)?;
            let message = session.market.configure(config, treasury);
            session.act(common, message)
        }
        Command::Pause => {
            let message = session.market.set_paused(true);
            session.act(common, message)
        }
        Command::Resume => {
            let message = session.market.set_paused(false);
            session.act(common, message)
        }
        Command::Grant { role, holder } => {
            let message = session.market.set_role(read_address(holder)?, (*role).into(), true);
            session.act(common, message)
        }
        Command::Revoke { role, holder } => {
            let message = session.market.set_role(read_address(holder)?, (*role).into(), false);
            session.act(common, message)
        }
        Command::Rate { per_usd, at } => {
            let now = session.chain.ledger().now_ms()?;
            let at = at.as_deref().map_or(Ok(now), |x| instant(x, now)).map_err(Failure::Input)?;
            let per_usd = session.planks(per_usd)?;
            let message = session.market.set_rate(per_usd, at);
            session.act(common, message)
        }
        Command::AnnounceUpgrade { code_hash, .. } => {
            let message = session.market.announce_upgrade(*code_hash);
            session.act(common, message)
        }
        Command::Upgrade => {
            let message = session.market.upgrade();
            session.act(common, message)
        }
        Command::CollectFees => {
            let message = session.market.collect_fees();
            session.act(common, message)
        }
        Command::Offer { to, .. } => {
            let to = to.as_deref().map(read_address).transpose()?;
            let message = session.market.offer(Handover::Admin, to);
            session.act(common, message)
        }
        Command::Take => {
            let message = session.market.take_over(Handover::Admin);
            session.act(common, message)
        }
    }
}
