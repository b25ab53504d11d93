//! `kill -9` of the whole binary while value moves: deposits, transfers that are accepted, and
//! withdrawals are asked for again under their keys until they are answered, while the server is
//! killed at moments that a seed chooses. Every flow ends once, everybody hears of it once, and
//! the books balance.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::bushel::{Running, pause, run};
use crate::http::{Answer, Client};
use crate::people::{Bank, Person, card, ok, serve, text, until, until_within};

const SEED: u64 = 20_261_121;
const KILLS: u32 = 8;
/// Jobs of a killed process are free when their leases end, after 20 s.
const END_MAX: Duration = Duration::from_secs(60);
/// Flows of each kind.
const FLOWS: u64 = 90;
const DEPOSIT: u64 = 1_000;
const TRANSFER: u64 = 100;
const WITHDRAWAL: u64 = 60;

/// Xorshift (Marsaglia 2003): moments that a seed repeats.
struct Moments(u64);

impl Moments {
    fn next_ms(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        10 + self.0 % 400
    }
}

/// Where the server is: after each kill at another port, as clients that look for a port that is
/// gone may take it themselves.
struct Site(Mutex<String>);

impl Site {
    fn attempt(
        &self,
        client: &Client,
        (method, path): (&str, &str),
        headers: &str,
        body: &str,
    ) -> Option<Answer> {
        let url = self.0.lock().unwrap().clone();
        client.at(&url).attempt(method, path, headers, body)
    }
}

/// Asks until there is an answer that is no outage.
fn insist(site: &Site, client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let headers = format!("Content-Type: application/json\r\nIdempotency-Key: {key}\r\n");
    until(&format!("an answer to {key}"), || {
        let answer = site.attempt(client, ("POST", path), &headers, &body.to_string())?;
        (answer.status < 500).then_some(answer)
    })
}

fn look(site: &Site, client: &Client, path: &str) -> Value {
    until(path, || {
        let answer = site.attempt(client, ("GET", path), "", "")?;
        (answer.status == 200).then(|| answer.json())
    })
}

fn deposits(site: &Site, ann: &Person) {
    for index in 0..FLOWS {
        let body = json!({ "asset": "EUR", "amount": DEPOSIT.to_string(), "card": card() });
        ok(&insist(site, &ann.client, "/v1/payments/deposits", &format!("deposit-{index}"), &body));
    }
}

fn transfers(site: &Site, ann: &Person, bob: &Person) {
    for index in 0..FLOWS {
        let body = json!({ "to": { "handle": bob.handle }, "asset": "EUR",
            "amount": TRANSFER.to_string(), "accept_within_s": 3_600 });
        let sent =
            insist(site, &ann.client, "/v1/wallet/transfers", &format!("send-{index}"), &body);
        let path = format!("/v1/wallet/transfers/{}/accept", text(&ok(&sent), "id"));
        ok(&insist(site, &bob.client, &path, &format!("accept-{index}"), &json!({})));
    }
}

fn withdrawals(site: &Site, cleo: &Person) {
    let bank = json!({ "iban": "AT611904300234573201", "name": "Cleo Core" });
    for index in 0..FLOWS {
        let body = json!({ "asset": "EUR", "amount": WITHDRAWAL.to_string(), "destination": bank });
        ok(&insist(
            site,
            &cleo.client,
            "/v1/payments/withdrawals",
            &format!("payout-{index}"),
            &body,
        ));
    }
}

/// With one address for people, as tokens are good for one issuer only.
fn serve_bank() -> Command {
    let mut command = serve();
    command.args(["--public-url", "http://127.0.0.1:8080"]);
    command
}

/// Kills the server at chosen moments and starts it again, until enough was killed and the work is
/// done.
fn kill_meanwhile(bank: &mut Bank, site: &Site, is_done: &AtomicBool) -> u32 {
    let (mut moments, mut kills) = (Moments(SEED), 0);
    while kills < KILLS && !is_done.load(Ordering::Relaxed) {
        pause(Duration::from_millis(moments.next_ms()));
        bank.server.kill();
        kills += 1;
        bank.server = Running::start_with(bank.data.path(), serve_bank());
        *site.0.lock().unwrap() = bank.server.url.clone();
    }
    kills
}

