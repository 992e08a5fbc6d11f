//! Records with every field drawn.

use ink::primitives::AccountId;
use orchestrator_domain::*;

/// What a record is made of in these tests: numbers, drawn one after the other.
pub struct Numbers(pub Vec<u64>, pub usize);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.1 += 1;
        self.0[self.1 % self.0.len()].wrapping_mul(self.1 as u64)
    }

    pub fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    pub fn half(&mut self) -> u16 {
        self.next() as u16
    }

    pub fn int(&mut self) -> u32 {
        self.next() as u32
    }

    pub fn money(&mut self) -> Balance {
        (Balance::from(self.next()) << 64) | Balance::from(self.next())
    }

    pub fn flag(&mut self) -> bool {
        self.next() % 2 == 1
    }

    pub fn hash(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.byte())
    }

    pub fn account(&mut self) -> AccountId {
        self.hash().into()
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| value(self))
    }

    pub fn bytes(&mut self) -> Vec<u8> {
        (0..self.next() % 40).map(|i| i as u8).collect()
    }

    pub fn terms(&mut self) -> SlaTerms {
        SlaTerms {
            interval_ms: self.int(),
            window_ms: self.int(),
            samples: self.byte(),
            slash_bps: self.half(),
            max_misses: self.byte(),
            collateral_bps: self.int(),
            uptime_bps: self.half(),
            latency_ms: self.int(),
            notice_ms: self.int(),
            exit_bps: self.half(),
            maintenance_ms: self.int(),
        }
    }

    pub fn kind(&mut self) -> Kind {
        use Kind::*;
        [ObjectStore, BlockStore, FileStore, Compute, Functions, Delivery][self.next() as usize % 6]
    }

    pub fn currency(&mut self) -> Currency {
        [Currency::Token, Currency::MicroUsd][self.next() as usize % 2]
    }

    pub fn placement(&mut self) -> Placement {
        use State::*;
        let states = [Proposed, Accepted, Active, Completed, Terminated, Cancelled, Withdrawn, Failed];
        Placement {
            reservation: self.next(),
            slot: self.byte(),
            unit: self.next(),
            provider: self.account(),
            challenger: self.account(),
            state: states[self.next() as usize % 8],
            root: self.hash(),
            chunks: self.next(),
            capacity: self.next(),
            price: self.money(),
            terms: self.terms(),
            fee_bps: self.half(),
            referral_bps: self.half(),
            manager_bps: self.half(),
            reporter_bps: self.half(),
            interval_ms: self.int(),
            accept_by: self.next(),
            activate_by: self.next(),
            term_ms: self.next(),
            escrow: self.money(),
            collateral: self.money(),
            collateral_initial: self.money(),
            bonus: self.money(),
            bonus_paid: self.money(),
            started_at: self.next(),
            ends_at: self.next(),
            segment_at: self.next(),
            served_before_ms: self.next(),
            earned_before: self.money(),
            unpaid_ms: self.next(),
            settled: self.money(),
            terminated: self.flag(),
            unit_place: self.int(),
            tally: Tally {
                round: self.int(),
                cuts: self.int(),
                proven: self.int(),
                missed: self.int(),
                excused: self.int(),
                streak: self.int(),
                dent_at: self.next(),
                opened_at: self.next(),
            },
            place: self.int(),
            rested_ms: self.next(),
            rested_before_ms: self.next(),
            recorded_ms: self.next(),
            slashed: self.money(),
            refunded: self.money(),
            disputable_at: self.next(),
            rating: Rating { stars: self.byte(), rated_at: self.next(), weight: self.next() },
            seen_before: self.seen(),
            dispute: self.maybe(Self::dispute),
        }
    }

    pub fn dispute(&mut self) -> Dispute {
        Dispute {
            fact_at: self.next(),
            evidence: self.hash(),
            answer: self.hash(),
            bond: self.money(),
            answer_by: self.next(),
            decide_by: self.next(),
        }
    }

    pub fn seen(&mut self) -> Seen {
        Seen { days: self.int(), uptime_bps: self.next(), latency_ms: self.next() }
    }

    pub fn evidence(&mut self) -> Evidence {
        Evidence {
            kept: self.next(),
            missed: self.next(),
            completed: self.next(),
            broken: self.next(),
            short: self.next(),
            lost: self.next(),
            praised: self.next(),
            blamed: self.next(),
        }
    }

    pub fn standing(&mut self) -> Standing {
        Standing { month: self.int(), now: self.evidence(), past: self.evidence() }
    }

    pub fn findings(&mut self) -> Findings {
        Findings { seen: self.evidence(), undone: self.evidence(), undone_at: self.next() }
    }

    pub fn maintenance(&mut self) -> Maintenance {
        let windows = self.next() % 5;
        Maintenance {
            before_ms: self.next(),
            windows: (0..windows).map(|_| Window { from: self.next(), until: self.next() }).collect(),
        }
    }

    pub fn quality(&mut self) -> Quality {
        let reports = self.next() % 17;
        Quality {
            day: self.int(),
            seen: self.seen(),
            short: self.next(),
            provider_short: self.next(),
            reports: (0..reports)
                .map(|_| Report {
                    observer: self.account(),
                    network: self.flag(),
                    uptime_bps: self.half(),
                    latency_ms: self.int(),
                })
                .collect(),
        }
    }

    pub fn config(&mut self) -> Config {
        Config {
            network_fee_bps: self.half(),
            referral_bps: self.half(),
            reporter_bps: self.half(),
            accept_ms: self.int(),
            activate_ms: self.int(),
            score_unit: self.next(),
        }
    }

    pub fn pauses(&mut self) -> Pauses {
        Pauses {
            paused: self.flag(),
            began_at: self.next(),
            count: self.int(),
            ended_ms: self.next(),
            next_at: self.next(),
        }
    }

    pub fn rate(&mut self) -> Rate {
        Rate { per_usd: self.money(), at: self.next() }
    }

    pub fn account_record(&mut self) -> Account {
        Account {
            available: self.money(),
            locked: self.money(),
            reservations: self.int(),
            placements: self.int(),
            nodes: self.int(),
            clusters: self.int(),
            standing: self.standing(),
        }
    }

    pub fn root(&mut self) -> Root {
        Root {
            admin: self.account(),
            treasury: self.account(),
            config: self.config(),
            pauses: self.pauses(),
            rate: self.rate(),
            owed: self.money(),
            fees: self.money(),
            last_node: self.next(),
            last_unit: self.next(),
            last_reservation: self.next(),
            last_placement: self.next(),
            last_cluster: self.next(),
            offered_to: self.maybe(Self::account),
        }
    }

    pub fn challenger(&mut self) -> Challenger {
        Challenger {
            interval_ms: self.int(),
            window_ms: self.int(),
            round: self.int(),
            seed: self.hash(),
            opened_at: self.next(),
            opened_block: self.int(),
            open_window_ms: self.int(),
            pauses: self.int(),
            cuts: self.int(),
        }
    }

    pub fn unit(&mut self) -> DataUnit {
        DataUnit {
            provider: self.account(),
            node: self.next(),
            region: self.half(),
            used: self.next(),
            place: self.int(),
            placements: self.int(),
            changed_at: self.next(),
            standing: self.standing(),
            member: self.maybe(|x| Member {
                cluster: x.next(),
                capacity: x.next(),
                used: x.next(),
                place: x.int(),
            }),
            spec: UnitSpec {
                kind: self.kind(),
                capacity: self.next(),
                price: self.money(),
                currency: self.currency(),
                terms: self.terms(),
                min_term_ms: self.next(),
                max_term_ms: self.next(),
                open: self.flag(),
                tags: self.bytes(),
            },
        }
    }

    pub fn reservation(&mut self) -> Reservation {
        let (grants, slots) = (self.next() % 4, self.next() % 4);
        Reservation {
            consumer: self.account(),
            challenger: self.account(),
            capacity: self.next(),
            term_ms: self.next(),
            renew_up_to: self.money(),
            place: self.int(),
            cluster_place: self.int(),
            offered_to: self.maybe(Self::account),
            referrer: self.maybe(Self::account),
            choice: self.maybe(|x| Choice {
                cluster: x.next(),
                region: x.maybe(Self::half),
                together: x.flag(),
            }),
            manifest: self.bytes(),
            grants: (0..grants)
                .map(|_| Grant {
                    account: self.account(),
                    access: [Access::Reader, Access::Writer][self.next() as usize % 2],
                })
                .collect(),
            slots: (0..slots)
                .map(|_| Slot {
                    placement: self.next(),
                    provider: self.account(),
                    pot: self.money(),
                    spent: self.money(),
                })
                .collect(),
        }
    }

    pub fn cluster(&mut self) -> Cluster {
        let observers = self.next() % 9;
        Cluster {
            manager: self.account(),
            changed_at: self.next(),
            members: self.int(),
            turn: self.int(),
            reservations: self.int(),
            place: self.int(),
            pool: Pool {
                distributions: self.int(),
                fee: self.money(),
                manager: self.money(),
                members: self.money(),
                due: self.money(),
            },
            offered_to: self.maybe(Self::account),
            spec: ClusterSpec {
                kind: self.kind(),
                price: self.money(),
                currency: self.currency(),
                terms: self.terms(),
                fee_bps: self.half(),
                open: self.flag(),
                parameters: self.bytes(),
                observers: (0..observers).map(|_| self.account()).collect(),
            },
        }
    }

    pub fn office(&mut self) -> Office {
        use Role::*;
        let roles = [Pauser, PriceFeed, Observer, Arbiter];
        let holders = self.next() % 4;
        Office {
            holders: (0..holders)
                .map(|_| Holder { account: self.account(), role: roles[self.next() as usize % 4] })
                .collect(),
            upgrade: self.maybe(|x| Upgrade { code_hash: x.hash(), from: x.next() }),
        }
    }
}
