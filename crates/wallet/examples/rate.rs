//! How fast transfers between people are, compared with the ledger alone: 64 callers at once, single
//! transfers, in one process without a network. `cargo run --release -p wallet --example rate`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use identity::{
    Actor, ActorKind, Identity, IdentityOptions, NewPassword, NewUser, PermissionSet, SessionId,
    UserId,
};
use kernel::{Clock, SystemClock, Vault};
use ledger::engine::{NewTransfer, TransferStatus};
use ledger::{Ledger, LedgerOptions, NewAsset, TransferId};
use proto::wallet::v1 as api;
use proto::wallet::v1::wallet_service_server::WalletService;
use testkit::TestDatabase;
use wallet::{Wallet, WalletOptions};

const PEOPLE: usize = 1_000;
const CALLERS: usize = 64;
const SECONDS: u64 = 5;

struct Bank {
    ledger: Ledger,
    wallet: Wallet,
    asset: u32,
    people: Vec<UserId>,
    _database: TestDatabase,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "it is what the example is for")]
async fn main() {
    let bank = Arc::new(Bank::start().await);
    for _ in 0..3 {
        let ledger = rate(&bank, |bank, no| async move { bank.on_ledger(no).await }).await;
        let wallet = rate(&bank, |bank, no| async move { bank.in_wallet(no).await }).await;
        println!("ledger {ledger}/s, wallet {wallet}/s: {} %", wallet * 100 / ledger);
    }
}

async fn rate<F, W>(bank: &Arc<Bank>, work: F) -> u64
where
    F: Fn(Arc<Bank>, usize) -> W + Copy + Send + 'static,
    W: Future<Output = ()> + Send,
{
    let (done, begin) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let callers = (0..CALLERS).map(|caller| {
        let (bank, done) = (Arc::clone(bank), Arc::clone(&done));
        tokio::spawn(async move {
            let mut no = caller;
            while begin.elapsed() < Duration::from_secs(SECONDS) {
                work(Arc::clone(&bank), no).await;
                done.fetch_add(1, Ordering::Relaxed);
                no += CALLERS;
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    for caller in callers {
        caller.await.expect("no caller panics");
    }
    done.load(Ordering::Relaxed) / SECONDS
}

impl Bank {
    async fn start() -> Self {
        let migrations = [
            kernel::bus::MIGRATIONS,
            kernel::audit::MIGRATIONS,
            kernel::replay::MIGRATIONS,
            ledger::MIGRATIONS,
            identity::MIGRATIONS,
            wallet::MIGRATIONS,
        ];
        let database = TestDatabase::create(&migrations).await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let pool = database.database().clone();
        let ledger = Ledger::start(pool.clone(), clock.clone(), LedgerOptions::default());
        assert!(ledger.ready().await);
        let vault = Vault::new([7; 32]);
        let identity =
            Identity::start(pool.clone(), clock.clone(), vault, IdentityOptions::default()).await;
        let identity = identity.expect("identity starts");
        let wallet =
            Wallet::start(pool, clock, ledger.clone(), identity.clone(), WalletOptions::default());
        let new =
            NewAsset { code: "EUR".into(), scale: 2, kind: "money".into(), ..NewAsset::default() };
        let asset = ledger.create_asset(new).await.expect("it answers").1.expect("an asset").no;
        let mut people = Vec::new();
        for no in 0..PEOPLE {
            let mut new = NewUser::new(format!("p{no}@example.org"), format!("p{no}"), "");
            (new.handle, new.password) = (Some(format!("person{no}")), NewPassword::None);
            let user = identity.create_user(new).await.expect("a new user").id;
            wallet.open(user, "EUR").await.expect("an account");
            people.push(user);
        }
        let bank = Self { ledger, wallet, asset, people, _database: database };
        bank.fund().await;
        bank
    }

    async fn fund(&self) {
        let house =
            ledger::engine::NewAccount { id: 1, asset: self.asset, code: 1, ..Default::default() };
        self.ledger.create_accounts(vec![house]).await.expect("it answers");
        let gifts =
            self.people.iter().map(|user| self.transfer(1, user.account_id("EUR"), 1_000_000_000));
        self.ledger.create_transfers(gifts.collect()).await.expect("it answers");
    }

    fn transfer(&self, debit: u128, credit: u128, amount: u128) -> NewTransfer {
        NewTransfer {
            id: TransferId::generate().as_u128(),
            debit_account: debit,
            credit_account: credit,
            amount,
            asset: self.asset,
            code: 200,
            ..NewTransfer::default()
        }
    }

    fn pair(&self, no: usize) -> (usize, usize) {
        let from = no * 7 % PEOPLE;
        (from, (from + 1 + no % (PEOPLE - 1)) % PEOPLE)
    }

    async fn on_ledger(&self, no: usize) {
        let (from, to) = self.pair(no);
        let (from, to) = (self.people[from].account_id("EUR"), self.people[to].account_id("EUR"));
        let results = self.ledger.create_transfers(vec![self.transfer(from, to, 1)]).await;
        assert_eq!(results.expect("it answers")[0].status, TransferStatus::Created);
    }

    async fn in_wallet(&self, no: usize) {
        let (from, to) = self.pair(no);
        let by = api::party_ref::By::Handle(format!("person{to}"));
        let message = api::CreateTransferRequest {
            to: Some(api::PartyRef { by: Some(by) }),
            asset: "EUR".to_owned(),
            amount: "1".to_owned(),
            ..Default::default()
        };
        let kind = ActorKind::Session { user: self.people[from], session: SessionId::from_u128(1) };
        let mut request = tonic::Request::new(message);
        let actor = Actor { kind, permissions: PermissionSet::ALL, is_frozen: false };
        request.extensions_mut().insert(actor);
        let answer = wallet::grpc::calls(self.wallet.clone()).create_transfer(request).await;
        answer.expect("it is made");
    }
}
