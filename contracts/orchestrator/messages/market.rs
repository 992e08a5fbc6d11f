//! The contract, its people and the little world they act in.

use crate::Orchestrator;
use ink::env::{test, DefaultEnvironment as E};
use ink::primitives::AccountId;
use orchestrator_domain::{
    min_blocks, Choice, ClusterSpec, Currency, Kind, NodeSpec, NodeState, Order, Placement, Replica,
    SlaTerms, UnitSpec, MONTH_MS,
};
use scale::DecodeAll;

pub const HOUR_MS: u64 = 3_600_000;
pub const TERM_MS: u64 = MONTH_MS;
pub const INTERVAL_MS: u32 = 3_600_000;
pub const WINDOW_MS: u32 = 600_000;
/// Per unit of capacity and 30 days.
pub const PRICE: u128 = 1_000_000;
/// What provider, spare and consumer deposit.
pub const PURSE: u128 = 1_000_000_000;
/// The same in the usual cluster.
pub const CLUSTER_PRICE: u128 = 2 * PRICE;
/// What the usual cluster's units have committed.
pub const COMMITTED: u64 = 50;
/// Price and collateral of the usual order: ten units for a month.
pub const TERM_PRICE: u128 = 10 * PRICE;
pub const COLLATERAL: u128 = 5 * PRICE;

/// An empty list of ids.
pub const NONE: [u64; 0] = [];

/// Chunks of the usual replica: 1 KiB each, all alike, so that its tree has one hash a level.
pub const CHUNKS: u64 = 4;

pub fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

pub fn admin() -> AccountId {
    account(1)
}
pub fn provider() -> AccountId {
    account(2)
}
pub fn spare() -> AccountId {
    account(3)
}
pub fn consumer() -> AccountId {
    account(4)
}
pub fn stranger() -> AccountId {
    account(5)
}
pub fn treasury() -> AccountId {
    account(6)
}
pub fn manager() -> AccountId {
    account(7)
}

/// Makes `caller` the caller of what follows.
pub fn by(market: &mut Orchestrator, caller: AccountId) -> &mut Orchestrator {
    test::set_caller::<E>(caller);
    test::set_value_transferred::<E>(0);
    market
}

/// The environment's existential deposit.
pub const LEAST: u128 = 1_000_000;

/// Makes `caller` the caller of what follows and sends `amount` along; the existential deposit stays with the caller.
pub fn paying(market: &mut Orchestrator, caller: AccountId, amount: u128) -> &mut Orchestrator {
    test::set_account_balance::<E>(caller, LEAST + amount);
    by(market, caller);
    test::transfer_in::<E>(amount);
    market
}

/// Deposits for an account.
pub fn deposit(market: &mut Orchestrator, caller: AccountId, amount: u128) {
    paying(market, caller, amount).deposit().unwrap();
}

/// Lets time go by, with as many blocks as close a window of that length.
pub fn wait(ms: u64) {
    let now = ink::env::block_timestamp::<E>();
    let block = ink::env::block_number::<E>();
    test::set_block_timestamp::<E>(now + ms);
    test::set_block_number::<E>(block + min_blocks(u32::try_from(ms).unwrap_or(u32::MAX)));
}

pub fn now() -> u64 {
    ink::env::block_timestamp::<E>()
}

/// The latest event, if it is of this kind.
pub fn last_event<T: ink::env::Event + DecodeAll>() -> T {
    let event = test::recorded_events().last().expect("something was announced");
    let signature = T::SIGNATURE_TOPIC.expect("our events are signed");
    assert_eq!(event.topics[0], signature, "another event came last");
    T::decode_all(&mut &event.data[..]).expect("the event has its type")
}

/// The latest event of this kind.
pub fn latest<T: ink::env::Event + DecodeAll>() -> T {
    let signature = T::SIGNATURE_TOPIC.expect("our events are signed");
    let event = test::recorded_events().filter(|x| x.topics[0] == signature).last();
    let event = event.expect("such an event was announced");
    T::decode_all(&mut &event.data[..]).expect("the event has its type")
}

/// Events announced so far.
pub fn announced() -> usize {
    test::recorded_events().count()
}

pub fn terms() -> SlaTerms {
    SlaTerms {
        interval_ms: INTERVAL_MS,
        window_ms: WINDOW_MS,
        samples: 2,
        slash_bps: 1_000,
        max_misses: 3,
        collateral_bps: 5_000,
        uptime_bps: 9_900,
        latency_ms: 200,
        notice_ms: 86_400_000,
        exit_bps: 2_000,
        maintenance_ms: 0,
    }
}

pub fn node_spec() -> NodeSpec {
    NodeSpec {
        endpoint: b"https://node.example".to_vec(),
        engine: b"disk".to_vec(),
        version: b"1.0".to_vec(),
        region: 276,
        state: NodeState::Online,
    }
}

pub fn unit_spec() -> UnitSpec {
    UnitSpec {
        kind: Kind::ObjectStore,
        capacity: 100,
        price: PRICE,
        currency: Currency::Token,
        terms: terms(),
        min_term_ms: 1_000,
        max_term_ms: 12 * MONTH_MS,
        tags: b"ssd".to_vec(),
        open: true,
    }
}

