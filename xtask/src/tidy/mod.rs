//! The house rules that a machine can check. Each finding names a file, a line and what to do.
//!
//! A rule reads names and text, never a list of this project's files, so that new crates and
//! features are checked from their first day. What is exempt stands in `EXCEPTIONS`, with the
//! reason; a warning doesn't fail the check.

mod crates;
mod layers;
mod migrations;
mod rust_rules;
mod rust_source;
#[cfg(test)]
mod tests;
mod text_rules;
mod tree;

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use self::rust_source::RustSource;
use self::tree::Tree;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Failure,
    Warning,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) level: Level,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Failure => "",
            Level::Warning => "warning: ",
        };
        write!(f, "{}:{}: {level}{} [{}]", self.path, self.line, self.message, self.rule)
    }
}

/// What the rules report to.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    fn fail(&mut self, path: &str, line: usize, rule: &'static str, message: impl Into<String>) {
        self.add(Level::Failure, path, line, rule, message.into());
    }

    fn warn(&mut self, path: &str, line: usize, rule: &'static str, message: impl Into<String>) {
        self.add(Level::Warning, path, line, rule, message.into());
    }

    fn add(&mut self, level: Level, path: &str, line: usize, rule: &'static str, message: String) {
        let excused = EXCEPTIONS
            .iter()
            .any(|exception| exception.rule == rule && path.starts_with(exception.path));
        if !excused {
            self.0.push(Finding { path: path.to_owned(), line, level, rule, message });
        }
    }
}

/// A rule that doesn't hold for a file or for everything in a folder.
struct Exception {
    rule: &'static str,
    path: &'static str,
    /// For whoever reads this list.
    #[expect(dead_code, reason = "an exception without a reason shall not compile")]
    reason: &'static str,
}

/// This list may only shrink, unless a review agrees to the reason.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        rule: "shared-path",
        path: "crates/testkit/src/",
        reason: "looks for the optional real data sets beside the project; tests skip without them",
    },
    Exception {
        rule: "allow-attribute",
        path: "proto/src/",
        reason: "generated code is included there, and which lints it sets off is its own affair",
    },
    Exception {
        rule: "machine-path",
        path: "xtask/src/tidy/",
        reason: "the rule and its tests spell out what they look for",
    },
    Exception {
        rule: "shared-path",
        path: "xtask/src/tidy/",
        reason: "the rule and its tests spell out what they look for",
    },
    Exception {
        rule: "sql-place",
        path: "xtask/src/tidy/",
        reason: "the rule and its tests spell out what they look for",
    },
];

/// Checks the working copy and prints what it finds; fails when there is a failure among it.
pub(crate) fn run(root: &Path) -> anyhow::Result<ExitCode> {
    let tree = Tree::read(root)?;
    let findings = check(&tree);
    let failures = findings.iter().filter(|finding| finding.level == Level::Failure).count();
    for finding in &findings {
        println!("{finding}");
    }
    println!(
        "tidy: {} files, {failures} failures, {} warnings",
        tree.files.len(),
        findings.len() - failures
    );
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All findings, in the order of files and lines.
fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Findings::default();
    for file in &tree.files {
        text_rules::check(file, tree, &mut findings);
        match file.extension() {
            "rs" => {
                let source = RustSource::new(&file.text);
                rust_rules::check(file, &source, &mut findings);
                layers::check(file, &source, &mut findings);
            }
            "sql" => migrations::check(file, tree, &mut findings),
            _ => {}
        }
    }
    crates::check(tree, &mut findings);
    findings.0.sort();
    findings.0
}
