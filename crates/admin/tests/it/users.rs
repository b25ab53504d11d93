use axum::http::Method;
use identity::{Actor, ActorKind, Credential, Permission, Role, UserId};
use kernel::audit::AuditActor;
use kernel::http::ClientInfo;
use ledger::engine::{Extra, NewTransfer};
use serde_json::{Value, json};

use crate::app::{Answer, App, person};

fn manager() -> Actor {
    person(1, Role::Manager)
}

fn support() -> Actor {
    person(2, Role::Support)
}

async fn search(app: &App, text: &str) -> Answer {
    let query = text.replace('@', "%40").replace(' ', "%20");
    app.get(support(), &format!("/v1/admin/users?q={query}")).await
}

fn ids(answer: &Answer) -> Vec<String> {
    let data = answer.body["data"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    data.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

/// A payment with a reference, from one user to another; its id.
async fn pay(app: &App, from: UserId, to: UserId, reference: &str) -> ledger::TransferId {
    let id = ledger::TransferId::generate();
    let payment = NewTransfer {
        id: id.as_u128(),
        debit_account: from.account_id("EUR"),
        credit_account: to.account_id("EUR"),
        amount: 5,
        asset: app.ledger.asset("EUR").await.unwrap().unwrap().no,
        code: 200,
        extra: Some(Box::new(Extra { reference: Some(reference.into()), ..Extra::default() })),
        ..NewTransfer::default()
    };
    let results = app.ledger.create_transfers(vec![payment]).await.unwrap();
    assert!(results[0].status.is_success(), "{results:?}");
    id
}

#[tokio::test]
async fn user_is_found_by_anything() {
    let app = App::start().await;
    let (ann, signed_in) = app.signed_in("ann@example.org").await;
    let bob = app.user("bob@example.net", "Robert Cooper", "bobby").await;
    let (ann_text, bob_text) = (ann.to_string(), bob.to_string());
    let account = app.open(ann, 1_000).await;
    app.open(bob, 0).await;
    let transfer = pay(&app, ann, bob, "invoice 2026-117").await.to_string();
    let session = signed_in["session_id"].as_str().unwrap();
    let own = Actor {
        kind: ActorKind::Session { user: ann, session: session.parse().unwrap() },
        ..person(0, Role::User)
    };
    let key = json!({ "name": "Bookkeeping", "scopes": ["wallet.read"], "allowed_ips": [] });
    let key = app.ask_identity(own, "/v1/identity/api-keys", key).await;
    let secret = key.body["key"].as_str().unwrap_or_else(|| panic!("{key:?}"));
    let key_id = key.body["api_key"]["id"].as_str().or(key.body["id"].as_str()).unwrap();
    let card =
        json!({ "number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123" });
    let deposit = json!({ "asset": "EUR", "amount": "1250", "card": card });
    let deposit = app.ask_payments(own, "/v1/payments/deposits", deposit).await;
    let deposit = deposit.body["id"].as_str().unwrap_or_else(|| panic!("{deposit:?}"));
    let bank = json!({ "iban": "AT611904300234573201", "name": "Ann Baker" });
    let withdrawal = json!({ "asset": "EUR", "amount": "60", "destination": bank });
    let withdrawal = app.ask_payments(own, "/v1/payments/withdrawals", withdrawal).await;
    let withdrawal = withdrawal.body["id"].as_str().unwrap_or_else(|| panic!("{withdrawal:?}"));

    for clue in [
        &ann_text,
        "ann@example.org",
        "ANN@EX",
        "Baker",
        session,
        &account,
        secret,
        key_id,
        deposit,
        withdrawal,
    ] {
        assert_eq!(ids(&search(&app, clue).await), [ann_text.as_str()], "{clue}");
    }
    for clue in ["bobby", "@bobby", "Robert Coop", "bob@"] {
        assert_eq!(ids(&search(&app, clue).await), [bob_text.as_str()], "{clue}");
    }
    for clue in [transfer.as_str(), "invoice 2026-117"] {
        let mut found = ids(&search(&app, clue).await);
        found.sort();
        let mut both = [ann_text.clone(), bob_text.clone()];
        both.sort();
        assert_eq!(found, both, "{clue}");
    }
    let unknown = ["ses", "key", "acct", "tr", "dep", "wdr", "usr"];
    let unknown = unknown.map(|prefix| format!("{prefix}_00000000000000000000000001"));
    for clue in unknown.iter().map(String::as_str).chain(["carol", "bshl_key_zzz"]) {
        assert!(ids(&search(&app, clue).await).is_empty(), "{clue}");
    }
}

#[tokio::test]
async fn line_30_pasted_key_is_not_written_into_the_audit_log() {
    let app = App::start().await;
    let key = "bshl_key_canarycanarycanarycanary";
    assert_eq!(search(&app, key).await.status, 200);
    for secret in ["bshl_rt_canarycanarycanary", "bshl_op_canarycanarycanary"] {
        assert_eq!(search(&app, secret).await.problem(), (400, "request.query.invalid"));
    }
    assert_eq!(app.audited("admin.user.searched").await[0].data["search"], "bshl_key_can");
    assert_eq!(app.count("audit.entries where data::text like '%canary%'").await, 0);
}

#[tokio::test]
async fn search_is_paged_and_strict() {
    let app = App::start().await;
    for number in 0..3 {
        app.user(&format!("carl{number}@example.org"), "Carl Draper", &format!("carl{number}"))
            .await;
    }
    let first = app.get(support(), "/v1/admin/users?q=carl&limit=2").await;
    assert_eq!(first.body["data"].as_array().unwrap().len(), 2);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let rest = app.get(support(), &format!("/v1/admin/users?q=carl&limit=2&cursor={cursor}")).await;
    assert_eq!((ids(&rest).len(), &rest.body["next_cursor"]), (1, &Value::Null));
    for query in ["", "q=", "q=a", "q=a%0Ab", "q=ann&who=me", "q=ann&cursor=zzz"] {
        let answer = app.get(support(), &format!("/v1/admin/users?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
}

#[tokio::test]
async fn line_31_whoever_looks_at_a_user_is_recorded() {
    let app = App::start().await;
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    search(&app, "annie").await;
    for part in ["", "/sessions", "/accounts", "/timeline"] {
        let answer = app.get(support(), &format!("/v1/admin/users/{ann}{part}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let entries = app.audited("admin.user.viewed").await;
    let seen: Vec<&Value> = entries.iter().rev().map(|entry| &entry.data["seen"]).collect();
    assert_eq!(seen, ["search", "profile", "sessions", "accounts", "timeline"]);
    assert_eq!(entries.last().unwrap().data["search"], "annie");
    for entry in &entries {
        assert_eq!((entry.actor, entry.subject), (AuditActor::User(2), Some(ann.as_u128())));
        assert_eq!(entry.ip, Some("203.0.113.7".parse().unwrap()));
    }
}

#[tokio::test]
async fn line_31_what_cannot_be_recorded_is_not_shown() {
    let app = App::start().await;
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    let client = app.database.database().client().await.unwrap();
    client.batch_execute("alter table audit.entries rename to gone").await.unwrap();
    for path in [
        "/v1/admin/users?q=annie".to_owned(),
        format!("/v1/admin/users/{ann}"),
        format!("/v1/admin/users/{ann}/sessions"),
        format!("/v1/admin/users/{ann}/accounts"),
    ] {
        let answer = app.get(support(), &path).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(!answer.text.contains("Ann") && !answer.text.contains("ann@"), "{}", answer.text);
    }
}

#[tokio::test]
async fn line_15_users_see_nobody_through_these_routes() {
    let app = App::start().await;
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    let own = Actor {
        kind: ActorKind::Session { user: ann, session: identity::SessionId::from_u128(9) },
        ..person(0, Role::User)
    };
    let paths = ["", "/sessions", "/accounts", "/timeline"]
        .map(|part| format!("/v1/admin/users/{ann}{part}"));
    for actor in [own, person(3, Role::User), person(3, Role::Merchant)] {
        for path in &paths {
            let answer = app.get(actor, path).await;
            assert_eq!(answer.problem(), (403, "identity.permission.missing"), "{path}");
        }
        let found = app.get(actor, "/v1/admin/users?q=annie").await;
        assert_eq!(found.problem(), (403, "identity.permission.missing"));
    }
    assert_eq!(app.audited("admin.user.viewed").await.len(), 0);
    let unknown = "/v1/admin/users/usr_00000000000000000000000001";
    for part in ["", "/sessions", "/accounts", "/timeline"] {
        let answer = app.get(support(), &format!("{unknown}{part}")).await;
        assert_eq!(answer.problem(), (404, "admin.user.not_found"), "{part}");
    }
}

#[tokio::test]
async fn details_say_what_there_is() {
    let app = App::start().await;
    let (ann, _) = app.signed_in("ann@example.org").await;
    let account = app.open(ann, 100).await;
    let user = app.get(support(), &format!("/v1/admin/users/{ann}")).await.body;
    assert_eq!(user["counts"], json!({ "sessions": 1, "accounts": 1 }));
    assert_eq!(
        (user["status"].as_str(), user["is_email_verified"].as_bool()),
        (Some("active"), Some(true))
    );
    assert_eq!(user["roles"], json!(["user"]));
    let accounts = app.get(support(), &format!("/v1/admin/users/{ann}/accounts")).await.body;
    assert_eq!(accounts["data"][0]["id"], account);
    assert_eq!(
        (&accounts["data"][0]["balance"], &accounts["data"][0]["scale"]),
        (&json!("100"), &json!(2))
    );
}

#[tokio::test]
async fn freezing_needs_the_permission_a_reason_and_another_person() {
    let app = App::start().await;
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    let path = format!("/v1/admin/users/{ann}/freeze");
    let why = json!({ "reason": "the phone was stolen" });
    let answer = app.post(support(), &path, why.clone()).await;
    assert_eq!(answer.problem(), (403, "identity.permission.missing"));
    let answer = app.post(manager(), &path, json!({ "reason": "hm" })).await;
    assert_eq!(answer.problem(), (400, "request.body.invalid"));
    let frozen_manager = Actor { is_frozen: true, ..manager() };
    let answer = app.post(frozen_manager, &path, why.clone()).await;
    assert_eq!(answer.problem(), (403, "identity.user.frozen"));
    let own = Actor {
        kind: ActorKind::Session { user: ann, session: identity::SessionId::from_u128(9) },
        ..manager()
    };
    for verb in ["freeze", "unfreeze", "end-sessions"] {
        let answer = app.post(own, &format!("/v1/admin/users/{ann}/{verb}"), why.clone()).await;
        assert_eq!(answer.problem(), (403, "admin.user.own"), "{verb}");
    }
    assert_eq!(app.audited("admin.user.refused").await.len(), 3);
    let unknown = "/v1/admin/users/usr_00000000000000000000000009/freeze";
    assert_eq!(
        app.post(manager(), unknown, why.clone()).await.problem(),
        (404, "admin.user.not_found")
    );
    assert_eq!(app.audited("identity.user.frozen").await.len(), 0);

    let frozen = app.post(manager(), &path, why.clone()).await;
    assert_eq!((frozen.status, frozen.body["status"].as_str()), (200, Some("frozen")));
    let entry = app.audited("identity.user.frozen").await.remove(0);
    assert_eq!(
        (entry.actor, entry.reason.as_deref()),
        (AuditActor::User(1), Some("the phone was stolen"))
    );
    let path = format!("/v1/admin/users/{ann}/unfreeze");
    let active = app.post(Actor::OPERATOR, &path, json!({ "reason": "it was found" })).await;
    assert_eq!((active.status, active.body["status"].as_str()), (200, Some("active")));
    assert_eq!(app.audited("identity.user.unfrozen").await[0].actor, AuditActor::Operator);
}

#[tokio::test]
async fn line_14_staff_sees_and_ends_any_session() {
    let app = App::start().await;
    let (ann, signed_in) = app.signed_in("ann@example.org").await;
    let token = signed_in["access_token"].as_str().unwrap().to_owned();
    let client = ClientInfo::default();
    let actor = app.identity.authenticate(Credential::Bearer(&token), &client).await.unwrap();
    assert_eq!(actor.user(), Some(ann));

    let sessions = app.get(support(), &format!("/v1/admin/users/{ann}/sessions")).await.body;
    assert_eq!(sessions["data"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["data"][0]["id"], signed_in["session_id"]);
    assert_eq!(sessions["data"][0]["device"], "Ann's phone");

    let path = format!("/v1/admin/users/{ann}/end-sessions");
    let why = json!({ "reason": "the phone was stolen" });
    let answer = app.post(support(), &path, why.clone()).await;
    assert_eq!(answer.problem(), (403, "identity.permission.missing"));
    let ended = app.post(manager(), &path, why).await;
    assert_eq!((ended.status, ended.body), (200, json!({ "ended": 1 })));
    assert!(app.identity.authenticate(Credential::Bearer(&token), &client).await.is_err());
    let entry = app.audited("admin.user.sessions_ended").await.remove(0);
    assert_eq!(entry.reason.as_deref(), Some("the phone was stolen"));
    assert_eq!(app.audited("identity.session.ended").await.len(), 1);
}

#[tokio::test]
async fn line_16_unknown_fields_are_refused() {
    let app = App::start().await;
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    let body = json!({ "reason": "the phone was stolen", "status": "active" });
    for verb in ["freeze", "unfreeze", "end-sessions"] {
        let path = format!("/v1/admin/users/{ann}/{verb}");
        let answer = app.post(manager(), &path, body.clone()).await;
        assert_eq!(answer.problem(), (400, "request.body.invalid"), "{verb}");
    }
}

#[tokio::test]
async fn permissions_of_staff_stand_in_the_table() {
    for (role, may) in [(Role::Support, false), (Role::Manager, true), (Role::Administrator, true)]
    {
        assert_eq!(person(1, role).permissions.has(Permission::UsersFreeze), may, "{role}");
    }
    let app = App::start().await;
    let answer = app.send(support(), Method::DELETE, "/v1/admin/users", &[], None).await;
    assert_eq!(answer.status, 405);
}
