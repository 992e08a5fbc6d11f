//! A value of the contract, for programs and for people.

use orchestrator_chain::{address, AccountId};
use serde::{ser::SerializeMap, Serialize, Serializer};

use crate::{
    amount::Token,
    time::{instant, span},
};

/// A value with the names that the metadata gives to its parts, in their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Nothing: `()` or `None`.
    Nothing,
    /// True or false.
    Flag(bool),
    /// A number that is no money.
    Number(u64),
    /// Money in planks.
    Amount(u128),
    /// One of several names.
    Name(String),
    /// Bytes: a hash or a text.
    Bytes(Vec<u8>),
    /// An account.
    Account(AccountId),
    /// Values of one kind.
    List(Vec<Told>),
    /// Values with names.
    Record(Vec<(String, Told)>),
    /// One of several names, with a value.
    Choice(String, Box<Told>),
}

/// JSON: accounts as addresses, bytes in hexadecimal digits, money as a string of planks.
impl Serialize for Told {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => to.serialize_none(),
            Self::Flag(x) => to.serialize_bool(*x),
            Self::Number(x) => to.serialize_u64(*x),
            Self::Amount(x) => to.serialize_str(&x.to_string()),
            Self::Name(x) => to.serialize_str(x),
            Self::Bytes(x) => to.serialize_str(&format!("0x{}", hex::encode(x))),
            Self::Account(x) => to.serialize_str(&address(x)),
            Self::List(x) => to.collect_seq(x),
            Self::Record(x) => to.collect_map(x.iter().map(|(name, x)| (name, x))),
            Self::Choice(name, x) => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry(name, x)?;
                map.end()
            }
        }
    }
}

impl Told {
    /// The part with this name.
    pub fn part(&self, name: &str) -> Option<&Told> {
        let Self::Record(parts) = self else { return None };
        parts.iter().find(|(x, _)| x == name).map(|(_, part)| part)
    }

    /// One row for each part that is no record itself: its name with those of what it is in, and its value.
    pub fn rows(&self, token: &Token) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        self.fill(String::new(), token, &mut rows);
        rows
    }

    /// All of it in one line.
    pub fn line(&self, token: &Token) -> String {
        self.inline("", token)
    }

    fn inline(&self, name: &str, token: &Token) -> String {
        match self {
            Self::Record(parts) => {
                let parts = parts.iter().filter(|(_, x)| !self.leaves_out(x));
                let dollars = matches!(self.part("currency"), Some(Self::Name(x)) if x == "MicroUsd");
                let told = parts.map(|(part, x)| match x {
                    Self::Amount(x) if dollars && part == "price" => {
                        format!("price {} USD", Token::MICRO_USD.decimal(*x))
                    }
                    Self::Record(_) => format!("{} ({})", words(part), x.inline(part, token)),
                    x => format!("{} {}", label(&words(part)), x.inline(&words(part), token)),
                });
                let told: Vec<_> = told.collect();
                if told.is_empty() {
                    "nothing".to_owned()
                } else {
                    told.join(", ")
                }
            }
            Self::List(items) if items.iter().any(|x| matches!(x, Self::Record(_))) => {
                let items: Vec<_> = items.iter().map(|x| x.inline(name, token)).collect();
                format!("[{}]", items.join("; "))
            }
            Self::Choice(choice, x) => format!("{choice} {}", x.inline(name, token)),
            plain => plain.text(name, token),
        }
    }

    /// Whether a part says nothing: a zero among many counts.
    fn leaves_out(&self, part: &Told) -> bool {
        let Self::Record(parts) = self else { return false };
        let counts = parts.len() > 5 && parts.iter().all(|(_, x)| matches!(x, Self::Number(_)));
        counts && matches!(part, Self::Number(0))
    }

    fn fill(&self, name: String, token: &Token, rows: &mut Vec<(String, String)>) {
        let within = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name} {part}") };
        match self {
            Self::Record(parts) => {
                let dollars = matches!(self.part("currency"), Some(Self::Name(x)) if x == "MicroUsd");
                let told = parts.iter().filter(|(_, x)| !self.leaves_out(x));
                if !parts.is_empty() && told.clone().next().is_none() {
                    rows.push((name.clone(), "nothing".to_owned()));
                }
                for (part, x) in told {
                    match x {
                        Self::Amount(price) if dollars && part == "price" => {
                            rows.push((within("price"), format!("{} USD", Token::MICRO_USD.decimal(*price))));
                        }
                        x => x.fill(within(&words(part)), token, rows),
                    }
                }
            }
            Self::List(items) if items.iter().any(|x| matches!(x, Self::Record(_) | Self::Choice(..))) => {
                for (i, x) in items.iter().enumerate() {
                    x.fill(within(&i.to_string()), token, rows);
                }
            }
            Self::Choice(choice, x) => x.fill(within(choice), token, rows),
            plain => rows.push((label(&name).to_owned(), plain.text(&name, token))),
        }
    }

    /// A plain value; its name tells what a number counts.
    fn text(&self, name: &str, token: &Token) -> String {
        match self {
            Self::Nothing => "-".to_owned(),
            Self::Flag(x) => if *x { "yes" } else { "no" }.to_owned(),
            Self::Number(x) => number(*x, name.rsplit(' ').next().unwrap_or_default()),
            Self::Amount(x) => token.text(*x),
            Self::Name(x) => x.clone(),
            Self::Bytes(x) => bytes(x),
            Self::Account(x) => address(x),
            Self::List(items) if items.is_empty() => "-".to_owned(),
            Self::List(items) => items.iter().map(|x| x.text(name, token)).collect::<Vec<_>>().join(", "),
            Self::Record(_) | Self::Choice(..) => self.inline(name, token),
        }
    }
}

