//! Applications, for their owners.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, CALLBACK, application};

#[tokio::test]
async fn owner_registers_sees_changes_and_deletes_an_application() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let made = app.post_as(&ann, "/v1/oauth/applications", application()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (id, secret) = (made.text("id"), made.text("client_secret"));
    assert!(id.starts_with("app_") && secret.starts_with("bshl_app_"));
    let path = format!("/v1/oauth/applications/{id}");
    assert_eq!(made.headers["location"], path.as_str());
    let got = app.get_as(&ann, &path).await;
    assert_eq!(
        (&got.body["name"], &got.body["client_secret"]),
        (&json!("Orchard Books"), &Value::Null)
    );
    let etag = got.headers["etag"].to_str().unwrap().to_owned();
    let change = json!({ "name": "Orchard", "redirect_uris": ["https://orchard.example/cb"] });
    let bearer = ("authorization", format!("Bearer {}", ann.token));
    let update = async |etag: Option<&str>, change: &Value| {
        let mut headers = vec![bearer.clone()];
        headers.extend(etag.map(|tag| ("if-match", tag.to_owned())));
        app.send(Method::PATCH, &path, &headers, Some(change)).await
    };
    assert_eq!(update(None, &change).await.status, 428);
    let changed = update(Some(&etag), &change).await;
    assert_eq!((changed.status, &changed.body["name"]), (200, &json!("Orchard")), "{changed:?}");
    assert_eq!(changed.body["scopes"], got.body["scopes"], "what is left out stays");
    assert_eq!(
        update(Some(&etag), &change).await.error(),
        (412, "oauth.application.version_conflict")
    );
    let list = app.get_as(&ann, "/v1/oauth/applications").await;
    assert_eq!(list.body["applications"].as_array().unwrap().len(), 1);
    assert_eq!(app.call(&ann, Method::DELETE, &path, None).await.status, 204);
    assert_eq!(app.get_as(&ann, &path).await.error(), (404, "oauth.application.not_found"));
    let expected =
        ["oauth.application.created", "oauth.application.updated", "oauth.application.deleted"];
    assert_eq!(app.audited(Some(ann.id)).await, expected);
    let told: Vec<String> = app.told(ann.id).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, [expected[0], expected[2]]);
    assert!(!app.everything().await.contains(&secret), "a secret is stored as a hash");
}

#[tokio::test]
async fn anothers_application_is_unknown() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let path = format!("/v1/oauth/applications/{}", app.client(&ann).await.id);
    let unknown = (404, "oauth.application.not_found");
    assert_eq!(app.get_as(&bob, &path).await.error(), unknown);
    assert_eq!(app.call(&bob, Method::DELETE, &path, None).await.error(), unknown);
    let rotate = format!("{path}/rotate-secret");
    assert_eq!(app.post_as(&bob, &rotate, json!({})).await.error(), unknown);
    let headers =
        [("authorization", format!("Bearer {}", bob.token)), ("if-match", "*".to_owned())];
    let change = json!({ "name": "Mine" });
    assert_eq!(app.send(Method::PATCH, &path, &headers, Some(&change)).await.error(), unknown);
    assert_eq!(app.get_as(&ann, &path).await.status, 200);
}

#[tokio::test]
async fn applications_break_no_rule() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let check = async |change: Value, pointer: &str| {
        let mut body = application();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = app.post_as(&ann, "/v1/oauth/applications", body).await;
        assert_eq!(answer.status, 400, "{change}: {answer:?}");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{change}");
    };
    check(json!({ "name": "" }), "/name").await;
    check(json!({ "name": "a\nb" }), "/name").await;
    check(json!({ "redirect_uris": [] }), "/redirect_uris").await;
    check(json!({ "redirect_uris": ["http://books.example/"] }), "/redirect_uris").await;
    check(json!({ "redirect_uris": vec![CALLBACK; 11] }), "/redirect_uris").await;
    check(json!({ "post_logout_redirect_uris": ["x"] }), "/post_logout_redirect_uris").await;
    check(json!({ "grant_types": [] }), "/grant_types").await;
    check(json!({ "grant_types": ["password"] }), "/grant_types/0").await;
    check(json!({ "grant_types": ["implicit"] }), "/grant_types/0").await;
    check(json!({ "kind": "public" }), "/grant_types").await;
    check(json!({ "scopes": [] }), "/scopes").await;
    check(json!({ "scopes": ["wallet.read", "users.read"] }), "/scopes/1").await;
    check(json!({ "scopes": ["security.write"] }), "/scopes/0").await;
    check(json!({ "owner": "me" }), "/owner").await;
}

