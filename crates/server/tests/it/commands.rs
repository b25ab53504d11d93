//! The commands that read, and those that print documents.

use serde_json::json;

use crate::bushel::{Running, bushel, file, folder, json as last_json, run, stderr, stdout};

const CSV: &str = "\
day,from,to,sum,note
2026-01-01,Ann,Bob,5,=1+1
2026-02-01,Bob,\"Cid, the third\",2,
";

fn import(data: &std::path::Path) {
    let files = tempfile::tempdir().unwrap();
    let csv = file(&files, "gifts.csv", CSV);
    let columns = ["--from", "from", "--to", "to", "--amount", "sum", "--date", "day"];
    let asset = ["ledger", "import", &csv, "--asset", "USD", "--scale", "2", "--reference", "note"];
    let output = run(data, &[&asset[..], &columns].concat());
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn statement_follows_the_effective_time_on_demand() {
    let folder = folder();
    let _server = Running::start(folder.path());
    import(folder.path());
    let listing = last_json(&run(folder.path(), &["ledger", "balances", "--json"]));
    let accounts = listing["accounts"].as_array().unwrap();
    let bob = accounts.iter().find(|account| account["name"] == "Bob").unwrap();
    let address = bob["address"].as_str().unwrap();
    let sheet = last_json(&run(folder.path(), &["ledger", "statement", address, "--json"]));
    assert_eq!((&sheet["opening"], &sheet["closing"]), (&json!("0.00"), &json!("3.00")));
    let span = ["--effective", "--from", "2026-01-15", "--to", "2026-03-01"];
    let command = [&["ledger", "statement", address, "--json"][..], &span].concat();
    let sheet = last_json(&run(folder.path(), &command));
    assert_eq!((&sheet["opening"], &sheet["closing"]), (&json!("5.00"), &json!("3.00")));
    let line = &sheet["lines"][0];
    assert_eq!((&line["at"], &line["debit"]), (&json!("2026-02-01"), &json!("2.00")));
    assert_eq!(line["counterparty"], "Cid, the third");
    let unknown = run(folder.path(), &["ledger", "statement", "nobody"]);
    assert!(!unknown.status.success() && stderr(&unknown).starts_with("error: "));
}

#[test]
fn export_defuses_formulas() {
    let folder = folder();
    let _server = Running::start(folder.path());
    import(folder.path());
    let csv = stdout(&run(folder.path(), &["ledger", "export", "--asset", "USD"]));
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with("sequence,id,recorded_at,effective_at,from,"), "{csv}");
    assert!(
        lines.len() == 3 && lines[1].contains(",5.00,USD,") && lines[1].contains(",'=1+1,"),
        "{csv}"
    );
    let jsonl = stdout(&run(folder.path(), &["ledger", "export", "--format", "jsonl"]));
    let first: serde_json::Value = serde_json::from_str(jsonl.lines().next().unwrap()).unwrap();
    assert_eq!((&first["reference"], &first["from_name"]), (&json!("=1+1"), &json!("Ann")));
}

#[test]
fn command_without_a_server_runs_one_for_its_length() {
    let folder = folder();
    import(folder.path());
    assert!(!folder.path().join("server.json").exists());
    let report = last_json(&run(folder.path(), &["ledger", "verify", "--json"]));
    assert_eq!((&report["sound"], &report["transfers"]), (&json!(true), &json!(2)));
    let server = Running::start(folder.path());
    let listing = last_json(&run(folder.path(), &["ledger", "balances", "--json"]));
    assert_eq!(listing["accounts"].as_array().unwrap().len(), 3);
    drop(server);
}

#[test]
fn server_and_token_can_be_given() {
    let (data, elsewhere) = (folder(), folder());
    let server = Running::start(data.path());
    import(data.path());
    let token = std::fs::read_to_string(data.path().join("token")).unwrap();
    let there = ["--server", &server.url, "--token", token.trim()];
    let command = [&["ledger", "balances", "--json"][..], &there].concat();
    let listing = last_json(&run(elsewhere.path(), &command));
    assert_eq!(listing["accounts"].as_array().unwrap().len(), 3);
    let wrong = format!("bshl_op_{}", "0".repeat(72));
    let there = ["--server", &server.url, "--token", &wrong];
    let refused = run(elsewhere.path(), &[&["ledger", "balances"][..], &there].concat());
    assert!(stderr(&refused).contains("bushel token show"), "{}", stderr(&refused));
}

#[tokio::test]
async fn row_changed_by_hand_is_named() {
    let database = testkit::TestDatabase::create(&[]).await;
    let url = crate::forwarding::url(&database);
    let data = folder();
    let server = crate::forwarding::start(data.path(), &url);
    import(data.path());
    let client = database.database().client().await.unwrap();
    let changed = client.execute("update ledger.transfers set amount = 7 where seq = 2", &[]).await;
    assert_eq!(changed.unwrap(), 1);
    server.signal("TERM");
    server.wait();
    // The seal of the open range is made at the next opportunity; the balances are wrong at once.
    let mut command = bushel(&["ledger", "verify", "--json"]);
    let output = command.env("DATABASE_URL", &url).arg("--data").arg(data.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("seq 2"), "{}", stdout(&output));
}

#[test]
fn migrate_may_be_run_again() {
    let folder = folder();
    let first = last_json(&run(folder.path(), &["migrate", "--json"]));
    let names = |report: &serde_json::Value| {
        let schemas = report["schemas"].as_array().unwrap().iter();
        schemas.map(|schema| schema["schema"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for context in ["ledger", "identity", "wallet", "payments", "notifications", "admin"] {
        assert!(names(&first).iter().any(|name| name == context), "{context}: {first}");
    }
    let is_new = |schema: &serde_json::Value| schema["applied"][0] == 1;
    assert!(first["schemas"].as_array().unwrap().iter().all(is_new), "{first}");
    let second = last_json(&run(folder.path(), &["migrate", "--json"]));
    assert_eq!(names(&second), names(&first));
    let is_done = |schema: &serde_json::Value| schema["applied"] == json!([]);
    assert!(second["schemas"].as_array().unwrap().iter().all(is_done), "{second}");
}

#[test]
fn documents_are_printed() {
    let print = |command: &str| stdout(&bushel(&[command]).output().unwrap());
    assert!(
        print("routes").contains("| POST | `/v1/ledger/transfers` | `ledger_transfers_create` |")
    );
    assert!(print("errors").contains("| `request.token.missing` | 401 |"));
    assert_eq!(print("openapi"), print("openapi"));
}
