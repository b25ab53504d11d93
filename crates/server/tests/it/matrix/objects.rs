//! What ann has: one of everything.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bushel::pause;
use crate::http::Client;
use crate::people::{Bank, Person, card, ok, password, text, until};

/// Ann, with what is hers by name.
pub(crate) struct Ann {
    pub(crate) person: Person,
    pub(crate) objects: BTreeMap<&'static str, String>,
}

/// Puts what is ann's into a text.
pub(crate) fn fill(text: &str, objects: &BTreeMap<&'static str, String>) -> String {
    let fill =
        |text: String, (name, value): (&&str, &String)| text.replace(&format!("{{{name}}}"), value);
    objects.iter().fold(text.to_owned(), fill)
}

/// Where two pictures of what is ann's differ.
pub(super) fn difference(before: &Value, after: &Value) -> Option<String> {
    let (before, after) = (before.as_object().unwrap(), after.as_object().unwrap());
    let mut differ = before.iter().filter(|(path, value)| after.get(*path) != Some(*value));
    let (path, value) = differ.next()?;
    Some(format!("{path}\nwas {value}\nis  {}", after[path]))
}

impl Ann {
    /// Signs ann up and lets her do everything once.
    pub(crate) fn settle(bank: &Bank) -> Self {
        let person = bank.sign_up("annxq");
        let carol = bank.sign_up("carol");
        ok(&carol.client.post("/v1/wallet/accounts", &json!({ "asset": "EUR" })));
        let mut objects = BTreeMap::new();
        let url = receiver();
        let hook = json!({ "url": url, "kinds": ["transfer.*", "deposit.*"] });
        let hook = post(&person.client, "/v1/notifications/webhooks", &hook);
        let test = format!("/v1/notifications/webhooks/{}/test", text(&hook, "id"));
        let delivery = ok(&person.client.send("POST", &test, "", ""));
        let browser = json!({ "endpoint": format!("{url}/browser-of-annxq"), "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        } });
        let browser = post(&person.client, "/v1/notifications/push-subscriptions", &browser);
        objects.extend([
            ("push_subscription", text(&browser, "id")),
            ("url", url),
            ("webhook", text(&hook, "id")),
            ("webhook_secret", text(&hook, "secret")),
            ("delivery", text(&delivery, "id")),
        ]);
        spend(&person, &mut objects);
        own(bank, &person, &mut objects);
        shop(bank, &person, &mut objects);
        let ann = Self { person, objects };
        ann.wait(bank);
        ann
    }

    /// Until nothing more happens in the background.
    fn wait(&self, bank: &Bank) {
        let mut last = self.snapshot(bank);
        until("a moment in which nothing happens", || {
            pause(Duration::from_millis(500));
            let now = self.snapshot(bank);
            let is_under_way = now.to_string().contains("\"processing\"")
                || now.to_string().contains("\"pending\"");
            let is_same = difference(&last, &now).is_none() && !is_under_way;
            last = now;
            is_same.then_some(())
        });
    }

    /// What nobody else may see.
    pub(super) fn private(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let everybodys = [
            "month",
            "sign_in",
            "ceremony",
            "passkey",
            "group",
            "adjustment",
            "job",
            "reconciliation",
            "authorization_request",
        ];
        let private = self.objects.iter().filter(move |(name, _)| !everybodys.contains(name));
        private.map(|(name, value)| (*name, value.as_str()))
    }

    /// All that ann sees of hers, and what staff sees of her.
    pub(super) fn snapshot(&self, bank: &Bank) -> Value {
        let mine = OWN.iter().map(|path| (path, &self.person.client));
        let staffs = STAFFS.iter().map(|path| (path, &bank.operator));
        let all = mine.chain(staffs).map(|(path, client)| {
            let path = fill(path, &self.objects);
            let mut body = ok(&client.get(&path));
            forget_uses(&mut body);
            (path, body)
        });
        Value::Object(all.collect())
    }
}

const OWN: [&str; 30] = [
    "/v1/identity/profile",
    "/v1/identity/sessions",
    "/v1/identity/api-keys",
    "/v1/identity/passkeys",
    "/v1/identity/recovery-codes",
    "/v1/identity/phone",
    "/v1/wallet/accounts",
    "/v1/wallet/accounts/{account}/history",
    "/v1/wallet/transfers",
    "/v1/wallet/transfers/{transfer}",
    "/v1/wallet/requests",
    "/v1/wallet/requests/{request}",
    "/v1/wallet/schedules/{schedule}",
    "/v1/wallet/limits",
    "/v1/payments/deposits/{deposit}",
    "/v1/payments/deposits/{deposit}/refunds",
    "/v1/payments/withdrawals/{withdrawal}",
    "/v1/notifications/inbox",
    "/v1/notifications/events",
    "/v1/notifications/preferences",
    "/v1/notifications/push-subscriptions",
    "/v1/notifications/webhooks",
    "/v1/notifications/webhooks/{webhook}",
    "/v1/notifications/webhooks/{webhook}/secret",
    "/v1/notifications/webhooks/{webhook}/deliveries",
    "/v1/identity/linked-identities",
    "/v1/oauth/applications",
    "/v1/oauth/consents",
    "/v1/shop/carts/{cart}",
    "/v1/shop/orders/{order}",
];
const STAFFS: [&str; 3] =
    ["/v1/admin/users/{user}", "/v1/identity/users/{user}/roles", "/v1/wallet/limits/{user}/EUR"];

/// Lets ann buy something, and be about to buy more.
fn shop(bank: &Bank, person: &Person, objects: &mut BTreeMap<&'static str, String>) {
    let ticket = json!({ "handle": "ticket", "title": "Ticket", "status": "active", "variants": [{
        "sku": "TICKET", "needs_shipping": false, "tracks_stock": false,
        "prices": [{ "currency": "EUR", "amount": "100" }],
    }] });
    post(&bank.operator, "/v1/shop/products", &ticket);
    let fill = || {
        let cart = post(&person.client, "/v1/shop/carts", &json!({ "currency": "EUR" }));
        let path = format!("/v1/shop/carts/{}", text(&cart, "id"));
        let items = json!({ "items": [{ "sku": "TICKET", "quantity": 1 }] });
        let filled = ok(&person.client.post(&format!("{path}/lines"), &items));
        let email = json!({ "email": "annxq@example.org" }).to_string();
        ok(&person.client.send("PATCH", &path, "Content-Type: application/json\r\n", &email));
        (path, filled)
    };
    let (path, _) = fill();
    let wallet = json!({ "payments": [{ "kind": "wallet" }] });
    let order = post(&person.client, &format!("{path}/complete"), &wallet);
    let (_, cart) = fill();
    objects.extend([
        ("order", text(&order, "id")),
        ("cart", text(&cart, "id")),
        ("cart_line", text(&cart["lines"][0], "id")),
    ]);
}

/// Looking at things is a use of the session.
fn forget_uses(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !name.starts_with("last_used_"));
            fields.values_mut().for_each(forget_uses);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_uses),
        _ => {}
    }
}