/// Names in the contract say what they count: see the glossary.
fn number(x: u64, name: &str) -> String {
    match name {
        "at" | "until" | "from" if x == 0 => "-".to_owned(),
        "at" | "until" | "from" => format!("{} UTC", instant(x)),
        // On the clock that pauses stop.
        "by" if x > 0 => format!("{} UTC, and later by what pauses take", instant(x)),
        "ms" if x < 1_000 => format!("{x} ms"),
        "ms" => span(x),
        "bps" => format!("{}.{:02} %", x / 100, x % 100),
        _ => x.to_string(),
    }
}

/// Words of a name; the last one tells the unit.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A name without the unit, which the value has.
fn label(name: &str) -> &str {
    name.strip_suffix(" ms").or_else(|| name.strip_suffix(" bps")).unwrap_or(name)
}

/// Text where it is one, hexadecimal digits where not.
fn bytes(x: &[u8]) -> String {
    match std::str::from_utf8(x) {
        Ok("") => "-".to_owned(),
        Ok(text) if !text.chars().any(char::is_control) => format!("\"{text}\""),
        _ => format!("0x{}", hex::encode(x)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(parts: &[(&str, Told)]) -> Told {
        Told::Record(parts.iter().map(|(name, x)| ((*name).to_owned(), x.clone())).collect())
    }

    #[test]
    fn numbers_are_told_in_what_their_names_count() {
        let told = record(&[
            ("ends_at", Told::Number(951_827_696_789)),
            ("changed_at", Told::Number(0)),
            ("term_ms", Told::Number(90_061_000)),
            ("fee_bps", Told::Number(1_250)),
            ("capacity", Told::Number(64)),
            ("escrow", Told::Amount(1_500_000_000_000)),
        ]);
        let rows = told.rows(&Token::default());
        let expected = [
            ("ends at", "2000-02-29 12:34:56 UTC"),
            ("changed at", "-"),
            ("term", "1d 1h"),
            ("fee", "12.50 %"),
            ("capacity", "64"),
            ("escrow", "1.5 UNIT"),
        ];
        assert_eq!(rows, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn a_price_in_dollars_is_told_in_dollars() {
        let currency = |x: &str| ("currency", Told::Name(x.to_owned()));
        let price = ("price", Told::Amount(2_500_000));
        let told = |x: &str| record(&[price.clone(), currency(x)]);
        assert_eq!(told("MicroUsd").line(&Token::default()), "price 2.5 USD, currency MicroUsd");
        assert_eq!(told("Token").line(&Token::default()), "price 0.0000025 UNIT, currency Token");
        assert_eq!(told("MicroUsd").rows(&Token::default())[0].1, "2.5 USD");
    }

    #[test]
    fn zeros_among_many_counts_are_left_out() {
        let counts = |first| {
            let names = ["kept", "missed", "completed", "broken", "short", "lost"];
            let counts: Vec<_> = names.iter().map(|x| (*x, Told::Number(u64::from(*x == first)))).collect();
            record(&[("id", Told::Number(0)), ("found", record(&counts))])
        };
        let token = Token::default();
        assert_eq!(counts("missed").line(&token), "id 0, found (missed 1)");
        assert_eq!(counts("").line(&token), "id 0, found (nothing)");
        assert_eq!(counts("lost").rows(&token)[1], ("found lost".to_owned(), "1".to_owned()));
        assert_eq!(counts("").rows(&token)[1], ("found".to_owned(), "nothing".to_owned()));
    }

    #[test]
    fn several_records_are_told_one_after_the_other() {
        let one = |x| record(&[("id", Told::Number(x))]);
        let told = record(&[("all", Told::List(vec![one(1), one(2)]))]);
        assert_eq!(told.line(&Token::default()), "all [id 1; id 2]");
    }

    #[test]
    fn texts_are_told_as_texts_and_hashes_in_digits() {
        let told = |x: &[u8]| Told::Bytes(x.to_vec()).line(&Token::default());
        assert_eq!(
            (told(b"eu-west"), told(b""), told(&[0xff, 1])),
            ("\"eu-west\"".into(), "-".into(), "0xff01".into())
        );
    }

    #[test]
    fn json_keeps_the_order_and_loses_no_digit() {
        let told = record(&[
            ("z", Told::Amount(u128::MAX)),
            ("a", Told::Choice("Unit".to_owned(), Box::new(Told::Number(7)))),
            ("b", Told::List(vec![Told::Nothing, Told::Flag(true), Told::Bytes(vec![1, 2])])),
        ]);
        let json = serde_json::to_string(&told).unwrap();
        assert_eq!(
            json,
            r#"{"z":"340282366920938463463374607431768211455","a":{"Unit":7},"b":[null,true,"0x0102"]}"#
        );
    }
}
