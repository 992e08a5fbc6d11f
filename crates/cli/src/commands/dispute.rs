//! `orch dispute`: disputes over placements.

use std::{fs::File, io, path::PathBuf};

use clap::Subcommand;
use orchestrator::domain::{bps_up, price_up, Balance, Clock, Dispute, BOND_BPS};
use orchestrator_chain::CallError;
use sha2::{Digest, Sha256};

use super::placement::{known, tried, with};
use crate::{
    acting::call_failure,
    amount::Amount,
    args::{hash, Common},
    failure::Failure,
    instant::instant,
    interface::Told,
    session::Session,
    time,
};

/// How much of what will be earned while the dispute is signed and sent counts into the ceiling of the bond.
const SENDING_MS: u64 = 3_600_000;

#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open a dispute over an active placement, which locks a bond and freezes what is unpaid; for its consumer
    Open {
        /// Number of the placement
        placement: u64,
        /// When it happened, at most 14 days ago: date and time by UTC, such as "2027-01-02 03:04"
        #[arg(long, value_name = "TIME")]
        fact_at: String,
        /// File with the evidence, of which the SHA-256 value goes to the chain, or that value itself
        #[arg(long, value_name = "FILE|0xHASH", value_parser = text)]
        evidence: Text,
        /// Most that the bond may be, in tokens; a tenth of what freezes now, or would within an hour, if not told
        #[arg(long, value_name = "AMOUNT")]
        max_bond: Option<Amount>,
    },
    /// Answer a dispute, within three days; for the provider or its delegate
    Answer {
        /// Number of the placement
        placement: u64,
        /// File with the answer, of which the SHA-256 value goes to the chain, or that value itself
        #[arg(long, value_name = "FILE|0xHASH", value_parser = text)]
        answer: Text,
    },
    /// Decide a dispute, after the answer or three days without one; for an arbiter who is no party
    Decide {
        /// Number of the placement
        placement: u64,
        /// Share of what is frozen that the consumer gets, in 1/10000: 0 to 10000. From 5000 on the bond comes back too
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=10_000))]
        to_consumer_bps: u16,
        /// File with the reasons, of which the SHA-256 value goes to the chain, or that value itself
        #[arg(long, value_name = "FILE|0xHASH", value_parser = text)]
        opinion: Text,
    },
    /// Show the open dispute over a placement, and until when the next word can be said
    Show {
        /// Number of the placement
        placement: u64,
    },
}

/// What somebody has to say, of which only the hash goes to the chain.
#[derive(Clone, Debug)]
enum Text {
    Hash([u8; 32]),
    File(PathBuf),
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    let mut session = common.place.session()?;
    match &options.command {
        Command::Open { placement, fact_at, evidence, max_bond } => {
            let now = session.chain.ledger().now_ms()?;
            let fact_at = instant(fact_at, now).map_err(Failure::Input)?;
            let hash = evidence.hash()?;
            let max_bond = match max_bond {
                Some(amount) => session.planks(amount)?,
                None => bond(&session, *placement)?,
            };
            tried(
                &session,
                common,
                session.market.clone().open_dispute(*placement, fact_at, hash, max_bond),
            )?;
            evidence.tell(&session, "evidence", hash)?;
            session.teller.line(&format!("The bond is at most {}.", session.token.text(max_bond)))?;
            let message = session.market.open_dispute(*placement, fact_at, hash, max_bond);
            session.act(common, message)
        }
        Command::Answer { placement, answer } => {
            let hash = answer.hash()?;
            if hash == [0; 32] {
                return Err(Failure::input(
                    "a hash of zeros is no answer: name the file with it, or its hash",
                ));
            }
            tried(&session, common, session.market.clone().answer_dispute(*placement, hash))?;
            answer.tell(&session, "answer", hash)?;
            let message = session.market.answer_dispute(*placement, hash);
            session.act(common, message)
        }
        Command::Decide { placement, to_consumer_bps, opinion } => {
            let hash = opinion.hash()?;
            tried(
                &session,
                common,
                session.market.clone().decide_dispute(*placement, *to_consumer_bps, hash),
            )?;
            opinion.tell(&session, "opinion", hash)?;
            let message = session.market.decide_dispute(*placement, *to_consumer_bps, hash);
            session.act(common, message)
        }
        Command::Show { placement } => show(&session, *placement),
    }
}