fn post(client: &Client, path: &str, body: &Value) -> Value {
    ok(&client.post(path, body))
}

/// What has to do with value.
fn spend(ann: &Person, objects: &mut BTreeMap<&'static str, String>) {
    let (account, deposit) = ann.deposit(10_000);
    let carol = json!({ "handle": "carol" });
    let body = json!({ "to": carol, "asset": "EUR", "amount": "100", "accept_within_s": 86_400,
        "message": "words-of-annxq" });
    let transfer = post(&ann.client, "/v1/wallet/transfers", &body);
    let body = json!({ "from": carol, "asset": "EUR", "amount": "200" });
    let request = post(&ann.client, "/v1/wallet/requests", &body);
    let body = json!({ "to": carol, "asset": "EUR", "amount": "300", "every": "month",
        "start_at": "2040-01-01T00:00:00Z" });
    let schedule = post(&ann.client, "/v1/wallet/schedules", &body);
    let path = format!("/v1/payments/deposits/{}/refunds", text(&deposit, "id"));
    let refund = post(&ann.client, &path, &json!({ "amount": "400" }));
    let iban = json!({ "iban": "AT611904300234573201", "name": "Ann Apple" });
    let body = json!({ "asset": "EUR", "amount": "500", "destination": iban });
    let withdrawal = post(&ann.client, "/v1/payments/withdrawals", &body);
    let slow = json!({ "asset": "EUR", "amount": "600", "card": card() });
    post(&ann.client, "/v1/payments/deposits", &slow);
    objects.extend([
        ("account", text(&account, "id")),
        ("deposit", text(&deposit, "id")),
        ("card", text(&deposit["card"], "token")),
        ("transfer", text(&transfer, "id")),
        ("message", "words-of-annxq".to_owned()),
        ("request", text(&request, "id")),
        ("schedule", text(&schedule, "id")),
        ("refund", text(&refund, "id")),
        ("withdrawal", text(&withdrawal, "id")),
        ("destination", text(&withdrawal["destination"], "token")),
    ]);
}

