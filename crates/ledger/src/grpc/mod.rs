//! The ledger over gRPC: the contract `bushel.ledger.v1` on top of the facade.
//!
//! Messages become commands and records become messages; the rules are the facade's. A message is
//! checked as a whole before anything is done, and every field that is wrong is named.
//!
//! Reading order: `fields` (reading what callers send), `batch` (whole batches), `convert`
//! (writing what they get), `errors`, then the calls by feature.

mod accounts;
mod assets;
mod batch;
mod convert;
mod errors;
mod events;
mod fields;
mod transfers;

#[cfg(test)]
mod tests;

use std::pin::Pin;

use futures_util::Stream;
use kernel::id::UuidV7;
use proto::ledger::v1 as api;
use proto::ledger::v1::ledger_service_server::{LedgerService, LedgerServiceServer};
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status, Streaming};

use crate::http::Stopping;
use crate::ledger::Ledger;

/// Largest message that is read, decompressed.
const MESSAGE_BYTES_MAX: usize = 16 << 20;

/// The service, for the server to mount.
pub fn service(ledger: Ledger) -> LedgerServiceServer<impl LedgerService> {
    LedgerServiceServer::new(Service { ledger, ids: UuidV7 })
        .max_decoding_message_size(MESSAGE_BYTES_MAX)
        .accept_compressed(CompressionEncoding::Gzip)
}

/// See the module's text. The calls themselves stand with their features.
#[derive(Clone)]
struct Service {
    ledger: Ledger,
    /// Makes the ids that callers leave out.
    ids: UuidV7,
}

/// Answers that come one after the other.
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The calls with one request and one answer.
macro_rules! unary {
    ($($call:ident: $request:ident => $response:ident,)*) => {
        #[tonic::async_trait]
        impl LedgerService for Service {
            type CreateTransfersStreamStream = Answers<api::CreateTransfersResponse>;
            type StreamEventsStream = Answers<api::Event>;

            $(async fn $call(
                &self,
                request: Request<api::$request>,
            ) -> Result<Response<api::$response>, Status> {
                Service::$call(self, request.into_inner()).await.map(Response::new)
            })*

            async fn create_transfers_stream(
                &self,
                request: Request<Streaming<api::CreateTransfersRequest>>,
            ) -> Result<Response<Self::CreateTransfersStreamStream>, Status> {
                let stopping = request.extensions().get::<Stopping>().cloned();
                let requests = request.into_inner();
                let answers = self.clone().create_transfers_one_by_one(requests, stopping);
                Ok(Response::new(answers))
            }

            async fn stream_events(
                &self,
                request: Request<api::StreamEventsRequest>,
            ) -> Result<Response<Self::StreamEventsStream>, Status> {
                let stopping = request.extensions().get::<Stopping>().cloned();
                self.events_to_come(request.get_ref(), stopping).map(Response::new)
            }
        }
    };
}

unary! {
    create_asset: CreateAssetRequest => CreateAssetResponse,
    get_asset: GetAssetRequest => GetAssetResponse,
    list_assets: ListAssetsRequest => ListAssetsResponse,
    create_accounts: CreateAccountsRequest => CreateAccountsResponse,
    get_account: GetAccountRequest => GetAccountResponse,
    list_accounts: ListAccountsRequest => ListAccountsResponse,
    update_account: UpdateAccountRequest => UpdateAccountResponse,
    list_entries: ListEntriesRequest => ListEntriesResponse,
    get_balance: GetBalanceRequest => GetBalanceResponse,
    create_transfers: CreateTransfersRequest => CreateTransfersResponse,
    get_transfer: GetTransferRequest => GetTransferResponse,
    list_transfers: ListTransfersRequest => ListTransfersResponse,
    post_transfer: PostTransferRequest => PostTransferResponse,
    void_transfer: VoidTransferRequest => VoidTransferResponse,
    extend_transfer: ExtendTransferRequest => ExtendTransferResponse,
    reverse_transfer: ReverseTransferRequest => ReverseTransferResponse,
    resolve_group: ResolveGroupRequest => ResolveGroupResponse,
    list_events: ListEventsRequest => ListEventsResponse,
}
