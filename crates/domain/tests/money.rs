//! The arithmetic of money against 256-bit arithmetic done digit by digit.

use orchestrator_domain::{
    bps_down, bps_up, monthly, price_down, price_up, share_down, share_up, Account, Balance, Error,
    MAX_MONTHLY_PRICE, MAX_TERM_MS, MONTH_MS,
};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// `amount × part / whole` and its remainder, by binary long division over 192 bits; none when the quotient does not
/// fit into 128.
fn divided(amount: u128, part: u64, whole: u64) -> Option<(u128, u64)> {
    let low = (amount & u128::from(u64::MAX)) * u128::from(part);
    let high = (amount >> 64) * u128::from(part) + (low >> 64);
    let digits = [(high >> 64) as u64, high as u64, low as u64];
    let (mut quotient, mut rest) = ([0u64; 3], 0u128);
    for (i, digit) in digits.iter().enumerate() {
        for bit in (0..64).rev() {
            rest = (rest << 1) | u128::from((digit >> bit) & 1);
            if rest >= u128::from(whole) {
                rest -= u128::from(whole);
                quotient[i] |= 1 << bit;
            }
        }
    }
    (quotient[0] == 0).then(|| ((u128::from(quotient[1]) << 64) | u128::from(quotient[2]), rest as u64))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn shares_round_down_and_up_as_long_division_does(
        amount in any::<u128>(), shift in 0u32..128, part in any::<u64>(), less in 0u32..64, whole in 1u64..=1 << 63,
    ) {
        let (amount, part) = (amount >> shift, part >> less);
        match amount.checked_mul(part.into()) {
            Some(_) => {
                let (quotient, rest) = divided(amount, part, whole).unwrap();
                prop_assert_eq!(share_down(amount, part, whole), Ok(quotient));
                prop_assert_eq!(share_up(amount, part, whole), Ok(quotient + u128::from(rest > 0)));
            }
            None => {
                prop_assert_eq!(share_down(amount, part, whole), Err(Error::Overflow));
                prop_assert_eq!(share_up(amount, part, whole), Err(Error::Overflow));
            }
        }
    }

    #[test]
    fn within_the_bounds_every_price_has_an_amount(
        price in 0..=MAX_MONTHLY_PRICE, shift in 0u32..80, capacity in 1u64..=1 << 32, ms in 0..=MAX_TERM_MS,
    ) {
        let price = price >> shift;
        match price * Balance::from(capacity) <= MAX_MONTHLY_PRICE {
            true => {
                let (quotient, rest) = divided(price * Balance::from(capacity), ms, MONTH_MS).unwrap();
                prop_assert_eq!(price_down(price, capacity, ms), Ok(quotient));
                prop_assert_eq!(price_up(price, capacity, ms), Ok(quotient + u128::from(rest > 0)));
            }
            false => {
                prop_assert_eq!(price_down(price, capacity, ms), Err(Error::PriceTooHigh));
                prop_assert_eq!(price_up(price, capacity, ms), Err(Error::PriceTooHigh));
            }
        }
    }

    #[test]
    fn an_account_never_gives_more_than_it_has(start in any::<u128>(), amount in any::<u128>()) {
        let full = Account { available: start, locked: start, ..Account::default() };
        let mut account = full.clone();
        let (debit, release) = (account.debit(amount), account.release(amount));
        match start.checked_sub(amount) {
            Some(left) => {
                prop_assert_eq!((debit, release), (Ok(()), Ok(())));
                prop_assert_eq!((account.available, account.locked), (left, left));
            }
            None => {
                prop_assert_eq!((debit, release), (Err(Error::NotEnoughAvailable), Err(Error::Overflow)));
                prop_assert_eq!(&account, &full);
            }
        }
        let mut account = full.clone();
        let (credit, bind) = (account.credit(amount), account.bind(amount));
        match start.checked_add(amount) {
            Some(sum) => prop_assert_eq!((account.available, account.locked), (sum, sum)),
            None => {
                prop_assert_eq!((credit, bind), (Err(Error::Overflow), Err(Error::Overflow)));
                prop_assert_eq!(&account, &full);
            }
        }
    }
}

#[test]
fn the_highest_monthly_price_is_accepted_and_one_above_is_refused() {
    assert_eq!(monthly(MAX_MONTHLY_PRICE, 1), Ok(MAX_MONTHLY_PRICE));
    assert_eq!(monthly(MAX_MONTHLY_PRICE >> 32, 1 << 32), Ok(MAX_MONTHLY_PRICE));
    assert_eq!(monthly(MAX_MONTHLY_PRICE + 1, 1), Err(Error::PriceTooHigh));
    assert_eq!(monthly((MAX_MONTHLY_PRICE >> 32) + 1, 1 << 32), Err(Error::PriceTooHigh));
    assert_eq!(monthly(u128::MAX, 2), Err(Error::PriceTooHigh));
}

#[test]
fn shares_of_nothing_and_of_more_than_two_to_the_63_are_refused() {
    for (whole, verdict) in
        [(0, Err(Error::Overflow)), (1 << 63, Ok(2)), ((1 << 63) + 1, Err(Error::Overflow))]
    {
        assert_eq!(share_down(1 << 64, 1, whole), verdict);
        assert_eq!(share_up(1 << 64, 1, whole), verdict);
    }
    assert_eq!((share_down(5, 0, 7), share_up(5, 0, 7)), (Ok(0), Ok(0)));
}

#[test]
fn what_is_owed_rounds_up_and_what_is_paid_rounds_down() {
    assert_eq!((bps_down(19_999, 1), bps_up(19_999, 1)), (Ok(1), Ok(2)));
    assert_eq!((bps_down(20_000, 1), bps_up(20_000, 1)), (Ok(2), Ok(2)));
    assert_eq!((price_down(1, 1, 1), price_up(1, 1, 1)), (Ok(0), Ok(1)));
    assert_eq!((price_down(1, 1, MONTH_MS), price_up(1, 1, MONTH_MS)), (Ok(1), Ok(1)));
}
