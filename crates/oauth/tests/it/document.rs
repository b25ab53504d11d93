//! What the API document and the list of errors say.

use std::collections::HashSet;

use kernel::DomainError as _;
use oauth::OauthError;
use serde_json::{Value, json};

fn operations() -> Vec<(String, String, Value)> {
    let document = serde_json::to_value(oauth::document()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn operations_are_named_after_their_feature() {
    let mut names = HashSet::new();
    for (path, _, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(name.starts_with("oauth_"), "{name}");
        let folders = ["/v1/oauth/", "/oauth/", "/.well-known/o"];
        assert!(folders.iter().any(|folder| path.starts_with(folder)), "{path}");
        assert_eq!(operation["tags"], json!(["oauth"]), "{name}");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{name}");
        assert!(names.insert(name.clone()), "{name} twice");
    }
    for name in ["oauth_token", "oauth_applications_create", "oauth_requests_approve"] {
        assert!(names.contains(name), "{name}");
    }
}

#[test]
fn line_16_json_bodies_have_no_unknown_fields() {
    let document = serde_json::to_value(oauth::document()).unwrap();
    let schemas = &document["components"]["schemas"];
    let mut seen = 0;
    for (path, _, operation) in operations() {
        let reference = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let Some(name) = reference.as_str().and_then(|it| it.rsplit('/').next()) else { continue };
        assert_eq!(schemas[name]["additionalProperties"], Value::Bool(false), "{path}: {name}");
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn codes_are_dotted_and_their_messages_tell_nothing_internal() {
    for error in OauthError::all() {
        let code = error.code();
        assert!(code.starts_with("oauth."), "{code}");
        assert!((2..=3).contains(&code.split('.').count()), "{code}");
        assert!(!error.client_message().is_empty(), "{code}");
    }
}
