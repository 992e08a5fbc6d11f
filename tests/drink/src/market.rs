//! The contract in a drink session, called with the types that it was compiled from.

use drink::{
    frame_support::dispatch::RawOrigin,
    minimal::{MinimalSandbox, MinimalSandboxRuntime, RuntimeCall, RuntimeEvent},
    pallet_balances::Call as BalancesCall,
    pallet_contracts::{Determinism, Event as ContractsEvent, ExecReturnValue, StorageDeposit},
    sandbox_api::prelude::*,
    session::{contract_transcode::ContractMessageTranscoder, ContractBundle, Session, NO_SALT},
    AccountId32, DispatchError, Sandbox,
};
use ink::{
    codegen::TraitCallBuilder,
    env::{
        call::{
            utils::{ReturnType, Set},
            Call, CallBuilder, ExecutionInput, FromAccountId,
        },
        DefaultEnvironment, Event,
    },
    primitives::{AccountId, LangError},
};
use orchestrator::{
    domain::{min_blocks, Account, Cluster, Error, Placement, Reservation, Share},
    OrchestratorRef,
};
use scale::{Decode, DecodeAll, Encode};

/// A message that is ready to be sent.
pub type Message<Args, R> = CallBuilder<
    DefaultEnvironment,
    Set<Call<DefaultEnvironment>>,
    Set<ExecutionInput<Args>>,
    Set<ReturnType<R>>,
>;

/// Makes the messages of the contract.
pub type Messages = <OrchestratorRef as TraitCallBuilder>::Builder;

/// When every market opens, in milliseconds since the Unix epoch.
pub const OPENING: u64 = 1_700_000_000_000;

/// What everybody has on the chain at the start.
pub const PURSE: u128 = 1_000_000_000_000;

/// Blocks that a wait builds at most: each takes the sandbox a while.
const MOST_BLOCKS: u32 = 240;

/// An event as the chain stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// The topic that names it, and the only one.
    pub signature: [u8; 32],
    pub data: Vec<u8>,
}

/// What a message returned and announced.
#[derive(Debug)]
pub struct Done<T> {
    pub value: T,
    pub events: Vec<Emitted>,
    deposit: StorageDeposit<u128>,
}

/// How a call came back from the pallet.
struct Ran {
    result: Result<ExecReturnValue, DispatchError>,
    deposit: StorageDeposit<u128>,
}

/// Why a call that reached no message came back.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// The pallet stopped it.
    Dispatch(DispatchError),
    /// The contract could not read it, or was sent money that the message does not take.
    Reverted(Vec<u8>),
}

/// The contract, the chain under it and the clock of the chain.
pub struct Market {
    session: Session<MinimalSandbox>,
    contract: AccountId,
    now: u64,
}

/// The built contract as drink loads it.
pub fn bundle() -> ContractBundle {
    let project = serde_json::from_str(orchestrator_bundle::METADATA).expect("the bundle has metadata");
    ContractBundle {
        wasm: orchestrator_bundle::WASM.to_vec(),
        transcoder: std::sync::Arc::new(ContractMessageTranscoder::new(project)),
    }
}

/// An account of this number.
pub fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

/// The same account as the runtime knows it.
pub fn on_chain(id: AccountId) -> AccountId32 {
    AccountId32::new(*id.as_ref())
}

impl Market {
    /// A market whose admin is the sandbox's default actor, deployed by name as a wallet does it.
    pub fn open(treasury: AccountId) -> Self {
        let mut session = Session::<MinimalSandbox>::default();
        let address = session
            .deploy_bundle(bundle(), "new", &[on_chain(treasury).to_string()], NO_SALT, None)
            .expect("the contract deploys");
        let contract = AccountId::from(<[u8; 32]>::from(address));
        let mut market = Market { session, contract, now: OPENING };
        market.tick();
        market
    }

    /// The account that deployed the contract.
    pub fn admin() -> AccountId {
        AccountId::from(<[u8; 32]>::from(MinimalSandbox::default_actor()))
    }

    /// Makes messages to it.
    pub fn at(&self) -> Messages {
        FromAccountId::from_account_id(self.contract)
    }

    /// The contract's own account.
    pub fn contract(&self) -> AccountId {
        self.contract
    }

    /// The session, for calls by name.
    pub fn session(&mut self) -> &mut Session<MinimalSandbox> {
        &mut self.session
    }

    /// Gives accounts money on the chain.
    pub fn fund(&mut self, accounts: impl IntoIterator<Item = AccountId>) {
        for id in accounts {
            self.session.sandbox().mint_into(&on_chain(id), PURSE).expect("money can be minted");
        }
    }

    /// Free balance of an account on the chain.
    pub fn purse(&mut self, id: AccountId) -> u128 {
        self.session.sandbox().free_balance(&on_chain(id))
    }

