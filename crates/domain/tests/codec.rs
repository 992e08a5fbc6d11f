//! Records that are read at once instead of field by field are read as SCALE says.

use ink::primitives::AccountId;
use orchestrator_domain::*;
use proptest::prelude::*;
use scale::{Decode, DecodeAll, Encode};

/// What a record is made of in these tests: numbers, drawn one after the other.
struct Numbers(Vec<u64>, usize);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.1 += 1;
        self.0[self.1 % self.0.len()].wrapping_mul(self.1 as u64)
    }

    fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    fn half(&mut self) -> u16 {
        self.next() as u16
    }

    fn int(&mut self) -> u32 {
        self.next() as u32
    }

    fn money(&mut self) -> Balance {
        (Balance::from(self.next()) << 64) | Balance::from(self.next())
    }

    fn flag(&mut self) -> bool {
        self.next() % 2 == 1
    }

    fn hash(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.byte())
    }

    fn account(&mut self) -> AccountId {
        self.hash().into()
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| value(self))
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.next() % 40).map(|i| i as u8).collect()
    }

    fn terms(&mut self) -> SlaTerms {
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

    fn kind(&mut self) -> Kind {
        use Kind::*;
        [ObjectStore, BlockStore, FileStore, Compute, Functions, Delivery][self.next() as usize % 6]
    }

    fn currency(&mut self) -> Currency {
        [Currency::Token, Currency::MicroUsd][self.next() as usize % 2]
    }

    fn placement(&mut self) -> Placement {
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
            },
            place: self.int(),
        }
    }

    fn challenger(&mut self) -> Challenger {
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

    fn unit(&mut self) -> DataUnit {
        DataUnit {
            provider: self.account(),
            node: self.next(),
            region: self.half(),
            used: self.next(),
            place: self.int(),
            placements: self.int(),
            changed_at: self.next(),
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

    fn reservation(&mut self) -> Reservation {
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

    fn cluster(&mut self) -> Cluster {
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
            },
        }
    }

    fn office(&mut self) -> Office {
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

/// Read back from what the derived encoder writes, alone and with more behind it; refused when cut short.
fn is_read_as_written<T: Encode + Decode + PartialEq + std::fmt::Debug>(record: &T) {
    let mut bytes = record.encode();
    assert_eq!(T::decode_all(&mut &bytes[..]).as_ref(), Ok(record));
    assert!(T::decode(&mut &bytes[..bytes.len() - 1]).is_err());
    bytes.extend([7, 7]);
    let mut input = &bytes[..];
    assert_eq!(T::decode(&mut input).as_ref(), Ok(record));
    assert_eq!(input, [7, 7]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_read_as_it_was_written(numbers in prop::collection::vec(any::<u64>(), 16..40)) {
        let mut x = Numbers(numbers, 0);
        is_read_as_written(&x.placement());
        is_read_as_written(&x.challenger());
        is_read_as_written(&x.unit());
        is_read_as_written(&x.reservation());
        is_read_as_written(&x.cluster());
        is_read_as_written(&x.office());
        is_read_as_written(&Account {
            available: x.money(),
            locked: x.money(),
            reservations: x.int(),
            placements: x.int(),
            nodes: x.int(),
            clusters: x.int(),
        });
        is_read_as_written(&Config {
            network_fee_bps: x.half(),
            referral_bps: x.half(),
            reporter_bps: x.half(),
            accept_ms: x.int(),
            activate_ms: x.int(),
        });
        is_read_as_written(&Share { distributions: x.int(), pooled: x.money(), due: x.money() });
        is_read_as_written(&Rate { per_usd: x.money(), at: x.next() });
        is_read_as_written(&Replica { unit: x.next(), root: x.hash(), chunks: x.next() });
        is_read_as_written(&Pauses {
            paused: x.flag(),
            began_at: x.next(),
            count: x.int(),
            ended_ms: x.next(),
            next_at: x.next(),
        });
    }
}

#[test]
fn what_is_no_value_is_refused() {
    let pauses = Pauses::default().encode();
    assert!(Pauses::decode_all(&mut &pauses[..]).is_ok());
    assert!(Pauses::decode_all(&mut &[&[2], &pauses[1..]].concat()[..]).is_err(), "a flag is 0 or 1");
    let mut x = Numbers(vec![0], 0);
    let mut placement = x.placement().encode();
    let state = 8 + 1 + 8 + 32 + 32;
    assert_eq!(placement[state], 0);
    placement[state] = 8;
    assert!(Placement::decode_all(&mut &placement[..]).is_err(), "there are eight states");
}

#[test]
fn a_name_that_is_none_is_refused() {
    assert!(Kind::decode(&mut &[5][..]).is_ok() && Kind::decode(&mut &[6][..]).is_err());
    assert!(Currency::decode(&mut &[1][..]).is_ok() && Currency::decode(&mut &[2][..]).is_err());
    let named = |last: u8| [&[1; 32][..], &[last]].concat();
    assert!(Holder::decode(&mut &named(3)[..]).is_ok() && Holder::decode(&mut &named(4)[..]).is_err());
    assert!(Grant::decode(&mut &named(1)[..]).is_ok() && Grant::decode(&mut &named(2)[..]).is_err());
}
