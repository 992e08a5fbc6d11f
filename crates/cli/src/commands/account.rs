//! `orch account`: money in, money out, and what there is.

use clap::Subcommand;
use orchestrator_chain::{address, AccountId};
use serde_json::json;

use crate::{
    amount::Amount,
    args::Common,
    failure::Failure,
    output::{self, Teller},
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
    /// Move tokens from the chain into the contract, where they can be locked
    Deposit {
        /// Tokens, such as 2.5, or planks, such as 2500p
        amount: Amount,
        /// Account that gets it, instead of the one that pays
        #[arg(long = "for", value_name = "ADDR")]
        beneficiary: Option<String>,
    },
    /// Move what is available in the contract out to the chain
    Withdraw {
        /// Tokens, such as 2.5, or planks, such as 2500p; everything available if not told
        amount: Option<Amount>,
    },
    /// Print the address of the key
    Address,
    /// Show the money of an account, in the contract and on the chain
    Show {
        /// Address of the account; that of the key if not told
        of: Option<String>,
    },
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let session = || common.place.session();
    match &options.command {
        Command::Address => tell_address(common),
        Command::Deposit { amount, beneficiary } => {
            deposit(session()?, common, amount, beneficiary.as_deref())
        }
        Command::Withdraw { amount } => withdraw(session()?, common, amount.as_ref()),
        Command::Show { of } => {
            let account = match of {
                Some(account) => read_address(account)?,
                None => common.signing.caller()?.0,
            };
            show(&session()?, account)
        }
    }
}

fn deposit(mut session: Session, common: &Common, amount: &Amount, to: Option<&str>) -> Result<(), Failure> {
    let planks = session.planks(amount)?;
    match to {
        None => {
            let message = session.market.deposit().transferred_value(planks);
            session.act(common, message)
        }
        Some(account) => {
            let message = session.market.deposit_for(read_address(account)?).transferred_value(planks);
            session.act(common, message)
        }
    }
}

fn withdraw(mut session: Session, common: &Common, amount: Option<&Amount>) -> Result<(), Failure> {
    let planks = match amount {
        Some(amount) => session.planks(amount)?,
        None => session.ask(session.market.account(common.signing.caller()?.0))?.available,
    };
    let message = session.market.withdraw(planks);
    session.act(common, message)
}

fn tell_address(common: &Common) -> Result<(), Failure> {
    let address = common.signing.signer()?.address();
    let teller = Teller::new(common.place.output_json);
    if teller.is_quiet() {
        return Ok(output::json(&json!({ "account": address }))?);
    }
    Ok(teller.line(&address)?)
}

fn show(session: &Session, account: AccountId) -> Result<(), Failure> {
    let inside = session.ask(session.market.account(account))?;
    let outside = session.chain.ledger().balance(account)?;
    if session.teller.is_quiet() {
        return Ok(output::json(&json!({
            "account": address(&account),
            "available": inside.available.to_string(), "locked": inside.locked.to_string(),
            "chain_free": outside.free.to_string(), "chain_reserved": outside.reserved.to_string(),
        }))?);
    }
    session.teller.line(&address(&account))?;
    let token = &session.token;
    Ok(session.teller.rows(&[
        ("available in the contract".to_owned(), token.text(inside.available)),
        ("locked in the contract".to_owned(), token.text(inside.locked)),
        ("free on the chain".to_owned(), token.text(outside.free)),
        ("held there for deposits".to_owned(), token.text(outside.reserved)),
    ])?)
}