/// Hashes of the usual replica's tree: of a chunk, of a pair of chunks, and the root.
pub fn tree() -> [[u8; 32]; 3] {
    use crate::hash::HostSha256 as Sha256;
    let leaf = orchestrator_proof::leaf::<Sha256>(&chunk());
    let pair = orchestrator_proof::pair::<Sha256>(&leaf, &leaf);
    [leaf, pair, orchestrator_proof::pair::<Sha256>(&pair, &pair)]
}

/// Every chunk of the usual replica.
pub fn chunk() -> Vec<u8> {
    vec![7; 1_024]
}

pub fn replica(unit: u64) -> Replica {
    Replica { unit, root: tree()[2], chunks: CHUNKS }
}

pub fn order() -> Order {
    Order {
        replicas: vec![replica(1)],
        capacity: 10,
        term_ms: TERM_MS,
        challenger: None,
        referrer: None,
        manifest: b"manifest".to_vec(),
        max_price: u128::MAX,
        choice: None,
    }
}

pub fn cluster_spec() -> ClusterSpec {
    ClusterSpec {
        kind: Kind::ObjectStore,
        price: CLUSTER_PRICE,
        currency: Currency::Token,
        terms: terms(),
        fee_bps: 1_000,
        parameters: b"parameters".to_vec(),
        observers: Vec::new(),
        open: true,
    }
}

/// Any member of cluster 1, each provider once.
pub fn choice() -> Choice {
    Choice { cluster: 1, region: None, together: false }
}

/// The usual order in cluster 1; for data unit zero the contract chooses.
pub fn order_within(units: &[u64]) -> Order {
    let replicas = units.iter().map(|unit| replica(*unit)).collect();
    Order { replicas, choice: Some(choice()), ..order() }
}

/// A contract of the admin's without entries, on a chain that has been running for a while. It starts the environment
/// anew: of two contracts made in one test only the later one may be used.
pub fn empty() -> Orchestrator {
    test::run_test::<E, _>(|_| Ok(())).expect("the environment starts anew");
    test::set_callee::<E>(account(200));
    test::set_account_balance::<E>(account(200), 0);
    test::set_block_timestamp::<E>(1_700_000_000_000);
    test::set_block_number::<E>(1_000);
    test::set_caller::<E>(admin());
    test::set_value_transferred::<E>(0);
    Orchestrator::new(treasury())
}

/// Provider and spare offer one unit each (1 and 2), the consumer is its own challenger, and all three have money.
pub fn furnished() -> Orchestrator {
    let mut market = empty();
    for id in [provider(), spare()] {
        by(&mut market, id).set_provider(b"profile".to_vec(), None).unwrap();
        let node = market.register_node(node_spec()).unwrap();
        market.register_unit(node, unit_spec()).unwrap();
    }
    for id in [provider(), spare(), consumer()] {
        deposit(&mut market, id, PURSE);
    }
    by(&mut market, consumer()).register_challenger(INTERVAL_MS, WINDOW_MS).unwrap();
    market
}

/// With placement 1 of reservation 1 proposed.
pub fn proposed() -> Orchestrator {
    let mut market = furnished();
    by(&mut market, consumer()).reserve(order()).unwrap();
    market
}

/// With it accepted.
pub fn accepted() -> Orchestrator {
    let mut market = proposed();
    by(&mut market, provider()).accept(1).unwrap();
    market
}

/// With it active.
pub fn active() -> Orchestrator {
    let mut market = accepted();
    by(&mut market, provider()).activate(1).unwrap();
    market
}

/// With it active and a round open.
pub fn asked() -> Orchestrator {
    let mut market = active();
    by(&mut market, consumer()).open_round([9; 32]).unwrap();
    market
}

/// With it failed after three misses.
pub fn failed() -> Orchestrator {
    let mut market = active();
    for _ in 0..3 {
        by(&mut market, consumer()).open_round([9; 32]).unwrap();
        wait(HOUR_MS);
    }
    by(&mut market, stranger()).report_miss(1).unwrap();
    market
}

/// Cluster 1 of the manager, whom provider and spare trust, with both their units as members.
pub fn gathered() -> Orchestrator {
    let mut market = furnished();
    by(&mut market, manager()).create_cluster(cluster_spec()).unwrap();
    for (id, unit) in [(provider(), 1), (spare(), 2)] {
        by(&mut market, id).set_trust(manager(), true).unwrap();
        by(&mut market, manager()).set_member(1, unit, COMMITTED).unwrap();
    }
    market
}

/// With placement 1 of reservation 1 on data unit 1, accepted by trust.
pub fn entrusted() -> Orchestrator {
    let mut market = gathered();
    by(&mut market, consumer()).reserve(order_within(&[1])).unwrap();
    market
}

/// With it active.
pub fn serving() -> Orchestrator {
    let mut market = entrusted();
    by(&mut market, provider()).activate(1).unwrap();
    market
}

/// With it withdrawn by its provider.
pub fn deserted() -> Orchestrator {
    let mut market = serving();
    by(&mut market, provider()).withdraw_placement(1, u128::MAX).unwrap();
    market
}

pub fn placement(market: &Orchestrator, id: u64) -> Placement {
    market.placement(id).expect("the placement exists")
}

/// Available and locked money of an account.
pub fn money(market: &Orchestrator, id: AccountId) -> (u128, u128) {
    let account = market.account(id);
    (account.available, account.locked)
}
