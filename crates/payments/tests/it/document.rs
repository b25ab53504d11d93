//! The API document of this context's routes.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(payments::document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.collect()
}

#[test]
fn operations_have_unique_ids_a_tag_and_problems() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(id.starts_with("payments_") && ids.insert(id), "{name}: {id}");
        assert_eq!(operation["tags"][0], "payments", "{name}");
        for status in ["400", "401", "403", "429", "503"] {
            let content = &operation["responses"][status]["content"];
            assert!(content["application/problem+json"].is_object(), "{name}: {status}");
        }
        assert!(operation["summary"].is_string(), "{name}");
    }
    let expected = [
        "payments_deposits_create",
        "payments_deposits_get",
        "payments_deposits_list",
        "payments_overview_deposits",
        "payments_overview_withdrawals",
        "payments_providers_list",
        "payments_reconciliations_create",
        "payments_reconciliations_get",
        "payments_reconciliations_list",
        "payments_reconciliations_list_differences",
        "payments_refunds_create",
        "payments_refunds_list",
        "payments_sandbox_actions_decide",
        "payments_sandbox_actions_get",
        "payments_webhooks_receive",
        "payments_withdrawals_create",
        "payments_withdrawals_get",
        "payments_withdrawals_list",
    ];
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(document: &Value, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| check(document, item)),
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.trim_start_matches('#');
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                fields.values().for_each(|field| check(document, field));
            }
            _ => {}
        }
    }
    let document = document();
    check(&document, &document);
}

#[test]
fn writes_have_examples() {
    let document = document();
    for (name, operation) in operations(&document) {
        let Some(body) = operation.get("requestBody") else { continue };
        for media in body["content"].as_object().unwrap().values() {
            assert!(media.get("example").or_else(|| media.get("examples")).is_some(), "{name}");
        }
    }
}
