//! The stage: a node with the contract on it, parties, and what they send.

use std::{collections::BTreeMap, fs, time::Duration};

use ink::{
    codegen::TraitCallBuilder,
    env::{call::FromAccountId, DefaultEnvironment},
    primitives::{AccountId, MessageResult},
};
use ink_e2e::{
    subxt::{dynamic::Value, error::DispatchError},
    CallBuilderFinal, ChainBackend, Client, ContractsBackend, Keypair, PolkadotConfig, RpcClient,
};
use orchestrator::{domain::Error, OrchestratorRef};
use orchestrator_process::Process;
use scale::{Decode, Encode};
use tempfile::TempDir;

use crate::{Chain, Happened, Outlay, Pace, UNIT};

/// The contract's messages, as the compiler knows them.
pub type At = <OrchestratorRef as TraitCallBuilder>::Builder;
/// A message that is ready to be sent.
pub type Message<Args, R> = CallBuilderFinal<DefaultEnvironment, Args, R>;

/// What every party has outside the contract at the start.
pub const PURSE: u128 = 1_000 * UNIT;

/// What dry runs of messages measure is multiplied by this much more: time goes on between the dry run and the block.
const SPARE_GAS_PERCENT: u64 = 10;

/// Time and size of proof for messages that are sent without a dry run: more than any takes.
const GAS: (u128, u128) = (300_000_000_000, 1_000_000);

/// Somebody with a key and a purse.
#[derive(Clone)]
pub struct Party {
    /// Signs.
    pub key: Keypair,
    /// Its account.
    pub id: AccountId,
}

/// What a dry run has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal<R> {
    /// What the contract answered.
    pub answer: MessageResult<R>,
    /// What would be held for storage.
    pub deposit: u128,
}

/// A node with the contract on it.
pub struct Stage {
    /// The node's storage.
    pub chain: Chain,
    /// The contract.
    pub contract: AccountId,
    /// Has deployed the contract.
    pub admin: Party,
    /// Takes the network fees.
    pub treasury: Party,
    /// What the last transaction has told.
    pub last: Happened,
    pub(crate) pace: Pace,
    client: Client<PolkadotConfig, DefaultEnvironment>,
    at: At,
    node: Process,
    pub(crate) outlays: BTreeMap<AccountId, Outlay>,
    pub(crate) refunds: u128,
    _code: TempDir,
}

impl Stage {
    /// Starts a node by a clock that stands still, and deploys the contract.
    pub async fn open(pace: Pace) -> Self {
        Self::on(Process::start(), pace, &[]).await
    }

    /// Deploys the contract on a node. Of `others`, code that the test will upload, by name.
    pub async fn on(node: Process, pace: Pace, others: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let codes = [("orchestrator", orchestrator_bundle::WASM)].into_iter().chain(others.iter().copied());
        let paths: Vec<_> = codes
            .map(|(name, code)| {
                let path = folder.path().join(name).with_extension("wasm");
                fs::write(&path, code).expect("a temporary folder can be written");
                path
            })
            .collect();
        let rpc = RpcClient::from_url(node.url()).await.expect("the node listens");
        let chain = Chain::new(rpc.clone()).await;
        let mut client = Client::new(rpc, paths).await.expect("the node tells its metadata");
        let [admin, treasury] = [fund(&mut client).await, fund(&mut client).await];
        let mut constructor = OrchestratorRef::new(treasury.id);
        let made = client.instantiate("orchestrator", &admin.key, &mut constructor).submit().await;
        let contract = made.expect("the contract can be deployed").account_id;
        let outlays = [&admin, &treasury].map(|x| (x.id, Outlay::default())).into();
        let mut stage = Self {
            chain,
            contract,
            admin,
            treasury,
            last: Happened::default(),
            pace,
            client,
            at: At::from_account_id(contract),
            node,
            outlays,
            refunds: 0,
            _code: folder,
        };
        stage.observe().await;
        stage
    }

    /// Somebody new, with a purse.
    pub async fn party(&mut self) -> Party {
        let party = fund(&mut self.client).await;
        self.outlays.insert(party.id, Outlay::default());
        assert_eq!(self.chain.account(party.id).await.free, PURSE);
        party
    }

    /// Sends a message that must be accepted. What is told of accounts is compared with what the contract answers.
    pub async fn done<Args, T>(
        &mut self,
        who: &Party,
        message: impl FnOnce(&mut At) -> Message<Args, Result<T, Error>>,
    ) -> T
    where
        Args: Sync + Encode + Clone,
        T: Send + Decode,
    {
        let message = message(&mut self.at);
        let value = *message.clone().params().transferred_value();
        let mut call = self.client.call(&who.key, &message);
        let sent = call.value(value).extra_gas_portion(SPARE_GAS_PERCENT).submit().await;
        let told = sent.unwrap_or_else(|e| panic!("the transaction failed: {e}")).return_value();
        self.observe().await;
        self.compare_balances().await;
        told.unwrap_or_else(|refusal| panic!("refused: {refusal:?}"))
    }

