//! Requests that only the ledger's leader can answer are passed on to it, streams and trailers
//! included. The token travels with them: all processes of a database share it. So does the
//! client's address, under a code that only those processes can make.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Uri, Version};
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kernel::http::ClientInfo;
use kernel::{Vault, secret};

use super::refusal::Refusal;

const CONNECT_MAX: Duration = Duration::from_secs(2);
const IDLE_MAX: Duration = Duration::from_secs(5);
/// Set on what was passed on once: the client's address, and its authentication code. Two processes
/// that take each other for the leader must not play ball.
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

/// In the extensions of a request that came from another process of ours.
#[derive(Debug, Clone, Copy)]
struct WasForwarded;

/// Whether it was recognised as passed on by another process of ours.
pub(super) fn is_forwarded(request: &Request) -> bool {
    request.extensions().get::<WasForwarded>().is_some()
}

/// Clients to other processes.
pub(super) struct Forwarder {
    key: [u8; 32],
    rest: Client<HttpConnector, Body>,
    grpc: Client<HttpConnector, Body>,
}

impl Forwarder {
    pub(super) fn new(vault: &Vault) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_MAX));
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new());
        // Shorter than the leader's patience with a silent connection.
        builder.pool_idle_timeout(IDLE_MAX);
        let rest = builder.build(connector.clone());
        builder.http2_only(true).http2_adaptive_window(true);
        let key = vault.key("bushel forwarded requests v1");
        Self { key, rest, grpc: builder.build(connector) }
    }

    /// Believes what another process of ours says of the client, and takes off what anybody else
    /// says.
    pub(super) fn recognise(&self, request: &mut Request) {
        let Some(value) = request.headers_mut().remove(FORWARDED) else { return };
        let text = value.to_str().unwrap_or_default();
        let Some((ip, code)) = text.split_once(' ') else { return };
        if let Ok(address) = ip.parse()
            && secret::is_same(code.as_bytes(), self.code(ip).as_bytes())
        {
            let mut client = request.extensions().get::<ClientInfo>().cloned().unwrap_or_default();
            client.ip = address;
            request.extensions_mut().insert(client);
            request.extensions_mut().insert(WasForwarded);
        }
    }

    fn code(&self, ip: &str) -> String {
        blake3::keyed_hash(&self.key, ip.as_bytes()).to_hex().to_string()
    }

    /// Passes a request on to the process at `leader`.
    pub(super) async fn forward(
        &self,
        leader: &str,
        is_grpc: bool,
        mut request: Request,
    ) -> Result<Response, Refusal> {
        if is_forwarded(&request) {
            return Err(Refusal::NoLeader);
        }
        *request.uri_mut() = address(leader, request.uri()).ok_or(Refusal::NoLeader)?;
        *request.version_mut() = if is_grpc { Version::HTTP_2 } else { Version::HTTP_11 };
        clean(request.headers_mut());
        request.headers_mut().remove(header::HOST);
        let client = request.extensions().get::<ClientInfo>().cloned().unwrap_or_default();
        let ip = client.ip.to_string();
        let value = HeaderValue::try_from(format!("{ip} {}", self.code(&ip)));
        request.headers_mut().insert(FORWARDED, value.expect("address and code are ASCII"));
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
    fn line_22_only_our_own_processes_are_believed() {
        let ours = Forwarder::new(&Vault::new([1; 32]));
        let other = Forwarder::new(&Vault::new([2; 32]));
        let seen = |value: String| {
            let mut request = Request::new(Body::empty());
            request.headers_mut().insert(FORWARDED, HeaderValue::try_from(value).unwrap());
            ours.recognise(&mut request);
            assert!(!request.headers().contains_key(FORWARDED));
            request.extensions().get::<ClientInfo>().map(|client| client.ip.to_string())
        };
        let true_one = format!("10.0.0.7 {}", ours.code("10.0.0.7"));
        assert_eq!(seen(true_one).as_deref(), Some("10.0.0.7"));
        for forged in [
            format!("10.0.0.7 {}", other.code("10.0.0.7")),
            format!("10.0.0.8 {}", ours.code("10.0.0.7")),
            "10.0.0.7".to_owned(),
            "1".to_owned(),
        ] {
            assert_eq!(seen(forged.clone()), None, "{forged}");
        }
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
