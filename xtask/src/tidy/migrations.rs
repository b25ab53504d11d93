//! Rules for the SQL of migrations: every table says what it is.

use std::collections::BTreeSet;

use super::Findings;
use super::tree::{TextFile, Tree};

/// The comment may stand in any migration of the same folder, because a table of an old migration
/// may get its comment later.
pub(super) fn check(file: &TextFile, tree: &Tree, findings: &mut Findings) {
    if file.folders().next_back() != Some("migrations") {
        return;
    }
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let commented: BTreeSet<String> = tree
        .files
        .iter()
        .filter(|other| other.extension() == "sql")
        .filter(|other| other.path.rsplit_once('/').is_some_and(|(path, _)| path == folder))
        .flat_map(|other| commented_tables(&other.text))
        .collect();
    for (line, table) in created_tables(&file.text) {
        if !commented.contains(&table) {
            findings.fail(
                &file.path,
                line,
                "table-comment",
                format!("say what a row of it is: comment on table {table} is '...';"),
            );
        }
    }
}

/// The tables that a migration makes; partitions and temporary tables take after others.
fn created_tables(sql: &str) -> Vec<(usize, String)> {
    let words = words(sql);
    let mut tables = Vec::new();
    for at in 0..words.len() {
        let word = |ahead: usize| words.get(at + ahead).map_or("", |(_, word)| word.as_str());
        let mut ahead = match (word(0), word(1)) {
            ("create", "table") => 2,
            ("create", "unlogged") if word(2) == "table" => 3,
            _ => continue,
        };
        if (word(ahead), word(ahead + 1), word(ahead + 2)) == ("if", "not", "exists") {
            ahead += 3;
        }
        let is_partition = (word(ahead + 1), word(ahead + 2)) == ("partition", "of");
        // A name that is put together when the migration runs (`format('... %I')`) is unknown here.
        if !is_partition && !word(ahead).contains(['%', '$']) {
            tables.push((words[at].0, word(ahead).to_owned()));
        }
    }
    tables
}

fn commented_tables(sql: &str) -> Vec<String> {
    words(sql)
        .windows(4)
        .filter(|w| {
            (w[0].1.as_str(), w[1].1.as_str(), w[2].1.as_str()) == ("comment", "on", "table")
        })
        .map(|w| w[3].1.clone())
        .collect()
}

/// The words of a script with their lines: lower case, without comments, quotes and punctuation.
fn words(sql: &str) -> Vec<(usize, String)> {
    super::text_rules::numbered(sql)
        .flat_map(|(number, line)| {
            let code = line.split("--").next().unwrap_or_default();
            let name_part = |c: char| c.is_alphanumeric() || "_.$%\"".contains(c);
            code.split(move |c| !name_part(c))
                .filter(|word| !word.is_empty())
                .map(|word| (number, word.replace('"', "").to_lowercase()))
                .collect::<Vec<_>>()
        })
        .collect()
}
