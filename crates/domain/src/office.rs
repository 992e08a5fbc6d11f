//! Who may do what besides the parties of a deal, and what is announced.

use crate::time::DAY_MS;
use crate::{Error, Result};
use alloc::vec::Vec;
use ink::primitives::AccountId;
use scale::{Decode, Encode};

/// Most roles held at a time, all together.
pub const MAX_HOLDERS: usize = 32;
/// How long an upgrade must have been announced, so that everybody can leave before it.
pub const UPGRADE_NOTICE_MS: u64 = 7 * DAY_MS;
/// How long it can be carried out from then on.
pub const UPGRADE_OPEN_MS: u64 = 14 * DAY_MS;

/// What the admin lets another account do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
#[repr(u8)]
pub enum Role {
    /// Begins and ends pauses.
    Pauser,
    /// Sets the rate of the token.
    PriceFeed,
    /// Reports what it sees of the quality of service.
    Observer,
    /// Decides disputes.
    Arbiter,
}

crate::fixed::named!(Role { Pauser, PriceFeed, Observer, Arbiter });

/// An account in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Holder {
    pub account: AccountId,
    pub role: Role,
}

crate::fixed::fixed!(Holder { account: AccountId, role: Role });

/// Code that the contract is going to run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Upgrade {
    pub code_hash: [u8; 32],
    /// First instant at which it can be carried out; 14 days later it no longer can.
    pub from: u64,
}

crate::fixed::fixed!(Upgrade { code_hash: [u8; 32], from: u64 });

/// Roles and the announced upgrade: what is read when somebody governs, and by nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout))]
pub struct Office {
    pub holders: Vec<Holder>,
    pub upgrade: Option<Upgrade>,
}

crate::fixed::fixed!(Office {} then { holders, upgrade });
crate::fixed::rest!(Option<Upgrade>);

impl Office {
    /// Grants a role, or takes it away.
    pub fn set_role(&mut self, account: AccountId, role: Role, held: bool) -> Result<()> {
        let holder = Holder { account, role };
        self.holders.retain(|x| *x != holder);
        if held {
            if self.holders.len() >= MAX_HOLDERS {
                return Err(Error::TooLong);
            }
            self.holders.push(holder);
        }
        Ok(())
    }

    /// Whether an account holds a role.
    pub fn holds(&self, account: AccountId, role: Role) -> bool {
        self.holders.iter().any(|x| x.account == account && x.role == role)
    }

    /// Announces an upgrade, or (none) takes it back.
    pub fn announce(&mut self, code_hash: Option<[u8; 32]>, now: u64) {
        let from = now.saturating_add(UPGRADE_NOTICE_MS);
        self.upgrade = code_hash.map(|code_hash| Upgrade { code_hash, from });
    }

    /// Takes the code to run from now on. Refuses before its time and after it.
    pub fn take_upgrade(&mut self, now: u64) -> Result<[u8; 32]> {
        let upgrade = self.upgrade.as_ref().ok_or(Error::NothingAnnounced)?;
        if now < upgrade.from {
            return Err(Error::TooEarly);
        }
        if now >= upgrade.from.saturating_add(UPGRADE_OPEN_MS) {
            return Err(Error::TooLate);
        }
        let code_hash = upgrade.code_hash;
        self.upgrade = None;
        Ok(code_hash)
    }
}
