use std::collections::HashSet;

use serde_json::{Value, json};

fn document() -> Value {
    json!(admin::document())
}

#[test]
fn every_operation_is_named_and_says_how_it_fails() {
    let document = document();
    let mut names = HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/v1/admin/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(name.starts_with("admin_") && names.insert(name.to_owned()), "{name}");
            assert_eq!(operation["tags"], json!(["admin"]), "{name}");
            for status in ["400", "401", "403", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{name} {status}");
            }
            let has_body = operation.get("requestBody").is_some();
            assert!(!has_body || method == "post", "{name}");
        }
    }
    assert_eq!(names.len(), 22);
}

#[test]
fn contract_over_grpc_has_the_same_operations() {
    const CONTRACT: &str = include_str!("../../../../proto/bushel/admin/v1/admin.proto");
    let calls = CONTRACT.lines().filter(|line| line.trim_start().starts_with("rpc ")).count();
    let document = document();
    let items = document["paths"].as_object().unwrap().values();
    let operations: usize = items.map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(calls, operations);
}
