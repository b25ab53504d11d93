//! Reads across memory, sealed ranges and restarts.

use ledger::engine::{Balances, Extra, NewTransfer, TransferFlags};
use ledger::{EntriesQuery, Ledger, Moment, Order, Transfer, TransferFilter};

use crate::world::{
    RANGE, World, account, accounts, created, pending, plain_account, posted, resolve, sound,
    transfer, world,
};

/// Makes `count` transfers of 1, 2, 3 … from account 1 to 2, a second apart.
async fn fill(world: &World, first: u128, count: u128) {
    for id in first..first + count {
        world.clock.advance(std::time::Duration::from_secs(1));
        created(&world.ledger, transfer(id, 1, 2, id)).await;
    }
}

async fn page(
    ledger: &Ledger,
    order: Order,
    cursor: Option<i64>,
    limit: usize,
) -> Vec<(i64, u128)> {
    let query = EntriesQuery { order, cursor, from: None, before: None, limit };
    let entries = ledger.entries(&account(ledger, 2).await, &query).await.unwrap();
    entries.iter().map(|entry| (entry.transfer.record.seq, entry.balances.credits_posted)).collect()
}

/// Reads all pages in one order and compares them with what must be there.
async fn check_history(ledger: &Ledger, count: i64, limit: usize) {
    let sum = |seq: i64| (seq * (seq + 1) / 2) as u128;
    let expected: Vec<_> = (1..=count).map(|seq| (seq, sum(seq))).collect();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut rows = Vec::new();
        let mut cursor = None;
        loop {
            let rest = page(ledger, order, cursor, limit).await;
            let Some((last, _)) = rest.last() else { break };
            cursor = Some(*last);
            rows.extend(rest);
        }
        if order == Order::NewestFirst {
            rows.reverse();
        }
        assert_eq!(rows, expected, "{order:?} by {limit}");
    }
}

