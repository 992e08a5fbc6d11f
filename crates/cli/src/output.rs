//! What people and programs read: lines of at most [`WIDTH`] columns, colours on a terminal only, or JSON.

use std::{
    env,
    io::{self, IsTerminal, Write},
};

use comfy_table::{presets::NOTHING, CellAlignment, ContentArrangement, Table};
use serde::Serialize;

/// Columns that no line goes beyond.
pub const WIDTH: usize = 100;

const UNIT: u128 = orchestrator_chain::runtime::UNIT;
const DECIMALS: usize = 12;

/// Prints one JSON document.
pub fn json(document: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, document)?;
    writeln!(out)
}

/// Prints one JSON document in one line, at once.
pub fn json_line(document: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, document)?;
    writeln!(out)?;
    out.flush()
}

/// Planks in UNIT, with as many decimals as it takes.
pub fn unit(planks: u128) -> String {
    let full = unit_full(planks);
    full.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Planks in UNIT with all twelve decimals.
pub fn unit_full(planks: u128) -> String {
    format!("{}.{:0DECIMALS$}", planks / UNIT, planks % UNIT)
}

/// [`unit_full`] with a sign where the amount is negative.
pub fn signed_full(planks: i128) -> String {
    let sign = if planks < 0 { "-" } else { "" };
    format!("{sign}{}", unit_full(planks.unsigned_abs()))
}

/// Tells a story line by line, or keeps quiet.
pub struct Teller {
    quiet: bool,
    colours: bool,
}

impl Teller {
    /// A teller for standard output.
    pub fn new(quiet: bool) -> Self {
        let wanted = env::var_os("NO_COLOR").is_none_or(|x| x.is_empty())
            && env::var_os("TERM").is_some_and(|x| x != "dumb");
        Self { quiet, colours: wanted && io::stdout().is_terminal() }
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Begins a part of the story.
    pub fn chapter(&self, title: &str) -> io::Result<()> {
        self.line("")?;
        self.wrapped("", title, "1;36")
    }

    /// Something that was checked and is so.
    pub fn fact(&self, text: &str) -> io::Result<()> {
        self.wrapped("  ✓ ", text, "32")
    }

    /// Something that was checked and is bad for somebody.
    pub fn mishap(&self, text: &str) -> io::Result<()> {
        self.wrapped("  ✗ ", text, "31")
    }

    /// Something to know.
    pub fn note(&self, text: &str) -> io::Result<()> {
        self.wrapped("    ", text, "2")
    }

    /// Columns, the first to the left and the others to the right.
    pub fn table(&self, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let mut table = Table::new();
        table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.force_no_tty().set_width(WIDTH as u16).set_header(head.to_vec());
        table.add_rows(rows.to_vec());
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string().lines().try_for_each(|line| self.line(line.trim_end()))
    }

    /// Names and values, one a line; a value that is too long goes on below itself.
    pub fn rows(&self, rows: &[(String, String)]) -> io::Result<()> {
        let names = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let indent = names + 4;
        for (name, value) in rows {
            for (i, line) in wrap(value, WIDTH.saturating_sub(indent).max(20)).iter().enumerate() {
                let name = if i == 0 { name.as_str() } else { "" };
                self.line(format!("  {name:names$}  {line}").trim_end())?;
            }
        }
        Ok(())
    }

    pub fn line(&self, line: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        writeln!(io::stdout().lock(), "{line}")
    }

    /// Breaks a text at spaces; the mark in front of it, or without one all of it, is coloured.
    fn wrapped(&self, mark: &str, text: &str, colour: &str) -> io::Result<()> {
        let indent = mark.chars().count();
        for (i, line) in wrap(text, WIDTH - indent).iter().enumerate() {
            let front = if i == 0 { mark.to_owned() } else { " ".repeat(indent) };
            self.line(&match (self.colours, mark.trim().is_empty()) {
                (false, _) => format!("{front}{line}"),
                (true, true) => format!("{front}\x1b[{colour}m{line}\x1b[0m"),
                (true, false) => format!("\x1b[{colour}m{front}\x1b[0m{line}"),
            })?;
        }
        Ok(())
    }
}

/// Lines of at most `width` columns; a longer word is cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(width) {
            if length > 0 && length + 1 + piece.len() > width {
                lines.push(String::new());
                length = 0;
            }
            if let Some(line) = lines.last_mut() {
                if length > 0 {
                    line.push(' ');
                    length += 1;
                }
                line.extend(piece);
                length += piece.len();
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_show_all_or_only_the_needed_decimals() {
        assert_eq!(unit(0), "0");
        assert_eq!(unit(1), "0.000000000001");
        assert_eq!(unit(12 * UNIT), "12");
        assert_eq!(unit(UNIT + UNIT / 2), "1.5");
        assert_eq!(unit_full(10 * UNIT), "10.000000000000");
        assert_eq!(signed_full(-(UNIT as i128)), "-1.000000000000");
    }

    #[test]
    fn long_texts_are_broken_at_spaces_and_long_words_are_cut() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
