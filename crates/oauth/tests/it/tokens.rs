//! The token endpoint, revocation and introspection.

use identity::{ActorKind, Permission};
use serde_json::json;

use crate::app::{App, CALLBACK, VERIFIER};

#[tokio::test]
async fn a_code_becomes_tokens_that_act_for_the_user_within_their_scopes() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let tokens = app.tokens(&ann, &client).await;
    assert_eq!(tokens.body["token_type"], "Bearer");
    assert_eq!(tokens.body["expires_in"], 900);
    assert_eq!(tokens.body["scope"], "openid offline_access wallet.read");
    let actor = app.authenticate(&tokens.text("access_token")).await.unwrap();
    let is_application = matches!(actor.kind, ActorKind::Application { user, application }
        if user == ann.id && application.to_string() == client.id);
    assert!(is_application, "{actor:?}");
    assert_eq!(actor.permissions.iter().collect::<Vec<_>>(), [Permission::WalletRead]);
    assert!(actor.require_session().is_err());
    let stored = app.everything().await;
    for secret in ["access_token", "refresh_token", "id_token"] {
        assert!(!stored.contains(&tokens.text(secret)), "{secret} is stored");
    }
    app.pass(900);
    assert!(!app.is_good(&tokens.text("access_token")).await, "after 15 minutes it is over");
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let code = app.code_with(&ann, &client, &[("scope", "wallet.read")]).await;
    let tokens = app.exchange(&client, &code).await;
    assert_eq!((tokens.status, tokens.body.get("refresh_token")), (200, None));
    assert_eq!(tokens.body.get("id_token"), None, "nor an id_token without openid");
}

#[tokio::test]
async fn line_19_a_code_is_good_once_and_a_second_use_ends_what_it_gave() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let code = app.code(&ann, &client).await;
    let first = app.exchange(&client, &code).await;
    let (access, refresh) = (first.text("access_token"), first.text("refresh_token"));
    assert!(app.is_good(&access).await);
    let second = app.exchange(&client, &code).await;
    assert_eq!(second.error(), (400, "invalid_grant"));
    assert!(!app.is_good(&access).await);
    assert_eq!(app.refresh(&client, &refresh).await.error(), (400, "invalid_grant"));
    let audited = app.audited(Some(ann.id)).await;
    assert!(audited.contains(&"oauth.code.reused".to_owned()), "{audited:?}");
}

#[tokio::test]
async fn line_19_two_exchanges_of_a_code_at_once_give_one_set_of_tokens_at_most() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let code = app.code(&ann, &client).await;
    let (one, two) = tokio::join!(app.exchange(&client, &code), app.exchange(&client, &code));
    let good = [&one, &two].into_iter().filter(|it| it.status == 200).count();
    assert_eq!(good, 1, "{one:?} {two:?}");
    let given = if one.status == 200 { one } else { two };
    assert!(!app.is_good(&given.text("access_token")).await);
}

#[tokio::test]
async fn line_19_a_code_lives_a_minute() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let code = app.code(&ann, &client).await;
    app.pass(59);
    let in_time = app.code(&ann, &client).await;
    app.pass(1);
    assert_eq!(app.exchange(&client, &code).await.error(), (400, "invalid_grant"));
    assert_eq!(app.exchange(&client, &in_time).await.status, 200);
}

#[tokio::test]
async fn line_19_a_code_is_for_its_application_address_and_verifier_only() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let (client, other) = (app.client(&ann).await, app.client(&ann).await);
    let code = app.code(&ann, &client).await;
    let refused = (400, "invalid_grant");
    assert_eq!(app.exchange(&other, &code).await.error(), refused);
    let elsewhere = "https://books.example/other";
    assert_eq!(app.exchange_with(&client, &code, elsewhere, VERIFIER).await.error(), refused);
    let wrong = VERIFIER.replace('d', "e");
    assert_eq!(app.exchange_with(&client, &code, CALLBACK, &wrong).await.error(), refused);
    let without = app.exchange_with(&client, &code, CALLBACK, "").await;
    assert_eq!(without.error(), (400, "invalid_request"));
    let fields =
        [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", VERIFIER)];
    assert_eq!(app.token(&client, &fields).await.error(), (400, "invalid_request"));
    let unknown = app.exchange(&client, &code.replace("bshl_ac_", "bshl_at_")).await;
    assert_eq!(unknown.error(), refused);
    assert_eq!(app.exchange(&client, &code).await.status, 200, "none of it used the code up");
}

