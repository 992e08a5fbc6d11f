//! The parties of a cluster, on the contract's own code.

// Not everything that deals need is needed here.
#[allow(dead_code)]
#[path = "deals/mod.rs"]
mod market;

use market::{refusal, unit, Market, TERM_MS, WINDOW_MS};
use orchestrator::{
    domain::{
        bps_down, price_down, Choice, ClusterSpec, Currency, Error, Kind, Order, Pool, Replica, State,
        UnitSpec, MAX_LOOKED_AT,
    },
    Verdict,
};
use orchestrator_chain::{runtime::UNIT, AccountId, Ledger, Signer};
use orchestrator_market::{
    parties::{Doer, InCluster, Manager, Matter, Parcel, Party, PartyError, Provider, Stage, Topic},
    StoreError,
};

const PRICE: u128 = 5 * UNIT;
/// Taken of each data unit.
const COMMITTED: u64 = 60;

/// A market whose providers are the members of one cluster.
struct Service {
    market: Market,
    manager: Manager,
    cluster: u64,
}

impl Service {
    fn new(providers: u128) -> Self {
        let mut market = Market::new(providers);
        let manager = manager(&mut market, "//manager");
        let cluster = manager.create(&mut market.chain, spec()).unwrap();
        for provider in &market.providers {
            provider.set_trust(&mut market.chain, manager.party().account(), true).unwrap();
            for unit in provider.units(&market.chain).unwrap() {
                manager.set_member(&mut market.chain, cluster, unit, COMMITTED).unwrap();
            }
        }
        Self { market, manager, cluster }
    }

    fn asked(&self) -> InCluster {
        InCluster {
            choice: Choice { cluster: self.cluster, region: None, together: false },
            challenger: None,
            capacity: 1,
            term_ms: TERM_MS,
        }
    }

    fn account(&self, provider: usize) -> AccountId {
        self.market.providers[provider].party().account()
    }

    /// Room for so many replicas, reserved without data.
    fn reserved(&mut self, replicas: u32) -> Parcel {
        let mut parcel = self.market.consumer.plan(replicas);
        let asked = self.asked();
        self.market.consumer.reserve_in(&mut self.market.chain, &mut parcel, &asked).unwrap();
        parcel
    }

    /// [`Service::reserved`], and active.
    fn active(&mut self, replicas: u32) -> Parcel {
        let parcel = self.reserved(replicas);
        self.activate_all();
        parcel
    }

    fn activate_all(&mut self) {
        for provider in &self.market.providers {
            for (id, p) in provider.placements(&self.market.chain).unwrap() {
                if p.state == State::Accepted {
                    provider.activate(&mut self.market.chain, id).unwrap();
                }
            }
        }
    }

    /// Replicas of a file, sealed, reserved, handed over and active.
    fn stored(&mut self, bytes: usize, replicas: u32) -> Parcel {
        let file = self.market.file(bytes);
        let mut parcel = self.market.consumer.seal(&file, replicas, |_, _| ()).unwrap();
        let asked = self.asked();
        self.market.consumer.reserve_in(&mut self.market.chain, &mut parcel, &asked).unwrap();
        for slot in 0..replicas as usize {
            self.hand_over(&mut parcel, slot);
        }
        parcel
    }

    fn hand_over(&mut self, parcel: &mut Parcel, slot: usize) {
        let Market { chain, consumer, providers, .. } = &mut self.market;
        let placement = consumer.placement(chain, parcel.replicas[slot].placement.unwrap()).unwrap();
        let provider = providers.iter().find(|x| x.party().account() == placement.provider).unwrap();
        let id =
            consumer.send(parcel, slot, |id, data| provider.receive(chain, id, data).map(|_| id)).unwrap();
        provider.activate(chain, id).unwrap();
        consumer.follow(chain, parcel).unwrap();
    }

    /// Two rounds that only the provider named answers not: as many as a placement may miss.
    fn fails(&mut self, silent: usize) {
        for _ in 0..2 {
            self.market.open_round();
            for (n, provider) in self.market.providers.iter().enumerate() {
                if n != silent {
                    provider.answer(&mut self.market.chain).unwrap();
                }
            }
            self.market.chain.advance(WINDOW_MS.into()).unwrap();
            self.market.reporter.report(&mut self.market.chain).unwrap();
        }
    }

