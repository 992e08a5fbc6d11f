//! Prices of data units and clusters as people type and read them.

use orchestrator::domain::{Balance, Currency};

use crate::{
    amount::{Amount, Token},
    failure::Failure,
    session::Session,
};

/// A price, in tokens or in dollars.
#[derive(Clone, Debug, clap::Args)]
pub struct Price {
    /// Price per unit of capacity and 30 days, in tokens such as 2.5, or in planks such as 2500p
    #[arg(long, value_name = "AMOUNT", conflicts_with = "price_usd")]
    price: Option<Amount>,
    /// The same in US dollars, with up to 6 decimals: a term is paid in tokens at the rate when it begins
    #[arg(long, value_name = "USD", value_parser = micro_usd)]
    price_usd: Option<u128>,
}

impl Price {
    /// What was typed, if anything was.
    pub fn read(&self, session: &Session) -> Result<Option<(Balance, Currency)>, Failure> {
        match (&self.price, self.price_usd) {
            (Some(amount), _) => Ok(Some((session.planks(amount)?, Currency::Token))),
            (None, Some(price)) => Ok(Some((price, Currency::MicroUsd))),
            (None, None) => Ok(None),
        }
    }

    /// What was typed. Refuses where nothing was.
    pub fn require(&self, session: &Session) -> Result<(Balance, Currency), Failure> {
        let missing =
            || Failure::input("name the price per unit of capacity and 30 days: --price or --price-usd");
        self.read(session)?.ok_or_else(missing)
    }
}

/// A price for people.
pub fn text(price: Balance, currency: Currency, token: &Token) -> String {
    match currency {
        Currency::Token => token.text(price),
        Currency::MicroUsd => format!("{} USD", Token::MICRO_USD.decimal(price)),
    }
}

fn micro_usd(text: &str) -> Result<u128, String> {
    let dollars = Token { symbol: "a price in US dollars".to_owned(), ..Token::MICRO_USD };
    let amount: Amount = match text.strip_suffix('p') {
        Some(_) => return Err("give an amount in US dollars such as 0.02".to_owned()),
        None => text.parse().map_err(|_| "give an amount in US dollars such as 0.02")?,
    };
    amount.planks(&dollars).map_err(|refusal| match refusal {
        Failure::Input(sentence) => sentence,
        other => format!("{other:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_to_the_millionth() {
        assert_eq!(
            (micro_usd("2"), micro_usd("0.02"), micro_usd("0.000001")),
            (Ok(2_000_000), Ok(20_000), Ok(1))
        );
        for wrong in ["", "2p", "$2", "0.0000001", "-1", "2 USD"] {
            assert!(micro_usd(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            micro_usd("0.0000001").unwrap_err().split(':').next(),
            Some("a price in US dollars has 6 decimals")
        );
    }
}
