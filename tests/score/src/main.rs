//! Prints the tables of `docs/score.md`, and with `ORCH_SNAPSHOT=write` writes them and the plot into `docs`.

use std::{env, error::Error, fs};

use orchestrator_score::{docs, plot, report};

fn main() -> Result<(), Box<dyn Error>> {
    let tables = report::tables().map_err(|refusal| format!("{refusal:?}"))?;
    for table in &tables {
        println!("{}\n{}", table.name, table.markdown());
    }
    if env::var("ORCH_SNAPSHOT").as_deref() == Ok("write") {
        let text = fs::read_to_string(docs("score.md"))?;
        fs::write(docs("score.md"), report::fill(&text, &tables))?;
        fs::write(docs("score.svg"), plot::svg()?)?;
    }
    Ok(())
}
