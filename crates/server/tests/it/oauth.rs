//! Bushel as an authorization server, before the eyes of a certified client of others
//! (`openid-client`), and at the edge of the real binary.

use serde_json::{Value, json};

use crate::http::Client;
use crate::node;
use crate::people::{Bank, Person, ok, text};

const CALLBACK: &str = "https://books.example/callback";

fn register(owner: &Person, kind: &str, grant_types: &[&str]) -> Value {
    let body = json!({
        "name": "Orchard Books", "kind": kind, "redirect_uris": [CALLBACK],
        "grant_types": grant_types,
        "scopes": ["openid", "profile", "email", "offline_access", "wallet.read"],
    });
    ok(&owner.client.post("/v1/oauth/applications", &body))
}

#[test]
fn a_certified_client_passes_every_flow_and_is_refused_what_is_wrong() {
    let bank = Bank::open();
    let (ann, dev) = (bank.sign_up("ann"), bank.sign_up("dev"));
    ann.deposit(1_234);
    let all = ["authorization_code", "device_code", "client_credentials"];
    let settings = json!({
        "issuer": bank.server.url.replace("127.0.0.1", "localhost"), "callback": CALLBACK, "user": ann.id, "owner": dev.id,
        "session": text(&ann.session, "access_token"),
        "confidential": register(&dev, "confidential", &all),
        "public": register(&dev, "public", &all[..2]),
    });
    let output = node::program("openid-client.mjs", &settings).output().unwrap();
    let (printed, error) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{error}");
    let passed: Vec<&str> = printed.lines().collect();
    let expected = [
        "confidential by client_secret_basic: code, id_token, userinfo, api, refresh, introspection, revocation",
        "confidential by client_secret_post: code, id_token, userinfo, api, refresh, introspection, revocation",
        "public: code, id_token, userinfo, api, refresh, revocation",
        "refused: replayed code",
        "refused: wrong redirect at the token endpoint",
        "refused: wrong redirect at the authorization endpoint",
        "refused: missing PKCE",
        "refused: wrong verifier",
        "refused: reused refresh token",
        "device: allowed",
        "device: refused",
        "client credentials",
    ];
    assert_eq!(passed, expected, "{error}");
}

/// A token that ann gives an application.
fn allow(ann: &Person, application: &Value, anyone: &Client) -> String {
    let (id, secret) = (text(application, "id"), text(application, "client_secret"));
    let asked = format!(
        "/oauth/authorize?response_type=code&client_id={id}&scope=wallet.read\
         &redirect_uri=https%3A%2F%2Fbooks.example%2Fcallback&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let page = anyone.get(&asked);
    let (_, request) = page.header("location").unwrap().split_once("request=").unwrap();
    let path = format!("/v1/oauth/requests/{request}/approve");
    let back = text(&ok(&ann.client.send("POST", &path, "", "")), "redirect_to");
    let (_, rest) = back.split_once("code=").unwrap();
    let code = rest.split('&').next().unwrap();
    let form = format!(
        "grant_type=authorization_code&client_id={id}&client_secret={secret}&code={code}\
         &redirect_uri=https%3A%2F%2Fbooks.example%2Fcallback\
         &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    text(&ok(&anyone.send("POST", "/oauth/token", kind, &form)), "access_token")
}

#[test]
fn line_17_an_application_may_do_what_its_user_allowed_and_nothing_else() {
    let bank = Bank::open();
    let (ann, dev) = (bank.sign_up("ann"), bank.sign_up("dev"));
    let application = register(&dev, "confidential", &["authorization_code"]);
    let token = allow(&ann, &application, &bank.anyone());
    let client = bank.as_bearer(&token);
    assert_eq!(client.get("/v1/wallet/accounts").status, 200);
    assert_eq!(client.get("/v1/ledger/assets").status, 200, "what anybody may who is known");
    let asset = json!({ "asset": "EUR" });
    for (path, method) in [
        ("/v1/wallet/accounts", "POST"),
        ("/v1/identity/profile", "GET"),
        ("/v1/identity/sessions", "GET"),
        ("/v1/oauth/consents", "GET"),
        ("/v1/payments/deposits", "GET"),
        ("/v1/admin/users", "GET"),
        ("/v1/ledger/accounts", "GET"),
    ] {
        let json = "Content-Type: application/json\r\n";
        let answer = client.send(method, path, json, &asset.to_string());
        assert_eq!((answer.status, &*answer.code()), (403, "request.forbidden"), "{path}");
    }
    // The log says who it was.
    let id = text(&application, "id");
    let revoke = format!("/v1/oauth/consents/{id}");
    assert_eq!(ann.client.send("DELETE", &revoke, "", "").status, 204);
    assert_eq!(client.get("/v1/wallet/accounts").status, 401);
    let mail = bank.mail(&ann.email, "security.application_allowed");
    assert!(mail.contains("Orchard Books"), "{mail}");
    let export = ok(&ann.client.get("/v1/identity/profile/export"));
    assert_eq!(export["oauth"]["consents"], json!([]));
}

#[test]
fn line_20_pages_of_applications_may_ask_for_tokens_and_nothing_else() {
    let bank = Bank::open();
    let dev = bank.sign_up("dev");
    register(&dev, "public", &["authorization_code"]);
    let anyone = bank.anyone();
    let ask = |path: &str, origin: &str| {
        let headers = format!("Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n");
        anyone.send("OPTIONS", path, &headers, "")
    };
    let books = "https://books.example";
    let known = ask("/oauth/token", books);
    assert_eq!((known.status, known.header("access-control-allow-origin")), (204, Some(books)));
    for (path, origin) in [
        ("/oauth/token", "https://evil.example"),
        ("/oauth/device_authorization", books),
        ("/v1/wallet/transfers", books),
        ("/v1/identity/sign-ins", books),
    ] {
        assert_eq!(ask(path, origin).header("access-control-allow-origin"), None, "{path}");
    }
}
