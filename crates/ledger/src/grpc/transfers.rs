//! Calls about transfers: batches, one after the other or streamed; pending transfers; lists.

use std::future::{self, Future};
use std::task::Poll;

use futures_util::future::maybe_done;
use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt, stream};
use hashbrown::HashMap;
use kernel::Page;
use proto::ledger::v1 as api;
use tonic::Status;

use super::fields::Fields;
use super::{Answers, Service, accounts, batch, convert, errors};
use crate::engine::{
    AMOUNT_MAX, Extra, GroupAction, GroupStatus, NewTransfer, ResolveGroup, TransferFlags,
    TransferResult, TransferStatus,
};
use crate::error::LedgerError;
use crate::http::Stopping;
use crate::ids::{GroupId, TransferId};
use crate::text::{AccountRef, unknown_account};
use crate::transfers::{Transfer, TransferFilter};

/// Batches of one stream that are under way at a time. Together they stay below what the ledger
/// queues before it refuses more.
const BATCHES_IN_FLIGHT: usize = 6;

/// A batch that was read and is fine.
struct Batch {
    transfers: Vec<NewTransfer>,
    ids: Vec<u128>,
    only_failed: bool,
    include: bool,
}

impl Service {
    pub(super) async fn create_transfers(
        &self,
        request: api::CreateTransfersRequest,
    ) -> Result<api::CreateTransfersResponse, Status> {
        let batch = self.read_batch(request).await?;
        self.execute_batch(batch).await
    }

    /// Answers in the order of the batches, as they were sent.
    pub(super) fn create_transfers_one_by_one(
        self,
        requests: impl Stream<Item = Result<api::CreateTransfersRequest, Status>> + Send + 'static,
        stopping: Option<Stopping>,
    ) -> Answers<api::CreateTransfersResponse> {
        // What was read before the server stops is still answered.
        let stopped = errors::stopped(stopping).map(Err).into_stream();
        let requests = stream::select_with_strategy(
            stopped.map(Some),
            requests.map(Some).chain(stream::once(future::ready(None))),
            |_: &mut ()| stream::PollNext::Left,
        );
        let requests = requests.scan((), |(), request| future::ready(request));
        let submitted = requests.and_then(move |request| {
            let service = self.clone();
            async move {
                let batch = service.read_batch(request).await?;
                let answer = async move { service.execute_batch(batch).await };
                // The first poll puts the batch into the ledger's queue: here, where one batch
                // comes after the other, and not where the answers are awaited together.
                let mut answer = Box::pin(maybe_done(answer));
                future::poll_fn(|context| {
                    let _ = answer.as_mut().poll(context);
                    Poll::Ready(())
                })
                .await;
                Ok(answer)
            }
        });
        // After a refusal nothing more is read: what follows may build on the refused batch.
        let submitted = stream::unfold(Some(Box::pin(submitted)), |rest| async move {
            let mut rest = rest?;
            let batch = rest.next().await?;
            let rest = batch.is_ok().then_some(rest);
            Some((batch, rest))
        });
        let answers = submitted.map(|batch| async move {
            let mut answer = batch?;
            answer.as_mut().await;
            answer.as_mut().take_output().expect("it was awaited just now")
        });
        Box::pin(answers.buffered(BATCHES_IN_FLIGHT))
    }

    async fn read_batch(&self, request: api::CreateTransfersRequest) -> Result<Batch, Status> {
        batch::check_length(request.transfers.len(), "transfers")?;
        let mut fields = Fields::default();
        let mut names = batch::Names::of_transfers(&request.transfers, &mut fields);
        names.look_up(&self.ledger).await?;
        let (only_failed, include) = (request.results_only_failed, request.include_transfers);
        let transfers = batch::transfers(request, &names, &self.ids, &mut fields);
        fields.finish()?;
        let ids = transfers.iter().map(|transfer| transfer.id).collect();
        Ok(Batch { transfers, ids, only_failed, include })
    }

