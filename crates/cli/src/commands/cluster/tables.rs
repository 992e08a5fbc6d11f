//! Lists of clusters, of their members and of the reservations in them.

use orchestrator::domain::{Cluster, DataUnit, List, Reservation, Subject};
use orchestrator_chain::{address, AccountId};

use super::known;
use crate::{
    commands::unit::{kind, lists, price},
    failure::Failure,
    interface::Told,
    session::Session,
    time::instant,
};

pub fn clusters(session: &Session, manager: AccountId) -> Result<(), Failure> {
    let ids = lists::ids(session, &List::Clusters(manager))?;
    let view = |id| session.market.cluster(id);
    if session.teller.is_quiet() {
        return lists::json(session, &ids, view, lists::nothing_more);
    }
    let row = |(id, x): (u64, Cluster)| {
        let (spec, pool) = (&x.spec, &x.pool);
        let pooled = pool.fee.saturating_add(pool.manager).saturating_add(pool.members);
        vec![
            id.to_string(),
            kind::name(spec.kind).to_owned(),
            price::text(spec.price, spec.currency, &session.token),
            format!("{}.{:02} %", spec.fee_bps / 100, spec.fee_bps % 100),
            x.members.to_string(),
            if spec.open { "yes" } else { "no" }.to_owned(),
            session.token.text(pooled),
        ]
    };
    // A cluster that was handed over is in the list of its present manager only.
    let rows: Vec<_> = lists::records(session, &ids, view)?.into_iter().map(row).collect();
    let head = ["CLUSTER", "KIND", "PRICE/30d", "FEE", "MEMBERS", "OPEN", "POOL"];
    lists::table(session, "The account manages no clusters.", &head, &rows)
}

pub fn members(session: &Session, id: u64) -> Result<(), Failure> {
    let cluster = known(session, id)?;
    let ids = lists::ids(session, &List::Members(id))?;
    let view = |id| session.market.data_unit(id);
    let trusted = |provider| session.ask(session.market.trusts(provider, cluster.manager));
    if session.teller.is_quiet() {
        return lists::json(session, &ids, view, |_, told| match told.part("provider") {
            Some(Told::Account(provider)) => Ok(vec![("trusts".to_owned(), Told::Flag(trusted(*provider)?))]),
            _ => Ok(Vec::new()),
        });
    }
    let mut rows = Vec::new();
    for (id, unit) in lists::records(session, &ids, view)? {
        let Some(member) = &unit.member else { continue };
        rows.push(vec![
            id.to_string(),
            score(session, id)?,
            kind::measured(member.capacity, unit.spec.kind),
            member.free().to_string(),
            if trusted(unit.provider)? { "yes" } else { "no" }.to_owned(),
            fits(&unit, &cluster).to_owned(),
            address(&unit.provider),
        ]);
    }
    let head = ["UNIT", "SCORE", "CAPACITY", "FREE", "TRUSTS", "TERMS", "PROVIDER"];
    lists::table(session, "The cluster has no members.", &head, &rows)
}

pub fn reservations(session: &Session, id: u64) -> Result<(), Failure> {
    let kind = known(session, id)?.spec.kind;
    let ids = lists::ids(session, &List::ClusterReservations(id))?;
    let view = |id| session.market.reservation(id);
    let paid_until = |reservation| session.ask(session.market.funded_until(reservation));
    if session.teller.is_quiet() {
        return lists::json(session, &ids, view, |id, _| {
            Ok(vec![("paid_until".to_owned(), Told::Number(paid_until(id)?))])
        });
    }
    let row = |(id, x): (u64, Reservation)| {
        let until = paid_until(id)?;
        Ok(vec![
            id.to_string(),
            format!("{} x {}", x.slots.len(), kind::measured(x.capacity, kind)),
            if until == 0 { "-".to_owned() } else { instant(until) },
            address(&x.consumer),
        ])
    };
    let rows: Result<Vec<_>, Failure> = lists::records(session, &ids, view)?.into_iter().map(row).collect();
    let head = ["RESERVATION", "REPLICAS", "PAID UNTIL", "CONSUMER"];
    lists::table(session, "No reservations are in the cluster.", &head, &rows?)
}

/// Whether a data unit has the SLA terms that the cluster asks for: only then it gets new placements.
fn fits(unit: &DataUnit, cluster: &Cluster) -> &'static str {
    if unit.spec.terms == cluster.spec.terms {
        "same"
    } else {
        "differ"
    }
}

fn score(session: &Session, unit: u64) -> Result<String, Failure> {
    let score = session.view(session.market.score(Subject::Unit(unit)))?;
    Ok(score.part("score").map_or_else(String::new, |x| x.line(&session.token)))
}
