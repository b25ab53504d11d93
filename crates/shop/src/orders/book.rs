//! The batch of an order: everything that the ledger does when it is placed, all or nothing. It
//! follows from the order's rows, so whoever finds an order half placed makes the same batch.

use identity::UserId;
use ledger::engine::{Extra, NewAccount, NewTransfer, TransferFlags, TransferStatus};

use super::{OrderHold, OrderLine, OrderPayment, OriginWay, PaymentKind, WholeOrder};
use crate::books::goods::Goods;
use crate::books::money::{self, Currency};
use crate::books::uses::Use;
use crate::books::{Books, Refusal, code};
use crate::carts::reservations::{CartHold, voids};
use crate::error::{Result, ShopError};
use crate::ids::{account_id, transfer_id};
use crate::pricing::Promotion;

/// What a transfer of the batch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Releases what was held for the cart.
    Release,
    /// Holds goods of the line at this place.
    Goods(usize),
    /// Holds or takes this payment.
    Payment(usize),
    /// Counts the use of the promotion at this place.
    Use(usize),
}

/// Why the ledger refused an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlacingRefusal {
    /// Somebody else was faster.
    Goods,
    /// What was held for the cart has run out meanwhile.
    Release,
    Funds,
    NoAccount,
    UsedUp(usize),
}

impl PlacingRefusal {
    /// As stored.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Goods => "stock",
            Self::Release => "reservation",
            Self::Funds => "funds",
            Self::NoAccount => "account",
            Self::UsedUp(_) => "promotion",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Goods, Self::Release, Self::Funds, Self::NoAccount, Self::UsedUp(0)];
        all.into_iter().find(|it| it.as_str() == name)
    }
}

impl Books {
    /// Holds goods and money of an order and counts its promotions.
    pub(crate) async fn place(
        &self,
        whole: &WholeOrder,
        held: &[CartHold],
        promotions: &[Promotion],
    ) -> Result<Result<(), PlacingRefusal>> {
        let currency = self.currency(&whole.order.currency).await?;
        let accounts = accounts(whole, &currency);
        let (parts, batch) = self.batch(whole, held, promotions, &currency).await?;
        let made = match self.open_and_make_all(accounts, batch).await? {
            Err(refusal) if parts[refusal.index] == Part::Release => {
                let (later, batch) = self.batch(whole, &[], promotions, &currency).await?;
                (later, self.make_all(batch).await?)
            }
            made => (parts, made),
        };
        match made {
            (_, Ok(())) => Ok(Ok(())),
            (parts, Err(refusal)) => refused(parts[refusal.index], refusal).map(Err),
        }
    }

    /// Holds the wallet of a payment for an order that is placed.
    pub(crate) async fn pay(
        &self,
        whole: &WholeOrder,
        payment: &OrderPayment,
    ) -> Result<Result<(), PlacingRefusal>> {
        let currency = self.currency(&whole.order.currency).await?;
        let mut batch = Batch::new(whole);
        let transfer = paying(whole, payment, &currency);
        batch.add(Part::Payment(0), transfer.ok_or(ShopError::Corrupt("a payment's account"))?);
        match self.make_all(batch.transfers).await? {
            Ok(()) => Ok(Ok(())),
            Err(refusal) => refused(Part::Payment(0), refusal).map(Err),
        }
    }

    async fn batch(
        &self,
        whole: &WholeOrder,
        held: &[CartHold],
        promotions: &[Promotion],
        currency: &Currency,
    ) -> Result<(Vec<Part>, Vec<NewTransfer>)> {
        let mut batch = Batch::new(whole);
        for void in voids(held, whole.order.id.as_u128()) {
            batch.add(Part::Release, void);
        }
        for (index, hold) in whole.holds.iter().enumerate() {
            let line = whole.lines.iter().position(|line| line.id == hold.line);
            let line = line.ok_or(ShopError::Corrupt("the line of a hold"))?;
            let asset = self.goods_asset(&whole.lines[line].asset).await?;
            batch.add(Part::Goods(index), goods(hold, &whole.lines[line], asset));
        }
        for (index, payment) in whole.payments.iter().enumerate() {
            if let Some(transfer) = paying(whole, payment, currency) {
                batch.add(Part::Payment(index), transfer);
            }
        }
        let customer = whole.order.customer;
        let uses: Vec<Use<'_>> =
            promotions.iter().map(|promotion| Use { promotion, customer }).collect();
        let order = whole.order.id.as_u128();
        let counted = self.uses(&uses, |index| transfer_id(order, "use", index)).await?;
        for (index, transfer) in counted.into_iter().enumerate() {
            batch.add(Part::Use(index / 2), transfer);
        }
        Ok((batch.parts, batch.transfers))
    }
}

