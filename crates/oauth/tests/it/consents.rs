//! What users allow, and taking it back.

use axum::http::Method;
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn users_see_what_they_allow_and_take_it_back_with_all_its_tokens() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let dev = app.person("dev").await;
    let (books, shop) = (app.client(&dev).await, app.client(&dev).await);
    let (one, two) = (app.tokens(&ann, &books).await, app.tokens(&ann, &books).await);
    let (bobs, shops) = (app.tokens(&bob, &books).await, app.tokens(&ann, &shop).await);
    let waiting = app.code(&ann, &books).await;
    let list = app.get_as(&ann, "/v1/oauth/consents").await;
    assert_eq!(list.body["consents"].as_array().unwrap().len(), 2);
    let known = list.body["consents"].as_array().unwrap().iter();
    let known = known.clone().find(|it| it["application"]["id"] == books.id).unwrap();
    assert_eq!(known["application"]["name"], "Orchard Books");
    assert_eq!(known["scopes"], json!(["openid", "offline_access", "wallet.read"]));
    let path = format!("/v1/oauth/consents/{}", books.id);
    assert_eq!(app.call(&ann, Method::DELETE, &path, None).await.status, 204);
    for ended in [&one, &two] {
        assert!(!app.is_good(&ended.text("access_token")).await);
        let refreshed = app.refresh(&books, &ended.text("refresh_token")).await;
        assert_eq!(refreshed.error(), (400, "invalid_grant"));
    }
    let late = app.exchange(&books, &waiting).await;
    assert_eq!(late.error(), (400, "invalid_grant"), "a code that wasn't exchanged yet is void");
    for other in [&bobs, &shops] {
        assert!(app.is_good(&other.text("access_token")).await);
    }
    let gone = app.call(&ann, Method::DELETE, &path, None).await;
    assert_eq!(gone.error(), (404, "oauth.consent.not_found"));
    let told: Vec<String> = app.told(ann.id).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told.last().unwrap(), "oauth.consent.revoked");
    assert!(app.audited(Some(ann.id)).await.contains(&"oauth.consent.revoked".to_owned()));
    let request = app.request(&books, &[]).await;
    let seen = app.get_as(&ann, &format!("/v1/oauth/requests/{request}")).await;
    assert_eq!(seen.body["is_consent_needed"], true, "they are asked again");
}

#[tokio::test]
async fn a_deleted_application_takes_everything_along() {
    let app = App::start().await;
    let (ann, dev) = (app.person("ann").await, app.person("dev").await);
    let client = app.client(&dev).await;
    let tokens = app.tokens(&ann, &client).await;
    assert!(app.is_good(&tokens.text("access_token")).await);
    let path = format!("/v1/oauth/applications/{}", client.id);
    assert_eq!(app.call(&dev, Method::DELETE, &path, None).await.status, 204);
    assert!(!app.is_good(&tokens.text("access_token")).await);
    let refreshed = app.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(refreshed.error(), (401, "invalid_client"));
    assert_eq!(app.get_as(&ann, "/v1/oauth/consents").await.body["consents"], json!([]));
    for table in ["grants", "access_tokens", "refresh_tokens", "consents", "authorization_requests"]
    {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
}
