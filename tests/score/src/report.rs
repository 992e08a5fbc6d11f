//! The tables of `docs/score.md` that the program computes.

mod attacks;
mod ranking;

use orchestrator_domain::Result;

/// A table, under the name that marks its place.
pub struct Table {
    pub name: &'static str,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(name: &'static str, head: &[&str]) -> Self {
        Table { name, head: head.iter().map(|x| x.to_string()).collect(), rows: Vec::new() }
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = vec!["---".to_string(); self.head.len()];
        let mut out = line(&self.head) + &line(&rule);
        for row in &self.rows {
            out += &line(row);
        }
        out
    }
}

/// All of them.
pub fn tables() -> Result<Vec<Table>> {
    let mut tables = ranking::tables()?;
    tables.extend(attacks::tables()?);
    Ok(tables)
}

/// A text with the tables in their places, each between a comment that names it and the next comment.
pub fn fill(text: &str, tables: &[Table]) -> String {
    let mut text = text.to_string();
    for table in tables {
        let mark = format!("<!-- computed: {} -->\n", table.name);
        let Some(from) = text.find(&mark).map(|at| at + mark.len()) else { continue };
        let Some(length) = text[from..].find("<!--") else { continue };
        text.replace_range(from..from + length, &table.markdown());
    }
    text
}
