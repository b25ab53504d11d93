//! What happens to every request between its connection and its handler.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Version};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use ledger::{Ledger, Role, Stopping};
use tower::Service as _;
use tracing::Instrument as _;

use super::access::Gate;
use super::call::Call;
use super::forward::Forwarder;
use super::limits::{self, Places};
use super::refusal::Refusal;
use super::{docs, metrics, pages, web};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// See the module's text.
pub(super) struct Edge {
    router: Router,
    gate: Gate,
    ledger: Ledger,
    forwarder: Forwarder,
    places: Places,
    /// Ends streams, which don't end by themselves.
    stopping: Stopping,
    /// Whether pages open Stripe's form.
    has_stripe: bool,
}

/// The template of the path that was matched, put into the response by the router.
#[derive(Clone)]
pub(super) struct Route(pub(super) MatchedPath);

impl Edge {
    pub(super) fn new(
        router: Router,
        gate: Gate,
        ledger: Ledger,
        forwarder: Forwarder,
        stopping: Stopping,
        has_stripe: bool,
    ) -> Self {
        let places = Places::default();
        Self { router, gate, ledger, forwarder, places, stopping, has_stripe }
    }

    /// Answers a request, whatever happens.
    pub(super) async fn handle(&self, request: Request) -> Response {
        let began = Instant::now();
        let method = request.method().clone();
        let call = Call::of(&method, request.uri(), request.headers());
        let uri = request.uri().clone();
        let path = uri.path();
        let answer = AssertUnwindSafe(self.answer(call, request)).catch_unwind().await;
        let result = answer.unwrap_or_else(|_| {
            tracing::error!(path, "a handler panicked");
            Err(Refusal::Panicked)
        });
        let mut response = result.unwrap_or_else(|refusal| {
            tracing::debug!(path, ?refusal, "refused");
            refusal.response(call.is_grpc)
        });
        if method == Method::OPTIONS && response.status() == StatusCode::METHOD_NOT_ALLOWED {
            response = options(response.headers());
        }
        if !call.is_grpc {
            protect(response.headers_mut(), Style::of(path));
        }
        metrics::request_ended(&method, &response, began, self.places.taken());
        if response.status().is_server_error() {
            tracing::warn!(%method, path, status = response.status().as_u16(), "request failed");
        }
        response
    }

    async fn answer(&self, call: Call, mut request: Request) -> Result<Response, Refusal> {
        check_host(&request)?;
        if let Some(file) = web::answer(&request, self.has_stripe) {
            return Ok(file);
        }
        self.forwarder.recognise(&mut request);
        let checked = tokio::time::timeout(limits::CHECK_MAX, self.gate.check(&mut request)).await;
        let rate = match checked.unwrap_or(Err(Refusal::TokenUnknown)) {
            Ok(rate) => rate,
            Err(refusal) => {
                let (method, path) = (request.method(), request.uri().path());
                tracing::info!(%method, path, %refusal, "not let in");
                return Err(refusal);
            }
        };
        let mut response = self.serve(call, request).await?;
        rate.write(response.headers_mut());
        Ok(response)
    }

    async fn serve(&self, call: Call, request: Request) -> Result<Response, Refusal> {
        let _place = self.places.take(call.rank)?;
        if !call.is_grpc {
            limits::check_length(request.headers())?;
        }
        let traceparent = request.headers().get(TRACEPARENT).cloned();
        let work = self.reach(call, request);
        match traceparent.as_ref().and_then(|value| value.to_str().ok()) {
            Some(traceparent) => work.instrument(tracing::info_span!("trace", traceparent)).await,
            None => work.await,
        }
    }

    /// Lets the handler answer, here or in the process that leads.
    async fn reach(&self, call: Call, mut request: Request) -> Result<Response, Refusal> {
        request.extensions_mut().insert(self.stopping.clone());
        let work = async {
            if call.is_for_leader
                && let Role::Following(leader) = self.ledger.role()
            {
                let leader = leader.ok_or(Refusal::NoLeader)?;
                return self.forwarder.forward(&leader, call.is_grpc, request).await;
            }
            let mut router = self.router.clone();
            Ok(router.call(request).await.unwrap_or_else(|never| match never {}))
        };
        // Whoever sends a head and never the body must not keep the place. A stream has begun by
        // then, also over gRPC.
        tokio::time::timeout(limits::ANSWER_MAX, work).await.unwrap_or(Err(Refusal::TimedOut))
    }
}

/// HTTP/1.1 wants exactly one Host (RFC 9112, 3.2).
fn check_host(request: &Request) -> Result<(), Refusal> {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let is_right = match request.version() {
        Version::HTTP_11 => hosts == 1,
        _ => hosts <= 1,
    };
    if is_right { Ok(()) } else { Err(Refusal::Host) }
}

/// What a path allows was found by asking it for something that it doesn't.
fn options(headers: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(allow) = headers.get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

/// What a page may do.
#[derive(Clone, Copy)]
enum Style {
    Api,
    Docs,
    Page,
}

impl Style {
    fn of(path: &str) -> Self {
        match path {
            _ if path.starts_with("/docs") => Self::Docs,
            _ if pages::is_page(path) => Self::Page,
            _ => Self::Api,
        }
    }
}

fn protect(headers: &mut HeaderMap, style: Style) {
    const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
    const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
    // Browsers heed it over TLS only, where it ends the way back to plain text.
    const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
    const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
    const API_POLICY: HeaderValue =
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), SAME_ORIGIN);
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), SAME_ORIGIN);
    let policy = match style {
        Style::Api => API_POLICY,
        Style::Docs => docs::POLICY,
        Style::Page => pages::POLICY,
    };
    // A handler that answers with a page of its own says what that page may do.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
}
