//! The file that a call waits in for its signature: what wallets around polkadot.js take, and under `orch` what people
//! read and what `orch tx submit` needs besides.

use std::{fs, path::Path};

use orchestrator_chain::{address, parse_address, AccountId, Block, DryRun, Hash, Limits, Unsigned, Weight};
use scale::{Compact, DecodeAll};
use serde::Deserialize;
use serde_json::{json, Value};

use crate::{failure::Failure, interface::Interface};

/// Marks the files of this program, and their layout.
const FORMAT: &str = "orch call 1";

/// A call of a contract, as a transaction carries it.
#[derive(Debug, PartialEq, Eq)]
pub struct Called {
    pub contract: AccountId,
    pub value: u128,
    pub data: Vec<u8>,
}

/// The fields that polkadot.js knows, and ours.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    address: String,
    block_hash: String,
    block_number: String,
    era: String,
    genesis_hash: String,
    method: String,
    nonce: String,
    signed_extensions: Vec<String>,
    spec_version: String,
    transaction_version: String,
    orch: Ours,
}

#[derive(Deserialize)]
struct Ours {
    format: String,
    last_block: u32,
    fee: String,
    storage_deposit: String,
    storage_deposit_limit: String,
    ref_time_ps: u64,
    proof_size_bytes: u64,
    ref_time_limit_ps: u64,
    proof_size_limit_bytes: u64,
    extra: String,
    additional: String,
}

/// A call of a contract as transactions carry it: indices, kind of address, account, value, limits, message.
type Method = ([u8; 2], u8, [u8; 32], Compact<u128>, Weights, Option<Compact<u128>>, Vec<u8>);
type Weights = (Compact<u64>, Compact<u64>);

impl Called {
    /// Reads the method of a transaction. Nothing where that is no call of a contract.
    pub fn read(method: &[u8]) -> Option<Self> {
        match Method::decode_all(&mut &*method).ok()? {
            // The kind of address that names an account.
            (_, 0, contract, value, _, _, data) => {
                Some(Self { contract: AccountId::from(contract), value: value.0, data })
            }
            _ => None,
        }
    }
}

/// The file for a call.
pub fn document(interface: &Interface, unsigned: &Unsigned, called: &Called) -> Value {
    let (run, limits) = (&unsigned.rehearsal, &unsigned.limits);
    let mut document = unsigned.payload_json();
    document["orch"] = json!({
        "format": FORMAT,
        "message": interface.name(&called.data), "arguments": interface.arguments(&called.data),
        "caller": address(&unsigned.account), "contract": address(&called.contract),
        "value": called.value.to_string(), "fee": run.fee.to_string(),
        "storage_deposit": run.storage_deposit.to_string(),
        "storage_deposit_limit": limits.storage_deposit.to_string(),
        "last_block": unsigned.last_block,
        "ref_time_ps": run.weight.ref_time, "proof_size_bytes": run.weight.proof_size,
        "ref_time_limit_ps": limits.weight.ref_time, "proof_size_limit_bytes": limits.weight.proof_size,
        "extra": hex_of(&unsigned.extra), "additional": hex_of(&unsigned.additional),
    });
    document
}

/// Reads a call that waits for its signature. What it does is read from what is signed, not from what the file says.
pub fn read(path: &Path) -> Result<(Unsigned, Called), Failure> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::Input(format!("cannot read {name} ({error}): check the name and that you may read it"))
    })?;
    parse(&text).map_err(|reason| {
        Failure::Input(format!(
            "{name} is no call that orch has written ({reason}): write it with --unsigned"
        ))
    })
}

