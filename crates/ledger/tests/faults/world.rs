//! A ledger with small ranges, so that a few hundred transfers cross many of them.

use std::sync::Arc;

use kernel::{Clock, Database, MockClock, SystemClock};
use ledger::engine::{
    Account, AccountFlags, AccountStatus, Extra, NewAccount, NewTransfer, TransferFlags,
    TransferStatus,
};
use ledger::{AccountKey, Ledger, LedgerError, LedgerOptions, NewAsset, Role};
use testkit::TestDatabase;

/// Transfers in a range.
pub(crate) const RANGE: i64 = 64;

pub(crate) fn options(node: &str) -> LedgerOptions {
    LedgerOptions {
        node: node.to_owned(),
        address: format!("http://{node}"),
        writers: 2,
        range_size: RANGE,
    }
}

pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) test: TestDatabase,
}

/// A ledger that leads, with the asset `EUR` (number 1).
pub(crate) async fn world() -> World {
    let test = TestDatabase::create(&[ledger::MIGRATIONS]).await;
    let clock = Arc::new(MockClock::default());
    let clock_for_ledger: Arc<dyn Clock> = clock.clone();
    let ledger = Ledger::start(test.database().clone(), clock_for_ledger, options("a"));
    leading(&ledger).await;
    create_asset(&ledger).await;
    World { ledger, clock, test }
}

impl World {
    /// Stops the ledger and starts another one on the same database.
    pub(crate) async fn restart(&mut self) {
        self.ledger.stop().await;
        let clock: Arc<dyn Clock> = self.clock.clone();
        self.ledger = Ledger::start(self.test.database().clone(), clock, options("b"));
        leading(&self.ledger).await;
    }
}

/// A ledger of its own on a database, by the real clock.
pub(crate) async fn lead(database: Database, node: &str) -> Ledger {
    let ledger = Ledger::start(database, Arc::new(SystemClock), options(node));
    leading(&ledger).await;
    ledger
}

pub(crate) async fn leading(ledger: &Ledger) {
    let wait = async {
        while ledger.role() != Role::Leading {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.expect("it leads soon");
}

pub(crate) async fn create_asset(ledger: &Ledger) {
    let new = NewAsset {
        code: "EUR".to_owned(),
        scale: 2,
        kind: "money".to_owned(),
        ..NewAsset::default()
    };
    let (_, asset) = ledger.create_asset(new).await.unwrap();
    assert_eq!(asset.unwrap().no, 1);
}

/// Creates accounts `1..=count`; the first one may go below zero, the others may not.
pub(crate) async fn accounts(ledger: &Ledger, count: u128) {
    let account = |id| NewAccount {
        id,
        asset: 1,
        code: 1,
        flags: AccountFlags(if id == 1 { 0 } else { AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS }),
        ..NewAccount::default()
    };
    let statuses = ledger.create_accounts((1..=count).map(account).collect()).await.unwrap();
    assert!(statuses.iter().all(|status| *status == AccountStatus::Created), "{statuses:?}");
}

/// An account that may go below zero.
pub(crate) fn plain_account(id: u128) -> NewAccount {
    NewAccount { id, asset: 1, code: 1, ..NewAccount::default() }
}

pub(crate) fn transfer(id: u128, debit: u128, credit: u128, amount: u128) -> NewTransfer {
    NewTransfer {
        id,
        debit_account: debit,
        credit_account: credit,
        amount,
        asset: 1,
        code: 1,
        ..NewTransfer::default()
    }
}

pub(crate) fn pending(
    id: u128,
    debit: u128,
    credit: u128,
    amount: u128,
    timeout_s: u32,
) -> NewTransfer {
    NewTransfer {
        flags: TransferFlags(TransferFlags::PENDING),
        extra: Some(Box::new(Extra { timeout_s, ..Extra::default() })),
        ..transfer(id, debit, credit, amount)
    }
}

pub(crate) fn resolve(id: u128, flag: u16, pending_id: u128, amount: u128) -> NewTransfer {
    NewTransfer {
        id,
        amount,
        flags: TransferFlags(flag),
        extra: Some(Box::new(Extra { pending_id, ..Extra::default() })),
        ..NewTransfer::default()
    }
}

/// Creates one transfer.
pub(crate) async fn create(ledger: &Ledger, new: NewTransfer) -> TransferStatus {
    ledger.create_transfers(vec![new]).await.unwrap()[0].status
}

/// Creates one transfer, which must succeed.
pub(crate) async fn created(ledger: &Ledger, new: NewTransfer) {
    assert_eq!(create(ledger, new).await, TransferStatus::Created);
}

/// Reads as a caller does: whoever is told that the ledger can't be reached asks again. A leader
/// whose database was too slow to renew the lease says so until it has caught up.
pub(crate) async fn patient<T>(ask: impl AsyncFn() -> Result<T, LedgerError>) -> T {
    const TRIES: usize = 1_000;
    for _ in 0..TRIES {
        match ask().await {
            Ok(found) => return found,
            Err(LedgerError::Unavailable | LedgerError::NotLeader(_)) => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the ledger did not come back");
}

pub(crate) async fn account(ledger: &Ledger, id: u128) -> Account {
    let found = patient(async || ledger.account(AccountKey::Id(id)).await).await;
    found.expect("the account is there")
}

/// Posted credits minus posted debits.
pub(crate) async fn posted(ledger: &Ledger, id: u128) -> i128 {
    let balances = account(ledger, id).await.balances;
    balances.credits_posted.cast_signed() - balances.debits_posted.cast_signed()
}

/// Verifies the books; they must be sound.
pub(crate) async fn sound(ledger: &Ledger) -> ledger::VerifyReport {
    let report = patient(async || ledger.verify(|_| {}).await).await;
    assert!(report.is_sound(), "{:#?}", report.findings);
    report
}
