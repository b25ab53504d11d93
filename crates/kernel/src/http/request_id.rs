//! The request's id: taken from the client if it is sane, echoed, and seen by every problem.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::id::{IdSource, UuidV7, encode};

/// The header in which the id comes and goes.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_LEN_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The id of the request; also in the request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// 1 to 64 characters of `A-Z a-z 0-9 . _ -`: nothing that could break a log line.
    pub fn try_new(value: &HeaderValue) -> Option<Self> {
        let is_sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        let bytes = value.as_bytes();
        ((1..=REQUEST_ID_LEN_MAX).contains(&bytes.len()) && bytes.iter().all(is_sane))
            .then(|| Self(value.clone()))
    }

    fn generate() -> Self {
        let text = encode("req", UuidV7.next_bits());
        Self(HeaderValue::from_str(&text).expect("ids are ASCII"))
    }

    pub fn as_str(&self) -> &str {
        self.0.to_str().expect("checked when it was made")
    }
}

/// The id of the request that this task serves, if it is inside [`request_context`].
pub fn current_request_id() -> Option<String> {
    CURRENT.try_with(|id| id.as_str().to_owned()).ok()
}

/// Middleware: `axum::middleware::from_fn(request_context)`, outside everything that answers.
pub async fn request_context(mut request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(RequestId::try_new)
        .unwrap_or_else(RequestId::generate);
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", request_id = id.as_str());
    let mut response = CURRENT.scope(id.clone(), next.run(request).instrument(span)).await;
    response.headers_mut().insert(REQUEST_ID, id.0);
    response
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;
    use crate::error::ErrorKind;
    use crate::problem::Problem;

    async fn answer(sent: Option<&[u8]>) -> (String, Problem) {
        let refuse = || async { Problem::new(ErrorKind::NotFound, "orchard.tree.missing", "gone") };
        let app = Router::new().route("/", get(refuse)).layer(middleware::from_fn(request_context));
        let mut request = Request::new(Body::empty());
        if let Some(sent) = sent {
            request.headers_mut().insert(REQUEST_ID, HeaderValue::from_bytes(sent).unwrap());
        }
        let response = app.oneshot(request).await.unwrap();
        let echoed = response.headers()[REQUEST_ID].to_str().unwrap().to_owned();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (echoed, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn sane_id_is_echoed_and_put_into_the_problem() {
        let (echoed, problem) = answer(Some(b"job-7.retry_2")).await;
        assert_eq!(echoed, "job-7.retry_2");
        assert_eq!(problem.request_id.as_deref(), Some("job-7.retry_2"));
    }

    #[tokio::test]
    async fn other_ids_are_replaced() {
        let long = [b'a'; 65];
        for sent in
            [None, Some(&b""[..]), Some(b"a b"), Some(b"<script>"), Some(&long), Some(b"\xff")]
        {
            let (echoed, problem) = answer(sent).await;
            assert!(echoed.starts_with("req_") && echoed.len() == 30, "{echoed}");
            assert_eq!(problem.request_id, Some(echoed));
        }
    }

    #[tokio::test]
    async fn outside_a_request_there_is_none() {
        assert_eq!(current_request_id(), None);
    }
}
