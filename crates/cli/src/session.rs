//! Which contract on which chain a command is about, and what it does there.

use std::{fs, path::PathBuf, thread, time::Duration};

use orchestrator::OrchestratorRef;
use orchestrator_chain::{
    at, ensure_code, parse_address, AccountId, BuilderOf, ChainError, ContractEvent, Embedded, Hash, Ledger,
    Message, NodeLedger, Options, StateError,
};

use crate::{
    amount::{Amount, Token},
    failure::Failure,
    interface::{Interface, Told},
    output::{self, Teller},
    signing::Signing,
};

/// How often a file that another process has open is tried again.
const TRIES: u32 = 50;
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Which chain, and which contract on it.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Chain")]
pub struct Place {
    /// State file of a chain inside this process; `orch deploy` makes it
    #[arg(long, global = true, value_name = "FILE", env = "ORCH_CHAIN")]
    pub chain: Option<PathBuf>,
    /// Node of a chain with pallet-contracts, such as ws://127.0.0.1:9944
    #[arg(long, global = true, value_name = "URL", env = "ORCH_URL")]
    pub url: Option<String>,
    /// Address of the market's contract
    #[arg(long, global = true, value_name = "ADDR", env = "ORCH_CONTRACT")]
    pub contract: Option<String>,
    /// Metadata of the contract, where its code was built elsewhere and is not the code in this program
    #[arg(long, global = true, value_name = "FILE", env = "ORCH_METADATA")]
    pub metadata: Option<PathBuf>,
    /// Print JSON and nothing else
    #[arg(long, global = true)]
    pub output_json: bool,
}

/// A chain of either sort.
pub enum Chain {
    /// Inside this process, in a file.
    Embedded(Embedded),
    /// Behind a node.
    Node(NodeLedger),
}

/// The messages of the contract.
pub type Market = BuilderOf<OrchestratorRef>;

/// A contract on a chain.
pub struct Session {
    pub chain: Chain,
    pub contract: AccountId,
    pub market: Market,
    pub interface: Interface,
    pub token: Token,
    pub teller: Teller,
}

impl Chain {
    pub fn ledger(&self) -> &dyn Ledger {
        match self {
            Self::Embedded(x) => x,
            Self::Node(x) => x,
        }
    }

    pub fn ledger_mut(&mut self) -> &mut dyn Ledger {
        match self {
            Self::Embedded(x) => x,
            Self::Node(x) => x,
        }
    }

    /// Name and decimals of its token.
    pub fn token(&self) -> Token {
        match self {
            Self::Embedded(_) => Token::default(),
            Self::Node(x) => Token { symbol: x.chain().token.clone(), decimals: x.chain().decimals },
        }
    }

    /// Keeps calls to the storage deposit that was typed; tells it in planks.
    pub fn limit(&mut self, signing: &Signing) -> Result<Option<u128>, Failure> {
        let Some(typed) = &signing.storage_deposit_limit else { return Ok(None) };
        let limit = typed.planks(&self.token())?;
        match self {
            Self::Node(node) => {
                node.set_options(Options { storage_deposit_limit: Some(limit), ..node.options().clone() });
                Ok(Some(limit))
            }
            Self::Embedded(_) => Err(Failure::input(
                "--storage-deposit-limit needs a node: the chain in a file takes what the call needs",
            )),
        }
    }

    /// What an account must hold to exist, in planks.
    pub fn existential_deposit(&self) -> u128 {
        match self {
            Self::Embedded(_) => orchestrator_chain::runtime::EXISTENTIAL_DEPOSIT,
            Self::Node(x) => x.chain().existential_deposit,
        }
    }
}

impl Place {
    /// Opens the chain. A state file that is not there is made only if `make` says so.
    pub fn open(&self, make: bool) -> Result<Chain, Failure> {
        match (&self.chain, &self.url) {
            (Some(_), Some(_)) => Err(Failure::input(
                "name the chain once: with --chain (or ORCH_CHAIN) or with --url (or ORCH_URL)",
            )),
            (None, None) => Err(Failure::input(
                "name the chain: --chain FILE for one inside this program, or --url ws://… for a node's",
            )),
            (None, Some(url)) => Ok(Chain::Node(NodeLedger::connect(url)?)),
            (Some(path), None) if !make && !path.is_file() => Err(Failure::Input(format!(
                "there is no file {}: check the name, or make the chain with `orch deploy`",
                path.display()
            ))),
            (Some(path), None) => {
                for _ in 0..TRIES {
                    match Embedded::open(path) {
                        Err(ChainError::State(StateError::InUse(_))) => thread::sleep(TRY_AGAIN),
                        opened => return Ok(Chain::Embedded(opened?)),
                    }
                }
                Err(Failure::input(StateError::InUse(path.clone())))
            }
        }
    }