    fn pool(&self) -> Pool {
        self.manager.cluster(&self.market.chain, self.cluster).unwrap().pool
    }
}

fn manager(market: &mut Market, suri: &str) -> Manager {
    let signer = Signer::from_suri(suri).unwrap();
    market.chain.fund(signer.account(), 1_000 * UNIT).unwrap();
    Manager::new(Party::new(signer, market.contract))
}

fn spec() -> ClusterSpec {
    ClusterSpec {
        kind: Kind::ObjectStore,
        price: PRICE,
        currency: Currency::Token,
        terms: unit(0).terms,
        fee_bps: 1_000,
        parameters: Vec::new(),
        observers: Vec::new(),
        open: true,
    }
}

fn stages(parcel: &Parcel) -> Vec<Stage> {
    parcel.replicas.iter().map(|x| x.stage).collect()
}

fn available(party: &Party, market: &Market) -> u128 {
    party.money(&market.chain).unwrap().available
}

#[test]
fn sealed_replicas_go_to_members_that_have_accepted_by_trusting() {
    let mut service = Service::new(3);
    let file = service.market.file(20_000);
    let mut parcel = service.market.consumer.seal(&file, 3, |_, _| ()).unwrap();
    let asked = service.asked();
    service.market.consumer.reserve_in(&mut service.market.chain, &mut parcel, &asked).unwrap();
    assert_eq!(stages(&parcel), [Stage::Accepted; 3]);
    for (n, provider) in service.market.providers.iter().enumerate() {
        let placements = provider.placements(&service.market.chain).unwrap();
        assert_eq!(placements.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [n as u64 + 1]);
        assert!(provider.proposals(&service.market.chain).unwrap().is_empty());
        assert_eq!(provider.party().money(&service.market.chain).unwrap().locked, placements[0].1.collateral);
    }
    for slot in 0..3 {
        service.hand_over(&mut parcel, slot);
    }
    assert_eq!(stages(&parcel), [Stage::Completed; 3]);
}

#[test]
fn capacity_is_reserved_first_and_its_data_proven_from_the_next_round_on() {
    let mut service = Service::new(1);
    let mut parcel = service.active(1);
    service.market.consumer.follow(&service.market.chain, &mut parcel).unwrap();
    assert_eq!(stages(&parcel), [Stage::Completed]);
    service.market.open_round();
    let answers = service.market.providers[0].answer(&mut service.market.chain).unwrap();
    assert!(answers.verdicts.is_empty() && answers.lost.is_empty());

    let file = service.market.file(30_000);
    let Market { chain, consumer, providers, .. } = &mut service.market;
    consumer.seal_again(&mut parcel, 0, &file, |_| ()).unwrap();
    consumer.commit(chain, &parcel, 0).unwrap();
    consumer.follow(chain, &mut parcel).unwrap();
    assert_eq!(stages(&parcel), [Stage::Encrypted]);
    consumer.send(&mut parcel, 0, |id, data| providers[0].receive(chain, id, data)).unwrap();
    consumer.follow(chain, &mut parcel).unwrap();
    assert_eq!(stages(&parcel), [Stage::Transferred]);
    providers[0].accept_data(chain, 1).unwrap();
    consumer.follow(chain, &mut parcel).unwrap();
    assert_eq!(stages(&parcel), [Stage::Completed]);
    assert!(providers[0].answer(chain).unwrap().verdicts.is_empty());
    service.market.open_round();
    let answers = service.market.providers[0].answer(&mut service.market.chain).unwrap();
    assert_eq!(answers.verdicts, [(1, 2, Verdict::Proven)]);
}