    async fn execute_batch(&self, batch: Batch) -> Result<api::CreateTransfersResponse, Status> {
        let results = self.ledger.create_transfers(batch.transfers).await?;
        let mut response = transfer_results(&batch.ids, &results, batch.only_failed);
        if batch.include && !batch.only_failed {
            self.include_transfers(&results, &mut response.results).await?;
        }
        Ok(response)
    }

    async fn include_transfers(
        &self,
        results: &[TransferResult],
        messages: &mut [api::TransferResult],
    ) -> Result<(), LedgerError> {
        let found = self.transfers_of(results).await?;
        let found: HashMap<i64, &Transfer> =
            found.iter().map(|transfer| (transfer.record.seq, transfer)).collect();
        for (result, message) in results.iter().zip(messages) {
            let transfer = result.seq.and_then(|seq| found.get(&seq));
            message.transfer = transfer.map(|transfer| Box::new(convert::transfer(transfer)));
        }
        Ok(())
    }

    /// What results speak of, each once. A batch may name a transfer twice.
    async fn transfers_of(&self, results: &[TransferResult]) -> Result<Vec<Transfer>, LedgerError> {
        let mut seqs: Vec<i64> = results.iter().filter_map(|result| result.seq).collect();
        seqs.sort_unstable();
        seqs.dedup();
        self.ledger.transfers_by_seq(&seqs).await
    }

    pub(super) async fn get_transfer(
        &self,
        request: api::GetTransferRequest,
    ) -> Result<api::GetTransferResponse, Status> {
        let mut fields = Fields::default();
        let id = fields.needed_id("id", TransferId::PREFIX, &request.id);
        fields.finish()?;
        let transfer = self.ledger.transfer(id).await?;
        let transfer = transfer.ok_or_else(|| {
            errors::not_found("ledger.transfer.not_found", "There is no transfer with this id.")
        })?;
        Ok(api::GetTransferResponse { transfer: Some(convert::transfer(&transfer)) })
    }