/// The accounts that an order needs.
fn accounts(whole: &WholeOrder, currency: &Currency) -> Vec<NewAccount> {
    let mut accounts = vec![currency.order_account(whole.order.id)];
    if whole.payments.iter().any(|it| it.kind == PaymentKind::External) {
        accounts.push(currency.customer_account(whole.order.customer));
    }
    accounts
}

/// Transfers and what they are for.
struct Batch<'a> {
    parts: Vec<Part>,
    transfers: Vec<NewTransfer>,
    whole: &'a WholeOrder,
    reference: String,
}

impl<'a> Batch<'a> {
    fn new(whole: &'a WholeOrder) -> Self {
        let reference = whole.order.id.to_string();
        Self { parts: Vec::new(), transfers: Vec::new(), whole, reference }
    }

    /// Every transfer says of which order it is, and when that was placed.
    fn add(&mut self, part: Part, transfer: NewTransfer) {
        let transfer = match part {
            Part::Release => transfer,
            _ => {
                let extra = Extra {
                    reference: Some(self.reference.as_str().into()),
                    effective_at: self.whole.order.effective_at.map(|at| at.as_micros()),
                    group: group_of(&transfer, self.whole.order.id.as_u128()),
                    ..transfer.extra().clone()
                };
                NewTransfer { extra: Some(Box::new(extra)), ..transfer }
            }
        };
        self.parts.push(part);
        self.transfers.push(transfer);
    }
}

/// What is pending for an order can be released at once.
fn group_of(transfer: &NewTransfer, order: u128) -> u128 {
    if transfer.flags.has(TransferFlags::PENDING) { order } else { 0 }
}

fn goods(hold: &OrderHold, line: &OrderLine, asset: u32) -> NewTransfer {
    let goods = Goods::of(&line.asset);
    let from = hold.location.as_ref().map_or(goods.backorders(), |place| goods.stock(place));
    NewTransfer {
        id: hold.transfer,
        debit_account: from,
        credit_account: goods.sold(),
        amount: hold.quantity.into(),
        asset,
        code: code::ORDER_GOODS,
        flags: TransferFlags(TransferFlags::PENDING),
        ..NewTransfer::default()
    }
}

/// The id of the transfer that holds or takes a payment.
pub(crate) fn payment_transfer(payment: &OrderPayment) -> u128 {
    transfer_id(payment.id.as_u128(), "pay", 0)
}

/// From where a payment comes, and to where it goes back; none if the payments move it. What came
/// from a card of another order goes back through that order's account, from which the payments take
/// it.
pub(crate) fn payer_account(whole: &WholeOrder, payment: &OrderPayment) -> Option<u128> {
    let wallet = |payer: UserId| payer.account_id(&whole.order.currency);
    let elsewhere =
        || account_id(&money::customer_address(whole.order.customer, &whole.order.currency));
    match payment.kind {
        PaymentKind::Wallet { payer } => Some(wallet(payer)),
        PaymentKind::Card => None,
        PaymentKind::External => Some(elsewhere()),
        PaymentKind::Exchange { origin } => Some(match origin.way {
            OriginWay::Wallet { payer } => wallet(payer),
            OriginWay::Card => money::order(origin.order),
            OriginWay::External => elsewhere(),
        }),
    }
}

fn paying(whole: &WholeOrder, payment: &OrderPayment, currency: &Currency) -> Option<NewTransfer> {
    let is_held = matches!(payment.kind, PaymentKind::Wallet { .. });
    let flags = if is_held { TransferFlags::PENDING } else { 0 };
    let debit_account = payer_account(whole, payment)?;
    Some(NewTransfer {
        id: payment_transfer(payment),
        debit_account,
        credit_account: money::order(whole.order.id),
        amount: payment.amount.get(),
        asset: currency.no,
        code: code::PAYMENT,
        flags: TransferFlags(flags),
        ..NewTransfer::default()
    })
}

/// What the refusal of a transfer means for the order.
fn refused(part: Part, refusal: Refusal) -> Result<PlacingRefusal> {
    use TransferStatus as S;
    match (part, refusal.status) {
        (Part::Goods(_), S::ExceedsFloor | S::DebitAccountNotFound | S::CreditAccountNotFound) => {
            Ok(PlacingRefusal::Goods)
        }
        (Part::Payment(_), S::ExceedsFloor | S::ExceedsCredits) => Ok(PlacingRefusal::Funds),
        (Part::Payment(_), S::DebitAccountNotFound | S::DebitAccountAlreadyClosed) => {
            Ok(PlacingRefusal::NoAccount)
        }
        (Part::Use(index), S::ExceedsFloor) => Ok(PlacingRefusal::UsedUp(index)),
        (Part::Release, _) => Ok(PlacingRefusal::Release),
        (_, status) => Err(ShopError::LedgerRefused(status)),
    }
}