#[test]
fn data_counts_only_when_it_is_sealed_committed_and_in_the_store() {
    let mut service = Service::new(1);
    let mut parcel = service.active(1);
    let file = service.market.file(3_000);
    let Market { chain, consumer, providers, .. } = &mut service.market;
    let provider = &providers[0];
    assert!(matches!(consumer.commit(chain, &parcel, 0), Err(PartyError::NotSealed { slot: 0 })));
    let refused = provider.accept_data(chain, 1);
    assert!(matches!(refused, Err(PartyError::NothingCommitted { placement: 1 })));
    let refused = provider.receive(chain, 1, &[7; 3_000][..]);
    assert!(matches!(refused, Err(PartyError::Store(StoreError::NothingPromised))));
    consumer.seal_again(&mut parcel, 0, &file, |_| ()).unwrap();
    consumer.commit(chain, &parcel, 0).unwrap();
    let refused = provider.accept_data(chain, 1);
    assert!(matches!(refused, Err(PartyError::Store(StoreError::NotStored { placement: 1 }))));
    assert!(provider.receive(chain, 1, &[7; 3_000][..]).is_err());
    assert_eq!(consumer.placement(chain, 1).unwrap().chunks, 0);
}

#[test]
fn more_replicas_than_members_of_different_providers_are_refused_unless_together() {
    let mut service = Service::new(2);
    let (mut parcel, mut asked) = (service.market.consumer.plan(3), service.asked());
    let Market { chain, consumer, .. } = &mut service.market;
    let refused = consumer.reserve_in(chain, &mut parcel, &asked);
    assert!(matches!(refused, Err(PartyError::TooFewOffers { wanted: 3, found: 2 })));
    assert_eq!((parcel.reservation, consumer.party().money(chain).unwrap().locked), (None, 0));
    asked.choice.together = true;
    asked.capacity = COMMITTED + 1;
    let refused = consumer.reserve_in(chain, &mut parcel, &asked);
    assert!(matches!(refused, Err(PartyError::TooFewOffers { wanted: 1, found: 0 })));
    asked.capacity = COMMITTED / 2;
    consumer.reserve_in(chain, &mut parcel, &asked).unwrap();
    assert_eq!(stages(&parcel), [Stage::Accepted; 3]);
}

#[test]
fn where_too_many_members_in_turn_take_nothing_others_are_named() {
    let mut service = Service::new(2);
    let (manager, cluster) = (&service.manager, service.cluster);
    let Market { chain, providers, .. } = &mut service.market;
    for _ in 0..MAX_LOOKED_AT {
        let closed = providers[0].add_unit(chain, 1, UnitSpec { open: false, ..unit(UNIT) }).unwrap();
        manager.set_member(chain, cluster, closed, COMMITTED).unwrap();
    }
    // Units 1 and 2 have their turn; then come those that are closed.
    service.reserved(2);
    let asked = service.asked();
    let order = Order {
        replicas: vec![Replica { unit: 0, root: [0; 32], chunks: 0 }],
        capacity: 1,
        term_ms: TERM_MS,
        challenger: None,
        referrer: None,
        manifest: Vec::new(),
        max_price: u128::MAX,
        choice: Some(asked.choice),
    };
    let party = service.market.consumer.party();
    let refused = party.send(&mut service.market.chain, "reserve", party.market().reserve(order));
    assert_eq!(refusal(refused), Error::NoMemberFits);
    let parcel = service.reserved(1);
    let id = parcel.replicas[0].placement.unwrap();
    assert_eq!(service.market.consumer.placement(&service.market.chain, id).unwrap().unit, 1);

    let provider = &service.market.providers[0];
    let (activate, leave) =
        (provider.party().market().activate(id), provider.party().market().withdraw_placement(id, u128::MAX));
    provider.party().send(&mut service.market.chain, "activate", activate).unwrap();
    provider.party().send(&mut service.market.chain, "leave", leave).unwrap();
    let lost = service.manager.lost(&service.market.chain, service.cluster).unwrap();
    let taken = service.manager.replace(&mut service.market.chain, &lost[0]).unwrap();
    assert_eq!(service.market.consumer.placement(&service.market.chain, taken).unwrap().unit, 2);
}

