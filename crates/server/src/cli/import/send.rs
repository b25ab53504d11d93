//! Batches to the server, several under way at a time.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use anyhow::{Context as _, bail};
use ledger::{AccountId, TransferId};
use proto::ledger::v1::{
    AccountStatus, AssetKind, CreateAccountsRequest, CreateAssetRequest, CreateTransfersRequest,
    CreateTransfersResponse, GetAssetRequest, NewAccount, NewTransfer, TransferStatus,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Streaming};

use super::BATCH;
use super::lines::{Batch, Row};
use super::names;
use super::summary::Summary;
use crate::cli::books;
use crate::cli::connect::{LedgerClient, explain};

/// Batches that are sent before the first one has to be answered.
const UNDER_WAY_MAX: usize = 6;

/// The open stream to the server.
pub(super) struct Sender {
    client: LedgerClient,
    asset: String,
    known: HashSet<u128>,
    batches: mpsc::Sender<CreateTransfersRequest>,
    answers: Streaming<CreateTransfersResponse>,
    /// Line and amount of what is not answered yet.
    under_way: VecDeque<Vec<(u64, u128)>>,
}

impl Sender {
    /// Makes sure of the asset and opens the stream.
    pub(super) async fn start(
        mut client: LedgerClient,
        asset: &str,
        scale: u8,
        kind: &str,
    ) -> anyhow::Result<Self> {
        ensure_asset(&mut client, asset, scale, kind).await?;
        let (batches, receiver) = mpsc::channel(UNDER_WAY_MAX);
        let stream = ReceiverStream::new(receiver);
        let answers = client.create_transfers_stream(stream).await;
        let answers = answers.map_err(|status| explain(&status))?.into_inner();
        let (known, under_way) = (HashSet::new(), VecDeque::new());
        Ok(Self { client, asset: asset.to_owned(), known, batches, answers, under_way })
    }

    /// Sends a batch; waits only if too many are under way.
    pub(super) async fn send(&mut self, batch: Batch, summary: &mut Summary) -> anyhow::Result<()> {
        self.ensure_accounts(&batch.rows, summary).await?;
        if batch.rows.is_empty() {
            return Ok(());
        }
        while self.under_way.len() >= UNDER_WAY_MAX {
            self.receive(summary).await?;
        }
        let lines = batch.rows.iter().map(|row| (row.line, row.amount)).collect();
        let transfers = batch.rows.into_iter().map(|row| self.transfer(row)).collect();
        let request = CreateTransfersRequest {
            transfers,
            results_only_failed: true,
            ..CreateTransfersRequest::default()
        };
        if self.batches.send(request).await.is_err() {
            // The stream has ended; its answer says why.
            return self.receive(summary).await;
        }
        self.under_way.push_back(lines);
        Ok(())
    }

    /// Waits for the answers to all batches.
    pub(super) async fn finish(mut self, summary: &mut Summary) -> anyhow::Result<()> {
        while !self.under_way.is_empty() {
            self.receive(summary).await?;
        }
        Ok(())
    }

    fn transfer(&self, row: Row) -> NewTransfer {
        let account =
            |party: &str| AccountId::from_u128(names::account_id(&self.asset, party)).to_string();
        NewTransfer {
            id: TransferId::from_u128(row.id).to_string(),
            debit_account: account(&row.from),
            credit_account: account(&row.to),
            amount: row.amount.to_string(),
            asset: self.asset.clone(),
            effective_at: row.at.map(books::wire_time),
            reference: row.reference.unwrap_or_default(),
            ..NewTransfer::default()
        }
    }

