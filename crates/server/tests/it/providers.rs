//! Signing in with an outside provider: a real one (`oidc-provider`) on this host.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bushel::{Running, file, folder};
use crate::http::{Answer, Client};
use crate::node;
use crate::people::{Bank, code, ok, password, serve, text};
use crate::security::canary::totp;

const ORIGIN: &str = "https://bank.example";
const SECRET: &str = "secret-of-the-bank-at-the-provider";

/// A provider that runs; ended when it is dropped.
struct Outside {
    child: Child,
    /// What it prints; it dies of an end that nobody reads.
    _printed: BufReader<ChildStdout>,
    client: Client,
    url: String,
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outside {
    fn start() -> Self {
        let settings = json!({
            "client_id": "bushel", "client_secret": SECRET,
            "redirect_uri": format!("{ORIGIN}/sign-in/callback"),
            "accounts": {
                "ann": { "email": "ann@example.org", "email_verified": true, "name": "Ann Apple" },
                "bob": { "email": "bob@example.org", "email_verified": false, "name": "Bob" },
                "eve": { "email": "ann@example.org", "email_verified": false, "name": "Eve" },
                "nobody": {},
            },
        });
        let mut command = node::program("oidc-provider.mjs", &settings);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        printed.read_line(&mut line).unwrap();
        let url = line.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "it prints its address: {url}");
        Self { child, _printed: printed, client: Client::anonymous(&url), url }
    }

    /// The bank whose people sign in here.
    fn bank(&self) -> Bank {
        let data = folder();
        let config = json!({ "name": "orchard", "label": "Orchard ID", "issuer": self.url,
            "client_id": "bushel", "client_secret_env": "ORCHARD_SECRET" });
        let config = file(&data, "orchard.json", &config.to_string());
        let mut command = serve();
        command.args(["--public-url", ORIGIN, "--sign-in-provider", &config]);
        command.env("ORCHARD_SECRET", SECRET);
        let server = Running::start_with(data.path(), command);
        Bank::of(server, data)
    }