    pub(super) async fn list_transfers(
        &self,
        request: api::ListTransfersRequest,
    ) -> Result<api::ListTransfersResponse, Status> {
        let mut fields = Fields::default();
        let limit = fields.limit(request.limit);
        let cursor = fields.position(&request.cursor);
        let order = accounts::order(request.order, &mut fields);
        let asset = self.asset_filter(request.asset.as_deref(), &mut fields).await?;
        let account = self.account_filter(request.account.as_deref(), &mut fields).await?;
        let filter = transfer_filter(request, account, asset, &mut fields);
        fields.finish()?;
        let transfers = self.ledger.transfers(&filter, order, cursor, limit.get() + 1).await?;
        let position = |transfer: &Transfer| transfer.record.seq;
        let page = Page::cut(transfers, limit, position, |row| convert::transfer(&row));
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListTransfersResponse { transfers: page.data, next_cursor })
    }

    async fn account_filter(
        &self,
        name: Option<&str>,
        fields: &mut Fields,
    ) -> Result<Option<u128>, LedgerError> {
        let Some(name) = name else { return Ok(None) };
        Ok(match fields.parsed::<AccountRef>("account", name) {
            Some(AccountRef::Id(id)) => Some(id.as_u128()),
            Some(AccountRef::Address(address)) => {
                let found = self.ledger.account_ids(&[address.as_str()]).await?;
                let id = found.first().copied().flatten();
                Some(id.unwrap_or_else(|| unknown_account(address.as_str())))
            }
            None => None,
        })
    }

    pub(super) async fn post_transfer(
        &self,
        request: api::PostTransferRequest,
    ) -> Result<api::PostTransferResponse, Status> {
        let mut fields = Fields::default();
        let partial = if request.partial { TransferFlags::PARTIAL } else { 0 };
        let flags = TransferFlags(TransferFlags::POST_PENDING | partial);
        let amount = amount_or_all(&request.amount, &mut fields);
        let mut new = self.resolution(&request.id, &request.pending_id, flags, &mut fields);
        new.0.amount = amount;
        let (transfer, created) = self.create_one(new, request.notes, fields).await?;
        Ok(api::PostTransferResponse { transfer: Some(transfer), created })
    }

    pub(super) async fn void_transfer(
        &self,
        request: api::VoidTransferRequest,
    ) -> Result<api::VoidTransferResponse, Status> {
        let mut fields = Fields::default();
        let flags = TransferFlags(TransferFlags::VOID_PENDING);
        let new = self.resolution(&request.id, &request.pending_id, flags, &mut fields);
        let (transfer, created) = self.create_one(new, request.notes, fields).await?;
        Ok(api::VoidTransferResponse { transfer: Some(transfer), created })
    }

    pub(super) async fn extend_transfer(
        &self,
        request: api::ExtendTransferRequest,
    ) -> Result<api::ExtendTransferResponse, Status> {
        let mut fields = Fields::default();
        let flags = TransferFlags(TransferFlags::EXTEND_PENDING);
        let mut new = self.resolution(&request.id, &request.pending_id, flags, &mut fields);
        new.1.timeout_s = request.timeout_s;
        if request.timeout_s == 0 {
            fields.refuse("timeout_s", "it is at least one second");
        }
        let (transfer, created) = self.create_one(new, request.notes, fields).await?;
        Ok(api::ExtendTransferResponse { transfer: Some(transfer), created })
    }

    pub(super) async fn reverse_transfer(
        &self,
        request: api::ReverseTransferRequest,
    ) -> Result<api::ReverseTransferResponse, Status> {
        let mut fields = Fields::default();
        let reversal = NewTransfer {
            id: self.id_or_new(&request.id, &mut fields),
            amount: amount_or_all(&request.amount, &mut fields),
            code: fields.code("code", request.code).unwrap_or_default(),
            ..NewTransfer::default()
        };
        let extra = Extra {
            reverses: fields.needed_id("reverses", TransferId::PREFIX, &request.reverses),
            ..Extra::default()
        };
        let (transfer, created) = self.create_one((reversal, extra), request.notes, fields).await?;
        Ok(api::ReverseTransferResponse { transfer: Some(transfer), created })
    }

    pub(super) async fn resolve_group(
        &self,
        request: api::ResolveGroupRequest,
    ) -> Result<api::ResolveGroupResponse, Status> {
        let mut fields = Fields::default();
        let action = match api::GroupAction::try_from(request.action) {
            Ok(api::GroupAction::Void) => GroupAction::Void,
            Ok(api::GroupAction::Post) => GroupAction::Post,
            Ok(api::GroupAction::Unspecified) | Err(_) => {
                fields.refuse("action", "it is needed, and one of the actions that there are");
                GroupAction::Void
            }
        };
        let command = ResolveGroup {
            id: self.id_or_new(&request.id, &mut fields),
            group: fields.needed_id("group_id", GroupId::PREFIX, &request.group_id),
            action,
        };
        fields.finish()?;
        let (status, members) = self.ledger.resolve_group(command).await?;
        if !matches!(status, GroupStatus::Resolved | GroupStatus::Exists) {
            return Err(errors::group_failed(status, &members));
        }
        let transfers = self.transfers_of(&members).await?;
        Ok(api::ResolveGroupResponse {
            status: convert::group_status(status),
            transfers: transfers.iter().map(convert::transfer).collect(),
        })
    }

    fn id_or_new(&self, text: &str, fields: &mut Fields) -> u128 {
        let id = fields.id("id", TransferId::PREFIX, text);
        batch::id_or_new(id, text, &self.ids)
    }

    /// A post, void or extension. What it leaves out follows from the pending transfer.
    fn resolution(
        &self,
        id: &str,
        pending_id: &str,
        flags: TransferFlags,
        fields: &mut Fields,
    ) -> (NewTransfer, Extra) {
        let id = self.id_or_new(id, fields);
        let pending_id = fields.needed_id("pending_id", TransferId::PREFIX, pending_id);
        let extra = Extra { pending_id, ..Extra::default() };
        (NewTransfer { id, flags, ..NewTransfer::default() }, extra)
    }

    /// Creates one transfer that is there afterwards, or the call fails.
    async fn create_one(
        &self,
        (mut new, mut extra): (NewTransfer, Extra),
        notes: Option<api::Notes>,
        mut fields: Fields,
    ) -> Result<(api::Transfer, bool), Status> {
        read_notes(notes.unwrap_or_default(), &mut extra, &mut fields);
        fields.finish()?;
        new.extra = Some(Box::new(extra));
        let results = self.ledger.create_transfers(vec![new]).await?;
        let result = results.first().expect("one transfer has one result");
        if !result.status.is_success() {
            return Err(errors::transfer_failed(result));
        }
        let transfers = self.transfers_of(&results).await?;
        // The leader may have changed since; the call can be repeated.
        let transfer = transfers.first().ok_or(LedgerError::Unavailable)?;
        Ok((convert::transfer(transfer), result.status == TransferStatus::Created))
    }
}

