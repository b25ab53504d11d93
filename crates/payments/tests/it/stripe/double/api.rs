//! What the double answers to each request, in the shapes of Stripe's documentation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Fault, Form, Memory, SECRET_KEY};

pub(super) async fn answer(
    State(memory): State<Arc<Mutex<Memory>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if header("authorization") != format!("Bearer {SECRET_KEY}") {
        return failed(401, "invalid_request_error", "");
    }
    assert_eq!(header("stripe-version"), payments::STRIPE_VERSION);
    let mut memory = memory.lock().unwrap();
    let fault = memory.faults.pop_front();
    match fault {
        Some(Fault::Status(status)) => return failed(status, "api_error", ""),
        Some(Fault::ShouldRetry(status, should)) => {
            let mut response = failed(status, "api_error", "");
            let should = if should { "true" } else { "false" };
            response.headers_mut().insert("stripe-should-retry", should.parse().unwrap());
            return response;
        }
        _ => {}
    }
    let form =
        if method == Method::POST { &body[..] } else { uri.query().unwrap_or("").as_bytes() };
    let form: Form = url::form_urlencoded::parse(form).into_owned().collect();
    let key = header("idempotency-key").to_owned();
    assert_eq!(method == Method::POST, !key.is_empty(), "every POST has a key, and only those");
    let (status, object) = match memory.keys.get(&key).cloned() {
        Some((known, ..)) if known != form => (400, error("idempotency_error", "")),
        Some((_, status, answer)) => (status, answer),
        None => {
            let (status, object) = handle(&mut memory, &method, uri.path(), &form);
            if method == Method::POST {
                memory.keys.insert(key, (form, status, object.clone()));
            }
            (status, object)
        }
    };
    let text = object.to_string();
    if matches!(fault, Some(Fault::AnswerLost)) {
        let part = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
        let broken = futures_util::stream::iter([Ok(part), Err(std::io::Error::other("gone"))]);
        return Body::from_stream(broken).into_response();
    }
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], text)
        .into_response()
}

fn failed(status: u16, kind: &str, code: &str) -> Response {
    let body = error(kind, code).to_string();
    (StatusCode::from_u16(status).unwrap(), [("request-id", "req_1")], body).into_response()
}

fn error(kind: &str, code: &str) -> Value {
    let code = Some(code).filter(|code| !code.is_empty());
    json!({ "error": { "type": kind, "code": code, "message": "no" } })
}

fn handle(memory: &mut Memory, method: &Method, path: &str, form: &Form) -> (u16, Value) {
    let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("POST", ["payment_intents"]) => create_intent(memory, form),
        ("POST", ["payment_intents", id, "cancel"]) => cancel(memory, id),
        ("POST", ["refunds"]) => create_refund(memory, form),
        ("GET", ["payment_intents" | "refunds", id]) => match memory.objects.get(*id) {
            Some(object) => (200, expanded(memory, object.clone())),
            None => (404, error("invalid_request_error", "resource_missing")),
        },
        ("GET", ["refunds"]) => (200, list_about(memory, "refund", form)),
        ("GET", ["disputes"]) => (200, list_about(memory, "dispute", form)),
        ("GET", ["balance"]) => (200, balance(memory)),
        ("GET", ["balance_transactions"]) => (200, transactions(memory, form)),
        _ => (404, error("invalid_request_error", "unrecognized_url")),
    }
}

fn create_intent(memory: &mut Memory, form: &Form) -> (u16, Value) {
    let amount: i64 = form["amount"].parse().unwrap();
    let currency = &form["currency"];
    assert!(currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_lowercase()));
    assert_eq!(form["payment_method_types[]"], "card");
    assert!(!form.keys().any(|name| name.contains("number") || name.contains("cvc")));
    if amount < 50 {
        return (400, error("invalid_request_error", "amount_too_small"));
    }
    let id = memory.next_id("pi");
    let intent = json!({
        "id": id, "object": "payment_intent", "amount": amount, "amount_received": 0,
        "currency": currency, "status": "requires_payment_method",
        "client_secret": format!("{id}_secret_of_the_page"), "latest_charge": null,
        "last_payment_error": null, "next_action": null,
        "metadata": { "bushel_reference": form["metadata[bushel_reference]"] },
    });
    memory.insert(intent.clone());
    memory.tell("payment_intent.created", &id);
    (200, intent)
}

