//! Groups of pending transfers, posted or voided together: all or none. A group is nothing but
//! the id that its transfers share.

pub(crate) mod http;
