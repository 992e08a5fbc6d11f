//! A transaction before and after it is signed.

use scale::{Compact, Encode};
use serde_json::{json, Value};
use sp_core::{blake2_256, ed25519, sr25519, Pair};
use subxt::{
    config::{
        DefaultExtrinsicParams, DefaultExtrinsicParamsBuilder, ExtrinsicParams, ExtrinsicParamsEncoder,
    },
    ext::subxt_core::client::ClientState,
    utils::{Era, H256},
    SubstrateConfig,
};

use crate::{address, AccountId, ChainError, DryRun, Hash, Signer};

use super::{options::Limits, spec::Spec};

/// Version and signed bit of a transaction.
const SIGNED: u8 = 0b1000_0100;

/// A payload longer than this is hashed before it is signed.
const LONGEST_MESSAGE: usize = 256;

/// A block of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its number.
    pub number: u32,
    /// Its hash.
    pub hash: Hash,
}

/// A transaction that waits for its signature, with all that a wallet shows or needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// The account that is to sign.
    pub account: AccountId,
    /// The encoded call.
    pub method: Vec<u8>,
    /// What the chain's extensions put into the transaction: how long it is valid, its nonce, a tip of zero.
    pub extra: Vec<u8>,
    /// What the extensions have signed besides: the chain, its version, the block it is valid from.
    pub additional: Vec<u8>,
    /// How many transactions the account has signed before.
    pub nonce: u64,
    /// The encoded time in which it is valid.
    pub era: Vec<u8>,
    /// The block it is valid from.
    pub birth: Block,
    /// The last block that can hold it.
    pub last_block: u32,
    /// Hash of the chain's first block, which names the chain.
    pub genesis: Hash,
    /// Version of the chain's runtime.
    pub spec_version: u32,
    /// Version of the chain's transactions.
    pub transaction_version: u32,
    /// The chain's extensions by name, in order.
    pub extensions: Vec<String>,
    /// What it may take at most.
    pub limits: Limits,
    /// What it would do if it were included now.
    pub rehearsal: DryRun,
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The account that signed.
    pub account: AccountId,
    /// The transaction as it is sent.
    pub bytes: Vec<u8>,
    /// Its hash, by which it is found.
    pub hash: Hash,
    /// How many transactions the account had signed before.
    pub nonce: u64,
    /// The block it is valid from.
    pub birth: Block,
    /// The last block that can hold it.
    pub last_block: u32,
    /// Version of the chain's runtime that it was signed for.
    pub spec_version: u32,
}

/// What the extensions of a chain want of a transaction.
pub struct Envelope {
    pub extra: Vec<u8>,
    pub additional: Vec<u8>,
    pub era: Era,
    pub last_block: u32,
}

impl Envelope {
    /// The envelope of a transaction with `nonce`, valid for `period` blocks from `birth` on.
    pub fn new(
        spec: &Spec,
        genesis: Hash,
        nonce: u64,
        birth: Block,
        period: u64,
    ) -> Result<Self, ChainError> {
        let state = ClientState::<SubstrateConfig> {
            genesis_hash: H256::from_slice(genesis.as_ref()),
            runtime_version: spec.version,
            metadata: spec.metadata.clone(),
        };
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(nonce)
            .mortal_unchecked(birth.number.into(), H256::from_slice(birth.hash.as_ref()), period)
            .build();
        let params = DefaultExtrinsicParams::<SubstrateConfig>::new(&state, params)
            .map_err(|error| ChainError::Protocol(error.to_string()))?;
        let (mut extra, mut additional) = (Vec::new(), Vec::new());
        params.encode_extra_to(&mut extra);
        params.encode_additional_to(&mut additional);
        let era = Era::mortal(period, birth.number.into());
        Ok(Self { extra, additional, era, last_block: last_block(era, birth.number) })
    }
}

/// The last block that can hold a transaction born in block `birth`.
pub fn last_block(era: Era, birth: u32) -> u32 {
    match era {
        Era::Immortal => u32::MAX,
        Era::Mortal { period, .. } => {
            birth.saturating_add(u32::try_from(period).unwrap_or(u32::MAX)).saturating_sub(1)
        }
    }
}

