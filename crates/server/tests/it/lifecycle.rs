//! Start, stop, crash.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::bushel::{Running, bushel, folder, run, stderr};
use crate::http::Client;

#[test]
fn first_start_prints_the_token_once_and_stores_it_for_its_owner() {
    let folder = folder();
    let data = folder.path().join("data");
    let first = Running::start(&data);
    let token = first.printed[0].strip_prefix("operator token: ").unwrap().to_owned();
    assert_eq!(std::fs::read_to_string(data.join("token")).unwrap().trim(), token);
    let mode = std::fs::metadata(data.join("token")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(first.client(&data).get("/v1/ledger/assets").status, 200);
    first.signal("TERM");
    assert!(first.wait().success());
    let second = Running::start(&data);
    assert!(second.printed.iter().all(|line| !line.contains("token")), "{:?}", second.printed);
    assert_eq!(second.client(&data).get("/v1/ledger/assets").status, 200);
}

#[test]
fn server_tells_its_address_while_it_runs() {
    let folder = folder();
    let server = Running::start(folder.path());
    let path = folder.path().join("server.json");
    let told: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(told["url"], server.url.as_str());
    server.signal("INT");
    assert!(server.wait().success());
    assert!(!path.exists());
}

#[test]
fn second_server_on_a_folder_is_refused() {
    let folder = folder();
    let _first = Running::start(folder.path());
    let second = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains("is in use by another Bushel (pid "), "{}", stderr(&second));
}

#[test]
fn killed_server_recovers_with_what_it_acknowledged() {
    let folder = folder();
    let server = Running::start(folder.path());
    let asset = json!({ "code": "APPLE", "scale": 0, "kind": "goods" });
    assert_eq!(server.client(folder.path()).post("/v1/ledger/assets", &asset).status, 201);
    server.signal("KILL");
    assert!(!server.wait().success());
    let server = Running::start(folder.path());
    assert_eq!(server.client(folder.path()).get("/v1/ledger/assets/APPLE").status, 200);
}

#[test]
fn health_needs_no_token() {
    let folder = folder();
    let server = Running::start(folder.path());
    let anyone = Client::anonymous(&server.url);
    assert_eq!(anyone.get("/healthz").json()["status"], "alive");
    assert_eq!(anyone.get("/readyz").json()["ledger"], "leading");
}

#[test]
fn settings_that_make_no_sense_are_refused_before_anything_starts() {
    let folder = folder();
    let data = folder.path().join("data");
    for (option, value, named) in [
        ("--rate-limit", "4294967295", "--rate-limit"),
        ("--public-url", "bank.example", "BUSHEL_PUBLIC_URL"),
    ] {
        let output = run(&data, &["serve", "--listen", "127.0.0.1:0", option, value]);
        let text = stderr(&output);
        assert!(!output.status.success() && text.contains(named), "{text}");
    }
    assert!(!data.exists());
}

#[test]
fn wrong_addresses_are_named() {
    let folder = folder();
    let output = run(folder.path(), &["serve", "--listen", "nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("could not listen on nowhere"), "{}", stderr(&output));
    let mut command = bushel(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", "postgres://secret:word@127.0.0.1:1/none?connect_timeout=1");
    let output = command.arg("--data").arg(folder.path().join("other")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("could not use the database of DATABASE_URL"), "{text}");
    assert!(!text.contains("word"), "a secret is in: {text}");
}
