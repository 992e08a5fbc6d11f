//! The tables at the end of the cluster.

use crate::{
    demo::{
        cluster::facts::{Facts, RevenueFacts},
        facts::ReplicaFacts,
        tables,
    },
    failure::Failure,
    output::{unit_full, Teller},
};

/// Shows what came out.
pub fn show(teller: &Teller, facts: &Facts) -> Result<(), Failure> {
    teller.chapter("Replicas at the end of their terms (paid and bonus in UNIT)")?;
    let rows: Vec<_> = facts.replicas.iter().map(replica).collect();
    let head = ["replica", "placement", "chunks", "proven", "missed", "paid", "bonus"];
    teller.table(&head, &rows)?;
    revenue(teller, facts)?;
    tables::money(teller, &facts.money)?;
    tables::calls(teller, &facts.calls)?;
    tables::contract(teller, &facts.contract, facts.folder.as_deref())
}

fn replica(x: &ReplicaFacts) -> Vec<String> {
    vec![
        format!("{}, {} at {}", x.consumer, x.slot, x.provider),
        x.placement.to_string(),
        x.chunks.to_string(),
        x.proven.to_string(),
        x.missed.to_string(),
        unit_full(x.paid),
        unit_full(x.bonus),
    ]
}

fn revenue(teller: &Teller, facts: &Facts) -> Result<(), Failure> {
    teller.chapter("What the members' work brought in the cluster (UNIT)")?;
    let row = |x: &RevenueFacts| {
        let amounts = [x.earned, x.network_fee, x.manager_fee, x.claimed, x.bonus];
        std::iter::once(x.member.clone()).chain(amounts.map(unit_full)).collect::<Vec<String>>()
    };
    let mut sum = RevenueFacts { member: "sum".to_owned(), ..Default::default() };
    facts.revenue.iter().for_each(|x| sum.add(x));
    let rows: Vec<_> = facts.revenue.iter().chain([&sum]).map(row).collect();
    teller.table(&["", "earned", "network fee", "manager's fee", "claimed", "bonus"], &rows)?;
    teller.fact("for each and in sum: earned = network fee + manager's fee + claimed, as the rules say it by price and time")?;
    Ok(())
}
