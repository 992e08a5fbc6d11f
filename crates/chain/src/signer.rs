//! The party that signs calls.

use std::fmt;

use ink::primitives::AccountId;
use sp_core::{sr25519, Pair};

use crate::{address, keystore, ChainError};

/// An sr25519 key pair. Its secret leaves memory with it: the pair wipes itself when dropped.
#[derive(Clone)]
pub struct Signer {
    pair: sr25519::Pair,
}

impl Signer {
    /// Derives the pair from a secret URI as wallets know it: a mnemonic or a `0x` seed, with derivation
    /// paths (`//hard`, `/soft`) and a password (`///…`) behind it; `//Alice` alone is a development account.
    ///
    /// Refuses what is no such URI, without repeating it: it may be a mistyped secret. An empty one is
    /// refused too, which for wallets is the development account without a path.
    pub fn from_suri(suri: &str) -> Result<Self, ChainError> {
        if suri.trim().is_empty() {
            return Err(ChainError::Secret);
        }
        match sr25519::Pair::from_string(suri, None) {
            Ok(pair) => Ok(Self { pair }),
            Err(_) => Err(ChainError::Secret),
        }
    }

    /// The pair in an account file of polkadot.js and the wallets around it, which `password` opens.
    ///
    /// Refuses a file of another program and a wrong password, without repeating either.
    pub fn from_keystore(json: &str, password: &str) -> Result<Self, ChainError> {
        Ok(Self { pair: keystore::open(json, password)? })
    }

    /// The account that the pair controls.
    pub fn account(&self) -> AccountId {
        AccountId::from(self.pair.public().0)
    }

    /// The address of that account.
    pub fn address(&self) -> String {
        address(&self.account())
    }

    /// Signs `message` as it is. Two signatures of one message differ; both are valid.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair.sign(message).0
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Signer").field(&self.address()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const DEV_PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    #[test]
    fn the_development_account_has_its_published_address() {
        assert_eq!(Signer::from_suri("//Alice").expect("valid").address(), ALICE);
        assert_eq!(Signer::from_suri(&format!("{DEV_PHRASE}//Alice")).expect("valid").address(), ALICE);
    }

    #[test]
    fn a_signature_verifies_for_its_message_only() {
        let signer = Signer::from_suri("//Alice").expect("valid");
        let signature = sr25519::Signature::from(signer.sign(b"message"));
        let public = sr25519::Public::from(*<AccountId as AsRef<[u8; 32]>>::as_ref(&signer.account()));
        assert!(sr25519::Pair::verify(&signature, b"message", &public));
        assert!(!sr25519::Pair::verify(&signature, b"massage", &public));
    }

    #[test]
    fn a_wrong_secret_is_refused_and_not_repeated() {
        for wrong in ["", " ", "bottom drive obey", &DEV_PHRASE.replace("walk", "wolf"), "0x12"] {
            let sentence = match Signer::from_suri(wrong) {
                Err(error) => error.to_string(),
                Ok(signer) => panic!("{wrong:?} gave {signer:?}"),
            };
            assert!(wrong.trim().is_empty() || !sentence.contains(wrong), "{sentence}");
        }
    }

    #[test]
    fn a_signer_shows_its_address_and_not_its_secret() {
        let signer = Signer::from_suri("//Alice").expect("valid");
        assert_eq!(format!("{signer:?}"), format!("Signer({ALICE:?})"));
    }
}