fn cancel(memory: &mut Memory, id: &str) -> (u16, Value) {
    let Some(known) = memory.objects.get(id).cloned() else {
        return (404, error("invalid_request_error", "resource_missing"));
    };
    if !known["status"].as_str().unwrap().starts_with("requires_") {
        return (400, error("invalid_request_error", "payment_intent_unexpected_state"));
    }
    memory.change(id, json!({ "status": "canceled", "cancellation_reason": "abandoned" }));
    memory.tell("payment_intent.canceled", id);
    (200, memory.objects[id].clone())
}

fn create_refund(memory: &mut Memory, form: &Form) -> (u16, Value) {
    let (intent, amount): (_, i64) = (&form["payment_intent"], form["amount"].parse().unwrap());
    let known = memory.objects[intent].clone();
    let Some(charge) = known["latest_charge"].as_str() else {
        return (400, error("invalid_request_error", "payment_intent_unexpected_state"));
    };
    if memory.objects[charge]["disputed"] == true {
        return (400, error("invalid_request_error", "charge_disputed"));
    }
    let is_one = |it: &&Value| {
        it["object"] == "refund" && it["payment_intent"] == *intent && it["status"] != "failed"
    };
    let refunded: i64 =
        memory.objects.values().filter(is_one).map(|it| it["amount"].as_i64().unwrap()).sum();
    if refunded + amount > known["amount_received"].as_i64().unwrap() {
        return (400, error("invalid_request_error", "charge_already_refunded"));
    }
    let id = memory.next_id("re");
    let refund = json!({
        "id": id, "object": "refund", "amount": amount, "currency": known["currency"],
        "payment_intent": intent, "status": "succeeded", "failure_reason": null,
        "metadata": { "bushel_reference": form["metadata[bushel_reference]"] },
    });
    memory.insert(refund.clone());
    memory.move_balance("refund", -amount, 0, &id);
    memory.tell("refund.created", &id);
    (200, refund)
}

fn expanded(memory: &Memory, mut object: Value) -> Value {
    if let Some(charge) = object["latest_charge"].as_str() {
        object["latest_charge"] = memory.objects[charge].clone();
    }
    object
}

fn list_about(memory: &Memory, kind: &str, form: &Form) -> Value {
    let intent = &form["payment_intent"];
    let is_one = |it: &&Value| it["object"] == kind && it["payment_intent"] == *intent;
    let found: Vec<&Value> = memory.objects.values().filter(is_one).rev().collect();
    page(memory, found, form)
}

fn transactions(memory: &Memory, form: &Form) -> Value {
    assert_eq!(form["expand[]"], "data.source");
    let since: i64 = form["created[gte]"].parse().unwrap();
    let found = memory.transactions.iter().rev();
    let found = found.filter(|it| it["created"].as_i64().unwrap() >= since).collect();
    let mut page = page(memory, found, form);
    for transaction in page["data"].as_array_mut().unwrap() {
        let source = transaction["source"].as_str().unwrap();
        transaction["source"] = memory.objects[source].clone();
    }
    page
}

fn page(memory: &Memory, found: Vec<&Value>, form: &Form) -> Value {
    let limit = form["limit"].parse::<usize>().unwrap().min(memory.page_max);
    let after = form.get("starting_after");
    let place = |id: &String| found.iter().position(|it| it["id"] == **id).unwrap() + 1;
    let rest: Vec<&Value> = found.iter().copied().skip(after.map_or(0, place)).collect();
    let data: Vec<&Value> = rest.iter().copied().take(limit).collect();
    json!({ "object": "list", "has_more": rest.len() > data.len(), "data": data })
}

fn balance(memory: &Memory) -> Value {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for it in &memory.transactions {
        *sums.entry(it["currency"].as_str().unwrap()).or_default() += it["net"].as_i64().unwrap();
    }
    let all = |part: fn(i64) -> i64| -> Vec<Value> {
        let each = sums
            .iter()
            .map(|(currency, sum)| json!({ "amount": part(*sum), "currency": currency }));
        each.collect()
    };
    // A part is still on its way, as always at Stripe.
    json!({ "object": "balance", "available": all(|sum| sum / 2), "pending": all(|sum| sum - sum / 2) })
}