    /// Sends a message that can refuse.
    pub fn send<Args: Encode, T: Decode>(
        &mut self,
        caller: AccountId,
        message: Message<Args, Result<T, Error>>,
    ) -> Result<Done<T>, Error> {
        self.pay(caller, 0, message)
    }

    /// Sends a message that can refuse, with money.
    pub fn pay<Args: Encode, T: Decode>(
        &mut self,
        caller: AccountId,
        value: u128,
        message: Message<Args, Result<T, Error>>,
    ) -> Result<Done<T>, Error> {
        let data = message.params().exec_input().encode();
        self.call(self.contract, caller, value, data)
    }

    /// Sends a message that can refuse by way of a contract that passes it on (see `relay`): it comes from there.
    pub fn send_through<Args: Encode, T: Decode>(
        &mut self,
        relay: AccountId,
        caller: AccountId,
        message: Message<Args, Result<T, Error>>,
    ) -> Result<Done<T>, Error> {
        let data = (self.contract, message.params().exec_input()).encode();
        self.call(relay, caller, 0, data)
    }

    fn call<T: Decode>(
        &mut self,
        contract: AccountId,
        caller: AccountId,
        value: u128,
        data: Vec<u8>,
    ) -> Result<Done<T>, Error> {
        let before = self.events().len();
        let ran = self.run(contract, caller, value, data);
        let returned = ran.result.expect("the pallet lets the call run");
        let answer: Result<T, Error> = read(&returned.data).expect("the contract can read the message");
        assert_eq!(returned.did_revert(), answer.is_err(), "a refusal reverts, and nothing else does");
        let events = self.events().split_off(before);
        assert!(answer.is_ok() || events.is_empty(), "a refused message announces nothing");
        answer.map(|value| Done { value, events, deposit: ran.deposit })
    }

    /// Sends bytes that do not get as far as a message.
    pub fn fault(&mut self, caller: AccountId, value: u128, data: Vec<u8>) -> Fault {
        match self.run(self.contract, caller, value, data).result {
            Ok(returned) if returned.did_revert() => Fault::Reverted(returned.data),
            Ok(returned) => panic!("the call was taken: {returned:?}"),
            Err(error) => Fault::Dispatch(error),
        }
    }

    /// Whether the contract reads these bytes as a message, whatever it makes of it. Changes nothing.
    pub fn reads(&mut self, caller: AccountId, data: Vec<u8>) -> bool {
        let ran = self.rehearse(caller, data);
        ran.result.is_ok_and(|returned| returned.data.first() == Some(&0))
    }

    fn run(&mut self, contract: AccountId, caller: AccountId, value: u128, data: Vec<u8>) -> Ran {
        let (contract, gas) = (on_chain(contract), self.session.get_gas_limit());
        let sandbox = self.session.sandbox();
        let done =
            sandbox.call_contract(contract, value, data, on_chain(caller), gas, None, Determinism::Enforced);
        Ran { result: done.result, deposit: done.storage_deposit }
    }

    fn rehearse(&mut self, caller: AccountId, data: Vec<u8>) -> Ran {
        let (contract, gas) = (on_chain(self.contract), self.session.get_gas_limit());
        let done = self.session.sandbox().dry_run(|sandbox| {
            sandbox.call_contract(contract, 0, data, on_chain(caller), gas, None, Determinism::Enforced)
        });
        Ran { result: done.result, deposit: done.storage_deposit }
    }

    /// Moves money on the chain, past the contract's messages.
    pub fn transfer(&mut self, from: AccountId, to: AccountId, value: u128) {
        let call = RuntimeCall::Balances(BalancesCall::<MinimalSandboxRuntime>::transfer_allow_death {
            dest: on_chain(to).into(),
            value,
        });
        let origin = RawOrigin::Signed(on_chain(from));
        self.session.sandbox().runtime_call(call, origin).expect("the transfer goes through");
    }

    /// What a view answers, with nothing changed.
    pub fn ask<Args: Encode, R: Decode>(&mut self, caller: AccountId, view: Message<Args, R>) -> R {
        let ran = self.rehearse(caller, view.params().exec_input().encode());
        read(&ran.result.expect("a view always answers").data).expect("the view's answer has its type")
    }

    /// Events of the contract in this block.
    fn events(&mut self) -> Vec<Emitted> {
        let all = self.session.sandbox().events();
        all.into_iter()
            .filter_map(|record| match record.event {
                RuntimeEvent::Contracts(ContractsEvent::<MinimalSandboxRuntime>::ContractEmitted {
                    data,
                    ..
                }) => {
                    assert_eq!(record.topics.len(), 1, "an event has no topic but its name");
                    Some(Emitted { signature: record.topics[0].0, data })
                }
                _ => None,
            })
            .collect()
    }

    /// Root of the chain's whole state.
    pub fn state_root(&mut self) -> [u8; 32] {
        self.session.sandbox().take_snapshot().storage_root.0
    }

