//! What is read (lines 16, 24 and 25), and what may be kept (line 33).

use serde_json::{Value, json};

use crate::http::{Answer, Client};
use crate::matrix::{Ann, Outcome, fill, operations, table::TABLE};
use crate::people::{Bank, ok};

/// An operation with a body of JSON, as somebody would call it who may.
struct Write {
    id: &'static str,
    client: Client,
    method: String,
    path: String,
    body: String,
}

/// All of them. The bodies are those of the matrix.
fn writes(bank: &Bank, ann: &Ann) -> Vec<Write> {
    let operations = operations(&bank.anyone());
    let all = TABLE.iter().filter_map(|(id, outcome, path, body)| {
        let (method, _, operation) = &operations[*id];
        let is_json = !operation["requestBody"]["content"]["application/json"].is_null();
        let client = match outcome {
            Outcome::Foreign | Outcome::OwnOnly(_) => ann.person.client.clone(),
            Outcome::Public(_) => bank.anyone(),
            Outcome::Staff | Outcome::Operator => bank.operator.clone(),
        };
        is_json.then(|| Write {
            id,
            client,
            method: method.clone(),
            path: fill(path, &ann.objects),
            body: fill(body, &ann.objects),
        })
    });
    // A provider signs its bytes before anybody reads them.
    all.filter(|write| write.id != "payments_webhooks_receive").collect()
}

impl Write {
    fn send(&self, body: &str) -> Answer {
        let headers = "Content-Type: application/json\r\nIf-Match: \"1\"\r\n";
        self.client.send(&self.method, &self.path, headers, body)
    }

    /// Sends it, and says if it isn't refused as malformed, with this in the reason.
    fn must_refuse(&self, body: &str, reason: &str) -> Option<String> {
        let answer = self.send(body);
        let is_refused = answer.status == 400
            && answer.code() == "request.body.invalid"
            && answer.body.contains(reason);
        (!is_refused).then(|| format!("{} {body}: {} {}", self.id, answer.status, answer.body))
    }
}

