//! `orch deploy`: puts the contract on a chain.

use orchestrator::OrchestratorRef;
use orchestrator_chain::{address, AccountId, Action, CallError, ChainError, Embedded, Hash, Signer, Typed};
use scale::Encode;
use serde_json::json;

use crate::{
    amount::Token,
    args::Common,
    failure::Failure,
    interface::Interface,
    output::{self, Teller},
    session::{read_address, Chain},
};

/// What the first account of a chain in a file is given, in planks: there is nobody to send it money.
const FIRST_MONEY: u128 = 1_000_000 * orchestrator_chain::runtime::UNIT;

/// A chain in a file is made by this command, and the account that signs gets a million tokens of it.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Account that network fees go to; the one that signs if not told
    #[arg(long, value_name = "ADDR")]
    treasury: Option<String>,
    /// Makes the address another one: the same account deploys the same code once for each salt
    #[arg(long, value_name = "TEXT", default_value = "")]
    salt: String,
    #[command(flatten)]
    common: Common,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let common = &options.common;
    if common.signing.elsewhere() {
        return Err(Failure::input(
            "deploying takes more bytes than a QR code holds and than a wallet shows: sign it here",
        ));
    }
    if common.place.url.is_none() && common.signing.storage_deposit_limit.is_some() {
        return Err(Failure::input(
            "--storage-deposit-limit needs a node: the chain in a file takes what the call needs",
        ));
    }
    let (caller, _) = common.signing.caller()?;
    let treasury = options.treasury.as_deref().map_or(Ok(caller), read_address)?;
    let teller = Teller::new(common.place.output_json);
    if !common.signing.execute {
        return rehearse(options, &teller, caller, treasury);
    }
    let signer = common.signing.signer()?;
    if !common.signing.skip_confirm {
        rehearse(options, &teller, caller, treasury)?;
        common.signing.confirm("Sign and send it?")?;
    }
    let new = common.place.chain.as_ref().is_some_and(|x| !x.exists());
    let mut chain = common.place.open(true)?;
    chain.limit(&common.signing)?;
    if let (Chain::Embedded(embedded), true) = (&mut chain, new) {
        embedded.fund(caller, FIRST_MONEY)?;
    }
    create(options, &teller, chain, &signer, treasury)
}

fn rehearse(
    options: &Options,
    teller: &Teller,
    caller: AccountId,
    treasury: AccountId,
) -> Result<(), Failure> {
    let (token, fee, deposit) = costs(options, caller, treasury)?;
    let (bytes, hash) = (orchestrator_bundle::WASM.len(), hex::encode(Interface::built()?.code_hash()));
    if teller.is_quiet() {
        return Ok(output::json(&json!({
            "executed": false, "caller": address(&caller), "treasury": address(&treasury), "code_bytes": bytes,
            "code_hash": format!("0x{hash}"), "fee": fee.to_string(), "storage_deposit": deposit.to_string(),
        }))?);
    }
    teller.line(&format!("deploy would put the market on the chain for {}:", address(&caller)))?;
    teller.rows(&[
        ("treasury".to_owned(), address(&treasury)),
        ("code".to_owned(), format!("{bytes} bytes, hash 0x{hash}")),
        ("fee".to_owned(), token.text(fee)),
        ("storage deposit".to_owned(), token.signed(deposit)),
    ])?;
    if options.common.signing.execute {
        return Ok(());
    }
    Ok(teller.line("Nothing was signed. Add -x to do it.")?)
}

/// Fee and storage deposit: on a node what it says, in a file what a chain in memory takes.
fn costs(options: &Options, caller: AccountId, treasury: AccountId) -> Result<(Token, u128, i128), Failure> {
    let Options { common, salt, .. } = options;
    if common.place.url.is_some() {
        let mut chain = common.place.open(false)?;
        chain.limit(&common.signing)?;
        let Chain::Node(node) = &chain else { return Err(Failure::outcome("a node was named")) };
        let made = OrchestratorRef::new(treasury).code_hash(Hash::default()).endowment(0);
        let constructor = made.salt_bytes(salt.as_bytes()).params().exec_input().encode();
        let deploy = Action::Deploy {
            wasm: orchestrator_bundle::WASM,
            constructor: &constructor,
            value: 0,
            salt: salt.as_bytes(),
        };
        let run = node.prepare(caller, &deploy)?.rehearsal;
        return Ok((chain.token(), run.fee, run.storage_deposit));
    }
    if common.place.chain.is_none() {
        // Says how a chain is named.
        common.place.open(true)?;
    }
    let (mut memory, stand_in) = stand_in()?;
    let made = memory.create(
        &stand_in,
        orchestrator_bundle::WASM,
        OrchestratorRef::new(treasury),
        0,
        salt.as_bytes(),
    );
    let receipt = made.map_err(failure)?.receipt;
    Ok((Token::default(), receipt.fee, receipt.storage_deposit))
}

/// A chain in memory, and an account with money on it, to see what something costs.
pub fn stand_in() -> Result<(Embedded, Signer), Failure> {
    let mut memory = Embedded::in_memory();
    let stand_in = Signer::from_suri("//Rehearsal")?;
    memory.fund(stand_in.account(), FIRST_MONEY)?;
    Ok((memory, stand_in))
}

fn create(
    options: &Options,
    teller: &Teller,
    mut chain: Chain,
    signer: &Signer,
    treasury: AccountId,
) -> Result<(), Failure> {
    let token = chain.token();
    let made = chain.ledger_mut().create(
        signer,
        orchestrator_bundle::WASM,
        OrchestratorRef::new(treasury),
        0,
        options.salt.as_bytes(),
    );
    let made = made.map_err(failure)?;
    let (contract, hash) = (address(&made.contract), format!("0x{}", hex::encode(made.code_hash)));
    let receipt = &made.receipt;
    if teller.is_quiet() {
        return Ok(output::json(&json!({
            "executed": true, "contract": contract, "code_hash": hash, "treasury": address(&treasury),
            "admin": signer.address(), "block": receipt.block, "at_ms": receipt.at_ms,
            "fee": receipt.fee.to_string(), "storage_deposit": receipt.storage_deposit.to_string(),
        }))?);
    }
    teller.line(&format!("The market is on the chain, in block {}:", receipt.block))?;
    teller.rows(&[
        ("contract".to_owned(), contract.clone()),
        ("code hash".to_owned(), hash),
        ("admin".to_owned(), signer.address()),
        ("treasury".to_owned(), address(&treasury)),
        ("fee".to_owned(), token.text(receipt.fee)),
        ("storage deposit".to_owned(), token.signed(receipt.storage_deposit)),
    ])?;
    teller.line("")?;
    Ok(teller.line(&format!("  export ORCH_CONTRACT={contract}"))?)
}

fn failure<E: std::fmt::Debug>(error: CallError<E>) -> Failure {
    match error {
        CallError::Chain(error @ ChainError::Dispatch { .. }) => {
            Failure::Outcome(format!("cannot deploy: {error}"))
        }
        CallError::Chain(error) => error.into(),
        CallError::Refused(error) => Failure::Outcome(format!("the constructor refused: {error:?}")),
    }
}
