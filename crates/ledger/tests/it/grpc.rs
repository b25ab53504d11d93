//! The ledger through gRPC: a real server on the loopback interface, and the generated client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use kernel::SystemClock;
use kernel::id::{IdSource, SeededIds};
use ledger::{Ledger, LedgerOptions, TransferId};
use proto::codec::MessageCodec;
use proto::ledger::v1::get_balance_request::Moment;
use proto::ledger::v1::ledger_service_client::LedgerServiceClient;
use proto::ledger::v1::*;
use testkit::TestDatabase;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Server};
use tonic::{Code, Status};
use tonic_types::StatusExt;

type Client = LedgerServiceClient<Channel>;

/// A ledger of its own behind a server of its own.
struct Peer {
    client: Client,
    ledger: Ledger,
    ids: SeededIds,
    channel: Channel,
    _database: TestDatabase,
}

impl Peer {
    async fn start() -> Self {
        let database = TestDatabase::create(&[ledger::MIGRATIONS]).await;
        let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
        let ledger = Ledger::start(database.database().clone(), Arc::new(SystemClock), options);
        assert!(ledger.ready().await);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = ledger::grpc::service(ledger.clone());
        let server = Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let channel = Channel::from_shared(address).unwrap().connect().await.unwrap();
        let client = LedgerServiceClient::new(channel.clone());
        Self {
            client,
            ledger,
            ids: SeededIds::new(0x0198_0000_0000),
            channel,
            _database: database,
        }
    }

    /// With the asset `EUR` and the accounts `bank` (unlimited), `ann` and `bob` (floor of zero).
    async fn with_accounts() -> Self {
        let mut peer = Self::start().await;
        peer.create_asset("EUR").await.unwrap();
        let account = |address: &str, floor: Option<&str>| NewAccount {
            address: Some(address.to_owned()),
            asset: "EUR".to_owned(),
            floor: floor.map(str::to_owned),
            ..NewAccount::default()
        };
        let accounts =
            vec![account("bank", None), account("ann", Some("0")), account("bob", Some("0"))];
        let request = CreateAccountsRequest { accounts, ..Default::default() };
        let response = peer.client.create_accounts(request).await.unwrap().into_inner();
        assert_eq!(response.created_count, 3, "{response:?}");
        peer
    }

    async fn create_asset(&mut self, code: &str) -> Result<CreateAssetResponse, Status> {
        let request = CreateAssetRequest {
            code: code.to_owned(),
            scale: 2,
            kind: AssetKind::Money.into(),
            ..Default::default()
        };
        self.client.create_asset(request).await.map(tonic::Response::into_inner)
    }

    fn id(&self) -> String {
        TransferId::from_u128(self.ids.next_bits()).to_string()
    }

    fn transfer(&self, from: &str, to: &str, amount: u64) -> NewTransfer {
        NewTransfer {
            id: self.id(),
            debit_account: from.to_owned(),
            credit_account: to.to_owned(),
            amount: amount.to_string(),
            asset: "EUR".to_owned(),
            ..NewTransfer::default()
        }
    }

    fn pending(&self, from: &str, to: &str, amount: u64) -> NewTransfer {
        NewTransfer { flags: vec![TransferFlag::Pending.into()], ..self.transfer(from, to, amount) }
    }

    async fn create(&mut self, transfers: Vec<NewTransfer>) -> CreateTransfersResponse {
        self.try_create(batch(transfers)).await.unwrap()
    }

    async fn try_create(
        &mut self,
        request: CreateTransfersRequest,
    ) -> Result<CreateTransfersResponse, Status> {
        self.client.create_transfers(request).await.map(tonic::Response::into_inner)
    }

    async fn balances(&mut self, account: &str, moment: Option<Moment>) -> Balances {
        let request = GetBalanceRequest { account: account.to_owned(), moment };
        self.client.get_balance(request).await.unwrap().into_inner().balances.unwrap()
    }

    async fn balance(&mut self, account: &str) -> String {
        self.balances(account, None).await.balance
    }
}

fn batch(transfers: Vec<NewTransfer>) -> CreateTransfersRequest {
    CreateTransfersRequest { transfers, ..CreateTransfersRequest::default() }
}

fn statuses(response: &CreateTransfersResponse) -> Vec<TransferStatus> {
    response.results.iter().map(TransferResult::status).collect()
}