impl Unsigned {
    /// All that is signed, as a QR code carries it: call, extra and additional bytes, not hashed.
    pub fn payload(&self) -> Vec<u8> {
        [self.method.as_slice(), &self.extra, &self.additional].concat()
    }

    /// The bytes that a key signs: the payload, or the hash of a long one.
    pub fn message(&self) -> Vec<u8> {
        to_sign(self.payload())
    }

    /// The payload as polkadot.js and the wallets around it take it.
    pub fn payload_json(&self) -> Value {
        json!({
            "address": address(&self.account),
            "blockHash": hex_of(self.birth.hash),
            "blockNumber": format!("0x{:08x}", self.birth.number),
            "era": hex_of(&self.era),
            "genesisHash": hex_of(self.genesis),
            "method": hex_of(&self.method),
            "nonce": format!("0x{:08x}", self.nonce),
            "signedExtensions": self.extensions,
            "specVersion": format!("0x{:08x}", self.spec_version),
            "tip": format!("0x{:032x}", 0),
            "transactionVersion": format!("0x{:08x}", self.transaction_version),
            "version": 4,
            "mode": 0,
            "metadataHash": null,
            "withSignedTransaction": true,
        })
    }

    /// Signs it here.
    pub fn sign(&self, signer: &Signer) -> Signed {
        let mut signature = vec![1];
        signature.extend(signer.sign(&self.message()));
        self.signed(&signature)
    }

    /// Puts a signature from elsewhere to it: one of sr25519 (64 bytes, or 65 with the byte 1 before it) or of
    /// ed25519 (65 bytes with the byte 0 before it).
    ///
    /// Refuses a signature that is not the account's for this very transaction.
    pub fn sign_with(&self, signature: &[u8]) -> Result<Signed, ChainError> {
        let tagged = if signature.len() == 64 { [&[1], signature].concat() } else { signature.to_vec() };
        if !is_signature(&self.account, &self.message(), &tagged) {
            return Err(ChainError::Signature { account: self.account });
        }
        Ok(self.signed(&tagged))
    }

    fn signed(&self, signature: &[u8]) -> Signed {
        let account: &[u8] = self.account.as_ref();
        let body = [&[SIGNED, 0], account, signature, &self.extra, &self.method].concat();
        let bytes = body.encode();
        Signed {
            account: self.account,
            hash: Hash::from(blake2_256(&bytes)),
            bytes,
            nonce: self.nonce,
            birth: self.birth,
            last_block: self.last_block,
            spec_version: self.spec_version,
        }
    }
}

/// The bytes of a transaction with a signature that counts for nothing: as long as a real one, to ask what it
/// would cost.
pub fn unsigned_bytes(account: &AccountId, envelope: &Envelope, method: &[u8]) -> Vec<u8> {
    let account: &[u8] = account.as_ref();
    let length = 2 + account.len() + 65 + envelope.extra.len() + method.len();
    let mut bytes = Compact(u32::try_from(length).unwrap_or(u32::MAX)).encode();
    bytes.extend([SIGNED, 0]);
    bytes.extend(account);
    bytes.push(1);
    bytes.extend([0; 64]);
    bytes.extend(&envelope.extra);
    bytes.extend(method);
    bytes
}

/// The bytes that a key signs for `payload`.
pub fn to_sign(payload: Vec<u8>) -> Vec<u8> {
    if payload.len() > LONGEST_MESSAGE {
        blake2_256(&payload).to_vec()
    } else {
        payload
    }
}

/// Whether `signature`, with its kind in the first byte, is that of `account` for `message`.
pub fn is_signature(account: &AccountId, message: &[u8], signature: &[u8]) -> bool {
    let public = *<AccountId as AsRef<[u8; 32]>>::as_ref(account);
    let Some((&kind, bytes)) = signature.split_first() else { return false };
    let Ok(bytes) = <[u8; 64]>::try_from(bytes) else { return false };
    match kind {
        0 => ed25519::Pair::verify(&ed25519::Signature::from(bytes), message, &ed25519::Public::from(public)),
        1 => sr25519::Pair::verify(&sr25519::Signature::from(bytes), message, &sr25519::Public::from(public)),
        _ => false,
    }
}

