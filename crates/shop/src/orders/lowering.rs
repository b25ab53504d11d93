//! Cancelling pieces of lines: what was held for them is released, and the rest is held on.
//!
//! A pending transfer is released as a whole, so what is left of it is held anew in the same batch;
//! for a payment that makes a new one out of the old. All of it follows from the rows as they are
//! before it is recorded, which are read under the order's lock, so whoever finds a cancellation half
//! done makes the same batch.

use kernel::Amount;
use kernel::bus::{cancel_in_tx, publish_in_tx};
use ledger::engine::{Extra, NewTransfer, TransferFlags};

use super::book::{payer_account, payment_transfer};
use super::cancel::Cancellation;
use super::{OrderHold, OrderPayment, PaymentKind, PaymentStatus, WholeOrder, jobs, status, store};
use crate::books::goods::Goods;
use crate::books::{Books, code, money, resolution};
use crate::error::{Result, ShopError};
use crate::events;
use crate::ids::{OrderLineId, OrderPaymentId, transfer_id};
use crate::pricing::split::of_pieces;
use crate::shipments::book::line_of;
use crate::shop::Shop;

/// What is released for pieces that aren't sent any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lowering {
    /// Holds of goods, and what is held instead.
    holds: Vec<(OrderHold, Option<OrderHold>)>,
    /// Payments that are held, and what is held instead.
    payments: Vec<(OrderPaymentId, Option<OrderPayment>)>,
    /// What was paid at once and goes back.
    back: Vec<(OrderPaymentId, u128)>,
}

/// Gives pieces up; answers with what they would have cost. The sending is no part of that as long as
/// anything is or was sent.
pub(super) fn give_up(whole: &mut WholeOrder, pieces: &[(OrderLineId, u32)]) -> Result<Amount> {
    let due = whole.order.total.get() - whole.order.cancelled_total.get();
    if status::paid(&whole.payments) < due {
        return Err(ShopError::OrderNotPaid);
    }
    let mut amount = 0;
    for (id, quantity) in pieces {
        let line = whole.lines.iter_mut().find(|line| line.id == *id);
        let line = line.ok_or(ShopError::OrderLineNotFound)?;
        if *quantity > line.open() {
            return Err(ShopError::OrderLineNotOpen(line.sku.clone()));
        }
        let before = line.shipped + line.cancelled;
        amount += of_pieces(line.total.get(), line.quantity, before, before + quantity);
        line.cancelled += quantity;
    }
    whole.order.cancelled_total = Amount::new(whole.order.cancelled_total.get() + amount);
    Ok(Amount::new(amount))
}

/// Whether these pieces are all that is open.
pub(super) fn is_everything(whole: &WholeOrder, pieces: &[(OrderLineId, u32)]) -> bool {
    let wanted = |line| pieces.iter().find(|(id, _)| *id == line).map_or(0, |(_, it)| *it);
    whole.lines.iter().all(|line| line.open() == wanted(line.id))
}

impl Lowering {
    fn of(whole: &WholeOrder, it: &Cancellation) -> Self {
        let (unearned, open) = (whole.unearned(), whole.open_worth());
        Self {
            holds: holds(whole, it),
            payments: payments(whole, it, open.saturating_sub(unearned)),
            back: super::cancel::given_back(whole),
        }
    }

    /// The order as it is once the ledger has done it.
    fn apply(&self, whole: &mut WholeOrder) {
        for (old, anew) in &self.holds {
            if let Some(hold) = whole.holds.iter_mut().find(|it| it.transfer == old.transfer) {
                hold.taken = hold.quantity;
            }
            whole.holds.extend(anew.clone());
        }
        for (id, amount) in &self.back {
            if let Some(payment) = whole.payments.iter_mut().find(|it| it.id == *id) {
                payment.refunded = Amount::new(payment.refunded.get() + amount);
            }
        }
        for (id, _) in &self.payments {
            if let Some(payment) = whole.payments.iter_mut().find(|it| it.id == *id) {
                payment.status = match payment.captured.is_zero() {
                    true => PaymentStatus::Released,
                    false => PaymentStatus::Captured,
                };
            }
        }
    }
}

/// Of what isn't there yet first.
fn holds(whole: &WholeOrder, it: &Cancellation) -> Vec<(OrderHold, Option<OrderHold>)> {
    let mut released = Vec::new();
    for (line, pieces) in &it.lines {
        let mut left = *pieces;
        let mut holds: Vec<&OrderHold> =
            whole.holds.iter().filter(|hold| hold.line == *line).collect();
        holds.sort_by_key(|hold| hold.location.is_some());
        for hold in holds {
            let there = hold.quantity - hold.taken;
            let here = left.min(there);
            if here == 0 {
                continue;
            }
            left -= here;
            let transfer = transfer_id(it.id.as_u128(), "hold", released.len() as u64);
            let anew = OrderHold { transfer, quantity: there - here, taken: 0, ..hold.clone() };
            released.push((hold.clone(), (there > here).then_some(anew)));
        }
    }
    released
}

