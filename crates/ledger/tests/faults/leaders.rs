//! Two processes on one database: one leads, the other takes over.

use std::time::Duration;

use ledger::engine::TransferStatus;
use ledger::{Ledger, LedgerError, Role};
use testkit::TestDatabase;

use crate::world::{
    accounts, create_asset, created, lead, leading, options, posted, sound, transfer,
};

async fn follower(test: &TestDatabase, node: &str) -> Ledger {
    let clock = std::sync::Arc::new(kernel::SystemClock);
    let ledger = Ledger::start(test.database().clone(), clock, options(node));
    assert!(ledger.ready().await);
    ledger
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_process_follows_and_takes_over_at_once() {
    let test = TestDatabase::create(&[ledger::MIGRATIONS]).await;
    let first = lead(test.database().clone(), "first").await;
    create_asset(&first).await;
    accounts(&first, 2).await;
    created(&first, transfer(1, 1, 2, 5)).await;
    let second = follower(&test, "second").await;
    assert_eq!(second.role(), Role::Following(Some("http://first".to_owned())));
    let refused = second.create_transfers(vec![transfer(2, 1, 2, 5)]).await;
    assert!(matches!(refused, Err(LedgerError::NotLeader(Some(_)))), "{refused:?}");
    first.stop().await;
    leading(&second).await;
    created(&second, transfer(2, 1, 2, 5)).await;
    assert_eq!(posted(&second, 2).await, 10);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_whose_epoch_is_over_can_commit_nothing() {
    let test = TestDatabase::create(&[ledger::MIGRATIONS]).await;
    let stale = lead(test.database().clone(), "stale").await;
    create_asset(&stale).await;
    accounts(&stale, 2).await;
    created(&stale, transfer(1, 1, 2, 5)).await;
    // The lease goes to somebody else while the process believes that it leads.
    let client = test.database().client().await.unwrap();
    let sql = "update ledger.leader set epoch = epoch + 1, node = 'other', address = null, \
               lease_until = now() + interval '1 minute'";
    client.execute(sql, &[]).await.unwrap();
    let result = stale.create_transfers(vec![transfer(2, 1, 2, 5)]).await;
    // It notices, takes the lease back by the rules, and only then answers; or it refuses.
    if let Ok(results) = &result {
        assert_eq!(results[0].status, TransferStatus::Created);
    }
    leading(&stale).await;
    let row = client.query_one("select epoch, node from ledger.leader", &[]).await.unwrap();
    assert!(row.get::<_, i64>(0) >= 3, "a new epoch began");
    assert_eq!(row.get::<_, &str>(1), "stale");
    sound(&stale).await;
    stale.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_takes_over_when_the_lease_runs_out() {
    let test = TestDatabase::create(&[ledger::MIGRATIONS]).await;
    let first = lead(test.database().clone(), "first").await;
    create_asset(&first).await;
    accounts(&first, 2).await;
    let second = follower(&test, "second").await;
    // The first one's sessions end and its lease is over, as if it had been cut off.
    let client = test.database().dedicated_client().await.unwrap();
    let sql = "select pg_terminate_backend(pid) from pg_locks \
               where locktype = 'advisory' and classid = 4711 and objid = 3 and granted \
               and database = (select oid from pg_database where datname = current_database())";
    client.execute(sql, &[]).await.unwrap();
    let took_over = async {
        while first.role() != Role::Leading && second.role() != Role::Leading {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), took_over).await.expect("somebody leads soon");
    let leader = if second.role() == Role::Leading { &second } else { &first };
    created(leader, transfer(1, 1, 2, 5)).await;
    assert_eq!(posted(leader, 2).await, 5);
    sound(leader).await;
    second.stop().await;
    first.stop().await;
}
