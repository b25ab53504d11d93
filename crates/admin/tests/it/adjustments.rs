use std::time::Duration;

use axum::http::Method;
use identity::{Actor, Role, UserId};
use serde_json::{Value, json};

use crate::app::{App, person, program, proposal, send};

const ANN: UserId = UserId::from_u128(100);
const MAKER: u128 = 1;
const CHECKER: u128 = 2;
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

fn manager(number: u128) -> Actor {
    person(number, Role::Manager)
}

fn url(id: &str, verb: &str) -> String {
    format!("/v1/admin/adjustments/{id}/{verb}")
}

#[tokio::test]
async fn approved_credit_is_moved_once_and_told() {
    let app = App::start().await;
    let account = app.open(ANN, 1_000).await;
    let created =
        app.post(manager(MAKER), "/v1/admin/adjustments", proposal(ANN, "credit", 250)).await;
    assert_eq!((created.status, created.body["state"].as_str()), (201, Some("proposed")));
    assert_eq!(created.body["account"], account);
    let id = created.body["id"].as_str().unwrap();
    assert_eq!(created.headers["location"], format!("/v1/admin/adjustments/{id}"));
    assert_eq!(app.balance(ANN).await, 1_000, "a proposal moves nothing");

    let approved = app.post_empty(manager(CHECKER), &url(id, "approve")).await;
    assert_eq!((approved.status, approved.body["state"].as_str()), (200, Some("applied")));
    assert_eq!((app.balance(ANN).await, app.house_balance().await), (1_250, -250));
    let transfer = approved.body["transfer"].as_str().unwrap().parse::<ledger::TransferId>();
    let transfer = app.ledger.transfer(transfer.unwrap().as_u128()).await.unwrap().unwrap();
    assert_eq!((transfer.record.code, transfer.record.amount), (220, 250));
    assert_eq!(transfer.record.extra().reference.as_deref(), Some("ticket 4711"));

    let again = app.post_empty(manager(CHECKER), &url(id, "approve")).await;
    assert_eq!((again.status, &again.body), (200, &approved.body));
    assert_eq!(app.balance(ANN).await, 1_250);
    assert_eq!(app.count("bus.jobs where kind like 'admin.%'").await, 0, "nothing is left to do");
    assert_eq!(app.count("bus.events where kind = 'admin.adjustment.applied'").await, 1);
}

#[tokio::test]
async fn debit_never_goes_below_the_floor() {
    let app = App::start().await;
    app.open(ANN, 1_000).await;
    let id = app.propose(manager(MAKER), ANN, "debit", 1_001).await;
    let failed = app.post_empty(manager(CHECKER), &url(&id, "approve")).await;
    assert_eq!((failed.status, failed.body["state"].as_str()), (200, Some("failed")));
    assert_eq!(failed.body["failure"], "exceeds_floor");
    assert!(failed.body.get("transfer").is_none());
    assert_eq!(app.balance(ANN).await, 1_000);
    let id = app.propose(manager(MAKER), ANN, "debit", 1_000).await;
    app.post_empty(manager(CHECKER), &url(&id, "approve")).await;
    assert_eq!((app.balance(ANN).await, app.house_balance().await), (0, 1_000));
}

