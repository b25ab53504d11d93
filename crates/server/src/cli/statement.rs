//! `bushel ledger statement`: what happened to an account, with the balance after each transfer.

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use kernel::{SignedAmount, Timestamp};
use proto::ledger::v1::get_balance_request::Moment;
use proto::ledger::v1::{Entry, GetBalanceRequest, ListEntriesRequest, TransferFlag};
use serde::Serialize;

use super::books::{self, Scales};
use super::connect::{LedgerClient, Target, explain};
use super::output::{self, Align, Table};

/// Show the transfers of an account and its balance after each
#[derive(Debug, Args)]
pub(super) struct Statement {
    /// The account: its id or its address
    account: String,
    #[command(flatten)]
    target: Target,
    /// Only from this moment on, such as 2026-01-01
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Only before this moment
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// Go by the time at which transfers took effect, not by that of their recording
    #[arg(long)]
    effective: bool,
    /// End with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Sheet {
    account: String,
    address: Option<String>,
    name: Option<String>,
    asset: String,
    opening: String,
    lines: Vec<Line>,
    closing: String,
}

#[derive(Serialize)]
struct Line {
    at: String,
    sequence: i64,
    transfer: String,
    counterparty: String,
    reference: Option<String>,
    debit: Option<String>,
    credit: Option<String>,
    balance: String,
}

/// An entry, reduced to what a statement shows.
struct Movement {
    at: Timestamp,
    entry: Entry,
    is_debit: bool,
    /// Credits minus debits that were posted.
    change: i128,
}

