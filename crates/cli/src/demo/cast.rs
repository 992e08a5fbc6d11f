//! Who takes part: an operator who deploys, the treasury, providers, consumers, a reporter, and whom else a story needs.

use std::path::{Path, PathBuf};

use orchestrator::OrchestratorRef;
use orchestrator_chain::{AccountId, Ledger, Signer, Typed};
use orchestrator_market::{
    parties::{Consumer, Party, Provider, Reporter},
    ConsumerSecret, ReplicaStore,
};

use crate::{demo::claim::equal, failure::Failure};

/// Keeps the demo's contract apart from others of the same deployer.
const SALT: &[u8] = b"orch demo";
/// The operator's key, known to everybody: on an embedded chain it guards nothing.
const OPERATOR: &str = "//orch-demo//operator";

/// Everybody who takes part.
pub struct Cast {
    pub contract: AccountId,
    pub operator: Party,
    pub treasury: Party,
    pub providers: Vec<(String, Provider)>,
    pub reporter: Reporter,
    /// Names and accounts of all, in the order of the tables.
    pub names: Vec<(String, AccountId)>,
    keys: Keys,
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

/// Keys of all who will take part, in the order of the tables. The consumers' are fresh, the others are known to
/// everybody.
pub struct Keys {
    /// All that the consumers have to keep, by their names.
    phrases: Vec<(String, String)>,
    /// Names of the providers.
    providers: Vec<String>,
    signers: Vec<(String, Signer)>,
}

impl Keys {
    /// Keys of these consumers, these others and these providers.
    pub fn new(consumers: &[&str], others: &[&str], providers: Vec<String>) -> Result<Self, Failure> {
        let mut keys = Self { phrases: Vec::new(), providers, signers: Vec::new() };
        for name in consumers {
            let phrase = format!("0x{}", hex::encode(rand::random::<[u8; 32]>()));
            keys.signers.push(((*name).to_owned(), Signer::from_suri(&phrase)?));
            keys.phrases.push(((*name).to_owned(), phrase));
        }
        for name in others {
            keys.add(name, &format!("//orch-demo//{name}"))?;
        }
        for (n, name) in (1..).zip(keys.providers.clone()) {
            keys.add(&name, &format!("//orch-demo//provider//{n}"))?;
        }
        keys.add("reporter", "//orch-demo//reporter")?;
        keys.add("treasury", "//orch-demo//treasury")?;
        keys.add("operator", OPERATOR)?;
        Ok(keys)
    }

    pub fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.signers.iter().map(|(_, signer)| signer.account())
    }

    /// Names of so many providers that have no other.
    pub fn numbered(providers: u8) -> Vec<String> {
        (1..=providers).map(|n| format!("provider {n}")).collect()
    }

    fn add(&mut self, name: &str, suri: &str) -> Result<(), Failure> {
        self.signers.push((name.to_owned(), Signer::from_suri(suri)?));
        Ok(())
    }

    fn signer(&self, name: &str) -> Result<&Signer, Failure> {
        named(&self.signers, name)
    }
}

impl Cast {
    /// Deploys the contract and gives everybody their place at it; stores go into `folder`.
    pub fn assemble<L: Ledger>(ledger: &mut L, keys: Keys, folder: &Path) -> Result<Self, Failure> {
        let constructor = OrchestratorRef::new(keys.signer("treasury")?.account());
        let made = ledger
            .create(keys.signer("operator")?, orchestrator_bundle::WASM, constructor, 0, SALT)
            .map_err(Failure::outcome)?;
        equal(ledger.code_hash(made.contract)?, Some(made.code_hash), "the code of the contract")?;

        let party = |signer: &Signer| Party::new(signer.clone(), made.contract);
        let mut providers = Vec::new();
        for name in &keys.providers {
            let store = ReplicaStore::open(store_of(folder, name))?;
            providers.push((name.clone(), Provider::new(party(keys.signer(name)?), store)));
        }
        Ok(Self {
            contract: made.contract,
            operator: party(keys.signer("operator")?),
            treasury: party(keys.signer("treasury")?),
            reporter: Reporter::new(party(keys.signer("reporter")?)),
            providers,
            names: keys.signers.iter().map(|(name, signer)| (name.clone(), signer.account())).collect(),
            keys,
        })
    }

    /// What an account is called.
    pub fn name(&self, account: AccountId) -> &str {
        self.names.iter().find(|(_, x)| *x == account).map_or("somebody", |(name, _)| name)
    }

    /// Who is called so.
    pub fn party(&self, name: &str) -> Result<Party, Failure> {
        Ok(Party::new(self.keys.signer(name)?.clone(), self.contract))
    }

    /// The provider with this account.
    pub fn provider(&self, account: AccountId) -> Result<&Provider, Failure> {
        let found = self.providers.iter().find(|(_, x)| x.party().account() == account);
        found.map(|(_, x)| x).ok_or_else(|| Failure::Outcome("a placement is with a stranger".to_owned()))
    }

    /// The consumer of this name, on a machine with nothing but its phrase, the market's address and an empty `folder`.
    pub fn consumer(&self, name: &str, folder: &Path) -> Result<Consumer, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::Input(format!("cannot use {} ({error}): name another --dir", folder.display()))
        })?;
        let phrase = named(&self.keys.phrases, name)?;
        let secret = ConsumerSecret::from_phrase(phrase.as_bytes())?;
        let party = Party::new(Signer::from_suri(phrase)?, self.contract);
        Ok(Consumer::new(party, secret, folder.to_owned()))
    }

    /// Everybody takes out what is available, and leaves nothing.
    pub fn withdraw<L: Ledger>(
        &self,
        ledger: &mut L,
        mut told: impl FnMut(&str, u128) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        for (name, _) in self.names.iter().filter(|(name, _)| name != "operator") {
            let party = self.party(name)?;
            let amount = party.withdraw_all(ledger)?;
            let left = party.money(ledger)?;
            equal((left.available, left.locked), (0, 0), "what is left in an account")?;
            if amount > 0 {
                told(name, amount)?;
            }
        }
        Ok(())
    }
}

/// Folder with the store of the provider of this name.
pub fn store_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(name.replace(' ', "-"))
}

fn named<'a, T>(all: &'a [(String, T)], name: &str) -> Result<&'a T, Failure> {
    let found = all.iter().find(|(x, _)| x == name).map(|(_, found)| found);
    found.ok_or_else(|| Failure::Outcome(format!("nobody is called {name}")))
}
