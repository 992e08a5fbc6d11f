//! Who takes part: an operator who deploys, the treasury, providers, a consumer and a reporter.

use std::path::{Path, PathBuf};

use orchestrator::OrchestratorRef;
use orchestrator_chain::{AccountId, Ledger, Signer, Typed};
use orchestrator_market::{
    parties::{Consumer, Party, Provider, Reporter},
    ConsumerSecret, ReplicaStore,
};

use crate::{
    demo::{claim::equal, input::Input},
    failure::Failure,
};

/// Keeps the demo's contract apart from others of the same deployer.
const SALT: &[u8] = b"orch demo";
/// The operator's key, known to everybody: on an embedded chain it guards nothing.
const OPERATOR: &str = "//orch-demo//operator";

/// Everybody who takes part.
pub struct Cast {
    pub operator: Party,
    pub treasury: Party,
    pub providers: Vec<(String, Provider)>,
    pub consumer: Consumer,
    /// All that the consumer has to keep.
    pub phrase: String,
    pub reporter: Reporter,
    /// Names and accounts of all, in the order of the tables.
    pub names: Vec<(String, AccountId)>,
}

/// Refuses a chain on which the demo has run before.
pub fn ensure_new<L: Ledger>(chain: &L, path: Option<&Path>) -> Result<(), Failure> {
    let found = chain.balance(Signer::from_suri(OPERATOR)?.account())?;
    if found.free == 0 && found.reserved == 0 {
        return Ok(());
    }
    let path = path.map_or_else(|| "the chain".to_owned(), |x| x.display().to_string());
    Err(Failure::Input(format!("{path} holds the contract of an earlier demo: name a new --chain file")))
}

/// Keys of all who will take part, in the order of the tables. The consumer's is fresh, the others are known to
/// everybody.
pub struct Keys {
    phrase: String,
    signers: Vec<(String, Signer)>,
}

impl Keys {
    pub fn new(providers: u8) -> Result<Self, Failure> {
        let phrase = format!("0x{}", hex::encode(rand::random::<[u8; 32]>()));
        let mut signers = vec![("consumer".to_owned(), Signer::from_suri(&phrase)?)];
        for n in 1..=providers {
            signers
                .push((format!("provider {n}"), Signer::from_suri(&format!("//orch-demo//provider//{n}"))?));
        }
        signers.push(("reporter".to_owned(), Signer::from_suri("//orch-demo//reporter")?));
        signers.push(("treasury".to_owned(), Signer::from_suri("//orch-demo//treasury")?));
        signers.push(("operator".to_owned(), Signer::from_suri(OPERATOR)?));
        Ok(Self { phrase, signers })
    }

    pub fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.signers.iter().map(|(_, signer)| signer.account())
    }
}

impl Cast {
    /// Deploys the contract and gives everybody their place at it.
    pub fn assemble<L: Ledger>(ledger: &mut L, keys: Keys, input: &Input) -> Result<Self, Failure> {
        let signer = |name: &str| -> Result<&Signer, Failure> {
            let found = keys.signers.iter().find(|(x, _)| x == name);
            found
                .map(|(_, signer)| signer)
                .ok_or_else(|| Failure::Outcome(format!("nobody is called {name}")))
        };
        let treasury = signer("treasury")?;
        let constructor = OrchestratorRef::new(treasury.account());
        let made = ledger
            .create(signer("operator")?, orchestrator_bundle::WASM, constructor, 0, SALT)
            .map_err(Failure::outcome)?;
        equal(ledger.code_hash(made.contract)?, Some(made.code_hash), "the code of the contract")?;

        let party = |signer: &Signer| Party::new(signer.clone(), made.contract);
        let mut providers = Vec::new();
        for (name, signer) in keys.signers.iter().filter(|(name, _)| name.starts_with("provider ")) {
            let store = ReplicaStore::open(input.folder.join(name.replace(' ', "-")))?;
            providers.push((name.clone(), Provider::new(party(signer), store)));
        }
        let folder = input.folder.join("consumer");
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::Input(format!("cannot use {} ({error}): name another --dir", folder.display()))
        })?;
        Ok(Self {
            operator: party(signer("operator")?),
            treasury: party(treasury),
            consumer: consumer(&keys.phrase, made.contract, folder)?,
            reporter: Reporter::new(party(signer("reporter")?)),
            providers,
            phrase: keys.phrase,
            names: keys.signers.into_iter().map(|(name, signer)| (name, signer.account())).collect(),
        })
    }

    /// What an account is called.
    pub fn name(&self, account: AccountId) -> &str {
        self.names.iter().find(|(_, x)| *x == account).map_or("somebody", |(name, _)| name)
    }

    /// The provider with this account.
    pub fn provider(&self, account: AccountId) -> Result<&Provider, Failure> {
        let found = self.providers.iter().find(|(_, x)| x.party().account() == account);
        found.map(|(_, x)| x).ok_or_else(|| Failure::Outcome("a placement is with a stranger".to_owned()))
    }
}

/// A consumer who has nothing but a phrase and the market's address.
pub fn consumer(phrase: &str, contract: AccountId, folder: PathBuf) -> Result<Consumer, Failure> {
    let secret = ConsumerSecret::from_phrase(phrase.as_bytes())?;
    Ok(Consumer::new(Party::new(Signer::from_suri(phrase)?, contract), secret, folder))
}
