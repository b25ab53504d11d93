//! The demo world: made once, the same each time, entered without a password on this host alone, and
//! removed whole.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bushel::{Running, bushel, folder, json as last_json, pause, run, stderr, stdout};
use crate::http::{Answer, Client};
use crate::people::{ok, text, until};

const SERVE: [&str; 4] = ["serve", "--listen", "127.0.0.1:0", "--demo"];

fn serve(data: &Path) -> Running {
    Running::start_with(data, bushel(&SERVE))
}

/// Somebody of the demo world in a browser.
struct Visitor {
    anyone: Client,
    url: String,
    cookie: String,
}

impl Visitor {
    fn enter(server: &Running, handle: &str) -> Self {
        let (anyone, url) = (Client::anonymous(&server.url), server.url.clone());
        let answer = sign_in(&anyone, handle, &format!("Origin: {url}\r\n"));
        assert_eq!(ok(&answer)["status"], "signed_in");
        let cookies = answer.headers("set-cookie");
        assert_eq!(cookies.len(), 1, "no device is made known: {cookies:?}");
        let cookie = cookies[0].split(';').next().unwrap().to_owned();
        assert!(cookie.starts_with("__Host-bushel_session="), "{cookie}");
        Self { anyone, url, cookie }
    }

    fn get(&self, path: &str) -> Value {
        ok(&self.anyone.send("GET", path, &format!("Cookie: {}\r\n", self.cookie), ""))
    }

    fn list(&self, path: &str) -> Vec<Value> {
        self.get(path)["data"].as_array().unwrap().clone()
    }

    fn act(&self, path: &str) -> Answer {
        let headers = format!("Cookie: {}\r\nOrigin: {}\r\n", self.cookie, self.url);
        self.anyone.send("POST", path, &headers, "")
    }
}

fn sign_in(anyone: &Client, handle: &str, headers: &str) -> Answer {
    let headers = format!("Content-Type: application/json\r\n{headers}");
    let body = json!({ "handle": handle }).to_string();
    anyone.send("POST", "/v1/demo/sign-ins", &headers, &body)
}

/// What the operator sees: how many transfers there are, and what each kind of account holds.
fn shape(client: &Client) -> BTreeMap<String, usize> {
    let mut shape = BTreeMap::new();
    let mut path = "/v1/ledger/transfers?limit=200".to_owned();
    loop {
        let page = ok(&client.get(&path));
        for it in page["data"].as_array().unwrap() {
            let code = it["code"].to_string();
            // Deposits and withdrawals come to their end in the background, and so does what expires.
            let is_at_once = it["kind"] != "expire";
            if is_at_once && matches!(code.as_str(), "200" | "201" | "204" | "205" | "207") {
                *shape.entry(format!("{code} {}", it["kind"])).or_insert(0) += 1;
            }
        }
        let Some(cursor) = page["next_cursor"].as_str() else { return shape };
        path = format!("/v1/ledger/transfers?limit=200&cursor={cursor}");
    }
}

fn is_sound(data: &Path) {
    let verified = last_json(&run(data, &["ledger", "verify", "--json"]));
    assert_eq!(verified["findings"], json!([]), "{verified}");
}

#[test]
fn in_the_shop_of_the_demo_world_goods_are_for_sale_and_staff_has_something_to_do() {
    let folder = folder();
    let server = serve(folder.path());
    let guest = Client::anonymous(&server.url);
    let shown = until("the goods", || {
        let found = ok(&guest.get("/v1/shop/products?currency=EUR"));
        let shown = found["data"].as_array().unwrap().clone();
        (shown.len() >= 10).then_some(shown)
    });
    for product in &shown {
        let path = format!("/v1/shop/products/{}?currency=EUR", text(product, "handle"));
        let product = ok(&guest.get(&path));
        assert!(!product["images"].as_array().unwrap().is_empty(), "{product}");
    }
    let greta = Visitor::enter(&server, "greta");
    let orders =
        |status: &str| greta.list(&format!("/v1/shop/overview/orders?filter[status]={status}"));
    assert!(orders("paid").len() >= 2 && orders("shipped").len() >= 20);
    assert_eq!(greta.list("/v1/shop/overview/returns?filter[state]=requested").len(), 1);
    assert!(Visitor::enter(&server, "mia").list("/v1/shop/orders").len() >= 2);
    drop(server);
    is_sound(folder.path());
}

