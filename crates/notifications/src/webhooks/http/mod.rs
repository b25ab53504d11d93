//! Webhooks over HTTP. Answers with a secret are not kept for repeats: what they make follows from
//! the `Idempotency-Key`, so the use case itself finds that it was done.

mod deliveries;
mod endpoints;
mod json;

use axum::middleware::{from_fn_with_state, map_response};
use kernel::http::{documents, no_store};
use kernel::replay::{self, Replay};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Webhooks;

/// The routes, ready to serve. They authenticate nobody: that is done in front of them.
pub(crate) fn routes(webhooks: Webhooks) -> OpenApiRouter {
    let replay = Replay::new(webhooks.database.clone(), webhooks.clock.clone());
    let repeatable = repeatable().layer(from_fn_with_state(replay, replay::answer));
    with_secrets().merge(repeatable).layer(map_response(no_store)).with_state(webhooks)
}

/// Their part of the API document, for which nothing has to run.
pub(crate) fn document() -> OpenApi {
    let mut document = with_secrets().merge(repeatable()).into_openapi();
    documents::complete(&mut document);
    document
}

fn with_secrets() -> OpenApiRouter<Webhooks> {
    OpenApiRouter::default()
        .routes(routes!(endpoints::list, endpoints::create))
        .routes(routes!(endpoints::rotate_secret))
        .routes(routes!(endpoints::secret))
}

fn repeatable() -> OpenApiRouter<Webhooks> {
    OpenApiRouter::default()
        .routes(routes!(endpoints::get, endpoints::update, endpoints::delete))
        .routes(routes!(endpoints::enable))
        .routes(routes!(endpoints::disable))
        .routes(routes!(deliveries::test))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::resend))
        .routes(routes!(deliveries::replay))
}
