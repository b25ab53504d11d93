//! Who may pass: whoever holds the operator's token.

use axum::http::{HeaderMap, header};

use super::refusal::Refusal;
use crate::operator::token::{self, Guard};

/// Lets a request pass that carries the token. What it carries instead is not logged.
pub(super) async fn check(guard: &Guard, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::TokenMissing);
    };
    let token = value.to_str().ok().and_then(bearer).ok_or(Refusal::TokenMissing)?;
    guard.check(token).await.map_err(|refusal| match refusal {
        token::Refusal::Wrong => Refusal::TokenWrong,
        token::Refusal::Unavailable => Refusal::TokenUnknown,
    })
}

/// The token of `Bearer <token>`; the scheme's case doesn't matter (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_is_bearer_in_any_case() {
        assert_eq!(bearer("Bearer a"), Some("a"));
        assert_eq!(bearer("bEARER  a"), Some("a"));
        assert_eq!(bearer("Basic a"), None);
        assert_eq!(bearer("Bearer"), None);
    }
}
