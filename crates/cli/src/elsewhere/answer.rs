//! What a wallet answers with: a signature, or the whole transaction signed.

use orchestrator_chain::{Signed, Unsigned};
use scale::DecodeAll;

use crate::failure::Failure;

/// Bytes of a signature, and of one with its kind before it.
const SIGNATURE: usize = 64;
const TAGGED: usize = 65;

/// Bytes of a transaction before its signature: version, kind of address, account.
const BEFORE: usize = 34;

/// The transaction with the wallet's answer to it, in hexadecimal digits. Refuses what does not sign it.
pub fn signed(unsigned: &Unsigned, answer: &str) -> Result<Signed, Failure> {
    let digits = answer.trim();
    let bytes = hex::decode(digits.strip_prefix("0x").unwrap_or(digits)).map_err(|_| {
        Failure::input("a signature is hexadecimal digits: copy all that the wallet gave, and no more")
    })?;
    match bytes.len() {
        SIGNATURE | TAGGED => unsigned.sign_with(&bytes).map_err(Failure::input),
        length if length > BEFORE + TAGGED => whole(unsigned, bytes),
        length => Err(Failure::Input(format!(
            "a signature has {SIGNATURE} bytes, or {TAGGED} with its kind, and this has {length}: copy all that the \
             wallet gave, and no more"
        ))),
    }
}

/// The same transaction, signed. A wallet may have changed something of it, and then it is not this one.
fn whole(unsigned: &Unsigned, bytes: Vec<u8>) -> Result<Signed, Failure> {
    let other = || {
        Failure::input(
            "what was signed is another transaction than that of the file: have the wallet sign the file as it is",
        )
    };
    let body = Vec::<u8>::decode_all(&mut bytes.as_slice()).map_err(|_| other())?;
    let signature = body.get(BEFORE..BEFORE + TAGGED).ok_or_else(other)?;
    let signed = unsigned.sign_with(signature).map_err(|_| other())?;
    if signed.bytes == bytes {
        Ok(signed)
    } else {
        Err(other())
    }
}

#[cfg(test)]
mod tests {
    use orchestrator_chain::Signer;

    use super::*;
    use crate::elsewhere::sample;

    fn call() -> Unsigned {
        sample::unsigned(sample::method(&sample::DATA))
    }

    fn refusal(unsigned: &Unsigned, answer: &str) -> String {
        match signed(unsigned, answer) {
            Err(Failure::Input(sentence)) => sentence,
            other => panic!("{answer} gave {other:?}"),
        }
    }

    fn hex_of(bytes: &[u8]) -> String {
        format!("0x{}", hex::encode(bytes))
    }

    #[test]
    fn a_signature_is_taken_with_and_without_its_kind_and_prefix() {
        let unsigned = call();
        let bare = sample::signer().sign(&unsigned.message());
        let tagged = [&[1], bare.as_slice()].concat();
        for answer in
            [hex_of(&bare), hex_of(&tagged), hex::encode(&tagged), format!(" {}\n", hex_of(&tagged))]
        {
            let signed = signed(&unsigned, &answer).unwrap();
            assert!(signed.bytes.windows(64).any(|x| x == bare), "{answer}");
        }
    }

    #[test]
    fn a_whole_transaction_is_taken_if_it_is_the_same() {
        let unsigned = call();
        let transaction = unsigned.sign(&sample::signer());
        assert_eq!(signed(&unsigned, &hex_of(&transaction.bytes)).unwrap(), transaction);
        for change in [0, 1, 2, 5, 40, 99, 104, transaction.bytes.len() - 1] {
            let mut changed = transaction.bytes.clone();
            changed[change] ^= 1;
            assert!(refusal(&unsigned, &hex_of(&changed)).contains("another transaction"), "byte {change}");
        }
        assert!(refusal(&unsigned, &hex_of(&[transaction.bytes, vec![0]].concat()))
            .contains("another transaction"));
    }

    #[test]
    fn a_signature_of_another_account_or_for_another_call_is_refused() {
        let unsigned = call();
        let other = Signer::from_suri("//Bob").unwrap().sign(&unsigned.message());
        assert!(refusal(&unsigned, &hex_of(&other))
            .contains("not one of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"));
        let changed = sample::unsigned(sample::method(&sample::message([4; 32])));
        let for_changed = sample::signer().sign(&changed.message());
        assert!(refusal(&unsigned, &hex_of(&for_changed)).contains("sign again"));
        let as_ed25519 = [&[0], sample::signer().sign(&unsigned.message()).as_slice()].concat();
        assert!(refusal(&unsigned, &hex_of(&as_ed25519)).contains("sign again"));
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let unsigned = call();
        for wrong in ["", "0x", "0x01", "signature", "0x0g", &"00".repeat(63), &"00".repeat(66)] {
            assert!(refusal(&unsigned, wrong).contains("copy all that the wallet gave"), "{wrong}");
        }
    }
}