#[tokio::test]
async fn line_19_there_is_no_password_grant() {
    let app = App::start().await;
    let client = app.client(&app.person("ann").await).await;
    for grant_type in ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "x"] {
        let fields = [
            ("grant_type", grant_type),
            ("username", "ann"),
            ("password", "plum kettle anchor fog"),
        ];
        assert_eq!(app.token(&client, &fields).await.error(), (400, "unsupported_grant_type"));
    }
    assert_eq!(app.token(&client, &[]).await.error(), (400, "invalid_request"));
}

#[tokio::test]
async fn refresh_tokens_are_exchanged_at_each_use() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    for client in [app.client(&ann).await, app.public_client(&ann).await] {
        let first = app.tokens(&ann, &client).await;
        let second = app.refresh(&client, &first.text("refresh_token")).await;
        assert_eq!(second.status, 200, "{second:?}");
        assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
        assert!(app.is_good(&second.text("access_token")).await);
        assert!(second.body["id_token"].is_string());
        let next = second.text("refresh_token");
        let fields =
            [("grant_type", "refresh_token"), ("refresh_token", &*next), ("scope", "wallet.read")];
        let less = app.token(&client, &fields).await;
        assert_eq!((less.status, &less.body["scope"]), (200, &json!("wallet.read")));
        let last = less.text("refresh_token");
        let fields =
            [("grant_type", "refresh_token"), ("refresh_token", &*last), ("scope", "wallet.write")];
        assert_eq!(app.token(&client, &fields).await.error(), (400, "invalid_scope"));
        let all = app.refresh(&client, &last).await;
        assert_eq!(all.body["scope"], "openid offline_access wallet.read", "less was for once");
    }
}

#[tokio::test]
async fn line_11_a_second_use_of_a_refresh_token_ends_all_and_alerts() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let first = app.tokens(&ann, &client).await;
    let second = app.refresh(&client, &first.text("refresh_token")).await;
    let refused = (400, "invalid_grant");
    assert_eq!(app.refresh(&client, &first.text("refresh_token")).await.error(), refused);
    for token in [&first, &second] {
        assert!(!app.is_good(&token.text("access_token")).await);
    }
    assert_eq!(app.refresh(&client, &second.text("refresh_token")).await.error(), refused);
    let told = app.told(ann.id).await;
    assert_eq!(told.last().unwrap().0, "oauth.refresh_token.reused");
    let audited = app.audited(Some(ann.id)).await;
    let (ended, reused) = ("oauth.grant.ended".to_owned(), "oauth.refresh_token.reused".to_owned());
    assert!(audited.contains(&ended) && audited.contains(&reused), "{audited:?}");
}

#[tokio::test]
async fn a_refresh_token_is_for_its_application_and_lives_60_days() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let (client, other) = (app.client(&ann).await, app.client(&ann).await);
    let token = app.tokens(&ann, &client).await.text("refresh_token");
    assert_eq!(app.refresh(&other, &token).await.error(), (400, "invalid_grant"));
    assert_eq!(app.refresh(&client, "bshl_ar_x").await.error(), (400, "invalid_grant"));
    app.pass(60 * 24 * 3_600);
    assert_eq!(app.refresh(&client, &token).await.error(), (400, "invalid_grant"));
}

#[tokio::test]
async fn an_application_acts_for_its_owner_by_its_secret() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let tokens = app.token(&client, &[("grant_type", "client_credentials")]).await;
    assert_eq!(tokens.body["scope"], "wallet.read wallet.write", "no user, no openid");
    assert_eq!(tokens.body.get("refresh_token"), None);
    let actor = app.authenticate(&tokens.text("access_token")).await.unwrap();
    assert_eq!(actor.user(), Some(ann.id));
    let scope = |scope| [("grant_type", "client_credentials"), ("scope", scope)];
    let less = app.token(&client, &scope("wallet.read")).await;
    assert_eq!(less.body["scope"], "wallet.read");
    for wrong in ["openid", "payments.read", "users.read"] {
        assert_eq!(app.token(&client, &scope(wrong)).await.error(), (400, "invalid_scope"));
    }
    let only_codes = json!({ "grant_types": ["authorization_code"] });
    let other = app.client_with(&ann, only_codes).await;
    let refused = app.token(&other, &scope("wallet.read")).await;
    assert_eq!(refused.error(), (400, "unauthorized_client"));
}

