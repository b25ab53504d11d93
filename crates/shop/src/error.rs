//! What can go wrong in the shop, in the language of the business.

mod after_sale;

use kernel::bus::{JobError, Outcome};
use kernel::{Amount, DatabaseError, DomainError, ErrorKind, Timestamp};
use ledger::LedgerError;
use ledger::engine::{AccountStatus, TransferStatus};
use payments::PaymentsError;

pub use after_sale::AfterSaleError;

/// Outcomes that callers can meet.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    #[error("there is no such product")]
    ProductNotFound,
    #[error("another product has this handle")]
    HandleTaken,
    #[error("it has changed since that version")]
    VersionChanged,
    #[error("there is no such variant")]
    VariantNotFound,
    #[error("another variant has the SKU {0}")]
    SkuTaken(String),
    #[error("options and variants don't fit together: {0}")]
    OptionsMismatch(String),
    #[error("a product has at most 250 variants")]
    VariantsTooMany,
    #[error("a variant has prices in at most 20 currencies")]
    CurrenciesTooMany,
    #[error("there is no category {0}")]
    CategoryUnknown(String),
    #[error("there is no such category")]
    CategoryNotFound,
    #[error("another category has this handle")]
    CategoryTaken,
    #[error("there are categories below it")]
    CategoryHasChildren,
    #[error("a category can't be below itself, nor more than 10 deep")]
    CategoryMisplaced,
    #[error("there are 10000 categories")]
    CategoriesTooMany,
    #[error("there is no collection {0}")]
    CollectionUnknown(String),
    #[error("there is no such collection")]
    CollectionNotFound,
    #[error("another collection has this handle")]
    CollectionTaken,
    #[error("its products follow from its rules")]
    CollectionHasRules,
    #[error("its products are chosen by hand")]
    CollectionByHand,
    #[error("there are 1000 collections")]
    CollectionsTooMany,
    #[error("there is no such picture")]
    ImageNotFound,
    #[error("it is no picture that can be read, or it ends too early")]
    ImageUnreadable,
    #[error("it is of another kind of picture than its Content-Type says")]
    ImageMislabelled,
    #[error("a picture has at most 25 million pixels, 12000 on a side")]
    ImageTooLarge,
    #[error("a picture doesn't move")]
    ImageAnimated,
    #[error("a product has at most 50 pictures")]
    ImagesTooMany,
    #[error("these aren't the pictures of the product, each once")]
    ImageOrderDiffers,
    #[error("there is no such custom field")]
    CustomFieldNotFound,
    #[error("another custom field has this handle")]
    CustomFieldTaken,
    #[error("a choice has choices, each once; nothing else has any")]
    CustomFieldChoices,
    #[error("there are 200 custom fields")]
    CustomFieldsTooMany,
    #[error("there are values of it: take them away first")]
    CustomFieldInUse,
    #[error("{at}: {detail}")]
    CustomFieldInvalid { at: String, detail: String },
    #[error("there is no such price list")]
    PriceListNotFound,
    #[error("a price list begins before it ends")]
    PriceListTimes,
    #[error("there are 1000 price lists")]
    PriceListsTooMany,
    #[error("there is no variant with the SKU {0}")]
    SkuUnknown(String),
    #[error("a new product needs a title")]
    TitleMissing,
    #[error("there is no such import")]
    ImportNotFound,
    #[error("a file has at most 16 MiB")]
    ImportTooLarge,
    #[error("the file was not sent to its end")]
    ImportCutOff,
    #[error("the search index is being built; only the newest can be listed until it is there")]
    SearchNotReady,
    #[error("there is no asset of the kind money with the code {0}")]
    CurrencyUnknown(String),

    #[error("there is no such location")]
    LocationNotFound,
    #[error("another location has this handle")]
    LocationTaken,
    #[error("no stock is kept of {0}")]
    StockNotTracked(String),
    #[error("of {sku} there are {available}, which is less than that")]
    StockInsufficient { sku: String, available: Amount },

    #[error("there is no such tax rate")]
    TaxRateNotFound,
    #[error("there is no such way of shipping")]
    ShippingMethodNotFound,
    #[error("another way of shipping has this handle")]
    ShippingMethodTaken,
    #[error("there is no such promotion")]
    PromotionNotFound,
    #[error("another promotion has this code")]
    PromotionCodeTaken,

    #[error("this code does nothing: it is unknown, has not begun or has ended")]
    PromotionCodeUnknown,
    #[error("sign in to make a guest's cart yours")]
    CartClaimNeedsUser,
    #[error("there is no such cart")]
    CartNotFound,
    #[error("the cart isn't open any more: it became an order, or went into another cart")]
    CartNotOpen,
    #[error("there is no such line in the cart")]
    CartLineNotFound,
    #[error("a cart has at most 2000 lines")]
    CartTooManyLines,
    #[error("a line has at most 1000000 pieces")]
    CartTooManyPieces,
    #[error("the cart has changed meanwhile; look at it again")]
    CartChanged,
    #[error("the cart can't become an order yet: see `errors`")]
    CartNotReady,
    #[error("the cart costs {0} now, which is not what you were about to pay")]
    CartTotalChanged(Amount),

    #[error("a promotion of this cart was used as often as it may be")]
    PromotionUsedUp,
    #[error("the payments don't come to the total, {0}")]
    PaymentsDiffer(Amount),
    #[error("the order is paid")]
    OrderAlreadyPaid,
    #[error("what is missing is being paid at this moment; wait for what becomes of it")]
    PaymentUnderWay,
    #[error("the card's holder, or its bank, has taken the payment back: nothing of it is with us")]
    PaymentDisputed,
    #[error("sign in to pay from a wallet")]
    PaymentNeedsUser,
    #[error("the wallet doesn't hold that much, holds counted")]
    PaymentFundsInsufficient,
    #[error("the payer has no open wallet in this currency")]
    PaymentAccountMissing,
    #[error("there is no such order")]
    OrderNotFound,
    #[error("there is no such line in the order")]
    OrderLineNotFound,
    #[error("of {0} there aren't so many pieces left to send, or it is there twice")]
    OrderLineNotOpen(String),
    #[error("nothing of this order is open any more")]
    OrderNotOpen,
    #[error("the order isn't paid yet")]
    OrderNotPaid,
    #[error("something else of this order is under way; try again in a moment")]
    OrderBusy,
    #[error("there is no such parcel")]
    ShipmentNotFound,
    #[error("what was to be sent isn't there")]
    ShipmentNotInStock,
    #[error("there is no such refund")]
    RefundNotFound,
    #[error("this is more than can go back: {0} is left")]
    RefundTooLarge(Amount),
    #[error("the payer's account is closed: nothing can go back to it")]
    RefundRefused,

    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Payments(#[from] PaymentsError),
    #[error(transparent)]
    AfterSale(#[from] AfterSaleError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the ledger answered {0} where that can't be")]
    LedgerRefused(TransferStatus),
    #[error("the ledger made no account at {address}: {status}")]
    AccountRefused { address: String, status: AccountStatus },
    #[error("what is stored can't be right: {0}")]
    Corrupt(&'static str),
}

pub(crate) type Result<T, E = ShopError> = std::result::Result<T, E>;

impl From<tokio_postgres::Error> for ShopError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl ShopError {
    /// One of each, for the list of codes. Those of the ledger and the database are theirs.
    pub fn all() -> Vec<Self> {
        let mut all = Self::of_catalogue();
        all.extend(Self::of_sales());
        all.extend(AfterSaleError::all().map(Self::AfterSale));
        all
    }

    fn of_catalogue() -> Vec<Self> {
        let text = || "an example".to_owned();
        vec![
            Self::ProductNotFound,
            Self::HandleTaken,
            Self::VersionChanged,
            Self::VariantNotFound,
            Self::SkuTaken(text()),
            Self::OptionsMismatch(text()),
            Self::VariantsTooMany,
            Self::CurrenciesTooMany,
            Self::CategoryUnknown(text()),
            Self::CategoryNotFound,
            Self::CategoryTaken,
            Self::CategoryHasChildren,
            Self::CategoryMisplaced,
            Self::CategoriesTooMany,
            Self::CollectionUnknown(text()),
            Self::CollectionNotFound,
            Self::CollectionTaken,
            Self::CollectionHasRules,
            Self::CollectionByHand,
            Self::CollectionsTooMany,
            Self::ImageNotFound,
            Self::ImageUnreadable,
            Self::ImageMislabelled,
            Self::ImageTooLarge,
            Self::ImageAnimated,
            Self::ImagesTooMany,
            Self::ImageOrderDiffers,
            Self::CustomFieldNotFound,
            Self::CustomFieldTaken,
            Self::CustomFieldChoices,
            Self::CustomFieldsTooMany,
            Self::CustomFieldInUse,
            Self::CustomFieldInvalid { at: text(), detail: text() },
            Self::PriceListNotFound,
            Self::PriceListTimes,
            Self::PriceListsTooMany,
            Self::SkuUnknown(text()),
            Self::TitleMissing,
            Self::ImportNotFound,
            Self::ImportTooLarge,
            Self::ImportCutOff,
            Self::SearchNotReady,
            Self::CurrencyUnknown(text()),
        ]
    }

    fn of_sales() -> Vec<Self> {
        let text = || "an example".to_owned();
        vec![
            Self::LocationNotFound,
            Self::LocationTaken,
            Self::StockNotTracked(text()),
            Self::StockInsufficient { sku: text(), available: Amount::ZERO },
            Self::TaxRateNotFound,
            Self::ShippingMethodNotFound,
            Self::ShippingMethodTaken,
            Self::PromotionNotFound,
            Self::PromotionCodeTaken,
            Self::PromotionCodeUnknown,
            Self::CartClaimNeedsUser,
            Self::CartNotFound,
            Self::CartNotOpen,
            Self::CartLineNotFound,
            Self::CartTooManyLines,
            Self::CartTooManyPieces,
            Self::CartChanged,
            Self::CartNotReady,
            Self::CartTotalChanged(Amount::ZERO),
            Self::PromotionUsedUp,
            Self::PaymentsDiffer(Amount::ZERO),
            Self::OrderAlreadyPaid,
            Self::PaymentUnderWay,
            Self::PaymentDisputed,
            Self::PaymentNeedsUser,
            Self::PaymentFundsInsufficient,
            Self::PaymentAccountMissing,
            Self::OrderNotFound,
            Self::OrderLineNotFound,
            Self::OrderLineNotOpen(text()),
            Self::OrderNotOpen,
            Self::OrderNotPaid,
            Self::OrderBusy,
            Self::ShipmentNotFound,
            Self::ShipmentNotInStock,
            Self::RefundNotFound,
            Self::RefundTooLarge(Amount::ZERO),
            Self::RefundRefused,
            Self::LedgerRefused(TransferStatus::ReservedFlag),
        ]
    }

    /// Whether the business said no: no retry of the same can help.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict | ErrorKind::NotFound)
    }

    /// What a job does about it: an outage isn't a failure.
    pub(crate) fn outcome(self, now: Timestamp) -> Outcome {
        const PAUSE: std::time::Duration = std::time::Duration::from_secs(2);
        if self.kind() == ErrorKind::Unavailable {
            return Outcome::Later(now.saturating_add(PAUSE));
        }
        Outcome::Retry(JobError::new(self))
    }
}

/// The kind and the stable code of each outcome.
macro_rules! outcomes {
    ($($outcome:pat => $kind:ident, $code:literal;)*) => {
        impl ShopError {
            fn described(&self) -> (ErrorKind, &'static str) {
                match self {
                    $($outcome => (ErrorKind::$kind, $code),)*
                    Self::Ledger(error) => (error.kind(), error.code()),
                    Self::Payments(error) => (error.kind(), error.code()),
                    Self::AfterSale(error) => (error.kind(), error.code()),
                    Self::Database(error) => (error.kind(), error.code()),
                    Self::LedgerRefused(_) | Self::AccountRefused { .. } | Self::Corrupt(_) => {
                        (ErrorKind::Internal, "shop.internal.contradiction")
                    }
                }
            }
        }
    };
}

outcomes! {
    Self::ProductNotFound => NotFound, "shop.product.not_found";
    Self::HandleTaken => Conflict, "shop.product.handle_taken";
    Self::VersionChanged => PreconditionFailed, "shop.version.changed";
    Self::VariantNotFound => NotFound, "shop.variant.not_found";
    Self::SkuTaken(_) => Conflict, "shop.variant.sku_taken";
    Self::OptionsMismatch(_) => Unprocessable, "shop.product.options_mismatch";
    Self::VariantsTooMany => Unprocessable, "shop.variant.too_many";
    Self::CurrenciesTooMany => Unprocessable, "shop.price.too_many";
    Self::CategoryUnknown(_) => Unprocessable, "shop.category.unknown";
    Self::CategoryNotFound => NotFound, "shop.category.not_found";
    Self::CategoryTaken => Conflict, "shop.category.handle_taken";
    Self::CategoryHasChildren => Conflict, "shop.category.has_children";
    Self::CategoryMisplaced => Unprocessable, "shop.category.misplaced";
    Self::CategoriesTooMany => Unprocessable, "shop.category.too_many";
    Self::CollectionUnknown(_) => Unprocessable, "shop.collection.unknown";
    Self::CollectionNotFound => NotFound, "shop.collection.not_found";
    Self::CollectionTaken => Conflict, "shop.collection.handle_taken";
    Self::CollectionHasRules => Conflict, "shop.collection.has_rules";
    Self::CollectionByHand => Conflict, "shop.collection.by_hand";
    Self::CollectionsTooMany => Unprocessable, "shop.collection.too_many";
    Self::ImageNotFound => NotFound, "shop.image.not_found";
    Self::ImageUnreadable => Unprocessable, "shop.image.unreadable";
    Self::ImageMislabelled => Unprocessable, "shop.image.mislabelled";
    Self::ImageTooLarge => Unprocessable, "shop.image.too_large";
    Self::ImageAnimated => Unprocessable, "shop.image.animated";
    Self::ImagesTooMany => Unprocessable, "shop.image.too_many";
    Self::ImageOrderDiffers => Unprocessable, "shop.image.order_differs";
    Self::CustomFieldNotFound => NotFound, "shop.custom_field.not_found";
    Self::CustomFieldTaken => Conflict, "shop.custom_field.handle_taken";
    Self::CustomFieldChoices => Unprocessable, "shop.custom_field.choices";
    Self::CustomFieldsTooMany => Unprocessable, "shop.custom_field.too_many";
    Self::CustomFieldInUse => Conflict, "shop.custom_field.in_use";
    Self::CustomFieldInvalid { .. } => Unprocessable, "shop.custom_field.invalid";
    Self::PriceListNotFound => NotFound, "shop.price_list.not_found";
    Self::PriceListTimes => Unprocessable, "shop.price_list.times";
    Self::PriceListsTooMany => Unprocessable, "shop.price_list.too_many";
    Self::SkuUnknown(_) => Unprocessable, "shop.variant.sku_unknown";
    Self::TitleMissing => Unprocessable, "shop.product.title_missing";
    Self::ImportNotFound => NotFound, "shop.import.not_found";
    Self::ImportTooLarge => TooLarge, "shop.import.too_large";
    Self::ImportCutOff => Invalid, "shop.import.cut_off";
    Self::SearchNotReady => Unavailable, "shop.search.not_ready";
    Self::CurrencyUnknown(_) => Unprocessable, "shop.currency.unknown";
    Self::LocationNotFound => NotFound, "shop.location.not_found";
    Self::LocationTaken => Conflict, "shop.location.taken";
    Self::StockNotTracked(_) => Unprocessable, "shop.stock.not_tracked";
    Self::StockInsufficient { .. } => Unprocessable, "shop.stock.insufficient";
    Self::TaxRateNotFound => NotFound, "shop.tax_rate.not_found";
    Self::ShippingMethodNotFound => NotFound, "shop.shipping_method.not_found";
    Self::ShippingMethodTaken => Conflict, "shop.shipping_method.taken";
    Self::PromotionNotFound => NotFound, "shop.promotion.not_found";
    Self::PromotionCodeTaken => Conflict, "shop.promotion.code_taken";
    Self::PromotionCodeUnknown => Unprocessable, "shop.promotion.code_unknown";
    Self::CartClaimNeedsUser => Unprocessable, "shop.cart.claim_needs_user";
    Self::CartNotFound => NotFound, "shop.cart.not_found";
    Self::CartNotOpen => Conflict, "shop.cart.not_open";
    Self::CartLineNotFound => NotFound, "shop.cart.line_not_found";
    Self::CartTooManyLines => Unprocessable, "shop.cart.too_many_lines";
    Self::CartTooManyPieces => Unprocessable, "shop.cart.too_many_pieces";
    Self::CartChanged => Conflict, "shop.cart.changed";
    Self::CartNotReady => Unprocessable, "shop.cart.not_ready";
    Self::CartTotalChanged(_) => Conflict, "shop.cart.total_changed";
    Self::PromotionUsedUp => Unprocessable, "shop.promotion.used_up";
    Self::PaymentsDiffer(_) => Unprocessable, "shop.payment.differs";
    Self::OrderAlreadyPaid => Conflict, "shop.order.already_paid";
    Self::PaymentUnderWay => Conflict, "shop.payment.under_way";
    Self::PaymentDisputed => Conflict, "shop.payment.disputed";
    Self::PaymentNeedsUser => Unprocessable, "shop.payment.needs_user";
    Self::PaymentFundsInsufficient => Unprocessable, "shop.payment.funds_insufficient";
    Self::PaymentAccountMissing => Unprocessable, "shop.payment.account_missing";
    Self::OrderNotFound => NotFound, "shop.order.not_found";
    Self::OrderLineNotFound => NotFound, "shop.order.line_not_found";
    Self::OrderLineNotOpen(_) => Unprocessable, "shop.order.line_not_open";
    Self::OrderNotOpen => Conflict, "shop.order.not_open";
    Self::OrderNotPaid => Conflict, "shop.order.not_paid";
    Self::OrderBusy => Conflict, "shop.order.busy";
    Self::ShipmentNotFound => NotFound, "shop.shipment.not_found";
    Self::ShipmentNotInStock => Unprocessable, "shop.shipment.not_in_stock";
    Self::RefundNotFound => NotFound, "shop.refund.not_found";
    Self::RefundTooLarge(_) => Unprocessable, "shop.refund.too_large";
    Self::RefundRefused => Unprocessable, "shop.refund.refused";
}

impl DomainError for ShopError {
    fn kind(&self) -> ErrorKind {
        self.described().0
    }

    fn code(&self) -> &'static str {
        self.described().1
    }

    fn client_message(&self) -> String {
        match self {
            Self::Payments(error) => error.client_message(),
            Self::Database(error) => error.client_message(),
            Self::Ledger(error) => error.client_message(),
            error if error.kind() == ErrorKind::Internal => {
                "something went wrong on our side; it has been logged with this request's id".into()
            }
            other => other.to_string(),
        }
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Ledger(error) => error.retry_after_s(),
            Self::Payments(error) => error.retry_after_s(),
            Self::OrderBusy => Some(1),
            Self::SearchNotReady => Some(10),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_dotted() {
        let mut codes: Vec<&str> = ShopError::all().iter().map(DomainError::code).collect();
        assert!(codes.iter().all(|code| code.starts_with("shop.")));
        assert!(codes.iter().all(|code| code.split('.').count() == 3), "{codes:?}");
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