#[test]
fn a_cluster_that_is_closed_or_unknown_is_told_as_such() {
    let mut service = Service::new(1);
    let mut asked = service.asked();
    let party = service.manager.party();
    let closed = ClusterSpec { open: false, ..spec() };
    let message = party.market().update_cluster(service.cluster, closed);
    party.send(&mut service.market.chain, "close", message).unwrap();
    let Market { chain, consumer, .. } = &mut service.market;
    let mut parcel = consumer.plan(1);
    assert_eq!(refusal(consumer.reserve_in(chain, &mut parcel, &asked)), Error::ClusterClosed);
    asked.choice.cluster = 9;
    let unknown = consumer.reserve_in(chain, &mut parcel, &asked);
    assert!(matches!(unknown, Err(PartyError::Gone { what: "cluster", id: 9 })));
}

#[test]
fn only_members_in_the_region_asked_for_are_offers() {
    let service = Service::new(2);
    let found = |region| {
        let mut asked = service.asked();
        asked.choice.region = region;
        service.market.consumer.offers_in(&service.market.chain, &asked).unwrap().len()
    };
    assert_eq!([found(None), found(Some(276)), found(Some(250))], [2, 2, 0]);
}

#[test]
fn offers_in_a_cluster_ask_its_price_and_live_with_the_challenger_named() {
    let mut service = Service::new(2);
    let mut asked = service.asked();
    let offers = service.market.consumer.offers_in(&service.market.chain, &asked).unwrap();
    let price = price_down(PRICE, 1, TERM_MS).unwrap() + 1;
    assert_eq!(offers.iter().map(|x| x.price).collect::<Vec<_>>(), [price; 2]);
    asked.challenger = Some(service.manager.party().account());
    let Market { chain, consumer, .. } = &mut service.market;
    assert!(consumer.offers_in(chain, &asked).unwrap().is_empty());
    let party = service.manager.party();
    let terms = unit(0).terms;
    let message = party.market().register_challenger(terms.interval_ms, terms.window_ms);
    party.send(chain, "register", message).unwrap();
    let mut parcel = consumer.plan(2);
    consumer.reserve_in(chain, &mut parcel, &asked).unwrap();
    assert_eq!(consumer.placement(chain, 1).unwrap().challenger, party.account());
}

#[test]
fn a_proposal_is_found_on_the_data_unit_and_listed_with_the_provider_once_accepted() {
    let mut market = Market::new(1);
    market.reserved(100, 1);
    let ids = |found: Vec<(u64, orchestrator::domain::Placement)>| -> Vec<u64> {
        found.into_iter().map(|(id, _)| id).collect()
    };
    let provider: &Provider = &market.providers[0];
    assert_eq!(ids(provider.proposals(&market.chain).unwrap()), [1]);
    assert!(provider.placements(&market.chain).unwrap().is_empty());
    provider.accept_proposals(&mut market.chain).unwrap();
    assert!(provider.proposals(&market.chain).unwrap().is_empty());
    assert_eq!(ids(provider.placements(&market.chain).unwrap()), [1]);
}

#[test]
fn the_manager_has_a_lost_replica_taken_over_with_the_pot_and_the_same_data() {
    let mut service = Service::new(3);
    let mut parcel = service.stored(20_000, 2);
    let sealed = parcel.replicas[1].sealed;
    assert!(service.manager.lost(&service.market.chain, service.cluster).unwrap().is_empty());
    service.fails(1);
    let lost = service.manager.lost(&service.market.chain, service.cluster).unwrap();
    assert_eq!(lost.iter().map(|x| (x.reservation, x.slot, x.placement)).collect::<Vec<_>>(), [(1, 1, 2)]);
    assert_eq!(lost[0].record.state, State::Failed);

    let id = service.manager.replace(&mut service.market.chain, &lost[0]).unwrap();
    let p = service.market.consumer.placement(&service.market.chain, id).unwrap();
    assert_eq!((p.provider, p.state), (service.account(2), State::Accepted));
    assert!(p.bonus > 0 && p.price == PRICE && Some(p.root) == sealed.map(|x| x.root));
    assert!(service.manager.lost(&service.market.chain, service.cluster).unwrap().is_empty());

    let file = service.market.file(20_000);
    service.market.consumer.seal_again(&mut parcel, 1, &file, |_| ()).unwrap();
    assert_eq!(parcel.replicas[1].sealed, sealed);
    service.market.consumer.follow(&service.market.chain, &mut parcel).unwrap();
    assert_eq!((parcel.replicas[1].placement, parcel.replicas[1].stage), (Some(id), Stage::Accepted));
    service.hand_over(&mut parcel, 1);
    assert_eq!(stages(&parcel), [Stage::Completed; 2]);
}

