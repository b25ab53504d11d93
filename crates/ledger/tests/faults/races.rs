//! Many callers at once.

use std::sync::Arc;
use std::time::Duration;

use ledger::engine::{AccountStatus, TransferStatus};

use crate::world::{
    account, accounts, created, pending, plain_account, posted, sound, transfer, world,
};

#[tokio::test(flavor = "multi_thread")]
async fn one_thousand_crossing_transfers_neither_block_nor_lose() {
    let world = world().await;
    accounts(&world.ledger, 3).await;
    created(&world.ledger, transfer(1_000_000, 1, 2, 10_000)).await;
    created(&world.ledger, transfer(1_000_001, 1, 3, 10_000)).await;
    let mut tasks = tokio::task::JoinSet::new();
    for id in 1..=1_000_u128 {
        let ledger = world.ledger.clone();
        let (from, to) = if id % 2 == 0 { (2, 3) } else { (3, 2) };
        tasks.spawn(async move { ledger.create_transfers(vec![transfer(id, from, to, 10)]).await });
    }
    while let Some(result) = tasks.join_next().await {
        assert_eq!(result.unwrap().unwrap()[0].status, TransferStatus::Created);
    }
    assert_eq!(posted(&world.ledger, 2).await, 10_000);
    assert_eq!(posted(&world.ledger, 3).await, 10_000);
    sound(&world.ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_missed_is_found_as_soon_as_it_is_made() {
    let world = world().await;
    for id in 1..=200_u128 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (ledger, database) = (world.ledger.clone(), world.test.database().clone());
            tasks.spawn(async move {
                let client = database.client().await.unwrap();
                for _ in 0..4 {
                    ledger.accounts_of(&client, &[id]).await.unwrap();
                }
            });
        }
        let made = world.ledger.create_accounts(vec![plain_account(id)]).await.unwrap();
        assert_eq!(made, [AccountStatus::Created]);
        let client = world.test.database().client().await.unwrap();
        let found = world.ledger.accounts_of(&client, &[id]).await.unwrap();
        assert!(found[0].is_some(), "account {id}");
        tasks.join_all().await;
        let found = world.ledger.accounts_of(&client, &[id]).await.unwrap();
        assert!(found[0].is_some(), "account {id}, after everybody has asked");
    }
}