/// Until all of somebody's flows have this status.
fn all_end(site: &Site, client: &Client, path: &str, status: &str) {
    until_within(END_MAX, &format!("all of {path} {status}"), || {
        let list = look(site, client, &format!("{path}?limit=100"));
        let list = list["data"].as_array().unwrap();
        list.iter().all(|flow| flow["status"] == status).then(|| {
            assert_eq!(list.len() as u64, FLOWS, "{path}");
        })
    });
}

fn total(site: &Site, person: &Person) -> String {
    let accounts = look(site, &person.client, "/v1/wallet/accounts");
    let account = &accounts["data"][0];
    assert_eq!(account["available"], account["total"], "{account}");
    text(account, "total")
}

/// How often somebody was told of each kind of thing.
fn told(site: &Site, person: &Person) -> HashMap<String, u64> {
    let (mut counts, mut cursor) = (HashMap::new(), String::new());
    loop {
        let path = format!("/v1/notifications/inbox?limit=100{cursor}");
        let page = look(site, &person.client, &path);
        for message in page["data"].as_array().unwrap() {
            *counts.entry(text(message, "kind")).or_default() += 1;
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return counts,
        }
    }
}

#[test]
fn killed_at_any_moment_every_flow_ends_once_and_the_books_balance() {
    let mut bank = Bank::open_with(serve_bank());
    let (ann, bob, cleo) = (bank.sign_up("ann"), bank.sign_up("bob"), bank.sign_up("cleo"));
    let (mine, theirs) = (FLOWS * TRANSFER, FLOWS * WITHDRAWAL);
    ann.deposit(u32::try_from(mine).unwrap());
    cleo.deposit(u32::try_from(theirs).unwrap());
    let site = Site(Mutex::new(bank.server.url.clone()));
    let is_done = AtomicBool::new(false);
    let kills = std::thread::scope(|scope| {
        let killer = scope.spawn(|| kill_meanwhile(&mut bank, &site, &is_done));
        let work = [
            scope.spawn(|| deposits(&site, &ann)),
            scope.spawn(|| transfers(&site, &ann, &bob)),
            scope.spawn(|| withdrawals(&site, &cleo)),
        ];
        let ended = work.map(|thread| thread.join().is_ok());
        is_done.store(true, Ordering::Relaxed);
        let kills = killer.join().unwrap();
        assert_eq!(ended, [true; 3], "after {kills} kills");
        kills
    });
    assert!(kills > 2, "the work was done before it could be disturbed");
    until_within(END_MAX, "the deposits", || {
        let list = look(&site, &ann.client, "/v1/payments/deposits?limit=100");
        let list = list["data"].as_array().unwrap();
        // The first one is from before.
        (list.iter().all(|flow| flow["status"] == "succeeded")).then(|| {
            assert_eq!(list.len() as u64, FLOWS + 1);
        })
    });
    all_end(&site, &cleo.client, "/v1/payments/withdrawals", "paid");
    assert_eq!(total(&site, &ann), (FLOWS * DEPOSIT).to_string());
    assert_eq!(total(&site, &bob), mine.to_string());
    assert_eq!(total(&site, &cleo), "0");
    until_within(END_MAX, "bob was told of everything", || {
        let told = told(&site, &bob);
        let once = |kind: &str| told.get(kind).copied().unwrap_or(0);
        assert!(once("transfer.waiting") <= FLOWS, "twice: {told:?}");
        (once("transfer.waiting") == FLOWS).then_some(())
    });
    let clearing =
        look(&site, &bank.operator, "/v1/ledger/accounts/payments%2Fclearing%2FEUR/balance");
    let came = FLOWS * DEPOSIT + mine + theirs;
    let there = clearing["balances"]["posted"].as_str().or(clearing["posted"].as_str());
    assert_eq!(there, Some(&*format!("-{}", came - theirs)), "{clearing}");
    drop(bank.server);
    let verified = run(bank.data.path(), &["ledger", "verify", "--json"]);
    assert!(verified.status.success(), "{verified:?}");
}