#[tokio::test]
async fn many_accounts_come_at_once_by_the_callers_session_also_after_a_restart() {
    let mut world = world().await;
    accounts(&world.ledger, 3).await;
    // Some of them are sealed, some are not.
    fill(&world, 1, RANGE as u128 + 3).await;
    for is_restarted in [false, true] {
        if is_restarted {
            world.restart().await;
        }
        let mut client = world.test.database().client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let found = world.ledger.accounts_of(&tx, &[2, 99, 3, 1, 2]).await.unwrap();
        let balances = |place: usize| found[place].as_ref().map(|it| (it.id, it.balances));
        assert!(found[1].is_none());
        for (place, id) in [(0, 2), (2, 3), (3, 1), (4, 2)] {
            let alone = account(&world.ledger, id).await.balances;
            assert_eq!(balances(place), Some((id, alone)), "place {place}, {is_restarted}");
        }
        let sum = (1..=RANGE as u128 + 3).sum();
        assert_eq!(balances(0).unwrap().1.credits_posted, sum);
    }
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_not_looked_up_twice() {
    let world = world().await;
    accounts(&world.ledger, 2).await;
    let mut client = world.test.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    let found = world.ledger.accounts_of(&tx, &[1, 3]).await.unwrap();
    assert!(found[0].is_some() && found[1].is_none());
    // From now on this session refuses every statement.
    tx.batch_execute("select 1 / 0").await.unwrap_err();
    let found = world.ledger.accounts_of(&tx, &[1, 3]).await.unwrap();
    assert!(found[0].is_some() && found[1].is_none());
    world.ledger.create_accounts(vec![plain_account(3)]).await.unwrap();
    let found = world.ledger.accounts_of(&tx, &[1, 3]).await.unwrap();
    assert!(found[0].is_some() && found[1].is_some());
    world.ledger.accounts_of(&tx, &[4]).await.unwrap_err();
}

#[tokio::test]
async fn running_balances_are_right_across_ranges_and_restarts() {
    let mut world = world().await;
    accounts(&world.ledger, 2).await;
    let count = RANGE * 5 + 7;
    fill(&world, 1, count as u128).await;
    for limit in [1, 7, 50, 200] {
        check_history(&world.ledger, count, limit).await;
    }
    world.restart().await;
    check_history(&world.ledger, count, 50).await;
    assert_eq!(sound(&world.ledger).await.transfers, count);
}

#[tokio::test]
async fn balances_are_known_as_of_any_moment() {
    let mut world = world().await;
    accounts(&world.ledger, 2).await;
    let start = account(&world.ledger, 1).await.created_at;
    let count = RANGE * 3 + 5;
    fill(&world, 1, count as u128).await;
    for _ in 0..2 {
        let account = account(&world.ledger, 2).await;
        for seq in 0..=count {
            let expected = (seq * (seq + 1) / 2) as u128;
            for at in [start + seq * 1_000_000, start + seq * 1_000_000 + 999_999] {
                let balances = world.ledger.balances_at(&account, Moment::At(at)).await.unwrap();
                assert_eq!(balances.credits_posted, expected, "after {seq}");
            }
        }
        let before = world.ledger.balances_at(&account, Moment::At(start - 1)).await.unwrap();
        assert_eq!(before, Balances::default());
        world.restart().await;
    }
}

/// What an account's records before a moment add up to, one by one.
fn naive_sum(transfers: &[Transfer], account: u128, before: i64) -> Balances {
    let mut sum = Balances::default();
    for it in transfers.iter().filter(|it| it.record.at < before) {
        if it.debit_account == account {
            sum.debit(it.record.effect());
        } else if it.credit_account == account {
            sum.credit(it.record.effect());
        }
    }
    sum
}

#[tokio::test]
async fn the_course_of_balances_is_the_naive_sum_at_every_moment() {
    let mut world = world().await;
    accounts(&world.ledger, 4).await;
    let start = account(&world.ledger, 1).await.created_at;
    // Account 2 is in every record, 3 in some, 4 in few; holds are posted or voided later, and
    // some records share a time.
    for step in 1..=(RANGE as u128 * 2) {
        if step % 3 != 0 {
            world.clock.advance(std::time::Duration::from_millis(700));
        }
        let (id, other) = (step * 10, if step % 29 == 0 { 4 } else { 1 + step % 2 * 2 });
        created(&world.ledger, transfer(id, 1, 2, 1_000)).await;
        created(&world.ledger, pending(id + 1, 2, other, step, 0)).await;
        let flag =
            if step % 4 == 0 { TransferFlags::VOID_PENDING } else { TransferFlags::POST_PENDING };
        let amount = if step % 4 == 0 { 0 } else { step };
        created(&world.ledger, resolve(id + 2, flag, id + 1, amount)).await;
    }
    let transfers = world.ledger.events(0, 10_000).await.unwrap();
    assert!(transfers.len() as i64 > RANGE * 5, "there are sealed ranges");
    let end = transfers.last().unwrap().record.at;
    let moments: Vec<i64> = (start - 10..end + 2_000_000).step_by(350_000).collect();
    for _ in 0..2 {
        for id in 1..=4 {
            let account = account(&world.ledger, id).await;
            let course = world.ledger.balances_before(&account, &moments).await.unwrap();
            for (moment, balances) in moments.iter().zip(course) {
                assert_eq!(balances, naive_sum(&transfers, id, *moment), "{id} at {moment}");
            }
        }
        assert!(
            world
                .ledger
                .balances_before(&account(&world.ledger, 1).await, &[])
                .await
                .unwrap()
                .is_empty()
        );
        world.restart().await;
    }
}

#[tokio::test]
async fn effective_time_orders_the_past_anew() {
    let mut world = world().await;
    accounts(&world.ledger, 2).await;
    let count = RANGE * 2 + 9;
    // The later a transfer is recorded, the earlier it takes effect.
    for id in 1..=count {
        let effective_at = Some(1_000_000 * (count - id));
        let extra = Some(Box::new(Extra { effective_at, ..Extra::default() }));
        created(&world.ledger, NewTransfer { extra, ..transfer(id as u128, 1, 2, 1) }).await;
    }
    for _ in 0..2 {
        let account = account(&world.ledger, 2).await;
        for back in [0, 1, 5, RANGE, count - 1] {
            let moment = Moment::Effective(1_000_000 * back);
            let balances = world.ledger.balances_at(&account, moment).await.unwrap();
            assert_eq!(balances.credits_posted, (back + 1) as u128);
        }
        world.restart().await;
    }
}

#[tokio::test]
async fn lists_find_transfers_in_memory_and_in_sealed_ranges() {
    let world = world().await;
    accounts(&world.ledger, 3).await;
    for id in 1..=(RANGE as u128 * 3) {
        let reference = (id % 50 == 0).then(|| format!("INV-{id}").into());
        let extra = reference
            .map(|reference| Box::new(Extra { reference: Some(reference), ..Extra::default() }));
        created(&world.ledger, NewTransfer { extra, ..transfer(id, 1, 2 + id % 2, id) }).await;
    }
    let find = async |filter: TransferFilter, order| {
        let found = world.ledger.transfers(&filter, order, None, 200).await.unwrap();
        found.iter().map(|transfer| transfer.record.seq).collect::<Vec<_>>()
    };
    for seq in [50, 100, 150] {
        let filter =
            TransferFilter { reference: Some(format!("INV-{seq}")), ..TransferFilter::default() };
        assert_eq!(find(filter, Order::NewestFirst).await, [seq]);
    }
    let filter =
        TransferFilter { amount_min: Some(60), amount_max: Some(70), ..TransferFilter::default() };
    assert_eq!(find(filter.clone(), Order::OldestFirst).await, (60..=70).collect::<Vec<_>>());
    assert_eq!(find(filter, Order::NewestFirst).await, (60..=70).rev().collect::<Vec<_>>());
    let filter =
        TransferFilter { account: Some(3), amount_max: Some(9), ..TransferFilter::default() };
    assert_eq!(find(filter, Order::OldestFirst).await, [1, 3, 5, 7, 9]);
    let events = world.ledger.events(10, 100).await.unwrap();
    let seqs: Vec<_> = events.iter().map(|event| event.record.seq).collect();
    assert_eq!(seqs, (11..=110).collect::<Vec<_>>());
}

#[tokio::test]
async fn holds_outlive_ranges_and_restarts() {
    let mut world = world().await;
    accounts(&world.ledger, 2).await;
    let base = 1_u128 << 64;
    created(&world.ledger, pending(base, 1, 2, 100, 0)).await;
    created(&world.ledger, pending(base + 1, 1, 2, 10, 100_000)).await;
    fill(&world, 1, RANGE as u128 * 2).await;
    world.restart().await;
    let partial = TransferFlags::POST_PENDING | TransferFlags::PARTIAL;
    created(&world.ledger, resolve(base + 2, partial, base, 30)).await;
    fill(&world, 1000, RANGE as u128 * 2).await;
    world.restart().await;
    let hold = world.ledger.transfer(base).await.unwrap().unwrap();
    assert_eq!(hold.state.unwrap().remaining, 70);
    created(&world.ledger, resolve(base + 3, TransferFlags::VOID_PENDING, base, 0)).await;
    assert_eq!(account(&world.ledger, 2).await.balances.credits_pending, 10);
    sound(&world.ledger).await;
    world.restart().await;
    world.clock.advance(std::time::Duration::from_secs(200_000));
    assert_eq!(account(&world.ledger, 2).await.balances.credits_pending, 0, "exact at read time");
    let last =
        world.ledger.transfers(&TransferFilter::default(), Order::NewestFirst, None, 1).await;
    assert!(last.unwrap()[0].record.flags.has(TransferFlags::EXPIRE_PENDING), "expiry is an event");
    sound(&world.ledger).await;
}

#[tokio::test]
async fn ids_are_unique_across_sealed_ranges() {
    let mut world = world().await;
    accounts(&world.ledger, 2).await;
    fill(&world, 1, RANGE as u128 * 3).await;
    world.restart().await;
    let before = posted(&world.ledger, 2).await;
    for id in [1, RANGE as u128, RANGE as u128 * 3] {
        let results = world.ledger.create_transfers(vec![transfer(id, 1, 2, id)]).await.unwrap();
        assert_eq!(results[0].status, ledger::engine::TransferStatus::Exists);
        assert_eq!(results[0].seq, Some(id as i64), "the first result");
        let results =
            world.ledger.create_transfers(vec![transfer(id, 1, 2, id + 1)]).await.unwrap();
        assert_eq!(results[0].status, ledger::engine::TransferStatus::ExistsWithDifferentAmount);
    }
    assert_eq!(posted(&world.ledger, 2).await, before);
}

/// Ranges that an older program sealed have no filter; they get one at the next start.
#[tokio::test]
async fn ids_of_ranges_without_a_filter_are_known_too() {
    let mut world = world().await;
    accounts(&world.ledger, 2).await;
    let nobody = transfer(7_000, 1, 99, 1);
    let failed = world.ledger.create_transfers(vec![nobody.clone()]).await.unwrap();
    assert_eq!(failed[0].status, ledger::engine::TransferStatus::CreditAccountNotFound);
    fill(&world, 1, RANGE as u128 * 3).await;
    world.restart().await;
    let client = world.test.database().client().await.unwrap();
    let sql = "update ledger.ranges set id_filter = null where sealed";
    assert!(client.execute(sql, &[]).await.unwrap() >= 2);
    world.restart().await;
    let sql = "select count(*) from ledger.ranges where sealed and id_filter is null";
    assert_eq!(client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 0);
    for id in 1..=RANGE as u128 {
        let results = world.ledger.create_transfers(vec![transfer(id, 1, 2, id)]).await.unwrap();
        assert_eq!(results[0].status, ledger::engine::TransferStatus::Exists, "{id}");
        let found = world.ledger.transfer(id).await.unwrap();
        assert_eq!(found.map(|found| found.record.seq), Some(id as i64));
    }
    let again = world.ledger.create_transfers(vec![nobody]).await.unwrap();
    assert_eq!(again[0].status, ledger::engine::TransferStatus::IdAlreadyFailed);
    assert!(world.ledger.transfer(9_999).await.unwrap().is_none());
}

#[tokio::test]
async fn a_batch_is_the_same_as_its_items_one_by_one() {
    let (batch, single) = (world().await, world().await);
    let commands: Vec<NewTransfer> = (1..=300_u128)
        .map(|id| transfer(id, 1 + id % 7, 1 + (id * 3 + 1) % 7, id * 7 % 40))
        .collect();
    accounts(&batch.ledger, 7).await;
    accounts(&single.ledger, 7).await;
    let together = batch.ledger.create_transfers(commands.clone()).await.unwrap();
    let mut alone = Vec::new();
    for command in commands {
        alone.extend(single.ledger.create_transfers(vec![command]).await.unwrap());
    }
    assert_eq!(together, alone);
    for id in 1..=7 {
        assert_eq!(
            account(&batch.ledger, id).await.balances,
            account(&single.ledger, id).await.balances
        );
    }
}
