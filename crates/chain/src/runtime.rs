//! The runtime of the embedded chain: accounts with balances, a clock, and pallet-contracts 38 with the
//! limits of a production parachain.
//!
//! Prices are those of `substrate-contracts-node` 0.42; the limits on code and call depth are those of the
//! tighter production chains that run ink! 5.

use frame_support::{
    construct_runtime, derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstBool, ConstU32, ConstU64, Nothing, Randomness},
    weights::{
        constants::{BlockExecutionWeight, ExtrinsicBaseWeight, RocksDbWeight, WEIGHT_REF_TIME_PER_MILLIS},
        Weight,
    },
};
use frame_system::{limits::BlockWeights, EnsureSigned};
use sp_core::H256;
use sp_runtime::{
    generic,
    traits::{BlakeTwo256, Convert},
    AccountId32, MultiAddress, MultiSignature, Perbill,
};

/// Raised whenever a state written by an older build could be read wrongly or priced differently.
pub const RUNTIME_VERSION: u32 = 1;

/// Planks in one UNIT.
pub const UNIT: u128 = 1_000_000_000_000;

/// The least an account may hold, in planks: 0.001 UNIT. An account that would hold less does not exist.
pub const EXISTENTIAL_DEPOSIT: u128 = 1_000_000_000;

/// What one storage item of a contract costs while it exists, in planks: 0.1 UNIT.
pub const DEPOSIT_PER_ITEM: u128 = 100_000_000_000;

/// What one byte of a contract's storage or code costs while it exists, in planks: 0.000005 UNIT.
pub const DEPOSIT_PER_BYTE: u128 = 5_000_000;

/// The most storage deposit that one call takes from its signer, in planks: that of 1,024 items and 1 MiB.
pub const MAX_CALL_DEPOSIT: u128 = 1024 * DEPOSIT_PER_ITEM + 1024 * 1024 * DEPOSIT_PER_BYTE;

/// The largest contract code, in bytes: 123 KiB.
pub const MAX_CODE_BYTES: u32 = 123 * 1024;

/// How many calls may be nested below the one that an account signed.
pub const MAX_CALL_DEPTH: u32 = 5;

/// The clock of a chain at its first block, in milliseconds since the Unix epoch: 2025-01-01T00:00:00Z.
pub const GENESIS_MS: u64 = 1_735_689_600_000;

/// What a block may compute, and how large its proof may be: 2 s and 5 MiB.
pub const BLOCK_WEIGHT: Weight =
    Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(2_000), 5 * 1024 * 1024);

/// The share of a block that signed calls may take, all of them or a single one: 1.5 s and 3.75 MiB.
pub const CALLS_WEIGHT: Weight =
    Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(1_500), 15 * 256 * 1024);

type Extrinsic = generic::UncheckedExtrinsic<MultiAddress<AccountId32, ()>, RuntimeCall, MultiSignature, ()>;
type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;

construct_runtime!(
    pub enum Runtime {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Balances: pallet_balances,
        Contracts: pallet_contracts,
    }
);

parameter_types! {
    pub Weights: BlockWeights = BlockWeights::builder()
        .base_block(BlockExecutionWeight::get())
        .for_class(DispatchClass::all(), |weights| weights.base_extrinsic = ExtrinsicBaseWeight::get())
        .for_class(DispatchClass::Normal, |weights| weights.max_total = Some(CALLS_WEIGHT))
        .for_class(DispatchClass::Operational, |weights| weights.max_total = Some(BLOCK_WEIGHT))
        .avg_block_initialization(Perbill::zero())
        .build_or_panic();
    pub ContractSchedule: pallet_contracts::Schedule<Runtime> = Default::default();
    pub const CodeHashLockupDepositPercent: Perbill = Perbill::from_percent(0);
    pub const DepositPerItem: u128 = DEPOSIT_PER_ITEM;
    pub const DepositPerByte: u128 = DEPOSIT_PER_BYTE;
    pub const DefaultDepositLimit: u128 = MAX_CALL_DEPOSIT;
    pub const ExistentialDeposit: u128 = EXISTENTIAL_DEPOSIT;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = Block;
    type BlockWeights = Weights;
    type DbWeight = RocksDbWeight;
    type AccountData = pallet_balances::AccountData<u128>;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Self>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<0>;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Self>;
}

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Self>;
    type Balance = u128;
    type DustRemoval = ();
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = ();
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = ConstU32<0>;
}

/// pallet-contracts asks for a source of randomness and never uses it.
pub struct NoRandomness;

impl Randomness<H256, u32> for NoRandomness {
    fn random(_subject: &[u8]) -> (H256, u32) {
        (H256::zero(), 0)
    }
}

/// One plank a picosecond, as on the development node; the proof is free.
pub struct WeightPrice;

impl Convert<Weight, u128> for WeightPrice {
    fn convert(weight: Weight) -> u128 {
        u128::from(weight.ref_time())
    }
}

impl pallet_contracts::Config for Runtime {
    type Time = Timestamp;
    type Randomness = NoRandomness;
    type Currency = Balances;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type RuntimeHoldReason = RuntimeHoldReason;
    type CallFilter = Nothing;
    type WeightPrice = WeightPrice;
    type WeightInfo = pallet_contracts::weights::SubstrateWeight<Self>;
    type ChainExtension = ();
    type Schedule = ContractSchedule;
    type CallStack = [pallet_contracts::Frame<Self>; MAX_CALL_DEPTH as usize];
    type DepositPerByte = DepositPerByte;
    type DefaultDepositLimit = DefaultDepositLimit;
    type DepositPerItem = DepositPerItem;
    type CodeHashLockupDepositPercent = CodeHashLockupDepositPercent;
    type AddressGenerator = pallet_contracts::DefaultAddressGenerator;
    type MaxCodeLen = ConstU32<MAX_CODE_BYTES>;
    type MaxStorageKeyLen = ConstU32<128>;
    type MaxTransientStorageSize = ConstU32<{ 1024 * 1024 }>;
    type MaxDelegateDependencies = ConstU32<32>;
    type UnsafeUnstableInterface = ConstBool<false>;
    type MaxDebugBufferLen = ConstU32<{ 2 * 1024 * 1024 }>;
    type UploadOrigin = EnsureSigned<AccountId32>;
    type InstantiateOrigin = EnsureSigned<AccountId32>;
    type Migrations = ();
    type Debug = ();
    type Environment = ();
    type ApiVersion = ();
    type Xcm = ();
}

#[cfg(test)]
mod tests {
    use super::*;
    use frame_support::traits::IntegrityTest;

    #[test]
    fn the_limits_of_the_pallets_fit_each_other() {
        <AllPalletsWithSystem as IntegrityTest>::integrity_test();
    }

    #[test]
    fn one_call_may_take_one_and_a_half_seconds_of_a_block_of_two() {
        let weights = <Runtime as frame_system::Config>::BlockWeights::get();
        let normal = weights.get(DispatchClass::Normal);
        assert_eq!(weights.max_block, BLOCK_WEIGHT);
        assert_eq!(normal.max_total, Some(CALLS_WEIGHT));
        assert_eq!(normal.max_extrinsic, Some(CALLS_WEIGHT - normal.base_extrinsic));
        assert_eq!(CALLS_WEIGHT, BLOCK_WEIGHT * 3 / 4);
    }
}
