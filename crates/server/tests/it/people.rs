//! A bank with people in it, for the tests that need them.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bushel::{Running, bushel, folder, pause};
use crate::http::{Answer, Client};

/// For things that happen in the background.
const SOON: Duration = Duration::from_secs(30);

/// A server that runs, with the operator's client.
pub(crate) struct Bank {
    pub(crate) server: Running,
    pub(crate) operator: Client,
    pub(crate) data: TempDir,
}

/// Somebody who is signed in.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password: String,
    /// The answer of the sign-in, with all its secrets.
    pub(crate) session: Value,
    pub(crate) client: Client,
}

/// `serve` as tests of people need it: fast clients, and webhooks to this host.
pub(crate) fn serve() -> Command {
    let options = ["--webhook-allow", "127.0.0.0/8", "--rate-limit", "0"];
    bushel(&[&["serve", "--listen", "127.0.0.1:0"][..], &options].concat())
}

/// Tries again until there is something.
pub(crate) fn until<T>(what: &str, attempt: impl FnMut() -> Option<T>) -> T {
    until_within(SOON, what, attempt)
}

pub(crate) fn until_within<T>(
    at_most: Duration,
    what: &str,
    mut attempt: impl FnMut() -> Option<T>,
) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(began.elapsed() < at_most, "still not there: {what}");
        pause(Duration::from_millis(20));
    }
}

/// The answer's JSON, if it is one of success.
pub(crate) fn ok(answer: &Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{} {}", answer.status, answer.body);
    answer.json()
}

/// A field of text.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

impl Bank {
    pub(crate) fn open() -> Self {
        Self::open_with(serve())
    }

    pub(crate) fn open_with(command: Command) -> Self {
        let data = folder();
        let server = Running::start_with(data.path(), command);
        Self::of(server, data)
    }

    /// Around a server that runs already; makes the asset.
    pub(crate) fn of(server: Running, data: TempDir) -> Self {
        let operator = server.client(data.path());
        ok(&operator
            .post("/v1/ledger/assets", &json!({ "code": "EUR", "scale": 2, "kind": "money" })));
        Self { server, operator, data }
    }

    pub(crate) fn anyone(&self) -> Client {
        Client::anonymous(&self.server.url)
    }

    pub(crate) fn as_bearer(&self, token: &str) -> Client {
        Client::new(&self.server.url, token)
    }

    /// The text of the newest mail of a kind to somebody, once it has come.
    pub(crate) fn mail(&self, to: &str, kind: &str) -> String {
        until(&format!("a mail {kind} to {to}"), || {
            let list = ok(&self.operator.get(&format!("/v1/notifications/mailbox?to={to}")));
            let mail = list["data"].as_array().unwrap().iter().find(|mail| mail["kind"] == kind)?;
            let id = text(mail, "id");
            let mail = ok(&self.operator.get(&format!("/v1/notifications/mailbox/{id}")));
            // So that the next one is not taken for this one.
            let path = format!("/v1/notifications/mailbox/{id}");
            assert_eq!(self.operator.send("DELETE", &path, "", "").status, 204);
            Some(text(&mail, "text"))
        })
    }

    /// Registers somebody and proves their address by the link of the mail.
    pub(crate) fn register(&self, handle: &str) -> String {
        let email = format!("{handle}@example.org");
        let password = password(handle);
        let body = json!({
            "email": email, "name": name(handle), "handle": handle, "password": password,
        });
        let anyone = self.anyone();
        ok(&anyone.post("/v1/identity/users", &body));
        let token = link_token(&self.mail(&email, "challenge.verify_email"));
        ok(&anyone.post("/v1/identity/email-verifications", &json!({ "token": token })));
        email
    }

    /// Signs somebody in with the code of the mail; the answer has the session.
    pub(crate) fn sign_in(&self, handle: &str, transport: &str) -> Answer {
        let anyone = self.anyone();
        let body = json!({ "login": handle, "password": password(handle), "transport": transport });
        let pending = ok(&anyone.post("/v1/identity/sign-ins", &body));
        let id = text(&pending, "sign_in");
        let code = code(&self.mail(&format!("{handle}@example.org"), "challenge.sign_in"));
        let path = format!("/v1/identity/sign-ins/{id}/confirm");
        anyone.post(&path, &json!({ "code": code }))
    }

