use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::error::ErrorKind;
use crate::json::Json;
use crate::problem::Problem;

/// A JSON body that may be left out where every field may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_empty = axum::body::HttpBody::is_end_stream(request.body());
        if is_empty && !request.headers().contains_key(CONTENT_TYPE) {
            return Ok(Self(T::default()));
        }
        Json::from_request(request, state).await.map(|Json(body)| Self(body))
    }
}

/// A field of the body that is well-formed, but not right here. `pointer` is a JSON pointer.
pub fn invalid_field(pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
    let (pointer, detail) = (pointer.into(), detail.into());
    let message = format!("{}: {detail}", pointer.trim_start_matches('/'));
    Problem::new(ErrorKind::Invalid, "request.body.invalid", message).with_field(pointer, detail)
}
