//! Calls that are signed elsewhere: by a wallet that reads a file, or by one that reads a QR code.

mod answer;
mod file;
mod new_file;
mod qr;
#[cfg(test)]
mod sample;
pub mod submission;
mod uos;

use std::{
    env,
    path::{Path, PathBuf},
};

use orchestrator_chain::{address, Action, ChainError, Unsigned};
use serde_json::json;
use sha2::Digest;

use crate::{
    acting::Call,
    args::Common,
    failure::Failure,
    output,
    session::{refused, Chain, Session},
};
use file::Called;
use new_file::NewFile;
use qr::Code;

/// Where a call goes that waits for its signature. The file is written with every code: without it nothing could put
/// the signature to the call.
struct Plan {
    file: PathBuf,
    /// The picture of the code, or none where it goes to the terminal.
    code: Option<Option<PathBuf>>,
}

/// Writes a call for a wallet, as a file and, where that was asked for, as a QR code.
pub fn write(session: &mut Session, common: &Common, call: &Call<'_>) -> Result<(), Failure> {
    let Chain::Node(node) = &mut session.chain else {
        return Err(Failure::input(
            "on a chain in a file nothing is signed elsewhere: sign with --suri or --keystore and -x, or name a node \
             with --url",
        ));
    };
    node.set_options(node.options().clone().signed_elsewhere());
    let action = Action::Call { contract: call.contract, value: call.value, data: call.data };
    let unsigned = match node.prepare(call.caller, &action) {
        Err(ChainError::Reverted { output, .. }) => return Err(refused(&output)),
        prepared => prepared?,
    };
    let message = session.interface.name(call.data).unwrap_or("call");
    let plan = Plan::new(common, message, &unsigned)?;
    let bytes = plan.code.is_some().then(|| uos::code(&unsigned)).transpose()?;
    let code = bytes.as_deref().map(Code::new).transpose()?;
    let drawn = code.as_ref().filter(|_| plan.code == Some(None) && !common.place.output_json);
    if let Some(code) = drawn {
        ensure_width(code, terminal_columns())?;
    }
    plan.keep(session, call, &unsigned, code.as_ref())?;
    if common.place.output_json {
        return Ok(output::json(&json!({
            "executed": false, "message": message, "arguments": session.interface.arguments(call.data),
            "caller": address(&call.caller), "value": call.value.to_string(),
            "fee": unsigned.rehearsal.fee.to_string(),
            "storage_deposit": unsigned.rehearsal.storage_deposit.to_string(),
            "storage_deposit_limit": unsigned.limits.storage_deposit.to_string(),
            "last_block": unsigned.last_block, "unsigned": plan.file,
            "qr": plan.code.as_ref().and_then(Option::as_ref),
            "qr_bytes": bytes.map(|bytes| format!("0x{}", hex::encode(bytes))),
        }))?);
    }
    if let Some(code) = drawn {
        draw(session, code)?;
    }
    tell(session, common, call, &unsigned, &plan)
}

impl Plan {
    fn new(common: &Common, message: &str, unsigned: &Unsigned) -> Result<Self, Failure> {
        let (named, code) = (&common.signing.unsigned, &common.signing.qr);
        if let Some(Some(png)) = code {
            if !png.extension().is_some_and(|x| x.eq_ignore_ascii_case("png")) {
                return Err(Failure::Input(format!(
                    "the picture of a QR code is a PNG file, and {} is no such name: write --qr=NAME.png, or --qr \
                     behind everything else to see the code here",
                    png.display()
                )));
            }
        }
        let file = match (named, code) {
            (Some(file), _) => file.clone(),
            (None, Some(Some(png))) => png.with_extension("json"),
            (None, _) => PathBuf::from(default_name(message, unsigned)),
        };
        Ok(Self { file, code: code.clone() })
    }

    /// Writes what there is to write. All of it is ready before any of it gets its name.
    fn keep(
        &self,
        session: &Session,
        call: &Call<'_>,
        unsigned: &Unsigned,
        code: Option<&Code>,
    ) -> Result<(), Failure> {
        let called = Called { contract: call.contract, value: call.value, data: call.data.to_vec() };
        let document = file::document(&session.interface, unsigned, &called);
        let text = format!("{document:#}\n");
        let file = NewFile::prepare(&self.file, text.as_bytes())?;
        let picture = match (&self.code, code) {
            (Some(Some(path)), Some(code)) => {
                let png =
                    code.png().map_err(|error| Failure::Outcome(format!("cannot draw the code: {error}")))?;
                Some(NewFile::prepare(path, &png)?)
            }
            _ => None,
        };
        file.keep()?;
        picture.map_or(Ok(()), NewFile::keep)
    }
}

/// A name that no other call has.
fn default_name(message: &str, unsigned: &Unsigned) -> String {
    let digest: [u8; 32] = sha2::Sha256::digest(unsigned.payload()).into();
    format!("{message}-{}.json", hex::encode(&digest[..4]))
}

/// Columns of the terminal, where the output goes to one.
fn terminal_columns() -> Option<usize> {
    comfy_table::Table::new().width().map(usize::from)
}