    pub(crate) fn sign_up(&self, handle: &str) -> Person {
        let email = self.register(handle);
        let session = ok(&self.sign_in(handle, "token"));
        Person {
            id: text(&session, "user_id"),
            handle: handle.to_owned(),
            email,
            name: name(handle),
            password: password(handle),
            client: self.as_bearer(&text(&session, "access_token")),
            session,
        }
    }
}

impl Person {
    /// Opens an account in euros and fills it from a test card; the account and the deposit.
    pub(crate) fn deposit(&self, cents: u32) -> (Value, Value) {
        let account = ok(&self.client.post("/v1/wallet/accounts", &json!({ "asset": "EUR" })));
        let body = json!({ "asset": "EUR", "amount": cents.to_string(), "card": card() });
        let deposit = ok(&self.client.post("/v1/payments/deposits", &body));
        let path = format!("/v1/payments/deposits/{}", text(&deposit, "id"));
        let deposit = until("the deposit", || {
            let deposit = ok(&self.client.get(&path));
            (deposit["status"] == "succeeded").then_some(deposit)
        });
        (account, deposit)
    }
}

/// A card that always pays.
pub(crate) fn card() -> Value {
    json!({ "number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123" })
}

/// Everybody has a name and a password of their own, so that it shows whose is where.
pub(crate) fn name(handle: &str) -> String {
    format!("{} Surname-{handle}", handle.to_uppercase())
}

pub(crate) fn password(handle: &str) -> String {
    format!("crisp {}-ish autumn orchard", handle.chars().rev().collect::<String>())
}

/// The token of the link in a mail.
pub(crate) fn link_token(mail: &str) -> String {
    let (_, rest) = mail.split_once("token=").unwrap_or_else(|| panic!("no link in {mail}"));
    rest.chars().take_while(|char| char.is_ascii_alphanumeric() || "_.~-".contains(*char)).collect()
}

/// The code of eight digits in a mail.
pub(crate) fn code(mail: &str) -> String {
    let mut words = mail.split(|char: char| !char.is_ascii_digit());
    words.find(|word| word.len() == 8).unwrap_or_else(|| panic!("no code in {mail}")).to_owned()
}

/// The processes that were started by one, from the system's table.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let numbers = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        entry.unwrap().file_name().to_str().and_then(|name| name.parse::<u32>().ok())
    });
    let parent_of = |pid: u32| {
        let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
        // The name in parentheses may have spaces.
        let rest = stat.ok()?.rsplit_once(") ")?.1.to_owned();
        rest.split(' ').nth(1)?.parse::<u32>().ok()
    };
    numbers.filter(|pid| parent_of(*pid) == Some(parent)).collect()
}

#[test]
fn two_people_register_sign_in_and_pay_each_other() {
    let bank = Bank::open();
    let (ann, bob) = (bank.sign_up("ann"), bank.sign_up("bob"));
    let (account, deposit) = ann.deposit(10_000);
    assert_eq!(deposit["amount"], "10000");
    ok(&bob.client.post("/v1/wallet/accounts", &json!({ "asset": "EUR" })));
    let body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "2500" });
    let key = "Content-Type: application/json\r\nIdempotency-Key: once\r\n";
    let first = ann.client.send("POST", "/v1/wallet/transfers", key, &body.to_string());
    let again = ann.client.send("POST", "/v1/wallet/transfers", key, &body.to_string());
    assert_eq!(ok(&first)["id"], ok(&again)["id"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let path = format!("/v1/wallet/accounts/{}", text(&account, "id"));
    assert_eq!(ok(&ann.client.get(&path))["available"], "7500");
    let accounts = ok(&bob.client.get("/v1/wallet/accounts"));
    assert_eq!(accounts["data"][0]["available"], "2500", "{accounts}");
    let report = bank.operator.send("POST", "/v1/operator/ledger/verify", "", "");
    assert!(report.body.contains("\"sound\":true"), "{}", report.body);
}
