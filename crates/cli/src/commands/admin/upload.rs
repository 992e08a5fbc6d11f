//! Puts code on the chain without a contract, for an upgrade.

use std::{fs, path::Path};

use orchestrator_chain::{address, AccountId, Action, ChainError, Ledger};
use serde_json::json;

use crate::{
    args::Common,
    commands::deploy::stand_in,
    failure::Failure,
    output::{self, Teller},
    session::Chain,
};

/// What every module begins with.
const MAGIC: &[u8] = b"\0asm";

/// Uploads the code, or without -x tells its hash.
pub fn run(common: &Common, wasm: &Path) -> Result<(), Failure> {
    let name = wasm.display();
    let code = fs::read(wasm).map_err(|error| {
        Failure::Input(format!("cannot read {name} ({error}): check the name and that you may read it"))
    })?;
    if !code.starts_with(MAGIC) {
        return Err(Failure::Input(format!(
            "{name} is no WebAssembly: name the .wasm file that the build makes"
        )));
    }
    if common.signing.elsewhere() {
        return Err(Failure::input(
            "code has more bytes than a QR code holds and than a wallet shows: sign it here",
        ));
    }
    let (caller, _) = common.signing.caller()?;
    let teller = Teller::new(common.place.output_json);
    let (bytes, hash) = (code.len(), format!("0x{}", hex::encode(code_hash(&code))));
    if !common.signing.execute {
        let (fee, deposit) = costs(common, caller, &code)?;
        let token = common.place.open(false)?.token();
        if teller.is_quiet() {
            return Ok(output::json(&json!({
                "executed": false, "caller": address(&caller), "code_bytes": bytes, "code_hash": hash,
                "fee": fee.to_string(), "storage_deposit": deposit.to_string(),
            }))?);
        }
        teller.line(&format!("upload would put code on the chain for {}:", address(&caller)))?;
        teller.rows(&[
            ("code".to_owned(), format!("{bytes} bytes")),
            ("code hash".to_owned(), hash),
            ("fee".to_owned(), token.text(fee)),
            ("storage deposit".to_owned(), token.signed(deposit)),
        ])?;
        return Ok(teller.line("Nothing was signed. Add -x to do it.")?);
    }
    let signer = common.signing.signer()?;
    common.signing.confirm(&format!("Upload {name}, {bytes} bytes with hash {hash}?"))?;
    let mut chain = common.place.open(false)?;
    chain.limit(&common.signing)?;
    let token = chain.token();
    let done = chain.ledger_mut().upload(&signer, &code).map_err(|error| match error {
        ChainError::Dispatch { .. } => Failure::Outcome(format!("cannot upload: {error}")),
        error => error.into(),
    })?;
    let (receipt, hash) = (&done.receipt, format!("0x{}", hex::encode(done.code_hash)));
    if teller.is_quiet() {
        return Ok(output::json(&json!({
            "executed": true, "caller": address(&caller), "code_bytes": bytes, "code_hash": hash,
            "block": receipt.block, "at_ms": receipt.at_ms, "fee": receipt.fee.to_string(),
            "storage_deposit": receipt.storage_deposit.to_string(),
        }))?);
    }
    teller.line(&format!("The code is on the chain, in block {}:", receipt.block))?;
    teller.rows(&[
        ("code hash".to_owned(), hash.clone()),
        ("fee".to_owned(), token.text(receipt.fee)),
        ("storage deposit".to_owned(), token.signed(receipt.storage_deposit)),
    ])?;
    teller.line("")?;
    Ok(teller.line(&format!("  orch admin announce-upgrade {hash}"))?)
}

/// Fee and storage deposit of the upload: on a node what it says, in a file what a chain in memory takes.
fn costs(common: &Common, caller: AccountId, code: &[u8]) -> Result<(u128, i128), Failure> {
    let mut chain = common.place.open(false)?;
    chain.limit(&common.signing)?;
    if let Chain::Node(node) = &chain {
        let run = node.prepare(caller, &Action::Upload { wasm: code })?.rehearsal;
        return Ok((run.fee, run.storage_deposit));
    }
    let (mut memory, stand_in) = stand_in()?;
    let receipt = memory.upload(&stand_in, code)?.receipt;
    Ok((receipt.fee, receipt.storage_deposit))
}

/// What the chain knows code by.
fn code_hash(code: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    ink::env::hash_bytes::<ink::env::hash::Blake2x256>(code, &mut hash);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_known_by_the_hash_that_its_metadata_names() {
        let built = crate::interface::Interface::built().unwrap();
        assert_eq!(code_hash(orchestrator_bundle::WASM), built.code_hash());
    }
}
