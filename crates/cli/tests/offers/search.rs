//! Search and quotes.

use serde_json::json;

use crate::{
    ids,
    market::{Market, CONSUMER, MANAGER, PROVIDER},
};

#[test]
fn search_finds_what_fits_on_every_page_and_the_best_first() {
    let market = Market::new();
    market.node(PROVIDER);
    for n in 1..=36 {
        let (kind, price) = if n == 36 { ("compute", "1") } else { ("object-store", "2") };
        let number = n.to_string();
        let unit = ["unit", "register", "1", "--kind", kind, "--capacity", &number, "--price", price];
        assert_eq!(market.act(PROVIDER, &unit)["answer"], n);
    }
    let search = |more: &[&str]| ids(&market.json(&[&["market", "search"], more].concat()), "id");
    assert_eq!(search(&[]), (1..=36).collect::<Vec<_>>());
    assert_eq!(search(&["--kind", "compute"]), [36]);
    assert_eq!(search(&["--capacity", "34"]), [34, 35, 36]);
    assert_eq!(search(&["--max-price", "1"]), [36]);
    assert_eq!(
        search(&["--capacity", "35", "--region", "276", "--term", "365d", "--min-score", "5000"]),
        [35, 36]
    );
    for none in [["--region", "250"], ["--term", "366d"], ["--min-score", "5001"], ["--max-price", "0.5"]] {
        assert_eq!(search(&none), [0; 0]);
        assert!(market
            .text(&[&["market", "search"][..], &none].concat())
            .contains("No data unit takes this now."));
    }
    let text = market.text(&["market", "search", "--capacity", "35"]);
    for expected in
        ["PRICE/30d", "object-store", "36 vCPU", "35 GiB", "100 %", "99.90 %", "200 ms", "1d to 365d"]
    {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_better_score_comes_first() {
    let market = Market::new();
    let (rated, unknown) = (market.unit(PROVIDER, &[]), market.unit(MANAGER, &[]));
    market.deposit(PROVIDER, "100");
    market.deposit(CONSUMER, "100");
    assert_eq!(ids(&market.json(&["market", "search"]), "id"), [rated, unknown]);
    let placement = market.placement(PROVIDER, rated, None);
    market.advance("20d");
    market.act(PROVIDER, &["settle", &placement.to_string()]);
    market.rate(placement, 1);
    let found = market.json(&["market", "search"]);
    assert_eq!(ids(&found, "id"), [unknown, rated]);
    let scores = ids(&found, "score");
    assert!(scores[0] == 5_000 && scores[1] < 5_000, "{scores:?}");
    let text = market.text(&["market", "search"]);
    let line = text.lines().nth(1).unwrap();
    assert!(line.split_whitespace().take(2).eq([&*unknown.to_string(), "5000"]), "{text}");
}

#[test]
fn a_search_that_cannot_be_is_refused() {
    let market = Market::new();
    let refusals = [
        (vec!["--kind", "tape"], "object-store"),
        (vec!["--region", "0"], "--region"),
        (vec!["--capacity", "0"], "--capacity"),
        (vec!["--max-price", "0"], "--max-price above zero"),
        (vec!["--term", "0s"], "--term"),
        (vec!["--min-score", "10001"], "--min-score"),
    ];
    for (more, says) in refusals {
        let line = market.refusal(&[&["market", "search"], more.as_slice()].concat(), 2);
        assert!(line.contains(says), "{line}");
    }
    assert!(market.refusal(&["market", "search", "--cluster", "1"], 1).contains("there is no cluster 1"));
}

#[test]
fn a_quote_tells_price_collateral_and_fee() {
    let market = Market::new();
    let unit = market.unit(PROVIDER, &["--collateral-bps", "5000"]).to_string();
    let quote = ["market", "quote", &unit, "--capacity", "10", "--term"];
    let told = market.json(&[&quote[..], &["60d"]].concat());
    // 10 GiB at 2 tokens for two months; half of it as collateral, and a fee of 2 %.
    assert_eq!(
        told,
        json!({ "price": "40000000000000", "collateral": "20000000000000", "fee": "800000000000", "score": 5_000 })
    );
    let text = market.text(&[&quote[..], &["60d"]].concat());
    assert!(text.contains("40 UNIT") && text.contains("20 UNIT") && text.contains("0.8 UNIT"), "{text}");
    assert!(market.refusal(&[&quote[..], &["366d"]].concat(), 1).contains("(TermOutOfBounds)"));
    let more = ["market", "quote", &unit, "--capacity", "101", "--term", "30d"];
    assert!(market.refusal(&more, 1).contains("(NotEnoughCapacity)"));
    assert!(market
        .refusal(&["market", "quote", "9", "--capacity", "1", "--term", "30d"], 1)
        .contains("(UnknownUnit)"));
    let within = [&quote[..], &["60d", "--cluster", "1"]].concat();
    assert!(market.refusal(&within, 1).contains("(UnknownCluster)"));
}
