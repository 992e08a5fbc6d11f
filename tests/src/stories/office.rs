//! Roles, what they can do and what not, and how the contract gets new code.

use orchestrator_chain::{runtime::UNIT, Ledger};
use orchestrator_domain::{
    Config, Error, Handover, Holder, Role, DAY_MS, MAX_HOLDERS, MAX_PAUSE_MS, MAX_RATE, PAUSE_REST_MS,
    RATE_STEP_MS, UPGRADE_NOTICE_MS, UPGRADE_OPEN_MS,
};

use crate::{Market, Who, Who::*};

const ROLES: [(Who, Role); 4] = [
    (Pauser, Role::Pauser),
    (PriceFeed, Role::PriceFeed),
    (Watcher, Role::Observer),
    (Delegate, Role::Arbiter),
];

fn grant<L: Ledger>(m: &mut Market<L>, who: Who, role: Role, held: bool) {
    let account = m.id(who);
    m.done(Admin, |at| at.set_role(account, role, held));
}

/// The admin grants and takes back; everybody sees who holds what.
pub fn roles_are_granted_listed_and_revoked<L: Ledger>(m: &mut Market<L>) {
    let holders = |m: &Market<L>| m.picture().settings.holders.clone();
    assert!(holders(m).is_empty());
    for (who, role) in ROLES {
        grant(m, who, role, true);
        grant(m, who, role, true);
        let account = m.id(who);
        m.refused(who, Error::NotAdmin, |at| at.set_role(account, role, false));
        m.refused(Stranger, Error::NotAdmin, |at| at.set_role(account, role, true));
    }
    let all: Vec<_> = ROLES.iter().map(|(who, role)| Holder { account: m.id(*who), role: *role }).collect();
    assert_eq!(holders(m), all);
    grant(m, Pauser, Role::PriceFeed, true);
    grant(m, Pauser, Role::Pauser, false);
    grant(m, Stranger, Role::Arbiter, false);
    assert_eq!(holders(m)[..3], all[1..]);
    assert_eq!(holders(m)[3], Holder { account: m.id(Pauser), role: Role::PriceFeed });
    m.refused(Pauser, Error::NotInRole, |at| at.set_paused(true));
    for number in 4..MAX_HOLDERS {
        m.done(Admin, |at| {
            at.set_role([u8::try_from(number).unwrap_or_default(); 32].into(), Role::Observer, true)
        });
    }
    m.refused(Admin, Error::TooLong, |at| at.set_role([99; 32].into(), Role::Observer, true));
    grant(m, Pauser, Role::PriceFeed, true);
    assert_eq!(holders(m).len(), MAX_HOLDERS);
}

/// A pauser pauses and ends pauses, no longer than fourteen days, and then leaves the market open for as long.
pub fn a_pauser_keeps_to_its_bounds<L: Ledger>(m: &mut Market<L>) {
    for who in [Pauser, Stranger] {
        m.refused(who, Error::NotInRole, |at| at.set_paused(true));
    }
    grant(m, Pauser, Role::Pauser, true);
    m.done(Pauser, |at| at.set_paused(true));
    m.refused(Pauser, Error::Paused, |at| at.set_paused(true));
    m.advance(60_000);
    m.done(Pauser, |at| at.set_paused(false));
    m.advance(PAUSE_REST_MS - 1);
    for who in [Pauser, Admin] {
        m.refused(who, Error::TooEarly, |at| at.set_paused(true));
    }
    m.advance(1);
    m.done(Pauser, |at| at.set_paused(true));
    m.advance(MAX_PAUSE_MS);
    m.reserve(&[1]);
    m.advance(DAY_MS);
    m.done(Admin, |at| at.set_paused(false));
    m.advance(MAX_PAUSE_MS - DAY_MS - 1);
    m.refused(Pauser, Error::TooEarly, |at| at.set_paused(true));
    m.advance(1);
    m.done(Pauser, |at| at.set_paused(true));
    grant(m, Pauser, Role::Pauser, false);
    m.refused(Pauser, Error::NotInRole, |at| at.set_paused(false));
}

/// A price feed moves the rate by a tenth an hour, at most to the double or the half, with a time that is neither to come
/// nor long past.
pub fn a_price_feed_keeps_to_its_bounds<L: Ledger>(m: &mut Market<L>) {
    let now = |m: &Market<L>| m.clock().now;
    let start = now(m);
    for who in [PriceFeed, Admin, Stranger] {
        m.refused(who, Error::NotInRole, |at| at.set_rate(UNIT, start));
    }
    grant(m, PriceFeed, Role::PriceFeed, true);
    m.refused(PriceFeed, Error::RateOutOfBounds, |at| at.set_rate(MAX_RATE + 1, start));
    m.refused(PriceFeed, Error::TooEarly, |at| at.set_rate(UNIT, start + 1));
    m.refused(PriceFeed, Error::TooLate, |at| at.set_rate(UNIT, start - RATE_STEP_MS));
    let at = start + 1 - RATE_STEP_MS;
    m.done(PriceFeed, |to| to.set_rate(UNIT, at));
    assert_eq!((m.picture().settings.rate.per_usd, m.picture().settings.rate.at), (UNIT, at));
    m.refused(PriceFeed, Error::TooEarly, |to| to.set_rate(UNIT, at + RATE_STEP_MS - 1));

    m.advance(RATE_STEP_MS);
    let hour = at + RATE_STEP_MS;
    m.refused(PriceFeed, Error::RateOutOfBounds, |to| to.set_rate(1_100_000_000_001, hour));
    m.refused(PriceFeed, Error::RateOutOfBounds, |to| to.set_rate(909_090_909_090, hour));
    m.done(PriceFeed, |to| to.set_rate(909_090_909_091, hour));
    m.advance(RATE_STEP_MS);
    let later = hour + RATE_STEP_MS;
    m.done(PriceFeed, |to| to.set_rate(UNIT, later));
    m.advance(30 * DAY_MS);
    let late = now(m);
    m.refused(PriceFeed, Error::RateOutOfBounds, |to| to.set_rate(2 * UNIT + 1, late));
    m.refused(PriceFeed, Error::RateOutOfBounds, |to| to.set_rate(UNIT / 2 - 1, late));
    m.done(PriceFeed, |to| to.set_rate(2 * UNIT, late));
    grant(m, PriceFeed, Role::PriceFeed, false);
    m.advance(RATE_STEP_MS);
    let late = now(m);
    m.refused(PriceFeed, Error::NotInRole, |to| to.set_rate(2 * UNIT, late));
}