    async fn receive(&mut self, summary: &mut Summary) -> anyhow::Result<()> {
        let answer = self.answers.message().await.map_err(|status| explain(&status))?;
        let answer = answer.context("the server ended the stream before the last batch")?;
        let lines = self.under_way.pop_front().context("an answer without a question")?;
        let mut failed = HashMap::new();
        for result in &answer.results {
            let index = usize::try_from(result.index)?;
            match result.status() {
                TransferStatus::Created | TransferStatus::Exists => {}
                status => {
                    failed.insert(index, status);
                }
            }
        }
        for (index, (line, amount)) in lines.into_iter().enumerate() {
            match failed.get(&index) {
                None => summary.add(amount)?,
                Some(status) => summary.reject(line, reason(status.as_str_name())),
            }
        }
        summary.created += u64::from(answer.created_count);
        summary.existing += u64::from(answer.existing_count);
        Ok(())
    }

    /// Creates the accounts that this run has not seen yet.
    async fn ensure_accounts(&mut self, rows: &[Row], summary: &mut Summary) -> anyhow::Result<()> {
        let mut new = Vec::new();
        for party in rows.iter().flat_map(|row| [&row.from, &row.to]) {
            let id = names::account_id(&self.asset, party);
            if self.known.insert(id) {
                new.push(self.account(id, party));
            }
        }
        while !new.is_empty() {
            let rest = new.split_off(new.len().min(BATCH));
            let accounts = std::mem::replace(&mut new, rest);
            self.create_accounts(accounts, summary).await?;
        }
        Ok(())
    }

    fn account(&self, id: u128, party: &str) -> NewAccount {
        NewAccount {
            id: AccountId::from_u128(id).to_string(),
            address: Some(names::address(&self.asset, party)),
            asset: self.asset.clone(),
            metadata: BTreeMap::from([("name".to_owned(), party.to_owned())]),
            ..NewAccount::default()
        }
    }

    async fn create_accounts(
        &mut self,
        accounts: Vec<NewAccount>,
        summary: &mut Summary,
    ) -> anyhow::Result<()> {
        let request = CreateAccountsRequest { accounts, ..CreateAccountsRequest::default() };
        let response = self.client.create_accounts(request).await;
        let response = response.map_err(|status| explain(&status))?.into_inner();
        summary.accounts_created += u64::from(response.created_count);
        for result in response.results {
            match result.status() {
                AccountStatus::Created | AccountStatus::Exists => {}
                // Somebody changed it since, which is their right.
                AccountStatus::ExistsWithDifferentMetadata
                | AccountStatus::ExistsWithDifferentLimits => {}
                status => bail!(
                    "the account {} can't be made: {}",
                    result.id,
                    reason(status.as_str_name())
                ),
            }
        }
        Ok(())
    }
}

async fn ensure_asset(
    client: &mut LedgerClient,
    code: &str,
    scale: u8,
    kind: &str,
) -> anyhow::Result<()> {
    match client.get_asset(GetAssetRequest { code: code.to_owned() }).await {
        Ok(response) => {
            let asset = response.into_inner().asset.context("the server sent no asset")?;
            if asset.scale != u32::from(scale) {
                bail!(
                    "the asset {code} has {} decimals, not {scale}; import with --scale {}",
                    asset.scale,
                    asset.scale
                );
            }
            return Ok(());
        }
        Err(status) if status.code() == Code::NotFound => {}
        Err(status) => return Err(explain(&status)),
    }
    let kind = AssetKind::from_str_name(&format!("ASSET_KIND_{}", kind.to_uppercase()));
    let request = CreateAssetRequest {
        code: code.to_owned(),
        scale: scale.into(),
        kind: kind.unwrap_or(AssetKind::Other).into(),
        ..CreateAssetRequest::default()
    };
    client.create_asset(request).await.map_err(|status| explain(&status))?;
    Ok(())
}

/// `TRANSFER_STATUS_EXCEEDS_CREDITS` as `exceeds credits`.
fn reason(status: &str) -> String {
    let name = status.trim_start_matches("TRANSFER_STATUS_").trim_start_matches("ACCOUNT_STATUS_");
    format!("refused by the ledger: {}", name.to_lowercase().replace('_', " "))
}