    /// Signs somebody in there; what the browser brings back.
    fn browse(&self, url: &str, account: &str) -> HashMap<String, String> {
        let query = form(&[("url", url), ("account", account)]);
        let answer = self.client.get(&format!("/browse?{query}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let callback = text(&answer.json(), "callback");
        let (page, query) = callback.split_once('?').unwrap();
        assert_eq!(page, format!("{ORIGIN}/sign-in/callback"));
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn tamper(&self, query: &[(&str, &str)]) {
        assert_eq!(self.client.get(&format!("/tamper?{}", form(query))).status, 200);
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A browser at the bank, with its cookies.
struct Browser<'b> {
    bank: &'b Bank,
    cookies: HashMap<String, String>,
}

impl<'b> Browser<'b> {
    fn new(bank: &'b Bank) -> Self {
        Self { bank, cookies: HashMap::new() }
    }

    fn send(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let pairs: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = format!(
            "Cookie: {}\r\nOrigin: {ORIGIN}\r\nContent-Type: application/json\r\n",
            pairs.join("; ")
        );
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let answer = self.bank.anyone().send(method, path, &headers, &body);
        for cookie in answer.headers("set-cookie") {
            let (name, rest) = cookie.split_once('=').unwrap();
            assert!(name.starts_with("__Host-bushel_") && rest.contains("; HttpOnly"), "{cookie}");
            match rest.split(';').next().unwrap() {
                "" => drop(self.cookies.remove(name)),
                value => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }

    fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null)
    }

    /// Goes to the provider and comes back; what the page has to send.
    fn go(&mut self, outside: &Outside, account: &str) -> Value {
        let body = json!({ "provider": "orchard" });
        let begun = ok(&self.send("POST", "/v1/identity/provider-sign-ins", &body));
        self.arrive(outside, &begun, account)
    }

    fn arrive(&self, outside: &Outside, begun: &Value, account: &str) -> Value {
        let back = outside.browse(&text(begun, "authorization_url"), account);
        json!({ "state": back["state"], "code": back["code"], "iss": back["iss"] })
    }

    fn finish(&mut self, came_back: &Value) -> Answer {
        self.send("POST", "/v1/identity/provider-sign-ins/finish", came_back)
    }

    fn sign_in(&mut self, outside: &Outside, account: &str) -> Value {
        let came_back = self.go(outside, account);
        ok(&self.finish(&came_back))
    }

    /// Who is signed in in this browser.
    fn who(&mut self) -> Option<String> {
        let profile = self.get("/v1/identity/profile");
        (profile.status == 200).then(|| text(&profile.json(), "id"))
    }
}

fn problem(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[test]
fn somebody_new_gets_an_account_and_comes_back_to_it() {
    let outside = Outside::start();
    let bank = outside.bank();
    let mut browser = Browser::new(&bank);
    let list = ok(&browser.get("/v1/identity/providers"));
    assert_eq!(list["providers"], json!([{ "name": "orchard", "label": "Orchard ID" }]));
    let first = browser.sign_in(&outside, "ann");
    assert_eq!(first["status"], "signed_in");
    let profile = ok(&browser.get("/v1/identity/profile"));
    assert_eq!(
        (&profile["email"], &profile["name"]),
        (&json!("ann@example.org"), &json!("Ann Apple"))
    );
    assert_eq!(profile["is_email_verified"], true);
    assert!(!browser.cookies.contains_key("__Host-bushel_provider"), "it has done its work");
    let again = Browser::new(&bank).sign_in(&outside, "ann");
    assert_eq!(again["user_id"], first["user_id"]);
    let mail = bank.mail("ann@example.org", "security.credential_added");
    assert!(mail.contains("Orchard ID"), "{mail}");
    let linked = ok(&browser.get("/v1/identity/linked-identities"));
    let linked = &linked["linked_identities"][0];
    assert_eq!(
        (&linked["provider"], &linked["email"]),
        (&json!("orchard"), &json!("ann@example.org"))
    );
    let path = format!("/v1/identity/linked-identities/{}", text(linked, "id"));
    let last = browser.send("DELETE", &path, &Value::Null);
    assert_eq!(problem(&last), (422, "identity.linked_identity.last_way_in".to_owned()));
    let out = ok(&browser.get("/v1/identity/providers/orchard/sign-out"));
    assert!(
        text(&out, "url").starts_with(&format!("{}/session/end?client_id=bushel", outside.url))
    );
    let export = ok(&browser.get("/v1/identity/profile/export"));
    assert!(export.to_string().contains("orchard"), "{export}");
}

#[test]
fn an_existing_account_is_linked_only_by_who_can_read_its_mail() {
    let outside = Outside::start();
    let bank = outside.bank();
    bank.register("ann");
    let mut browser = Browser::new(&bank);
    let offered = browser.sign_in(&outside, "ann");
    assert_eq!(offered["status"], "confirmation_required");
    assert_eq!(offered["methods"], json!(["email_code"]));
    let mail = bank.mail("ann@example.org", "challenge.link_identity");
    assert!(mail.contains("Orchard ID"), "who reads it is told what it is for: {mail}");
    assert!(!mail.contains("/confirm"), "it takes the code alone: {mail}");
    assert_eq!(browser.who(), None, "not before it is confirmed");
    let path = format!("/v1/identity/sign-ins/{}/confirm", text(&offered, "sign_in"));
    let wrong = browser.send("POST", &path, &json!({ "code": "00000000" }));
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    let again = Browser::new(&bank).sign_in(&outside, "ann");
    assert_eq!(again["status"], "confirmation_required", "nothing is linked yet");
    let code = code(&bank.mail("ann@example.org", "challenge.link_identity"));
    let path = format!("/v1/identity/sign-ins/{}/confirm", text(&again, "sign_in"));
    let confirmed = ok(&browser.send("POST", &path, &json!({ "code": code })));
    assert_eq!(confirmed["status"], "signed_in");
    let next = Browser::new(&bank).sign_in(&outside, "ann");
    assert_eq!((&next["status"], &next["user_id"]), (&json!("signed_in"), &confirmed["user_id"]));
    // Who has the same address there without having shown that it is theirs gets nothing.
    let eve = Browser::new(&bank).sign_in(&outside, "eve");
    assert_eq!(eve["status"], "registration_required");
}

#[test]
fn an_address_that_the_provider_has_not_verified_makes_no_account() {
    let outside = Outside::start();
    let bank = outside.bank();
    let mut browser = Browser::new(&bank);
    let bob = browser.sign_in(&outside, "bob");
    let expected =
        json!({ "status": "registration_required", "email": "bob@example.org", "name": "Bob" });
    assert_eq!(bob, expected);
    assert_eq!(browser.sign_in(&outside, "nobody"), json!({ "status": "registration_required" }));
    let found = ok(&bank.operator.get("/v1/admin/users?q=bob@example.org"));
    assert_eq!(found["data"], json!([]));
}

#[test]
fn whoever_is_signed_in_links_a_provider_and_takes_it_away() {
    let outside = Outside::start();
    let bank = outside.bank();
    bank.register("bob");
    let mut browser = Browser::new(&bank);
    for cookie in bank.sign_in("bob", "cookie").headers("set-cookie") {
        let (name, rest) = cookie.split_once('=').unwrap();
        browser.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
    }
    let body = json!({ "provider": "orchard" });
    let begin = |browser: &mut Browser<'_>| {
        ok(&browser.send("POST", "/v1/identity/linked-identities", &body))
    };
    let begun = begin(&mut browser);
    let came_back = browser.arrive(&outside, &begun, "bob");
    // Another who gets hold of all of it, but isn't signed in as bob, links nothing.
    let mut other = Browser::new(&bank);
    other.cookies.insert(
        "__Host-bushel_provider".to_owned(),
        browser.cookies["__Host-bushel_provider"].clone(),
    );
    assert_eq!(other.finish(&came_back).status, 404);
    let begun = begin(&mut browser);
    let came_back = browser.arrive(&outside, &begun, "bob");
    let linked = ok(&browser.finish(&came_back));
    assert_eq!(
        (&linked["status"], &linked["linked_identity"]["provider"]),
        (&json!("linked"), &json!("orchard"))
    );
    let bob = browser.who();
    assert_eq!(Browser::new(&bank).sign_in(&outside, "bob")["user_id"].as_str(), bob.as_deref());
    let begun = begin(&mut browser);
    let came_back = browser.arrive(&outside, &begun, "bob");
    let twice = browser.finish(&came_back);
    assert_eq!(problem(&twice), (409, "identity.provider.linked_elsewhere".to_owned()));
    let path = format!("/v1/identity/linked-identities/{}", text(&linked["linked_identity"], "id"));
    assert_eq!(browser.send("DELETE", &path, &Value::Null).status, 204, "there is a password");
    assert_eq!(browser.send("DELETE", &path, &Value::Null).status, 404);
    let gone = Browser::new(&bank).sign_in(&outside, "bob");
    assert_eq!(gone["status"], "registration_required");
}

#[test]
fn a_provider_never_replaces_the_authenticator_app() {
    let outside = Outside::start();
    let bank = outside.bank();
    bank.register("ann");
    let mut browser = Browser::new(&bank);
    let offered = browser.sign_in(&outside, "ann");
    let code = code(&bank.mail("ann@example.org", "challenge.link_identity"));
    let path = format!("/v1/identity/sign-ins/{}/confirm", text(&offered, "sign_in"));
    ok(&browser.send("POST", &path, &json!({ "code": code })));
    let user = browser.who();
    let body = json!({ "password": password("ann") });
    let app = ok(&browser.send("POST", "/v1/identity/totp", &body));
    let secret = text(&app, "secret");
    let confirm = json!({ "code": totp(&secret) });
    let confirmed = browser.send("POST", "/v1/identity/totp/confirm", &confirm);
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    let codes = confirmed.json();
    let mut next = Browser::new(&bank);
    let asked = next.sign_in(&outside, "ann");
    assert_eq!(asked["status"], "confirmation_required");
    assert_eq!(asked["methods"], json!(["totp", "recovery_code"]));
    assert_eq!(next.who(), None);
    let path = format!("/v1/identity/sign-ins/{}/confirm", text(&asked, "sign_in"));
    let code = codes["recovery_codes"][0].as_str().unwrap();
    ok(&next.send("POST", &path, &json!({ "recovery_code": code })));
    assert_eq!(next.who(), user);
}

#[test]
fn what_is_not_right_is_refused() {
    let outside = Outside::start();
    let bank = outside.bank();
    let refused = (401, "identity.provider.refused".to_owned());
    for (claims, algorithm) in [
        (json!({ "nonce": "another" }), None),
        (json!({ "nonce": null }), None),
        (json!({ "iss": "https://other.example" }), None),
        (json!({ "aud": "another" }), None),
        (json!({ "aud": ["bushel", "another"] }), None),
        (json!({ "azp": "another" }), None),
        (json!({ "exp": 1_000 }), None),
        (json!({ "iat": 1_000 }), None),
        (json!({ "nbf": 4_000_000_000_u64 }), None),
        (json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }), None),
        (json!({ "sub": "" }), None),
        (json!({}), Some("none")),
        (json!({}), Some("HS256")),
    ] {
        let text = claims.to_string();
        let mut query = vec![("claims", text.as_str())];
        query.extend(algorithm.map(|name| ("algorithm", name)));
        outside.tamper(&query);
        let mut browser = Browser::new(&bank);
        let came_back = browser.go(&outside, "ann");
        assert_eq!(problem(&browser.finish(&came_back)), refused, "{claims} {algorithm:?}");
        assert_eq!(browser.who(), None);
    }
    outside.tamper(&[]);
    let mut browser = Browser::new(&bank);
    let mut came_back = browser.go(&outside, "ann");
    came_back["iss"] = json!("https://other.example");
    assert_eq!(problem(&browser.finish(&came_back)), refused);
    let came_back = browser.go(&outside, "ann");
    let denied = json!({ "state": came_back["state"], "error": "access_denied" });
    assert_eq!(problem(&browser.finish(&denied)), refused);
    let gone = (404, "identity.provider_sign_in.gone".to_owned());
    assert_eq!(problem(&browser.finish(&came_back)), gone, "once, whatever came of it");
    let came_back = browser.go(&outside, "ann");
    let mut other = Browser::new(&bank);
    assert_eq!(problem(&other.finish(&came_back)), gone, "another browser");
    other.go(&outside, "ann");
    assert_eq!(problem(&other.finish(&came_back)), gone, "one that began another");
    let mut wrong = came_back.clone();
    wrong["state"] = json!(text(&came_back, "state").replace("bshl_ps_", "bshl_pb_"));
    assert_eq!(problem(&browser.finish(&wrong)), gone);
    assert_eq!(ok(&browser.finish(&came_back))["status"], "signed_in", "the right one still can");
    assert_eq!(problem(&browser.finish(&came_back)), gone, "replayed");
    let unknown = json!({ "provider": "other" });
    let unknown = browser.send("POST", "/v1/identity/provider-sign-ins", &unknown);
    assert_eq!(problem(&unknown), (404, "identity.provider.not_found".to_owned()));
}

#[test]
fn new_keys_of_a_provider_are_found() {
    let outside = Outside::start();
    let bank = outside.bank();
    for _ in 0..3 {
        assert_eq!(Browser::new(&bank).sign_in(&outside, "ann")["status"], "signed_in");
        assert_eq!(outside.client.get("/rotate").status, 200);
    }
}

#[test]
fn a_provider_that_is_down_is_said_at_once_and_keeps_nobody_else_out() {
    let outside = Outside::start();
    let bank = outside.bank();
    bank.register("ann");
    drop(outside);
    let began = Instant::now();
    let body = json!({ "provider": "orchard" });
    let answer = bank.anyone().post("/v1/identity/provider-sign-ins", &body);
    assert_eq!(problem(&answer), (503, "identity.provider.unavailable".to_owned()));
    assert!(answer.header("retry-after").is_some());
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(bank.sign_in("ann", "token").status, 200);
}
