//! What a document says. Pure.

use kernel::Amount;

use super::{About, Buyer, Content, Document, DocumentLine, DocumentShipping, DocumentTax, Seller};
use crate::error::Result;
use crate::ids::OrderLineId;
use crate::orders::WholeOrder;
use crate::refunds::Refund;
use crate::shipments::Shipment;
use crate::shipments::book::line_of;

/// The invoice for a parcel.
pub(super) fn of_shipment(
    whole: &WholeOrder,
    shipment: &Shipment,
    seller: Seller,
) -> Result<Content> {
    let lines = shipment
        .lines
        .iter()
        .map(|it| document_line(whole, it.line, Some(it.quantity), (it.net, it.tax)));
    let lines = lines.collect::<Result<Vec<_>>>()?;
    let shipping = shipping(whole, (shipment.shipping_net, shipment.shipping_tax));
    Ok(content(whole, seller, lines, shipping))
}

/// The credit note for a refund: it refers to the invoices of what it gives back.
pub(super) fn of_refund(
    whole: &WholeOrder,
    refund: &Refund,
    documents: &[Document],
    seller: Seller,
) -> Result<Content> {
    let lines = refund.lines.iter().map(|it| document_line(whole, it.line, None, (it.net, it.tax)));
    let lines = lines.collect::<Result<Vec<_>>>()?;
    let shipping = shipping(whole, (refund.shipping_net, refund.shipping_tax));
    let gives_back_sending = shipping.is_some();
    let is_about = |it: &&Document| {
        let invoiced = &it.content;
        let has = |line: OrderLineId| invoiced.lines.iter().any(|known| known.line == line);
        matches!(it.about, About::Shipment(_))
            && (refund.lines.iter().any(|it| has(it.line))
                || gives_back_sending && invoiced.shipping.is_some())
    };
    let known = documents.iter().rev().find(is_about).map(|it| it.content.buyer.clone());
    let invoices = documents.iter().filter(is_about).map(|it| it.number.clone()).collect();
    let reason = refund.reason.clone();
    let content = content(whole, seller, lines, shipping);
    // Of who has left, only the invoices know who it was.
    let is_nobody = content.buyer.address.is_none() && content.buyer.email.is_none();
    let buyer = known.filter(|_| is_nobody).unwrap_or_else(|| content.buyer.clone());
    Ok(Content { invoices, reason, buyer, ..content })
}

fn document_line(
    whole: &WholeOrder,
    line: OrderLineId,
    quantity: Option<u32>,
    (net, tax): (Amount, Amount),
) -> Result<DocumentLine> {
    let it = line_of(whole, line)?;
    Ok(DocumentLine {
        line,
        sku: it.sku.clone(),
        title: it.title.clone(),
        variant_title: it.variant_title.clone(),
        quantity,
        tax_rate: it.tax_rate,
        net,
        tax,
        total: sum(net, tax),
    })
}

fn shipping(whole: &WholeOrder, (net, tax): (Amount, Amount)) -> Option<DocumentShipping> {
    let total = sum(net, tax);
    let it = DocumentShipping {
        title: whole.order.shipping_method.clone(),
        tax_rate: whole.order.shipping_tax_rate,
        net,
        tax,
        total,
    };
    (!total.is_zero()).then_some(it)
}

fn content(
    whole: &WholeOrder,
    seller: Seller,
    lines: Vec<DocumentLine>,
    shipping: Option<DocumentShipping>,
) -> Content {
    let order = &whole.order;
    let address = order.billing_address.as_ref().or(order.shipping_address.as_ref());
    let taxes = taxes(&lines, shipping.as_ref());
    let all = |part: fn(&DocumentTax) -> Amount| taxes.iter().map(part).fold(Amount::ZERO, sum);
    let (net, tax) = (all(|it| it.net), all(|it| it.tax));
    Content {
        order_number: order.number,
        currency: order.currency.clone(),
        scale: order.scale,
        seller,
        buyer: Buyer { email: order.email.clone(), address: address.cloned() },
        country: order.country.clone(),
        lines,
        shipping,
        net,
        tax,
        total: sum(net, tax),
        taxes,
        invoices: Vec::new(),
        reason: None,
    }
}

/// By their rates, the lowest first.
fn taxes(lines: &[DocumentLine], shipping: Option<&DocumentShipping>) -> Vec<DocumentTax> {
    let of_lines = lines.iter().map(|it| (it.tax_rate, it.net, it.tax));
    let all = of_lines.chain(shipping.map(|it| (it.tax_rate, it.net, it.tax)));
    let mut taxes: Vec<DocumentTax> = Vec::new();
    for (rate, net, tax) in all {
        match taxes.iter_mut().find(|known| known.rate == rate) {
            Some(known) => (known.net, known.tax) = (sum(known.net, net), sum(known.tax, tax)),
            None => taxes.push(DocumentTax { rate, net, tax }),
        }
    }
    taxes.sort_by_key(|it| it.rate);
    taxes
}

fn sum(one: Amount, other: Amount) -> Amount {
    Amount::new(one.get() + other.get())
}
