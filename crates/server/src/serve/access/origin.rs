//! A browser sends its cookies with whatever page asks it to. So a request that is let in by a
//! cookie and changes something must come from a page of ours: its `Origin` says so, which no
//! page can forge.

use axum::http::{HeaderMap, Method, Uri, header};

use super::super::refusal::Refusal;

/// The origin of a URL as browsers write it: in lower case, without the port that goes without
/// saying (RFC 6454, 6.2).
pub(in super::super) fn of_url(url: &str) -> String {
    let uri: Option<Uri> = url.parse().ok();
    let Some((scheme, authority)) =
        uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?)))
    else {
        return String::new();
    };
    let host = authority.host().to_ascii_lowercase();
    match authority.port_u16() {
        Some(port) if !matches!((scheme, port), ("https", 443) | ("http", 80)) => {
            format!("{scheme}://{host}:{port}")
        }
        _ => format!("{scheme}://{host}"),
    }
}

/// Refuses what could be another page's doing.
pub(crate) fn check(ours: &[String], method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    if method.is_safe() {
        return Ok(());
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) if is_ours(ours, origin.as_bytes()) => Ok(()),
        _ => Err(Refusal::Origin),
    }
}

/// An address that could not be read has an empty origin, which nothing is equal to.
fn is_ours(ours: &[String], origin: &[u8]) -> bool {
    !origin.is_empty() && ours.iter().any(|own| own.as_bytes() == origin)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn public_url_becomes_what_browsers_send() {
        let check = |url: &str, origin: &str| assert_eq!(of_url(url), origin);
        check("https://Bank.Example/", "https://bank.example");
        check("https://bank.example:443", "https://bank.example");
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080");
        check("http://[::1]:80/x", "http://[::1]");
        check("bank.example", "");
    }

    #[test]
    fn line_20_writes_by_cookie_need_our_own_origin() {
        let ours = [of_url("https://bushel.example:8443/some/path"), of_url("no address")];
        assert_eq!(ours, ["https://bushel.example:8443", ""]);
        let check = |origin: Option<&'static str>, method: Method| {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            check(&ours, &method, &headers).is_ok()
        };
        assert!(check(Some("https://bushel.example:8443"), Method::POST));
        assert!(check(None, Method::GET));
        let others = [
            None,
            Some(""),
            Some("null"),
            Some("https://bushel.example"),
            Some("http://bushel.example:8443"),
        ];
        for origin in others {
            assert!(!check(origin, Method::POST), "{origin:?}");
            assert!(!check(origin, Method::DELETE), "{origin:?}");
        }
    }
}
