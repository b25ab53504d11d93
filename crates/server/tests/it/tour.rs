//! What the documentation tells people to type, typed.

use std::path::Path;
use std::process::{Command, Output};

use crate::bushel::{Running, folder};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn both(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

fn walk(mode: &str) {
    let mut command = Command::new("bash");
    command.arg(repository().join("docs/tour.sh")).arg(mode);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("BUSHEL_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    let output = command.env("BUSHEL", env!("CARGO_BIN_EXE_bushel")).output().unwrap();
    let text = both(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("is complete"), "{text}");
}

#[test]
fn tour_over_http_ends_well() {
    walk("--http");
}

#[test]
fn tour_over_grpc_ends_well() {
    walk("--grpc");
}

/// The fenced blocks of a section.
fn blocks(text: &str, heading: &str) -> Vec<String> {
    let (_, rest) = text.split_once(heading).unwrap_or_else(|| panic!("there is no {heading}"));
    let section = rest.split("\n## ").next().unwrap_or(rest);
    let parts = section.split("\n```").skip(1).step_by(2);
    // The rest of the line is the language.
    parts.map(|part| part.split_once('\n').unwrap().1.to_owned()).collect()
}

/// Real donations are not in the repository; these look like them.
fn donations(path: &Path) {
    use std::io::Write as _;
    let file = std::fs::File::create(path).unwrap();
    let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gz.write_all(b"date,donor,donee,amount_usd\n2026-01-01,Ann,Orchard,5.50\n").unwrap();
    gz.finish().unwrap();
}

/// What isn't typed from the README: the tour has tests of its own above, and what people do asks for
/// passwords, cards and the codes of mails (`cli_people`).
fn is_typed(line: &str) -> bool {
    let asking = ["register", "sign-in", "open", "deposit", "send", "accounts"];
    let asks = asking.iter().any(|verb| line.starts_with(&format!("bushel {verb}")));
    !asks && !line.starts_with("docs/tour.sh")
}

#[test]
fn commands_of_the_readme_work_as_they_stand() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let sections = ["## The first five minutes", "## The ledger alone"];
    let blocks = sections.map(|heading| blocks(&readme, heading).join("\n")).join("\n");
    let place = folder();
    let data = place.path().join("bushel-data");
    let server = Running::start(&data);
    donations(&place.path().join("donations.csv.gz"));
    let release = place.path().join("target/release");
    std::fs::create_dir_all(&release).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_bushel"), release.join("bushel")).unwrap();
    let address = server.url.strip_prefix("http://").unwrap();
    let lines: Vec<&str> = blocks.lines().filter(|line| is_typed(line)).collect();
    assert!(lines.len() > 10, "{blocks}");
    let script = lines.join("\n").replace("localhost:8080", address);
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(place.path())
        .env("CARGO_TARGET_DIR", place.path().join("target"))
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    let text = both(&output);
    assert!(output.status.success(), "{script}\n{text}");
    assert!(text.contains("exceeds_floor"), "the overspending is refused: {text}");
    // Nothing else is: a problem has a request's id.
    assert!(!text.contains("\"request_id\""), "{text}");
}
