//! Staff: who they are made by, and what they do together.

use serde_json::json;

use crate::http::Client;
use crate::people::{Bank, ok, text, until};

/// Somebody with a role, signed in.
pub(crate) fn hire(bank: &Bank, role: &str) -> Client {
    // The name of the role alone is reserved.
    let handle = format!("{role}xq");
    let person = bank.sign_up(&handle);
    let path = format!("/v1/identity/users/{}/roles", person.id);
    let roles = bank.operator.get(&path);
    let etag = roles.header("etag").unwrap().to_owned();
    let body = json!({ "roles": ["user", role], "reason": "hired" });
    let headers = format!("Content-Type: application/json\r\nIf-Match: {etag}\r\n");
    ok(&bank.operator.send("PUT", &path, &headers, &body.to_string()));
    // What somebody may do is written into the session, so they sign in again.
    let again = bank.sign_in(&handle, "token");
    bank.as_bearer(&text(&ok(&again), "access_token"))
}

#[test]
fn line_29_adjustment_needs_a_second_person_and_moves_value_once() {
    let bank = Bank::open();
    let ann = bank.sign_up("ann");
    ok(&ann.client.post("/v1/wallet/accounts", &json!({ "asset": "EUR" })));
    let (maker, checker) = (hire(&bank, "manager"), hire(&bank, "administrator"));
    let body = json!({ "user": ann.id, "asset": "EUR", "amount": "700", "direction": "credit",
        "reason": "a fee was taken twice" });
    let proposed = ok(&maker.post("/v1/admin/adjustments", &body));
    let path = format!("/v1/admin/adjustments/{}", text(&proposed, "id"));
    let approve = format!("{path}/approve");
    assert_eq!(maker.send("POST", &approve, "", "").status, 403, "not their own");
    assert_eq!(ann.client.send("POST", &approve, "", "").status, 403, "no staff");
    ok(&checker.send("POST", &approve, "", ""));
    let available = || ok(&ann.client.get("/v1/wallet/accounts"))["data"][0]["available"].clone();
    until("the adjustment", || (available() == "700").then_some(()));
    let again = checker.send("POST", &approve, "", "");
    assert!([200, 409].contains(&again.status), "{}", again.body);
    assert_eq!(available(), "700");
    let audit = ok(&checker.get("/v1/admin/audit?limit=200"));
    let actions: Vec<_> =
        audit["data"].as_array().unwrap().iter().filter_map(|it| it["action"].as_str()).collect();
    assert!(actions.iter().any(|action| action.contains("adjustment")), "{actions:?}");
}

#[test]
fn line_14_staff_ends_sessions_and_freezes() {
    let bank = Bank::open();
    let ann = bank.sign_up("ann");
    let manager = hire(&bank, "manager");
    let user = format!("/v1/admin/users/{}", ann.id);
    let reason = json!({ "reason": "the phone was stolen" });
    ok(&manager.post(&format!("{user}/freeze"), &reason));
    assert_eq!(ann.client.get("/v1/identity/profile").status, 401);
    let session = ok(&bank.sign_in("ann", "token"));
    let frozen = bank.as_bearer(&text(&session, "access_token"));
    assert_eq!(frozen.get("/v1/wallet/accounts").status, 200, "the frozen may look");
    let moved = json!({ "to": { "handle": "managerxq" }, "asset": "EUR", "amount": "1" });
    assert_eq!(frozen.post("/v1/wallet/transfers", &moved).status, 403);
    ok(&manager.post(&format!("{user}/unfreeze"), &reason));
    let moved = frozen.post("/v1/wallet/transfers", &moved);
    assert_ne!(moved.status, 403, "{}", moved.body);
    let sessions = ok(&manager.get(&format!("{user}/sessions")));
    ok(&manager.post(&format!("{user}/end-sessions"), &reason));
    assert_eq!(frozen.get("/v1/identity/profile").status, 401, "{sessions}");
    let timeline = ok(&manager.get(&format!("{user}/timeline")));
    assert!(timeline.to_string().contains("freeze") || timeline.to_string().contains("frozen"));
}
