//! Whether a contract is the one that a program was made for.

use crate::{AccountId, ChainError, Hash, Ledger};

/// Makes sure that there is a contract at the address, and that it runs one of the `expected` codes.
pub fn ensure_code(ledger: &dyn Ledger, contract: AccountId, expected: &[Hash]) -> Result<(), ChainError> {
    match ledger.code_hash(contract)? {
        None => Err(ChainError::NoContract { contract }),
        Some(found) if expected.contains(&found) => Ok(()),
        Some(found) => Err(ChainError::OtherCode { contract, found, expected: expected.to_vec() }),
    }
}
