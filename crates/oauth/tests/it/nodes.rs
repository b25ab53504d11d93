//! What ends on one process is over on every other within a second.

use std::time::{Duration, Instant};

use axum::http::Method;

use crate::app::App;

#[tokio::test]
async fn line_13_what_is_revoked_is_refused_by_every_process_within_a_second() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let (_identity, other) = app.node().await;
    let revoke = format!("/v1/oauth/consents/{}", client.id);
    for by_consent in [true, false] {
        let tokens = app.tokens(&ann, &client).await;
        let access = tokens.text("access_token");
        assert!(other.authenticate(&access).await.is_ok());
        if by_consent {
            assert_eq!(app.call(&ann, Method::DELETE, &revoke, None).await.status, 204);
        } else {
            app.post_as_client(&client, "/oauth/revoke", &[("token", &access)]).await;
        }
        let began = Instant::now();
        while other.authenticate(&access).await.is_ok() {
            assert!(began.elapsed() < Duration::from_secs(1), "still let in");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn line_13_who_is_frozen_or_gone_has_no_applications_that_act() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let access = app.tokens(&ann, &client).await.text("access_token");
    assert!(!app.oauth.authenticate(&access).await.unwrap().is_frozen);
    let operator = kernel::audit::AuditActor::Operator;
    app.identity.freeze(ann.id, operator, "fraud").await.unwrap();
    assert!(app.oauth.authenticate(&access).await.unwrap().is_frozen);
}