fn text(typed: &str) -> Result<Text, String> {
    match typed.strip_prefix("0x") {
        Some(digits) => Ok(Text::Hash(hash(digits)?)),
        None => Ok(Text::File(typed.into())),
    }
}

impl Text {
    fn hash(&self) -> Result<[u8; 32], Failure> {
        let path = match self {
            Self::Hash(hash) => return Ok(*hash),
            Self::File(path) => path,
        };
        let name = path.display();
        let mut sha256 = Sha256::new();
        File::open(path).and_then(|mut file| io::copy(&mut file, &mut sha256)).map_err(|error| {
            Failure::Input(format!("cannot read {name} ({error}): check the name and that you may read it"))
        })?;
        Ok(sha256.finalize().into())
    }

    /// Tells people the hash of a file: whoever is to believe the file will ask for it.
    fn tell(&self, session: &Session, what: &str, hash: [u8; 32]) -> Result<(), Failure> {
        if let Self::File(path) = self {
            let name = path.display();
            session
                .teller
                .line(&format!("The {what} goes to the chain as its SHA-256 value: keep {name} as it is."))?;
        }
        Ok(session.teller.rows(&[(what.to_owned(), format!("0x{}", hex::encode(hash)))])?)
    }
}

/// What the bond is at most, if the dispute is on the chain within an hour.
fn bond(session: &Session, placement: u64) -> Result<Balance, Failure> {
    let refused = |error| call_failure(CallError::Refused(error));
    let sla = session.ask(session.market.sla(placement))?.map_err(refused)?;
    let p = known(session, placement)?;
    let soon = price_up(p.price, p.capacity, SENDING_MS).map_err(refused)?;
    let frozen = sla.unpaid.saturating_add(soon).saturating_add(sla.collateral);
    bps_up(frozen, BOND_BPS).map_err(refused)
}

fn show(session: &Session, placement: u64) -> Result<(), Failure> {
    let Some(dispute) = known(session, placement)?.dispute else {
        if session.teller.is_quiet() {
            return session.print("", &Told::Nothing);
        }
        return Ok(session.teller.line(&format!("No dispute over placement {placement} is open."))?);
    };
    let ledger = session.chain.ledger();
    let pauses = session.ask(session.market.settings())?.pauses;
    let clock = Clock { now: ledger.now_ms()?, block: ledger.block_number()?, pauses };
    let (answer_until, decide_until) =
        (clock.instant_of(dispute.answer_by), clock.instant_of(dispute.decide_by));
    if session.teller.is_quiet() {
        let record = session.view(session.market.placement(placement))?;
        let told = record.part("dispute").cloned().unwrap_or(Told::Nothing);
        let told = with(told, "answer_until", Told::Number(answer_until));
        return session.print("", &with(told, "decide_until", Told::Number(decide_until)));
    }
    let Dispute { fact_at, evidence, answer, bond, .. } = dispute;
    let hash =
        |x: [u8; 32]| if x == [0; 32] { "none yet".to_owned() } else { format!("0x{}", hex::encode(x)) };
    let time = |at| format!("{} UTC", time::instant(at));
    session.teller.line(&format!("dispute over placement {placement}"))?;
    Ok(session.teller.rows(&[
        ("happened at".to_owned(), time(fact_at)),
        ("evidence".to_owned(), hash(evidence)),
        ("answer".to_owned(), hash(answer)),
        ("bond".to_owned(), session.token.text(bond)),
        ("answer until".to_owned(), time(answer_until)),
        ("decide until".to_owned(), time(decide_until)),
    ])?)
}
