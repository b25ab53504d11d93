//! What a mail about a purchase says beyond the facts of its event: lines, sums, addresses. All of it
//! was written by others, so it is shown as such: on one line, and never as a link.

#[cfg(test)]
pub(super) mod tests;

use std::collections::BTreeMap;

use kernel::{Amount, Vault};
use minijinja::value::Value;
use serde_json::Value as Json;
use shop::{OrderId, order_link_token};

use super::{ENCLOSED, Message};
use crate::events::EventKind;
use crate::texts::{Catalogue, amount, quiet};

/// A line of a table: what it is, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) value: String,
    /// The sum of those above.
    pub(super) is_sum: bool,
}

impl From<Row> for Value {
    fn from(row: Row) -> Self {
        Self::from(BTreeMap::from([
            ("label", Self::from(row.label)),
            ("value", Self::from(row.value)),
            ("is_sum", Self::from(row.is_sum)),
        ]))
    }
}

/// Whether the mail says what a purchase comes to, line by line.
pub(super) fn has_sums(message: &Message) -> bool {
    message.params[ENCLOSED].get("subtotal").is_some()
}

/// Whether it went to somebody who is no user.
pub(super) fn is_guests(message: &Message) -> bool {
    let kind = EventKind::from_name(&message.kind);
    message.user.is_none() && kind.is_some_and(EventKind::is_purchase)
}

/// With what a guest opens the order. It is in no table: it is worked out when the mail is rendered.
pub(super) fn guests_token(vault: &Vault, message: &Message) -> Option<String> {
    let order = message.params["order_id"].as_str().filter(|_| is_guests(message))?;
    let order: OrderId = order.parse().ok()?;
    Some(order_link_token(vault, order).as_str().to_owned())
}

/// The lines, and what they come to.
pub(super) fn rows(catalogue: &Catalogue, message: &Message) -> Vec<Row> {
    let enclosed = &message.params[ENCLOSED];
    let money = |minor: &Json| money(catalogue, &message.params, minor);
    let lines = enclosed["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |it: &Json| Row {
        label: line_label(catalogue, it),
        value: money(&it["total"]).unwrap_or_default(),
        is_sum: false,
    };
    let mut rows: Vec<Row> = lines.iter().map(line).collect();
    if let Some(more) = enclosed["more"].as_u64().filter(|more| *more > 0) {
        let label = catalogue.phrases["more_lines"].replace("{{ more }}", &more.to_string());
        rows.push(Row { label, value: String::new(), is_sum: false });
    }
    if has_sums(message) {
        rows.extend(sums(catalogue, message));
    }
    rows
}

fn line_label(catalogue: &Catalogue, line: &Json) -> String {
    let text = |field: &str| line[field].as_str().map(quiet).filter(|text| !text.is_empty());
    let title = text("title").unwrap_or_else(|| catalogue.words["something"].clone());
    let variant = text("variant_title").map(|text| format!(", {text}")).unwrap_or_default();
    let quantity = line["quantity"].as_u64().unwrap_or(1);
    format!("{quantity} × {title}{variant}")
}

/// Discounts and sending where there are any, the total, and the tax in it.
fn sums(catalogue: &Catalogue, message: &Message) -> Vec<Row> {
    let enclosed = &message.params[ENCLOSED];
    let money = |minor: &Json| money(catalogue, &message.params, minor);
    let is_something = |minor: &Json| minor.as_str().is_some_and(|minor| minor != "0");
    let row = |label: String, value: String, is_sum| Row { label, value, is_sum };
    let mut rows = Vec::new();
    let discounts = enclosed["discounts"].as_array().map(Vec::as_slice).unwrap_or_default();
    for it in discounts {
        let title = it["title"].as_str().map(quiet).unwrap_or_default();
        rows.extend(money(&it["amount"]).map(|value| row(title, format!("−{value}"), false)));
    }
    let named = [
        ("shipping", &enclosed["shipping"], false),
        ("total", &message.params["amount"], true),
        ("tax", &enclosed["tax"], false),
    ];
    for (label, minor, is_sum) in named {
        if is_sum || is_something(minor) {
            let label = catalogue.labels[label].clone();
            rows.extend(money(minor).map(|value| row(label, value, is_sum)));
        }
    }
    rows
}

fn money(catalogue: &Catalogue, params: &Json, minor: &Json) -> Option<String> {
    let minor: u128 = minor.as_str()?.parse().ok()?;
    let scale = u8::try_from(params["scale"].as_u64()?).ok()?;
    Some(amount(catalogue, Amount::new(minor), scale, params["asset"].as_str()?))
}

/// Where it goes and how, each with the name of its label.
pub(super) fn facts(message: &Message) -> Vec<(&'static str, String)> {
    let enclosed = &message.params[ENCLOSED];
    let shipping = address(&enclosed["shipping_address"]);
    let billing = address(&enclosed["billing_address"]).filter(|it| Some(it) != shipping.as_ref());
    let method = enclosed["shipping_method"].as_str().map(quiet);
    // Staff wrote it, and only as an address with TLS: it is meant to be a link.
    let tracking = message.params["tracking_url"].as_str().map(str::to_owned);
    let tracking = tracking.filter(|url| url.starts_with("https://") && is_one_word(url));
    let all = [
        ("shipping_method", method),
        ("ship_to", shipping),
        ("bill_to", billing),
        ("track", tracking),
    ];
    all.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

fn is_one_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// As one line.
fn address(it: &Json) -> Option<String> {
    let text = |field: &str| it[field].as_str().map(quiet).filter(|text| !text.is_empty());
    let city = [text("postcode"), text("city")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts = [
        text("name"),
        text("company"),
        text("street"),
        text("extra"),
        Some(city).filter(|city| !city.is_empty()),
        text("region"),
        text("country"),
    ];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    (!line.is_empty()).then_some(line)
}
