//! Forms as an extractor, errors as answers.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{DomainError as _, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Form, ProtocolError};

/// An error as RFC 6749 has it.
#[derive(Serialize, ToSchema)]
#[schema(as = OauthProtocolError)]
pub(crate) struct ErrorJson {
    /// A registered name.
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// For developers.
    error_description: String,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ProtocolError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ProtocolError> {
        if !is_form(request.headers()) {
            let detail = "the body must be application/x-www-form-urlencoded";
            return Err(ProtocolError::InvalidRequest(detail));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|_| ProtocolError::InvalidRequest("the body can't be read"))?;
        Self::try_parse(&body)
            .map_err(|_| ProtocolError::InvalidRequest("a parameter is there twice"))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).map(str::trim);
    essence.is_some_and(|it| it.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

impl IntoResponse for ProtocolError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::InvalidClient { .. } | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed(error) => {
                tracing::error!(code = error.code(), cause = %error, "request failed");
                error.kind().status()
            }
            _ => StatusCode::BAD_REQUEST,
        };
        let error_description = match &self {
            Self::Failed(error) => error.client_message(),
            other => other.to_string(),
        };
        let body = ErrorJson { error: self.code(), error_description };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        let wait_s = match &self {
            Self::RateLimited { retry_after_s } => Some(*retry_after_s),
            Self::Failed(error) => error.retry_after_s(),
            _ => None,
        };
        if let Some(seconds) = wait_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl ProtocolError {
    /// How to do better, in the header `WWW-Authenticate`.
    const fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::InvalidClient { by_header: true } => Some("Basic realm=\"bushel\""),
            Self::InvalidToken => Some("Bearer realm=\"bushel\", error=\"invalid_token\""),
            Self::InsufficientScope => {
                Some("Bearer realm=\"bushel\", error=\"insufficient_scope\", scope=\"openid\"")
            }
            _ => None,
        }
    }
}
