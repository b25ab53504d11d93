//! The batch of a parcel. It follows from its rows, so whoever finds a parcel half sent makes the
//! same batch.

use ledger::engine::{Extra, NewAccount, NewTransfer, TransferFlags, TransferStatus};

use super::Shipment;
use crate::books::goods::Goods;
use crate::books::money::{self, Currency};
use crate::books::{Books, code, partial_post, resolution};
use crate::error::{Result, ShopError};
use crate::ids::transfer_id;
use crate::orders::book::payment_transfer;
use crate::orders::{OrderHold, OrderLine, WholeOrder};

impl Books {
    /// Takes the goods and earns the money. False if goods that weren't there at the sale still
    /// aren't.
    pub(super) async fn ship(&self, whole: &WholeOrder, shipment: &Shipment) -> Result<bool> {
        let currency = self.currency(&whole.order.currency).await?;
        let (accounts, transfers) = (Vec::new(), Vec::new());
        let mut batch = Batch { shipment, whole, accounts, transfers };
        for pick in &shipment.picks {
            let hold = whole.holds.iter().find(|hold| hold.transfer == pick.transfer);
            let hold = hold.ok_or(ShopError::Corrupt("the hold of a parcel"))?;
            let line = line_of(whole, hold.line)?;
            let asset = self.goods_asset(&line.asset).await?;
            match &hold.location {
                Some(_) => batch.take(hold, pick.quantity),
                None => {
                    self.open_goods(&line.asset, &shipment.location, 0).await?;
                    batch.take_late(hold, line, asset, pick.quantity);
                }
            }
        }
        for capture in &shipment.captures {
            let payment = whole.payments.iter().find(|it| it.id == capture.payment);
            let payment = payment.ok_or(ShopError::Corrupt("the payment of a parcel"))?;
            let id = batch.id("capture");
            let pending = payment_transfer(payment);
            batch.add(partial_post(id, pending, capture.amount.get()));
        }
        batch.earn_all(&currency)?;
        match self.open_and_make_all(batch.accounts, batch.transfers).await? {
            Ok(()) => Ok(true),
            Err(refusal) if refusal.status == TransferStatus::ExceedsFloor => Ok(false),
            Err(refusal) => Err(ShopError::LedgerRefused(refusal.status)),
        }
    }
}

pub(crate) fn line_of(whole: &WholeOrder, id: crate::ids::OrderLineId) -> Result<&OrderLine> {
    let found = whole.lines.iter().find(|line| line.id == id);
    found.ok_or(ShopError::Corrupt("the line of an order"))
}

struct Batch<'a> {
    shipment: &'a Shipment,
    whole: &'a WholeOrder,
    /// Where it is earned; the same one may be in it twice.
    accounts: Vec<NewAccount>,
    transfers: Vec<NewTransfer>,
}

impl Batch<'_> {
    fn id(&self, role: &'static str) -> u128 {
        transfer_id(self.shipment.id.as_u128(), role, self.transfers.len() as u64)
    }

    /// Every transfer says of which order it is, and when the parcel was sent, if that was said.
    fn add(&mut self, transfer: NewTransfer) {
        let is_late = self.shipment.shipped_at != self.shipment.created_at;
        let effective_at = is_late.then(|| self.shipment.shipped_at.as_micros());
        let reference = Some(self.whole.order.id.to_string().into());
        let extra = Extra { effective_at, reference, ..transfer.extra().clone() };
        self.transfers.push(NewTransfer { extra: Some(Box::new(extra)), ..transfer });
    }

    /// Pieces that were there at the sale.
    fn take(&mut self, hold: &OrderHold, quantity: u32) {
        let id = self.id("take");
        self.add(partial_post(id, hold.transfer, quantity.into()));
    }

    /// Pieces that weren't: what was held below zero is released, what is left of it held anew, and
    /// the pieces come from what is there now.
    fn take_late(&mut self, hold: &OrderHold, line: &OrderLine, asset: u32, quantity: u32) {
        let goods = Goods::of(&line.asset);
        let id = self.id("release");
        self.add(resolution(id, hold.transfer, TransferFlags::VOID_PENDING));
        let moving = |id, debit_account, amount: u32, flags| NewTransfer {
            id,
            debit_account,
            credit_account: goods.sold(),
            amount: amount.into(),
            asset,
            code: code::ORDER_GOODS,
            flags: TransferFlags(flags),
            ..NewTransfer::default()
        };
        let anew = self.whole.holds.iter().find(|it| self.is_held_anew(it, hold));
        if let Some(anew) = anew {
            let pending =
                moving(anew.transfer, goods.backorders(), anew.quantity, TransferFlags::PENDING);
            let group = self.whole.order.id.as_u128();
            let extra = Extra { group, ..Extra::default() };
            self.add(NewTransfer { extra: Some(Box::new(extra)), ..pending });
        }
        let id = self.id("late");
        self.add(moving(id, goods.stock(&self.shipment.location), quantity, 0));
    }

    /// Whether this parcel made the hold out of that one.
    fn is_held_anew(&self, anew: &OrderHold, hold: &OrderHold) -> bool {
        let picks = 1..=self.shipment.picks.len() as u64;
        let ours = |number| transfer_id(self.shipment.id.as_u128(), "hold", number);
        anew.line == hold.line && picks.into_iter().any(|number| anew.transfer == ours(number))
    }

    /// Brings what the parcel is worth from the order to sales, sending and tax.
    fn earn_all(&mut self, currency: &Currency) -> Result<()> {
        let (shipment, whole) = (self.shipment, self.whole);
        let mut tax = shipment.shipping_tax.get();
        for it in &shipment.lines {
            let sales = currency.sales_account(&line_of(whole, it.line)?.asset);
            self.earn(sales, it.net.get(), code::SALE);
            tax += it.tax.get();
        }
        self.earn(currency.shipping_account(), shipment.shipping_net.get(), code::SHIPPING);
        let country = whole.order.country.as_deref().unwrap_or("none");
        self.earn(currency.tax_account(country), tax, code::TAX);
        Ok(())
    }

    fn earn(&mut self, account: NewAccount, amount: u128, code: u16) {
        if amount == 0 {
            return;
        }
        let transfer = NewTransfer {
            id: self.id("earn"),
            debit_account: money::order(self.whole.order.id),
            credit_account: account.id,
            amount,
            asset: account.asset,
            code,
            ..NewTransfer::default()
        };
        self.accounts.push(account);
        self.add(transfer);
    }
}