#[tokio::test]
async fn line_29_maker_is_not_checker_also_in_a_race() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let id = app.propose(manager(MAKER), ANN, "credit", 250).await;
    let alone = app.post_empty(manager(MAKER), &url(&id, "approve")).await;
    assert_eq!(alone.problem(), (403, "admin.adjustment.own_proposal"));

    let mut approvals = tokio::task::JoinSet::new();
    for attempt in 0..100_u128 {
        // The maker is one of the ten.
        let (router, path, actor) = (app.router(), url(&id, "approve"), manager(attempt % 10 + 1));
        approvals.spawn(async move {
            let answer = send(router, actor, Method::POST, &path, &[], None).await;
            (actor.user().unwrap(), answer)
        });
    }
    let answers = approvals.join_all().await;
    let winners: std::collections::HashSet<UserId> =
        answers.iter().filter(|(_, answer)| answer.status == 200).map(|(user, _)| *user).collect();
    assert_eq!(winners.len(), 1, "one person decided: {winners:?}");
    assert!(!winners.contains(&UserId::from_u128(MAKER)));
    for (user, answer) in &answers {
        let expected = match user.as_u128() {
            MAKER => (403, "admin.adjustment.own_proposal"),
            _ if winners.contains(user) => continue,
            _ => (409, "admin.adjustment.not_proposed"),
        };
        assert_eq!(answer.problem(), expected, "{user}");
    }
    assert_eq!((app.balance(ANN).await, app.house_balance().await), (250, -250));
    let row =
        app.count("admin.adjustments where decided_by is not null and decided_by <> proposed_by");
    assert_eq!(row.await, 1);
    assert_eq!(app.audited("admin.adjustment.approved").await.len(), 1);
}

#[tokio::test]
async fn line_29_database_itself_refuses_a_maker_who_checks() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    app.propose(manager(MAKER), ANN, "credit", 250).await;
    let client = app.database.database().client().await.unwrap();
    for (column, constraint) in
        [("proposed_by", "adjustments_four_eyes"), ("user_id", "adjustments_own_account")]
    {
        let sql = format!(
            "update admin.adjustments set state = 'approved', decided_at = now(), decided_by = {column}"
        );
        let error = client.execute(&sql, &[]).await.unwrap_err();
        assert_eq!(error.as_db_error().unwrap().constraint(), Some(constraint));
    }
}

#[tokio::test]
async fn programs_and_the_operator_neither_propose_nor_decide() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let id = app.propose(manager(MAKER), ANN, "credit", 250).await;
    for actor in [Actor::OPERATOR, program(CHECKER, Role::Manager)] {
        let proposed = app.post(actor, "/v1/admin/adjustments", proposal(ANN, "credit", 1)).await;
        assert_eq!(proposed.problem(), (403, "identity.actor.no_session"));
        for verb in ["approve", "cancel"] {
            let answer = app.post_empty(actor, &url(&id, verb)).await;
            assert_eq!(answer.problem(), (403, "identity.actor.no_session"), "{verb}");
        }
        for verb in ["reject", "reverse"] {
            let answer = app.post(actor, &url(&id, verb), json!({ "reason": "because" })).await;
            assert_eq!(answer.problem(), (403, "identity.actor.no_session"), "{verb}");
        }
    }
    let frozen = Actor { is_frozen: true, ..manager(CHECKER) };
    let answer = app.post_empty(frozen, &url(&id, "approve")).await;
    assert_eq!(answer.problem(), (403, "identity.user.frozen"));
    assert_eq!(app.count("admin.adjustments where state = 'proposed'").await, 1);
}

#[tokio::test]
async fn support_sees_adjustments_and_users_do_not() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let id = app.propose(manager(MAKER), ANN, "credit", 250).await;
    let support = person(3, Role::Support);
    let path = format!("/v1/admin/adjustments/{id}");
    assert_eq!(app.get(support, &path).await.status, 200);
    assert_eq!(app.get(support, "/v1/admin/adjustments").await.status, 200);
    for (actor, method, path) in [
        (support, Method::POST, url(&id, "approve")),
        (support, Method::POST, url(&id, "cancel")),
        (person(4, Role::User), Method::GET, path),
        (person(4, Role::Merchant), Method::GET, "/v1/admin/adjustments".to_owned()),
    ] {
        let answer = app.send(actor, method, &path, &[], None).await;
        assert_eq!(answer.problem(), (403, "identity.permission.missing"), "{path}");
    }
    assert_eq!(app.audited("admin.adjustment.viewed").await.len(), 1);
    assert_eq!(app.audited("admin.adjustment.listed").await.len(), 1);
}

