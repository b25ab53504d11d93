//! Somebody changes rows by hand: verification names them.

use crate::world::{RANGE, World, accounts, created, sound, transfer, world};

/// A world with sealed ranges and everything under the hash chain.
async fn sealed_world() -> World {
    let mut world = world().await;
    accounts(&world.ledger, 4).await;
    for id in 1..=(RANGE as u128 * 3 + 10) {
        created(&world.ledger, transfer(id, 1, 2 + id % 3, 10 + id % 5)).await;
    }
    // Stopping seals what is left under the chain.
    world.restart().await;
    sound(&world.ledger).await;
    world
}

async fn first_finding(world: &World, sql: &str) -> String {
    let client = world.test.database().client().await.unwrap();
    let changed = client.execute(sql, &[]).await.unwrap();
    assert!(changed > 0, "{sql} changed nothing");
    let report = world.ledger.verify(|_| {}).await.unwrap();
    report.findings.first().unwrap_or_else(|| panic!("{sql} was not found out")).to_string()
}

async fn check(sql: &str, expected: &str) {
    let world = sealed_world().await;
    let finding = first_finding(&world, sql).await;
    assert!(finding.contains(expected), "{sql}: {finding}");
}

#[tokio::test]
async fn a_changed_amount_is_named() {
    check("update ledger.transfers set amount = amount + 1 where seq = 70", "seq 70:").await;
}

#[tokio::test]
async fn a_changed_account_is_named() {
    check(
        "update ledger.transfers set credit_account = 1, debit_account = 2 where seq = 3",
        "seq 3:",
    )
    .await;
}

#[tokio::test]
async fn an_added_reference_is_named() {
    check("update ledger.transfers set reference = 'x' where seq = 199", "seq 199:").await;
}

#[tokio::test]
async fn a_deleted_row_is_named_by_its_successor() {
    check("delete from ledger.transfers where seq = 100", "seq 101: follows sequence 99").await;
}

#[tokio::test]
async fn a_changed_history_is_named() {
    let sql = "update ledger.account_chunks set credits_posted = credits_posted + 1 \
               where account_no = 2 and range_no = 1";
    check(sql, "ledger.account_chunks, account_no 2").await;
}

#[tokio::test]
async fn a_changed_limit_is_named() {
    check("update ledger.accounts set floor = -1000000 where no = 3", "ledger.accounts, no 3")
        .await;
}

#[tokio::test]
async fn a_changed_hash_is_named() {
    let sql = "update ledger.blocks set hash = sha256('x') \
               where first_seq = (select min(first_seq) from ledger.blocks)";
    check(sql, "ledger.blocks, first_seq 1").await;
}
