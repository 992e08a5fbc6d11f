//! Revenue of clusters on its way to those it belongs to.

use std::collections::BTreeMap;

use orchestrator_chain::AccountId;
use orchestrator_domain::{Balance, Pool};

use super::{hold, money::signed, Check};
use crate::{Fact, Picture};

/// What a pool holds.
pub(super) fn inside(pool: &Pool) -> Balance {
    pool.fee + pool.manager + pool.members + pool.due
}

/// Invariant 15: a pool holds for its members what their shares say, what is due by itself.
pub(super) fn shares(s: &Picture) -> Check {
    for (id, cluster) in &s.clusters {
        let pool = &cluster.pool;
        let (mut members, mut due) = (0, 0);
        for ((_, provider), share) in s.shares.range((*id, [0; 32].into())..=(*id, [255; 32].into())) {
            let known = share.distributions <= pool.distributions;
            hold(15, known, || format!("share of {provider:?} in cluster {id}: {share:?}, {pool:?}"))?;
            due += share.due;
            if share.distributions == pool.distributions {
                members += share.pooled;
            } else {
                due += share.pooled;
            }
        }
        hold(15, (members, due) == (pool.members, pool.due), || {
            format!("cluster {id}: shares of {members} and {due} due, {pool:?}")
        })?;
    }
    let orphan = s.shares.keys().find(|(id, _)| !s.clusters.contains_key(id));
    hold(15, orphan.is_none(), || format!("a share in {orphan:?}"))
}

/// Invariant 15: pools and shares change by what events say, and by nothing else.
pub fn pools(before: &Picture, now: &Picture, facts: &[Fact]) -> Check {
    let mut expected: BTreeMap<u64, [i128; 4]> = BTreeMap::new();
    let mut shares: BTreeMap<(u64, AccountId), i128> = BTreeMap::new();
    for fact in facts {
        let (cluster, moved) = match fact {
            Fact::Settled(x) => {
                let Some(cluster) = x.cluster else { continue };
                let net = signed(x.gross - x.fee - x.referral - x.manager);
                *shares.entry((cluster, x.provider)).or_default() += net;
                (cluster, [signed(x.fee), signed(x.manager), net, 0])
            }
            Fact::Distributed(x) => {
                let (fee, manager, members) = (signed(x.fee), signed(x.to_manager), signed(x.to_members));
                (x.cluster, [-fee, -manager, -members, members])
            }
            Fact::Claimed(x) => {
                *shares.entry((x.cluster, x.provider)).or_default() -= signed(x.amount);
                (x.cluster, [0, 0, 0, -signed(x.amount)])
            }
            _ => continue,
        };
        let sums = expected.entry(cluster).or_default();
        sums.iter_mut().zip(moved).for_each(|(sum, x)| *sum += x);
    }
    let parts = |pool: &Pool| [pool.fee, pool.manager, pool.members, pool.due].map(signed);
    for (id, cluster) in &now.clusters {
        let mut said = before.clusters.get(id).map_or([0; 4], |c| parts(&c.pool));
        let moved = expected.get(id).copied().unwrap_or_default();
        said.iter_mut().zip(moved).for_each(|(part, x)| *part += x);
        hold(15, said == parts(&cluster.pool), || {
            format!("cluster {id}: events say {said:?}, {:?}", cluster.pool)
        })?;
    }
    let total = |s: &Picture, key| s.shares.get(key).map_or(0, |x| signed(x.pooled) + signed(x.due));
    for key in before.shares.keys().chain(now.shares.keys()).chain(shares.keys()) {
        let change = total(now, key) - total(before, key);
        let said = shares.get(key).copied().unwrap_or_default();
        hold(15, change == said, || format!("share of {key:?} changed by {change}, events say {said}"))?;
    }
    Ok(())
}
