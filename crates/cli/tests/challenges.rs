//! Rounds from the command line: opened, proven, missed, reported, and replayed from what the chain has said.

mod market;

use std::fs;

use market::{address_of, Market, CONSUMER, MANAGER, PROVIDER};
use serde_json::{json, Value};

const TOKEN: u128 = 1_000_000_000_000;
const SEED: &str = "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// A market with active placements of 30 days, each with a replica in a file. One of them costs 20 tokens, and as much
/// is at stake: 4 tokens a miss, all after three.
struct Rounds {
    market: Market,
}

impl Rounds {
    fn new(replicas: u8) -> Self {
        let market = Market::new();
        assert_eq!(market.unit(PROVIDER, &[]), 1);
        market.deposit(PROVIDER, "200");
        market.deposit(CONSUMER, "200");
        market.act(CONSUMER, &["challenge", "register", "--interval", "1d", "--window", "6h"]);
        let rounds = Self { market };
        let units: Vec<String> = (1..=replicas).map(|number| rounds.sealed(number)).collect();
        let named: Vec<&str> = units.iter().flat_map(|unit| ["--unit", unit]).collect();
        let order = [&["reserve", "--capacity", "10", "--term", "30d"], &named[..]].concat();
        rounds.market.act(CONSUMER, &order);
        for placement in 1..=replicas {
            for step in ["accept", "activate"] {
                rounds.market.act(PROVIDER, &["placement", step, &placement.to_string()]);
            }
        }
        rounds
    }

    /// Writes a replica; says the data unit with its root and chunk count.
    fn sealed(&self, number: u8) -> String {
        let bytes: Vec<u8> = (0..9_000u32).map(|x| (x % 251) as u8 ^ number).collect();
        fs::write(self.file(number), bytes).unwrap();
        let tree = self.market.json(&["tree", "root", &self.file(number)]);
        format!("1:{}:{}", tree["root"].as_str().unwrap(), tree["count"])
    }

    fn file(&self, number: u8) -> String {
        self.market.file(&format!("replica{number}")).display().to_string()
    }

    fn holding(&self, number: u8) -> String {
        format!("{number}={}", self.file(number))
    }