    /// Sends a message that must be refused: the dry run tells why, the transaction is reverted, and nothing has changed.
    pub async fn refused<Args, T>(
        &mut self,
        who: &Party,
        error: Error,
        message: impl FnOnce(&mut At) -> Message<Args, Result<T, Error>>,
    ) where
        Args: Sync + Encode + Clone,
        T: Send + Decode,
    {
        let message = message(&mut self.at);
        let value = *message.clone().params().transferred_value();
        let before = (self.chain.contract(self.contract).await, self.chain.account(self.contract).await);
        let told = self.client.call(&who.key, &message).value(value).dry_run().await;
        let told = told.expect("the contract answers").return_value();
        assert_eq!(told.err(), Some(error), "the dry run");
        let mut call = self.client.call(&who.key, &message);
        let sent = call.value(value).extra_gas_portion(SPARE_GAS_PERCENT).submit().await;
        assert_eq!(failure(sent.map(drop)), "Contracts::ContractReverted", "{error:?}");
        self.observe().await;
        assert!(self.last.failed && self.last.emitted() == 0);
        let after = (self.chain.contract(self.contract).await, self.chain.account(self.contract).await);
        assert_eq!(before, after, "a refusal changes nothing");
    }

    /// What a view answers.
    pub async fn ask<Args, R>(&mut self, message: impl FnOnce(&At) -> Message<Args, R>) -> R
    where
        Args: Sync + Encode + Clone,
        R: Send + Decode,
    {
        let message = message(&self.at);
        let told = self.client.call(&self.admin.key, &message).dry_run().await;
        told.expect("a view answers").return_value()
    }

    /// What a dry run answers to somebody who pays at most `limit` for storage, or how the pallet stopped it.
    pub async fn rehearse<Args, R>(
        &mut self,
        who: &Party,
        limit: Option<u128>,
        message: impl FnOnce(&mut At) -> Message<Args, R>,
    ) -> Result<Rehearsal<R>, String>
    where
        Args: Sync + Encode + Clone,
        R: Send + Decode,
    {
        let message = message(&mut self.at);
        let value = *message.clone().params().transferred_value();
        let mut call = self.client.call(&who.key, &message);
        // Zero stands for no limit there.
        match call.value(value).storage_deposit_limit(limit.unwrap_or_default()).dry_run().await {
            Ok(told) => {
                let deposit = told.exec_result.storage_deposit.charge_or_zero();
                Ok(Rehearsal { answer: told.message_result(), deposit })
            }
            Err(e) => Err(failure(Err(e))),
        }
    }

    /// A message as the fields of the pallet's own call, for [`Stage::submit`].
    pub fn fields<Args: Encode, R>(
        &mut self,
        limit: Option<u128>,
        message: impl FnOnce(&mut At) -> Message<Args, R>,
    ) -> Vec<Value> {
        let message = message(&mut self.at).params();
        let gas = [("ref_time", Value::u128(GAS.0)), ("proof_size", Value::u128(GAS.1))];
        vec![
            Value::unnamed_variant("Id", [Value::from_bytes(message.callee())]),
            Value::u128(*message.transferred_value()),
            Value::named_composite(gas),
            match limit {
                Some(limit) => Value::unnamed_variant("Some", [Value::u128(limit)]),
                None => Value::unnamed_variant("None", []),
            },
            Value::from_bytes(message.exec_input().encode()),
        ]
    }

    /// Uploads code that the stage was given; tells its hash.
    pub async fn upload(&mut self, name: &str, who: &Party) -> [u8; 32] {
        let uploaded = self.client.upload(name, &who.key).submit().await.expect("the code can be uploaded");
        self.observe().await;
        uploaded.code_hash.into()
    }

    /// Sends any transaction; says how it failed, if it did.
    pub async fn submit(
        &mut self,
        who: &Party,
        pallet: &str,
        call: &str,
        fields: Vec<Value>,
    ) -> Result<(), String> {
        let sent = self.client.runtime_call(&who.key, pallet, call, fields).await;
        self.observe().await;
        sent.map(drop).map_err(|e| failure(Err(e)))
    }

    /// Lets time pass: a block this long after the newest one.
    pub async fn pass(&mut self, ms: u64) {
        let then = self.chain.now().await + ms;
        self.node.clock().set_ms(then);
        self.blocks(1).await;
        assert_eq!(self.chain.now().await, then);
    }

    /// Waits for a block at or after an instant of the machine's clock.
    pub async fn wait_until(&mut self, ms: u64) {
        self.blocks(1).await;
        while self.chain.now().await < ms {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.blocks(1).await;
        }
    }

    /// Makes blocks, which are a few milliseconds apart.
    pub async fn blocks(&mut self, number: u32) {
        for _ in 0..number {
            let remark = vec![Value::from_bytes([])];
            let made = self.client.runtime_call(&ink_e2e::alice(), "System", "remark", remark).await;
            made.expect("anybody may remark");
        }
    }
}

async fn fund(client: &mut Client<PolkadotConfig, DefaultEnvironment>) -> Party {
    let key = client.create_and_fund_account(&ink_e2e::alice(), PURSE).await;
    let id = AccountId::from(key.public_key().0);
    Party { key, id }
}

/// How the chain names the failure of a transaction or a dry run.
fn failure(sent: Result<(), ink_e2e::Error>) -> String {
    let error = match sent {
        Ok(()) => panic!("the transaction did not fail"),
        Err(ink_e2e::Error::CallExtrinsic(error)) => error,
        Err(ink_e2e::Error::CallDryRun(error)) => error.error,
        Err(other) => panic!("another failure was expected: {other}"),
    };
    match error {
        DispatchError::Module(x) => {
            let x = x.details().expect("the metadata tells every error");
            format!("{}::{}", x.pallet.name(), x.variant.name)
        }
        other => other.to_string(),
    }
}
