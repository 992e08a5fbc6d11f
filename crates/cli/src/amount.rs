//! Money as people write it.

use std::str::FromStr;

use crate::failure::Failure;

/// What a chain calls its token, and how many decimals its smallest unit is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub symbol: String,
    pub decimals: u32,
}

/// An amount that was typed: tokens with decimals, or with a `p` behind it planks, the smallest unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    whole: u128,
    /// Decimals as typed, without trailing zeros.
    decimals: String,
    planks: bool,
}

impl Default for Token {
    fn default() -> Self {
        Self { symbol: "UNIT".to_owned(), decimals: 12 }
    }
}

impl Token {
    /// What prices in dollars count in.
    pub const MICRO_USD: Token = Token { symbol: String::new(), decimals: 6 };

    /// Planks as tokens, with as many decimals as it takes, and the token's name.
    pub fn text(&self, planks: u128) -> String {
        format!("{} {}", self.decimal(planks), self.symbol)
    }

    /// [`Token::text`] with a sign where the amount is negative.
    pub fn signed(&self, planks: i128) -> String {
        let sign = if planks < 0 { "-" } else { "" };
        format!("{sign}{}", self.text(planks.unsigned_abs()))
    }

    /// Planks as tokens, with as many decimals as it takes.
    pub fn decimal(&self, planks: u128) -> String {
        let digits = format!("{planks:0>width$}", width = self.decimals as usize + 1);
        let (whole, decimals) = digits.split_at(digits.len() - self.decimals as usize);
        let decimals = decimals.trim_end_matches('0');
        if decimals.is_empty() {
            whole.to_owned()
        } else {
            format!("{whole}.{decimals}")
        }
    }
}

impl Amount {
    /// The amount in planks. Refuses more decimals than the token has.
    pub fn planks(&self, token: &Token) -> Result<u128, Failure> {
        if self.planks {
            return Ok(self.whole);
        }
        let places = token.decimals as usize;
        if self.decimals.len() > places {
            return Err(Failure::Input(format!(
                "{} has {places} decimals: write the amount with no more",
                token.symbol
            )));
        }
        let too_large =
            || Failure::Input("the amount is larger than any chain holds: write a smaller one".to_owned());
        let digits = format!("{}{:0<places$}", self.whole, self.decimals);
        digits.parse().map_err(|_| too_large())
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "give an amount in tokens such as 2.5, or in planks such as 2500p".to_owned();
        let (digits, planks) = match text.strip_suffix('p') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let digits_only = |x: &str| x.bytes().all(|x| x.is_ascii_digit());
        let fits = !whole.is_empty() && digits_only(whole) && digits_only(decimals);
        if !fits || digits.ends_with('.') || (planks && digits.contains('.')) {
            return Err(wrong());
        }
        let decimals = decimals.trim_end_matches('0').to_owned();
        Ok(Self { whole: whole.parse().map_err(|_| wrong())?, decimals, planks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planks(text: &str) -> Option<u128> {
        text.parse::<Amount>().ok()?.planks(&Token::default()).ok()
    }

    #[test]
    fn amounts_are_read_in_tokens_and_in_planks() {
        assert_eq!(planks("2"), Some(2_000_000_000_000));
        assert_eq!(planks("0.5"), Some(500_000_000_000));
        assert_eq!(planks("0.000000000001"), Some(1));
        assert_eq!(planks("1.000000000000000"), Some(1_000_000_000_000));
        assert_eq!(planks("7p"), Some(7));
        assert_eq!(planks("0"), Some(0));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for wrong in ["", ".", "1.", ".5", "-1", "1e3", "1,5", "0.0000000000001", "1.5p", "p", "1 UNIT"] {
            assert_eq!(planks(wrong), None, "{wrong}");
        }
        assert_eq!(planks("340282366920938463463374607431768211456"), None);
        assert_eq!(planks("999999999999999999999999999"), None);
    }

    #[test]
    fn amounts_are_written_without_useless_zeros() {
        let token = Token { symbol: "DOT".to_owned(), decimals: 10 };
        assert_eq!(token.text(15_000_000_000), "1.5 DOT");
        assert_eq!(token.text(1), "0.0000000001 DOT");
        assert_eq!(token.signed(-20_000_000_000), "-2 DOT");
        assert_eq!(Token { symbol: "X".to_owned(), decimals: 0 }.text(12), "12 X");
    }
}