    /// Opens chain and contract. Refuses an address without a contract, and one whose code is another than this
    /// program knows.
    pub fn session(&self) -> Result<Session, Failure> {
        let Some(contract) = &self.contract else {
            return Err(Failure::input("name the contract: --contract ADDR, or set ORCH_CONTRACT"));
        };
        let contract = read_address(contract)?;
        let interface = self.interface()?;
        let chain = self.open(false)?;
        ensure_code(chain.ledger(), contract, &[Hash::from(interface.code_hash())])?;
        let token = chain.token();
        Ok(Session {
            chain,
            contract,
            market: at::<OrchestratorRef>(contract),
            interface,
            token,
            teller: Teller::new(self.output_json),
        })
    }

    /// What the contract's metadata says. Refuses metadata whose messages, events or types are others than those that
    /// this program was built with: it would sign what it does not understand.
    fn interface(&self) -> Result<Interface, Failure> {
        let built = Interface::built()?;
        let Some(path) = &self.metadata else { return Ok(built) };
        let name = path.display();
        let file = fs::read_to_string(path).map_err(|error| {
            Failure::Input(format!("cannot read {name} ({error}): check the name and that you may read it"))
        })?;
        let named = Interface::read(&file)?;
        if named.fits(&built) {
            Ok(named)
        } else {
            Err(Failure::Input(format!(
                "{name} describes another version of the contract: use the orch of that version"
            )))
        }
    }
}

impl Session {
    /// What a view answers, for programs and people.
    pub fn view(&self, message: impl Message) -> Result<Told, Failure> {
        let (contract, value, data) = message.parts();
        let run = self.chain.ledger().dry_run(contract, contract, value, &data)?;
        if run.reverted {
            return Err(refused(&run.output));
        }
        self.interface.answer(&data, &run.output).ok_or_else(|| ChainError::UnreadableAnswer(contract).into())
    }

    /// Prints what a view answers: JSON for programs, names and values for people.
    pub fn show(&self, title: &str, message: impl Message) -> Result<(), Failure> {
        self.print(title, &self.view(message)?)
    }

    /// Prints what [`Session::view`] told.
    pub fn print(&self, title: &str, told: &Told) -> Result<(), Failure> {
        if self.teller.is_quiet() {
            return Ok(output::json(told)?);
        }
        if *told == Told::Nothing {
            return Err(Failure::Outcome(format!(
                "there is no {title}: it was closed, or the number is wrong"
            )));
        }
        self.teller.line(title)?;
        let rows = told.rows(&self.token).into_iter();
        let rows: Vec<_> =
            rows.map(|(name, x)| (if name.is_empty() { "is".to_owned() } else { name }, x)).collect();
        Ok(self.teller.rows(&rows)?)
    }

    /// What a view answers, as the compiler knows it.
    pub fn ask<M: Message>(&self, message: M) -> Result<M::Answer, Failure> {
        use orchestrator_chain::Typed;
        Ok(self.chain.ledger().ask(self.contract, message)?)
    }

    /// Lets time go by. A chain in a file is let go of meanwhile, so that others can write to it.
    pub fn wait(self, place: &Place, ms: u64) -> Result<Self, Failure> {
        let time = Duration::from_millis(ms);
        match self.chain {
            Chain::Node(_) => {
                thread::sleep(time);
                Ok(self)
            }
            Chain::Embedded(_) => {
                drop(self);
                thread::sleep(time);
                place.session()
            }
        }
    }

    /// An amount that was typed, in planks.
    pub fn planks(&self, amount: &Amount) -> Result<u128, Failure> {
        amount.planks(&self.token)
    }

    /// An event of the contract with its name, or as bytes where the metadata does not know it.
    pub fn event(&self, event: &ContractEvent) -> (String, Told) {
        match self.interface.event(event) {
            Some((name, fields)) => (name.to_owned(), fields),
            None => ("unknown".to_owned(), Told::Bytes(event.data.clone())),
        }
    }
}

/// An address that was typed.
pub fn read_address(text: &str) -> Result<AccountId, Failure> {
    parse_address(text).map_err(Failure::input)
}

/// A refusal by the contract, as the sentence of its error.
pub fn refused(output: &[u8]) -> Failure {
    use orchestrator::domain::Error;
    use scale::DecodeAll;
    match <Result<Result<(), Error>, ()>>::decode_all(&mut &*output) {
        Ok(Ok(Err(error))) => Failure::Outcome(format!(
            "the contract refused: {} ({error:?})",
            orchestrator_market::parties::sentence(error)
        )),
        _ => Failure::outcome(
            "the contract refused without a reason that this program knows: check address and version",
        ),
    }
}