/// Code and reason of a refusal.
fn refusal<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.unwrap_err();
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("{status} says no reason"));
    (status.code(), info.reason.clone())
}

fn refused_as(code: Code, reason: &str) -> (Code, String) {
    (code, reason.to_owned())
}

#[tokio::test]
async fn assets_are_created_once_and_found() {
    let mut peer = Peer::start().await;
    assert!(peer.create_asset("EUR").await.unwrap().created);
    let repeated = peer.create_asset("EUR").await.unwrap();
    assert!(!repeated.created);
    assert_eq!(repeated.asset.unwrap().kind(), AssetKind::Money);
    let other = CreateAssetRequest {
        code: "EUR".to_owned(),
        kind: AssetKind::Goods.into(),
        ..Default::default()
    };
    let reason = "ledger.asset.exists_with_different_scale";
    assert_eq!(
        refusal(peer.client.create_asset(other).await),
        refused_as(Code::AlreadyExists, reason)
    );
    peer.create_asset("APPLE").await.unwrap();

    let get = |code: &str| GetAssetRequest { code: code.to_owned() };
    let found = peer.client.get_asset(get("EUR")).await.unwrap().into_inner().asset.unwrap();
    assert_eq!((found.code.as_str(), found.scale), ("EUR", 2));
    let missing = refusal(peer.client.get_asset(get("USD")).await);
    assert_eq!(missing, refused_as(Code::NotFound, "ledger.asset.not_found"));
    let malformed = refusal(peer.client.get_asset(get("eur")).await);
    assert_eq!(malformed, refused_as(Code::InvalidArgument, "request.body.invalid"));

    let mut list = ListAssetsRequest { limit: 1, cursor: String::new() };
    let first = peer.client.list_assets(list.clone()).await.unwrap().into_inner();
    list.cursor = first.next_cursor;
    let second = peer.client.list_assets(list).await.unwrap().into_inner();
    assert_eq!((first.assets[0].code.as_str(), second.assets[0].code.as_str()), ("APPLE", "EUR"));
    assert_eq!(second.next_cursor, "");
}

#[tokio::test]
async fn accounts_have_results_each_and_are_found_by_id_and_address() {
    let mut peer = Peer::with_accounts().await;
    let account = |address: &str, asset: &str| NewAccount {
        address: Some(address.to_owned()),
        asset: asset.to_owned(),
        metadata: BTreeMap::from([("tier".to_owned(), "gold".to_owned())]),
        ..NewAccount::default()
    };
    let request = CreateAccountsRequest {
        accounts: vec![account("eve", "EUR"), account("ann", "EUR"), account("kim", "USD")],
        include_accounts: true,
        ..Default::default()
    };
    let response = peer.client.create_accounts(request).await.unwrap().into_inner();
    let statuses: Vec<_> = response.results.iter().map(AccountResult::status).collect();
    use AccountStatus as Is;
    assert_eq!(statuses, [Is::Created, Is::AddressAlreadyTaken, Is::AssetNotFound]);
    assert_eq!((response.created_count, response.failed_count), (1, 2));
    let eve = response.results[0].account.as_deref().unwrap();
    assert_eq!((eve.address.as_deref(), eve.metadata["tier"].as_str()), (Some("eve"), "gold"));
    assert_eq!(response.results[1].account, None);

    for name in ["eve", &eve.id] {
        let request = GetAccountRequest { account: name.to_owned() };
        let found = peer.client.get_account(request).await.unwrap().into_inner().account;
        assert_eq!(found.as_ref(), Some(eve));
    }
    let missing = GetAccountRequest { account: "nobody".to_owned() };
    let missing = refusal(peer.client.get_account(missing).await);
    assert_eq!(missing, refused_as(Code::NotFound, "ledger.account.not_found"));
    let malformed = GetAccountRequest { account: peer.id() };
    let refused = refusal(peer.client.get_account(malformed).await);
    assert_eq!(refused.0, Code::NotFound, "`tr_...` is an address that nobody has");
}

