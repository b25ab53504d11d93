//! Doing what the plan says.

use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::http::StatusCode;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hashbrown::HashSet;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::super::super::connect::Connection;
use super::super::super::output;
use super::super::super::rest::{Refused, text};
use super::plan::{Correction, Plan, Return};
use super::requests::Requests;
use super::trade::{Invoice, Line};

/// Items of one change of stock.
const STOCK_ITEMS: usize = 1_000;
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// An order that was made of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MadeOrder {
    pub(super) id: String,
    pub(super) customer: String,
    /// Ids of its lines and of their variants.
    pub(super) lines: Vec<(String, String)>,
}

/// What was corrected: the customer, and what the ledger counts the variant as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MadeCorrection {
    pub(super) customer: String,
    pub(super) asset: String,
}

/// The shop that is filled.
pub(super) struct Replay<'a> {
    requests: Requests,
    currency: &'a str,
    scale: u8,
    parallel: usize,
}

/// Stock codes that are no goods, such as postage, fees and discounts: they have no digit.
fn is_service(sku: &str) -> bool {
    !sku.bytes().any(|byte| byte.is_ascii_digit())
}

impl<'a> Replay<'a> {
    pub(super) fn new(
        connection: &Connection,
        currency: &'a str,
        scale: u8,
        parallel: usize,
    ) -> anyhow::Result<Self> {
        Ok(Self { requests: Requests::new(connection)?, currency, scale, parallel })
    }

    /// The currency, with enough decimals.
    pub(super) async fn currency(&self) -> anyhow::Result<()> {
        let body = json!({ "code": self.currency, "scale": self.scale, "kind": "money" });
        let key = format!("import-asset-{}-{}", self.currency, self.scale);
        let made = self.requests.post("/v1/ledger/assets", &key, &body).await;
        let is_there = |error: &Refused| error.status == StatusCode::CONFLICT;
        match made {
            Err(error) if !error.downcast_ref().is_some_and(is_there) => return Err(error),
            _ => {}
        }
        let asset = self.requests.get(&format!("/v1/ledger/assets/{}", self.currency)).await?;
        if asset["scale"] != self.scale {
            bail!(
                "{} has {} decimals here, and the file's prices have up to {}; give another \
                 currency with --currency",
                self.currency,
                asset["scale"],
                self.scale
            );
        }
        Ok(())
    }

    /// Products, and what has to be there of them before the first invoice.
    pub(super) async fn goods(&self, plan: &Plan<'_>) -> anyhow::Result<()> {
        let mut handles = HashSet::new();
        let mut lines = String::new();
        for (sku, goods) in &plan.goods {
            let title = if goods.title.is_empty() { sku } else { goods.title };
            let row = json!({
                "handle": handle(sku, &mut handles), "sku": sku, "title": title, "status": "active",
                "tracks_stock": (!is_service(sku)).to_string(),
                "needs_shipping": (!is_service(sku)).to_string(),
            });
            lines.push_str(&row.to_string());
            lines.push('\n');
        }
        let key = format!("import-{}", &blake3::hash(lines.as_bytes()).to_hex()[..32]);
        let made = self.requests.post_lines("/v1/shop/imports", &key, &lines).await?;
        self.wait_for_import(text(&made, "id")?).await?;
        self.opening_stock(plan, &key).await
    }

