//! Which addresses a browser may be sent to (RFC 9700, 2.1 and 4.1; RFC 8252, 7).

use url::{Host, Url};

use super::Kind;

const CHARS_MAX: usize = 2_000;

/// Whether an address can be registered. Written in its normal form, so that what is compared
/// character by character later can't be meant otherwise.
pub(crate) fn check_redirect_uri(text: &str, kind: Kind) -> Result<(), &'static str> {
    if text.len() > CHARS_MAX {
        return Err("an address has at most 2000 characters");
    }
    let url = Url::parse(text)
        .map_err(|_| "an address is absolute, such as https://app.example/callback")?;
    if url.as_str() != text {
        return Err(
            "write the address in its normal form, such as https://app.example/ with the slash",
        );
    }
    if url.fragment().is_some() {
        return Err("an address has no fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address has no user name");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err("`http` is for loopback addresses only"),
        // A private-use scheme is a domain name turned around, which no browser gives a meaning.
        scheme if kind == Kind::Public && scheme.contains('.') => Ok(()),
        _ => Err(
            "a scheme is `https`, or for a public application a domain name turned around, such as `example.app`",
        ),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether two addresses are the same but for the port, at a loopback address that is written in
/// numbers: a program on the user's own device takes whatever port is free.
pub(super) fn is_same_loopback(registered: &str, given: &str) -> bool {
    match (without_port(registered), without_port(given)) {
        (Some(registered), Some(given)) => registered == given,
        _ => false,
    }
}

fn without_port(uri: &str) -> Option<(&str, &str)> {
    const HOSTS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];
    let (host, rest) = HOSTS.iter().find_map(|host| Some((*host, uri.strip_prefix(host)?)))?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (port, rest) = rest.split_at(digits);
            port.parse::<u16>().ok()?;
            rest
        }
    };
    // Anything else would be another host, such as `127.0.0.1.example`.
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

/// The origin of an address on the web, as browsers write it.
pub(crate) fn origin_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_19_only_safe_addresses_can_be_registered() {
        let check = |uri: &str, kind: Kind, is_good: bool| {
            assert_eq!(check_redirect_uri(uri, kind).is_ok(), is_good, "{uri}");
        };
        for uri in [
            "https://app.example/callback?tenant=1",
            "http://127.0.0.1/callback",
            "http://localhost:8080/callback",
            "http://[::1]:3000/",
        ] {
            check(uri, Kind::Confidential, true);
        }
        check("example.app:/callback", Kind::Public, true);
        check("example.app:/callback", Kind::Confidential, false);
        for uri in [
            "https://app.example/callback#here",
            "https://app.example",
            "https://APP.example/",
            "https://app.example/a/../b",
            "https://ann@app.example/",
            "http://app.example/callback",
            "http://127.0.0.1.example/",
            "javascript:alert(1)",
            "data:text/html,1",
            "app:/callback",
            "/callback",
            "https://*.example/*#",
            "",
        ] {
            check(uri, Kind::Public, false);
        }
    }

    #[test]
    fn line_19_only_the_port_of_a_loopback_address_is_free() {
        let check = |given: &str, is_same: bool| {
            assert_eq!(is_same_loopback("http://127.0.0.1/cb?x=1", given), is_same, "{given}");
        };
        check("http://127.0.0.1/cb?x=1", true);
        check("http://127.0.0.1:49152/cb?x=1", true);
        for other in [
            "http://127.0.0.1:49152/cb",
            "http://127.0.0.1:/cb?x=1",
            "http://127.0.0.1:99999/cb?x=1",
            "http://127.0.0.1.example/cb?x=1",
            "http://127.0.0.1:80@app.example/cb?x=1",
            "http://127.0.0.2/cb?x=1",
            "http://[::1]/cb?x=1",
            "https://127.0.0.1/cb?x=1",
        ] {
            check(other, false);
        }
        assert!(!is_same_loopback("https://app.example/cb", "https://app.example:444/cb"));
        assert!(!is_same_loopback("http://localhost/cb", "http://localhost:444/cb"));
    }

    #[test]
    fn origins_are_as_browsers_write_them() {
        let check = |uri: &str, origin: Option<&str>| {
            assert_eq!(origin_of(uri).as_deref(), origin, "{uri}");
        };
        check("https://app.example:443/cb", Some("https://app.example"));
        check("http://localhost:3000/cb", Some("http://localhost:3000"));
        check("example.app:/cb", None);
    }
}
