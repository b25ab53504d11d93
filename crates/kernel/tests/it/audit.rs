use std::time::Duration;

use kernel::audit::{self, AuditActor, EntryFilter, NewEntry};
use kernel::{Clock as _, MockClock};
use testkit::TestDatabase;

const ANN: u128 = 1;
const BOB: u128 = 2;

async fn list(test: &TestDatabase, filter: EntryFilter) -> Vec<audit::Entry> {
    audit::entries(test.database(), &filter, None, 10).await.unwrap()
}

#[tokio::test]
async fn entries_are_found_by_who_whom_what_and_when() {
    let test = TestDatabase::create(&[audit::MIGRATIONS]).await;
    let clock = MockClock::default();
    let began = clock.now();
    let frozen = NewEntry::new(AuditActor::User(ANN), "admin.user.frozen")
        .subject(BOB)
        .reason("a stolen card")
        .data(serde_json::json!({ "ticket": 7 }))
        .ip("10.0.0.7".parse().unwrap());
    audit::record(test.database(), &clock, &[frozen]).await.unwrap();
    clock.advance(Duration::from_secs(60));
    let seen = NewEntry::new(AuditActor::Operator, "admin.user.viewed").subject(ANN).object("x_1");
    audit::record(test.database(), &clock, &[seen]).await.unwrap();

    let all = list(&test, EntryFilter::default()).await;
    let actions: Vec<&str> = all.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["admin.user.viewed", "admin.user.frozen"]);
    let by_ann = list(&test, EntryFilter { actor: Some(ANN), ..EntryFilter::default() }).await;
    assert_eq!(by_ann.len(), 1);
    assert_eq!((by_ann[0].actor, by_ann[0].at), (AuditActor::User(ANN), began));
    assert_eq!(by_ann[0].data["ticket"], 7);
    assert_eq!(by_ann[0].ip.unwrap().to_string(), "10.0.0.7");
    let below =
        |action: &str| EntryFilter { action: Some(action.into()), ..EntryFilter::default() };
    assert_eq!(list(&test, below("admin.user.")).await.len(), 2);
    assert_eq!(list(&test, below("admin.user.frozen")).await.len(), 1);
    assert_eq!(list(&test, below("admin.user")).await.len(), 0);
    let later = EntryFilter { from: Some(clock.now()), ..EntryFilter::default() };
    assert_eq!(list(&test, later).await[0].object.as_deref(), Some("x_1"));
}

#[tokio::test]
async fn line_31_nothing_is_changed_or_taken_away_even_by_the_database_s_owner() {
    let test = TestDatabase::create(&[audit::MIGRATIONS]).await;
    let entry = NewEntry::new(AuditActor::System, "bus.job.died").reason("line one\r\nline two");
    audit::record(test.database(), &MockClock::default(), &[entry]).await.unwrap();
    let client = test.database().client().await.unwrap();
    for sql in [
        "update audit.entries set reason = 'nothing'",
        "delete from audit.entries",
        "truncate audit.entries",
    ] {
        let error = client.batch_execute(sql).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "BU002", "{sql}");
    }
    assert_eq!(list(&test, EntryFilter::default()).await.len(), 1);
}

#[tokio::test]
async fn what_is_rolled_back_was_never_recorded() {
    let test = TestDatabase::create(&[audit::MIGRATIONS]).await;
    let mut client = test.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    let entry = NewEntry::new(AuditActor::Anonymous, "identity.sign_in.refused");
    audit::record_in_tx(&tx, &MockClock::default(), &[entry]).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(list(&test, EntryFilter::default()).await.is_empty());
}
