//! Rules for every Rust file: the length of functions, what must not stay in the code, names.

use super::Findings;
use super::rust_source::RustSource;
use super::tree::TextFile;

const FUNCTION_LINES_HARD: usize = 70;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] =
    ["helper", "helpers", "utils", "util", "manager", "types", "common", "misc"];

pub(super) fn check(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    function_length(file, source, findings);
    unfinished_code(file, source, findings);
    attributes(file, source, findings);
    module_names(file, source, findings);
    module_docs(file, findings);
}

fn function_length(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    if file.is_test() {
        return;
    }
    for function in source.functions() {
        if function.lines > FUNCTION_LINES_HARD && !source.is_test_line(function.line) {
            findings.fail(
                &file.path,
                function.line,
                "function-length",
                format!(
                    "`{}` has {} lines; the limit is {FUNCTION_LINES_HARD}: name its steps and make them functions",
                    function.name, function.lines
                ),
            );
        }
    }
}

fn unfinished_code(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    for (line, word, next) in source.words() {
        let advice = match word.as_str() {
            "todo" | "unimplemented" => "write it, or leave the whole path out until it is written",
            "dbg" => "remove it, or make it a tracing event",
            _ => continue,
        };
        if next == Some('!') {
            findings.fail(&file.path, line, "unfinished-code", format!("`{word}!`: {advice}"));
        }
    }
}

fn attributes(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    for attribute in &source.attributes {
        // Inside of a macro an expectation may hold for one user of it and not for the next.
        let excused = source.is_macro_line(attribute.line) && attribute.text.contains("reason=");
        if attribute.text.starts_with("allow(") && !excused {
            findings.fail(
                &file.path,
                attribute.line,
                "allow-attribute",
                "use #[expect(..., reason = \"...\")]: it complains when the reason has gone",
            );
        }
        if attribute.text == "ignore" || attribute.text.starts_with("ignore=") {
            findings.fail(
                &file.path,
                attribute.line,
                "ignored-test",
                "a test that doesn't run proves nothing: make it pass, or delete it",
            );
        }
        if attribute.is_test()
            && let Some(name) = source.function_below(attribute)
            && name.starts_with("test_")
        {
            findings.fail(
                &file.path,
                attribute.line,
                "test-name",
                format!("`{name}`: name the outcome, as in `second_refund_is_rejected`"),
            );
        }
    }
}

fn module_names(file: &TextFile, source: &RustSource, findings: &mut Findings) {
    let advice = "says nothing: name the module after the thing that it owns";
    if EMPTY_NAMES.contains(&file.stem()) {
        let name = file.stem();
        findings.fail(&file.path, 1, "module-name", format!("`{name}` {advice}"));
    }
    if file.name() == "mod.rs"
        && let Some(name) = file.folders().next_back()
        && EMPTY_NAMES.contains(&name)
    {
        findings.fail(&file.path, 1, "module-name", format!("`{name}` {advice}"));
    }
    for (line, name) in source.modules() {
        if EMPTY_NAMES.contains(&name.as_str()) {
            findings.fail(&file.path, line, "module-name", format!("`mod {name}` {advice}"));
        }
    }
}

fn module_docs(file: &TextFile, findings: &mut Findings) {
    let is_crate_root =
        matches!(file.name(), "lib.rs" | "main.rs") && file.folders().next_back() == Some("src");
    let wanted = match file.name() {
        "mod.rs" => "two to five lines: what the feature is and its invariants",
        _ if is_crate_root => {
            "a map: what the crate owns, what it leaves to others, where to start"
        }
        _ => return,
    };
    if !file.text.starts_with("//!") {
        findings.fail(&file.path, 1, "module-docs", format!("open the file with `//!`: {wanted}"));
    }
}
