//! Documentation for people: the API at `/docs`, the codes of failures at `/docs/errors`.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::get;
use serde_json::Value;
use utoipa_swagger_ui::Config;

use super::refusal::Refusal;
use crate::print;

/// Scripts only from here. Swagger UI sets styles on its elements.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'none'",
);

pub(super) fn routes(document: &Value) -> Router {
    // Made once; a copy of them is a handle.
    let json = Bytes::from(super::openapi::text(document));
    let errors = Bytes::from(print::errors::html());
    let config = Arc::new(
        Config::new(["/openapi.json"])
            .try_it_out_enabled(true)
            .persist_authorization(false)
            .validator_url("none"),
    );
    let swagger = move |path: Option<Path<String>>| {
        let config = Arc::clone(&config);
        async move {
            let file = path.map_or_else(String::new, |Path(path)| path);
            swagger_file(&file, config)
        }
    };
    Router::new()
        .route("/docs", get(|| async { Redirect::temporary("/docs/") }))
        .route("/docs/", get(swagger.clone()))
        .route("/docs/{*file}", get(swagger))
        .route("/docs/errors", get(move || async move { Html(errors) }))
        .route(
            "/openapi.json",
            get(move || async move {
                ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], json)
            }),
        )
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
}

fn swagger_file(path: &str, config: Arc<Config<'static>>) -> Response {
    match utoipa_swagger_ui::serve(path, config) {
        Ok(Some(file)) => {
            ([(CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response()
        }
        Ok(None) => Refusal::NoRoute.response(false),
        Err(error) => kernel::Problem::internal(&error).into_response(),
    }
}
