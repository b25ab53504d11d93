//! `bushel shop import-invoices`.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::bushel::{Running, bushel, file, folder, json as last_json, pause, run, stderr, stdout};

const HEAD: &str =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
const TRADE: &str = "\
536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123A,WHITE HEART,2,2010-12-01 08:26:00,2.10,17850.0,United Kingdom
536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536366,85123a,white heart,3,2010-12-01 08:28:00,2.55,,Unspecified
536367,POST,POSTAGE,1,2010-12-01 08:34:00,18.005,12583.0,France
536368,gift_0001_40,Dotcom voucher,1,2010-12-01 08:35:00,34.04,12583.0,France
C536379,85123A,WHITE HEART,-4,2010-12-01 09:41:00,2.55,17850.0,United Kingdom
C536380,71053,LANTERN,-7,2010-12-01 09:42:00,3.39,17850.0,United Kingdom
C536381,D,Discount,-1,2010-12-01 09:43:00,27.5,14527.0,United Kingdom
536414,71053,,56,2010-12-01 11:52:00,0,,United Kingdom
536589,71053,damaged,-10,2010-12-01 16:50:00,0,,United Kingdom
536590,71053,LANTERN,six,2010-12-01 16:51:00,1,,United Kingdom
536591,71053,LANTERN,1,yesterday,1,,United Kingdom
";

fn import(data: &Path, csv: &str) -> Output {
    run(data, &["shop", "import-invoices", csv, "--json"])
}

/// Some of what the operator sees.
fn seen(server: &Running, data: &Path, path: &str) -> Value {
    server.client(data).get(path).json()
}

#[test]
fn every_line_becomes_trade_or_is_named_and_a_second_run_changes_nothing() {
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let server = Running::start(folder.path());
    let csv = file(&files, "trade.csv", &format!("{HEAD}{TRADE}"));
    let first = import(folder.path(), &csv);
    let (text, summary) = (stderr(&first), last_json(&first));
    assert!(text.contains("line 13: \"six\" is no quantity"), "{text}");
    for (name, value) in [
        ("lines", json!(13)),
        ("invalid", json!(2)),
        ("orders", json!(5)),
        ("order_lines", json!(7)),
        ("returns", json!(2)),
        ("corrections", json!(3)),
        // 15.3 + 4.2 + 20.34 + 7.65 + 18.005 + 34.04 - 10.2 - 23.73 - 27.5
        ("total", json!("38.105")),
        ("differences", json!([])),
    ] {
        assert_eq!(summary[name], value, "{name}: {summary}");
    }
    let orders = seen(&server, folder.path(), "/v1/shop/overview/orders?limit=100");
    let orders = orders["data"].as_array().unwrap();
    assert_eq!(orders.len(), 5);
    let first = orders.iter().find(|it| it["reference"] == "536365").unwrap();
    assert_eq!(
        (&first["placed_at"], &first["total"], &first["refunded"]),
        (&json!("2010-12-01T08:26:00.000000Z"), &json!("39840"), &json!("30540"))
    );
    let again = last_json(&import(folder.path(), &csv));
    assert_eq!((&again["differences"], &again["total"]), (&json!([]), &json!("38.105")));
    let after = seen(&server, folder.path(), "/v1/shop/overview/orders?limit=100");
    assert_eq!(after["data"].as_array().unwrap(), orders);
    assert_eq!(last_json(&run(folder.path(), &["ledger", "verify", "--json"]))["sound"], true);
}

#[test]
fn what_the_books_say_otherwise_is_told_and_fails() {
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let server = Running::start(folder.path());
    let csv = file(&files, "trade.csv", &format!("{HEAD}{TRADE}"));
    last_json(&import(folder.path(), &csv));
    let more = json!({ "currency": "GBP", "sku": "71053", "amount": "5", "reason": "by hand" });
    let client = server.client(folder.path());
    assert_eq!(client.post("/v1/shop/sales-adjustments", &more).status, 201);
    let told = import(folder.path(), &csv);
    assert_eq!(told.status.code(), Some(1));
    assert!(
        stdout(&told).contains("71053: the books say -3.385, the file says -3.390"),
        "{}",
        stdout(&told)
    );
}

