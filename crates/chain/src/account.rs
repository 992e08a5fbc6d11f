//! Accounts as people write them.

use ink::primitives::AccountId;
use sp_core::crypto::{AccountId32, Ss58AddressFormat, Ss58Codec};

use crate::ChainError;

/// Prefix of addresses that belong to no chain in particular; every wallet reads them.
const GENERIC_PREFIX: u16 = 42;

/// The SS58 address of an account, with the generic prefix 42.
pub fn address(account: &AccountId) -> String {
    to_runtime(account).to_ss58check_with_version(Ss58AddressFormat::custom(GENERIC_PREFIX))
}

/// Reads an SS58 address, whatever chain's prefix it carries.
///
/// Refuses what has a wrong length, letter or checksum.
pub fn parse_address(address: &str) -> Result<AccountId, ChainError> {
    AccountId32::from_ss58check_with_version(address)
        .map(|(account, _)| from_runtime(&account))
        .map_err(|_| ChainError::Address(address.to_owned()))
}

pub(crate) fn to_runtime(account: &AccountId) -> AccountId32 {
    AccountId32::new(*<AccountId as AsRef<[u8; 32]>>::as_ref(account))
}

pub(crate) fn from_runtime(account: &AccountId32) -> AccountId {
    AccountId::from(*<AccountId32 as AsRef<[u8; 32]>>::as_ref(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn an_address_is_read_and_written() {
        let alice = parse_address(ALICE).expect("a published address");
        assert_eq!(address(&alice), ALICE);
    }

    #[test]
    fn an_address_with_another_prefix_names_the_same_account() {
        let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
        assert_eq!(
            parse_address(polkadot).expect("a published address"),
            parse_address(ALICE).expect("same")
        );
    }

    #[test]
    fn a_mistyped_address_is_refused() {
        for wrong in ["", "5Grwva", &ALICE.replace("Kut", "Kvt"), "0x00"] {
            assert!(matches!(parse_address(wrong), Err(ChainError::Address(_))), "{wrong}");
        }
    }
}