impl Statement {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let connection = self.target.connect().await?;
        let sheet = async { self.read(&mut connection.ledger().await?).await }.await;
        connection.close().await;
        let sheet = sheet?;
        if self.json {
            output::json(&sheet)?;
        } else {
            show(&sheet)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn read(&self, client: &mut LedgerClient) -> anyhow::Result<Sheet> {
        let scales = Scales::load(client).await?;
        let account = books::account(client, &self.account).await?;
        let opening = self.opening(client).await?;
        let mut movements = self.movements(client, &account.id).await?;
        if self.effective {
            movements.sort_by_key(|movement| (movement.at, sequence(&movement.entry)));
        }
        let scale = scales.of(&account.asset);
        let text = |amount: i128| SignedAmount::new(amount).format_scaled(scale);
        let mut names = HashMap::new();
        let (mut balance, mut lines) = (opening, Vec::with_capacity(movements.len()));
        for Movement { at, entry, is_debit, change } in movements {
            balance = balance.checked_add(change).context("the balance is out of range")?;
            let transfer = entry.transfer.context("the server sent no transfer")?;
            let other =
                if is_debit { transfer.credit_account_id } else { transfer.debit_account_id };
            let amount = Some(text(change.checked_abs().context("an amount is out of range")?));
            let (debit, credit) = if is_debit { (amount, None) } else { (None, amount) };
            lines.push(Line {
                at: books::date(at),
                sequence: transfer.sequence,
                transfer: transfer.id,
                counterparty: name(client, &mut names, other).await?,
                reference: transfer.reference,
                debit,
                credit,
                balance: text(balance),
            });
        }
        Ok(Sheet {
            name: account.metadata.get("name").cloned(),
            account: account.id,
            address: account.address,
            asset: account.asset,
            opening: text(opening),
            lines,
            closing: text(balance),
        })
    }

    /// The balance before the first line.
    async fn opening(&self, client: &mut LedgerClient) -> anyhow::Result<i128> {
        let Some(from) = self.from else { return Ok(0) };
        let before = books::wire_time(from.saturating_sub(Duration::from_micros(1)));
        let moment = if self.effective { Moment::EffectiveAt(before) } else { Moment::At(before) };
        let request = GetBalanceRequest { account: self.account.clone(), moment: Some(moment) };
        let response = client.get_balance(request).await.map_err(|status| explain(&status))?;
        let balances = response.into_inner().balances.context("the server sent no balances")?;
        Ok(balances.balance.parse::<SignedAmount>().context("a balance is malformed")?.get())
    }

    /// All posted movements of the span, in the order of the journal.
    async fn movements(
        &self,
        client: &mut LedgerClient,
        account: &str,
    ) -> anyhow::Result<Vec<Movement>> {
        let mut movements = Vec::new();
        let mut cursor = String::new();
        // What took effect in a span may have been recorded at any time.
        let recorded = |at: Option<Timestamp>| at.filter(|_| !self.effective).map(books::wire_time);
        loop {
            let request = ListEntriesRequest {
                account: self.account.clone(),
                limit: books::PAGE,
                cursor,
                order: proto::ledger::v1::Order::OldestFirst.into(),
                from: recorded(self.from),
                before: recorded(self.to),
            };
            let page = client.list_entries(request).await.map_err(|status| explain(&status))?;
            let page = page.into_inner();
            for entry in page.entries {
                movements.extend(self.movement(entry, account)?);
            }
            cursor = page.next_cursor;
            if cursor.is_empty() {
                return Ok(movements);
            }
        }
    }

    /// `None` for what moves nothing for good, and for what lies outside of the span.
    fn movement(&self, entry: Entry, account: &str) -> anyhow::Result<Option<Movement>> {
        let transfer = entry.transfer.as_ref().context("the server sent no transfer")?;
        let moves_nothing = [
            TransferFlag::Pending,
            TransferFlag::VoidPending,
            TransferFlag::ExtendPending,
            TransferFlag::ExpirePending,
        ];
        if transfer.flags().any(|flag| moves_nothing.contains(&flag)) {
            return Ok(None);
        }
        let recorded = books::time(transfer.created_at.as_ref());
        let effective = books::time(transfer.effective_at.as_ref()).or(recorded);
        let at = if self.effective { effective } else { recorded };
        let at = at.context("the server sent no time")?;
        let is_outside =
            self.from.is_some_and(|from| at < from) || self.to.is_some_and(|to| at >= to);
        if is_outside {
            return Ok(None);
        }
        let amount: i128 = transfer.amount.parse().context("an amount is out of range")?;
        let is_debit = transfer.debit_account_id == account;
        let change = if is_debit { -amount } else { amount };
        Ok(Some(Movement { at, entry, is_debit, change }))
    }
}

fn sequence(entry: &Entry) -> i64 {
    entry.transfer.as_ref().map_or(0, |transfer| transfer.sequence)
}

async fn name(
    client: &mut LedgerClient,
    known: &mut HashMap<String, String>,
    id: String,
) -> anyhow::Result<String> {
    if let Some(name) = known.get(&id) {
        return Ok(name.clone());
    }
    let name = books::name(&books::account(client, &id).await?).to_owned();
    known.insert(id, name.clone());
    Ok(name)
}

fn show(sheet: &Sheet) -> std::io::Result<()> {
    let name = sheet.name.as_ref().or(sheet.address.as_ref()).unwrap_or(&sheet.account);
    output::line(output::BOLD, &format!("{name}, {}", sheet.asset))?;
    let mut table = Table::new(&[
        ("date", Align::Left),
        ("with", Align::Left),
        ("reference", Align::Left),
        ("debit", Align::Right),
        ("credit", Align::Right),
        ("balance", Align::Right),
    ]);
    let empty = String::new;
    let edge = |text: &str, balance: &str| {
        vec![empty(), text.to_owned(), empty(), empty(), empty(), output::grouped(balance)]
    };
    table.row(edge("opening balance", &sheet.opening));
    for line in &sheet.lines {
        let grouped =
            |amount: &Option<String>| amount.as_deref().map(output::grouped).unwrap_or_default();
        table.row(vec![
            line.at.clone(),
            line.counterparty.clone(),
            line.reference.clone().unwrap_or_default(),
            grouped(&line.debit),
            grouped(&line.credit),
            output::grouped(&line.balance),
        ]);
    }
    table.row(edge("closing balance", &sheet.closing));
    table.print()
}