#[test]
fn files_and_currencies_that_do_not_fit_are_named() {
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let told = import(folder.path(), &file(&files, "other.csv", "a,b\n1,2\n"));
    assert!(stderr(&told).contains("the file has no column `InvoiceNo`"), "{}", stderr(&told));
    let server = Running::start(folder.path());
    let asset = json!({ "code": "GBP", "scale": 2, "kind": "money" });
    let client = server.client(folder.path());
    assert_eq!(client.post("/v1/ledger/assets", &asset).status, 201);
    let told = import(folder.path(), &file(&files, "trade.csv", &format!("{HEAD}{TRADE}")));
    assert!(stderr(&told).contains("GBP has 2 decimals here"), "{}", stderr(&told));
}

/// Invoices of four lines, every fifth of them cancelled in part.
fn much_trade(invoices: usize) -> String {
    let mut text = HEAD.to_owned();
    for index in 0..invoices {
        let (number, customer) = (500_000 + index, 10_000 + index % 40);
        let line = |text: &mut String, number: &str, item: usize, pieces: i64| {
            let (sku, pence) = (20_000 + (index + item) % 30, 101 + item);
            writeln!(
                text,
                "{number},{sku},Thing {sku},{pieces},2010-12-01 08:{:02}:00,{}.{:02},{customer},France",
                index % 60,
                pence / 100,
                pence % 100
            )
            .unwrap();
        };
        for item in 0..4 {
            line(&mut text, &number.to_string(), item, 2 + item as i64);
        }
        if index % 5 == 0 {
            line(&mut text, &format!("C{number}"), 1, -2);
        }
    }
    text
}

/// Kills the server of a command together with it, or the database under it.
fn kill(command: &mut std::process::Child, data: &Path, is_database: bool) {
    if is_database {
        let Some(pid) = postmaster(data) else { return };
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        pause(Duration::from_millis(300));
    }
    command.kill().unwrap();
    command.wait().unwrap();
}

fn postmaster(data: &Path) -> Option<String> {
    let text = std::fs::read_to_string(data.join("pgdata/postmaster.pid")).ok()?;
    text.lines().next().map(str::to_owned)
}

#[test]
fn a_replay_that_is_killed_again_and_again_comes_to_the_same() {
    const KILLS: u64 = 6;
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let csv = file(&files, "trade.csv", &much_trade(250));
    // The database is made before anything is killed.
    drop(Running::start(folder.path()));
    let mut killed = 0;
    for index in 0..KILLS {
        let mut command = bushel(&["shop", "import-invoices", &csv, "--data"]);
        command.arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        pause(Duration::from_millis(2_500 + 700 * index));
        killed += u64::from(child.try_wait().unwrap().is_none());
        kill(&mut child, folder.path(), index % 2 == 1);
    }
    assert!(killed >= KILLS / 2, "only {killed} runs were cut off");
    let summary = last_json(&import(folder.path(), &csv));
    assert_eq!(summary["orders"], 250);
    assert!(summary["returns"].as_u64().unwrap() >= 50, "{summary}");
    assert_eq!(summary["differences"], json!([]));
    assert_eq!(last_json(&run(folder.path(), &["ledger", "verify", "--json"]))["sound"], true);
    let server = Running::start(folder.path());
    let open = seen(&server, folder.path(), "/v1/shop/overview/returns?filter[state]=receiving");
    assert_eq!(open["data"], json!([]));
}

#[test]
fn the_first_lines_of_real_trade_are_replayed_exactly() {
    let Some(gz) = testkit::shared_data("online-retail.csv.gz") else { return };
    let (folder, files) = (folder(), tempfile::tempdir().unwrap());
    let mut text = String::new();
    let reader = flate2::read::GzDecoder::new(std::fs::File::open(gz).unwrap());
    std::io::BufReader::new(reader).take(400_000).read_to_string(&mut text).unwrap();
    let whole = &text[..=text.rfind('\n').unwrap()];
    let lines = whole.lines().count() - 1;
    let summary = last_json(&import(folder.path(), &file(&files, "real.csv", whole)));
    assert_eq!((&summary["lines"], &summary["invalid"]), (&json!(lines), &json!(0)));
    assert_eq!(summary["differences"], json!([]));
}
