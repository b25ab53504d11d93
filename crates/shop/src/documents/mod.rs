//! Documents: an invoice for each parcel, and a credit note for each refund. Their numbers have no
//! gaps: the counter is taken in the transaction that writes the document, which is also the one that
//! records the parcel or the refund. What a document says is frozen when it is issued.

pub(crate) mod http;
mod pdf;
mod plan;
mod service;
pub(crate) mod store;

use kernel::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::carts::Address;
use crate::ids::{DocumentId, OrderId, OrderLineId, OrderRefundId, ShipmentId};

/// An invoice or a credit note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) id: DocumentId,
    pub(crate) order: OrderId,
    pub(crate) about: About,
    /// Series, year and place in it.
    pub(crate) number: String,
    pub(crate) content: Content,
    pub(crate) issued_at: Timestamp,
}

/// What a document is issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Shipment(ShipmentId),
    Refund(OrderRefundId),
}

impl About {
    pub(crate) const fn kind(self) -> DocumentKind {
        match self {
            Self::Shipment(_) => DocumentKind::Invoice,
            Self::Refund(_) => DocumentKind::CreditNote,
        }
    }
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DocumentKind {
    /// For what was sent.
    Invoice,
    /// For what goes back.
    CreditNote,
}

impl DocumentKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }

    /// What its numbers begin with.
    pub(crate) const fn series(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
        }
    }
}

/// What a document says. Amounts are in the currency's minor unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderDocumentContent)]
pub(crate) struct Content {
    /// Of the order, for people.
    #[schema(required)]
    pub(crate) order_number: Option<i64>,
    #[schema(example = "EUR")]
    pub(crate) currency: String,
    /// Decimals of the currency.
    pub(crate) scale: u8,
    pub(crate) seller: Seller,
    pub(crate) buyer: Buyer,
    /// Whose tax is in it.
    #[schema(required)]
    pub(crate) country: Option<String>,
    pub(crate) lines: Vec<DocumentLine>,
    /// What sending comes to in it, if anything.
    #[schema(required)]
    pub(crate) shipping: Option<DocumentShipping>,
    /// The taxes by their rates; all that is in the document is in one of them.
    pub(crate) taxes: Vec<DocumentTax>,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
    pub(crate) total: Amount,
    /// Numbers of the invoices to which a credit note refers.
    pub(crate) invoices: Vec<String>,
    /// Why the money goes back.
    #[schema(required)]
    pub(crate) reason: Option<String>,
}

/// Who sells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderDocumentSeller)]
pub(crate) struct Seller {
    #[schema(required)]
    pub(crate) name: Option<String>,
    #[schema(required)]
    pub(crate) address: Option<String>,
    #[schema(required)]
    pub(crate) vat_id: Option<String>,
}

/// Who bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderDocumentBuyer)]
pub(crate) struct Buyer {
    #[schema(required)]
    pub(crate) email: Option<String>,
    /// Where the bill goes.
    #[schema(required)]
    pub(crate) address: Option<Address>,
}

/// A line of an order in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderDocumentLine)]
pub(crate) struct DocumentLine {
    pub(crate) line: OrderLineId,
    pub(crate) sku: String,
    pub(crate) title: String,
    #[schema(required)]
    pub(crate) variant_title: Option<String>,
    /// Pieces that were sent; a credit note counts money only.
    #[schema(required)]
    pub(crate) quantity: Option<u32>,
    /// In millionths.
    pub(crate) tax_rate: u32,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
    /// Tax included.
    pub(crate) total: Amount,
}

/// What sending comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderDocumentShipping)]
pub(crate) struct DocumentShipping {
    #[schema(required)]
    pub(crate) title: Option<String>,
    /// In millionths.
    pub(crate) tax_rate: u32,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
    pub(crate) total: Amount,
}

/// What a rate of tax comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderDocumentTax)]
pub(crate) struct DocumentTax {
    /// In millionths.
    pub(crate) rate: u32,
    /// Of so much.
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
}