#[test]
fn a_newcomer_is_somebody_with_one_click_and_sees_a_life() {
    let folder = folder();
    let server = serve(folder.path());
    let told = server.printed.iter().find(|line| line.starts_with("demo world: ")).unwrap();
    let port = server.url.rsplit(':').next().unwrap();
    assert!(told.contains(&format!("open http://localhost:{port}/ ")), "{told}");
    let world = ok(&Client::anonymous(&server.url).get("/v1/demo"));
    assert_eq!(world["is_demo"], true);
    let people = world["people"].as_array().unwrap();
    let of = |role: &str| people.iter().filter(|it| it["role"] == role).count();
    assert!(of("person") >= 3 && of("company") >= 3 && of("staff") == 2, "{world}");
    for person in people {
        for language in ["en", "de"] {
            assert!(text(&person["description"], language).len() > 20, "{person}");
        }
        Visitor::enter(&server, &text(person, "handle"));
    }
    let mia = Visitor::enter(&server, "mia");
    assert_eq!(mia.get("/v1/identity/profile")["name"], "Mia Schneider");
    let accounts = mia.list("/v1/wallet/accounts");
    assert!(accounts.len() >= 3, "{accounts:?}");
    let euros = accounts.iter().find(|it| it["asset"] == "EUR").unwrap();
    let chart = mia.list(&format!("/v1/wallet/accounts/{}/balances", text(euros, "id")));
    let days: std::collections::BTreeSet<String> =
        chart.iter().map(|day| text(day, "balance")).collect();
    assert!(days.len() > 20, "the chart moves: {days:?}");
    for status in ["completed", "waiting", "accepted", "declined", "expired", "invited"] {
        let path = format!("/v1/wallet/transfers?limit=200&status={status}");
        until(status, || (!mia.list(&path).is_empty()).then_some(()));
    }
    assert!(mia.list("/v1/wallet/requests?status=open").len() >= 2);
    assert!(mia.list("/v1/wallet/schedules").len() >= 2);
    until("a notification", || (!mia.list("/v1/notifications/inbox").is_empty()).then_some(()));
    // She takes what waits.
    let waiting = mia.list("/v1/wallet/transfers?status=waiting&direction=in");
    let accepted = mia.act(&format!("/v1/wallet/transfers/{}/accept", text(&waiting[0], "id")));
    assert_eq!(ok(&accepted)["status"], "accepted");
    // What one of the staff proposed the other approves.
    let (greta, samir) = (Visitor::enter(&server, "greta"), Visitor::enter(&server, "samir"));
    let proposed = greta.list("/v1/admin/adjustments?filter[state]=proposed");
    assert_eq!(proposed.len(), 3);
    let mut approved = 0;
    for it in &proposed {
        let path = format!("/v1/admin/adjustments/{}/approve", text(it, "id"));
        let by_greta = greta.act(&path).status;
        approved += u32::from(by_greta == 200);
        assert!(by_greta == 200 || samir.act(&path).status == 200, "{it}");
    }
    assert_eq!(approved, 1, "Samir proposed one of them");
    is_sound(folder.path());
}

