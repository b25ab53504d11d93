//! The two-user matrix (line 15 of the security checklist): bob calls every operation there is with
//! what is ann's. Nothing of hers comes out, and nothing of hers changes.

mod catalogue;
pub(crate) mod objects;
mod rpc;
mod shop;
pub(crate) mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Answer, Client};
use crate::people::Bank;
pub(crate) use objects::{Ann, fill};

/// What comes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is about something of ann's: as if it didn't exist.
    Foreign,
    /// It is about the caller, whatever is said; answered like this.
    OwnOnly(u16),
    /// Anybody may; answered like this.
    Public(u16),
    /// Not for users.
    Staff,
    /// For nobody who is known by name.
    Operator,
}

/// Method, path and description by operation.
pub(crate) fn operations(anyone: &Client) -> BTreeMap<String, (String, String, Value)> {
    let document = anyone.get("/openapi.json").json();
    let paths = document["paths"].as_object().unwrap().clone();
    let each = paths.into_iter().flat_map(|(path, item)| {
        item.as_object().unwrap().clone().into_iter().map(move |(method, operation)| {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            (id, (method.to_uppercase(), path.clone(), operation))
        })
    });
    each.collect()
}

/// Whether a path of the table is one of the operation's.
fn is_of(path: &str, template: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let parts = path.split('/').zip(template.split('/'));
    path.split('/').count() == template.split('/').count()
        && parts.into_iter().all(|(part, it)| part == it || it.starts_with('{'))
}

fn call(client: &Client, method: &str, path: &str, operation: &Value, body: &str) -> Answer {
    // A stream has no end to wait for.
    if path.ends_with("/stream?after=0") {
        return client.listen(path, Duration::from_millis(700));
    }
    let content = operation["requestBody"]["content"].as_object();
    let kind = content.and_then(|content| content.keys().next());
    let mut headers = kind.map_or_else(String::new, |kind| format!("Content-Type: {kind}\r\n"));
    if matches!(method, "PUT" | "PATCH") {
        let current = client.get(path);
        let etag = current.header("etag").unwrap_or("\"1\"");
        headers.push_str(&format!("If-Match: {etag}\r\n"));
    }
    client.send(method, path, &headers, body)
}

fn check(outcome: Outcome, answer: &Answer) -> Result<(), String> {
    let is_right = match outcome {
        Outcome::Foreign => matches!(answer.status, 403 | 404),
        Outcome::OwnOnly(status) | Outcome::Public(status) => answer.status == status,
        Outcome::Staff | Outcome::Operator => {
            answer.status == 403 && answer.code() == "request.forbidden"
        }
    };
    if is_right { Ok(()) } else { Err(format!("{outcome:?}: {} {}", answer.status, answer.body)) }
}

#[test]
fn line_15_nobody_reaches_what_is_anothers() {
    let bank = Bank::open();
    let operations = operations(&bank.anyone());
    let known: BTreeSet<&str> = operations.keys().map(String::as_str).collect();
    // The last rows of the long table end bob's session.
    let table: Vec<&table::Row> =
        catalogue::TABLE.iter().chain(shop::TABLE).chain(table::TABLE).collect();
    let rows: BTreeSet<&str> = table.iter().map(|row| row.0).collect();
    assert_eq!(rows, known, "the table and the document have the same operations");
    assert_eq!(rows.len(), table.len(), "none has two rows");
    let ann = Ann::settle(&bank);
    let bob = bank.sign_up("bob");
    bob.deposit(1_000);
    let before = ann.snapshot(&bank);
    let mut wrong = Vec::new();
    for (id, outcome, path, body) in table {
        let (method, template, operation) = &operations[*id];
        assert!(is_of(path, template), "{id} is at {template}, not at {path}");
        let (path, body) = (fill(path, &ann.objects), fill(body, &ann.objects));
        let answer = call(&bob.client, method, &path, operation, &body);
        if let Err(error) = check(*outcome, &answer) {
            wrong.push(format!("{id} {error}"));
        }
        for (name, secret) in ann.private() {
            let is_his = path.contains(secret) || body.contains(secret);
            if answer.body.contains(secret) && !is_his {
                wrong.push(format!("{id} shows ann's {name}: {}", answer.body));
            }
        }
        let after = ann.snapshot(&bank);
        if let Some(change) = objects::difference(&before, &after) {
            wrong.push(format!("{id} changed what is ann's: {change}"));
            break;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn line_15_each_role_of_staff_has_its_permissions_and_no_more() {
    let bank = Bank::open();
    let operations = operations(&bank.anyone());
    let roles = bank.operator.get("/v1/identity/roles").json();
    let mut refused = BTreeMap::new();
    for role in ["support", "manager", "administrator"] {
        let staff = crate::staff::hire(&bank, role);
        let known = roles["roles"].as_array().unwrap().iter().find(|it| it["name"] == role);
        let mut has: BTreeSet<String> = texts(&known.unwrap()["permissions"]);
        // Staff are users, too.
        has.extend(texts(&roles["roles"][0]["permissions"]));
        for (id, (method, template, operation)) in &operations {
            let Some(needed) = operation["x-permission"].as_str() else { continue };
            // Nothing with this id is there, and no body is right, so that nothing happens.
            let path = template.replace(['{', '}'], "x");
            let answer = staff.send(method, &path, "Content-Type: application/json\r\n", "[");
            let is_forbidden = answer.status == 403 && answer.code() == "request.forbidden";
            assert_eq!(is_forbidden, !has.contains(needed), "{role} {id} {}", answer.body);
            *refused.entry(role).or_insert(0) += i32::from(is_forbidden);
        }
    }
    assert!(refused["support"] > refused["manager"], "{refused:?}");
    assert_eq!(refused["administrator"], 0, "{refused:?}");
}

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

#[test]
fn line_15_strangers_are_refused_everything_that_is_not_public() {
    let bank = Bank::open();
    let anyone = bank.anyone();
    let (mut public, mut refused) = (0, 0);
    for (id, (method, template, operation)) in operations(&anyone) {
        let is_public = operation["security"] == json!([{}]);
        let path = template.replace(['{', '}'], "x");
        let answer = anyone.send(&method, &path, "", "");
        let is_missing = answer.status == 401 && answer.body.contains("\"request.token.missing\"");
        assert_eq!(is_missing, !is_public, "{id} {}", answer.body);
        (public, refused) = (public + i32::from(is_public), refused + i32::from(!is_public));
    }
    assert!(public > 10 && refused > 100, "{public} {refused}");
}
