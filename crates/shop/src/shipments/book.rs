//! The batch of a parcel. It follows from its rows, so whoever finds a parcel half sent makes the
//! same batch.

use ledger::engine::{Extra, NewTransfer, TransferFlags, TransferStatus};

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
        let mut batch = Batch { shipment, whole, transfers: Vec::new() };
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
        self.earn(&mut batch, &currency).await?;
        match self.make_all(batch.transfers).await? {
            Ok(()) => Ok(true),
            Err(refusal) if refusal.status == TransferStatus::ExceedsFloor => Ok(false),
            Err(refusal) => Err(ShopError::LedgerRefused(refusal.status)),
        }
    }

    /// Brings what the parcel is worth from the order to sales, sending and tax.
    async fn earn(&self, batch: &mut Batch<'_>, currency: &Currency) -> Result<()> {
        let (shipment, whole) = (batch.shipment, batch.whole);
        let mut accounts = Vec::with_capacity(shipment.lines.len() + 2);
        let mut tax = shipment.shipping_tax.get();
        for it in &shipment.lines {
            let account = currency.sales_account(&line_of(whole, it.line)?.asset);
            batch.earn(account.id, it.net.get(), currency.no, code::SALE);
            accounts.push(account);
            tax += it.tax.get();
        }
        let shipping = currency.shipping_account();
        batch.earn(shipping.id, shipment.shipping_net.get(), currency.no, code::SHIPPING);
        let country = whole.order.country.as_deref().unwrap_or("none");
        let owed = currency.tax_account(country);
        batch.earn(owed.id, tax, currency.no, code::TAX);
        accounts.extend([shipping, owed]);
        self.ensure(accounts).await
    }
}

pub(crate) fn line_of(whole: &WholeOrder, id: crate::ids::OrderLineId) -> Result<&OrderLine> {
    let found = whole.lines.iter().find(|line| line.id == id);
    found.ok_or(ShopError::Corrupt("the line of an order"))
}

struct Batch<'a> {
    shipment: &'a Shipment,
    whole: &'a WholeOrder,
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

    fn earn(&mut self, account: u128, amount: u128, asset: u32, code: u16) {
        if amount == 0 {
            return;
        }
        let transfer = NewTransfer {
            id: self.id("earn"),
            debit_account: money::order(self.whole.order.id),
            credit_account: account,
            amount,
            asset,
            code,
            ..NewTransfer::default()
        };
        self.add(transfer);
    }
}