#[tokio::test]
async fn line_18_other_kinds_of_tokens_are_no_access_tokens() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let code = app.code(&ann, &client).await;
    let tokens = app.exchange(&client, &code).await;
    let access = tokens.text("access_token");
    let secret = client.secret.clone().unwrap();
    let forged = access.replace(&access[8..12], "0000");
    for other in [&code, &tokens.text("refresh_token"), &tokens.text("id_token"), &secret, &forged]
    {
        assert!(app.authenticate(other).await.is_err(), "{other}");
        let as_access = other.replacen(
            other.split('_').take(2).collect::<Vec<_>>().join("_").as_str(),
            "bshl_at",
            1,
        );
        assert!(app.authenticate(&as_access).await.is_err(), "{as_access}");
    }
    assert!(
        app.identity
            .authenticate(
                identity::Credential::Bearer(&access),
                &kernel::http::ClientInfo::default()
            )
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_application_gives_tokens_back() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    for client in [app.client(&ann).await, app.public_client(&ann).await] {
        let tokens = app.tokens(&ann, &client).await;
        let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
        let revoke = async |token: &str| {
            app.post_as_client(&client, "/oauth/revoke", &[("token", token)]).await.status
        };
        assert!(app.is_good(&access).await);
        assert_eq!(revoke(&access).await, 200);
        assert!(!app.is_good(&access).await);
        let next = app.refresh(&client, &refresh).await;
        assert_eq!(next.status, 200, "the grant goes on");
        assert_eq!(revoke(&next.text("refresh_token")).await, 200);
        assert!(!app.is_good(&next.text("access_token")).await, "all of it ends");
        assert_eq!(app.refresh(&client, &next.text("refresh_token")).await.status, 400);
        assert_eq!(revoke("whatever").await, 200);
    }
}

#[tokio::test]
async fn anothers_tokens_are_neither_seen_nor_ended() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let (client, other) = (app.client(&ann).await, app.client(&ann).await);
    let tokens = app.tokens(&ann, &client).await;
    for kind in ["access_token", "refresh_token"] {
        let token = tokens.text(kind);
        let fields = [("token", token.as_str())];
        assert_eq!(app.post_as_client(&other, "/oauth/revoke", &fields).await.status, 200);
        let seen = app.post_as_client(&other, "/oauth/introspect", &fields).await;
        assert_eq!(seen.body, json!({ "active": false }));
    }
    assert!(app.is_good(&tokens.text("access_token")).await);
}

#[tokio::test]
async fn an_application_asks_what_its_tokens_are_good_for() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let (client, public) = (app.client(&ann).await, app.public_client(&ann).await);
    let tokens = app.tokens(&ann, &client).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let ask = async |token: &str| {
        app.post_as_client(&client, "/oauth/introspect", &[("token", token)]).await.body
    };
    let seen = ask(&access).await;
    assert_eq!(seen["active"], true);
    assert_eq!(seen["scope"], "openid offline_access wallet.read");
    assert_eq!((&seen["client_id"], &seen["sub"]), (&json!(client.id), &json!(ann.id)));
    assert_eq!(seen["exp"].as_i64().unwrap() - seen["iat"].as_i64().unwrap(), 900);
    assert_eq!((&seen["token_type"], &seen["iss"]), (&json!("Bearer"), &json!(crate::app::ISSUER)));
    assert_eq!(ask(&refresh).await["active"], true);
    app.refresh(&client, &refresh).await;
    assert_eq!(ask(&refresh).await, json!({ "active": false }), "it was used");
    assert_eq!(ask("nothing").await, json!({ "active": false }));
    app.pass(900);
    assert_eq!(ask(&access).await, json!({ "active": false }));
    let fields = [("token", access.as_str())];
    let refused = app.post_as_client(&public, "/oauth/introspect", &fields).await;
    assert_eq!(refused.error(), (400, "unauthorized_client"));
}
