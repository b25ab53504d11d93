//! Path parameters with problems as rejections.

use axum::extract::FromRequestParts;
use axum::extract::path::ErrorKind as PathErrorKind;
use axum::extract::rejection::PathRejection;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::ErrorKind;
use crate::problem::Problem;

const INVALID: &str = "request.path.invalid";

/// The parameters in the path, such as the id in `/v1/ledger/accounts/{id}`. A malformed one is
/// a 400 `request.path.invalid` that names it as `path:<name>`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let extracted = axum::extract::Path::from_request_parts(parts, state).await;
        extracted.map(|axum::extract::Path(value)| Self(value)).map_err(refuse)
    }
}

fn refuse(rejection: PathRejection) -> Problem {
    let PathRejection::FailedToDeserializePathParams(error) = rejection else {
        return Problem::internal(&rejection);
    };
    match error.into_kind() {
        PathErrorKind::DeserializeError { key, message, .. } => named(&key, message),
        PathErrorKind::ParseErrorAtKey { key, expected_type, .. } => {
            named(&key, format!("expected a value of type {expected_type}"))
        }
        PathErrorKind::InvalidUtf8InPathParam { key } => named(&key, "is not valid UTF-8"),
        // The route and the handler disagree: that is ours.
        kind @ (PathErrorKind::WrongNumberOfParameters { .. }
        | PathErrorKind::UnsupportedType { .. }) => Problem::internal(&kind),
        kind => Problem::new(ErrorKind::Invalid, INVALID, kind.to_string()),
    }
}

fn named(name: &str, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    Problem::new(ErrorKind::Invalid, INVALID, format!("path parameter `{name}`: {detail}"))
        .with_field(format!("path:{name}"), detail)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use axum::routing::get;
    use serde::Deserialize;
    use tower::ServiceExt;

    use super::*;

    crate::define_id! {
        /// An apple tree.
        struct TreeId = "tree";
    }

    #[derive(Deserialize)]
    struct Branch {
        id: TreeId,
        branch: u32,
    }

    async fn call(path: &str) -> (u16, String) {
        let app =
            Router::new()
                .route("/trees/{id}", get(|Path(id): Path<TreeId>| async move { id.to_string() }))
                .route(
                    "/trees/{id}/{branch}",
                    get(|Path(path): Path<Branch>| async move {
                        format!("{}/{}", path.id, path.branch)
                    }),
                );
        let response = app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn ids_are_read() {
        let id = "tree_00000000000000000000000001";
        assert_eq!(call(&format!("/trees/{id}")).await, (200, id.to_owned()));
        assert_eq!(call(&format!("/trees/{id}/7")).await, (200, format!("{id}/7")));
    }

    #[tokio::test]
    async fn wrong_ids_are_a_400_that_says_why() {
        let check = async |path: &str, detail: &str| {
            let (status, body) = call(path).await;
            let problem: Problem = serde_json::from_str(&body).unwrap();
            assert_eq!((status, &*problem.code), (400, "request.path.invalid"), "{path}");
            assert!(problem.detail.contains(detail), "{body}");
        };
        check("/trees/bush_00000000000000000000000001", "one that starts with `bush_`").await;
        check("/trees/7", "`tree_` and 26 characters").await;
        check("/trees/%ff", "is not valid UTF-8").await;
        check("/trees/7/8", "path parameter `id`").await;
        check("/trees/tree_00000000000000000000000001/x", "path parameter `branch`").await;
    }
}
