//! `orch watch`: what an account has to do, and until when.

use std::collections::BTreeSet;

use orchestrator_chain::{address, AccountId};
use orchestrator_market::parties::{Doer, Matter, Notice, Topic, Viewer};
use serde::Serialize;
use serde_json::json;

use crate::{
    args::WatchOptions,
    failure::Failure,
    output::{self, Teller},
    session::{read_address, Session},
    time::{instant, span},
};

/// What was found, and when.
struct Look {
    now: u64,
    notices: Vec<Notice>,
}

/// Looks once, or again and again until it is stopped.
pub fn run(options: &WatchOptions) -> Result<(), Failure> {
    let account = read_address(&options.account)?;
    let mut session = options.place.session()?;
    if options.once {
        return once(options, &session, account);
    }
    let mut told = BTreeSet::new();
    session.teller.line(&title(options, account, session.chain.ledger().now_ms()?))?;
    loop {
        let Look { now, notices } = look(options, &session, account)?;
        let fresh: Vec<Notice> = notices.iter().filter(|x| told.insert(key(x))).copied().collect();
        if session.teller.is_quiet() {
            for notice in &fresh {
                output::json_line(&line(now, notice))?;
            }
        } else if !fresh.is_empty() {
            table(&session.teller, now, &fresh)?;
        }
        session = session.wait(&options.place, options.every)?;
    }
}

fn once(options: &WatchOptions, session: &Session, account: AccountId) -> Result<(), Failure> {
    let Look { now, notices } = look(options, session, account)?;
    let due = notices.iter().filter(|x| x.own).count();
    if session.teller.is_quiet() {
        let notices: Vec<_> = notices.iter().map(|x| line(now, x)).collect();
        output::json(&json!({
            "account": address(&account), "contract": address(&session.contract), "now_ms": now,
            "ahead_ms": options.ahead, "due": due, "notices": notices,
        }))?;
    } else {
        session.teller.line(&title(options, account, now))?;
        if notices.is_empty() {
            session.teller.line("Nothing to do, and nothing to know.")?;
        } else {
            table(&session.teller, now, &notices)?;
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

fn look(options: &WatchOptions, session: &Session, account: AccountId) -> Result<Look, Failure> {
    let ledger = session.chain.ledger();
    let notices = Viewer::new(account, session.contract).notices(ledger, options.ahead)?;
    Ok(Look { now: ledger.now_ms()?, notices })
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