#[tokio::test]
async fn a_repeat_with_the_same_key_registers_nothing_and_there_are_20_at_most() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let headers = [
        ("authorization", format!("Bearer {}", ann.token)),
        ("idempotency-key", "once".to_owned()),
    ];
    let body = application();
    let path = "/v1/oauth/applications";
    assert_eq!(app.send(Method::POST, path, &headers, Some(&body)).await.status, 201);
    let again = app.send(Method::POST, path, &headers, Some(&body)).await;
    assert_eq!(again.error(), (409, "oauth.application.exists"));
    for _ in 1..20 {
        assert_eq!(app.post_as(&ann, path, application()).await.status, 201);
    }
    let one_more = app.post_as(&ann, path, application()).await;
    assert_eq!(one_more.error(), (422, "oauth.application.too_many"));
    assert_eq!(app.count("applications").await, 20);
}

#[tokio::test]
async fn a_rotated_secret_works_until_the_overlap_is_over() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let old = app.client(&ann).await;
    let path = format!("/v1/oauth/applications/{}/rotate-secret", old.id);
    let rotated = app.post_as(&ann, &path, json!({ "overlap_s": 60 })).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let new = crate::app::Client { secret: Some(rotated.text("client_secret")), ..old.clone() };
    let works = async |client| {
        let fields = [("grant_type", "client_credentials"), ("scope", "wallet.read")];
        app.token(client, &fields).await.status == 200
    };
    assert!(works(&old).await && works(&new).await);
    app.pass(60);
    assert!(!works(&old).await && works(&new).await);
    assert_eq!(app.post_as(&ann, &path, json!({ "overlap_s": 604_801 })).await.status, 400);
    assert_eq!(app.post_as(&ann, &path, json!({})).await.status, 200);
    assert!(!works(&new).await, "without an overlap it ends at once");
    let public = app.public_client(&ann).await;
    let path = format!("/v1/oauth/applications/{}/rotate-secret", public.id);
    let refused = app.post_as(&ann, &path, json!({})).await;
    assert_eq!(refused.error(), (422, "oauth.application.public"));
}

#[tokio::test]
async fn programs_register_no_programs() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let access = app.tokens(&ann, &client).await.text("access_token");
    let headers = [("authorization", format!("Bearer {access}"))];
    let answer = app.send(Method::GET, "/v1/oauth/applications", &headers, None).await;
    assert_eq!(answer.error(), (403, "identity.actor.no_session"));
    let answer = app.send(Method::GET, "/v1/oauth/consents", &headers, None).await;
    assert_eq!(answer.error(), (403, "identity.actor.no_session"));
    let nobody = app.send(Method::GET, "/v1/oauth/applications", &[], None).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn applications_of_a_frozen_owner_get_nothing() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let client = app.client(&ann).await;
    let tokens = app.tokens(&bob, &client).await;
    let frozen = kernel::audit::AuditActor::Operator;
    app.identity.freeze(ann.id, frozen, "fraud").await.unwrap();
    let refresh = app.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(refresh.error(), (401, "invalid_client"));
    let asked = app.send(Method::GET, &app.ask(&client, &[]), &[], None).await;
    assert_eq!(asked.error(), (400, "invalid_request"));
}