#[tokio::test]
async fn accounts_and_their_first_transfers_are_one_commit() {
    let world = world().await;
    for id in 1..=20_u128 {
        let (from, to) = (10 * id, 10 * id + 1);
        let both = vec![plain_account(from), plain_account(to)];
        let first = vec![transfer(id, from, to, 7)];
        let made = world.ledger.create_accounts_and_transfers(both, first).await.unwrap();
        assert_eq!(made.0, [AccountStatus::Created; 2]);
        assert_eq!(made.1[0].status, TransferStatus::Created);
        assert_eq!(posted(&world.ledger, to).await, 7);
    }
    let client = world.test.database().client().await.unwrap();
    let sql = "select count(distinct xmin::text), count(*) from ( \
        select xmin from ledger.accounts union all select xmin from ledger.transfers) rows";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), (20_i64, 60_i64), "transactions and rows");
    sound(&world.ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hundred_requests_with_one_id_have_one_effect() {
    let world = world().await;
    accounts(&world.ledger, 2).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let ledger = world.ledger.clone();
        tasks.spawn(async move { ledger.create_transfers(vec![transfer(7, 1, 2, 5)]).await });
    }
    let mut created = 0;
    while let Some(result) = tasks.join_next().await {
        let result = result.unwrap().unwrap()[0];
        assert_eq!(result.seq, Some(1), "everybody gets the first result");
        created += usize::from(result.status == TransferStatus::Created);
    }
    assert_eq!(created, 1);
    assert_eq!(posted(&world.ledger, 2).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_on_one_account_never_overdraw_it() {
    let world = world().await;
    accounts(&world.ledger, 66).await;
    created(&world.ledger, transfer(1 << 70, 1, 2, 1_000)).await;
    let accepted = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..64_u128 {
        let (ledger, accepted) = (world.ledger.clone(), Arc::clone(&accepted));
        tasks.spawn(async move {
            for turn in 0..10_u128 {
                let new = transfer(1 + writer * 100 + turn, 2, 3 + writer, 3);
                let status = ledger.create_transfers(vec![new]).await.unwrap()[0].status;
                match status {
                    TransferStatus::Created => {
                        accepted.fetch_add(3, std::sync::atomic::Ordering::Relaxed);
                    }
                    status => assert_eq!(status, TransferStatus::ExceedsCredits),
                }
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(accepted.load(std::sync::atomic::Ordering::Relaxed), 999);
    assert_eq!(posted(&world.ledger, 2).await, 1);
    sound(&world.ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_only_what_is_committed_and_always_a_consistent_whole() {
    let world = world().await;
    accounts(&world.ledger, 2).await;
    let writer = {
        let ledger = world.ledger.clone();
        tokio::spawn(async move {
            for id in 1..=600_u128 {
                created(&ledger, transfer(id, 1, 2, 1)).await;
            }
        })
    };
    let mut last = 0;
    while !writer.is_finished() {
        let now = posted(&world.ledger, 2).await;
        assert!(now >= last, "balances never go back: {last} then {now}");
        let account = crate::world::account(&world.ledger, 2).await;
        let query = ledger::EntriesQuery {
            order: ledger::Order::NewestFirst,
            cursor: None,
            from: None,
            before: None,
            limit: 100,
        };
        let entries = world.ledger.entries(&account, &query).await.unwrap();
        for pair in entries.windows(2) {
            assert_eq!(pair[0].transfer.record.seq, pair[1].transfer.record.seq + 1);
            assert_eq!(pair[0].balances.credits_posted, pair[1].balances.credits_posted + 1);
        }
        last = now;
    }
    writer.await.unwrap();
    assert_eq!(posted(&world.ledger, 2).await, 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_at_once_and_recovers_by_itself() {
    let world = world().await;
    accounts(&world.ledger, 2).await;
    // Malformed items take a place in the queue, and leave nothing behind.
    let full_batch = || vec![transfer(0, 1, 2, 1); ledger::BATCH_MAX];
    let requests = (0..40).map(|_| world.ledger.create_transfers(full_batch()));
    let results = futures_util::future::join_all(requests).await;
    let refused = results.iter().filter(|result| result.is_err()).count();
    assert!(results.iter().flatten().flatten().all(|result| !result.status.is_success()));
    let is_overloaded =
        |error: &ledger::LedgerError| matches!(error, ledger::LedgerError::Overloaded);
    assert!(results.iter().filter_map(|result| result.as_ref().err()).all(is_overloaded));
    assert!((1..40).contains(&refused), "some are served, the others refused: {refused}");
    created(&world.ledger, transfer(1, 1, 2, 5)).await;
    let too_large = vec![transfer(0, 1, 2, 1); ledger::BATCH_MAX + 1];
    let refused = world.ledger.create_transfers(too_large).await;
    assert!(matches!(refused, Err(ledger::LedgerError::BatchTooLarge { .. })));
}

/// Whoever asks first has the expiry written; others ask before, meanwhile and afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_hold_that_has_run_out_while_its_expiry_is_written() {
    const READERS: u32 = 200;
    let world = world().await;
    accounts(&world.ledger, 2).await;
    for id in 1..=10 {
        created(&world.ledger, pending(id, 1, 2, 5, 10)).await;
        world.clock.advance(Duration::from_secs(10));
        let reader = async |turns| {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            account(&world.ledger, 2).await.balances.credits_pending
        };
        let seen = futures_util::future::join_all((0..READERS).map(reader)).await;
        assert_eq!(seen.iter().sum::<u128>(), 0, "{seen:?}");
    }
}
