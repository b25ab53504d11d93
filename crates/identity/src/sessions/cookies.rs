//! The cookies: one proves a session, one tells a device from a new one, one tells the browser that
//! was sent to an outside provider from others, for some minutes.
//!
//! Both have the prefix `__Host-` (RFC 6265bis, 4.1.3.2): they come from this very host, over a
//! safe connection, and no other host can set them. Scripts don't see them, and other sites can't
//! have them sent with a write.

use std::time::Duration;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use kernel::secret::SecretToken;

pub(crate) const SESSION: &str = "__Host-bushel_session";
pub(crate) const DEVICE: &str = "__Host-bushel_device";
pub(crate) const PROVIDER: &str = "__Host-bushel_provider";

/// A device is known for a year after its last confirmed sign-in.
const DEVICE_MAX: Duration = Duration::from_secs(365 * 24 * 3_600);
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The value of a cookie, if it was sent once.
pub(crate) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(found, _)| found.trim() == name).map(|(_, value)| value.trim());
    let first = values.next();
    if values.next().is_some() { None } else { first }
}

pub(crate) fn set_session(response: &mut Response, token: &SecretToken, max: Duration) {
    set(response, SESSION, token.as_str(), max);
}

pub(crate) fn set_device(response: &mut Response, token: &SecretToken) {
    set(response, DEVICE, token.as_str(), DEVICE_MAX);
}

pub(crate) fn set_provider(response: &mut Response, token: &SecretToken, max: Duration) {
    set(response, PROVIDER, token.as_str(), max);
}

pub(crate) fn clear_provider(response: &mut Response) {
    set(response, PROVIDER, "", Duration::ZERO);
}

/// The browser forgets the session; the device stays known.
pub fn clear_session(response: &mut Response) {
    set(response, SESSION, "", Duration::ZERO);
}

fn set(response: &mut Response, name: &str, value: &str, max: Duration) {
    let text = format!("{name}={value}; Max-Age={}; {ATTRIBUTES}", max.as_secs());
    let mut value = HeaderValue::try_from(text).expect("tokens are visible ASCII");
    value.set_sensitive(true);
    response.headers_mut().append(SET_COOKIE, value);
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;

    use super::*;

    #[test]
    fn line_20_cookies_have_all_attributes() {
        let mut response = ().into_response();
        let token = SecretToken::generate("bshl_cs_");
        set_session(&mut response, &token, Duration::from_secs(60));
        clear_session(&mut response);
        let cookies: Vec<&str> =
            response.headers().get_all(SET_COOKIE).iter().map(|it| it.to_str().unwrap()).collect();
        let rest = "Path=/; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(cookies[0], format!("{SESSION}={}; Max-Age=60; {rest}", token.as_str()));
        assert_eq!(cookies[1], format!("{SESSION}=; Max-Age=0; {rest}"));
        assert!(!format!("{:?}", response.headers()).contains(token.as_str()));
    }

    #[test]
    fn a_cookie_that_comes_twice_is_none() {
        let headers = |texts: &[&'static str]| {
            texts.iter().map(|text| (COOKIE, HeaderValue::from_static(text))).collect::<HeaderMap>()
        };
        let find = |texts: &[&'static str]| value(&headers(texts), "a").map(str::to_owned);
        assert_eq!(find(&["a=1; b=2"]).as_deref(), Some("1"));
        assert_eq!(find(&["b=2", " a = 1 "]).as_deref(), Some("1"));
        for texts in [&["a=1; a=2"][..], &["a=1", "a=1"], &["aa=1"], &["a"], &[]] {
            assert_eq!(find(texts), None, "{texts:?}");
        }
    }
}
