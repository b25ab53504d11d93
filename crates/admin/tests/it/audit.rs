use axum::http::Method;
use identity::{Actor, Role, UserId};
use kernel::audit::{AuditActor, NewEntry};
use serde_json::{Value, json};

use crate::app::{App, person};

const ANN: UserId = UserId::from_u128(100);

async fn write(app: &App, count: usize, action: &'static str) {
    let entries: Vec<NewEntry> = (0..count)
        .map(|number| {
            NewEntry::new(AuditActor::User(7), action)
                .subject(ANN.as_u128())
                .data(json!({ "number": number }))
        })
        .collect();
    kernel::audit::record(app.database.database(), &*app.clock, &entries).await.unwrap();
}

fn manager() -> Actor {
    person(1, Role::Manager)
}

#[tokio::test]
async fn line_31_audit_log_is_only_ever_added_to() {
    let app = App::start().await;
    write(&app, 1, "identity.sign_in.refused").await;
    let client = app.database.database().client().await.unwrap();
    for statement in [
        "update audit.entries set action = 'nothing'",
        "delete from audit.entries",
        "truncate audit.entries",
    ] {
        let error = client.batch_execute(statement).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "BU002", "{statement}");
    }
    assert_eq!(app.count("audit.entries where action = 'identity.sign_in.refused'").await, 1);
}

#[tokio::test]
async fn line_31_reading_the_log_is_in_the_log() {
    let app = App::start().await;
    write(&app, 2, "identity.sign_in.refused").await;
    let path = format!("/v1/admin/audit?filter[subject]={ANN}&filter[action]=identity.");
    let page = app.get(manager(), &path).await;
    assert_eq!(page.body["data"].as_array().unwrap().len(), 2);
    let viewed = app.audited("admin.audit.viewed").await;
    assert_eq!(viewed.len(), 1);
    assert_eq!((viewed[0].actor, viewed[0].subject), (AuditActor::User(1), Some(ANN.as_u128())));
    assert_eq!(viewed[0].data["action"], "identity.");
    assert_eq!(viewed[0].ip, Some("203.0.113.7".parse().unwrap()));
}

#[tokio::test]
async fn line_31_text_with_line_feeds_stays_one_entry_and_one_line() {
    let app = App::start().await;
    let entry = NewEntry::new(AuditActor::Anonymous, "identity.sign_in.refused")
        .data(json!({ "login": "ann\r\n{\"action\": \"forged\"}" }));
    kernel::audit::record(app.database.database(), &*app.clock, &[entry]).await.unwrap();
    let headers = [("accept", "application/x-ndjson")];
    let file = app.send(manager(), Method::GET, "/v1/admin/audit", &headers, None).await;
    let lines: Vec<Value> =
        file.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["action"], "identity.sign_in.refused");
    assert!(lines[0]["at"].as_str().unwrap().ends_with('Z'), "UTC");
}

