//! What the shop holds of a person: for the export of one's own data, before somebody leaves, and
//! after. Why what stays does: docs/decisions/0028-what-stays-of-purchases.md.
//!
//! What a guest ordered belongs to no user, whatever address it names: nobody proved that it is
//! theirs.

mod service;
mod store;
