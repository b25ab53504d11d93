//! Pictures of products. What comes in is decoded and drawn anew in the sizes that are shown, so
//! nothing of the file that somebody sent (places, cameras, what is hidden in it) is ever served.
//! The pictures are in the database; their addresses never change what they show.

pub(crate) mod drawing;
pub(crate) mod http;
mod service;
pub(crate) mod store;

use kernel::Timestamp;

use crate::ids::{ImageId, ProductId, VariantId};

/// Pictures of one product.
pub(crate) const IMAGES_MAX: usize = 50;
/// What somebody may send.
pub(crate) const BYTES_MAX: usize = 10 << 20;

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) id: ImageId,
    pub(crate) product: ProductId,
    /// The variant that it shows, if it shows one.
    pub(crate) variant: Option<VariantId>,
    pub(crate) position: i32,
    /// For those who can't see it.
    pub(crate) alt: String,
    /// Of the largest size.
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) created_at: Timestamp,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ImagePatch {
    pub(crate) variant: Option<Option<VariantId>>,
    pub(crate) position: Option<i32>,
    pub(crate) alt: Option<String>,
}
