//! Which line of the table a request falls under. Built from the API document and the gRPC
//! contracts, so that a route without a line, or a line without a route, stops the start.

use std::collections::{BTreeSet, HashMap};

use axum::http::Method;
use matchit::Router;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use serde_json::Value;

use super::table::{Access, Row};

/// What needs no line: documents, health over gRPC and reflection. Pages are beside the API.
const PUBLIC_EXACT: [&str; 5] =
    ["/docs", "/openapi.json", "/.well-known/security.txt", "/robots.txt", "/operator"];
const PUBLIC_BELOW: [&str; 5] = [
    "/docs/",
    "/operator/",
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
];

/// Methods that an API document can have.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The table in the form in which it is asked.
pub(crate) struct Routes {
    paths: Router<Vec<(Method, Access)>>,
    rpcs: HashMap<String, Access>,
    pages: BTreeSet<&'static str>,
}

impl Routes {
    /// Puts table, document and contracts together; the error names every difference.
    pub(crate) fn try_new(
        table: &[Row],
        document: &Value,
        contracts: &[u8],
        pages: &[&'static str],
    ) -> anyhow::Result<Self> {
        let mut problems = Vec::new();
        let paths = paths(table, document, &mut problems);
        let rpcs = rpcs(table, contracts, &mut problems);
        anyhow::ensure!(
            problems.is_empty(),
            "the routes and the table of permissions differ: {}",
            problems.join("; ")
        );
        Ok(Self { paths, rpcs, pages: pages.iter().copied().collect() })
    }

    /// What a request needs. What is not known needs somebody who is known, and is then answered
    /// by the router: whoever probes learns nothing.
    pub(crate) fn access(&self, method: &Method, path: &str) -> Access {
        if is_public(path) || self.pages.contains(path) {
            return Access::Public;
        }
        if let Some(access) = self.rpcs.get(path) {
            return *access;
        }
        let Ok(found) = self.paths.at(path) else { return Access::SignedIn };
        // A browser asks by OPTIONS, without credentials, whether a page of another origin may call
        // what is public.
        if method == Method::OPTIONS && found.value.iter().any(|(_, it)| *it == Access::Public) {
            return Access::Public;
        }
        // HEAD is answered by GET; what a path has no method for is refused by the router.
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        let line = found.value.iter().find(|(method, _)| method == asked);
        line.map_or(Access::SignedIn, |(_, access)| *access)
    }
}

fn is_public(path: &str) -> bool {
    PUBLIC_EXACT.contains(&path) || PUBLIC_BELOW.iter().any(|prefix| path.starts_with(prefix))
}

fn paths(
    table: &[Row],
    document: &Value,
    problems: &mut Vec<String>,
) -> Router<Vec<(Method, Access)>> {
    let lines = table.iter().filter(|row| !row.operation.is_empty());
    let mut lines: HashMap<&str, Access> = lines.map(|row| (row.operation, row.access)).collect();
    let mut router = Router::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let mut methods = Vec::new();
        for name in METHODS {
            let Some(operation) = item[name]["operationId"].as_str() else { continue };
            match lines.remove(operation) {
                Some(access) => {
                    let method = name.to_uppercase().parse().expect("these are methods");
                    methods.push((method, access));
                }
                None => problems.push(format!("operation {operation} has no line")),
            }
        }
        if let Err(error) = router.insert(path, methods) {
            problems.push(format!("{path}: {error}"));
        }
    }
    problems.extend(lines.keys().map(|left| format!("line {left} has no operation")));
    router
}

fn rpcs(table: &[Row], contracts: &[u8], problems: &mut Vec<String>) -> HashMap<String, Access> {
    let lines = table.iter().filter(|row| !row.rpc.is_empty());
    let mut lines: HashMap<String, Access> =
        lines.map(|row| (format!("/bushel.{}", row.rpc), row.access)).collect();
    let mut known = HashMap::new();
    let set = FileDescriptorSet::decode(contracts).expect("the contracts were checked when built");
    for file in &set.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                match lines.remove(&path) {
                    Some(access) => drop(known.insert(path, access)),
                    None => problems.push(format!("method {path} has no line")),
                }
            }
        }
    }
    problems.extend(lines.keys().map(|left| format!("line {left} has no method")));
    known
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::table::TABLE;
    use super::*;

    fn routes() -> Routes {
        let document = crate::serve::document();
        Routes::try_new(TABLE, &document, proto::FILE_DESCRIPTOR_SET, &["/operator/"]).unwrap()
    }

    #[test]
    fn line_17_the_route_table_and_the_permission_table_are_equal() {
        let routes = routes();
        let list = routes.access(&Method::GET, "/v1/ledger/accounts");
        assert_eq!(list, Access::Operator);
        let get = routes.access(&Method::HEAD, "/v1/ledger/accounts/acct_1");
        assert_eq!(get, Access::Operator);
        let rpc = "/bushel.ledger.v1.LedgerService/CreateTransfers";
        assert_eq!(routes.access(&Method::POST, rpc), Access::Operator);
    }

    #[test]
    fn line_17_a_route_without_a_line_stops_the_start() {
        let document = json!({ "paths": {
            "/a": { "get": { "operationId": "a" } }, "/b/{id}": { "post": { "operationId": "b" } },
        } });
        let row = |operation| Row { operation, rpc: "", access: Access::Public };
        let try_new = |table: &[Row]| Routes::try_new(table, &document, &[], &[]);
        assert!(try_new(&[row("a"), row("b")]).is_ok());
        let missing = try_new(&[row("a")]).err().unwrap().to_string();
        assert!(missing.contains("operation b has no line"), "{missing}");
        let left = try_new(&[row("a"), row("b"), row("c")]).err().unwrap().to_string();
        assert!(left.contains("line c has no operation"), "{left}");
    }

    #[test]
    fn only_what_is_listed_is_public() {
        let routes = routes();
        let public = |path: &str| routes.access(&Method::GET, path) == Access::Public;
        assert!(public("/healthz") && public("/docs/index.html") && public("/openapi.json"));
        assert!(public("/operator/"));
        for path in ["/metrics", "/v1/ledger/assets", "/docsx", "/healthz/", "//docs", "/nothing"] {
            assert!(!public(path), "{path}");
        }
        let asked = |path: &str| routes.access(&Method::OPTIONS, path);
        assert_eq!(asked("/oauth/token"), Access::Public);
        assert_eq!(asked("/v1/wallet/transfers"), Access::SignedIn);
        // A method that a public path doesn't have is not public.
        assert_eq!(routes.access(&Method::DELETE, "/healthz"), Access::SignedIn);
    }
}