    async fn wait_for_import(&self, id: &str) -> anyhow::Result<()> {
        let path = format!("/v1/shop/imports/{id}");
        loop {
            let import = self.requests.get(&path).await?;
            match import["status"].as_str() {
                Some("done") if import["errors"] == 0 => return Ok(()),
                Some("done" | "failed") => {
                    let errors = self.requests.get(&format!("{path}/errors?limit=5")).await?;
                    bail!("the products can't be taken: {}; {}", import["failure"], errors["data"]);
                }
                _ => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    async fn opening_stock(&self, plan: &Plan<'_>, key: &str) -> anyhow::Result<()> {
        let tracked: Vec<_> =
            plan.goods.iter().filter(|(sku, it)| !is_service(sku) && it.opening > 0).collect();
        let bar = bar("opening stock", tracked.len());
        let first = plan.sales.first().map(|(invoice, _)| invoice.at);
        for (index, chunk) in tracked.chunks(STOCK_ITEMS).enumerate() {
            let items: Vec<Value> = chunk
                .iter()
                .map(|(sku, it)| json!({ "sku": sku, "quantity": it.opening.to_string() }))
                .collect();
            let mut body =
                json!({ "kind": "receive", "reference": "opening stock", "items": items });
            if let Some(at) = first {
                body["effective_at"] = json!(at);
            }
            let key = format!("{key}-stock-{index}");
            self.requests.post("/v1/shop/stock/changes", &key, &body).await?;
            bar.inc(chunk.len() as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// The orders of the sales, in their order.
    pub(super) async fn sales(&self, plan: &Plan<'_>) -> anyhow::Result<Vec<MadeOrder>> {
        let bar = bar("orders", plan.sales.len());
        let made = stream::iter(&plan.sales)
            .map(|(invoice, lines)| async {
                let made = self.sale(invoice, lines).await;
                bar.inc(1);
                made.with_context(|| format!("invoice {}", invoice.number))
            })
            .buffered(self.parallel)
            .try_collect()
            .await;
        bar.finish_and_clear();
        made
    }

    async fn sale(&self, invoice: &Invoice, lines: &[&Line]) -> anyhow::Result<MadeOrder> {
        let lines: Vec<Value> = lines
            .iter()
            .map(|it| json!({ "sku": it.sku, "quantity": it.quantity, "unit_price": it.unit_price() }))
            .collect();
        let mut body = json!({
            "reference": invoice.number, "currency": self.currency, "placed_at": invoice.at,
            "lines": lines, "shipped": {},
        });
        if let Some(customer) = &invoice.customer {
            body["customer"] = json!({ "reference": customer });
        }
        if let Some(country) = invoice.country {
            body["country"] = json!(country);
        }
        let key = format!("import-order-{}", invoice.number);
        let made = self.requests.post("/v1/shop/orders", &key, &body).await?;
        let line = |it: &Value| Ok((text(it, "id")?.to_owned(), text(it, "variant")?.to_owned()));
        let lines = made["lines"].as_array().context("the answer has no lines")?;
        Ok(MadeOrder {
            id: text(&made, "id")?.to_owned(),
            customer: text(&made, "customer")?.to_owned(),
            lines: lines.iter().map(line).collect::<anyhow::Result<_>>()?,
        })
    }

    /// Goods that come back, and their money.
    pub(super) async fn returns(
        &self,
        plan: &Plan<'_>,
        orders: &[MadeOrder],
    ) -> anyhow::Result<()> {
        let bar = bar("returns", plan.returns.len());
        let done =
            stream::iter(&plan.returns).map(Ok).try_for_each_concurrent(self.parallel, |it| {
                let bar = &bar;
                async move {
                    self.take_back(it, &orders[it.sale])
                        .await
                        .with_context(|| format!("invoice {}", it.by))?;
                    bar.inc(1);
                    anyhow::Ok(())
                }
            });
        let done = done.await;
        bar.finish_and_clear();
        done
    }

    async fn take_back(&self, it: &Return, order: &MadeOrder) -> anyhow::Result<()> {
        let key = format!("import-return-{}-{}", it.by, order.id);
        let asked: Vec<Value> = it
            .pieces
            .iter()
            .map(|p| json!({ "line": order.lines[p.line].0, "quantity": p.quantity, "reason": "other" }))
            .collect();
        let body = json!({ "lines": asked, "note": it.by });
        let path = format!("/v1/shop/orders/{}/returns", order.id);
        let made = self.requests.post(&path, &key, &body).await?;
        let came: Vec<Value> = it
            .pieces
            .iter()
            .map(|p| json!({ "line": order.lines[p.line].0, "restock": p.quantity }))
            .collect();
        let path = format!("/v1/shop/returns/{}/receive", text(&made, "id")?);
        let body = json!({ "lines": came, "refund": {}, "received_at": it.at });
        self.requests.post(&path, &format!("{key}-came"), &body).await?;
        Ok(())
    }

    /// What no order says; one answer for each correction that is worth something.
    pub(super) async fn corrections(
        &self,
        plan: &Plan<'_>,
    ) -> anyhow::Result<Vec<Option<MadeCorrection>>> {
        let bar = bar("corrections", plan.corrections.len());
        let made = stream::iter(&plan.corrections)
            .map(|it| async {
                let made = self.correct(it).await;
                bar.inc(1);
                made.with_context(|| format!("line {}", it.line.number))
            })
            .buffered(self.parallel)
            .try_collect()
            .await;
        bar.finish_and_clear();
        made
    }

    async fn correct(&self, it: &Correction<'_>) -> anyhow::Result<Option<MadeCorrection>> {
        let (invoice, line) = (it.invoice, it.line);
        let reference = format!("{}/{}", invoice.number, line.number);
        let reason = match line.description.as_str() {
            "" => "no reason given",
            text => text,
        };
        let pieces = if invoice.cancels() { -it.quantity } else { it.quantity };
        if !is_service(&line.sku) && (invoice.cancels() || it.quantity < 0) {
            let body = json!({
                "kind": "adjust", "reason": reason, "reference": reference,
                "effective_at": invoice.at,
                "items": [{ "sku": line.sku, "quantity": pieces.to_string() }],
            });
            let key = format!("import-stock-{reference}");
            self.requests.post("/v1/shop/stock/changes", &key, &body).await?;
        }
        if it.value() == 0 {
            return Ok(None);
        }
        let mut body = json!({
            "reference": reference, "currency": self.currency, "sku": line.sku,
            "amount": it.value().to_string(), "reason": reason, "effective_at": invoice.at,
        });
        if let Some(customer) = &invoice.customer {
            body["customer"] = json!({ "reference": customer });
        }
        let key = format!("import-correction-{reference}");
        let made = self.requests.post("/v1/shop/sales-adjustments", &key, &body).await?;
        Ok(Some(MadeCorrection {
            customer: text(&made, "customer")?.to_owned(),
            asset: text(&made, "asset")?.to_owned(),
        }))
    }
}

/// A handle that nobody else has: the SKU in small letters, and a number if that is taken.
fn handle(sku: &str, taken: &mut HashSet<String>) -> String {
    let small = sku.to_ascii_lowercase();
    let is_fine = |c: char| c.is_ascii_alphanumeric();
    let base: String = small.chars().map(|c| if is_fine(c) { c } else { '-' }).collect();
    let mut handle = base.trim_matches('-').to_owned();
    let mut number = 1;
    while !taken.insert(handle.clone()) {
        number += 1;
        handle = format!("{base}-{number}");
    }
    handle
}

/// Only a terminal sees it.
fn bar(what: &'static str, length: usize) -> ProgressBar {
    use std::io::IsTerminal as _;
    if !std::io::stderr().is_terminal() {
        output::note(&format!("{what}: {length}"));
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:40.green} {pos} of {len}, {eta} to go");
    let bar = ProgressBar::new(length as u64).with_style(style.expect("it is well-formed"));
    bar.with_message(what)
}