/// Of the last payment first, as long as more is held than is needed.
fn payments(
    whole: &WholeOrder,
    it: &Cancellation,
    needed: u128,
) -> Vec<(OrderPaymentId, Option<OrderPayment>)> {
    let is_held = |payment: &&OrderPayment| {
        matches!(payment.kind, PaymentKind::Wallet { .. })
            && payment.status == PaymentStatus::Authorized
    };
    let held = |payment: &OrderPayment| payment.amount.get() - payment.captured.get();
    let all: u128 = whole.payments.iter().filter(is_held).map(held).sum();
    let mut left = all.saturating_sub(needed);
    let mut lowered = Vec::new();
    for payment in whole.payments.iter().rev().filter(is_held) {
        let here = left.min(held(payment));
        if here == 0 {
            break;
        }
        left -= here;
        let rest = held(payment) - here;
        let id = transfer_id(it.id.as_u128(), "payment", lowered.len() as u64);
        let anew = OrderPayment {
            id: OrderPaymentId::from_u128(id),
            amount: Amount::new(rest),
            captured: Amount::ZERO,
            refunded: Amount::ZERO,
            stranded: Amount::ZERO,
            captured_at: None,
            ..payment.clone()
        };
        lowered.push((payment.id, (rest > 0).then_some(anew)));
    }
    lowered
}

impl Shop {
    /// Releases in the ledger and records it, unless that was done.
    pub(super) async fn finish_lowering(
        &self,
        whole: &WholeOrder,
        it: &Cancellation,
    ) -> Result<()> {
        self.books.lower_order(whole, it).await?;
        self.give_back_to_cards(whole, &super::cancel::given_back(whole), it.id.as_u128()).await?;
        self.record_lowering(it).await
    }

    async fn record_lowering(&self, it: &Cancellation) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = store::lock_in_tx(&tx, it.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        if !store::settle_cancellation_in_tx(&tx, it.id).await? {
            return Ok(());
        }
        cancel_in_tx(&tx, jobs::FINISH, &it.id.to_string()).await?;
        let lowering = Lowering::of(&whole, it);
        lowering.apply(&mut whole);
        store::put_holds_in_tx(&tx, it.order, &whole.holds).await?;
        store::update_payments_in_tx(&tx, &whole.payments, now).await?;
        for payment in lowering.payments.into_iter().filter_map(|(_, anew)| anew) {
            store::insert_payment_in_tx(&tx, it.order, &payment).await?;
            whole.payments.push(payment);
        }
        whole.order.status = self.status_in_tx(&tx, &whole).await?;
        store::update_in_tx(&tx, &whole.order, now).await?;
        publish_in_tx(&tx, &*self.clock, &[events::cancelled(&whole, it)]).await?;
        Ok(tx.commit().await?)
    }
}

impl Books {
    async fn lower_order(&self, whole: &WholeOrder, it: &Cancellation) -> Result<()> {
        let currency = self.currency(&whole.order.currency).await?;
        let lowering = Lowering::of(whole, it);
        let mut batch = Vec::new();
        for (old, anew) in &lowering.holds {
            let void = transfer_id(old.transfer, "cancel", 0);
            batch.push(resolution(void, old.transfer, TransferFlags::VOID_PENDING));
            if let Some(anew) = anew {
                let line = line_of(whole, anew.line)?;
                let goods = Goods::of(&line.asset);
                let from = anew.location.as_ref();
                let new = NewTransfer {
                    id: anew.transfer,
                    debit_account: from.map_or(goods.backorders(), |place| goods.stock(place)),
                    credit_account: goods.sold(),
                    amount: anew.quantity.into(),
                    asset: self.goods_asset(&line.asset).await?,
                    code: code::ORDER_GOODS,
                    ..NewTransfer::default()
                };
                batch.push(held(whole, new));
            }
        }
        for (old, anew) in &lowering.payments {
            let old = payment_of(whole, *old)?;
            let void = transfer_id(old.id.as_u128(), "cancel", 0);
            batch.push(resolution(void, payment_transfer(old), TransferFlags::VOID_PENDING));
            if let Some(anew) = anew {
                let payer = payer_account(whole, anew);
                let new = NewTransfer {
                    id: payment_transfer(anew),
                    debit_account: payer.ok_or(ShopError::Corrupt("a payment's account"))?,
                    credit_account: money::order(whole.order.id),
                    amount: anew.amount.get(),
                    asset: currency.no,
                    code: code::PAYMENT,
                    ..NewTransfer::default()
                };
                batch.push(held(whole, new));
            }
        }
        batch.extend(super::cancel::give_back(whole, it.id, currency.no)?);
        let made = self.make_all(batch).await?;
        made.map_err(|refusal| ShopError::LedgerRefused(refusal.status))
    }
}

fn payment_of(whole: &WholeOrder, id: OrderPaymentId) -> Result<&OrderPayment> {
    let found = whole.payments.iter().find(|it| it.id == id);
    found.ok_or(ShopError::Corrupt("a payment of an order"))
}

/// The transfer as one that is pending for an order, which can be released with its others.
fn held(whole: &WholeOrder, new: NewTransfer) -> NewTransfer {
    let extra = Extra {
        group: whole.order.id.as_u128(),
        reference: Some(whole.order.id.to_string().into()),
        effective_at: whole.order.effective_at.map(|at| at.as_micros()),
        ..Extra::default()
    };
    let flags = TransferFlags(TransferFlags::PENDING);
    NewTransfer { flags, extra: Some(Box::new(extra)), ..new }
}
