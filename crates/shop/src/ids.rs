//! Ids of this context, and the ledger ids that follow from them.

use kernel::id::derived;

kernel::define_id! {
    /// What the shop shows.
    pub struct ProductId = "prod";
}
kernel::define_id! {
    /// What the shop sells: a product in one combination of its options.
    pub struct VariantId = "var";
}
kernel::define_id! {
    /// A place in the tree by which products are looked through.
    pub struct CategoryId = "cat";
}
kernel::define_id! {
    /// Products that are shown together, chosen by hand or by rules.
    pub struct CollectionId = "coll";
}
kernel::define_id! {
    /// A picture of a product.
    pub struct ImageId = "img";
}
kernel::define_id! {
    /// What staff says of products or variants beside what every shop has.
    pub struct CustomFieldId = "cfld";
}
kernel::define_id! {
    /// Where stock lies.
    pub struct LocationId = "loc";
}
kernel::define_id! {
    /// Prices that hold for a time, or for a group.
    pub struct PriceListId = "plst";
}
kernel::define_id! {
    /// A file of products that are to be made or changed.
    pub struct ImportId = "imp";
}
kernel::define_id! {
    /// A reduction of prices, by itself or by a code.
    pub struct PromotionId = "promo";
}
kernel::define_id! {
    /// A way in which orders are sent, with its price.
    pub struct ShippingMethodId = "ship";
}
kernel::define_id! {
    /// Who buys: a user, a guest, or somebody whom staff knows.
    pub struct CustomerId = "cus";
}
kernel::define_id! {
    /// What somebody is about to buy.
    pub struct CartId = "cart";
}
kernel::define_id! {
    /// A variant in a cart.
    pub struct CartLineId = "cln";
}
kernel::define_id! {
    /// What somebody bought.
    pub struct OrderId = "ord";
}
kernel::define_id! {
    /// A variant in an order.
    pub struct OrderLineId = "oln";
}
kernel::define_id! {
    /// Money that was given, or is to be given, for an order.
    pub struct OrderPaymentId = "opay";
}
kernel::define_id! {
    /// A parcel.
    pub struct ShipmentId = "shp";
}
kernel::define_id! {
    /// What isn't sent any more.
    pub(crate) struct CancellationId = "ocan";
}
kernel::define_id! {
    /// A correction of what was earned.
    pub struct SalesAdjustmentId = "sadj";
}
kernel::define_id! {
    /// Goods that come back.
    pub struct ReturnId = "ret";
}
kernel::define_id! {
    /// Money that goes back.
    pub struct OrderRefundId = "oref";
}
kernel::define_id! {
    /// Money that could not go back to a card, and is given back otherwise.
    pub struct SettlementId = "oset";
}
kernel::define_id! {
    /// An invoice or a credit note.
    pub struct DocumentId = "doc";
}
kernel::define_id! {
    /// A movement of stock by hand.
    pub struct StockChangeId = "stk";
}

/// The ledger's id of a transfer for a row: what it does there, and which one of its kind it is.
/// The same row, role and number come to the same id each time, so no step can be done twice.
pub(crate) fn transfer_id(row: u128, role: &'static str, number: u64) -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key("bushel shop transfer v1");
    hasher.update(role.as_bytes()).update(&[0]);
    hasher.update(&row.to_be_bytes()).update(&number.to_be_bytes());
    derived::of_hash_at(row, hasher.finalize().as_bytes())
}

/// The ledger's id of an account, which follows from its address.
pub(crate) fn account_id(address: &str) -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key("bushel shop account v1");
    hasher.update(address.as_bytes());
    derived::of_hash(hasher.finalize().as_bytes())
}
