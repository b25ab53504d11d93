//! Where people reach the server.
//!
//! Unless it is said, that is this machine by its name, because passkeys need a name; whoever
//! opens the address itself is on a page of ours as well.

use super::access::origin_of;

const LOOPBACKS: [(&str, &str); 2] =
    [("http://127.0.0.1:", "http://localhost:"), ("https://127.0.0.1:", "https://localhost:")];

pub(super) struct PublicUrl {
    /// Without a slash at its end.
    pub(super) url: String,
    /// The origins of our pages.
    pub(super) origins: Vec<String>,
}

impl PublicUrl {
    pub(super) fn new(given: Option<String>, own_url: &str) -> Self {
        let mut urls = match given {
            Some(given) => vec![given.trim_end_matches('/').to_owned()],
            None => vec![own_url.to_owned()],
        };
        for (address, name) in LOOPBACKS {
            if let Some(port) = urls[0].strip_prefix(address) {
                urls.insert(0, format!("{name}{port}"));
            }
        }
        let origins = urls.iter().map(|url| origin_of(url)).collect();
        Self { url: urls.swap_remove(0), origins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_a_name_and_an_address() {
        let check = |given: Option<&str>, own: &str, url: &str, origins: &[&str]| {
            let public = PublicUrl::new(given.map(str::to_owned), own);
            assert_eq!(public.url, url);
            assert_eq!(public.origins, origins);
        };
        let both = ["http://localhost:8080", "http://127.0.0.1:8080"];
        check(None, "http://127.0.0.1:8080", "http://localhost:8080", &both);
        check(Some("http://127.0.0.1:8080/"), "http://127.0.0.1:1", "http://localhost:8080", &both);
        let both = ["https://localhost:8443", "https://127.0.0.1:8443"];
        check(None, "https://127.0.0.1:8443", "https://localhost:8443", &both);
        check(None, "http://10.0.0.5:80", "http://10.0.0.5:80", &["http://10.0.0.5"]);
        check(
            Some("https://bank.example/"),
            "http://127.0.0.1:8080",
            "https://bank.example",
            &["https://bank.example"],
        );
    }
}
