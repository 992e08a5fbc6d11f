//! What disputes freeze, and what their decisions move.

use orchestrator::{events::DisputeMoved, DisputeStep, SlashReason};
use orchestrator_domain::{bps_down, bps_up, price_down, Balance, Dispute, Placement, BOND_BPS};

use super::{hold, Check};
use crate::{Fact, Picture};

/// What the events of one call say of one placement's money.
#[derive(Default)]
struct Said<'a> {
    moved: Vec<&'a DisputeMoved>,
    /// Paid out of the escrow.
    paid: Balance,
    /// Slashed for misses.
    missed: Balance,
    /// Slashed by a decision.
    cut: Balance,
}

impl<'a> Said<'a> {
    fn of(id: u64, facts: &'a [Fact]) -> Self {
        let mut said = Self::default();
        for fact in facts {
            match fact {
                Fact::Dispute(x) if x.placement == id => said.moved.push(x),
                Fact::Settled(x) if x.placement == id => said.paid += x.gross,
                Fact::Slashed(x) if x.placement == id && x.reason == SlashReason::Dispute => {
                    said.cut += x.amount;
                }
                Fact::Slashed(x) if x.placement == id && x.reason != SlashReason::Exit => {
                    said.missed += x.amount;
                }
                _ => {}
            }
        }
        said
    }
}

/// Invariant 16: an open dispute freezes what is unpaid and the collateral; a decision divides exactly that, and nothing
/// else gives anything back.
pub fn disputes(before: &Picture, now: &Picture, facts: &[Fact]) -> Check {
    for (id, b) in &before.placements {
        let Some(n) = now.placements.get(id) else { continue };
        let said = Said::of(*id, facts);
        let broken = |what: &str| format!("{what} of placement {id}: {b:?}\nbecame {n:?}");
        steps(b, n, &said.moved, &broken)?;
        let kept = b.dispute.as_ref().zip(n.dispute.as_ref()).filter(|_| !has(&said, DisputeStep::Opened));
        if let Some((was, is)) = kept {
            frozen(b, n, &said, &broken)?;
            let same = Dispute { answer: is.answer, ..was.clone() } == *is;
            let told = was.answer == is.answer || has(&said, DisputeStep::Answered);
            hold(16, same && told, || broken("the dispute"))?;
        }
        match said.moved.iter().find(|x| x.step == DisputeStep::Decided) {
            Some(x) => decided(b, n, x, &said, &broken)?,
            None => hold(16, n.refunded == b.refunded && said.cut == 0, || broken("undecided money"))?,
        }
        if has(&said, DisputeStep::Opened) {
            opened(b, n, &said, &broken)?;
        }
    }
    Ok(())
}

fn has(said: &Said, step: DisputeStep) -> bool {
    said.moved.iter().any(|x| x.step == step)
}

/// Each step follows the one before, and names the bond.
fn steps(b: &Placement, n: &Placement, moved: &[&DisputeMoved], broken: &dyn Fn(&str) -> String) -> Check {
    let mut bond = b.bond();
    for x in moved {
        let opens = x.step == DisputeStep::Opened;
        hold(16, opens == (bond == 0), || broken("a step out of order"))?;
        let named = if opens { n.bond() } else { bond };
        hold(16, x.bond == named && named > 0, || broken("the bond"))?;
        if matches!(x.step, DisputeStep::Decided | DisputeStep::Released) {
            bond = 0;
        } else {
            bond = x.bond;
        }
    }
    hold(16, bond == n.bond(), || broken("a step that nothing tells"))
}

/// While a dispute is open nothing is paid, and collateral goes for misses alone.
fn frozen(b: &Placement, n: &Placement, said: &Said, broken: &dyn Fn(&str) -> String) -> Check {
    let unpaid = (b.settled, b.refunded, b.bonus_paid, b.earned_before, b.segment_at)
        == (n.settled, n.refunded, n.bonus_paid, n.earned_before, n.segment_at);
    hold(16, unpaid && said.paid == 0, || broken("frozen pay"))?;
    let escrow = n.escrow == b.escrow || (n.escrow < b.escrow && n.terminated && !b.terminated);
    let agreed = (b.price, b.capacity, b.collateral_initial) == (n.price, n.capacity, n.collateral_initial);
    hold(16, escrow && agreed, || broken("the frozen agreement"))?;
    hold(16, n.collateral + said.missed == b.collateral, || broken("frozen collateral"))
}

/// A decision gives back its share of what was unpaid, the rest is paid at once; and its share of the collateral goes.
fn decided(
    b: &Placement,
    n: &Placement,
    x: &DisputeMoved,
    said: &Said,
    broken: &dyn Fn(&str) -> String,
) -> Check {
    let back = n.refunded.saturating_sub(b.refunded);
    let shared = bps_down(back + said.paid, x.to_consumer_bps.into()) == Ok(back) && back == x.refunded;
    hold(16, shared, || broken("the unpaid share"))?;
    let collateral = b.collateral.saturating_sub(said.missed);
    let cut = bps_down(collateral, x.to_consumer_bps.into()) == Ok(said.cut);
    hold(16, cut, || broken("the share of the collateral"))
}

/// A bond is a tenth of what freezes; opening moves nothing else.
fn opened(b: &Placement, n: &Placement, said: &Said, broken: &dyn Fn(&str) -> String) -> Check {
    let same = (b.settled, b.refunded, b.escrow, b.capacity) == (n.settled, n.refunded, n.escrow, n.capacity);
    hold(16, same && said.paid == 0, || broken("money that an opening moved"))?;
    let earned = price_down(n.price, n.capacity, n.ends_at.saturating_sub(n.segment_at)).unwrap_or(0);
    let unpaid = (n.earned_before + earned).saturating_sub(n.settled);
    let least = bps_up(n.collateral, BOND_BPS).unwrap_or(Balance::MAX);
    let most = bps_up(n.collateral + unpaid, BOND_BPS).unwrap_or(0);
    hold(16, (least..=most).contains(&n.bond()), || broken("a bond that is no tenth"))
}
