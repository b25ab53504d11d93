//! Everything that is served, put together.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use kernel::telemetry::Metrics;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate as _, SizeAbove};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::access::{Routes, TABLE};
use super::contexts::{self, Contexts};
use super::edge::Route;
use super::health::Health;
use super::refusal::Refusal;
use super::{docs, health, limits, openapi, pages, security_txt};
use crate::demo::{self, Demo};
use crate::operator;
use crate::operator::token::Guard;

/// Smaller answers take longer to compress than to send.
const COMPRESS_ABOVE: u64 = 2_048;

/// What the handlers work with.
pub(super) struct Parts {
    pub(super) contexts: Contexts,
    pub(super) guard: Arc<Guard>,
    pub(super) metrics: Option<Metrics>,
    pub(super) security_contact: Option<String>,
    pub(super) demo: Demo,
}

/// The routes of a running server, and what each of them needs.
pub(super) fn build(parts: Parts, stop: &CancellationToken) -> anyhow::Result<(Router, Routes)> {
    let grpc = grpc(&parts.contexts, stop);
    let contact = parts.security_contact.clone();
    let (rest, document) = rest(parts).split_for_parts();
    let document = openapi::finish(document);
    let routes = Routes::try_new(TABLE, &document, proto::FILE_DESCRIPTOR_SET, &pages::PAGES)?;
    let compress = CompressionLayer::new()
        .gzip(true)
        .compress_when(SizeAbove::new(COMPRESS_ABOVE).and(is_json));
    let router = rest
        .merge(docs::routes(&document))
        .merge(pages::routes())
        .merge(security_txt::routes(contact))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES_MAX))
        .layer(compress)
        .merge(grpc)
        .fallback(|request: Request| refuse(Refusal::NoRoute, request))
        .method_not_allowed_fallback(|request: Request| refuse(Refusal::NoMethod, request))
        .layer(from_fn(remember_route));
    Ok((router, routes))
}

/// The routes with their documentation.
fn rest(parts: Parts) -> OpenApiRouter {
    let Parts { contexts, guard, metrics, security_contact: _, demo } = parts;
    let ledger = contexts.ledger.clone();
    OpenApiRouter::new()
        .merge(contexts.rest())
        .merge(operator::token::http::routes().with_state(guard))
        .merge(operator::ledger::http::routes().with_state(ledger.clone()))
        .merge(operator::administrators::http::routes().with_state(contexts.identity.clone()))
        .merge(operator::user_imports::http::routes().with_state(contexts.identity.clone()))
        .merge(operator::keys::http::routes().with_state(contexts.identity.clone()))
        .merge(demo::http::routes().with_state(demo.clone()))
        .merge(demo::sign_ins::http::routes().with_state(demo))
        .merge(health::routes().with_state(Health::new(ledger, metrics)))
}

/// The documentation alone, for which nothing has to run.
pub(super) fn description() -> OpenApi {
    let mut all = contexts::document();
    all.merge(operator::token::http::routes().into_openapi());
    all.merge(operator::ledger::http::routes().into_openapi());
    all.merge(operator::administrators::http::routes().into_openapi());
    all.merge(operator::user_imports::http::routes().into_openapi());
    all.merge(operator::keys::http::routes().into_openapi());
    all.merge(demo::http::routes().into_openapi());
    all.merge(demo::sign_ins::http::routes().into_openapi());
    all.merge(health::routes().into_openapi());
    all
}

fn grpc(contexts: &Contexts, stop: &CancellationToken) -> Router {
    let (reporter, health) = tonic_health::server::health_reporter();
    tokio::spawn(health::watch(contexts.ledger.clone(), reporter, stop.clone()));
    let described = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let checked = "the descriptors were checked when they were compiled";
    // Many clients still ask for the older version of the service.
    let routes = contexts
        .grpc()
        .add_service(health)
        .add_service(described().build_v1().expect(checked))
        .add_service(described().build_v1alpha().expect(checked));
    routes.prepare().into_axum_router().reset_fallback()
}

async fn refuse(refusal: Refusal, request: Request) -> Response {
    let is_grpc = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
    if is_grpc {
        return tonic::Status::unimplemented("there is no such method").into_http::<Body>();
    }
    refusal.response(false).into_response()
}

/// The edge stands before the router and would not know the route without this.
async fn remember_route(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(path) = path {
        response.extensions_mut().insert(Route(path));
    }
    response
}

fn is_json(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("application/") && value.ends_with("json"))
}