#[test]
fn the_world_is_the_same_each_time_and_made_once() {
    let (one, other) = (folder(), folder());
    let first = serve(one.path());
    let found = shape(&first.client(one.path()));
    assert!(found.values().sum::<usize>() > 1_500, "{found:?}");
    assert_eq!(shape(&serve(other.path()).client(other.path())), found);
    first.signal("TERM");
    assert!(first.wait().success());
    let again = serve(one.path());
    assert_eq!(shape(&again.client(one.path())), found);
    assert!(again.printed.iter().any(|line| line.starts_with("demo world: ")));
}

#[test]
fn nobody_enters_from_another_page_or_as_somebody_else() {
    let folder = folder();
    let server = serve(folder.path());
    let anyone = Client::anonymous(&server.url);
    for origin in ["", "Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        let refused = sign_in(&anyone, "mia", origin);
        assert_eq!((refused.status, refused.code().as_str()), (403, "request.origin.refused"));
        assert!(refused.header("set-cookie").is_none());
    }
    let ours = format!("Origin: {}\r\n", server.url);
    for handle in ["jonas", "ann", "", "mia@demo.example"] {
        let refused = sign_in(&anyone, handle, &ours);
        assert_eq!((refused.status, refused.code().as_str()), (404, "demo.person.not_found"));
    }
}

#[test]
fn line_10_there_is_no_such_way_in_elsewhere() {
    let folder = folder();
    let server = Running::start(folder.path());
    let anyone = Client::anonymous(&server.url);
    assert_eq!(ok(&anyone.get("/v1/demo")), json!({ "is_demo": false, "people": [] }));
    let refused = sign_in(&anyone, "mia", &format!("Origin: {}\r\n", server.url));
    assert_eq!((refused.status, refused.code().as_str()), (404, "demo.world.none"));
    // Whoever has users gets no demo world beside them, and nothing is removed of it.
    let asset = json!({ "code": "EUR", "scale": 2, "kind": "money" });
    ok(&server.client(folder.path()).post("/v1/ledger/assets", &asset));
    let accounts = json!({ "accounts": [{ "address": "orchard", "asset": "EUR" }] });
    ok(&server.client(folder.path()).post("/v1/ledger/accounts", &accounts));
    server.signal("TERM");
    assert!(server.wait().success());
    let server = serve(folder.path());
    let told = &server.printed[0];
    assert_eq!(told, "no demo world: this database is in use already");
    assert_eq!(ok(&Client::anonymous(&server.url).get("/v1/demo"))["is_demo"], false);
    server.signal("TERM");
    assert!(server.wait().success());
    let refused = run(folder.path(), &["demo", "remove", "--yes"]);
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("not marked as a demo world"), "{}", stderr(&refused));
}

#[test]
fn others_never_reach_a_demo_world() {
    let folder = folder();
    let data = folder.path().join("data");
    for options in [
        &["--listen", "0.0.0.0:0", "--demo"][..],
        &["--listen", "127.0.0.1:0", "--demo", "--public-url", "https://bank.example"],
    ] {
        let output = run(&data, &[&["serve"][..], options].concat());
        assert!(!output.status.success());
        assert!(stderr(&output).contains("for this host alone"), "{}", stderr(&output));
    }
    let mail = ["--listen", "127.0.0.1:0", "--demo", "--smtp-url", "smtp://127.0.0.1:1?tls=none"];
    let output = run(&data, &[&["serve"][..], &mail].concat());
    assert!(!output.status.success() && stderr(&output).contains("are invented"), "{output:?}");
    assert!(!data.exists());
    // One that is there already is closed to them.
    drop(serve(&data));
    let open = bushel(&["serve", "--listen", "0.0.0.0:0"]);
    let server = Running::start_with(&data, open);
    let anyone = Client::anonymous(&server.url);
    assert_eq!(ok(&anyone.get("/v1/demo"))["is_demo"], false);
    let refused = sign_in(&anyone, "mia", &format!("Origin: {}\r\n", server.url));
    assert_eq!(refused.status, 404);
}