#[tokio::test]
async fn accounts_are_listed_page_by_page() {
    let mut peer = Peer::with_accounts().await;
    let mut request = ListAccountsRequest { limit: 2, ..Default::default() };
    let mut seen = Vec::new();
    loop {
        let page = peer.client.list_accounts(request.clone()).await.unwrap().into_inner();
        seen.extend(page.accounts.into_iter().filter_map(|account| account.address));
        if page.next_cursor.is_empty() {
            break;
        }
        request.cursor = page.next_cursor;
    }
    assert_eq!(seen, ["bank", "ann", "bob"]);
    for (filter, count) in [
        (ListAccountsRequest { address_prefix: Some("b".into()), ..Default::default() }, 2),
        (ListAccountsRequest { asset: Some("USD".into()), ..Default::default() }, 0),
        (ListAccountsRequest { asset: Some("EUR".into()), ..Default::default() }, 3),
        (ListAccountsRequest { closed: Some(true), ..Default::default() }, 0),
        (ListAccountsRequest { code: Some(1), ..Default::default() }, 3),
    ] {
        let page = peer.client.list_accounts(filter.clone()).await.unwrap().into_inner();
        assert_eq!(page.accounts.len(), count, "{filter:?}");
    }
    let wrong = ListAccountsRequest { limit: 201, cursor: "zzz".into(), ..Default::default() };
    let status = peer.client.list_accounts(wrong).await.unwrap_err();
    let details = status.get_error_details();
    let fields: Vec<_> = details.bad_request().unwrap().field_violations.iter().collect();
    assert_eq!((fields[0].field.as_str(), fields[1].field.as_str()), ("limit", "cursor"));
}

#[tokio::test]
async fn account_is_changed_where_a_field_is_given() {
    let mut peer = Peer::with_accounts().await;
    let change = |request| UpdateAccountRequest { account: "ann".to_owned(), ..request };
    let raised = change(UpdateAccountRequest {
        expected_version: Some(1),
        ceiling: Some("500".to_owned()),
        ..Default::default()
    });
    let account = peer.client.update_account(raised.clone()).await.unwrap().into_inner().account;
    let account = account.unwrap();
    assert_eq!((account.floor.as_deref(), account.ceiling.as_deref()), (Some("0"), Some("500")));
    assert_eq!(account.version, 2);
    let late = refusal(peer.client.update_account(raised).await);
    assert_eq!(late, refused_as(Code::FailedPrecondition, "ledger.account.version_conflict"));

    let cleared = change(UpdateAccountRequest {
        floor: Some(String::new()),
        metadata: Some(Metadata { pairs: BTreeMap::from([("a".into(), "b".into())]) }),
        ..Default::default()
    });
    let account = peer.client.update_account(cleared).await.unwrap().into_inner().account.unwrap();
    assert_eq!((account.floor, account.ceiling.as_deref()), (None, Some("500")));
    assert_eq!(account.metadata["a"], "b");
    let nobody = UpdateAccountRequest { account: "nobody".to_owned(), ..Default::default() };
    assert_eq!(refusal(peer.client.update_account(nobody).await).0, Code::NotFound);
}

