//! The document of the API: what the routes say about themselves, and what holds for all.

use serde_json::{Map, Value, json};
use utoipa::openapi::{Info, License, OpenApi};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::access::{Access, access_of};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const DESCRIPTION: &str = "\
A bank on a double-entry ledger for anything of value: people, wallets, transfers, payments, \
notifications. Amounts are integers in the asset's minor unit, as \
decimal strings. Failures are problems (RFC 9457) with a stable code; `/docs/errors` lists them. \
What is created with an `Idempotency-Key` may be repeated: the first answer comes again.";

/// What any operation may answer, whoever handles it.
const FOR_ALL: [(&str, &str); 7] = [
    ("400", "The request is malformed; `errors` names the fields"),
    ("401", "The token is missing or not valid"),
    ("403", "The caller may not do this"),
    ("405", "The address has no such method; `Allow` lists those that it has"),
    ("429", "Too many requests; come back after `Retry-After` seconds"),
    ("500", "The server failed; the request's id is in its log"),
    ("503", "Too busy, stopping, or without a leader; come back after `Retry-After` seconds"),
];
const FOR_BODIES: [(&str, &str); 2] = [
    ("413", "The body is larger than 16 MiB"),
    ("415", "The body's content type is not `application/json`"),
];
const FOR_PARAMETERS: [(&str, &str); 1] = [("404", "There is no such thing")];

/// The document as it is served and committed.
pub(crate) fn document() -> Value {
    finish(super::router::description())
}

/// The text of a document: the same for the same routes.
pub(crate) fn text(document: &Value) -> String {
    let mut text =
        serde_json::to_string_pretty(document).expect("a document has only plain values");
    text.push('\n');
    text
}

/// Adds what holds for all operations.
pub(super) fn finish(mut document: OpenApi) -> Value {
    let mut info = Info::new("Bushel", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    document.info = info;
    let mut value = serde_json::to_value(document).expect("a document has only plain values");
    value["components"]["securitySchemes"] = schemes();
    add_problem(&mut value["components"]["schemas"]);
    add_responses(&mut value["components"]);
    if let Some(paths) = value["paths"].as_object_mut() {
        paths.values_mut().for_each(complete_path);
        sort(paths);
    }
    for part in ["schemas", "responses"] {
        if let Some(part) = value["components"][part].as_object_mut() {
            sort(part);
        }
    }
    value
}

/// How callers prove who they are.
fn schemes() -> Value {
    let bearer = |description: &str| json!({ "type": "http", "scheme": "bearer", "description": description });
    json!({
        "session": bearer("A person's access token, `v4.public.…`: what signing in answers. It lives \
                           15 minutes; the refresh token gets the next one."),
        "api_key": bearer("A program's key, `bshl_key_…`, with the scopes that its owner gave it."),
        "application": bearer("A third party's access token, `bshl_at_…`, with the scopes that its \
                               user allowed: see `/.well-known/openid-configuration`."),
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-bushel_session",
            "description": "A browser's session. What changes something also needs the `Origin` of \
                            this server.",
        },
        "operator": bearer("The operator's token: `bshl_op_…`, printed at the first start and stored \
                            in the data folder. `bushel token show` prints it."),
    })
}

/// What an operation needs, from the one table that the edge goes by.
fn add_access(operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default();
    let Some(access) = access_of(id) else { return };
    let anybody = json!([{ "session": [] }, { "api_key": [] }, { "application": [] }, { "cookie": [] }, { "operator": [] }]);
    operation["security"] = match access {
        Access::Public => json!([{}]),
        Access::Operator => json!([{ "operator": [] }]),
        Access::SignedIn | Access::Needs(_) => anybody,
    };
    if let Access::Needs(permission) = access {
        operation["x-permission"] = json!(permission.as_str());
    }
}

/// The schema of all failures, though an operation may not mention it.
fn add_problem(schemas: &mut Value) {
    let mut known = vec![(kernel::Problem::name().into_owned(), kernel::Problem::schema())];
    kernel::Problem::schemas(&mut known);
    for (name, schema) in known {
        if schemas[&name].is_null() {
            schemas[&name] = serde_json::to_value(schema).expect("a schema has only plain values");
        }
    }
}

/// Shared by all operations, so that the document stays short.
fn add_responses(components: &mut Value) {
    let all = FOR_ALL.iter().chain(&FOR_BODIES).chain(&FOR_PARAMETERS);
    let response = |(status, description): &(&str, &str)| {
        let schema = json!({ "$ref": format!("#/components/schemas/{}", kernel::Problem::name()) });
        let content = json!({ "application/problem+json": { "schema": schema } });
        (format!("Problem{status}"), json!({ "description": description, "content": content }))
    };
    for (name, response) in all.map(response) {
        components["responses"][name] = response;
    }
}

fn complete_path(path: &mut Value) {
    for method in METHODS {
        if let Some(operation) = path.get_mut(method) {
            complete(operation);
        }
    }
}

fn complete(operation: &mut Value) {
    add_access(operation);
    let is_public = operation["security"].as_array().is_some_and(|any| any.contains(&json!({})));
    let has_body = !operation["requestBody"].is_null();
    let has_path = operation["parameters"]
        .as_array()
        .is_some_and(|all| all.iter().any(|parameter| parameter["in"] == "path"));
    let mut add = |(status, _): &(&str, &str)| {
        let responses = &mut operation["responses"];
        if responses[*status].is_null() {
            let name = format!("#/components/responses/Problem{status}");
            responses[*status] = json!({ "$ref": name });
        }
    };
    FOR_ALL
        .iter()
        .filter(|(status, _)| !(is_public && matches!(*status, "401" | "403")))
        .for_each(&mut add);
    if has_body {
        FOR_BODIES.iter().for_each(&mut add);
    }
    if has_path {
        FOR_PARAMETERS.iter().for_each(&mut add);
    }
    if let Some(responses) = operation["responses"].as_object_mut() {
        sort(responses);
    }
}

fn sort(object: &mut Map<String, Value>) {
    let mut entries: Vec<_> = std::mem::take(object).into_iter().collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    object.extend(entries);
}