fn amount_or_all(text: &str, fields: &mut Fields) -> u128 {
    if text.is_empty() { AMOUNT_MAX } else { fields.amount("amount", text) }
}

fn read_notes(notes: api::Notes, extra: &mut Extra, fields: &mut Fields) {
    extra.user_data_128 = fields.number("notes.user_data_128", &notes.user_data_128);
    extra.user_data_64 = notes.user_data_64;
    extra.user_data_32 = notes.user_data_32;
    extra.effective_at = fields.time("notes.effective_at", notes.effective_at);
    extra.reference = fields.reference("notes.reference", &notes.reference);
    extra.metadata = fields.metadata("notes.metadata", notes.metadata);
}

fn transfer_filter(
    request: api::ListTransfersRequest,
    account: Option<u128>,
    asset: Option<u32>,
    fields: &mut Fields,
) -> TransferFilter {
    let mut id = |field, prefix, text: Option<String>| {
        text.map(|text| fields.needed_id(field, prefix, &text))
    };
    let group = id("group_id", GroupId::PREFIX, request.group_id);
    let pending_id = id("pending_id", TransferId::PREFIX, request.pending_id);
    let reverses = id("reverses", TransferId::PREFIX, request.reverses);
    let mut amount = |field, text: Option<String>| text.map(|text| fields.amount(field, &text));
    let amount_min = amount("amount_min", request.amount_min);
    let amount_max = amount("amount_max", request.amount_max);
    let reference = request.reference.and_then(|text| {
        fields.need("reference", &text);
        fields.reference("reference", &text)
    });
    TransferFilter {
        account,
        asset,
        code: fields.code("code", request.code),
        reference: reference.map(String::from),
        group,
        pending_id,
        reverses,
        flags_all: fields.flags("flags", &request.flags, batch::TRANSFER_FLAGS),
        from: fields.time("from", request.from),
        before: fields.time("before", request.before),
        amount_min,
        amount_max,
        metadata: fields.metadata_filter(request.metadata),
    }
}

/// The results of a batch. Successes are only counted if the caller asked for failures alone.
pub(super) fn transfer_results(
    ids: &[u128],
    results: &[TransferResult],
    only_failed: bool,
) -> api::CreateTransfersResponse {
    let mut response = api::CreateTransfersResponse::default();
    if !only_failed {
        response.results.reserve_exact(results.len());
    }
    for (index, (id, result)) in (0..).zip(ids.iter().zip(results)) {
        count(result, &mut response);
        if only_failed && result.status.is_success() {
            continue;
        }
        response.results.push(api::TransferResult {
            index,
            id: convert::transfer_id(*id),
            status: convert::transfer_status(result.status),
            sequence: result.seq.unwrap_or_default(),
            first_failure: result.first_failure.map(convert::transfer_status).unwrap_or_default(),
            transfer: None,
        });
    }
    response
}

fn count(result: &TransferResult, response: &mut api::CreateTransfersResponse) {
    match (result.status, result.seq) {
        (TransferStatus::Created, Some(seq)) => {
            response.created_count += 1;
            if response.first_sequence == 0 {
                response.first_sequence = seq;
            }
            response.last_sequence = seq;
        }
        (TransferStatus::Exists, _) => response.existing_count += 1,
        _ => response.failed_count += 1,
    }
}