#[tokio::test]
async fn nobody_touches_their_own_account() {
    let app = App::start().await;
    let (maker, checker) = (UserId::from_u128(MAKER), UserId::from_u128(CHECKER));
    app.open(maker, 0).await;
    app.open(checker, 0).await;
    let own = app.post(manager(MAKER), "/v1/admin/adjustments", proposal(maker, "credit", 5)).await;
    assert_eq!(own.problem(), (403, "admin.adjustment.own_account"));
    let id = app.propose(manager(MAKER), checker, "credit", 5).await;
    let answer = app.post_empty(manager(CHECKER), &url(&id, "approve")).await;
    assert_eq!(answer.problem(), (403, "admin.adjustment.own_account"));
    let refused = app.audited("admin.adjustment.refused").await;
    assert_eq!(refused.len(), 2);
    assert_eq!(refused[0].data["code"], "admin.adjustment.own_account");
    assert_eq!(app.balance(checker).await, 0);
}

#[tokio::test]
async fn decided_proposals_stay_decided() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let rejected = app.propose(manager(MAKER), ANN, "credit", 250).await;
    let why = json!({ "reason": "the fee was right" });
    let own = app.post(manager(MAKER), &url(&rejected, "reject"), why.clone()).await;
    assert_eq!(own.problem(), (403, "admin.adjustment.own_proposal"));
    let answer = app.post(manager(CHECKER), &url(&rejected, "reject"), why.clone()).await;
    assert_eq!((answer.status, answer.body["state"].as_str()), (200, Some("rejected")));
    assert_eq!(answer.body["decision_reason"], "the fee was right");

    let cancelled = app.propose(manager(MAKER), ANN, "credit", 250).await;
    let other = app.post_empty(manager(CHECKER), &url(&cancelled, "cancel")).await;
    assert_eq!(other.problem(), (403, "admin.adjustment.not_proposer"));
    let answer = app.post_empty(manager(MAKER), &url(&cancelled, "cancel")).await;
    assert_eq!((answer.status, answer.body["state"].as_str()), (200, Some("cancelled")));

    for id in [&rejected, &cancelled] {
        let approve = app.post_empty(manager(3), &url(id, "approve")).await;
        assert_eq!(approve.problem(), (409, "admin.adjustment.not_proposed"));
        let reject = app.post(manager(3), &url(id, "reject"), why.clone()).await;
        assert_eq!(reject.problem(), (409, "admin.adjustment.not_proposed"));
        let cancel = app.post_empty(manager(MAKER), &url(id, "cancel")).await;
        assert_eq!(cancel.problem(), (409, "admin.adjustment.not_proposed"));
        let reverse = app.post(manager(3), &url(id, "reverse"), why.clone()).await;
        assert_eq!(reverse.problem(), (409, "admin.adjustment.not_applied"));
    }
    assert_eq!(
        (app.balance(ANN).await, app.count("bus.jobs where kind like 'admin.%'").await),
        (0, 0)
    );
}

#[tokio::test]
async fn line_28_proposal_of_last_week_is_void() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let late = app.propose(manager(MAKER), ANN, "credit", 250).await;
    app.clock.advance(WEEK);
    let answer = app.post_empty(manager(CHECKER), &url(&late, "approve")).await;
    assert_eq!(answer.problem(), (409, "admin.adjustment.expired"), "before the job came by");
    app.pass(Duration::from_secs(1)).await;
    let answer = app.get(manager(CHECKER), &format!("/v1/admin/adjustments/{late}")).await;
    assert_eq!(answer.body["state"], "expired");
    let answer = app.post_empty(manager(CHECKER), &url(&late, "approve")).await;
    assert_eq!(answer.problem(), (409, "admin.adjustment.expired"));
    assert_eq!(app.balance(ANN).await, 0);
    assert_eq!(app.audited("admin.adjustment.expired").await.len(), 1);
}