    /// Proves the open round; says what the contract answered. A receipt with proofs has lines of any length.
    fn prove(&self, placements: &[u8]) -> Value {
        let holdings: Vec<String> = placements.iter().map(|x| self.holding(*x)).collect();
        let mut arguments = vec!["challenge", "prove", "-x", "-y", "--suri", PROVIDER, "--output-json"];
        arguments.extend(holdings.iter().map(String::as_str));
        let output = self.market.run(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let receipt: Value = serde_json::from_slice(&output.stdout).unwrap();
        receipt["answer"].clone()
    }

    fn open(&self) -> Value {
        self.market.act(CONSUMER, &["challenge", "open"])
    }

    fn replay(&self, more: &[&str]) -> Value {
        self.market.json(&[&["challenge", "replay", "1"], more].concat())
    }
}

fn planks(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_round_is_opened_shown_and_proven_from_the_replica() {
    let rounds = Rounds::new(2);
    let market = &rounds.market;
    assert_eq!(market.json(&["challenge", "show", "1"]), Value::Null);
    assert!(market.text(&["challenge", "show", "1"]).contains("Nothing is asked"));
    let opened = market.act(CONSUMER, &["challenge", "open", "--seed", SEED]);
    assert_eq!((&opened["answer"], &opened["arguments"]["seed"]), (&json!(1), &json!(format!("0x{SEED}"))));
    let asked = market.json(&["challenge", "show", "1"]);
    assert_eq!((&asked["round"], asked["chunks"].as_array().unwrap().len()), (&json!(1), 4));
    assert!(market.text(&["challenge", "show", "1"]).contains("closes at"));

    let checked = market.json(&["challenge", "check", &rounds.holding(1), "--suri", PROVIDER]);
    assert_eq!(checked, json!({"placement": 1, "round": 1, "chunks": asked["chunks"], "verdict": "Proven"}));
    assert_eq!(rounds.prove(&[1, 2]), json!(["Proven", "Proven"]));
    assert_eq!(market.json(&["placement", "show", "1"])["tally"]["proven"], 1);
    assert_eq!(market.json(&["challenge", "show", "1"]), Value::Null);
    let line = market.refusal(&["challenge", "prove", &rounds.holding(1), "--suri", PROVIDER], 1);
    assert!(line.contains("nothing is asked of placement 1"), "{line}");
}

#[test]
fn a_proof_that_would_not_count_is_not_sent() {
    let rounds = Rounds::new(1);
    let market = &rounds.market;
    rounds.open();
    let other = rounds.market.file("other");
    fs::write(&other, b"something else").unwrap();
    let other = format!("1={}", other.display());
    market.wrong(PROVIDER, &["challenge", "prove", &other], "is not the replica of placement 1");
    market.wrong(PROVIDER, &["challenge", "check", "1=missing"], "cannot read missing");
    market.wrong(PROVIDER, &["challenge", "prove", "1"], "3=replica.bin");
    market.wrong(PROVIDER, &["challenge", "prove"], "required");
    market.wrong(PROVIDER, &["challenge", "prove", &rounds.holding(1), &rounds.holding(1)], "named twice");
    let by_another = ["challenge", "prove", &rounds.holding(1), "-x", "-y", "--suri", CONSUMER];
    assert!(market.refusal(&by_another, 1).contains("NotProvider"));
    assert!(market
        .refusal(&["challenge", "check", &rounds.holding(1), "--suri", CONSUMER], 1)
        .contains("NotProvider"));
    market.refusal(&["challenge", "check", &format!("9={}", rounds.file(1)), "--suri", PROVIDER], 1);
    assert_eq!(market.json(&["placement", "show", "1"])["tally"]["missed"], 0);
}

#[test]
fn a_challenger_is_registered_shown_and_never_gets_faster() {
    let market = Market::new();
    let me = address_of(MANAGER);
    assert!(market.refusal(&["challenge", "challenger", &me], 1).contains("orch challenge register"));
    market.refused(MANAGER, &["challenge", "open"], "UnknownChallenger");
    let register = |interval, window| ["challenge", "register", "--interval", interval, "--window", window];
    market.wrong(MANAGER, &register("31d", "1h"), "1s to 30d");
    market.refused(MANAGER, &register("1h", "2h"), "IntervalOutOfBounds");
    market.act(MANAGER, &register("1d", "1h"));
    market.refused(MANAGER, &register("12h", "1h"), "IntervalOutOfBounds");
    let told = market.json(&["challenge", "challenger", "--suri", MANAGER]);
    assert_eq!((&told["interval_ms"], &told["window_ms"]), (&json!(86_400_000), &json!(3_600_000)));
    market.wrong(MANAGER, &["challenge", "open", "--seed", "5eed"], "64 hexadecimal digits");
    let seed = || market.rehearse(MANAGER, &["challenge", "open"])["arguments"]["seed"].clone();
    assert_ne!(seed(), seed());
    market.act(MANAGER, &["challenge", "open"]);
    market.refused(MANAGER, &["challenge", "open"], "TooEarly");
}

#[test]
fn a_missed_round_is_reported_and_replayed() {
    let rounds = Rounds::new(1);
    let market = &rounds.market;
    rounds.open();
    assert_eq!(rounds.prove(&[1]), json!(["Proven"]));
    market.advance("1d");
    market.act(CONSUMER, &["challenge", "open", "--seed", SEED]);
    let asked = market.json(&["challenge", "show", "1"]);
    market.refused(MANAGER, &["challenge", "report", "1"], "NothingMissed");
    market.advance("6h");
    market.act(MANAGER, &["challenge", "report", "1"]);

    let told = rounds.replay(&[]);
    assert_eq!((&told["agrees"], planks(&told["slashed"])), (&json!(true), 4 * TOKEN));
    let slash = &told["slashes"][0];
    assert_eq!(
        (&slash["reason"], &slash["round"], &slash["misses"]),
        (&json!("Unanswered"), &json!(2), &json!(1))
    );
    assert_eq!((planks(&slash["amount"]), planks(&slash["expected"])), (4 * TOKEN, 4 * TOKEN));
    assert_eq!(
        (&slash["reporter"], planks(&slash["to_reporter"])),
        (&json!(address_of(MANAGER)), TOKEN * 4 / 10)
    );
    assert_eq!(planks(&slash["to_pot"]), TOKEN * 36 / 10);
    let round = &slash["rounds"][0];
    assert_eq!((&round["round"], &round["seed"]), (&json!(2), &json!(format!("0x{SEED}"))));
    assert_eq!((&round["chunks"], &round["closes_at"]), (&asked["chunks"], &asked["closes_at"]));
    assert_eq!((&round["closes_block"], &round["standing"]), (&asked["closes_block"], &json!("Missed")));
    assert_eq!(slash["rounds"].as_array().unwrap().len(), 1);

    assert_eq!(rounds.replay(&["--round", "2"])["slashes"], told["slashes"]);
    assert_eq!(rounds.replay(&["--round", "1"])["slashes"], json!([]));
    let text = market.text(&["challenge", "replay", "1"]);
    for expected in ["Unanswered", "4 UNIT", "round 2", "missed: no proof", SEED, "agrees"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let latest = market.json(&["chain", "show"])["block"].to_string();
    let late = market.refusal(&["challenge", "replay", "1", "--from-block", &latest], 2);
    assert!(late.contains("earlier --from-block"), "{late}");
    market.refusal(&["challenge", "replay", "9"], 1);
}

#[test]
fn too_many_misses_forfeit_everything_and_the_replay_agrees() {
    let rounds = Rounds::new(1);
    let market = &rounds.market;
    // More at stake, after a first miss: the base of each slash has grown by then.
    rounds.open();
    market.advance("12h");
    market.act(MANAGER, &["challenge", "report", "1"]);
    market.act(CONSUMER, &["reservation", "extend", "1", "15d"]);
    market.act(CONSUMER, &["reservation", "resize", "1", "14"]);
    market.advance("12h");
    rounds.open();
    market.advance("1d");
    rounds.open();
    market.advance("12h");
    market.act(PROVIDER, &["challenge", "report", "1"]);
    assert_eq!(market.json(&["placement", "show", "1"])["state"], "Failed");
    let told = rounds.replay(&[]);
    assert_eq!(told["agrees"], true, "{told:#}");
    let slashes = told["slashes"].as_array().unwrap();
    assert_eq!(
        (slashes.len(), &slashes[0]["failed"], &slashes[1]["failed"]),
        (2, &json!(false), &json!(true))
    );
    assert_eq!((&slashes[1]["misses"], slashes[1]["rounds"].as_array().unwrap().len()), (&json!(2), 2));
    assert_eq!(slashes[1]["reporter"], Value::Null);
    assert!(planks(&slashes[1]["amount"]) > 20 * TOKEN);
}

#[test]
fn rounds_in_maintenance_and_in_a_pause_are_replayed_as_excused() {
    let rounds = Rounds::new(1);
    let market = &rounds.market;
    let from = market.json(&["chain", "show"])["now_ms"].as_u64().unwrap() + 47 * 3_600_000;
    let window = json!({"from": from, "until": from + 4 * 3_600_000});
    maintained(market, &window);
    market.advance("2d");
    rounds.open();
    market.advance("1d");
    rounds.open();
    market.act("//Admin", &["admin", "pause"]);
    market.advance("1d");
    market.act("//Admin", &["admin", "resume"]);
    rounds.open();
    market.advance("6h");
    market.act(MANAGER, &["challenge", "report", "1"]);
    let told = rounds.replay(&[]);
    assert_eq!(told["agrees"], true, "{told:#}");
    let slash = &told["slashes"][0];
    assert_eq!(slash["misses"], 1);
    let standings: Vec<_> =
        slash["rounds"].as_array().unwrap().iter().map(|x| x["standing"].clone()).collect();
    assert_eq!(standings, ["InMaintenance", "CutByPause", "Missed"]);
}

/// Announces maintenance of the data unit.
fn maintained(market: &Market, window: &Value) {
    use orchestrator::{domain::Window, OrchestratorRef};
    use orchestrator_chain::{at, parse_address, Embedded, Signer, Typed};
    let mut chain = Embedded::open(market.chain()).unwrap();
    let mut calls = at::<OrchestratorRef>(parse_address(&market.contract).unwrap());
    let instant = |name: &str| window[name].as_u64().unwrap();
    let window = Window { from: instant("from"), until: instant("until") };
    chain.send(&Signer::from_suri(PROVIDER).unwrap(), calls.set_maintenance(1, Some(window))).unwrap();
}

#[test]
fn leaving_early_is_replayed_too() {
    let rounds = Rounds::new(1);
    rounds.market.act(PROVIDER, &["placement", "withdraw", "1"]);
    let told = rounds.replay(&[]);
    assert_eq!((&told["agrees"], &told["slashes"][0]["reason"]), (&json!(true), &json!("Exit")));
    assert_eq!(planks(&told["slashes"][0]["expected"]), 2 * TOKEN);
    assert_eq!(told["slashes"][0]["rounds"], json!([]));
}

#[test]
fn a_placement_without_slashes_replays_as_such() {
    let rounds = Rounds::new(1);
    let told = rounds.replay(&[]);
    assert_eq!(
        told,
        json!({"placement": 1, "agrees": true, "slashed": "0", "slashes": [], "complaints": []})
    );
    assert!(rounds.market.text(&["challenge", "replay", "1"]).contains("nothing that was slashed"));
}

#[test]
fn chunks_of_a_root_that_was_replaced_are_not_guessed() {
    let rounds = Rounds::new(1);
    let market = &rounds.market;
    let replace = |number: u8| {
        let unit = rounds.sealed(number);
        let data: Vec<&str> = unit.split(':').skip(1).collect();
        market.act(CONSUMER, &["placement", "commit", "1", data[0], data[1]]);
        market.act(PROVIDER, &["placement", "accept-data", "1", data[0], data[1]]);
    };
    rounds.open();
    market.advance("1d");
    replace(2);
    rounds.open();
    let asked = market.json(&["challenge", "show", "1"])["chunks"].clone();
    market.advance("1d");
    replace(3);
    let told = rounds.replay(&[]);
    assert_eq!(told["agrees"], true, "{told:#}");
    let chunks = |slash: usize| told["slashes"][slash]["rounds"][0]["chunks"].clone();
    assert_eq!((chunks(0), chunks(1)), (Value::Null, asked));
    assert!(market.text(&["challenge", "replay", "1"]).contains("a root that no event tells"));
}
