//! Returns as they are shown and asked for.

use kernel::http::invalid_field;
use kernel::{Amount, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exchanges::{Exchange, ExchangeItem};
use super::plan::{NewReturn, Receipt, ReceivedLine};
use super::{Return, ReturnLine, ReturnReason, ReturnState};
use crate::carts::LINES_MAX;
use crate::carts::service::{WantedItem, WantedVariant};
use crate::fields::{Handle, Line, Note, Quantity, past};
use crate::ids::{OrderId, OrderLineId, OrderRefundId, ReturnId, VariantId};
use crate::locations;

const PIECES_MAX: u32 = 1_000_000;

/// Goods that are to come back, or came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderReturn)]
pub(crate) struct ReturnJson {
    id: ReturnId,
    order: OrderId,
    /// The number by which people know the order.
    #[schema(required)]
    order_number: Option<i64>,
    state: ReturnState,
    /// Made by staff, and so approved from the start.
    by_staff: bool,
    lines: Vec<ReturnLineJson>,
    /// What whoever asked for it says.
    #[schema(required)]
    note: Option<String>,
    /// Why staff approved or rejected it.
    #[schema(required)]
    decision: Option<String>,
    /// Handle of the place at which the goods arrived.
    #[schema(required)]
    location: Option<String>,
    /// The money that went back when they arrived.
    #[schema(required)]
    refund: Option<OrderRefundId>,
    /// What is sent in place of what comes back.
    #[schema(required)]
    exchange: Option<ExchangeJson>,
    created_at: Timestamp,
    #[schema(required)]
    decided_at: Option<Timestamp>,
    #[schema(required)]
    received_at: Option<Timestamp>,
    #[schema(required)]
    closed_at: Option<Timestamp>,
}

/// What is sent in place of what comes back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReturnExchange)]
pub(crate) struct ExchangeJson {
    items: Vec<ExchangeItemJson>,
    /// The order by which it is sent; it is there once the return is approved.
    #[schema(required)]
    order: Option<OrderId>,
    /// The return pays for it when it is approved, and not only when the goods arrived.
    at_once: bool,
}

/// Pieces of a variant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReturnExchangeItem)]
pub(crate) struct ExchangeItemJson {
    variant: VariantId,
    sku: String,
    quantity: u32,
}

impl From<Exchange> for ExchangeJson {
    fn from(it: Exchange) -> Self {
        let items = it.items.into_iter();
        let items = items.map(|ExchangeItem { variant, sku, quantity }| ExchangeItemJson {
            variant,
            sku,
            quantity,
        });
        Self { items: items.collect(), order: it.order, at_once: it.at_once }
    }
}

/// Pieces of a line that are to come back, and what became of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderReturnLine)]
pub(crate) struct ReturnLineJson {
    line: OrderLineId,
    quantity: u32,
    reason: ReturnReason,
    /// Of them, those that came and can be sold again.
    restocked: u32,
    /// Of them, those that came and can't.
    written_off: u32,
}

impl From<ReturnLine> for ReturnLineJson {
    fn from(it: ReturnLine) -> Self {
        Self {
            line: it.line,
            quantity: it.quantity,
            reason: it.reason,
            restocked: it.restocked,
            written_off: it.written_off,
        }
    }
}

impl From<Return> for ReturnJson {
    fn from(it: Return) -> Self {
        Self {
            id: it.id,
            order: it.order,
            order_number: it.order_number,
            state: it.state,
            by_staff: it.by_staff,
            lines: it.lines.into_iter().map(ReturnLineJson::from).collect(),
            note: it.note,
            decision: it.decision,
            location: it.location,
            refund: it.refund,
            exchange: it.exchange.map(ExchangeJson::from),
            created_at: it.created_at,
            decided_at: it.decided_at,
            received_at: it.received_at,
            closed_at: it.closed_at,
        }
    }
}

/// Goods that somebody wants to return.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateReturn {
    /// Pieces of lines that were sent, each line once.
    #[schema(min_items = 1, max_items = 2000)]
    lines: Vec<CreateReturnLine>,
    note: Option<Note>,
    /// What is wanted instead, each variant once: it is sent when the goods arrived, and paid with
    /// what they would give back. A return with this waits for approval, also if staff makes it.
    #[serde(default)]
    #[schema(max_items = 2000)]
    exchange: Vec<CreateExchangeItem>,
}

