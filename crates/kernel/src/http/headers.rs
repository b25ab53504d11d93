use axum::http::header::{CACHE_CONTROL, IF_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use crate::error::ErrorKind;
use crate::problem::Problem;

/// A header that may be there once, as text.
pub fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(malformed_header(name, "the header is given twice"));
    }
    let text = value.to_str().map_err(|_| malformed_header(name, "is not visible ASCII"))?;
    Ok(Some(text))
}

pub fn malformed_header(name: &HeaderName, detail: &str) -> Problem {
    let message = format!("header `{name}`: {detail}");
    Problem::new(ErrorKind::Invalid, "request.header.invalid", message)
        .with_field(format!("header:{name}"), detail)
}

/// The strong ETag of a version.
pub fn etag(version: u32) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).expect("a number in quotes is visible ASCII")
}

/// What `If-Match` asks for: a change needs the version that it is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever is there.
    Any,
    /// One of these; a text that can be no version matches nothing.
    Versions(Vec<u32>),
}

impl IfMatch {
    /// Reads the header; without it the answer is 428.
    pub fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(text) = header(headers, &IF_MATCH)? else {
            return Err(Problem::new(
                ErrorKind::PreconditionRequired,
                "request.if_match.missing",
                "send the ETag of what you change in `If-Match`, so that no other change is overwritten",
            ));
        };
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut versions = Vec::new();
        for tag in text.split(',').map(str::trim) {
            let (is_weak, tag) = tag.strip_prefix("W/").map_or((false, tag), |tag| (true, tag));
            let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            let inner = inner.filter(|inner| !inner.contains('"')).ok_or_else(|| {
                malformed_header(&IF_MATCH, "expected an ETag such as \"3\", in quotes, or *")
            })?;
            // Weak tags never match here (RFC 9110, 13.1.1), and a version has one text.
            let version = inner.parse().ok().filter(|version: &u32| version.to_string() == inner);
            versions.extend(version.filter(|_| !is_weak));
        }
        Ok(Self::Versions(versions))
    }

    /// Whether a change may be based on this version.
    pub fn allows(&self, version: u32) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

/// Middleware (`map_response`): what is private is nobody's to keep but the caller's.
pub async fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_once_and_as_text() {
        let name = crate::http::IDEMPOTENCY_KEY;
        let mut headers = HeaderMap::new();
        assert_eq!(header(&headers, &name).unwrap(), None);
        headers.insert(&name, HeaderValue::from_static("a"));
        assert_eq!(header(&headers, &name).unwrap(), Some("a"));
        headers.append(&name, HeaderValue::from_static("b"));
        assert_eq!(
            header(&headers, &name).unwrap_err().errors[0].pointer,
            "header:idempotency-key"
        );
        headers.insert(&name, HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(header(&headers, &name).unwrap_err().status, 400);
    }

    fn expected(value: &str) -> Result<IfMatch, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::from_str(value).unwrap());
        IfMatch::read(&headers)
    }

    #[test]
    fn if_match_is_a_list_of_strong_tags() {
        assert_eq!(expected("\"3\"").unwrap(), IfMatch::Versions(vec![3]));
        assert_eq!(expected("\"3\", W/\"4\", \"x\"").unwrap(), IfMatch::Versions(vec![3]));
        assert_eq!(expected("*").unwrap(), IfMatch::Any);
        for value in ["3", "", "\"3", "\"3\"\"", "\"3\",,"] {
            assert_eq!(expected(value).unwrap_err().status, 400, "{value}");
        }
        assert_eq!(IfMatch::read(&HeaderMap::new()).unwrap_err().status, 428);
    }
}
