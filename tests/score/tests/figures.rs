//! What is committed in `docs` is what the program computes. `ORCH_SNAPSHOT=write cargo run --release -p
//! orchestrator-score` writes it anew.

use std::fs;

use orchestrator_score::{docs, plot, report};

#[test]
fn the_tables_in_score_md_are_what_the_program_computes() {
    let text = fs::read_to_string(docs("score.md")).unwrap();
    let tables = report::tables().unwrap();
    for table in &tables {
        let mark = format!("<!-- computed: {} -->\n{}<!--", table.name, table.markdown());
        assert!(text.contains(&mark), "{} differs; it is\n{}", table.name, table.markdown());
    }
    assert_eq!(text.matches("<!-- computed: ").count(), tables.len(), "a table that nobody computes");
}

#[test]
fn score_svg_is_what_the_program_draws() {
    assert!(plot::svg().unwrap() == fs::read_to_string(docs("score.svg")).unwrap(), "score.svg differs");
}

#[test]
fn the_plot_is_the_same_each_time_it_is_drawn() {
    assert!(plot::svg().unwrap() == plot::svg().unwrap());
}
