//! The database fails under load: killed, its sessions ended, its answers lost.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Database, DatabaseOptions};
use ledger::LedgerError;
use ledger::engine::TransferStatus;
use testkit::{OwnPostgres, TestDatabase};

use crate::proxy::Proxy;
use crate::world::{accounts, create_asset, created, lead, patient, posted, sound, transfer};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_commit_is_found_again() {
    let test = TestDatabase::create(&[ledger::MIGRATIONS]).await;
    let proxy = Proxy::start(&test.config()).await;
    let database =
        Database::connect(proxy.config.clone(), DatabaseOptions::default()).await.unwrap();
    let ledger = lead(database, "a").await;
    create_asset(&ledger).await;
    accounts(&ledger, 2).await;
    for id in 1..=5_u128 {
        proxy.cut(1);
        let results = ledger.create_transfers(vec![transfer(id, 1, 2, 10)]).await.unwrap();
        assert_eq!(results[0].status, TransferStatus::Created, "its own work, found again");
        assert_eq!(results[0].seq, Some(id as i64));
        assert_eq!(proxy.pending_cuts(), 0, "the wire was cut");
    }
    assert_eq!(posted(&ledger, 2).await, 50);
    sound(&ledger).await;
    ledger.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_are_ended_cost_a_moment_and_nothing_else() {
    let test = TestDatabase::create(&[ledger::MIGRATIONS]).await;
    let ledger = lead(test.database().clone(), "a").await;
    create_asset(&ledger).await;
    accounts(&ledger, 2).await;
    let saboteur = test.database().dedicated_client().await.unwrap();
    for id in 1..=30_u128 {
        if id % 10 == 0 {
            let sql = "select pg_terminate_backend(pid) from pg_stat_activity \
                       where datname = current_database() and pid <> pg_backend_pid()";
            saboteur.execute(sql, &[]).await.unwrap();
        }
        created(&ledger, transfer(id, 1, 2, 1)).await;
    }
    crate::world::leading(&ledger).await;
    assert_eq!(posted(&ledger, 2).await, 30);
    sound(&ledger).await;
    ledger.stop().await;
}

/// Creates transfers until told to stop; every acknowledged one is kept.
async fn load(
    ledger: ledger::Ledger,
    base: u128,
    stop: Arc<std::sync::atomic::AtomicBool>,
) -> Vec<u128> {
    let mut acknowledged = Vec::new();
    let mut id = base;
    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
        id += 1;
        loop {
            match ledger.create_transfers(vec![transfer(id, 1, 2, 1)]).await {
                Ok(results) => {
                    assert!(results[0].status.is_success(), "{results:?}");
                    acknowledged.push(id);
                    break;
                }
                // The outcome is unknown: the same id is sent again.
                Err(
                    LedgerError::Unavailable | LedgerError::Overloaded | LedgerError::NotLeader(_),
                ) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    acknowledged
}

/// Waits until Postgres has come back this often.
async fn restarted(postgres: &kernel::postgres::PrivatePostgres, times: u64) {
    let wait = async {
        while postgres.restarts() < times {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("Postgres comes back");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_killed_under_load_loses_and_doubles_nothing() {
    const KILLS: usize = 10;
    let own = OwnPostgres::start();
    let database = own.database(&[ledger::MIGRATIONS]).await;
    let ledger = lead(database, "a").await;
    create_asset(&ledger).await;
    accounts(&ledger, 2).await;
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let clients: Vec<_> = (1..=8_u128)
        .map(|client| tokio::spawn(load(ledger.clone(), client << 64, Arc::clone(&stop))))
        .collect();
    for kill in 1..=KILLS {
        tokio::time::sleep(Duration::from_millis(150 + 37 * kill as u64)).await;
        let pid = own.postgres().pid().expect("Postgres runs").to_string();
        let status = std::process::Command::new("kill").args(["-9", &pid]).status().unwrap();
        assert!(status.success());
        // Without this the next kill may meet the same process, which is already dead.
        restarted(own.postgres(), kill as u64).await;
        crate::world::leading(&ledger).await;
    }
    // Load goes on until the last kill is behind it.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    crate::world::leading(&ledger).await;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut acknowledged = 0;
    for client in clients {
        for id in client.await.unwrap() {
            let found = patient(async || ledger.transfer(id).await).await;
            assert!(found.is_some(), "{id} was acknowledged");
            acknowledged += 1;
        }
    }
    assert_eq!(posted(&ledger, 2).await, acknowledged, "every one counts once");
    assert!(acknowledged > 100, "there was load: {acknowledged}");
    sound(&ledger).await;
    ledger.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_pool_refuses_reads_for_a_while_and_never_writes() {
    let test = TestDatabase::create(&[ledger::MIGRATIONS]).await;
    let options = DatabaseOptions {
        connections_max: 1,
        wait_max: Duration::from_millis(100),
        ..DatabaseOptions::default()
    };
    let database = Database::connect(test.config(), options).await.unwrap();
    let ledger = lead(database.clone(), "a").await;
    create_asset(&ledger).await;
    accounts(&ledger, 2).await;
    let only_one = database.client().await.unwrap();
    created(&ledger, transfer(1, 1, 2, 5)).await;
    let refused = ledger.account(ledger::AccountKey::Id(99)).await;
    assert!(matches!(refused, Err(LedgerError::Unavailable)), "{refused:?}");
    assert_eq!(posted(&ledger, 2).await, 5, "what is in memory needs no connection");
    drop(only_one);
    assert!(ledger.account(ledger::AccountKey::Id(99)).await.unwrap().is_none());
    ledger.stop().await;
}
