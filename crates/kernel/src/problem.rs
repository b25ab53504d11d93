//! The one way in which a failure leaves over HTTP: `application/problem+json` (RFC 9457).

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{PartialSchema, ToSchema};

use crate::error::{DomainError, ErrorKind};
use crate::http::current_request_id;
use crate::private::RefOrSchema;

/// Seconds that a client should wait when nothing better is known.
const RETRY_AFTER_DEFAULT_S: u64 = 1;

/// A failure as the client sees it. Boxed, so that results that may hold one stay small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problem(Box<ProblemBody>);

/// The fields of a [`Problem`], which dereferences to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Where the documentation explains the code.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors#ledger.transfer.insufficient_funds")]
    pub type_: String,
    /// The kind of failure, for people; the same for all failures of the kind.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What went wrong this time, for people.
    pub detail: String,
    /// Stable dotted code, for programs.
    #[schema(example = "ledger.transfer.insufficient_funds")]
    pub code: Cow<'static, str>,
    /// The id of the request, to quote when asking for help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The fields that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds after which a retry makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the body (RFC 6901), or `query:<name>`, `path:<name>`, `header:<name>`.
    #[schema(example = "/transfers/0/amount")]
    pub pointer: String,
    /// Stable dotted code, for programs.
    pub code: Cow<'static, str>,
    /// What is wrong with it, for people.
    pub detail: String,
}

/// Put into the extensions of the response, so that logs and metrics see the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemCode(pub Cow<'static, str>);

impl Problem {
    pub fn new(kind: ErrorKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemBody {
            type_: format!("/docs/errors#{code}"),
            title: kind.title().into(),
            status: kind.status().as_u16(),
            detail: detail.into(),
            code: code.into(),
            request_id: current_request_id(),
            errors: Vec::new(),
            retry_after_s: None,
        }))
    }

    /// A failure that the client can do nothing about. The cause goes to the log, not out.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(cause = %cause, "request failed");
        Self::new(
            ErrorKind::Internal,
            "internal",
            "something went wrong on our side; it has been logged with this request's id",
        )
    }

    /// Names one field that is wrong, under the problem's own code.
    #[must_use]
    pub fn with_field(self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let code = self.code.clone();
        self.with_field_error(FieldError { pointer: pointer.into(), code, detail: detail.into() })
    }

    #[must_use]
    pub fn with_field_error(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    #[must_use]
    pub fn with_retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// 429 and 503 always say when to come back.
    fn retry_after(&self, status: StatusCode) -> Option<u64> {
        let always =
            [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status);
        self.retry_after_s.or(always.then_some(RETRY_AFTER_DEFAULT_S))
    }
}

impl Deref for Problem {
    type Target = ProblemBody;

    fn deref(&self) -> &ProblemBody {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut ProblemBody {
        &mut self.0
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOrSchema {
        ProblemBody::schema()
    }
}

impl ToSchema for Problem {
    fn schemas(schemas: &mut Vec<(String, RefOrSchema)>) {
        ProblemBody::schemas(schemas);
    }
}

impl<E: DomainError> From<E> for Problem {
    fn from(error: E) -> Self {
        if error.kind().is_server_fault() {
            tracing::error!(code = error.code(), cause = %error, "request failed");
        }
        let mut problem = Self::new(error.kind(), error.code(), error.client_message());
        problem.retry_after_s = error.retry_after_s();
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if self.request_id.is_none() {
            self.request_id = current_request_id();
        }
        self.retry_after_s = self.retry_after(status);
        let body = serde_json::to_vec(&self).expect("a problem has only strings and numbers");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(ProblemCode(self.0.code));
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use insta::assert_snapshot;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("apple 7 of tree 3 is rotten")]
    struct Rotten(ErrorKind);

    impl DomainError for Rotten {
        fn kind(&self) -> ErrorKind {
            self.0
        }

        fn code(&self) -> &'static str {
            "orchard.apple.rotten"
        }

        fn client_message(&self) -> String {
            "the apple is rotten".to_owned()
        }
    }

    async fn body_of(response: Response) -> String {
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn domain_errors_become_problem_json() {
        let response = Problem::from(Rotten(ErrorKind::Unprocessable)).into_response();
        assert_eq!(response.status(), 422);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers().get("retry-after"), None);
        assert_eq!(response.extensions().get(), Some(&ProblemCode("orchard.apple.rotten".into())));
        assert_snapshot!(body_of(response).await, @r#"{"type":"/docs/errors#orchard.apple.rotten","title":"A rule refuses the request","status":422,"detail":"the apple is rotten","code":"orchard.apple.rotten"}"#);
    }

    #[tokio::test]
    async fn outages_and_limits_say_when_to_come_back() {
        let response = Problem::from(Rotten(ErrorKind::Unavailable)).into_response();
        assert_eq!(response.headers()["retry-after"], "1");
        let limited = Problem::from(Rotten(ErrorKind::RateLimited)).with_retry_after_s(17);
        let response = limited.into_response();
        assert_eq!(response.headers()["retry-after"], "17");
        assert!(body_of(response).await.contains(r#""retry_after_s":17"#));
    }

    #[tokio::test]
    async fn internal_causes_stay_inside() {
        let response = Problem::internal(&"password=hunter2").into_response();
        assert_eq!(response.status(), 500);
        assert!(!body_of(response).await.contains("hunter2"));
    }

    #[test]
    fn schema_names_the_fields_and_brings_its_parts() {
        let schema = serde_json::json!(Problem::schema());
        assert_eq!(
            schema["required"],
            serde_json::json!(["type", "title", "status", "detail", "code"])
        );
        assert_eq!(Problem::name(), "Problem");
        let mut parts = Vec::new();
        Problem::schemas(&mut parts);
        assert!(parts.iter().any(|(name, _)| name == "FieldError"));
    }

    #[test]
    fn clients_can_read_it_back() {
        let problem = Problem::from(Rotten(ErrorKind::Conflict)).with_field("/apple", "is rotten");
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
    }
}