#[tokio::test]
async fn reversal_needs_four_eyes_again_and_is_possible_once() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let id = app.propose(manager(MAKER), ANN, "credit", 250).await;
    let why = json!({ "reason": "it was the wrong user" });
    let early = app.post(manager(CHECKER), &url(&id, "reverse"), why.clone()).await;
    assert_eq!(early.problem(), (409, "admin.adjustment.not_applied"));
    app.post_empty(manager(CHECKER), &url(&id, "approve")).await;

    let reversal = app.post(manager(CHECKER), &url(&id, "reverse"), why.clone()).await;
    assert_eq!((reversal.status, reversal.body["direction"].as_str()), (201, Some("debit")));
    assert_eq!(reversal.body["reverses"], id);
    let second = app.post(manager(MAKER), &url(&id, "reverse"), why.clone()).await;
    assert_eq!(second.problem(), (409, "admin.adjustment.already_reversed"));
    let reversal_id = reversal.body["id"].as_str().unwrap();
    let own = app.post_empty(manager(CHECKER), &url(reversal_id, "approve")).await;
    assert_eq!(own.problem(), (403, "admin.adjustment.own_proposal"));
    let done = app.post_empty(manager(MAKER), &url(reversal_id, "approve")).await;
    assert_eq!(done.body["state"], "applied", "{done:?}");
    assert_eq!((app.balance(ANN).await, app.house_balance().await), (0, 0));

    let transfer: ledger::TransferId = done.body["transfer"].as_str().unwrap().parse().unwrap();
    let transfer = app.ledger.transfer(transfer.as_u128()).await.unwrap().unwrap();
    assert_eq!(transfer.record.code, 221);
    assert_ne!(transfer.record.extra().reverses, 0);
    let again = app.post(manager(3), &url(&id, "reverse"), why.clone()).await;
    assert_eq!(again.problem(), (409, "admin.adjustment.already_reversed"));
    let twice = app.post(manager(3), &url(reversal_id, "reverse"), why).await;
    assert_eq!(twice.problem(), (409, "admin.adjustment.is_reversal"));
}

#[tokio::test]
async fn reversal_that_came_to_nothing_can_be_proposed_again() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let id = app.propose(manager(MAKER), ANN, "credit", 250).await;
    app.post_empty(manager(CHECKER), &url(&id, "approve")).await;
    let spent = app.propose(manager(MAKER), ANN, "debit", 100).await;
    app.post_empty(manager(CHECKER), &url(&spent, "approve")).await;
    let why = json!({ "reason": "it was the wrong user" });
    let reversal = app.post(manager(MAKER), &url(&id, "reverse"), why.clone()).await;
    let reversal = reversal.body["id"].as_str().unwrap().to_owned();
    let failed = app.post_empty(manager(CHECKER), &url(&reversal, "approve")).await;
    assert_eq!(failed.body["failure"], "exceeds_floor");
    assert_eq!(app.post(manager(MAKER), &url(&id, "reverse"), why).await.status, 201);
}

#[tokio::test]
async fn same_key_proposes_once() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let key = [("idempotency-key", "ticket-4711")];
    let path = "/v1/admin/adjustments";
    let body = || Some(proposal(ANN, "credit", 250));
    let first = app.send(manager(MAKER), Method::POST, path, &key, body()).await;
    let second = app.send(manager(MAKER), Method::POST, path, &key, body()).await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.body, second.body);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    let other = Some(proposal(ANN, "credit", 251));
    let other = app.send(manager(MAKER), Method::POST, path, &key, other).await;
    assert_eq!(other.problem(), (422, "request.idempotency_key.reused"));
    // The answer was lost with its process: the row is found by its id.
    let client = app.database.database().client().await.unwrap();
    client.batch_execute("delete from replay.answers").await.unwrap();
    let third = app.send(manager(MAKER), Method::POST, path, &key, body()).await;
    assert_eq!((third.status, &third.body["id"]), (201, &first.body["id"]));
    assert_eq!(app.count("admin.adjustments").await, 1);
}

