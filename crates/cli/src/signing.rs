//! Who signs, and whether.

use std::{
    cell::OnceCell,
    env, fs,
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
};

use orchestrator_chain::{AccountId, Signer};

use crate::{amount::Amount, failure::Failure, session::read_address};

/// Where the password of a keystore file may stand instead of being asked for.
const PASSWORD: &str = "ORCH_PASSWORD";

/// How a call is signed. Without -x nothing is.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Signing")]
pub struct Signing {
    /// Do it: sign and send. Without it the call is only tried, and nothing changes
    #[arg(short = 'x', long, global = true)]
    pub execute: bool,
    /// Do not ask before signing
    #[arg(short = 'y', long, global = true, requires = "execute")]
    pub skip_confirm: bool,
    /// Secret of the account: mnemonic, 0x seed or //Path; better in ORCH_SURI than where others can see it
    #[arg(long, global = true, value_name = "SURI", env = "ORCH_SURI", hide_env_values = true)]
    pub suri: Option<String>,
    /// Key file of polkadot.js; its password is asked for, or stands in ORCH_PASSWORD
    #[arg(long, global = true, value_name = "FILE", env = "ORCH_KEYSTORE")]
    pub keystore: Option<PathBuf>,
    /// Address of the account, where it signs elsewhere or the call is only tried
    #[arg(long, global = true, value_name = "ADDR", env = "ORCH_ACCOUNT")]
    pub account: Option<String>,
    /// Write the call to this new file, for a wallet to sign and `orch tx submit` to send
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "execute")]
    pub unsigned: Option<PathBuf>,
    /// Show the call as a QR code for Polkadot Vault, in the terminal or in this new PNG file
    #[arg(long, global = true, value_name = "PNG", require_equals = true, conflicts_with = "execute")]
    pub qr: Option<Option<PathBuf>>,
    /// Most storage deposit that the call may take, in tokens; somewhat more than the dry run says if not told
    #[arg(long, global = true, value_name = "AMOUNT")]
    pub storage_deposit_limit: Option<Amount>,
    /// The key, once it was read: a password is asked for once.
    #[arg(skip)]
    read: OnceCell<Option<Signer>>,
}

impl Signing {
    /// The key, if one was named.
    fn key(&self) -> Result<Option<Signer>, Failure> {
        if let Some(key) = self.read.get() {
            return Ok(key.clone());
        }
        let key = self.read_key()?;
        Ok(self.read.get_or_init(|| key).clone())
    }

    fn read_key(&self) -> Result<Option<Signer>, Failure> {
        match (&self.suri, &self.keystore) {
            (Some(_), Some(_)) => {
                Err(Failure::input("name one key: with --suri (or ORCH_SURI) or with --keystore"))
            }
            (Some(suri), None) => Ok(Some(Signer::from_suri(suri).map_err(Failure::input)?)),
            (None, Some(path)) => {
                let name = path.display();
                let file = fs::read_to_string(path).map_err(|error| {
                    Failure::Input(format!(
                        "cannot read {name} ({error}): check the name and that you may read it"
                    ))
                })?;
                Ok(Some(Signer::from_keystore(&file, &password(&name.to_string())?).map_err(Failure::input)?))
            }
            (None, None) => Ok(None),
        }
    }

    /// The account that a call is tried for, and its key if one was named. Refuses an account that is not the key's.
    pub fn caller(&self) -> Result<(AccountId, Option<Signer>), Failure> {
        let named = self.account.as_deref().map(read_address).transpose()?;
        match (named, self.key()?) {
            (Some(named), Some(key)) if key.account() != named => Err(Failure::Input(format!(
                "the key is that of {}, not of the account named: leave one out",
                key.address()
            ))),
            (_, Some(key)) => Ok((key.account(), Some(key))),
            (Some(named), None) => Ok((named, None)),
            (None, None) => Err(Failure::input(
                "name who calls: --suri or --keystore with its key, or --account ADDR to try it without one",
            )),
        }
    }

    /// The key that signs a call. Refuses where none was named.
    pub fn signer(&self) -> Result<Signer, Failure> {
        self.caller()?.1.ok_or_else(|| {
            Failure::input(
                "there is no key to sign with: name one with --suri or --keystore, or use --unsigned",
            )
        })
    }

    /// Whether the account signs elsewhere.
    pub fn elsewhere(&self) -> bool {
        self.unsigned.is_some() || self.qr.is_some()
    }

    /// Asks whether to go on, unless that was said already.
    pub fn confirm(&self, question: &str) -> Result<(), Failure> {
        if self.skip_confirm {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::input("nobody is there to be asked: add -y to sign without a question"));
        }
        let mut prompt = io::stderr().lock();
        write!(prompt, "{question} [y/N] ")?;
        prompt.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            Ok(())
        } else {
            Err(Failure::outcome("nothing was signed"))
        }
    }
}

fn password(name: &str) -> Result<String, Failure> {
    if let Ok(password) = env::var(PASSWORD) {
        return Ok(password);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Input(format!(
            "nobody is there to be asked for the password: put it into {PASSWORD}"
        )));
    }
    rpassword::prompt_password(format!("Password of {name}: ")).map_err(|error| {
        Failure::Input(format!("cannot read the password ({error}): put it into {PASSWORD}"))
    })
}
