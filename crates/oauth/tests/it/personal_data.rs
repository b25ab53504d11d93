//! Export, and what remains of who has left.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn what_a_user_allowed_and_registered_is_exported_without_secrets() {
    let app = App::start().await;
    let (ann, dev) = (app.person("ann").await, app.person("dev").await);
    let client = app.client(&dev).await;
    let tokens = app.tokens(&ann, &client).await;
    let anns = app.oauth.export(ann.id).await.unwrap();
    assert_eq!(anns["applications"], json!([]));
    assert_eq!(anns["consents"][0]["application_name"], "Orchard Books");
    let devs = app.oauth.export(dev.id).await.unwrap();
    assert_eq!(devs["applications"][0]["id"], client.id);
    let all = format!("{anns}{devs}");
    assert!(!all.contains(&client.secret.unwrap()) && !all.contains(&tokens.text("refresh_token")));
}

#[tokio::test]
async fn nothing_remains_of_who_has_left_and_their_applications_end() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let (anns, bobs) = (app.client(&ann).await, app.client(&bob).await);
    app.tokens(&ann, &bobs).await;
    let of_bob = app.tokens(&bob, &anns).await.text("access_token");
    let own = app.tokens(&bob, &bobs).await.text("access_token");
    assert!(app.is_good(&of_bob).await);
    for _ in 0..2 {
        app.oauth.erase_user(ann.id).await.unwrap();
    }
    assert!(!app.is_good(&of_bob).await, "her application is gone");
    assert!(app.is_good(&own).await);
    let client = app.database.database().client().await.unwrap();
    for table in ["applications", "consents", "grants", "authorization_requests", "device_requests"]
    {
        let sql = format!(
            "select count(*) from oauth.{table} where {table}::text like '%{}%'",
            ann.id.as_uuid()
        );
        assert_eq!(client.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0), 0, "{table}");
    }
}

/// The job that comes again and again.
#[tokio::test]
async fn what_is_over_is_removed_after_a_day() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let refresh = app.tokens(&ann, &client).await.text("refresh_token");
    app.token(&client, &[("grant_type", "client_credentials")]).await;
    app.post_as_client(&client, "/oauth/device_authorization", &[]).await;
    app.request(&client, &[]).await;
    app.pass(25 * 3_600);
    app.bus.settle().await;
    for table in ["authorization_requests", "device_requests", "access_tokens"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    assert_eq!(app.count("grants").await, 1, "what can still be refreshed stays");
    assert_eq!(app.refresh(&client, &refresh).await.status, 200);
}