fn ensure_width(code: &Code, columns: Option<usize>) -> Result<(), Failure> {
    let (needed, rows) = (code.columns(), code.columns().div_ceil(2));
    match columns {
        Some(columns) if columns < needed => Err(Failure::Input(format!(
            "the terminal has {columns} columns, and the code takes {needed} and {rows} lines: make the letters \
             smaller, or write a picture with --qr=NAME.png"
        ))),
        _ => Ok(()),
    }
}

/// Black on white whatever the terminal's colours are, for not every reader takes a code the other way around; without
/// colours where the output goes elsewhere.
fn draw(session: &Session, code: &Code) -> Result<(), Failure> {
    for line in code.lines() {
        session.teller.line(&match terminal_columns() {
            Some(_) => format!("\x1b[38;5;16;48;5;231m{line}\x1b[0m"),
            None => line,
        })?;
    }
    Ok(())
}

fn tell(
    session: &Session,
    common: &Common,
    call: &Call<'_>,
    unsigned: &Unsigned,
    plan: &Plan,
) -> Result<(), Failure> {
    let (teller, token) = (&session.teller, &session.token);
    let name = session.interface.name(call.data).unwrap_or("an unknown message");
    let block = session.chain.ledger().block_number()?;
    teller.line(&format!("{name} waits for the signature of {}:", address(&call.caller)))?;
    let mut rows = session.arguments(call);
    if call.value > 0 {
        rows.push(("sends along".to_owned(), token.text(call.value)));
    }
    rows.push(("fee".to_owned(), token.text(unsigned.rehearsal.fee)));
    let deposit = token.signed(unsigned.rehearsal.storage_deposit);
    rows.push((
        "storage deposit".to_owned(),
        format!("{deposit}, and never more than {}", token.text(unsigned.limits.storage_deposit)),
    ));
    rows.push(("last block".to_owned(), format!("{}; the newest is {block}", unsigned.last_block)));
    rows.push(("file".to_owned(), plan.file.display().to_string()));
    if let Some(Some(png)) = &plan.code {
        rows.push(("QR code".to_owned(), png.display().to_string()));
    }
    teller.rows(&rows)?;
    teller.line(match plan.code {
        Some(_) => "Scan the code with Polkadot Vault and sign, then send what it shows:",
        None => "Have a wallet sign the file, then send what it gives:",
    })?;
    let url = match &common.place.url {
        Some(url) if env::var_os("ORCH_URL").is_none() => format!(" --url {url}"),
        _ => String::new(),
    };
    teller.line(&format!("  orch tx submit {}{url} --signature 0x… -x", quoted(&plan.file)))?;
    Ok(())
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let name = path.display().to_string();
    let plain = |x: char| x.is_alphanumeric() || "/._-+~".contains(x);
    if name.chars().all(plain) {
        name
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use orchestrator::{
        domain::{Order, Replica},
        OrchestratorRef,
    };
    use orchestrator_chain::{at, AccountId, Message};

    use super::*;

    /// An order of so many replicas whose data is known, with everything in it that can be.
    fn order(replicas: usize) -> Vec<u8> {
        let replica = |number| Replica { unit: u64::MAX, root: [number as u8; 32], chunks: 1 << 30 };
        let account = || Some(AccountId::from([9; 32]));
        let order = Order {
            replicas: (0..replicas).map(replica).collect(),
            capacity: u64::MAX,
            term_ms: u64::MAX,
            challenger: account(),
            referrer: account(),
            manifest: vec![0x2f; 256],
            max_price: u128::MAX,
            choice: None,
        };
        let mut market = at::<OrchestratorRef>(AccountId::from(sample::CONTRACT));
        market.reserve(order).parts().2
    }

    #[test]
    fn the_largest_reservation_fits_into_one_code_and_is_signed_from_it() {
        let unsigned = sample::unsigned(sample::method(&order(20)));
        let bytes = uos::code(&unsigned).unwrap();
        assert_eq!(bytes.len(), 1_529, "of {} bytes", qr::MOST_BYTES);
        let code = Code::new(&bytes).unwrap();
        let [read] = qr::tests::from_png(&code.png().unwrap()).try_into().unwrap();
        // A phone signs what it has read, between the public key and the genesis hash, without the method's length.
        let mut rest = &read[35..read.len() - 32];
        let method: Vec<u8> = scale::Decode::decode(&mut rest).unwrap();
        assert_eq!(Called::read(&method).unwrap().data, order(20));
        let seen = Unsigned { method, extra: rest.to_vec(), additional: Vec::new(), ..unsigned.clone() };
        let signature = sample::signer().sign(&seen.message());
        assert!(unsigned.sign_with(&signature).is_ok());
    }

    #[test]
    fn a_code_that_is_wider_than_the_terminal_is_refused_with_its_size() {
        let code = Code::new(&[0; 1_000]).unwrap();
        let columns = code.columns();
        assert!(ensure_width(&code, Some(columns)).is_ok() && ensure_width(&code, None).is_ok());
        let Err(Failure::Input(sentence)) = ensure_width(&code, Some(columns - 1)) else { panic!("it fits") };
        assert!(
            sentence.contains(&format!("takes {columns}")) && sentence.contains("--qr=NAME.png"),
            "{sentence}"
        );
    }

    #[test]
    fn a_path_is_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted(Path::new("a/b-1.json")), "a/b-1.json");
        assert_eq!(quoted(Path::new("my call.json")), "'my call.json'");
        assert_eq!(quoted(Path::new("it's.json")), r"'it'\''s.json'");
    }
}
