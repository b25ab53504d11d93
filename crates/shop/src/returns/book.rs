//! The batch of a return: from the customers' goods through what came back to a shelf, or away. It
//! follows from the return's rows, so whoever finds one half received makes the same batch.

use ledger::engine::{Extra, NewTransfer};

use super::Return;
use crate::books::goods::Goods;
use crate::books::{Books, code};
use crate::error::{Result, ShopError};
use crate::ids::transfer_id;
use crate::orders::WholeOrder;
use crate::shipments::book::line_of;

impl Books {
    pub(super) async fn take_back(&self, whole: &WholeOrder, it: &Return) -> Result<()> {
        let place = it.location.as_deref().ok_or(ShopError::Corrupt("the place of a return"))?;
        let reference = whole.order.id.to_string();
        let effective_at = it.received_at.map(|at| at.as_micros());
        let mut batch: Vec<NewTransfer> = Vec::with_capacity(3 * it.lines.len());
        for returned in &it.lines {
            let line = line_of(whole, returned.line)?;
            // No stock is kept of the others.
            if !line.tracks_stock || returned.came() == 0 {
                continue;
            }
            let asset = self.open_goods(&line.asset, place, 0).await?;
            let goods = Goods::of(&line.asset);
            let moves = [
                (goods.sold(), goods.returned(), returned.came()),
                (goods.returned(), goods.stock(place), returned.restocked),
                (goods.returned(), goods.written_off(), returned.written_off),
            ];
            for (debit_account, credit_account, pieces) in moves {
                if pieces == 0 {
                    continue;
                }
                let reference = Some(reference.as_str().into());
                batch.push(NewTransfer {
                    id: transfer_id(it.id.as_u128(), "back", batch.len() as u64),
                    debit_account,
                    credit_account,
                    amount: pieces.into(),
                    asset,
                    code: code::RETURNED_GOODS,
                    extra: Some(Box::new(Extra { reference, effective_at, ..Extra::default() })),
                    ..NewTransfer::default()
                });
            }
        }
        let made = self.make_all(batch).await?;
        made.map_err(|refusal| ShopError::LedgerRefused(refusal.status))
    }
}