fn parse(text: &str) -> Result<(Unsigned, Called), String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let fields = Fields::deserialize(&document).map_err(|error| error.to_string())?;
    let ours = &fields.orch;
    if ours.format != FORMAT {
        return Err(format!("its format is \"{}\", not \"{FORMAT}\"", ours.format));
    }
    let weight = |ref_time, proof_size| Weight { ref_time, proof_size };
    let method = bytes("method", &fields.method)?;
    let unsigned = Unsigned {
        account: parse_address(&fields.address).map_err(|error| error.to_string())?,
        extra: bytes("extra", &ours.extra)?,
        additional: bytes("additional", &ours.additional)?,
        nonce: number("nonce", &fields.nonce)?,
        era: bytes("era", &fields.era)?,
        birth: Block {
            number: narrow("blockNumber", &fields.block_number)?,
            hash: hash("blockHash", &fields.block_hash)?,
        },
        last_block: ours.last_block,
        genesis: hash("genesisHash", &fields.genesis_hash)?,
        spec_version: narrow("specVersion", &fields.spec_version)?,
        transaction_version: narrow("transactionVersion", &fields.transaction_version)?,
        extensions: fields.signed_extensions,
        limits: Limits {
            weight: weight(ours.ref_time_limit_ps, ours.proof_size_limit_bytes),
            storage_deposit: decimal("storage_deposit_limit", &ours.storage_deposit_limit)?,
        },
        rehearsal: DryRun {
            weight: weight(ours.ref_time_ps, ours.proof_size_bytes),
            weight_limit: weight(ours.ref_time_limit_ps, ours.proof_size_limit_bytes),
            storage_deposit: decimal("storage_deposit", &ours.storage_deposit)?,
            fee: decimal("fee", &ours.fee)?,
            ..DryRun::default()
        },
        method,
    };
    // What people are shown of limits and times must be what is signed.
    let limits = limits(&unsigned.method).ok_or("method is no call of a contract")?;
    if (limits.weight, limits.storage_deposit) != (unsigned.limits.weight, unsigned.limits.storage_deposit) {
        return Err("its limits were changed".to_owned());
    }
    if last_block(&unsigned.era, unsigned.birth.number) != Some(unsigned.last_block) {
        return Err("last_block was changed".to_owned());
    }
    // What the wallet was shown must be what is signed.
    let Value::Object(shown) = unsigned.payload_json() else { return Err("it has no fields".to_owned()) };
    if let Some((field, _)) = shown.iter().find(|(name, value)| document.get(name.as_str()) != Some(value)) {
        return Err(format!("{field} was changed"));
    }
    let called = Called::read(&unsigned.method).ok_or("method is no call of a contract")?;
    Ok((unsigned, called))
}

/// The limits that a method carries.
fn limits(method: &[u8]) -> Option<Limits> {
    let (_, 0, _, _, (ref_time, proof_size), deposit, _) = Method::decode_all(&mut &*method).ok()? else {
        return None;
    };
    let weight = Weight { ref_time: ref_time.0, proof_size: proof_size.0 };
    Some(Limits { weight, storage_deposit: deposit?.0 })
}

/// The last block for which a call is valid that was written at block `birth`: two bytes tell the period, of which the
/// low four bits are the power of two less one.
fn last_block(era: &[u8], birth: u32) -> Option<u32> {
    let [low, _] = era else { return None };
    let period = 2_u32.checked_shl(u32::from(low % 16))?;
    birth.checked_add(period)?.checked_sub(1)
}

