//! `orch reservation`: what a consumer does with what it ordered.

mod ceiling;
mod shown;

use clap::Subcommand;
use orchestrator::domain::{Access, Handover, Replica};
use orchestrator_chain::Message;

use super::{placement::tried, provider::account, reserve::replica::replica};
use crate::{
    amount::Amount,
    args::{length, Common},
    failure::Failure,
    session::{read_address, Market, Session},
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
    /// Show a reservation and what fills its slots
    Show {
        /// Number of the reservation
        reservation: u64,
    },
    /// List the reservations of a consumer, and until when they are paid for
    List {
        /// Address of the consumer; that of the key if not told
        consumer: Option<String>,
    },
    /// Cancel what is not active: a proposal for nothing, what was accepted for the notice
    Cancel {
        /// Number of the reservation
        reservation: u64,
        /// Only the placement in this slot, counted from 0
        #[arg(long, value_name = "N")]
        slot: Option<u8>,
    },
    /// End what is active when the notice is over; the rest is refunded at once
    Terminate {
        /// Number of the reservation
        reservation: u64,
        /// Only the placement in this slot, counted from 0
        #[arg(long, value_name = "N")]
        slot: Option<u8>,
    },
    /// Lengthen the term of all active placements at the price agreed
    Extend {
        /// Number of the reservation
        reservation: u64,
        /// How much longer: a number with s, m, h or d
        #[arg(value_parser = length)]
        length: u64,
        /// Most that may be locked for it, in tokens; what it takes at this moment if not told
        #[arg(long, value_name = "AMOUNT")]
        max_price: Option<Amount>,
    },
    /// Change the capacity of all active placements at the price agreed
    Resize {
        /// Number of the reservation
        reservation: u64,
        /// New capacity of each replica
        capacity: u64,
        /// Most that may be locked for it, in tokens; what it takes at this moment if not told
        #[arg(long, value_name = "AMOUNT")]
        max_price: Option<Amount>,
    },
    /// Put a new placement into a slot whose placement failed, was cancelled or withdrawn
    Replace {
        /// Number of the reservation
        reservation: u64,
        /// Slot, counted from 0
        slot: u8,
        /// Data unit, with root and chunk count where the data is not that of the lost placement; in a cluster the contract
        /// chooses a member if not told
        #[arg(long, value_name = "ID[:ROOT:CHUNKS]", value_parser = replica)]
        unit: Option<Replica>,
        /// Most that may be locked for it, in tokens; what it takes at this moment if not told
        #[arg(long, value_name = "AMOUNT")]
        max_price: Option<Amount>,
    },
    /// Free the records when all has ended: what is left in the pots and the storage deposit come back
    Close {
        /// Number of the reservation
        reservation: u64,
    },
    /// Let placements renew for another term at their end, or stop that
    RenewUpTo {
        /// Number of the reservation
        reservation: u64,
        /// Most that a term of one replica may cost, in tokens; 0 ends renewing
        amount: Amount,
    },
    /// Give an account access to the data
    Grant {
        /// Number of the reservation
        reservation: u64,
        /// Address of the account
        holder: String,
        /// What it may do with the data
        #[arg(long, value_enum)]
        access: AccessName,
    },
    /// Take the access of an account away
    Revoke {
        /// Number of the reservation
        reservation: u64,
        /// Address of the account
        holder: String,
    },
    /// Show until when the active placements are paid for, with the renewals that the consumer's money covers
    Funded {
        /// Number of the reservation
        reservation: u64,
    },
    /// Offer a reservation with all that is in escrow to another account, or take the offer back
    Offer {
        /// Number of the reservation
        reservation: u64,
        /// Address of the account that may take it over
        #[arg(required_unless_present = "nobody", conflicts_with = "nobody")]
        to: Option<String>,
        /// Take the offer back
        #[arg(long)]
        nobody: bool,
    },
    /// Take over a reservation that was offered to the account
    Take {
        /// Number of the reservation
        reservation: u64,
    },
}

/// What an account may do with the data. Providers enforce it where they serve.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum AccessName {
    /// Read it
    Reader,
    /// Read and write it
    Writer,
}

impl From<AccessName> for Access {
    fn from(name: AccessName) -> Self {
        match name {
            AccessName::Reader => Self::Reader,
            AccessName::Writer => Self::Writer,
        }
    }
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Show { reservation } => shown::one(&session, *reservation),
        Command::List { consumer } => shown::all(&session, account(common, consumer.as_deref())?),
        Command::Cancel { reservation, slot } => {
            let message = session.market.cancel(*reservation, *slot);
            session.act(common, message)
        }
        Command::Terminate { reservation, slot } => {
            let message = session.market.terminate(*reservation, *slot);
            session.act(common, message)
        }
        Command::Extend { reservation, length, max_price } => {
            let max_price =
                at_most(&session, max_price.as_ref(), || ceiling::extend(&session, *reservation, *length))?;
            let message = |market: &mut Market| market.extend(*reservation, *length, max_price);
            locking(&mut session, common, max_price, message)
        }
        Command::Resize { reservation, capacity, max_price } => {
            let asked = || ceiling::resize(&session, *reservation, *capacity);
            let max_price = at_most(&session, max_price.as_ref(), asked)?;
            let message = |market: &mut Market| market.resize(*reservation, *capacity, max_price);
            locking(&mut session, common, max_price, message)
        }
        Command::Replace { reservation, slot, unit, max_price } => {
            let (replica, asked) = ceiling::replace(&session, *reservation, *slot, unit.as_ref())?;
            let max_price = at_most(&session, max_price.as_ref(), || asked.price(&session))?;
            let message =
                |market: &mut Market| market.replace(*reservation, *slot, replica.clone(), max_price);
            locking(&mut session, common, max_price, message)
        }
        Command::Close { reservation } => {
            let message = session.market.close(*reservation);
            session.act(common, message)
        }
        Command::RenewUpTo { reservation, amount } => {
            let up_to = session.planks(amount)?;
            let message = session.market.set_auto_renew(*reservation, up_to);
            session.act(common, message)
        }
        Command::Grant { reservation, holder, access } => {
            let message =
                session.market.set_access(*reservation, read_address(holder)?, Some((*access).into()));
            session.act(common, message)
        }
        Command::Revoke { reservation, holder } => {
            let message = session.market.set_access(*reservation, read_address(holder)?, None);
            session.act(common, message)
        }
        Command::Funded { reservation } => shown::funded(&session, *reservation),
        Command::Offer { reservation, to, .. } => {
            let to = to.as_deref().map(read_address).transpose()?;
            let message = session.market.offer(Handover::Reservation(*reservation), to);
            session.act(common, message)
        }
        Command::Take { reservation } => {
            let message = session.market.take_over(Handover::Reservation(*reservation));
            session.act(common, message)
        }
    }
}

/// The ceiling that was typed, or what is asked at this moment.
fn at_most(
    session: &Session,
    typed: Option<&Amount>,
    asked: impl FnOnce() -> Result<u128, Failure>,
) -> Result<u128, Failure> {
    match typed {
        Some(amount) => session.planks(amount),
        None => asked(),
    }
}

/// [`Session::act`] with a message that locks money, of which people are told how much at most.
fn locking<M: Message>(
    session: &mut Session,
    common: &Common,
    most: u128,
    message: impl Fn(&mut Market) -> M,
) -> Result<(), Failure> {
    tried(session, common, message(&mut session.market.clone()))?;
    session.teller.line(&format!("Locks at most {}.", session.token.text(most)))?;
    let message = message(&mut session.market);
    session.act(common, message)
}
