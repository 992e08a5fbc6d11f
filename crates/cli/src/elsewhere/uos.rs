//! The bytes of a QR code that asks Polkadot Vault for a signature.
//!
//! The layout is that of Vault's own book, chapter UOS (`docs/src/development/UOS.md` in the sources of
//! parity-signer), and of `createSignPayload` in `@polkadot/react-qr`, which polkadot.js calls with command 2 and the
//! method behind its length:
//!
//! ```text
//! 0x53 ‖ 0x01 ‖ 0x02 ‖ public key ‖ compact length of method ‖ method ‖ extra ‖ additional ‖ genesis hash
//! ```
//!
//! One picture is enough: Vault takes a code for a part of several only if it begins with 0x00 or with the highest bit
//! set (`rust/qr_reader_phone`), and this one begins with 0x53.

use orchestrator_chain::Unsigned;
use scale::Encode;

use crate::failure::Failure;

/// For a chain of this family.
const SUBSTRATE: u8 = 0x53;
/// The account's key is one of sr25519.
const SR25519: u8 = 0x01;
/// A transaction. Vault reads 0x00, which once meant one that is valid for a while, in the same way; what polkadot.js
/// sends for all of them is this.
const TRANSACTION: u8 = 0x02;

/// Vault hashes what is longer than this before it signs, chains hash what is as long.
const UNCLEAR_BYTES: usize = 257;

/// The bytes of the code for a call.
pub fn code(unsigned: &Unsigned) -> Result<Vec<u8>, Failure> {
    if unsigned.payload().len() == UNCLEAR_BYTES {
        return Err(Failure::input(
            "Polkadot Vault and the chain disagree on how calls of just this length are signed: \
             write it with --unsigned alone, for another wallet",
        ));
    }
    let mut code = vec![SUBSTRATE, SR25519, TRANSACTION];
    code.extend::<&[u8]>(unsigned.account.as_ref());
    unsigned.method.encode_to(&mut code);
    code.extend(&unsigned.extra);
    code.extend(&unsigned.additional);
    code.extend::<&[u8]>(unsigned.genesis.as_ref());
    Ok(code)
}

#[cfg(test)]
mod tests {
    use scale::Decode;

    use super::*;
    use crate::elsewhere::sample;

    /// What polkadot.js makes of [`sample::PAYLOAD`] and [`sample::DATA`]: `createSignPayload(address, 2, payload.toU8a(), genesisHash)`
    /// of @polkadot/react-qr 3.16.7, with an `ExtrinsicPayload` of @polkadot/types 16.5.6.
    const POLKADOT_JS: &str = concat!(
        "530102d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d7d01080600",
        "02020202020202020202020202020202020202020202020202020202020202020b005039278c0403",
        "005ed0b202350c0001070010a5d4e890000000020303030303030303030303030303030303030303",
        "03030303030303030303030357002400007000000002000000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "bbbbbbbbbbbbbbbbbb00aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaa",
    );

    #[test]
    fn the_code_is_that_of_polkadot_js() {
        let unsigned = sample::unsigned(sample::method(&sample::DATA));
        assert_eq!(hex::encode(code(&unsigned).unwrap()), POLKADOT_JS);
    }

    #[test]
    fn the_code_is_what_the_wallet_takes_apart() {
        for length in [0, 11, 63, 64, 900, 2_500] {
            let unsigned = sample::unsigned(vec![7; length]);
            if unsigned.payload().len() == UNCLEAR_BYTES {
                continue;
            }
            let code = code(&unsigned).unwrap();
            assert_eq!(code[..3], [0x53, 1, 2]);
            assert_eq!(&code[3..35], <_ as AsRef<[u8]>>::as_ref(&unsigned.account));
            let (mut body, genesis) = code[35..].split_at(code.len() - 67);
            assert_eq!(genesis, <_ as AsRef<[u8]>>::as_ref(&unsigned.genesis));
            assert_eq!(Vec::<u8>::decode(&mut body).unwrap(), unsigned.method);
            assert_eq!(body, [unsigned.extra.clone(), unsigned.additional.clone()].concat());
        }
    }

    #[test]
    fn a_call_of_the_length_that_vault_signs_in_another_way_is_refused() {
        let around = sample::unsigned(Vec::new()).payload().len();
        for (length, taken) in [(256, true), (257, false), (258, true)] {
            let unsigned = sample::unsigned(vec![7; length - around]);
            assert_eq!(unsigned.payload().len(), length);
            assert_eq!(code(&unsigned).is_ok(), taken, "{length}");
        }
    }
}
