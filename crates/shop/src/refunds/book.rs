//! The batch of a refund: from sales, sending and tax through the order's account to whoever paid.

use ledger::engine::{Extra, NewTransfer, TransferStatus};

use super::Refund;
use crate::books::{Books, code, money};
use crate::error::{Result, ShopError};
use crate::ids::transfer_id;
use crate::orders::WholeOrder;
use crate::orders::book::payer_account;
use crate::shipments::book::line_of;

impl Books {
    /// False if the payer can't get anything any more.
    pub(super) async fn refund(&self, whole: &WholeOrder, refund: &Refund) -> Result<bool> {
        let currency = self.currency(&whole.order.currency).await?;
        let order = money::order(whole.order.id);
        let mut moves: Vec<(u128, u128, u128)> = Vec::new();
        let mut tax = refund.shipping_tax.get();
        for it in &refund.lines {
            let sales = currency.sales_account(&line_of(whole, it.line)?.asset).id;
            moves.push((sales, order, it.net.get()));
            tax += it.tax.get();
        }
        moves.push((currency.shipping_account().id, order, refund.shipping_net.get()));
        let country = whole.order.country.as_deref().unwrap_or("none");
        moves.push((currency.tax_account(country).id, order, tax));
        for (id, amount) in &refund.payouts {
            let payment = whole.payments.iter().find(|it| it.id == *id);
            let payment = payment.ok_or(ShopError::Corrupt("the payment of a refund"))?;
            let exchanged = refund.exchanged(*id);
            if let Some(exchange) = &refund.exchange {
                moves.push((order, money::order(exchange.order), exchanged));
            }
            if let Some(payer) = payer_account(whole, payment) {
                moves.push((order, payer, amount.get() - exchanged));
            }
        }
        let reference = whole.order.id.to_string();
        let moves = moves.into_iter().enumerate().filter(|(_, (_, _, amount))| *amount > 0);
        let batch = moves.map(|(index, (debit_account, credit_account, amount))| NewTransfer {
            id: transfer_id(refund.id.as_u128(), "refund", index as u64),
            debit_account,
            credit_account,
            amount,
            asset: currency.no,
            code: code::REFUND,
            extra: Some(Box::new(Extra {
                reference: Some(reference.as_str().into()),
                effective_at: refund.effective_at.map(|at| at.as_micros()),
                ..Extra::default()
            })),
            ..NewTransfer::default()
        });
        match self.make_all(batch.collect()).await? {
            Ok(()) => Ok(true),
            Err(refusal) if refusal.status == TransferStatus::CreditAccountAlreadyClosed => {
                Ok(false)
            }
            Err(refusal) => Err(ShopError::LedgerRefused(refusal.status)),
        }
    }
}
