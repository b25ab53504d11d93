//! Rules for the parts of a feature: the HTTP edge doesn't know the database, the use cases don't
//! know the web framework, and SQL has its own places.

use super::Findings;
use super::rust_source::{Literal, RustSource};
use super::tree::TextFile;

/// A part of a feature and the crates that it must not name.
struct Layer {
    module: &'static str,
    foreign: &'static [&'static str],
    advice: &'static str,
}

const LAYERS: &[Layer] = &[
    Layer {
        module: "http",
        foreign: &["tokio_postgres", "deadpool", "deadpool_postgres"],
        advice: "the HTTP edge doesn't know the database: call the feature's service.rs",
    },
    Layer {
        module: "service",
        foreign: &["axum", "tonic"],
        advice: "a use case doesn't know who calls it: take and return plain types, convert in http.rs or grpc.rs",
    },
];

/// Where SQL may stand: `name.rs` or `name/`, in any crate.
const SQL_PLACES: &[(&str, &str)] = &[
    ("store", "all SQL of a feature"),
    ("migrations", "the schema of a context"),
    ("journal", "the ledger's batch writer, which speaks COPY"),
    ("seal", "the ledger's sealed ranges are made with DDL"),
    ("db", "the kernel's pool and transactions"),
    ("migrate", "the kernel's migration runner and its table"),
    ("postgres", "starting and inspecting the database server itself"),
];

pub(super) fn check(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    foreign_crates(file, source, findings);
    sql_places(file, source, findings);
}

fn foreign_crates(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for layer in LAYERS.iter().filter(|layer| file.is_module(layer.module)) {
        for (line, word, _) in source.words() {
            if layer.foreign.contains(&word.as_str()) && !source.is_test_line(line) {
                let message = format!("`{word}` in {}: {}", layer.module, layer.advice);
                findings.fail(&file.path, line, "layer", message);
            }
        }
    }
}

fn sql_places(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    if file.is_test() || SQL_PLACES.iter().any(|(name, _)| file.is_module(name)) {
        return;
    }
    for Literal { line, text } in &source.literals {
        if is_sql(text) && !source.is_test_line(*line) {
            findings.fail(
                &file.path,
                *line,
                "sql-place",
                "SQL outside of its places: move the statement to the feature's store.rs",
            );
        }
    }
}

/// Whether a string is a statement. Prose that begins with the same word ("select a wallet",
/// "update your client") is not: the words that follow have to be there too.
fn is_sql(text: &str) -> bool {
    let lower = text.replace("\\n", " ").to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let first_is_upper = text.trim_start().starts_with(|c: char| c.is_ascii_uppercase())
        && text.split_whitespace().next().is_some_and(|word| word == word.to_uppercase());
    match words.as_slice() {
        ["select", next, ..] => {
            first_is_upper || has("from") && !is_article(next) || next.ends_with(')')
        }
        ["insert", "into", ..] | ["delete", "from", ..] => true,
        ["update", _, ..] => first_is_upper || has("set"),
        ["copy", next, ..] => first_is_upper || next.contains('(') || has("stdin") || has("stdout"),
        ["with", _, "as", ..] | ["with", "recursive", _, "as", ..] => {
            has("select") || has("(select")
        }
        ["create" | "alter" | "drop", "table" | "index" | "schema" | "view" | "database", ..] => {
            true
        }
        ["truncate", "table", ..] | ["lock", "table", ..] => true,
        _ => false,
    }
}

fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an" | "the" | "one" | "your")
}
