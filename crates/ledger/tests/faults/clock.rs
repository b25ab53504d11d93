//! Clocks that jump: order is by sequence, time never goes back in the journal.

use std::time::Duration;

use ledger::engine::TransferFlags;

use crate::world::{account, accounts, created, pending, resolve, sound, transfer, world};

#[tokio::test]
async fn a_clock_that_jumps_does_not_disturb_the_order() {
    let mut world = world().await;
    accounts(&world.ledger, 2).await;
    let start = kernel::Clock::now(&*world.clock);
    created(&world.ledger, transfer(1, 1, 2, 1)).await;
    world.clock.advance(Duration::from_secs(400 * 86_400));
    created(&world.ledger, transfer(2, 1, 2, 2)).await;
    world.clock.set(start);
    created(&world.ledger, transfer(3, 1, 2, 3)).await;
    world.restart().await;
    created(&world.ledger, transfer(4, 1, 2, 4)).await;
    let events = world.ledger.events(0, 10).await.unwrap();
    let seqs: Vec<_> = events.iter().map(|event| (event.record.seq, event.record.amount)).collect();
    assert_eq!(seqs, [(1, 1), (2, 2), (3, 3), (4, 4)]);
    assert!(events.windows(2).all(|pair| pair[0].record.at <= pair[1].record.at));
    sound(&world.ledger).await;
}

#[tokio::test]
async fn time_limits_hold_to_the_microsecond() {
    let world = world().await;
    accounts(&world.ledger, 2).await;
    created(&world.ledger, pending(1, 1, 2, 5, 10)).await;
    created(&world.ledger, pending(2, 1, 2, 5, 10)).await;
    world.clock.advance(Duration::from_micros(9_999_999));
    created(&world.ledger, resolve(3, TransferFlags::POST_PENDING, 1, u128::MAX)).await;
    world.clock.advance(Duration::from_micros(1));
    let status =
        crate::world::create(&world.ledger, resolve(4, TransferFlags::POST_PENDING, 2, u128::MAX));
    assert_eq!(status.await, ledger::engine::TransferStatus::PendingTransferExpired);
    let balances = account(&world.ledger, 2).await.balances;
    assert_eq!((balances.credits_posted, balances.credits_pending), (5, 0));
}
