//! The API document of this context's routes.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(shop::document()).unwrap()
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
        assert!(id.starts_with("shop_") && ids.insert(id), "{name}: {id}");
        assert_eq!(operation["tags"][0], "shop", "{name}");
        for status in ["400", "401", "403", "429", "503"] {
            let content = &operation["responses"][status]["content"];
            assert!(content["application/problem+json"].is_object(), "{name}: {status}");
        }
        assert!(operation["summary"].is_string(), "{name}");
    }
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
fn json_that_is_written_has_examples() {
    let document = document();
    for (name, operation) in operations(&document) {
        let Some(body) = operation.get("requestBody") else { continue };
        for (kind, media) in body["content"].as_object().unwrap() {
            let has_example = media.get("example").or_else(|| media.get("examples")).is_some();
            assert!(has_example || !kind.contains("json"), "{name}");
        }
    }
}

#[test]
fn schemas_have_names_of_their_own() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    assert!(schemas["PostalAddress"]["properties"]["street"].is_object());
    for plain in ["Address", "BTreeMap", "HashMap", "Vec", "Option"] {
        assert!(schemas.get(plain).is_none(), "{plain}");
    }
    let values = &schemas["Product"]["properties"]["custom_fields"]["additionalProperties"];
    assert_eq!(values["type"], "string");
    let changes = &schemas["ProductPatch"]["properties"]["custom_fields"]["additionalProperties"];
    assert_eq!(changes["type"], serde_json::json!(["string", "null"]));
}
