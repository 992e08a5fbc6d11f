//! `orch events`: what the contract said, block by block.

use orchestrator_chain::ContractEvent;

use crate::{
    acting::event_json,
    args::length,
    failure::Failure,
    output,
    session::{Place, Session},
    time::instant,
};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// First block to look at
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    from_block: u32,
    /// Only events of this name, such as Settled; several may be given
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// Go on until stopped, and tell what comes
    #[arg(long)]
    follow: bool,
    /// How often to look for more: a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = length, requires = "follow")]
    every: u64,
    #[command(flatten)]
    place: Place,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut session = options.place.session()?;
    check_names(options, &session)?;
    let mut from = options.from_block;
    loop {
        // Asked for first: a block that comes in between is looked at next time.
        let head = session.chain.ledger().block_number()?;
        let events = session.chain.ledger().events(session.contract, from)?;
        let events: Vec<_> = events.into_iter().filter(|x| x.block <= head).collect();
        tell(options, &session, &events)?;
        if !options.follow {
            return Ok(());
        }
        from = from.max(head.saturating_add(1));
        session = session.wait(&options.place, options.every)?;
    }
}

fn check_names(options: &Options, session: &Session) -> Result<(), Failure> {
    match options.name.iter().find(|x| !session.interface.has_event(x)) {
        Some(unknown) => Err(Failure::Input(format!(
            "the contract has no event {unknown}: it has {}",
            session.interface.events().collect::<Vec<_>>().join(", ")
        ))),
        None => Ok(()),
    }
}

fn tell(options: &Options, session: &Session, events: &[ContractEvent]) -> Result<(), Failure> {
    let named: Vec<_> = events.iter().map(|x| (x, session.event(x))).collect();
    let wanted = named.iter().filter(|(_, (name, _))| options.name.is_empty() || options.name.contains(name));
    if !session.teller.is_quiet() {
        for (event, (name, told)) in wanted {
            let (block, at) = (event.block, instant(event.at_ms));
            session.teller.line(&format!("{block:>8}  {at}  {name}"))?;
            session.teller.note(&told.line(&session.token))?;
        }
        return Ok(());
    }
    let lines: Vec<_> = wanted.map(|(event, (name, told))| event_json(event, name, told)).collect();
    if options.follow {
        return Ok(lines.iter().try_for_each(output::json_line)?);
    }
    Ok(output::json(&lines)?)
}