#[tokio::test]
async fn batch_has_a_result_for_each_transfer() {
    let mut peer = Peer::with_accounts().await;
    let transfers = vec![
        peer.transfer("bank", "ann", 100),
        peer.transfer("ann", "bob", 101),
        peer.transfer("ann", "nobody", 1),
        NewTransfer { asset: "USD".into(), ..peer.transfer("bank", "ann", 1) },
        peer.transfer("ann", "bob", 40),
    ];
    let request = CreateTransfersRequest { include_transfers: true, ..batch(transfers.clone()) };
    let response = peer.try_create(request).await.unwrap();
    use TransferStatus as Is;
    let asset = Is::TransferMustHaveTheSameAssetAsAccounts;
    let expected = [Is::Created, Is::ExceedsFloor, Is::CreditAccountNotFound, asset, Is::Created];
    assert_eq!(statuses(&response), expected);
    assert_eq!((response.created_count, response.failed_count), (2, 3));
    assert_eq!((response.first_sequence, response.last_sequence), (1, 2));
    let last = response.results[4].transfer.as_deref().unwrap();
    assert_eq!((last.amount.as_str(), last.asset.as_str(), last.sequence), ("40", "EUR", 2));
    assert_eq!(last.id, transfers[4].id);
    assert_eq!(
        (peer.balance("ann").await, peer.balance("bank").await),
        ("60".into(), "-100".into())
    );

    let request = CreateTransfersRequest { results_only_failed: true, ..batch(transfers) };
    let repeated = peer.try_create(request).await.unwrap();
    assert_eq!((repeated.existing_count, repeated.created_count), (2, 0));
    assert_eq!((repeated.first_sequence, repeated.last_sequence), (0, 0));
    assert_eq!(statuses(&repeated), [Is::IdAlreadyFailed, Is::IdAlreadyFailed, asset]);
    assert_eq!(repeated.results[0].first_failure(), Is::ExceedsFloor);
    assert_eq!(repeated.results.iter().map(|result| result.index).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn atomic_batch_is_all_or_nothing() {
    let mut peer = Peer::with_accounts().await;
    let transfers = vec![peer.transfer("bank", "ann", 100), peer.transfer("ann", "bob", 101)];
    let request = CreateTransfersRequest { atomic: true, ..batch(transfers) };
    let response = peer.try_create(request).await.unwrap();
    assert_eq!(
        statuses(&response),
        [TransferStatus::LinkedEventFailed, TransferStatus::ExceedsFloor]
    );
    assert_eq!(peer.balance("ann").await, "0");
}

#[tokio::test]
async fn transfers_are_found_by_id_and_by_filter() {
    let mut peer = Peer::with_accounts().await;
    let noted = NewTransfer {
        code: Some(7),
        reference: "invoice 7".into(),
        metadata: BTreeMap::from([("order".into(), "9".into())]),
        ..peer.transfer("bank", "ann", 5)
    };
    let others = vec![peer.transfer("bank", "bob", 6), peer.transfer("bank", "ann", 700)];
    peer.create([vec![noted.clone()], others].concat()).await;
    let get = |id: String| GetTransferRequest { id };
    let found = peer.client.get_transfer(get(noted.id.clone())).await.unwrap().into_inner();
    let found = found.transfer.unwrap();
    assert_eq!((found.reference.as_deref(), found.code), (Some("invoice 7"), 7));
    assert_eq!(found.metadata["order"], "9");
    let missing = peer.id();
    assert_eq!(
        refusal(peer.client.get_transfer(get(missing)).await),
        refused_as(Code::NotFound, "ledger.transfer.not_found")
    );
    assert_eq!(
        refusal(peer.client.get_transfer(get(String::new())).await).0,
        Code::InvalidArgument
    );

    let any = ListTransfersRequest::default;
    let metadata = MetadataFilter { key: "order".into(), value: "9".into() };
    for (filter, sequences) in [
        (any(), vec![3, 2, 1]),
        (ListTransfersRequest { order: Order::OldestFirst.into(), ..any() }, vec![1, 2, 3]),
        (ListTransfersRequest { account: Some("ann".into()), ..any() }, vec![3, 1]),
        (ListTransfersRequest { account: Some("nobody".into()), ..any() }, vec![]),
        (ListTransfersRequest { asset: Some("EUR".into()), ..any() }, vec![3, 2, 1]),
        (ListTransfersRequest { asset: Some("USD".into()), ..any() }, vec![]),
        (ListTransfersRequest { code: Some(7), ..any() }, vec![1]),
        (ListTransfersRequest { reference: Some("invoice 7".into()), ..any() }, vec![1]),
        (ListTransfersRequest { amount_min: Some("6".into()), ..any() }, vec![3, 2]),
        (ListTransfersRequest { amount_max: Some("6".into()), ..any() }, vec![2, 1]),
        (ListTransfersRequest { metadata: Some(metadata), ..any() }, vec![1]),
        (ListTransfersRequest { from: found.created_at, ..any() }, vec![3, 2, 1]),
        (ListTransfersRequest { before: found.created_at, ..any() }, vec![]),
    ] {
        let page = peer.client.list_transfers(filter.clone()).await.unwrap().into_inner();
        let seen: Vec<i64> = page.transfers.iter().map(|transfer| transfer.sequence).collect();
        assert_eq!(seen, sequences, "{filter:?}");
    }
}

#[tokio::test]
async fn entries_carry_the_running_balance() {
    let mut peer = Peer::with_accounts().await;
    let effective_at = Some(proto::Timestamp { seconds: 1_000, nanos: 0 });
    let first = NewTransfer { effective_at, ..peer.transfer("bank", "ann", 100) };
    let response = peer.create(vec![first]).await;
    assert_eq!(response.created_count, 1);
    let second = peer.transfer("ann", "bob", 30);
    peer.create(vec![second]).await;
    let mut request =
        ListEntriesRequest { account: "ann".to_owned(), limit: 1, ..Default::default() };
    let mut seen = Vec::new();
    loop {
        let page = peer.client.list_entries(request.clone()).await.unwrap().into_inner();
        let entries = page.entries.into_iter();
        seen.extend(entries.map(|e| (e.transfer.unwrap(), e.balances.unwrap().balance)));
        if page.next_cursor.is_empty() {
            break;
        }
        request.cursor = page.next_cursor;
    }
    let balances: Vec<&str> = seen.iter().map(|(_, balance)| balance.as_str()).collect();
    assert_eq!(balances, ["70", "100"]);

    let at = seen[1].0.created_at.unwrap();
    assert_eq!(peer.balances("ann", Some(Moment::At(at))).await.balance, "100");
    let early = Moment::EffectiveAt(proto::Timestamp { seconds: 1_000, nanos: 0 });
    assert_eq!(peer.balances("ann", Some(early)).await.balance, "100");
    let before = Moment::EffectiveAt(proto::Timestamp { seconds: 999, nanos: 0 });
    assert_eq!(peer.balances("ann", Some(before)).await.balance, "0");
    let wrong = Moment::At(proto::Timestamp { seconds: 0, nanos: -1 });
    let request = GetBalanceRequest { account: "ann".to_owned(), moment: Some(wrong) };
    assert_eq!(refusal(peer.client.get_balance(request).await).0, Code::InvalidArgument);
}

#[tokio::test]
async fn pending_transfer_is_captured_in_parts_and_extended() {
    let mut peer = Peer::with_accounts().await;
    let hold = NewTransfer { timeout_s: 600, ..peer.pending("bank", "ann", 100) };
    let pending_id = hold.id.clone();
    peer.create(vec![hold]).await;
    let extend = ExtendTransferRequest {
        pending_id: pending_id.clone(),
        id: peer.id(),
        timeout_s: 3_600,
        ..Default::default()
    };
    assert!(peer.client.extend_transfer(extend).await.unwrap().into_inner().created);
    let part = PostTransferRequest {
        pending_id: pending_id.clone(),
        id: peer.id(),
        amount: "30".to_owned(),
        partial: true,
        notes: Some(Notes { reference: "parcel 1".to_owned(), ..Default::default() }),
    };
    let posted = peer.client.post_transfer(part.clone()).await.unwrap().into_inner();
    assert!(posted.created);
    let transfer = posted.transfer.unwrap();
    assert_eq!((transfer.amount.as_str(), transfer.reference.as_deref()), ("30", Some("parcel 1")));
    assert_eq!(transfer.pending_id.as_ref(), Some(&pending_id));
    let repeated = peer.client.post_transfer(part).await.unwrap().into_inner();
    assert!(!repeated.created);
    assert_eq!(repeated.transfer.unwrap().sequence, transfer.sequence);

    let get = GetTransferRequest { id: pending_id.clone() };
    let hold = peer.client.get_transfer(get).await.unwrap().into_inner().transfer.unwrap();
    let state = hold.state.unwrap();
    assert_eq!((state.status(), state.remaining.as_str()), (PendingStatus::Pending, "70"));
    assert!(state.expires_at.is_some());

    let rest = PostTransferRequest { pending_id: pending_id.clone(), ..Default::default() };
    let rest = peer.client.post_transfer(rest).await.unwrap().into_inner().transfer.unwrap();
    assert_eq!(rest.amount, "70");
    assert_eq!(peer.balance("ann").await, "100");
    let void = VoidTransferRequest { pending_id, ..Default::default() };
    let reason = "ledger.transfer.pending_transfer_already_posted";
    assert_eq!(
        refusal(peer.client.void_transfer(void).await),
        refused_as(Code::FailedPrecondition, reason)
    );
    let unknown = VoidTransferRequest { pending_id: peer.id(), ..Default::default() };
    assert_eq!(refusal(peer.client.void_transfer(unknown).await).0, Code::NotFound);
    let none = VoidTransferRequest::default();
    assert_eq!(refusal(peer.client.void_transfer(none).await).0, Code::InvalidArgument);
}

#[tokio::test]
async fn pending_transfer_is_voided() {
    let mut peer = Peer::with_accounts().await;
    let hold = peer.pending("bank", "ann", 100);
    let pending_id = hold.id.clone();
    peer.create(vec![hold]).await;
    assert_eq!(peer.balances("ann", None).await.credits_pending, "100");
    let void = VoidTransferRequest { pending_id, ..Default::default() };
    assert!(peer.client.void_transfer(void).await.unwrap().into_inner().created);
    assert_eq!(peer.balances("ann", None).await.credits_pending, "0");
}

#[tokio::test]
async fn transfer_is_reversed_once() {
    let mut peer = Peer::with_accounts().await;
    let paid = peer.transfer("bank", "ann", 100);
    let reverses = paid.id.clone();
    peer.create(vec![paid]).await;
    let mut request = ReverseTransferRequest {
        reverses: reverses.clone(),
        amount: "40".to_owned(),
        ..Default::default()
    };
    let part = peer.client.reverse_transfer(request.clone()).await.unwrap().into_inner();
    assert_eq!(part.transfer.unwrap().reverses, Some(reverses));
    request.amount = String::new();
    let rest = peer.client.reverse_transfer(request.clone()).await.unwrap().into_inner();
    assert_eq!(rest.transfer.unwrap().amount, "60");
    assert_eq!(peer.balance("ann").await, "0");
    let reason = "ledger.transfer.exceeds_reversible_amount";
    assert_eq!(
        refusal(peer.client.reverse_transfer(request).await),
        refused_as(Code::FailedPrecondition, reason)
    );
}

#[tokio::test]
async fn group_is_posted_at_once() {
    let mut peer = Peer::with_accounts().await;
    let group_id = ledger::GroupId::from_u128(peer.ids.next_bits()).to_string();
    let member = |to| NewTransfer { group_id: group_id.clone(), ..peer.pending("bank", to, 10) };
    let members = vec![member("ann"), member("bob")];
    peer.create(members).await;
    let request = ResolveGroupRequest { group_id, id: peer.id(), action: GroupAction::Post.into() };
    let resolved = peer.client.resolve_group(request.clone()).await.unwrap().into_inner();
    assert_eq!((resolved.status(), resolved.transfers.len()), (GroupStatus::Resolved, 2));
    assert_eq!((peer.balance("ann").await, peer.balance("bob").await), ("10".into(), "10".into()));
    let repeated = peer.client.resolve_group(request.clone()).await.unwrap().into_inner();
    assert_eq!((repeated.status(), repeated.transfers.len()), (GroupStatus::Exists, 2));
    let again = ResolveGroupRequest { id: String::new(), ..request.clone() };
    let reason = "ledger.group.group_already_resolved";
    assert_eq!(
        refusal(peer.client.resolve_group(again).await),
        refused_as(Code::FailedPrecondition, reason)
    );
    let undecided = ResolveGroupRequest { action: 0, ..request };
    assert_eq!(refusal(peer.client.resolve_group(undecided).await).0, Code::InvalidArgument);
}

#[tokio::test]
async fn streamed_batches_are_executed_and_answered_in_order() {
    let mut peer = Peer::with_accounts().await;
    // Each batch spends what the one before brought, so any other order would be refused.
    let route = [("bank", "ann"), ("ann", "bob"), ("bob", "bank")];
    let batches: Vec<_> = (0..30)
        .map(|step| {
            let (from, to) = route[step % 3];
            let transfers = (0..100).map(|_| peer.transfer(from, to, 1)).collect();
            CreateTransfersRequest { results_only_failed: true, ..batch(transfers) }
        })
        .collect();
    let requests = tokio_stream::iter(batches);
    let mut answers = peer.client.create_transfers_stream(requests).await.unwrap().into_inner();
    let mut last = 0;
    let mut count = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        assert_eq!(answer.created_count, 100, "{answer:?}");
        assert_eq!((answer.first_sequence, answer.last_sequence), (last + 1, last + 100));
        last = answer.last_sequence;
        count += 1;
    }
    assert_eq!(count, 30);
}

#[tokio::test]
async fn refused_batch_ends_the_stream_and_nothing_after_it_is_done() {
    let mut peer = Peer::with_accounts().await;
    let wrong = NewTransfer { amount: "-1".into(), ..peer.transfer("bank", "ann", 1) };
    let requests =
        [vec![peer.transfer("bank", "ann", 1)], vec![wrong], vec![peer.transfer("bank", "bob", 1)]];
    let requests = tokio_stream::iter(requests.map(batch));
    let mut answers = peer.client.create_transfers_stream(requests).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().created_count, 1);
    let refused = refusal(answers.message().await);
    assert_eq!(refused, refused_as(Code::InvalidArgument, "request.body.invalid"));
    assert_eq!((peer.balance("ann").await, peer.balance("bob").await), ("1".into(), "0".into()));
}

