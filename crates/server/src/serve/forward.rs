//! Requests that only the ledger's leader can answer are passed on to it, streams and trailers
//! included. The token travels with them: all processes of a database share it.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Uri, Version};
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::refusal::Refusal;

const CONNECT_MAX: Duration = Duration::from_secs(2);
const IDLE_MAX: Duration = Duration::from_secs(5);
/// Set on what was passed on once: two processes that take each other for the leader must not
/// play ball.
const FORWARDED: HeaderName = HeaderName::from_static("x-bushel-forwarded");
/// They belong to one connection, not to the request (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// Clients to other processes.
pub(super) struct Forwarder {
    rest: Client<HttpConnector, Body>,
    grpc: Client<HttpConnector, Body>,
}

impl Forwarder {
    pub(super) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_MAX));
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new());
        // Shorter than the leader's patience with a silent connection.
        builder.pool_idle_timeout(IDLE_MAX);
        let rest = builder.build(connector.clone());
        builder.http2_only(true).http2_adaptive_window(true);
        Self { rest, grpc: builder.build(connector) }
    }

    /// Passes a request on to the process at `leader`.
    pub(super) async fn forward(
        &self,
        leader: &str,
        is_grpc: bool,
        mut request: Request,
    ) -> Result<Response, Refusal> {
        if request.headers().contains_key(FORWARDED) {
            return Err(Refusal::NoLeader);
        }
        *request.uri_mut() = address(leader, request.uri()).ok_or(Refusal::NoLeader)?;
        *request.version_mut() = if is_grpc { Version::HTTP_2 } else { Version::HTTP_11 };
        clean(request.headers_mut());
        request.headers_mut().remove(header::HOST);
        request.headers_mut().insert(FORWARDED, HeaderValue::from_static("1"));
        if is_grpc {
            request.headers_mut().insert(header::TE, HeaderValue::from_static("trailers"));
        }
        let client = if is_grpc { &self.grpc } else { &self.rest };
        let mut response = client.request(request).await.map_err(|error| {
            tracing::warn!(leader, error = %chain(&error), "the leader can't be reached");
            Refusal::LeaderGone
        })?;
        clean(response.headers_mut());
        Ok(response.map(Body::new))
    }
}

fn address(leader: &str, asked: &Uri) -> Option<Uri> {
    let path = asked.path_and_query().map_or("/", |path| path.as_str());
    format!("{}{path}", leader.trim_end_matches('/')).parse().ok()
}

/// Takes off what concerns one connection only, and what a client could pretend with.
fn clean(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
    for name in ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] {
        headers.remove(name);
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_query_stay() {
        let asked: Uri = "/v1/ledger/assets?limit=1".parse().unwrap();
        let address = address("http://10.0.0.5:8080/", &asked).unwrap();
        assert_eq!(address, "http://10.0.0.5:8080/v1/ledger/assets?limit=1");
        assert_eq!(super::address("nowhere at all", &asked), None);
    }

    #[test]
    fn headers_of_the_connection_are_taken_off() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, x-secret"),
            ("x-secret", "1"),
            ("transfer-encoding", "chunked"),
            ("x-forwarded-for", "127.0.0.1"),
            ("authorization", "Bearer x"),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        clean(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["authorization"]);
    }
}