#[test]
fn what_the_consumer_has_ended_itself_is_not_the_managers_to_replace() {
    let mut service = Service::new(2);
    service.reserved(1);
    let party = service.market.consumer.party();
    party.send(&mut service.market.chain, "cancel", party.market().cancel(1, None)).unwrap();
    let filled = service.manager.filled(&service.market.chain, service.cluster).unwrap();
    assert_eq!(filled[0].record.state, State::Cancelled);
    assert!(service.manager.lost(&service.market.chain, service.cluster).unwrap().is_empty());
    assert_eq!(
        refusal(service.manager.replace(&mut service.market.chain, &filled[0])),
        Error::NothingToReplace
    );
}

#[test]
fn distrust_stops_new_placements_and_leaves_live_ones() {
    let mut service = Service::new(2);
    service.active(2);
    let me = service.manager.party().account();
    service.market.providers[0].set_trust(&mut service.market.chain, me, false).unwrap();
    let more = service.manager.set_member(&mut service.market.chain, service.cluster, 1, COMMITTED + 1);
    assert_eq!(refusal(more), Error::NotTrusted);
    for _ in 0..3 {
        let parcel = service.reserved(1);
        let id = parcel.replicas[0].placement.unwrap();
        let p = service.market.consumer.placement(&service.market.chain, id).unwrap();
        assert_eq!(p.provider, service.account(1));
    }
    assert_eq!(service.market.consumer.placement(&service.market.chain, 1).unwrap().state, State::Active);
    service.market.providers[0].set_trust(&mut service.market.chain, me, true).unwrap();
    service.reserved(2);
}

#[test]
fn all_placements_of_more_reservations_than_a_page_has_are_settled() {
    let mut service = Service::new(1);
    for _ in 0..51 {
        service.reserved(1);
    }
    service.activate_all();
    service.market.chain.advance(TERM_MS).unwrap();
    assert_eq!(service.manager.settle(&mut service.market.chain, service.cluster).unwrap(), 51);
    let filled = service.manager.filled(&service.market.chain, service.cluster).unwrap();
    assert_eq!(filled.len(), 51);
    assert!(filled.iter().all(|x| x.record.state == State::Completed));
    assert_eq!(service.manager.settle(&mut service.market.chain, service.cluster).unwrap(), 0);
}

#[test]
fn what_is_settled_is_distributed_and_claimed_to_the_plank() {
    let mut service = Service::new(2);
    service.active(2);
    service.market.chain.advance(TERM_MS).unwrap();
    let (manager, cluster) = (&service.manager, service.cluster);
    assert_eq!(manager.distribute(&mut service.market.chain, cluster).unwrap(), Pool::default());
    manager.settle(&mut service.market.chain, cluster).unwrap();
    let earned = price_down(PRICE, 1, TERM_MS).unwrap();
    let shares = bps_down(earned, 1_200).unwrap();
    assert_eq!(service.pool().members, 2 * (earned - shares));
    assert_eq!(service.market.providers[0].claim(&mut service.market.chain, cluster).unwrap(), 0);

    let pool = manager.distribute(&mut service.market.chain, cluster).unwrap();
    assert_eq!((pool.fee + pool.manager, pool.members), (2 * shares, 2 * (earned - shares)));
    assert_eq!(available(manager.party(), &service.market), pool.manager);
    for provider in &service.market.providers {
        let before = available(provider.party(), &service.market);
        assert_eq!(provider.claim(&mut service.market.chain, cluster).unwrap(), earned - shares);
        assert_eq!(available(provider.party(), &service.market), before + earned - shares);
        assert_eq!(provider.claim(&mut service.market.chain, cluster).unwrap(), 0);
    }
    assert_eq!(service.pool(), Pool { distributions: 1, ..Pool::default() });
}