/// What she is, and what nobody has.
fn own(bank: &Bank, ann: &Person, objects: &mut BTreeMap<&'static str, String>) {
    let key = json!({ "name": "key-of-annxq", "scopes": ["wallet.read"] });
    let key = post(&ann.client, "/v1/identity/api-keys", &key);
    let phone = add_phone(bank, ann);
    let mails = ok(&bank.operator.get("/v1/notifications/mailbox?to=annxq@example.org"));
    let mail = until("a mail about the new key", || mails["data"].get(0).map(|it| text(it, "id")));
    let (application, consent) = allow(ann);
    assert!(consent.starts_with("https://annxq.example/cb?code="), "{consent}");
    let none = "00000000000000000000000000";
    let id = text(&key, "id");
    objects.extend([
        ("api_key", id),
        ("application", text(&application, "id")),
        ("client_secret", text(&application, "client_secret")),
        ("authorization_request", format!("areq_{none}")),
        ("key", text(&key, "key")),
        ("session", text(&ann.session, "session_id")),
        ("user", ann.id.clone()),
        ("email", ann.email.clone()),
        ("handle", ann.handle.clone()),
        ("name", ann.name.clone()),
        ("password", ann.password.clone()),
        ("refresh_token", text(&ann.session, "refresh_token")),
        ("mail", mail),
        ("phone", phone),
        ("month", "2026-11".to_owned()),
        ("sign_in", format!("sgn_{none}")),
        ("ceremony", format!("cer_{none}")),
        ("passkey", format!("passkey_{none}")),
        ("bobs_password", password("bob")),
        ("group", format!("grp_{none}")),
        ("adjustment", format!("adj_{none}")),
        ("job", format!("job_{none}")),
        ("reconciliation", format!("rec_{none}")),
    ]);
}

/// Gives ann a phone, by the code in the mailbox.
fn add_phone(bank: &Bank, ann: &Person) -> String {
    let number = "+491701234567";
    post(&ann.client, "/v1/identity/phone", &json!({ "number": number }));
    let list = "/v1/notifications/mailbox?to=%2B491701234567";
    let code = until("a code in the mailbox", || {
        let kept = ok(&bank.operator.get(list))["data"].get(0).map(|it| text(it, "id"))?;
        let kept = ok(&bank.operator.get(&format!("/v1/notifications/mailbox/{kept}")));
        text(&kept, "text").split_whitespace().next().map(str::to_owned)
    });
    post(&ann.client, "/v1/identity/phone/confirm", &json!({ "code": code }));
    number.to_owned()
}

/// An application of hers, and that she allows it something: where her browser went.
fn allow(ann: &Person) -> (Value, String) {
    let body = json!({ "name": "application-of-annxq", "kind": "confidential",
        "redirect_uris": ["https://annxq.example/cb"], "grant_types": ["authorization_code"],
        "scopes": ["wallet.read"] });
    let application = post(&ann.client, "/v1/oauth/applications", &body);
    let asked = format!(
        "/oauth/authorize?response_type=code&client_id={}&scope=wallet.read\
         &redirect_uri=https%3A%2F%2Fannxq.example%2Fcb&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        text(&application, "id")
    );
    let page = ann.client.get(&asked);
    let (_, request) = page.header("location").unwrap().split_once("request=").unwrap();
    let path = format!("/v1/oauth/requests/{request}/approve");
    let decision = ok(&ann.client.send("POST", &path, "", ""));
    (application, text(&decision, "redirect_to"))
}

/// Takes webhooks and push messages for as long as the test runs.
fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 65_536];
            // One read is enough for these small bodies; what is left over goes with the socket.
            let _ = stream.read(&mut bytes);
            let answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://127.0.0.1:{port}/hooks-of-annxq")
}
