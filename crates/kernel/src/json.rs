//! JSON bodies: the one parser, strict, with errors that point at the field.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ErrorKind;
use crate::problem::Problem;

/// Deepest nesting of arrays and objects that is read.
pub const DEPTH_MAX: usize = 64;
const INVALID: &str = "request.body.invalid";

/// A JSON body, as an extractor and as a response.
///
/// As an extractor it refuses with a problem: 415 without `application/json`, 413 above the
/// body limit, 400 `request.body.invalid` for what isn't a `T`, with a JSON pointer. Text after
/// the value, NaN, invalid UTF-8 and nesting beyond [`DEPTH_MAX`] are refused for every `T`;
/// unknown fields are `T`'s business (`#[serde(deny_unknown_fields)]`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let body = Bytes::from_request(request, state).await.map_err(unreadable)?;
        parse(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => Problem::internal(&error).into_response(),
        }
    }
}

/// Reads a `T` from a JSON text under the rules of [`Json`].
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("the body is not valid UTF-8"))?;
    if text.trim_ascii().is_empty() {
        return Err(invalid("the body is empty; a JSON value is needed"));
    }
    if depth_exceeds(text, DEPTH_MAX) {
        return Err(invalid(format!("the body is nested deeper than {DEPTH_MAX} levels")));
    }
    // Keeping track of the path costs time, so that is done only for those that fail.
    serde_json::from_str(text).map_err(|_| locate::<T>(text))
}

fn locate<T: DeserializeOwned>(text: &str) -> Problem {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => match deserializer.end() {
            Err(error) => invalid(error.to_string()),
            Ok(()) => invalid("the body is not valid"),
        },
        Err(error) => {
            let (pointer, detail) = (pointer(error.path()), error.inner().to_string());
            let problem = invalid(detail.clone());
            // A text that isn't JSON at all has a line and column, but no field.
            if error.inner().is_data() { problem.with_field(pointer, detail) } else { problem }
        }
    }
}

/// The JSON pointer (RFC 6901) of a path; the whole body is the empty text.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    pointer
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase());
    match essence.as_deref() {
        Some("application/json") => Ok(()),
        Some(other) if other.starts_with("application/") && other.ends_with("+json") => Ok(()),
        _ => Err(Problem::new(
            ErrorKind::UnsupportedMediaType,
            "request.body.media_type",
            "the body must be JSON, with the header `Content-Type: application/json`",
        )),
    }
}

fn unreadable(rejection: BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::new(
                ErrorKind::TooLarge,
                "request.body.too_large",
                "the body is larger than this server accepts",
            )
        }
        _ => invalid("the body could not be read to its end"),
    }
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(ErrorKind::Invalid, INVALID, detail)
}

/// Counts brackets outside of strings; whether they match is for the parser to say.
fn depth_exceeds(text: &str, max: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > max {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