#[tokio::test]
async fn events_are_pulled_and_then_streamed_as_they_happen() {
    let mut peer = Peer::with_accounts().await;
    let transfers = (0..3).map(|_| peer.transfer("bank", "ann", 1)).collect();
    peer.create(transfers).await;
    let list = ListEventsRequest { after: 1, limit: 1 };
    let events = peer.client.list_events(list).await.unwrap().into_inner().events;
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [2]);
    let list = ListEventsRequest { after: 3, limit: 0 };
    assert_eq!(peer.client.list_events(list).await.unwrap().into_inner().events, []);
    let list = ListEventsRequest { after: -1, limit: 0 };
    assert_eq!(refusal(peer.client.list_events(list).await).0, Code::InvalidArgument);

    let stream = peer.client.stream_events(StreamEventsRequest { after: 1 }).await.unwrap();
    let mut stream = stream.into_inner();
    let mut next = async || {
        let event = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
        event.expect("an event comes in time").unwrap().unwrap()
    };
    assert_eq!((next().await.sequence, next().await.sequence), (2, 3));
    let later = peer.transfer("bank", "bob", 9);
    peer.create(vec![later.clone()]).await;
    let event = next().await;
    assert_eq!((event.sequence, event.transfer.unwrap().id), (4, later.id));
}