fn hex_of(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scale::DecodeAll;

    fn unsigned(method: usize) -> Unsigned {
        Unsigned {
            account: alice().account(),
            method: vec![7; method],
            extra: vec![1, 2],
            additional: vec![3; 8],
            nonce: 5,
            era: Era::mortal(64, 10).encode(),
            birth: Block { number: 10, hash: [4; 32].into() },
            last_block: 73,
            genesis: [5; 32].into(),
            spec_version: 100,
            transaction_version: 1,
            extensions: vec!["CheckNonce".to_owned()],
            limits: Limits::default(),
            rehearsal: DryRun::default(),
        }
    }

    fn alice() -> Signer {
        Signer::from_suri("//Alice").expect("a development account")
    }

    #[test]
    fn what_is_shown_is_all_that_is_signed_and_what_is_signed_is_short() {
        let short = unsigned(246);
        assert_eq!(short.payload().len(), 256);
        assert_eq!(short.message(), short.payload());
        let long = unsigned(247);
        assert_eq!(long.payload().len(), 257);
        assert_eq!(long.message(), blake2_256(&long.payload()));
    }

    #[test]
    fn a_signature_counts_with_its_kind_before_it_or_as_a_bare_one_of_sr25519() {
        let unsigned = unsigned(30);
        let bare = alice().sign(&unsigned.message());
        let tagged = [&[1], &bare[..]].concat();
        assert_eq!(unsigned.sign_with(&bare).expect("hers"), unsigned.sign_with(&tagged).expect("hers"));
        let (ed25519, _) = ed25519::Pair::generate();
        let of_ed25519 = Unsigned { account: ed25519.public().0.into(), ..unsigned.clone() };
        let signature = ed25519.sign(&of_ed25519.message());
        of_ed25519.sign_with(&[&[0], &signature.0[..]].concat()).expect("theirs");
    }

    #[test]
    fn a_signature_of_another_kind_length_account_or_payload_is_refused() {
        let made = unsigned(30);
        let bare = alice().sign(&made.message());
        let other = unsigned(31);
        let wrong: [Vec<u8>; 6] = [
            Vec::new(),
            bare[..63].to_vec(),
            [&[0], &bare[..]].concat(),
            [&[2], &bare[..]].concat(),
            [&[1], &bare[..], &[0]].concat(),
            alice().sign(&other.message()).to_vec(),
        ];
        for signature in wrong {
            let refusal = made.sign_with(&signature).expect_err("refused");
            assert!(matches!(refusal, ChainError::Signature { .. }), "{refusal}");
        }
    }

    #[test]
    fn a_signed_transaction_has_its_length_kind_account_signature_and_call() {
        let unsigned = unsigned(3);
        let signed = unsigned.sign(&alice());
        let bytes = Vec::<u8>::decode_all(&mut signed.bytes.as_slice()).expect("its length first");
        let account: &[u8] = unsigned.account.as_ref();
        assert_eq!(bytes[..34], [&[0x84, 0], account].concat());
        assert!(is_signature(&unsigned.account, &unsigned.message(), &bytes[34..99]));
        assert_eq!(bytes[99..], [1, 2, 7, 7, 7]);
        assert_eq!(signed.hash, Hash::from(blake2_256(&signed.bytes)));
    }

    #[test]
    fn a_transaction_of_64_blocks_can_be_in_63_blocks_after_its_birth() {
        assert_eq!(last_block(Era::mortal(64, 10), 10), 73);
        assert_eq!(last_block(Era::Immortal, 10), u32::MAX);
    }

    #[test]
    fn a_wallet_gets_every_part_of_the_payload() {
        let shown = unsigned(2).payload_json();
        for (part, value) in [
            ("method", "0x0707"),
            ("nonce", "0x00000005"),
            ("blockNumber", "0x0000000a"),
            ("specVersion", "0x00000064"),
            ("era", "0xa500"),
        ] {
            assert_eq!(shown[part], value);
        }
        assert_eq!(shown["address"], address(&alice().account()));
    }
}
