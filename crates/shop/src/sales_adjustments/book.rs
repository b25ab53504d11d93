//! An adjustment in the ledger: between what was earned with the variant and the customer.

use ledger::engine::{Extra, NewTransfer};

use super::SalesAdjustment;
use crate::books::{Books, code};
use crate::error::{Result, ShopError};
use crate::ids::transfer_id;

impl Books {
    /// Once, however often it is called.
    pub(super) async fn adjust_sales(&self, it: &SalesAdjustment) -> Result<()> {
        let currency = self.currency(&it.currency).await?;
        let sales = currency.sales_account(&it.asset);
        let customer = currency.customer_account(it.customer);
        let (debit_account, credit_account) = match it.amount.is_negative() {
            true => (sales.id, customer.id),
            false => (customer.id, sales.id),
        };
        self.ensure(vec![sales, customer]).await?;
        let extra = Extra {
            reference: Some(it.id.to_string().into()),
            effective_at: it.effective_at.map(|at| at.as_micros()),
            ..Extra::default()
        };
        let transfer = NewTransfer {
            id: transfer_id(it.id.as_u128(), "adjust", 0),
            debit_account,
            credit_account,
            amount: it.amount.get().unsigned_abs(),
            asset: currency.no,
            code: code::SALES_ADJUSTMENT,
            extra: Some(Box::new(extra)),
            ..NewTransfer::default()
        };
        let made = self.make_all(vec![transfer]).await?;
        made.map_err(|refusal| ShopError::LedgerRefused(refusal.status))
    }
}