#[tokio::test]
async fn malformed_and_oversized_messages_are_the_callers_fault() {
    let mut peer = Peer::with_accounts().await;
    let path = "/bushel.ledger.v1.LedgerService/CreateTransfers";
    let mut raw = tonic::client::Grpc::new(peer.channel.clone());
    raw.ready().await.unwrap();
    // A number where the contract has a list of messages.
    let request = tonic::Request::new(ListEventsRequest { after: 5, limit: 0 });
    let codec = MessageCodec::<ListEventsRequest, CreateTransfersResponse>::default();
    let status = raw.unary(request, path.parse().unwrap(), codec).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");

    let empty = peer.try_create(batch(Vec::new())).await;
    assert_eq!(refusal(empty), refused_as(Code::InvalidArgument, "request.body.invalid"));
    let too_many = peer.try_create(batch(vec![NewTransfer::default(); 8_191])).await;
    assert_eq!(refusal(too_many), refused_as(Code::InvalidArgument, "ledger.batch_too_large"));
    let reference = "x".repeat(17 << 20);
    let huge = NewTransfer { reference, ..peer.transfer("bank", "ann", 1) };
    let status = peer.try_create(batch(vec![huge])).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status}");
    assert_eq!(peer.balance("ann").await, "0");
}

#[tokio::test]
async fn full_batch_may_come_compressed() {
    let mut peer = Peer::with_accounts().await;
    peer.client = peer.client.clone().send_compressed(CompressionEncoding::Gzip);
    let transfers = (0..8_190).map(|_| peer.transfer("bank", "ann", 2)).collect();
    let response = peer.create(transfers).await;
    assert_eq!((response.created_count, response.results.len()), (8_190, 8_190));
    assert_eq!(peer.balance("ann").await, "16380");
}

#[tokio::test]
async fn stopped_ledger_is_unavailable_and_says_when_to_come_back() {
    let mut peer = Peer::with_accounts().await;
    let stream = peer.client.stream_events(StreamEventsRequest { after: 0 }).await.unwrap();
    peer.ledger.stop().await;
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.into_inner().message()).await;
    assert_eq!(ended.unwrap().unwrap_err().code(), Code::Unavailable);
    let transfer = peer.transfer("bank", "ann", 1);
    let status = peer.try_create(batch(vec![transfer])).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert!(status.get_error_details().retry_info().is_some());
}
