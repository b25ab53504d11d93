//! `bushel ledger import`.

use std::path::Path;
use std::process::Output;

use serde_json::json;

use crate::bushel::{Running, file, folder, json as last_json, run, stderr, stdout};

const CSV: &str = "\
day,from,to,sum,note
2026-01-01,Ann,Bob,12.50,first
2026-01-02,Bob,Cid,1.005,too fine
2026-01-02,Bob,Cid,-1,backwards
2026-01-02,Bob,,1,nobody
2026-01-02,Bob,Bob,1,oneself
someday,Bob,Cid,1,no date
2026-01-03,Bob,Cid,2,twice
2026-01-03,Bob,Cid,2,twice
";

fn import(data: &Path, csv: &str, more: &[&str]) -> Output {
    let columns = ["--from", "from", "--to", "to", "--amount", "sum", "--date", "day"];
    let asset = ["ledger", "import", csv, "--asset", "USD", "--scale", "2", "--reference", "note"];
    run(data, &[&asset[..], &columns, more].concat())
}

#[test]
fn lines_are_taken_once_and_the_others_named() {
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let _server = Running::start(folder.path());
    let csv = file(&files, "gifts.csv", CSV);
    let output = import(folder.path(), &csv, &["--json"]);
    let summary = last_json(&output);
    for (name, value) in [
        ("lines", json!(8)),
        ("created", json!(3)),
        ("existing", json!(0)),
        ("rejected", json!(5)),
        ("accounts_created", json!(3)),
        ("sum", json!("16.50")),
        ("changed", json!(true)),
    ] {
        assert_eq!(summary[name], value, "{name}: {summary}");
    }
    let lines: Vec<_> = summary["rejected_lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["line"].clone())
        .collect();
    assert_eq!(lines, [3, 4, 5, 6, 7]);
    assert!(stderr(&output).contains("line 4: the amount `-1` is negative"), "{}", stderr(&output));

    let again = import(folder.path(), &csv, &[]);
    assert!(
        stdout(&again).starts_with("nothing changed; 8 lines, 3 there before"),
        "{}",
        stdout(&again)
    );
    let balances = run(folder.path(), &["ledger", "balances", "--asset", "USD", "--json"]);
    let accounts = last_json(&balances)["accounts"].clone();
    let bob = accounts.as_array().unwrap().iter().find(|account| account["name"] == "Bob").unwrap();
    assert_eq!((&bob["balance"], &bob["credits_posted"]), (&json!("8.50"), &json!("12.50")));
    assert!(
        last_json(&run(folder.path(), &["ledger", "verify", "--json"]))["sound"].as_bool().unwrap()
    );
}

#[test]
fn strict_import_is_all_or_nothing() {
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let _server = Running::start(folder.path());
    let csv = file(&files, "gifts.csv", CSV);
    let refused = import(folder.path(), &csv, &["--strict"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stdout(&refused).contains("nothing was imported: 5 lines"), "{}", stdout(&refused));
    let balances = run(folder.path(), &["ledger", "balances", "--json"]);
    assert_eq!(last_json(&balances)["accounts"], json!([]));
    let good = file(&files, "good.csv", "day,from,to,sum,note\n2026-01-01,Ann,Bob,1,\n");
    assert_eq!(last_json(&import(folder.path(), &good, &["--strict", "--json"]))["created"], 1);
}

#[test]
fn wrong_columns_and_files_are_named() {
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let csv = file(&files, "other.csv", "a,b\n1,2\n");
    let output = import(folder.path(), &csv, &[]);
    assert!(stderr(&output).contains("there is no column `from`; the file has: a, b"));
    let output = import(folder.path(), "nothing.csv", &[]);
    assert!(stderr(&output).contains("could not read nothing.csv"), "{}", stderr(&output));
    let server = Running::start(folder.path());
    let good = file(&files, "good.csv", "day,from,to,sum,note\n2026-01-01,Ann,Bob,1,\n");
    assert!(import(folder.path(), &good, &[]).status.success());
    let columns = ["--from", "from", "--to", "to", "--amount", "sum"];
    let asset = ["ledger", "import", &good, "--asset", "USD", "--scale", "3"];
    let output = run(folder.path(), &[&asset[..], &columns].concat());
    assert!(stderr(&output).contains("has 2 decimals, not 3"), "{}", stderr(&output));
    drop(server);
}

#[test]
fn real_donations_are_taken_exactly() {
    let Some(csv) = testkit::shared_data("donations.csv.gz") else { return };
    let folder = folder();
    let csv = csv.display().to_string();
    let columns = ["--from", "donor", "--to", "donee", "--amount", "amount_usd", "--date", "date"];
    let asset = ["ledger", "import", &csv, "--asset", "USD", "--scale", "2", "--json"];
    let command = [&asset[..], &columns].concat();
    let summary = last_json(&run(folder.path(), &command));
    assert_eq!((&summary["created"], &summary["rejected"]), (&json!(46_225), &json!(0)));
    assert_eq!(summary["sum"], "4187806734.69");
    let again = last_json(&run(folder.path(), &command));
    assert_eq!((&again["existing"], &again["changed"]), (&json!(46_225), &json!(false)));
    let report = last_json(&run(folder.path(), &["ledger", "verify", "--json"]));
    assert_eq!((&report["sound"], &report["transfers"]), (&json!(true), &json!(46_225)));
}