/// Whatever all those in office do with all they may do, nobody's money moves.
pub fn no_office_moves_money<L: Ledger>(m: &mut Market<L>) {
    let c = m.cluster_set_up(&[Provider]);
    let (_, p) = m.cluster_deal(Tenant, c, 1);
    m.proven_beat(&p);
    m.settle(p[0]);
    let (accounts, pool) = (m.picture().accounts.clone(), m.cluster(c).pool);
    for (who, role) in ROLES {
        grant(m, who, role, true);
    }
    let (admin, now) = (m.id(Admin), m.clock().now);
    let config = Config { network_fee_bps: 1_000, ..Config::default() };
    m.done(Admin, |at| at.configure(config, admin));
    m.done(PriceFeed, |at| at.set_rate(UNIT, now));
    m.done(Pauser, |at| at.set_paused(true));
    m.done(Admin, |at| at.announce_upgrade(Some([7; 32])));
    m.done(Admin, |at| at.offer(Handover::Admin, Some(admin)));
    for who in [Admin, Pauser, PriceFeed, Watcher, Delegate] {
        m.refused(who, Error::NotEnoughAvailable, |at| at.withdraw(1));
    }
    for (id, account) in accounts {
        let now = &m.picture().accounts[&id];
        assert_eq!((now.available, now.locked), (account.available, account.locked));
    }
    assert_eq!(m.cluster(c).pool, pool);
    let (fees, agreed) = (m.picture().settings.fees, pool.fee);
    m.done(Stranger, |at| at.distribute(c));
    m.done(Admin, |at| at.collect_fees());
    assert_eq!(m.available(Admin), fees + agreed, "fees within their bounds, as agreed, are all there is");
}

/// An upgrade waits for seven days after its announcement, is open for fourteen, and can be taken back until it is done.
pub fn an_upgrade_waits_for_its_time_and_lapses<L: Ledger>(m: &mut Market<L>) {
    let contract = m.contract;
    let code: [u8; 32] = m.ledger.code_hash(contract).expect("readable").expect("a contract").into();
    let announced = |m: &Market<L>| m.picture().settings.upgrade.clone().map(|x| (x.code_hash, x.from));
    m.refused(Stranger, Error::NotAdmin, |at| at.announce_upgrade(Some(code)));
    m.refused(Stranger, Error::NotAdmin, |at| at.upgrade());
    m.refused(Admin, Error::NothingAnnounced, |at| at.upgrade());
    let from = m.clock().now + UPGRADE_NOTICE_MS;
    m.done(Admin, |at| at.announce_upgrade(Some(code)));
    assert_eq!(announced(m), Some((code, from)));
    m.advance(UPGRADE_NOTICE_MS - 1);
    m.refused(Admin, Error::TooEarly, |at| at.upgrade());
    m.done(Admin, |at| at.announce_upgrade(None));
    assert_eq!(announced(m), None);
    m.advance(1);
    m.refused(Admin, Error::NothingAnnounced, |at| at.upgrade());

    m.done(Admin, |at| at.announce_upgrade(Some([7; 32])));
    m.advance(DAY_MS);
    m.done(Admin, |at| at.announce_upgrade(Some(code)));
    m.advance(UPGRADE_NOTICE_MS - DAY_MS);
    m.refused(Admin, Error::TooEarly, |at| at.upgrade());
    m.advance(DAY_MS + UPGRADE_OPEN_MS);
    m.refused(Admin, Error::TooLate, |at| at.upgrade());
    m.done(Admin, |at| at.announce_upgrade(Some(code)));
    m.advance(UPGRADE_NOTICE_MS + UPGRADE_OPEN_MS - 1);
    m.refused(Stranger, Error::NotAdmin, |at| at.upgrade());
    m.done(Admin, |at| at.upgrade());
    assert_eq!(announced(m), None);
    m.refused(Admin, Error::NothingAnnounced, |at| at.upgrade());
}

/// Code that the chain does not have is not run; what was announced stays.
pub fn an_upgrade_to_unknown_code_is_refused<L: Ledger>(m: &mut Market<L>) {
    m.done(Admin, |at| at.announce_upgrade(Some([7; 32])));
    m.advance(UPGRADE_NOTICE_MS);
    m.refused(Admin, Error::UnknownCode, |at| at.upgrade());
    assert!(m.picture().settings.upgrade.is_some());
}
