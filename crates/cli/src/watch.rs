//! `orch watch`: what an account has to do, and until when.

use std::{collections::BTreeSet, thread, time::Duration};

use orchestrator_chain::{address, parse_address, AccountId, ChainError, Embedded, Ledger, StateError};
use orchestrator_market::parties::{Doer, Matter, Notice, Topic, Viewer};
use serde::Serialize;
use serde_json::json;

use crate::{
    args::WatchOptions,
    failure::Failure,
    output::{self, Teller},
    time::{instant, span},
};

/// How often a file that another process has open is tried again.
const TRIES: u32 = 20;
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// What was found, and when.
struct Look {
    now: u64,
    notices: Vec<Notice>,
}

/// Looks once, or again and again until it is stopped.
pub fn run(options: &WatchOptions) -> Result<(), Failure> {
    let account = read_address(&options.account)?;
    let contract = read_address(&options.contract)?;
    let teller = Teller::new(options.output_json);
    if options.once {
        return once(options, &teller, contract, account);
    }
    let mut told = BTreeSet::new();
    let mut next = first(options, contract, account)?;
    teller.line(&title(options, account, next.now))?;
    loop {
        let fresh: Vec<Notice> = next.notices.iter().filter(|x| told.insert(key(x))).copied().collect();
        if options.output_json {
            for notice in &fresh {
                output::json_line(&line(next.now, notice))?;
            }
        } else if !fresh.is_empty() {
            table(&teller, next.now, &fresh)?;
        }
        thread::sleep(Duration::from_millis(options.every));
        // Whoever has the file open now will be done with it some time.
        if let Some(look) = look(options, contract, account)? {
            next = look;
        }
    }
}

fn once(
    options: &WatchOptions,
    teller: &Teller,
    contract: AccountId,
    account: AccountId,
) -> Result<(), Failure> {
    let Look { now, notices } = first(options, contract, account)?;
    let due = notices.iter().filter(|x| x.own).count();
    if options.output_json {
        let notices: Vec<_> = notices.iter().map(|x| line(now, x)).collect();
        output::json(&json!({
            "account": address(&account), "contract": address(&contract), "now_ms": now,
            "ahead_ms": options.ahead, "due": due, "notices": notices,
        }))?;
    } else {
        teller.line(&title(options, account, now))?;
        if notices.is_empty() {
            teller.line("Nothing to do, and nothing to know.")?;
        } else {
            table(teller, now, &notices)?;
        }
    }
    if due > 0 {
        return Err(Failure::Due);
    }
    Ok(())
}

/// What a notice is known by: it is told once, and again if its time has changed.
fn key(x: &Notice) -> (Topic, Matter, u64) {
    (x.topic, x.matter, x.at)
}

fn read_address(text: &str) -> Result<AccountId, Failure> {
    parse_address(text).map_err(Failure::input)
}

/// Looks for the first time, waiting a little for a process that has the file open.
fn first(options: &WatchOptions, contract: AccountId, account: AccountId) -> Result<Look, Failure> {
    for _ in 0..TRIES {
        if let Some(look) = look(options, contract, account)? {
            return Ok(look);
        }
        thread::sleep(TRY_AGAIN);
    }
    Err(Failure::input(StateError::InUse(options.chain.clone())))
}

/// Reads the file, and lets go of it again; none while another process has it open.
fn look(options: &WatchOptions, contract: AccountId, account: AccountId) -> Result<Option<Look>, Failure> {
    let path = &options.chain;
    if !path.is_file() {
        return Err(Failure::Input(format!("there is no file {}: check the name", path.display())));
    }
    let chain = match Embedded::open(path) {
        Err(ChainError::State(StateError::InUse(_))) => return Ok(None),
        opened => opened?,
    };
    if chain.code_hash(contract)?.is_none() {
        let (path, contract) = (path.display(), address(&contract));
        return Err(Failure::Input(format!("{path} has no contract at {contract}: check the address")));
    }
    let notices = Viewer::new(account, contract).notices(&chain, options.ahead)?;
    Ok(Some(Look { now: chain.now_ms()?, notices }))
}

fn title(options: &WatchOptions, account: AccountId, now: u64) -> String {
    format!("{} on {}, {} ahead", address(&account), instant(now), span(options.ahead))
}

fn table(teller: &Teller, now: u64, notices: &[Notice]) -> Result<(), Failure> {
    let rows: Vec<_> = notices
        .iter()
        .map(|x| {
            let Sentence { until, what, who } = sentence(x);
            let left = if x.at <= now { "over".to_owned() } else { span(x.at - now) };
            vec![what, who, until.to_owned(), instant(x.at), left]
        })
        .collect();
    Ok(teller.table(&["WHAT", "BY", "", "TIME (UTC)", "IN"], &rows)?)
}

/// A notice in words.
struct Sentence {
    until: &'static str,
    what: String,
    who: String,
}

fn sentence(x: &Notice) -> Sentence {
    let topic = match x.topic {
        Topic::Unit(id) => format!("data unit {id}"),
        Topic::Reservation(id) => format!("reservation {id}"),
        Topic::Placement(id) => format!("placement {id}"),
    };
    let (what, until) = match x.matter {
        Matter::Accept => (format!("accept or decline {topic}"), "until"),
        Matter::Activate => (format!("receive the data of {topic} and activate it"), "until"),
        Matter::Prove => (format!("prove the open round of {topic}"), "until"),
        Matter::Answer => (format!("answer the dispute over {topic}"), "until"),
        Matter::Decide => (format!("decide the dispute over {topic}"), "until"),
        Matter::Settle => (format!("settle {topic}: its time is up"), "since"),
        Matter::PaidUntil => (format!("extend or renew {topic}, or let it end"), "PAID UNTIL"),
        Matter::Replace => (format!("replace {topic}, which is lost"), "until"),
        Matter::Close => (format!("close {topic}, which is over"), "until"),
        Matter::Maintenance => (format!("maintenance of {topic} begins"), "at"),
        Matter::Back => (format!("be back with {topic} after maintenance"), "at"),
        Matter::End => (format!("the term of {topic} ends"), "at"),
    };
    let who = match (x.own, x.doer) {
        (true, _) => "this account",
        (false, Doer::Provider) => "its provider",
        (false, Doer::Consumer) => "its consumer",
        (false, Doer::Manager) => "the manager",
        (false, Doer::Arbiter) => "an arbiter",
        (false, Doer::Nobody) => "-",
    };
    Sentence { until, what, who: who.to_owned() }
}

/// A notice for programs.
#[derive(Serialize)]
struct Line {
    matter: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placement: Option<u64>,
    at_ms: u64,
    over: bool,
    by: String,
    /// Whether it is this account that has to do it.
    own: bool,
}

fn line(now: u64, x: &Notice) -> Line {
    let (mut unit, mut reservation, mut placement) = (None, None, None);
    match x.topic {
        Topic::Unit(id) => unit = Some(id),
        Topic::Reservation(id) => reservation = Some(id),
        Topic::Placement(id) => placement = Some(id),
    }
    let (matter, by) = (format!("{:?}", x.matter), format!("{:?}", x.doer));
    Line { matter, unit, reservation, placement, at_ms: x.at, over: x.at <= now, by, own: x.own }
}
