//! Secrets stay where they belong (line 30): everything secret is used, then looked for in all that
//! was printed, answered and stored.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use testkit::TestDatabase;

use crate::bushel::{Running, folder};
use crate::forwarding;
use crate::http::{Answer, Client};
use crate::people::{Bank, card, code, link_token, name, ok, password, serve, text};

const KEY: &str = "c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7beef";
const SMTP_PASSWORD: &str = "smtp-canary-9f2b";
const SMS_TOKEN: &str = "sms-canary-71c4";
const WRONG_PASSWORD: &str = "wrong-canary password-7d1c";

/// What must not be found, by name.
type Secrets = BTreeMap<&'static str, String>;

/// Answers of failure, one after the other.
#[derive(Default)]
struct Errors(String);

impl Errors {
    fn take(&mut self, answer: &Answer, status: u16) {
        assert_eq!(answer.status, status, "{}", answer.body);
        self.0.push_str(&answer.body);
        self.0.push('\n');
    }
}

/// The code that an authenticator app would show.
pub(crate) fn totp(secret: &str) -> String {
    let script = "import base64,hmac,struct,sys,time
key=base64.b32decode(sys.argv[1]); d=hmac.new(key,struct.pack('>Q',int(time.time())//30),'sha1').digest()
o=d[-1]&15; print('%06d'%((struct.unpack('>I',d[o:o+4])[0]&0x7fffffff)%10**6))";
    let output = Command::new("python3").args(["-c", script, secret]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Signs up and in; every secret on the way is noted.
fn enter(bank: &Bank, secrets: &mut Secrets) -> Client {
    let anyone = bank.anyone();
    let body = json!({ "email": "ann@example.org", "handle": "ann", "name": name("ann"),
        "password": password("ann") });
    ok(&anyone.post("/v1/identity/users", &body));
    let mail = bank.mail("ann@example.org", "challenge.verify_email");
    secrets.insert("code to verify", code(&mail));
    secrets.insert("token of the link", link_token(&mail));
    let body = json!({ "token": link_token(&mail) });
    ok(&anyone.post("/v1/identity/email-verifications", &body));
    let body = json!({ "login": "ann", "password": password("ann") });
    let pending = ok(&anyone.post("/v1/identity/sign-ins", &body));
    let mail = bank.mail("ann@example.org", "challenge.sign_in");
    secrets.insert("code to sign in", code(&mail));
    let path = format!("/v1/identity/sign-ins/{}/confirm", text(&pending, "sign_in"));
    let session = ok(&anyone.post(&path, &json!({ "code": code(&mail) })));
    secrets.insert("password", password("ann"));
    secrets.insert("first access token", text(&session, "access_token"));
    secrets.insert("first refresh token", text(&session, "refresh_token"));
    secrets.insert("device token", text(&session, "device_token"));
    let refresh = |session: &Value| {
        let body = json!({ "refresh_token": text(session, "refresh_token") });
        ok(&anyone.post("/v1/identity/tokens/refresh", &body))
    };
    // Twice: the last one but one may come again, for a client that lost its answer.
    let next = refresh(&refresh(&session));
    secrets.insert("access token", text(&next, "access_token"));
    secrets.insert("refresh token", text(&next, "refresh_token"));
    bank.as_bearer(&text(&next, "access_token"))
}

/// Makes and uses all other credentials.
fn equip(bank: &Bank, ann: &Client, secrets: &mut Secrets) {
    let body = json!({ "name": "a program", "scopes": ["wallet.read", "wallet.write"] });
    let key = text(&ok(&ann.post("/v1/identity/api-keys", &body)), "key");
    assert_eq!(bank.as_bearer(&key).get("/v1/wallet/accounts").status, 200);
    secrets.insert("API key", key);
    let totp_started = ok(&ann.post("/v1/identity/totp", &json!({ "password": password("ann") })));
    let secret = text(&totp_started, "secret");
    let codes = ok(&ann.post("/v1/identity/totp/confirm", &json!({ "code": totp(&secret) })));
    secrets.insert("recovery code", codes["recovery_codes"][0].as_str().unwrap().to_owned());
    secrets.insert("unused recovery code", codes["recovery_codes"][1].as_str().unwrap().to_owned());
    secrets.insert("TOTP secret", secret);
    let hook = json!({ "url": "http://127.0.0.1:9/", "kinds": ["*"] });
    let hook = ok(&ann.post("/v1/notifications/webhooks", &hook));
    secrets.insert("webhook secret", text(&hook, "secret"));
    ok(&ann.post("/v1/wallet/accounts", &json!({ "asset": "EUR" })));
    let body = json!({ "asset": "EUR", "amount": "10000", "card": card() });
    let deposit = ok(&ann.post("/v1/payments/deposits", &body));
    let path = format!("/v1/payments/deposits/{}", text(&deposit, "id"));
    crate::people::until("the deposit", || {
        (ok(&ann.get(&path))["status"] == "succeeded").then_some(())
    });
    let iban = "AT611904300234573201";
    let body = json!({ "asset": "EUR", "amount": "100",
        "destination": { "iban": iban, "name": "Ann Apple" } });
    ok(&ann.post("/v1/payments/withdrawals", &body));
    secrets.insert("card number", "4242424242424242".to_owned());
    secrets.insert("IBAN", iban.to_owned());
}

/// Does everything wrong that has to do with secrets.
fn err(bank: &Bank, secrets: &mut Secrets) -> String {
    let (anyone, mut errors) = (bank.anyone(), Errors::default());
    let wrong = json!({ "login": "ann", "password": WRONG_PASSWORD });
    errors.take(&anyone.post("/v1/identity/sign-ins", &wrong), 401);
    let nobody = json!({ "login": "nobody", "password": WRONG_PASSWORD });
    errors.take(&anyone.post("/v1/identity/sign-ins", &nobody), 401);
    let shaped = json!({ "login": "ann", "password": [password("ann")] });
    errors.take(&anyone.post("/v1/identity/sign-ins", &shaped), 400);
    let cut = format!("{{\"login\": \"ann\", \"password\": \"{}\"", password("ann"));
    let kind = "Content-Type: application/json\r\n";
    errors.take(&anyone.send("POST", "/v1/identity/sign-ins", kind, &cut), 400);
    let bad_key = format!("{}x", secrets["API key"]);
    errors.take(&bank.as_bearer(&bad_key).get("/v1/wallet/accounts"), 401);
    let bad_token = format!("{}x", secrets["access token"]);
    errors.take(&bank.as_bearer(&bad_token).get("/v1/wallet/accounts"), 401);
    let path = format!("/v1/nothing?token={}", secrets["access token"]);
    errors.take(&bank.as_bearer(&bad_token).get(&path), 401);
    let body = json!({ "asset": "EUR", "amount": "100", "card": { "number": "4242424242424241",
        "exp_month": 12, "exp_year": 2040, "cvc": "123" } });
    let with_key = bank.as_bearer(&secrets["API key"]);
    errors.take(&with_key.post("/v1/payments/deposits", &body), 403);
    let reset = json!({ "email": "ann@example.org", "code": secrets["code to sign in"],
        "password": "yet another long password" });
    errors.take(&anyone.post("/v1/identity/password-resets/confirm", &reset), 422);
    // A refresh token that comes again ends its family.
    let old = json!({ "refresh_token": secrets["first refresh token"] });
    errors.take(&anyone.post("/v1/identity/tokens/refresh", &old), 401);
    secrets.insert("wrong password", WRONG_PASSWORD.to_owned());
    errors.0
}

/// Signs in where no mail goes out, by a recovery code.
fn enter_again(bank: &Bank, secrets: &Secrets) {
    let anyone = bank.anyone();
    let body = json!({ "login": "ann", "password": password("ann") });
    let pending = ok(&anyone.post("/v1/identity/sign-ins", &body));
    let path = format!("/v1/identity/sign-ins/{}/confirm", text(&pending, "sign_in"));
    ok(&anyone.post(&path, &json!({ "recovery_code": secrets["recovery code"] })));
    // Mail that doesn't get out.
    let reset = anyone.post("/v1/identity/password-resets", &json!({ "email": "ann@example.org" }));
    assert_eq!(reset.status, 202, "{}", reset.body);
    crate::people::until("a mail that failed", || {
        let log = ok(&bank.operator.get("/v1/notifications/messages"));
        let mails = log["data"].as_array().unwrap().clone();
        mails.iter().any(|mail| mail["attempts"].as_u64() > Some(0)).then_some(())
    });
}

fn start(data: &Path, url: &str, smtp: bool, log: &Path) -> Running {
    let mut command = serve();
    command.env("DATABASE_URL", url).env("BUSHEL_SECRET_KEY", KEY).env("BUSHEL_LOG", "trace");
    if smtp {
        let smtp = format!("smtp://mailer:{SMTP_PASSWORD}@127.0.0.1:9?tls=required");
        command.env("BUSHEL_SMTP_URL", smtp);
        let sms = format!("twilio://AC1:{SMS_TOKEN}@127.0.0.1:9?from=Bank&tls=none");
        command.env("BUSHEL_SMS_URL", sms);
    }
    Running::start_into(data, command, log)
}

/// Everything that is stored, as text; bytes are in hexadecimal digits.
async fn dump(database: &TestDatabase) -> String {
    let client = database.database().client().await.unwrap();
    let tables = "select format('%I.%I', schemaname, tablename) from pg_catalog.pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')";
    let mut all = String::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let rows = client.query(&format!("select t::text from {table} t"), &[]).await.unwrap();
        for row in rows {
            all.push_str(&format!("{table} {}\n", row.get::<_, String>(0)));
        }
    }
    all
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a secret stands, with what is around it; codes of digits must not be a part of a number.
fn find(place: &str, text: &str, secret: &str) -> Option<String> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let is_code = secret.bytes().all(|byte| byte.is_ascii_digit()) && secret.len() < 12;
    let found = text.match_indices(secret).find(|(at, _)| {
        let (before, after) = (at.checked_sub(1), at + secret.len());
        let bytes = text.as_bytes();
        !(is_code && (is_digit(before.and_then(|at| bytes.get(at))) || is_digit(bytes.get(after))))
    });
    found.map(|(at, _)| {
        let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        let line: String = text[line..end].chars().take(600).collect();
        format!("in {place}: {line}")
    })
}

#[tokio::test]
async fn line_30_secrets_are_in_no_log_no_error_and_not_in_the_database() {
    let database = TestDatabase::create(&[]).await;
    let url = forwarding::url(&database);
    let (data, logs) = (folder(), tempfile::tempdir().unwrap());
    let mut secrets = Secrets::new();
    let first = logs.path().join("first.log");
    let bank = Bank::of(start(data.path(), &url, false, &first), data);
    let ann = enter(&bank, &mut secrets);
    equip(&bank, &ann, &mut secrets);
    let errors = err(&bank, &mut secrets);
    let Bank { server, data, .. } = bank;
    server.signal("TERM");
    server.wait();
    let second = logs.path().join("second.log");
    let server = start(data.path(), &url, true, &second);
    let operator = server.client(data.path());
    let bank = Bank { server, operator, data };
    enter_again(&bank, &secrets);
    let Bank { server, .. } = bank;
    server.signal("TERM");
    server.wait();

    secrets.insert("secret key", KEY.to_owned());
    secrets.insert("SMTP password", SMTP_PASSWORD.to_owned());
    secrets.insert("SMS token", SMS_TOKEN.to_owned());
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let (first, second) = (read(&first), read(&second));
    assert!(first.contains("DEBUG") && second.contains("DEBUG"), "it logs all that it can");
    let stored = dump(&database).await;
    assert!(stored.contains("ann@example.org"), "the dump has what is stored");
    let places = [
        ("the log", &first),
        ("the second log", &second),
        ("errors", &errors),
        ("the database", &stored),
    ];
    let mut found = Vec::new();
    for (name, secret) in &secrets {
        for (place, text) in places {
            found.extend(find(place, text, secret).map(|it| format!("{name} {it}")));
        }
        found.extend(find("the database", &stored, &hex(secret)).map(|it| format!("{name} {it}")));
    }
    let own: Value = json!(secrets.keys().collect::<Vec<_>>());
    assert!(found.is_empty(), "of {own}:\n{}", found.join("\n"));
}
