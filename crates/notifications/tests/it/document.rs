//! The part of the API document that is ours.

use std::collections::BTreeSet;

use kernel::DomainError as _;
use notifications::NotificationsError;
use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(notifications::document()).unwrap()
}

#[test]
fn every_operation_has_an_id_that_follows_from_its_feature_and_says_what_can_go_wrong() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/v1/notifications/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(id.starts_with("notifications_"), "{id}");
            assert!(ids.insert(id), "{method} {path} has the id of another");
            assert_eq!(operation["tags"], serde_json::json!(["notifications"]), "{path}");
            for status in ["400", "401", "403", "429", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{method} {path}: {status}");
            }
            let said = operation["summary"].as_str().or(operation["description"].as_str());
            assert!(said.is_some_and(|text| text.len() > 10), "{method} {path} says nothing");
        }
    }
    for id in [
        "notifications_inbox_list",
        "notifications_stream_open",
        "notifications_events_list",
        "notifications_preferences_update",
        "notifications_messages_list",
        "notifications_mailbox_get",
        "notifications_suppressions_delete",
    ] {
        assert!(ids.contains(id), "{id} is missing");
    }
}

#[test]
fn every_named_schema_is_there() {
    let document = document();
    let text = document.to_string();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is missing");
    }
}

#[test]
fn codes_are_unique_and_ours() {
    let all = NotificationsError::all();
    let codes: BTreeSet<&str> = all.iter().map(|error| error.code()).collect();
    assert_eq!(codes.len(), all.len());
    for error in &all {
        let code = error.code();
        let is_ours =
            code.starts_with("notifications.") || code == "request.idempotency_key.reused";
        assert!(is_ours, "{code}");
        assert!(!error.client_message().is_empty());
    }
}
