//! Rules for the crates: which may use which, and that each says what it is.

use super::tree::{TextFile, Tree};
use super::{Findings, text_rules};

/// The crates from the ground up. A crate uses crates of lower rows only, so two of one row never
/// know each other.
const ROWS: &[&[&str]] = &[
    &["kernel"],
    &["proto", "pdf"],
    &["ledger", "identity"],
    &["payments", "wallet", "oauth"],
    &["shop", "clubs", "ads"],
    &["notifications", "admin"],
    &["gateway"],
    &["server"],
];

/// Crates that may use less than their row would let them.
const NARROWER: &[(&str, &[&str])] = &[("gateway", &["kernel", "proto", "identity"])];

/// Used by tests alone; it may itself use anything.
const TEST_CRATE: &str = "testkit";

/// Tools of the repository: they use no crate of the workspace and none uses them.
const TOOL_CRATE: &str = "xtask";

#[derive(Debug, PartialEq)]
enum Kind {
    Normal,
    Dev,
}

#[derive(Debug)]
struct Dependency {
    line: usize,
    name: String,
    kind: Kind,
}

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    let manifests: Vec<(&TextFile, &str)> = tree
        .files
        .iter()
        .filter(|file| file.name() == "Cargo.toml")
        .filter_map(|file| Some((file, package_name(&file.text)?)))
        .collect();
    let members: Vec<&str> = manifests.iter().map(|(_, name)| *name).collect();
    for (manifest, name) in &manifests {
        has_readme(manifest, tree, findings);
        has_row(manifest, name, findings);
        for dependency in dependencies(&manifest.text) {
            if members.contains(&dependency.name.as_str()) {
                direction(manifest, name, &dependency, findings);
            }
        }
    }
}

fn has_readme(manifest: &TextFile, tree: &Tree, findings: &mut Findings) {
    let Some(folder) = manifest.path.strip_suffix("/Cargo.toml") else { return };
    if folder.starts_with("crates/") && !tree.paths.contains(&format!("{folder}/README.md")) {
        findings.fail(
            &manifest.path,
            1,
            "crate-readme",
            format!("write {folder}/README.md: what the crate owns, its tables, events and invariants, where to start reading"),
        );
    }
}

fn has_row(manifest: &TextFile, name: &str, findings: &mut Findings) {
    if name != TEST_CRATE && name != TOOL_CRATE && row(name).is_none() {
        findings.fail(
            &manifest.path,
            1,
            "crate-direction",
            format!("`{name}` has no place yet: give it one in ROWS of xtask/src/tidy/crates.rs"),
        );
    }
}

fn direction(manifest: &TextFile, user: &str, used: &Dependency, findings: &mut Findings) {
    let mut fail = |message: String| {
        findings.fail(&manifest.path, used.line, "crate-direction", message);
    };
    let name = used.name.as_str();
    if user == TOOL_CRATE || name == TOOL_CRATE {
        fail(format!(
            "`{user}` uses `{name}`: {TOOL_CRATE} stands apart, so that it always builds"
        ));
    } else if name == TEST_CRATE {
        if used.kind != Kind::Dev && user != TEST_CRATE {
            fail(format!("`{TEST_CRATE}` is for tests: move it to [dev-dependencies]"));
        }
    } else if user != TEST_CRATE
        && let (Some(user_row), Some(used_row)) = (row(user), row(name))
    {
        if used_row >= user_row {
            fail(format!(
                "`{user}` must not use `{name}`, which isn't below it: go through an event, or let the crate above compose the two"
            ));
        }
        if NARROWER.iter().any(|(narrow, may)| *narrow == user && !may.contains(&name)) {
            fail(format!(
                "`{user}` must not use `{name}`: see NARROWER in xtask/src/tidy/crates.rs"
            ));
        }
    }
}

fn row(name: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&name))
}

fn package_name(manifest: &str) -> Option<&str> {
    let (_, package) = manifest.split_once("[package]")?;
    let name = package.lines().find_map(|line| line.trim().strip_prefix("name"))?;
    name.trim_start().strip_prefix('=')?.trim().split('"').nth(1)
}

/// The entries of every dependency section: `name = ...`, `name.workspace = true` and
/// `[dependencies.name]`; with `package = "..."`, the name of the package.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut section = String::new();
    for (number, line) in text_rules::numbered(manifest) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').replace(['"', ' '], "");
            if let Some((before, name)) = section.rsplit_once('.')
                && let Some(kind) = section_kind(before)
            {
                found.push(Dependency { line: number, name: name.to_owned(), kind });
            }
        } else if let Some(kind) = section_kind(&section)
            && let Some(name) = line.split(['.', '=', ' ']).next().filter(|name| !name.is_empty())
        {
            let renamed = line.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
            let name = renamed.unwrap_or(name).replace('"', "");
            found.push(Dependency { line: number, name, kind });
        }
    }
    found
}

/// The kind of a section such as `dependencies` or `target.cfg(unix).dev-dependencies`; the
/// workspace's own list declares versions and uses nothing.
fn section_kind(section: &str) -> Option<Kind> {
    if section.starts_with("workspace") {
        return None;
    }
    match section.rsplit('.').next()? {
        "dependencies" | "build-dependencies" => Some(Kind::Normal),
        "dev-dependencies" => Some(Kind::Dev),
        _ => None,
    }
}
