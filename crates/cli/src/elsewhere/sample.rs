//! A call that waits for its signature, for tests.

use orchestrator_chain::{Block, DryRun, Hash, Limits, Signer, Unsigned, Weight};
use scale::{Compact, Encode};

/// The contract that is called, the planks that go with the call, and the message.
pub const CONTRACT: [u8; 32] = [2; 32];
pub const VALUE: u128 = 5_000_000_000_000;
pub const DATA: [u8; 36] = message([3; 32]);

/// As polkadot.js takes it, but for the method.
pub const PAYLOAD: &str = r#"{
    "address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    "blockHash": "0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "blockNumber": "0x00000105",
    "era": "0x5700",
    "genesisHash": "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "nonce": "0x00000009",
    "signedExtensions": [
        "CheckNonZeroSender", "CheckSpecVersion", "CheckTxVersion", "CheckGenesis", "CheckMortality", "CheckNonce",
        "CheckWeight", "ChargeTransactionPayment", "CheckMetadataHash"
    ],
    "specVersion": "0x00000070",
    "tip": "0x00000000000000000000000000000000",
    "transactionVersion": "0x00000002",
    "version": 4,
    "mode": 0,
    "metadataHash": null,
    "withSignedTransaction": true
}"#;

/// `deposit_for` that account.
pub const fn message(account: [u8; 32]) -> [u8; 36] {
    let mut data = [0; 36];
    data[3] = 2;
    let mut byte = 0;
    while byte < account.len() {
        data[4 + byte] = account[byte];
        byte += 1;
    }
    data
}

/// The key of the account that calls.
pub fn signer() -> Signer {
    Signer::from_suri("//Alice").unwrap()
}

/// A call of the contract, as a chain encodes it.
pub fn method(data: &[u8]) -> Vec<u8> {
    let weight = (Compact(3_000_000_000_u64), Compact(200_000_u64));
    let call = ([8_u8, 6, 0], CONTRACT, Compact(VALUE), weight, Some(Compact(1_000_000_000_000_u128)), data);
    call.encode()
}

/// A transaction of the account with that method.
pub fn unsigned(method: Vec<u8>) -> Unsigned {
    let (genesis, birth) = (Hash::from([0xaa; 32]), Hash::from([0xbb; 32]));
    let names =
        ["CheckNonZeroSender", "CheckSpecVersion", "CheckTxVersion", "CheckGenesis", "CheckMortality"];
    let names =
        names.iter().chain(&["CheckNonce", "CheckWeight", "ChargeTransactionPayment", "CheckMetadataHash"]);
    Unsigned {
        account: signer().account(),
        method,
        extra: vec![0x57, 0, 0x24, 0, 0],
        additional: (0x70_u32, 2_u32, genesis, birth, 0_u8).encode(),
        nonce: 9,
        era: vec![0x57, 0],
        birth: Block { number: 0x105, hash: birth },
        last_block: 0x105 + 255,
        genesis,
        spec_version: 0x70,
        transaction_version: 2,
        extensions: names.map(|x| (*x).to_owned()).collect(),
        limits: Limits {
            weight: Weight { ref_time: 3_000_000_000, proof_size: 200_000 },
            storage_deposit: 1_000_000_000_000,
        },
        rehearsal: DryRun {
            weight: Weight { ref_time: 2_000_000_000, proof_size: 150_000 },
            weight_limit: Weight { ref_time: 2_500_000_000, proof_size: 180_000 },
            storage_deposit: -300_000_000_000,
            fee: 1_234_567_890,
            reverted: false,
            output: Vec::new(),
        },
    }
}