#[test]
fn empty_takes_demo_back() {
    let folder = folder();
    let mut command = bushel(&SERVE);
    command.arg("--empty");
    let server = Running::start_with(folder.path(), command);
    assert_eq!(ok(&Client::anonymous(&server.url).get("/v1/demo"))["is_demo"], false);
    assert!(server.printed.iter().all(|line| !line.contains("demo")), "{:?}", server.printed);
}

/// Starts to make a world and is killed when its log says so.
fn kill_at(data: &Path, line: &str) {
    let mut command = bushel(&SERVE);
    command.arg("--data").arg(data).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let seen = lines.map_while(Result::ok).any(|it| it.contains(line));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(seen, "it never said: {line}");
}

#[test]
fn a_world_that_was_not_finished_is_begun_again() {
    let folder = folder();
    for line in [
        "making a demo world",
        "people of the demo world are there",
        "past of the demo world is there",
    ] {
        kill_at(folder.path(), line);
    }
    let server = serve(folder.path());
    let found = shape(&server.client(folder.path()));
    let whole = crate::bushel::folder();
    assert_eq!(shape(&serve(whole.path()).client(whole.path())), found);
    Visitor::enter(&server, "mia");
    is_sound(folder.path());
}

/// How many rows each table has.
fn rows(data: &Path) -> BTreeMap<String, i64> {
    let folder = kernel::postgres::DataDir::lock(data).unwrap();
    let postgres = kernel::postgres::PrivatePostgres::start(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let counted = runtime.block_on(async {
        let options = kernel::DatabaseOptions::default();
        let database = kernel::Database::connect_private(&postgres, options).await.unwrap();
        let client = database.client().await.unwrap();
        // Where the shop's reader is, it writes when it gets to it: perhaps not before the end.
        let sql = "select schemaname || '.' || relname from pg_stat_user_tables \
                   where relname not in ('migrations', 'availability_feed')";
        let mut counted = BTreeMap::new();
        for table in client.query(sql, &[]).await.unwrap() {
            let table: String = table.get(0);
            let count = client.query_one(&format!("select count(*) from {table}"), &[]).await;
            counted.insert(table, count.unwrap().get(0));
        }
        drop(client);
        database.close();
        counted
    });
    postgres.stop();
    counted
}

fn start_and_stop(server: Running) {
    // What runs beside the server writes its first rows once it is ready: jobs that recur, places of
    // readers.
    pause(Duration::from_secs(4));
    server.signal("TERM");
    assert!(server.wait().success());
}

#[test]
fn a_world_is_removed_whole_and_after_a_question() {
    let (folder, fresh) = (folder(), folder());
    let server = serve(folder.path());
    let token = std::fs::read_to_string(folder.path().join("token")).unwrap();
    let busy = run(folder.path(), &["demo", "remove", "--yes"]);
    assert!(!busy.status.success());
    assert!(stderr(&busy).contains("is in use by another Bushel"), "{}", stderr(&busy));
    let status = last_json(&run(folder.path(), &["demo", "status", "--json"]));
    assert_eq!(status["is_demo"], true);
    start_and_stop(server);
    let unasked = run(folder.path(), &["demo", "remove"]);
    assert!(
        !unasked.status.success() && stderr(&unasked).contains("--yes"),
        "{}",
        stdout(&unasked)
    );
    let removed = last_json(&run(folder.path(), &["demo", "remove", "--yes", "--json"]));
    assert_eq!(removed, json!({ "removed": true }));
    start_and_stop(Running::start(folder.path()));
    start_and_stop(Running::start(fresh.path()));
    assert_eq!(rows(folder.path()), rows(fresh.path()));
    assert_eq!(std::fs::read_to_string(folder.path().join("token")).unwrap(), token);
    let status = last_json(&run(folder.path(), &["demo", "status", "--json"]));
    assert_eq!(status["is_demo"], false);
    let nothing = run(folder.path(), &["demo", "remove", "--yes"]);
    assert!(!nothing.status.success());
}
