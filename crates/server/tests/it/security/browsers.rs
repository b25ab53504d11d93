//! What protects people in browsers (line 20).

use crate::http::{Answer, Client};
use crate::people::{Bank, ok};

/// The operator's page, and some of the web app's: the start, where mails lead, one that needs a
/// session, one of staff.
const PAGES: [&str; 6] = ["/operator/", "/", "/verify", "/confirm", "/send", "/staff/users"];
const EVIL: &str = "Origin: https://evil.example\r\n";

fn is_protected(answer: &Answer) {
    let is = |name: &str, value: &str| {
        assert_eq!(answer.headers(name), [value], "{name}");
    };
    is("x-content-type-options", "nosniff");
    is("referrer-policy", "no-referrer");
    is("strict-transport-security", "max-age=63072000; includeSubDomains");
    let policies = answer.headers("content-security-policy");
    assert_eq!(policies.len(), 1);
    assert!(policies[0].contains("frame-ancestors 'none'"), "{policies:?}");
    assert!(policies[0].starts_with("default-src 'none'"), "{policies:?}");
}

#[test]
fn line_20_every_answer_says_what_browsers_may_do_with_it() {
    let bank = Bank::open();
    let anyone = bank.anyone();
    for path in
        ["/healthz", "/openapi.json", "/v1/identity/profile", "/nothing", "/v1/identity/keys"]
    {
        let answer = anyone.get(path);
        is_protected(&answer);
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{path}");
    }
    for path in PAGES {
        let answer = anyone.send("GET", path, "Accept: text/html\r\n", "");
        assert_eq!(answer.status, 200, "{path}");
        is_protected(&answer);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        let inline = ["<script>", " style=\"", "<style", " onclick=", "javascript:"];
        assert!(inline.iter().all(|it| !answer.body.contains(it)), "{path} has something inline");
    }
    let docs = anyone.get("/docs/");
    let policy = docs.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let scripts = policy.split(';').find(|it| it.trim().starts_with("script-src")).unwrap();
    assert!(!scripts.contains("unsafe"), "{policy}");
    let preflight = "Access-Control-Request-Method: POST\r\n";
    for (method, path) in
        [("GET", "/healthz"), ("GET", "/operator/"), ("OPTIONS", "/v1/wallet/transfers")]
    {
        let answer = bank.operator.send(method, path, &format!("{EVIL}{preflight}"), "");
        let cors = ["access-control-allow-origin", "access-control-allow-credentials"];
        assert!(cors.iter().all(|name| answer.header(name).is_none()), "{method} {path}");
    }
}

/// A browser: its cookie, and the page that it shows.
fn browse(anyone: &Client, method: &str, path: &str, cookie: &str, origin: &str) -> Answer {
    let headers = format!("Cookie: {cookie}\r\n{origin}Content-Type: application/json\r\n");
    anyone.send(method, path, &headers, if method == "GET" { "" } else { "{\"asset\": \"EUR\"}" })
}

#[test]
fn line_20_session_in_a_cookie_is_safe_from_other_sites() {
    let bank = Bank::open();
    bank.register("ann");
    let signed_in = bank.sign_in("ann", "cookie");
    let body = ok(&signed_in);
    for secret in ["access_token", "refresh_token", "device_token"] {
        assert!(body[secret].is_null(), "{secret} is in the body, where scripts see it");
    }
    let cookies = signed_in.headers("set-cookie");
    assert_eq!(cookies.len(), 2, "session and device: {cookies:?}");
    for cookie in &cookies {
        assert!(cookie.starts_with("__Host-bushel_"), "{cookie}");
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=", "; Max-Age="] {
            assert!(cookie.contains(attribute), "{attribute} in {cookie}");
        }
        assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
    }
    let session = cookies.iter().find(|it| it.starts_with("__Host-bushel_session")).unwrap();
    let session = session.split(';').next().unwrap();
    let anyone = bank.anyone();
    let accounts = "/v1/wallet/accounts";
    assert_eq!(browse(&anyone, "GET", accounts, session, "").status, 200);
    let ours = format!("Origin: {}\r\n", bank.server.url);
    for origin in ["", EVIL, "Origin: null\r\n", &format!("{ours}{EVIL}")] {
        let refused = browse(&anyone, "POST", accounts, session, origin);
        assert_eq!((refused.status, refused.code().as_str()), (403, "request.origin.refused"));
    }
    assert_eq!(ok(&browse(&anyone, "GET", accounts, session, ""))["data"], serde_json::json!([]));
    assert_eq!(browse(&anyone, "POST", accounts, session, &ours).status, 201);
    // The value is for the cookie only.
    let (_, value) = session.split_once('=').unwrap();
    assert_eq!(bank.as_bearer(value).get(accounts).status, 401);
    assert_eq!(browse(&anyone, "POST", "/v1/identity/sign-out", session, EVIL).status, 403);
    let out = browse(&anyone, "POST", "/v1/identity/sign-out", session, &ours);
    assert!((200..300).contains(&out.status), "{}", out.body);
    assert!(out.headers("set-cookie").iter().any(|it| it.contains("Max-Age=0")));
    assert_eq!(browse(&anyone, "GET", accounts, session, "").status, 401);
}
