//! The transfer of a settlement: from the order's account to the buyer's wallet, or to what the
//! buyer paid elsewhere.

use ledger::engine::{Extra, NewTransfer, TransferStatus};

use super::{Settlement, SettlementWay};
use crate::books::{Books, code, money};
use crate::error::{Result, ShopError};
use crate::ids::transfer_id;
use crate::orders::Order;

impl Books {
    /// False if the buyer has no open wallet in this currency.
    pub(super) async fn settle_stranded(&self, order: &Order, it: &Settlement) -> Result<bool> {
        let currency = self.currency(&order.currency).await?;
        let credit_account = match &it.way {
            SettlementWay::Wallet { payee } => payee.account_id(&order.currency),
            SettlementWay::Outside { .. } => {
                let account = currency.customer_account(order.customer);
                let id = account.id;
                self.ensure(vec![account]).await?;
                id
            }
        };
        let reference = Some(order.id.to_string().into());
        let transfer = NewTransfer {
            id: transfer_id(it.id.as_u128(), "settle", 0),
            debit_account: money::order(order.id),
            credit_account,
            amount: it.amount.get(),
            asset: currency.no,
            code: code::REFUND,
            extra: Some(Box::new(Extra { reference, ..Extra::default() })),
            ..NewTransfer::default()
        };
        use TransferStatus as S;
        match self.make_all(vec![transfer]).await? {
            Ok(()) => Ok(true),
            Err(refusal) => match refusal.status {
                S::CreditAccountNotFound | S::CreditAccountAlreadyClosed => Ok(false),
                status => Err(ShopError::LedgerRefused(status)),
            },
        }
    }
}