/// A variant, by its id or its SKU, and how many of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateExchangeItem {
    variant: Option<VariantId>,
    sku: Option<Line>,
    quantity: Quantity,
}

impl CreateExchangeItem {
    fn read((index, it): (usize, Self)) -> Result<WantedItem, Problem> {
        let variant = match (it.variant, it.sku) {
            (Some(id), None) => WantedVariant::Id(id),
            (None, Some(sku)) => WantedVariant::Sku(sku.into()),
            _ => {
                let pointer = format!("/exchange/{index}");
                return Err(invalid_field(pointer, "give either `variant` or `sku`"));
            }
        };
        Ok(WantedItem { variant, quantity: it.quantity.get(), gift_note: String::new() })
    }
}

/// Pieces of a line, and why they come back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateReturnLine {
    line: OrderLineId,
    quantity: Quantity,
    reason: ReturnReason,
}

impl CreateReturn {
    pub(super) fn read(self) -> Result<NewReturn, Problem> {
        let lines: Vec<_> =
            self.lines.iter().map(|it| (it.line, it.quantity.get(), it.reason)).collect();
        once(lines.iter().map(|(line, ..)| *line))?;
        if self.exchange.len() > LINES_MAX {
            return Err(invalid_field("/exchange", format!("expected at most {LINES_MAX} items")));
        }
        let exchange = self.exchange.into_iter().enumerate().map(CreateExchangeItem::read);
        let exchange = exchange.collect::<Result<_, _>>()?;
        Ok(NewReturn { lines, note: self.note.map(String::from), exchange })
    }
}

/// What arrived of a return.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiveReturn {
    /// Each line once; of lines that are left out nothing came, and nothing more is waited for.
    #[schema(min_items = 1, max_items = 2000)]
    lines: Vec<ReceiveReturnLine>,
    /// Handle of the place where they lie; `main` unless given.
    location: Option<Handle>,
    /// Pays back what came, as much as was paid for it and hasn't gone back yet.
    refund: Option<RefundReturn>,
    /// When they arrived and were paid back, if not now.
    received_at: Option<Timestamp>,
}

/// Pieces of a line that arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiveReturnLine {
    line: OrderLineId,
    /// Pieces that can be sold again.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    restock: u32,
    /// Pieces that can't.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    write_off: u32,
}

/// What is paid back beside the goods.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RefundReturn {
    /// How much of the sending.
    shipping: Amount,
}

impl ReceiveReturn {
    pub(super) fn read(self, now: Timestamp) -> Result<Receipt, Problem> {
        past("/received_at", self.received_at, now)?;
        once(self.lines.iter().map(|it| it.line))?;
        let line = |(index, it): (usize, &ReceiveReturnLine)| {
            if it.restock > PIECES_MAX || it.write_off > PIECES_MAX {
                return Err(invalid_field(
                    format!("/lines/{index}"),
                    format!("expected at most {PIECES_MAX} pieces"),
                ));
            }
            Ok(ReceivedLine { line: it.line, restock: it.restock, write_off: it.write_off })
        };
        Ok(Receipt {
            lines: self.lines.iter().enumerate().map(line).collect::<Result<_, _>>()?,
            location: self.location.map_or_else(|| locations::MAIN.to_owned(), String::from),
            refund: self.refund.map(|it| it.shipping),
            received_at: self.received_at,
        })
    }
}

/// There are lines, not too many, and none is there twice.
fn once(lines: impl Iterator<Item = OrderLineId>) -> Result<(), Problem> {
    let mut seen: Vec<OrderLineId> = Vec::new();
    for (index, line) in lines.enumerate() {
        if index == LINES_MAX {
            return Err(invalid_field("/lines", format!("expected at most {LINES_MAX} lines")));
        }
        if seen.contains(&line) {
            return Err(invalid_field(format!("/lines/{index}/line"), "is there twice"));
        }
        seen.push(line);
    }
    if seen.is_empty() { Err(invalid_field("/lines", "expected a line")) } else { Ok(()) }
}

/// What staff says when it approves a return.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ApproveReturn {
    pub(super) reason: Option<Note>,
    /// The return pays at once for what is sent instead, which may then be sent before the goods
    /// arrived.
    pub(super) at_once: bool,
}

/// Why staff rejects a return.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RejectReturn {
    pub(super) reason: Note,
}
