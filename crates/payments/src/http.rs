//! Payments over HTTP: the routes of the features put together, and what they share.

use std::collections::BTreeMap;

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use kernel::http::documents::complete;
use kernel::http::{mark_replayed, no_store};
use kernel::{Cursor, Json, Timestamp};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::payments::{Made, Payments};

/// All routes of this context. They authenticate nobody: that is done in front of them.
pub fn routes(payments: Payments) -> OpenApiRouter {
    documented_routes().layer(map_response(no_store)).with_state(payments)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    documented_routes().into_openapi()
}

fn documented_routes() -> OpenApiRouter<Payments> {
    let mut router = OpenApiRouter::default()
        .merge(crate::deposits::http::routes())
        .merge(crate::refunds::http::routes())
        .merge(crate::withdrawals::http::routes())
        .merge(crate::webhooks::http::routes())
        .merge(crate::providers::http::routes())
        .merge(crate::overview::http::routes())
        .merge(crate::reconciliations::http::routes())
        .merge(crate::sandbox::http::routes());
    complete(router.get_openapi_mut());
    router
}

/// Why something failed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentFailure)]
pub(crate) struct FailureJson {
    /// A stable code, for programs.
    #[schema(example = "card_declined")]
    pub(crate) code: String,
}

/// The place in a list that is ordered by time, newest first.
pub(crate) fn position<I>(cursor: Option<Cursor<(i64, I)>>) -> Option<(Timestamp, I)> {
    cursor.map(|Cursor((micros, id))| (Timestamp::from_micros(micros), id))
}

/// 202: it is written down, and goes on by itself at this address.
pub(crate) fn accepted<T>(made: &Made<T>, path: String, body: impl Serialize) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    let location = HeaderValue::try_from(path).expect("ids are ASCII");
    response.headers_mut().insert(LOCATION, location);
    if made.is_repeat {
        mark_replayed(&mut response);
    }
    response
}

/// What may go wrong with a request of somebody who needs no credentials.
pub(crate) struct PublicProblems;

impl IntoResponses for PublicProblems {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let all = [
            ("400", "The request is malformed."),
            ("401", "The signature is missing, not right, or too old."),
            ("403", "The caller may not do this."),
            ("429", "Too many requests; `Retry-After` says when to come back."),
            ("503", "Not available at the moment; `Retry-After` says when to come back."),
        ];
        let documented = |(status, text): (&str, &str)| {
            let schema = Ref::from_schema_name("Problem");
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let response = ResponseBuilder::new()
                .description(text)
                .content("application/problem+json", content)
                .build();
            (status.to_owned(), response.into())
        };
        all.map(documented).into_iter().collect()
    }
}

/// A text whose value no error message repeats.
#[derive(Clone, Default)]
pub(crate) struct Discreet(pub(crate) String);

impl std::fmt::Debug for Discreet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl<'de> Deserialize<'de> for Discreet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DiscreetVisitor)
    }
}

struct DiscreetVisitor;

impl Visitor<'_> for DiscreetVisitor {
    type Value = Discreet;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Discreet, E> {
        Ok(Discreet(text.to_owned()))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Discreet, E> {
        Err(E::custom("expected a text in quotes"))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Discreet, E> {
        Err(E::custom("expected a text in quotes"))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Discreet, E> {
        Err(E::custom("expected a text in quotes"))
    }
}