#[test]
fn line_16_unknown_fields_are_refused_everywhere() {
    let bank = Bank::open();
    let ann = Ann::settle(&bank);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for write in writes(&bank, &ann) {
        for (place, _) in write.body.match_indices('{') {
            // What an authenticator answers is its own standard's business.
            if write.body[..place].ends_with("\"credential\": ") {
                continue;
            }
            let (before, after) = write.body.split_at(place + 1);
            let comma = if after.starts_with('}') { "" } else { ", " };
            let body = format!("{before}\"surprise\": 1{comma}{after}");
            wrong.extend(write.must_refuse(&body, "surprise"));
            tried += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 60, "{tried}");
    // What is only ever told can't be set.
    let profile = "/v1/identity/profile";
    let etag = ann.person.client.get(profile).header("etag").unwrap().to_owned();
    let headers = format!("Content-Type: application/json\r\nIf-Match: {etag}\r\n");
    for (name, value) in [
        ("id", json!("usr_1")),
        ("email", json!("new@example.org")),
        ("is_email_verified", json!(true)),
        ("roles", json!(["administrator"])),
        ("version", json!(9)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
    ] {
        let body = json!({ name: value }).to_string();
        let answer = ann.person.client.send("PATCH", profile, &headers, &body);
        assert_eq!(answer.status, 400, "{name}: {}", answer.body);
    }
}

#[test]
fn line_24_ambiguous_deep_and_huge_json_is_refused_everywhere() {
    let bank = Bank::open();
    let ann = Ann::settle(&bank);
    let deep = format!("{}1{}", "[".repeat(65), "]".repeat(65));
    let (mut wrong, mut twice) = (Vec::new(), 0);
    for write in writes(&bank, &ann) {
        let first = write.body.find("\":").map(|end| &write.body[1..=end]);
        if let Some(key) = first {
            let body = format!("{{{key}: null, {}", &write.body[1..]);
            // The first value may be refused before the second comes; with the right one it isn't.
            let value = serde_json::from_str::<Value>(&write.body).unwrap();
            let value = &value[key.trim_matches('"')];
            let again = format!("{{{key}: {value}, {}", &write.body[1..]);
            wrong.extend(write.must_refuse(&again, "duplicate field"));
            wrong.extend(write.must_refuse(&body, ""));
            twice += 1;
        }
        for body in [
            format!("{{\"surprise\": {deep}}}"),
            "NaN".to_owned(),
            "{\"a\": Infinity}".to_owned(),
            "{\"a\": 1e999}".to_owned(),
            format!("{} {{}}", write.body),
            "\u{0}".to_owned(),
        ] {
            wrong.extend(write.must_refuse(&body, ""));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(twice > 40, "{twice}");
    let free = r#"{"code": "PLUM", "scale": 0, "kind": "goods", "metadata": {"a": "1", "a": "2"}}"#;
    let kind = "Content-Type: application/json\r\n";
    let answer = bank.operator.send("POST", "/v1/ledger/assets", kind, free);
    assert_eq!(answer.status, 400, "keys of free objects are unique, too: {}", answer.body);
}

#[test]
fn line_24_bodies_of_17_mib_are_refused_with_and_without_their_length() {
    let bank = Bank::open();
    let ann = bank.sign_up("ann");
    let huge = " ".repeat(17 << 20);
    let paths = ["/v1/identity/sign-ins", "/v1/wallet/transfers", "/v1/payments/webhooks/sandbox"];
    for path in paths {
        let headers = "Content-Type: application/json\r\n";
        let answer = ann.client.send("POST", path, headers, &huge);
        // What it doesn't read resets the connection, perhaps before we read the answer.
        assert!([413, 0].contains(&answer.status), "{path} {}", answer.status);
        let chunked = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: \
             application/json\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n\
             {:x}\r\n{huge}\r\n0\r\n\r\n",
            ann.session["access_token"].as_str().unwrap(),
            huge.len(),
        );
        let answer = ann.client.raw(&chunked);
        assert!([413, 0].contains(&answer.status), "{path} {}", answer.status);
    }
    assert_eq!(ann.client.get("/v1/identity/profile").status, 200, "others are not affected");
}

#[test]
fn line_33_private_answers_are_never_kept() {
    let bank = Bank::open();
    let ann = Ann::settle(&bank);
    let (mut wrong, mut succeeded) = (Vec::new(), 0);
    let operations = operations(&bank.anyone());
    for (id, outcome, path, _) in TABLE {
        let (method, _, operation) = &operations[*id];
        let client = match outcome {
            Outcome::Public(_) => continue,
            Outcome::Foreign | Outcome::OwnOnly(_) => &ann.person.client,
            Outcome::Staff | Outcome::Operator => &bank.operator,
        };
        if path.contains("/stream") || *id == "identity_sessions_sign_out" {
            continue;
        }
        // Reads succeed. Writes with a body do nothing; those without one are answered, too.
        let has_body = !operation["requestBody"].is_null();
        let is_read = method == "GET";
        if !is_read && !has_body {
            continue;
        }
        let path = fill(path, &ann.objects);
        let headers = "Content-Type: application/json\r\nIf-Match: \"1\"\r\n";
        let answer = match is_read {
            true => client.get(&path),
            false => client.send(method, &path, headers, "["),
        };
        succeeded += i32::from(answer.status == 200);
        if answer.header("cache-control") != Some("no-store") {
            wrong.push(format!("{id}: {:?}", answer.header("cache-control")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(succeeded > 35, "{succeeded}");
    let write = ann.person.client.post(
        "/v1/identity/api-keys",
        &json!({
            "name": "a program", "scopes": ["wallet.read"],
        }),
    );
    assert_eq!((write.status, write.header("cache-control")), (201, Some("no-store")));
    let transfer = ann.person.client.post(
        "/v1/wallet/transfers",
        &json!({
            "to": { "handle": "carol" }, "asset": "EUR", "amount": "5",
        }),
    );
    assert_eq!((transfer.status, transfer.header("cache-control")), (201, Some("no-store")));
}

/// Puts another value in place of a body's first `amount`; false if it has none.
fn set_amount(body: &mut Value, amount: &Value) -> bool {
    match body {
        Value::Object(fields) => match fields.get_mut("amount") {
            Some(field) => {
                *field = amount.clone();
                true
            }
            None => fields.values_mut().any(|field| set_amount(field, amount)),
        },
        Value::Array(items) => items.iter_mut().any(|item| set_amount(item, amount)),
        _ => false,
    }
}

#[test]
fn line_25_amounts_are_whole_numbers_within_bounds() {
    const TOO_MUCH: &str = "340282366920938463463374607431768211456";
    let bank = Bank::open();
    let ann = Ann::settle(&bank);
    let (mut wrong, mut operations) = (Vec::new(), 0);
    for write in writes(&bank, &ann) {
        let mut body = serde_json::from_str::<Value>(&write.body).unwrap();
        let texts = ["1.5", "1e3", "-1", "+1", "", " 1", "01", "0x10", "١", "1_000", TOO_MUCH];
        let numbers = [json!(1.5), json!(1e3), json!(-1), json!(true), json!([1])];
        let amounts = texts.into_iter().map(|text| json!(text)).chain(numbers);
        if !set_amount(&mut body, &json!(null)) {
            continue;
        }
        operations += 1;
        for amount in amounts {
            set_amount(&mut body, &amount);
            wrong.extend(write.must_refuse(&body.to_string(), ""));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(operations >= 8, "{operations}");
}

#[test]
fn line_25_what_overflows_is_refused_and_moves_nothing() {
    let bank = Bank::open();
    let operator = &bank.operator;
    let plum = json!({ "code": "PLUM", "scale": 0, "kind": "goods" });
    ok(&operator.post("/v1/ledger/assets", &plum));
    let account = |address: &str| json!({ "address": address, "asset": "PLUM" });
    let accounts = json!({ "accounts": [account("tree"), account("jam"), account("jar")] });
    ok(&operator.post("/v1/ledger/accounts", &accounts));
    let transfer = |from: &str, amount: &str| {
        let item = json!({
            "debit_account": from, "credit_account": "jam", "asset": "PLUM", "amount": amount,
        });
        let made = ok(&operator.post("/v1/ledger/transfers", &json!({ "transfers": [item] })));
        made["results"][0]["status"].as_str().unwrap().to_owned()
    };
    let max = u128::MAX.to_string();
    assert_eq!(transfer("tree", &max), "created");
    assert_eq!(transfer("tree", "1"), "overflows_debits_posted");
    assert_eq!(transfer("jar", "1"), "overflows_credits_posted");
    let balances = ok(&operator.get("/v1/ledger/accounts?limit=50")).to_string();
    assert!(balances.contains(&max), "{balances}");
}