#[tokio::test]
async fn proposals_that_make_no_sense_are_refused() {
    let app = App::start().await;
    let account = app.open(ANN, 0).await;
    let with = |name: &str, value: Value| {
        let mut body = proposal(ANN, "credit", 250);
        body[name] = value;
        body
    };
    let mut both = proposal(ANN, "credit", 1);
    both["account"] = json!(account);
    let mut neither = proposal(ANN, "credit", 1);
    neither.as_object_mut().unwrap().remove("user");
    let mint = ledger::AccountId::from_u128(1);
    let mut house = neither.clone();
    house["account"] = json!(mint);
    let mut other_asset = neither.clone();
    other_asset["account"] = json!(account);
    other_asset["asset"] = json!("USD");
    let cases = [
        (with("amount", json!("0")), (400, "request.body.invalid")),
        (with("amount", json!(u128::MAX.to_string())), (400, "request.body.invalid")),
        (with("amount", json!("-5")), (400, "request.body.invalid")),
        (with("direction", json!("sideways")), (400, "request.body.invalid")),
        (with("reason", json!("ok")), (400, "request.body.invalid")),
        (with("reference", json!("")), (400, "request.body.invalid")),
        (with("reference", json!("a\nb")), (400, "request.body.invalid")),
        (with("state", json!("applied")), (400, "request.body.invalid")),
        (with("user", json!("acct_00000000000000000000000001")), (400, "request.body.invalid")),
        (with("user", json!(UserId::from_u128(999))), (422, "admin.adjustment.account_not_found")),
        (with("asset", json!("USD")), (422, "admin.adjustment.account_not_found")),
        (both, (400, "request.body.invalid")),
        (neither, (400, "request.body.invalid")),
        (house, (422, "admin.adjustment.account_not_adjustable")),
        (other_asset, (422, "admin.adjustment.asset_differs")),
    ];
    for (body, expected) in cases {
        let answer = app.post(manager(MAKER), "/v1/admin/adjustments", body.clone()).await;
        assert_eq!(answer.problem(), expected, "{body}");
    }
    assert_eq!(app.count("admin.adjustments").await, 0);
    let unknown = url("adj_00000000000000000000000001", "approve");
    let answer = app.post_empty(manager(MAKER), &unknown).await;
    assert_eq!(answer.problem(), (404, "admin.adjustment.not_found"));
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let bob = UserId::from_u128(101);
    app.open(bob, 0).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        app.clock.advance(Duration::from_secs(1));
        ids.push(app.propose(manager(MAKER), ANN, "credit", number + 1).await);
    }
    app.propose(manager(MAKER), bob, "credit", 9).await;
    app.post_empty(manager(CHECKER), &url(&ids[2], "approve")).await;

    let filter = format!("filter[user]={ANN}&filter[state]=proposed&limit=3");
    let first = app.get(manager(MAKER), &format!("/v1/admin/adjustments?{filter}")).await;
    let listed = |page: &Value| -> Vec<String> {
        let data = page["data"].as_array().unwrap().iter();
        data.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed(&first.body), [ids[4].clone(), ids[3].clone(), ids[1].clone()]);
    assert!(first.headers["link"].to_str().unwrap().contains("rel=\"next\""));
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let path = format!("/v1/admin/adjustments?{filter}&cursor={cursor}");
    let second = app.get(manager(MAKER), &path).await;
    assert_eq!(listed(&second.body), [ids[0].clone()]);
    assert_eq!(second.body["next_cursor"], Value::Null);
    let wrong = app.get(manager(MAKER), "/v1/admin/adjustments?filter[amount]=1").await;
    assert_eq!(wrong.problem(), (400, "request.query.invalid"));
}