#[tokio::test]
async fn filters_say_what_is_listed() {
    let app = App::start().await;
    write(&app, 1, "identity.sign_in.refused").await;
    app.clock.advance(std::time::Duration::from_secs(60));
    write(&app, 1, "identity.password.changed").await;
    let check = async |query: &str, count: usize| {
        let page = app.get(manager(), &format!("/v1/admin/audit?{query}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.body["data"].as_array().unwrap().len(), count, "{query}");
    };
    let user = UserId::from_u128(7);
    check(&format!("filter[actor]={user}"), 2).await;
    check(&format!("filter[actor]={ANN}"), 0).await;
    check("filter[actor]=key_00000000000000000000000009", 0).await;
    check("filter[action]=identity.password.changed", 1).await;
    check("filter[action]=identity.&filter[before]=2026-01-01T00:00:30Z", 1).await;
    check("filter[action]=identity.&filter[from]=2026-01-01T00:00:30Z", 1).await;
    for (kind, count) in [("user", 1), ("operator", 0), ("system", 0)] {
        let action = "filter[action]=identity.password.changed";
        check(&format!("{action}&filter[actor_kind]={kind}"), count).await;
    }
    for query in [
        "filter[actor_kind]=robot",
        "filter[action]=%00",
        "filter[actor]=ann",
        "filter[subject]=key_1",
        "filter[who]=ann",
        "limit=0",
    ] {
        let answer = app.get(manager(), &format!("/v1/admin/audit?{query}")).await;
        assert_eq!(answer.problem(), (400, "request.query.invalid"), "{query}");
    }
}

#[tokio::test]
async fn what_the_operator_and_what_jobs_did_can_be_selected() {
    let app = App::start().await;
    let actors = [
        AuditActor::User(7),
        AuditActor::ApiKey(8),
        AuditActor::Operator,
        AuditActor::System,
        AuditActor::Anonymous,
    ];
    let entries = actors.map(|actor| NewEntry::new(actor, "test.done"));
    kernel::audit::record(app.database.database(), &*app.clock, &entries).await.unwrap();
    for actor in actors {
        let kind = actor.kind();
        let path = format!("/v1/admin/audit?filter[action]=test.&filter[actor_kind]={kind}");
        let page = app.get(manager(), &path).await;
        let data = page.body["data"].as_array().unwrap();
        assert_eq!((data.len(), &data[0]["actor"]["kind"]), (1, &json!(kind)));
    }
    let viewed = &app.audited("admin.audit.viewed").await[0];
    assert_eq!(viewed.data["actor_kind"], "anonymous", "what was asked for is recorded");
}

#[tokio::test]
async fn pages_and_files_go_on_where_they_end() {
    let app = App::start().await;
    write(&app, 5, "identity.sign_in.refused").await;
    let base = "/v1/admin/audit?filter[action]=identity.sign_in.refused";
    let mut numbers: Vec<i64> = Vec::new();
    let mut path = format!("{base}&limit=2");
    loop {
        let page = app.get(manager(), &path).await;
        let data = page.body["data"].as_array().unwrap();
        numbers.extend(data.iter().map(|entry| entry["data"]["number"].as_i64().unwrap()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("{base}&limit=2&cursor={cursor}");
    }
    assert_eq!(numbers, [4, 3, 2, 1, 0]);
    // The file is longer than a page, and ends with the log.
    let headers = [("accept", "application/x-ndjson")];
    let file = app.send(manager(), Method::GET, base, &headers, None).await;
    assert_eq!(file.headers["content-type"], "application/x-ndjson");
    assert_eq!((file.text.lines().count(), file.headers.get("link")), (5, None));
    let viewed = app.audited("admin.audit.viewed").await;
    assert_eq!((&viewed[0].data["export"], &viewed[0].data["entries"]), (&json!(true), &json!(5)));
}

#[tokio::test]
async fn a_file_is_bounded_and_says_where_the_next_one_begins() {
    let app = App::start().await;
    let client = app.database.database().client().await.unwrap();
    let sql = "insert into audit.entries (id, at, actor_kind, action, data)
        select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), 'system',
               'test.counted', json_build_object('number', n)
          from generate_series(1, 10002) as n";
    client.batch_execute(sql).await.unwrap();
    let headers = [("accept", "application/x-ndjson")];
    let base = "/v1/admin/audit?filter[action]=test.counted";
    let first = app.send(manager(), Method::GET, base, &headers, None).await;
    assert_eq!(first.text.lines().count(), 10_000);
    let link = first.headers["link"].to_str().unwrap();
    let next = link.split(['<', '>']).nth(1).unwrap();
    let second = app.send(manager(), Method::GET, next, &headers, None).await;
    let numbers: Vec<i64> = second
        .text
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["data"]["number"].as_i64().unwrap()
        })
        .collect();
    assert_eq!(numbers, [2, 1]);
}

#[tokio::test]
async fn only_managers_and_administrators_read_the_log() {
    let app = App::start().await;
    for (actor, status) in [
        (person(1, Role::User), 403),
        (person(1, Role::Support), 403),
        (person(1, Role::Manager), 200),
        (person(1, Role::Administrator), 200),
        (Actor::OPERATOR, 200),
    ] {
        assert_eq!(app.get(actor, "/v1/admin/audit").await.status, status, "{actor:?}");
    }
}
