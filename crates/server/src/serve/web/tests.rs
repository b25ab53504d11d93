use super::*;

fn ask(method: Method, path: &str, headers: &[(HeaderName, &'static str)]) -> Option<Response> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    answer(&request.body(()).unwrap(), false)
}

const HTML: (HeaderName, &str) = (ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");

#[test]
fn browsers_get_the_app_for_every_page_that_nobody_else_has() {
    for path in ["/", "/send", "/transfers/tr_01h455vb4pex5vsknk084sn02q", "/staff/users"] {
        let response = ask(Method::GET, path, &[HTML]).unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY);
    }
    for path in ["/v1/wallet/accounts", "/docs/", "/operator/", "/oauth/token", "/metrics"] {
        assert!(ask(Method::GET, path, &[HTML]).is_none(), "{path}");
    }
}

#[test]
fn line_20_stripe_is_let_in_only_where_it_takes_deposits() {
    let request = Request::builder().uri("/deposit").header(ACCEPT, HTML.1).body(()).unwrap();
    let policy = |has_stripe| {
        let response = answer(&request, has_stripe).unwrap();
        response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    };
    assert!(!policy(false).contains("stripe"));
    let with = policy(true);
    assert!(with.contains("script-src 'self' https://js.stripe.com"), "{with}");
    assert!(!with.contains("unsafe") && with.contains("frame-ancestors 'none'"), "{with}");
}

#[test]
fn programs_get_no_page_where_they_look_for_something_else() {
    assert!(ask(Method::GET, "/nothing", &[(ACCEPT, "application/json")]).is_none());
    assert!(ask(Method::GET, "/nothing", &[]).is_none());
    assert!(ask(Method::POST, "/send", &[HTML]).is_none());
    assert!(ask(Method::GET, "/assets/../../Cargo.toml", &[]).is_none());
}

#[test]
fn a_coding_is_used_where_it_is_named_and_not_refused() {
    for (value, is_accepted) in [
        ("br", true),
        ("gzip, deflate, br, zstd", true),
        ("gzip;q=0.5, BR;q=0.8", true),
        ("br;q=0", false),
        ("br; q=0.000", false),
        ("gzip", false),
        ("brotli", false),
        ("", false),
    ] {
        assert_eq!(accepts(value, "br"), is_accepted, "{value}");
    }
}

#[test]
fn only_files_whose_name_holds_their_hash_are_kept() {
    assert!(caching("assets/index-ys0Q8HkM.js").contains("immutable"));
    for name in [INDEX, "theme.js", "icon.svg"] {
        assert_eq!(caching(name), "no-cache");
    }
}

#[test]
fn line_20_the_app_has_nothing_inline() {
    let built = Files::get(INDEX).map(|file| String::from_utf8(file.data.into_owned()).unwrap());
    for page in [Some(NOT_BUILT.to_owned()), built].into_iter().flatten() {
        assert!(!page.contains("<style") && !page.contains(" style="), "{page}");
        assert!(!page.contains("javascript:") && !page.contains("<base"), "{page}");
        assert_eq!(page.matches("<script").count(), page.matches(" src=").count(), "{page}");
    }
    assert!(!POLICY.to_str().unwrap().contains("unsafe"));
}