#[test]
fn terms_that_are_over_are_renewed_where_the_consumer_wants_and_can_pay_it() {
    let mut service = Service::new(1);
    for _ in 0..3 {
        service.active(1);
    }
    let price = price_down(PRICE, 1, TERM_MS).unwrap() + 1;
    let Market { chain, consumer, .. } = &mut service.market;
    consumer.set_auto_renew(chain, 1, price).unwrap();
    consumer.set_auto_renew(chain, 2, price - 1).unwrap();
    let renewed = |chain: &mut _| service.manager.renew(chain, service.cluster).unwrap();
    assert!(renewed(chain).is_empty());
    chain.advance(TERM_MS).unwrap();
    assert_eq!(renewed(chain), [1]);
    assert!(renewed(chain).is_empty());
    let ends_at = consumer.placement(chain, 1).unwrap().ends_at;
    assert_eq!(ends_at, chain.now_ms().unwrap() + TERM_MS);
    chain.advance(TERM_MS).unwrap();
    consumer.party().withdraw_all(chain).unwrap();
    assert!(renewed(chain).is_empty());
}

#[test]
fn management_is_handed_over_in_two_steps() {
    let mut service = Service::new(1);
    let next = manager(&mut service.market, "//next");
    let (chain, cluster) = (&mut service.market.chain, service.cluster);
    assert_eq!(refusal(next.take_over(chain, cluster)), Error::NotOffered);
    service.manager.offer(chain, cluster, Some(next.party().account())).unwrap();
    assert_eq!(refusal(next.set_member(chain, cluster, 1, 0)), Error::NotManager);
    next.take_over(chain, cluster).unwrap();
    assert_eq!(next.cluster(chain, cluster).unwrap().manager, next.party().account());
    assert_eq!(refusal(service.manager.set_member(chain, cluster, 1, 0)), Error::NotManager);
    assert_eq!(refusal(next.set_member(chain, cluster, 1, COMMITTED + 1)), Error::NotTrusted);
}

#[test]
fn members_are_released_once_nothing_is_on_them_and_can_be_retired() {
    let mut service = Service::new(3);
    service.active(1);
    let (manager, cluster) = (&service.manager, service.cluster);
    let chain = &mut service.market.chain;
    assert_eq!(manager.members(chain, cluster).unwrap(), [1, 2, 3]);
    manager.release_members(chain, cluster).unwrap();
    assert_eq!(manager.members(chain, cluster).unwrap(), [1], "what it carries runs to its end");
    chain.advance(TERM_MS).unwrap();
    manager.settle(chain, cluster).unwrap();
    let provider = &service.market.providers[0];
    assert_eq!(refusal(provider.retire_all(chain)), Error::UnitInUse);
    manager.release_members(chain, cluster).unwrap();
    assert!(manager.members(chain, cluster).unwrap().is_empty());
    provider.retire_all(chain).unwrap();
    let unknown = manager.cluster(chain, 9);
    assert!(matches!(unknown, Err(PartyError::Gone { what: "cluster", id: 9 })));
}

#[test]
fn a_manager_is_told_what_is_lost_in_its_clusters() {
    let mut service = Service::new(3);
    service.stored(5_000, 2);
    let manager = service.manager.party().clone();
    let told = |service: &Service| {
        let notices = manager.notices(&service.market.chain, 0).unwrap();
        notices.iter().map(|x| (x.matter, x.topic, x.doer, x.own)).collect::<Vec<_>>()
    };
    assert_eq!(told(&service), []);
    service.fails(1);
    let lost = (Matter::Replace, Topic::Placement(2), Doer::Manager, true);
    assert_eq!(told(&service), [lost]);
    let found = service.manager.lost(&service.market.chain, service.cluster).unwrap();
    service.manager.replace(&mut service.market.chain, &found[0]).unwrap();
    assert_eq!(told(&service), []);
}
