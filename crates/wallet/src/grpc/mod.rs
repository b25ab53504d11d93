//! The wallet over gRPC: the contract `WalletService` on top of the same use cases as HTTP, with the
//! same rules.
//!
//! Reading order: `read` (what callers send), `convert` (what they get), then the calls by feature.

mod accounts;
mod convert;
mod limits;
mod overview;
mod read;
mod requests;
mod schedules;
mod transfers;

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _};
use identity::{Actor, UserId};
use kernel::Problem;
use kernel::http::Ids;
use proto::wallet::v1 as api;
use proto::wallet::v1::wallet_service_server::{WalletService, WalletServiceServer};
use tonic::{Extensions, Request, Response, Status};

use crate::wallet::Wallet;

const MESSAGE_BYTES_MAX: usize = 64 << 10;

/// The service, for the server to mount. Whoever does has authenticated the caller.
pub fn service(wallet: Wallet) -> WalletServiceServer<impl WalletService> {
    WalletServiceServer::new(calls(wallet)).max_decoding_message_size(MESSAGE_BYTES_MAX)
}

/// What the service does, without the framing: for whoever calls it in the same process.
pub fn calls(wallet: Wallet) -> impl WalletService {
    Service { wallet }
}

/// See the module's text.
struct Service {
    wallet: Wallet,
}

type Answer<T> = Result<T, Problem>;

/// Who calls, and how they make their call repeatable.
struct Caller {
    actor: Actor,
}

impl Caller {
    fn of(extensions: &Extensions) -> Answer<Self> {
        Ok(Self { actor: Actor::of(extensions)? })
    }

    fn user(&self) -> Answer<UserId> {
        self.actor.require_user()
    }

    /// Ids that follow from the key, the caller and the method.
    fn ids(&self, method: &str, key: Option<&str>) -> Answer<Ids> {
        Ids::of(&self.actor.caller_key(), method, key)
            .map_err(|detail| kernel::http::invalid_field("/idempotency_key", detail))
    }
}

macro_rules! calls {
    ($($call:ident: $request:ident => $response:ident,)*) => {
        #[tonic::async_trait]
        impl WalletService for Service {
            type GetStatementStream = Pieces;

            $(async fn $call(
                &self,
                request: Request<api::$request>,
            ) -> Result<Response<api::$response>, Status> {
                let (_, extensions, message) = request.into_parts();
                let answer = async {
                    Service::$call(self, Caller::of(&extensions)?, message).await
                };
                answer.await.map(Response::new).map_err(|problem| proto::failure::status(&problem))
            })*

            async fn get_statement(
                &self,
                request: Request<api::GetStatementRequest>,
            ) -> Result<Response<Pieces>, Status> {
                let (_, extensions, message) = request.into_parts();
                let answer = async { self.statement(&Caller::of(&extensions)?, message).await };
                answer.await.map(Response::new).map_err(|problem| proto::failure::status(&problem))
            }
        }
    };
}

calls! {
    open_account: OpenAccountRequest => OpenAccountResponse,
    list_accounts: ListAccountsRequest => ListAccountsResponse,
    get_account: GetAccountRequest => GetAccountResponse,
    close_account: CloseAccountRequest => CloseAccountResponse,
    list_balances: ListBalancesRequest => ListBalancesResponse,
    list_history: ListHistoryRequest => ListHistoryResponse,
    list_statements: ListStatementsRequest => ListStatementsResponse,
    create_transfer: CreateTransferRequest => CreateTransferResponse,
    list_transfers: ListTransfersRequest => ListTransfersResponse,
    get_transfer: GetTransferRequest => GetTransferResponse,
    accept_transfer: AcceptTransferRequest => AcceptTransferResponse,
    decline_transfer: DeclineTransferRequest => DeclineTransferResponse,
    cancel_transfer: CancelTransferRequest => CancelTransferResponse,
    list_recipients: ListRecipientsRequest => ListRecipientsResponse,
    create_payment_request: CreatePaymentRequestRequest => CreatePaymentRequestResponse,
    list_payment_requests: ListPaymentRequestsRequest => ListPaymentRequestsResponse,
    get_payment_request: GetPaymentRequestRequest => GetPaymentRequestResponse,
    pay_payment_request: PayPaymentRequestRequest => PayPaymentRequestResponse,
    decline_payment_request: DeclinePaymentRequestRequest => DeclinePaymentRequestResponse,
    cancel_payment_request: CancelPaymentRequestRequest => CancelPaymentRequestResponse,
    create_schedule: CreateScheduleRequest => CreateScheduleResponse,
    list_schedules: ListSchedulesRequest => ListSchedulesResponse,
    get_schedule: GetScheduleRequest => GetScheduleResponse,
    update_schedule: UpdateScheduleRequest => UpdateScheduleResponse,
    delete_schedule: DeleteScheduleRequest => DeleteScheduleResponse,
    list_user_transfers: ListUserTransfersRequest => ListUserTransfersResponse,
    get_user_transfer: GetUserTransferRequest => GetUserTransferResponse,
    list_limits: ListLimitsRequest => ListLimitsResponse,
    get_limits: GetLimitsRequest => GetLimitsResponse,
    update_limits: UpdateLimitsRequest => UpdateLimitsResponse,
}

/// A file, piece by piece.
type Pieces = Pin<Box<dyn Stream<Item = Result<api::GetStatementResponse, Status>> + Send>>;

impl Service {
    async fn statement(
        &self,
        caller: &Caller,
        request: api::GetStatementRequest,
    ) -> Answer<Pieces> {
        let account = read::id("/account_id", &request.account_id)?;
        let month = read::text("/month", &request.month)?;
        let format = read::format(request.format)?;
        let user = caller.user()?;
        let (_, pieces) = self.wallet.statement(user, account, month, format).await?;
        Ok(Box::pin(pieces.map(|piece| match piece {
            Ok(data) => Ok(api::GetStatementResponse { data }),
            Err(error) => Err(proto::failure::of(error)),
        })))
    }
}
