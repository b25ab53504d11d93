//! The API document.

use serde_json::Value;

#[test]
fn every_operation_has_its_name_and_answers() {
    let document: Value = serde_json::to_value(wallet::document()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            assert!(id.starts_with("wallet_"), "{method} {path}");
            assert_eq!(operation["tags"][0], "wallet");
            assert!(operation["responses"]["401"].is_object(), "{id}");
            assert!(
                operation["description"].is_string() || operation["summary"].is_string(),
                "{id}"
            );
            operations.push(id.to_owned());
        }
    }
    operations.sort_unstable();
    insta::assert_json_snapshot!(operations, @r#"
    [
      "wallet_accounts_balances",
      "wallet_accounts_close",
      "wallet_accounts_get",
      "wallet_accounts_history",
      "wallet_accounts_list",
      "wallet_accounts_open",
      "wallet_limits_get",
      "wallet_limits_get_default",
      "wallet_limits_list",
      "wallet_limits_update",
      "wallet_limits_update_default",
      "wallet_overview_transfer",
      "wallet_overview_transfers",
      "wallet_recipients_list",
      "wallet_requests_cancel",
      "wallet_requests_create",
      "wallet_requests_decline",
      "wallet_requests_get",
      "wallet_requests_list",
      "wallet_requests_pay",
      "wallet_schedules_create",
      "wallet_schedules_delete",
      "wallet_schedules_get",
      "wallet_schedules_list",
      "wallet_schedules_update",
      "wallet_statements_get",
      "wallet_statements_list",
      "wallet_transfers_accept",
      "wallet_transfers_cancel",
      "wallet_transfers_create",
      "wallet_transfers_decline",
      "wallet_transfers_get",
      "wallet_transfers_list"
    ]
    "#);
}

#[test]
fn every_schema_that_is_named_is_there() {
    let document: Value = serde_json::to_value(wallet::document()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
}
