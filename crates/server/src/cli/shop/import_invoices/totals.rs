//! Comparing the books with the file: what was earned with each variant, and what each customer paid.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use kernel::SignedAmount;

use super::super::super::books;
use super::super::super::connect::Connection;
use super::plan::Plan;
use super::replay::{MadeCorrection, MadeOrder};
use super::trade::{Line, Trade};

/// Accounts of one asset that a shop may have.
const ACCOUNTS_MAX: usize = 1_000_000;

/// What the file says.
pub(super) struct Totals {
    pub(super) total: i128,
    /// By the last part of the address of what was earned.
    goods: BTreeMap<String, i128>,
    /// By the customer's id.
    customers: BTreeMap<String, i128>,
    /// What they are called in the file.
    names: HashMap<String, String>,
}

impl Totals {
    pub(super) fn of(
        trade: &Trade,
        plan: &Plan<'_>,
        orders: &[MadeOrder],
        corrected: &[Option<MadeCorrection>],
    ) -> Self {
        let all = trade.invoices.iter().flat_map(|it| &it.lines);
        let mut totals = Self {
            total: all.map(Line::value).sum(),
            goods: BTreeMap::new(),
            customers: BTreeMap::new(),
            names: HashMap::new(),
        };
        for ((_, lines), order) in plan.sales.iter().zip(orders) {
            for (line, (_, variant)) in lines.iter().zip(&order.lines) {
                totals.add(&line.sku, &tail(&line.sku, variant), &order.customer, line.value());
            }
        }
        for it in &plan.returns {
            let (lines, order) = (&plan.sales[it.sale].1, &orders[it.sale]);
            for piece in &it.pieces {
                let line = lines[piece.line];
                let value = -i128::from(piece.quantity) * line.price.get();
                let tail = tail(&line.sku, &order.lines[piece.line].1);
                totals.add(&line.sku, &tail, &order.customer, value);
            }
        }
        for (it, made) in plan.corrections.iter().zip(corrected) {
            if let Some(made) = made {
                let tail = made.asset.trim_start_matches("SKU:");
                totals.add(&it.line.sku, tail, &made.customer, it.value());
            }
        }
        totals
    }

    fn add(&mut self, sku: &str, tail: &str, customer: &str, value: i128) {
        *self.goods.entry(tail.to_owned()).or_default() += value;
        *self.customers.entry(customer.to_owned()).or_default() += value;
        self.names.insert(tail.to_owned(), sku.to_owned());
    }

    /// Where the books say something else.
    pub(super) async fn differences(
        &self,
        connection: &Connection,
        (currency, scale): (&str, u8),
    ) -> anyhow::Result<Vec<String>> {
        let difference = |what: &str, found: i128, expected: i128| {
            let text = |it| SignedAmount::new(it).format_scaled(scale);
            format!("{what}: the books say {}, the file says {}", text(found), text(expected))
        };
        let mut client = connection.ledger().await?;
        let prefix = format!("shop/sales/{currency}/");
        let (earned, _) =
            books::accounts(&mut client, Some(currency), Some(&prefix), ACCOUNTS_MAX).await?;
        let (paid, _) =
            books::accounts(&mut client, Some(currency), Some("shop/customers/"), ACCOUNTS_MAX)
                .await?;
        let mut differences = Vec::new();
        let balance = |account: &proto::ledger::v1::Account| -> (String, i128) {
            let posted = account.balances.clone().unwrap_or_default();
            let read = |text: &str| text.parse::<i128>().unwrap_or(i128::MIN);
            let address = account.address.clone().unwrap_or_default();
            (address, read(&posted.credits_posted) - read(&posted.debits_posted))
        };
        let earned: HashMap<String, i128> = earned.iter().map(balance).collect();
        let paid: HashMap<String, i128> = paid.iter().map(balance).collect();
        for (tail, expected) in &self.goods {
            let found = earned.get(&format!("{prefix}{tail}")).copied().unwrap_or(0);
            if found != *expected {
                let name = self.names.get(tail).unwrap_or(tail);
                differences.push(difference(name, found, *expected));
            }
        }
        for (customer, expected) in &self.customers {
            let address = format!("shop/customers/{customer}/{currency}");
            let found = -paid.get(&address).copied().unwrap_or(0);
            if found != *expected {
                differences.push(difference(customer, found, *expected));
            }
        }
        let found: i128 = earned.values().sum();
        if found != self.total {
            differences.push(difference("in all", found, self.total));
        }
        Ok(differences)
    }
}

/// The last part of the addresses of a variant's accounts: the SKU, or the variant's id where the
/// ledger has no asset of that name.
fn tail(sku: &str, variant: &str) -> String {
    if ledger::is_asset_code(&format!("SKU:{sku}")) {
        sku.to_owned()
    } else {
        variant.to_uppercase()
    }
}
