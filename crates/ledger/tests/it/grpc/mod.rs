//! The ledger through gRPC: a real server on the loopback interface, and the generated client.
#![cfg(test)]

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
use tokio::sync::watch;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::service::InterceptorLayer;
use tonic::transport::{Channel, Server};
use tonic::{Code, Status};
use tonic_types::StatusExt;

mod accounts;
mod assets;
mod events;
mod limits;
mod pending;
mod transfers;

type Client = LedgerServiceClient<Channel>;

/// A ledger of its own behind a server of its own.
struct Peer {
    client: Client,
    ledger: Ledger,
    ids: SeededIds,
    channel: Channel,
    stopping: watch::Sender<bool>,
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
        let (stopping, stop) = watch::channel(false);
        let service = ledger::grpc::service(ledger.clone());
        // As the program does it: whoever serves says when it stops.
        let stop = InterceptorLayer::new(move |mut request: tonic::Request<()>| {
            request.extensions_mut().insert(ledger::Stopping(stop.clone()));
            Ok(request)
        });
        let server = Server::builder().layer(stop).add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let channel = Channel::from_shared(address).unwrap().connect().await.unwrap();
        let client = LedgerServiceClient::new(channel.clone());
        let ids = SeededIds::new(0x0198_0000_0000);
        Self { client, ledger, ids, channel, stopping, _database: database }
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