    /// The chain's time.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Lets time go by, with blocks enough to close a window of that length if it is no longer than an hour.
    pub fn wait(&mut self, ms: u64) {
        let window = u32::try_from(ms).unwrap_or(u32::MAX);
        self.jump(ms, min_blocks(window).min(MOST_BLOCKS));
    }

    /// Lets time go by in a number of blocks.
    pub fn jump(&mut self, ms: u64, blocks: u32) {
        self.now += ms;
        self.session.sandbox().build_blocks(blocks);
        self.tick();
    }

    /// The sandbox sets its clock to the seconds of now at each block; ours shows milliseconds and stands still.
    fn tick(&mut self) {
        let now = self.now;
        self.session.sandbox().set_timestamp(now);
    }

    /// Money of an account inside the contract.
    pub fn money(&mut self, id: AccountId) -> Account {
        self.ask(id, self.at().account(id))
    }

    /// A placement that exists.
    pub fn placement(&mut self, id: u64) -> Placement {
        self.ask(Self::admin(), self.at().placement(id)).expect("the placement exists")
    }

    /// A reservation that exists.
    pub fn reservation(&mut self, id: u64) -> Reservation {
        self.ask(Self::admin(), self.at().reservation(id)).expect("the reservation exists")
    }

    /// A cluster that exists.
    pub fn cluster(&mut self, id: u64) -> Cluster {
        self.ask(Self::admin(), self.at().cluster(id)).expect("the cluster exists")
    }

    /// What a provider has earned in a cluster and not been credited.
    pub fn share(&mut self, cluster: u64, provider: AccountId) -> Share {
        self.ask(provider, self.at().share(cluster, provider))
    }

    /// Asserts that the contract holds what it owes, and that what it owes is what these accounts, the pots of these
    /// reservations, the pools of all clusters and the fees add up to.
    pub fn check_books(&mut self, accounts: &[AccountId], reservations: &[u64]) {
        let sum: u128 = accounts.iter().map(|id| self.money(*id)).map(|x| x.available + x.locked).sum();
        let mut pots = 0;
        for id in reservations {
            for slot in self.reservation(*id).slots {
                let p = self.placement(slot.placement);
                pots += slot.pot + p.bonus - p.bonus_paid;
            }
        }
        let settings = self.ask(Self::admin(), self.at().settings());
        let mut pools = 0;
        for id in 1..=settings.last_ids.cluster {
            let pool = self.cluster(id).pool;
            let shares: u128 = accounts.iter().map(|x| self.share(id, *x)).map(|x| x.pooled + x.due).sum();
            assert_eq!(shares, pool.members + pool.due, "the shares are what the pool holds for members");
            pools += pool.fee + pool.manager + pool.members + pool.due;
        }
        let solvency = self.ask(Self::admin(), self.at().solvency());
        assert_eq!(solvency.owed, sum + pots + pools + settings.fees, "what is owed is what everybody has");
        assert!(solvency.held >= solvency.owed, "held {} < owed {}", solvency.held, solvency.owed);
    }
}

fn read<R: Decode>(output: &[u8]) -> Option<R> {
    <Result<R, LangError>>::decode_all(&mut &output[..]).ok()?.ok()
}

impl<T> Done<T> {
    /// What the caller paid for storage, on top of everything else.
    pub fn storage_charge(&self) -> u128 {
        match self.deposit {
            StorageDeposit::Charge(amount) => amount,
            StorageDeposit::Refund(amount) => panic!("the caller got {amount} back"),
        }
    }

    /// What the caller got back for storage.
    pub fn storage_refund(&self) -> u128 {
        match self.deposit {
            StorageDeposit::Refund(amount) => amount,
            StorageDeposit::Charge(amount) => panic!("the caller paid {amount}"),
        }
    }

    /// Names of its events, in order.
    pub fn kinds(&self) -> Vec<String> {
        self.events.iter().map(|x| kind(x.signature)).collect()
    }

    /// All events of one kind, in order.
    pub fn all<E: Event + Decode>(&self) -> Vec<E> {
        let of_kind = self.events.iter().filter(|x| Some(x.signature) == E::SIGNATURE_TOPIC);
        of_kind.map(|x| E::decode_all(&mut &x.data[..]).expect("the event has its type")).collect()
    }

    /// The only event of its kind.
    pub fn one<E: Event + Decode>(&self) -> E {
        let mut all = self.all::<E>();
        assert_eq!(all.len(), 1, "there is exactly one such event");
        all.remove(0)
    }
}

/// Name of an event by its signature, as the metadata has it.
fn kind(signature: [u8; 32]) -> String {
    let bundle = bundle();
    let is_it = |topic: &[u8]| topic == &signature[..];
    let events = bundle.transcoder.metadata().spec().events();
    let event = events.iter().find(|x| x.signature_topic().is_some_and(|t| is_it(t.as_bytes())));
    event.expect("the metadata knows the event").label().clone()
}
