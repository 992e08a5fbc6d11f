//! Tables that every story ends with.

use crate::{
    demo::facts::{CallFacts, ContractFacts, MoneyFacts, Sums},
    failure::Failure,
    output::{signed_full, unit_full, Teller},
};

/// What became of everybody's money, in the contract and on the chain.
pub fn money(teller: &Teller, money: &MoneyFacts) -> Result<(), Failure> {
    inside(teller, money)?;
    outside(teller, money)
}

/// The contract, and the folder where it was kept.
pub fn contract(teller: &Teller, contract: &ContractFacts, folder: Option<&str>) -> Result<(), Failure> {
    teller.chapter("Contract")?;
    teller.note(&format!(
        "{} bytes of code, {:.1} KiB of the {} KiB that production chains take; at {}",
        contract.code_bytes,
        contract.code_bytes as f64 / 1024.0,
        contract.limit_bytes / 1024,
        contract.address
    ))?;
    if let Some(folder) = folder {
        teller.note(&format!("The providers' stores and what was read back are in {folder}"))?;
    }
    Ok(())
}

/// Where the chain was kept, and how to look at it.
pub fn kept(
    teller: &Teller,
    chain: &str,
    contract: &ContractFacts,
    money: &MoneyFacts,
) -> Result<(), Failure> {
    teller.chapter("The chain as it stood in the middle of the story")?;
    teller.note("To see what somebody had to do then, give one of the accounts to")?;
    teller.line("")?;
    teller.line(&format!("  orch watch --once --chain {chain} \\"))?;
    teller.line(&format!("    --contract {} \\", contract.address))?;
    teller.line("    --account ADDR")?;
    teller.line("")?;
    let rows: Vec<_> = money.parties.iter().map(|x| vec![x.name.clone(), x.address.clone()]).collect();
    Ok(teller.table(&["account", "address"], &rows)?)
}

fn inside(teller: &Teller, money: &MoneyFacts) -> Result<(), Failure> {
    teller.chapter("Money in the contract (UNIT)")?;
    let row = |name: &str, x: &Sums| {
        let amounts = [x.put_in, x.earned, x.paid, x.slashed, x.got_back];
        std::iter::once(name.to_owned()).chain(amounts.map(unit_full)).collect::<Vec<String>>()
    };
    let mut rows: Vec<_> = money.parties.iter().map(|x| row(&x.name, &x.sums)).collect();
    rows.push(row("sum", &money.total));
    teller.table(&["", "put in", "earned", "paid", "slashed", "got back"], &rows)?;
    teller.fact(
        "for each and in sum: put in + earned = paid + slashed + got back, to the last of 12 decimals",
    )?;
    teller.fact(&format!(
        "held {} >= owed {} at the end, and after each of {} calls",
        unit_full(money.held),
        unit_full(money.owed),
        money.solvent_after_calls
    ))?;
    Ok(())
}

fn outside(teller: &Teller, money: &MoneyFacts) -> Result<(), Failure> {
    teller.chapter("Money on the chain (UNIT)")?;
    let row = |name: &str, x: &Sums| {
        let gained = x.got_back as i128 - x.put_in as i128;
        vec![
            name.to_owned(),
            unit_full(x.fees),
            signed_full(x.storage),
            signed_full(gained),
            unit_full(x.after),
        ]
    };
    let mut rows: Vec<_> = money.parties.iter().map(|x| row(&x.name, &x.sums)).collect();
    rows.push(row("sum", &money.total));
    let head = ["", "fees", "storage deposits", "from the contract", "has afterwards"];
    teller.table(&head, &rows)?;
    teller
        .fact("for each: before (1,000 UNIT) - fees - storage deposits + from the contract = afterwards")?;
    Ok(())
}

/// What each kind of call takes.
pub fn calls(teller: &Teller, calls: &[CallFacts]) -> Result<(), Failure> {
    teller
        .chapter("The dearest call of each kind (deposit: storage, negative where it was returned; UNIT)")?;
    let rows: Vec<Vec<String>> = calls
        .iter()
        .map(|x| {
            vec![
                x.name.clone(),
                x.count.to_string(),
                format!("{:.3}", x.ref_time_ps as f64 / 1e9),
                format!("{:.1}", x.proof_size_bytes as f64 / 1000.0),
                signed_full(x.storage_deposit),
                unit_full(x.fee),
            ]
        })
        .collect();
    Ok(teller.table(&["call", "calls", "ref_time ms", "proof_size KB", "deposit", "fee"], &rows)?)
}
