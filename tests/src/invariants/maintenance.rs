//! What is remembered of data units besides their placements: maintenance and reports of quality.

use orchestrator_domain::{Window, DAY_MS, MAX_WINDOWS, MONTH_MS};

use super::{hold, Check};
use crate::{Fact, Picture};

/// Invariant 18: maintenance is announced ahead, in order, within the quota, and never changes what is past; neither it nor
/// reports change without an event.
pub fn maintenance(before: &Picture, now: &Picture, at_ms: u64, facts: &[Fact]) -> Check {
    for (id, service) in &now.services {
        let windows = &service.maintenance.windows;
        let ordered = windows.iter().all(|x| x.from < x.until)
            && windows.iter().zip(windows.iter().skip(1)).all(|(a, b)| a.until <= b.from);
        hold(18, ordered && windows.len() <= MAX_WINDOWS, || format!("unit {id}: {windows:?}"))?;
        let Some(was) = before.services.get(id) else { continue };
        let (past, is) = (was.maintenance.ms_until(at_ms), service.maintenance.ms_until(at_ms));
        hold(18, past == is, || format!("unit {id} had rested {past} ms, now {is}"))?;
        let set = facts.iter().any(|x| matches!(x, Fact::Maintenance(x) if x.unit == *id));
        hold(18, set || was.maintenance == service.maintenance, || {
            format!("unit {id}: {was:?}, {service:?}")
        })?;
        let reported = facts.iter().any(|x| matches!(x, Fact::Quality(x) if x.unit == *id));
        hold(18, reported || was.quality == service.quality, || format!("unit {id}: {was:?}, {service:?}"))?;
        let quota = now.units.get(id).map_or(0, |x| x.spec.terms.maintenance_ms);
        let known =
            |x: &Window| was.maintenance.windows.iter().any(|y| y.from == x.from && y.until >= x.until);
        for new in windows.iter().filter(|x| !known(x)) {
            let ahead = (at_ms + DAY_MS..=at_ms + DAY_MS + MONTH_MS).contains(&new.from);
            hold(18, ahead, || format!("unit {id}: {new:?} was announced at {at_ms}"))?;
            let month = Window { from: new.until.saturating_sub(MONTH_MS), until: new.until };
            let sum: u64 = windows.iter().map(|x| overlap(x, &month)).sum();
            hold(18, sum <= quota.into(), || format!("unit {id}: {sum} ms in 30 days of {windows:?}"))?;
        }
    }
    Ok(())
}

fn overlap(a: &Window, b: &Window) -> u64 {
    a.until.min(b.until).saturating_sub(a.from.max(b.from))
}