fn hex_of(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn bytes(field: &str, digits: &str) -> Result<Vec<u8>, String> {
    let read = digits.strip_prefix("0x").and_then(|x| hex::decode(x).ok());
    read.ok_or_else(|| format!("{field} is not 0x and hexadecimal digits"))
}

fn hash(field: &str, digits: &str) -> Result<Hash, String> {
    let bytes: [u8; 32] =
        bytes(field, digits)?.try_into().map_err(|_| format!("{field} has not 32 bytes"))?;
    Ok(Hash::from(bytes))
}

fn number(field: &str, digits: &str) -> Result<u64, String> {
    let read = digits.strip_prefix("0x").and_then(|x| u64::from_str_radix(x, 16).ok());
    read.ok_or_else(|| format!("{field} is no number"))
}

fn narrow(field: &str, digits: &str) -> Result<u32, String> {
    number(field, digits)?.try_into().map_err(|_| format!("{field} is too large"))
}

fn decimal<T: std::str::FromStr>(field: &str, digits: &str) -> Result<T, String> {
    digits.parse().map_err(|_| format!("{field} is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elsewhere::sample;

    fn called() -> Called {
        let contract = AccountId::from(sample::CONTRACT);
        Called { contract, value: sample::VALUE, data: sample::DATA.to_vec() }
    }

    fn written() -> Value {
        let unsigned = sample::unsigned(sample::method(&sample::DATA));
        document(&Interface::built().unwrap(), &unsigned, &called())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let unsigned = sample::unsigned(sample::method(&sample::DATA));
        let (read, call) = parse(&written().to_string()).unwrap();
        let rehearsal = DryRun { weight_limit: unsigned.limits.weight, ..unsigned.rehearsal.clone() };
        assert_eq!(read, Unsigned { rehearsal, ..unsigned });
        assert_eq!(call, called());
    }

    #[test]
    fn the_file_has_the_fields_that_polkadot_js_takes() {
        let mut expected: Value = serde_json::from_str(sample::PAYLOAD).unwrap();
        expected["method"] = json!(hex_of(&sample::method(&sample::DATA)));
        let mut written = written();
        written.as_object_mut().unwrap().remove("orch");
        assert_eq!(written, expected);
    }

    #[test]
    fn the_file_tells_people_what_they_sign() {
        let ours = &written()["orch"];
        let account = address(&AccountId::from([3; 32]));
        assert_eq!(
            (&ours["message"], &ours["arguments"]),
            (&json!("deposit_for"), &json!({"account": account}))
        );
        assert_eq!(ours["caller"], sample::signer().address());
        assert_eq!(ours["contract"], address(&AccountId::from(sample::CONTRACT)));
        assert_eq!((&ours["value"], &ours["fee"]), (&json!("5000000000000"), &json!("1234567890")));
        assert_eq!((&ours["storage_deposit"], &ours["last_block"]), (&json!("-300000000000"), &json!(516)));
    }

    #[test]
    fn a_file_whose_fields_are_not_those_that_are_signed_is_refused() {
        for (field, value) in
            [("tip", "0x01"), ("mode", "1"), ("version", "5"), ("withSignedTransaction", "false")]
        {
            let mut changed = written();
            changed[field] = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            assert_eq!(parse(&changed.to_string()).unwrap_err(), format!("{field} was changed"));
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_the_reason() {
        let change = |change: &dyn Fn(&mut Value)| {
            let mut changed = written();
            change(&mut changed);
            parse(&changed.to_string()).unwrap_err()
        };
        assert!(parse("no JSON").is_err() && parse("{}").is_err() && parse("[]").is_err());
        assert!(change(&|x| drop(x.as_object_mut().unwrap().remove("orch"))).contains("orch"));
        assert!(change(&|x| x["orch"]["format"] = json!("orch call 2")).contains("format"));
        assert!(change(&|x| x["method"] = json!("0x0806")).contains("no call of a contract"));
        assert!(change(&|x| x["method"] = json!("0806")).contains("method"));
        assert!(change(&|x| x["genesisHash"] = json!("0xaa")).contains("genesisHash"));
        assert!(change(&|x| x["nonce"] = json!("nine")).contains("nonce"));
        assert!(change(&|x| x["specVersion"] = json!("0x100000000")).contains("specVersion"));
        assert!(change(&|x| x["address"] = json!("5Grwva")).contains("address"));
        assert!(change(&|x| x["orch"]["fee"] = json!("-1")).contains("fee"));
    }

    #[test]
    fn a_method_that_calls_no_contract_is_none() {
        let method = sample::method(&sample::DATA);
        assert_eq!(Called::read(&method), Some(called()));
        let other_kind_of_address = [&method[..2], &[1], &method[3..]].concat();
        for wrong in [&method[..method.len() - 1], &[&method[..], &[0]].concat(), &other_kind_of_address, &[]]
        {
            assert_eq!(Called::read(wrong), None);
        }
    }
}
