//! The tables at the end of the deal.

use crate::{
    demo::{deal::facts::Facts, facts::ReplicaFacts, tables},
    failure::Failure,
    output::{unit_full, Teller},
};

/// Shows what came out.
pub fn show(teller: &Teller, facts: &Facts) -> Result<(), Failure> {
    teller.chapter("Replicas at the end of the term (paid and bonus in UNIT)")?;
    let rows: Vec<_> = facts.replicas.iter().map(row).collect();
    let head = ["replica", "stage", "placement", "chunks", "proven", "missed", "paid", "bonus"];
    teller.table(&head, &rows)?;
    tables::money(teller, &facts.money)?;
    tables::calls(teller, &facts.calls)?;
    tables::contract(teller, &facts.contract, facts.folder.as_deref())
}

fn row(x: &ReplicaFacts) -> Vec<String> {
    vec![
        format!("{} at {}", x.slot, x.provider),
        x.stage.clone(),
        x.placement.to_string(),
        x.chunks.to_string(),
        x.proven.to_string(),
        x.missed.to_string(),
        unit_full(x.paid),
        unit_full(x.bonus),
    ]
}
