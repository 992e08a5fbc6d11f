//! Account files of polkadot.js and the wallets around it.

use base64::{engine::general_purpose::STANDARD, Engine};
use crypto_secretbox::{
    aead::{Aead, KeyInit},
    Key, Nonce, XSalsa20Poly1305,
};
use scrypt::Params;
use serde_json::Value;
use sp_core::{sr25519, Pair};
use zeroize::Zeroizing;

use crate::{parse_address, AccountId, ChainError};

const FOREIGN: ChainError =
    ChainError::Keystore("the keystore is no account file of polkadot.js: export the account as JSON again");
const OTHER_KIND: ChainError = ChainError::Keystore(
    "the keystore holds a key that is not encrypted, or not of the kind sr25519: export the account with a password, \
     or make one of that kind",
);
const CLOSED: ChainError = ChainError::Keystore(
    "the password does not open the keystore: try again, or export the account as JSON again",
);

/// What a file may ask of memory: 128 MiB, which is what polkadot.js itself asks for.
const MOST_LOG_N: u32 = 17;
/// What a file may ask of time, as often as that.
const MOST_P: u32 = 10;

/// What is around the two keys once they are decrypted.
const HEADER: [u8; 16] = [48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
const DIVIDER: [u8; 5] = [161, 35, 3, 33, 0];

/// The pair in the account file `json`, which `password` opens.
pub fn open(json: &str, password: &str) -> Result<sr25519::Pair, ChainError> {
    let file: Value = serde_json::from_str(json).map_err(|_| FOREIGN)?;
    let encoding = &file["encoding"];
    if encoding["version"] != "3" {
        return Err(FOREIGN);
    }
    let says = |list: &Value, word: &str| {
        list.as_array().is_some_and(|words| words.iter().any(|other| other == word))
    };
    let is_ours = ["pkcs8", "sr25519"].iter().all(|word| says(&encoding["content"], word))
        && ["scrypt", "xsalsa20-poly1305"].iter().all(|word| says(&encoding["type"], word));
    if !is_ours {
        return Err(OTHER_KIND);
    }
    let encoded = file["encoded"].as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or(FOREIGN)?;
    let keys = decrypted(&encoded, password)?;
    let pair = pair(&keys).ok_or(FOREIGN)?;
    let account = file["address"].as_str().and_then(|address| parse_address(address).ok());
    if account != Some(AccountId::from(pair.public().0)) {
        return Err(FOREIGN);
    }
    Ok(pair)
}

/// The keys within: salt, N, p and r of scrypt, nonce, and what they encrypt.
fn decrypted(encoded: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, ChainError> {
    let (salt, rest) = encoded.split_first_chunk::<32>().ok_or(FOREIGN)?;
    let mut rest = rest;
    let mut number = || {
        let (bytes, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        Some(u32::from_le_bytes(*bytes))
    };
    let (Some(n), Some(p), Some(r)) = (number(), number(), number()) else { return Err(FOREIGN) };
    let (nonce, encrypted) = rest.split_first_chunk::<24>().ok_or(FOREIGN)?;
    let log_n =
        n.checked_ilog2().filter(|log_n| n.is_power_of_two() && *log_n <= MOST_LOG_N).ok_or(FOREIGN)?;
    if r != 8 || !(1..=MOST_P).contains(&p) {
        return Err(FOREIGN);
    }
    let params =
        u8::try_from(log_n).ok().and_then(|log_n| Params::new(log_n, r, p, 32).ok()).ok_or(FOREIGN)?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(password.as_bytes(), salt, &params, key.as_mut()).map_err(|_| FOREIGN)?;
    let cipher = XSalsa20Poly1305::new(Key::from_slice(key.as_ref()));
    cipher.decrypt(Nonce::from_slice(nonce), encrypted).map(Zeroizing::new).map_err(|_| CLOSED)
}

/// The pair, if it is one: the public key in the file must be that of the secret.
fn pair(keys: &[u8]) -> Option<sr25519::Pair> {
    let (secret, rest) = keys.strip_prefix(&HEADER)?.split_first_chunk::<64>()?;
    let public = rest.strip_prefix(&DIVIDER)?;
    let mut secret = Zeroizing::new(*secret);
    let (scalar, _) = secret.split_first_chunk_mut::<32>()?;
    divide_by_eight(scalar);
    let pair = sr25519::Pair::from_seed_slice(secret.as_ref()).ok()?;
    (pair.public().0 == public).then_some(pair)
}

/// The file has the scalar as ed25519 has it, eight times that of sr25519.
fn divide_by_eight(scalar: &mut [u8; 32]) {
    let mut above = 0;
    for byte in scalar.iter_mut().rev() {
        let below = *byte << 5;
        *byte = (*byte >> 3) | above;
        above = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signer;

    const PASSWORD: &str = "correct horse";
    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    /// Exported by @polkadot/keyring, of the account below.
    fn keystore() -> Value {
        serde_json::from_str(include_str!("../tests/support/keystore.json")).expect("a file of polkadot.js")
    }

    fn owner() -> Signer {
        let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
        Signer::from_suri(&format!("{phrase}//Keystore")).expect("valid")
    }

    fn changed(change: impl FnOnce(&mut Value)) -> String {
        let mut file = keystore();
        change(&mut file);
        file.to_string()
    }

    fn with_numbers(n: u32, p: u32, r: u32) -> String {
        changed(|file| {
            let mut bytes = STANDARD.decode(file["encoded"].as_str().expect("text")).expect("base64");
            for (at, number) in [(32, n), (36, p), (40, r)] {
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            file["encoded"] = STANDARD.encode(bytes).into();
        })
    }

    #[test]
    fn a_keystore_of_polkadot_js_holds_the_account_that_its_secret_derives() {
        let kept = Signer::from_keystore(&keystore().to_string(), PASSWORD).expect("opens");
        assert_eq!(kept.account(), owner().account());
        let signature = sr25519::Signature::from(kept.sign(b"message"));
        let public = sr25519::Public::from(*<AccountId as AsRef<[u8; 32]>>::as_ref(&owner().account()));
        assert!(sr25519::Pair::verify(&signature, b"message", &public));
    }

    #[test]
    fn a_wrong_password_is_refused_and_not_repeated() {
        for wrong in ["", "battery staple"] {
            let sentence = open(&keystore().to_string(), wrong).err().expect("does not open").to_string();
            assert!(sentence.contains("the password does not open"), "{sentence}");
            assert!(wrong.is_empty() || !sentence.contains(wrong), "{sentence}");
        }
    }

    #[test]
    fn a_key_of_another_kind_or_without_a_password_is_refused() {
        for file in [
            changed(|file| file["encoding"]["content"] = serde_json::json!(["pkcs8", "ed25519"])),
            changed(|file| file["encoding"]["type"] = serde_json::json!(["none"])),
        ] {
            let sentence = open(&file, PASSWORD).err().expect("refused").to_string();
            assert!(sentence.contains("not encrypted, or not of the kind sr25519"), "{sentence}");
        }
    }

    #[test]
    fn what_is_no_keystore_is_refused() {
        for file in [
            "no JSON".to_owned(),
            "{}".to_owned(),
            changed(|file| file["encoded"] = "AAAA".into()),
            changed(|file| file["encoded"] = "?".into()),
            changed(|file| file["encoding"]["version"] = "4".into()),
            changed(|file| file["address"] = ALICE.into()),
        ] {
            let sentence = open(&file, PASSWORD).err().expect("refused").to_string();
            assert!(sentence.contains("no account file"), "{sentence}");
        }
    }

    #[test]
    fn a_file_that_asks_for_too_much_memory_or_time_is_refused() {
        for (n, p, r) in
            [(1 << 18, 1, 8), (1 << 31, 1, 8), (3, 1, 8), (0, 1, 8), (1 << 17, 11, 8), (1 << 17, 1, 9)]
        {
            let sentence = open(&with_numbers(n, p, r), PASSWORD).err().expect("refused").to_string();
            assert!(sentence.contains("no account file"), "{n} {p} {r}: {sentence}");
        }
        assert!(open(&with_numbers(1 << 17, 1, 8), PASSWORD).is_ok());
    }
}
