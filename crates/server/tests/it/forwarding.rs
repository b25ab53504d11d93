//! Several processes on one database.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::TestDatabase;
use tokio_postgres::config::Host;

use crate::bushel::{Running, bushel, folder};
use crate::http::Client;
use crate::people::{Bank, ok, until};

/// What people call the processes together; a token of one is good at the others.
const PUBLIC_URL: &str = "https://bank.example";

/// The database as `DATABASE_URL`.
pub(crate) fn url(database: &TestDatabase) -> String {
    let config = database.config();
    let host = match &config.get_hosts()[0] {
        Host::Unix(path) => path.display().to_string(),
        Host::Tcp(name) => name.clone(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!(
        "host={host} port={port} user={} dbname={}",
        config.get_user().unwrap(),
        config.get_dbname().unwrap()
    )
}

pub(crate) fn start(data: &Path, url: &str) -> Running {
    let mut command = crate::people::serve();
    command.env("DATABASE_URL", url).env("BUSHEL_PUBLIC_URL", PUBLIC_URL);
    Running::start_with(data, command)
}

/// Another process on the database, with the token and the key of the first one's folder.
pub(crate) fn start_beside(first: &Path, data: &Path, url: &str) -> Running {
    std::fs::copy(first.join("secret"), data.join("secret")).unwrap();
    let token = std::fs::read_to_string(first.join("token")).unwrap();
    let mut command = crate::people::serve();
    command.env("DATABASE_URL", url).env("BUSHEL_TOKEN", token.trim());
    command.env("BUSHEL_PUBLIC_URL", PUBLIC_URL);
    Running::start_with(data, command)
}

#[tokio::test]
async fn follower_forwards_and_takes_over() {
    let database = TestDatabase::create(&[]).await;
    let url = url(&database);
    let (one, two) = (folder(), folder());
    let leader = start(one.path(), &url);
    let follower = start_beside(one.path(), two.path(), &url);
    let client = follower.client(two.path());
    assert_eq!(client.get("/readyz").json()["ledger"], "following");
    let asset = json!({ "code": "BOOK", "scale": 0, "kind": "goods" });
    assert_eq!(client.post("/v1/ledger/assets", &asset).status, 201);
    let accounts = json!({ "accounts": [
        { "address": "a", "asset": "BOOK" }, { "address": "b", "asset": "BOOK" },
    ] });
    assert_eq!(client.post("/v1/ledger/accounts", &accounts).status, 200);
    let transfers = json!({ "transfers": [
        { "debit_account": "a", "credit_account": "b", "amount": "3", "asset": "BOOK" },
    ] });
    let answer = client.post("/v1/ledger/transfers", &transfers);
    assert_eq!(answer.json()["results"][0]["status"], "created", "{}", answer.body);
    let claims = client.send("GET", "/v1/ledger/assets", "X-Bushel-Forwarded: 1\r\n", "");
    assert_eq!(claims.status, 200, "a caller can't say that it comes from another node");

    leader.signal("KILL");
    leader.wait();
    let began = Instant::now();
    while client.get("/readyz").body != r#"{"ledger":"leading"}"# {
        assert!(began.elapsed() < Duration::from_secs(10), "nobody took over");
    }
    let balance = client.get("/v1/ledger/accounts/b/balance").json();
    assert_eq!(balance["balances"]["credits_posted"], "3", "{balance}");
}

#[tokio::test]
async fn a_follower_asks_the_leader_for_ones_own_data_and_before_somebody_leaves() {
    let database = TestDatabase::create(&[]).await;
    let url = url(&database);
    let (one, two) = (folder(), folder());
    let leader = start(one.path(), &url);
    let key = one.path().to_owned();
    let follower = start_beside(&key, two.path(), &url);
    let bank = Bank::of(leader, one);
    let ann = bank.sign_up("ann");
    let elsewhere = ann.client.at(&follower.url);
    let export = ok(&elsewhere.get("/v1/identity/profile/export"));
    assert_eq!(export["wallet"]["accounts"], json!([]), "{export}");
    let body = json!({ "password": ann.password }).to_string();
    let headers = "Content-Type: application/json\r\n";
    let left = elsewhere.send("DELETE", "/v1/identity/profile", headers, &body);
    assert_eq!(left.status, 204, "{}", left.body);
}

#[tokio::test]
async fn a_second_process_without_a_public_url_is_warned_of() {
    let database = TestDatabase::create(&[]).await;
    let url = url(&database);
    let (one, two) = (folder(), folder());
    let _leader = start(one.path(), &url);
    let printed = two.path().join("printed");
    std::fs::copy(one.path().join("secret"), two.path().join("secret")).unwrap();
    let mut command = crate::people::serve();
    command.env("DATABASE_URL", &url);
    let _follower = Running::start_into(two.path(), command, &printed);
    until("the warning", || {
        std::fs::read_to_string(&printed).unwrap().contains("--public-url").then_some(())
    });
}

#[tokio::test]
async fn commands_reach_the_leader_over_a_follower() {
    let database = TestDatabase::create(&[]).await;
    let url = url(&database);
    let (one, two) = (folder(), folder());
    let _leader = start(one.path(), &url);
    let follower = start_beside(one.path(), two.path(), &url);
    let csv = crate::bushel::file(&two, "x.csv", "f,t,a\nAnn,Bob,1.5\nBob,Cid,1\n");
    let output = crate::bushel::run(
        two.path(),
        &[
            "ledger", "import", &csv, "--asset", "USD", "--scale", "2", "--from", "f", "--to", "t",
            "--amount", "a", "--json",
        ],
    );
    let summary = crate::bushel::json(&output);
    assert_eq!((&summary["created"], &summary["sum"]), (&json!(2), &json!("2.50")));
    let anyone = Client::anonymous(&follower.url);
    assert_eq!(anyone.get("/readyz").json()["ledger"], "following");
}

#[tokio::test]
async fn database_with_a_token_says_how_to_give_it() {
    let database = TestDatabase::create(&[]).await;
    let url = url(&database);
    let (one, two) = (folder(), folder());
    let first = start(one.path(), &url);
    first.signal("TERM");
    first.wait();
    let mut command = bushel(&["ledger", "balances"]);
    std::fs::copy(one.path().join("secret"), two.path().join("secret")).unwrap();
    let output = command.env("DATABASE_URL", &url).arg("--data").arg(two.path()).output().unwrap();
    let text = crate::bushel::stderr(&output);
    assert!(!output.status.success() && text.contains("BUSHEL_TOKEN"), "{text}");
}
