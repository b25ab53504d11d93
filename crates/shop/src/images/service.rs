//! Taking, changing and giving out pictures.

use bytes::Bytes;
use identity::Actor;
use image::ImageFormat;
use kernel::http::IfMatch;
use serde_json::json;
use tokio::task::spawn_blocking;

use super::drawing::{self, Drawn, Refused};
use super::{IMAGES_MAX, Image, ImagePatch, store};
use crate::error::{Result, ShopError};
use crate::ids::{ImageId, ProductId, VariantId};
use crate::products::Product;
use crate::shop::Shop;

/// A picture to take.
pub(crate) struct NewImage {
    pub(crate) id: ImageId,
    pub(crate) product: ProductId,
    pub(crate) variant: Option<VariantId>,
    pub(crate) alt: String,
    pub(crate) format: ImageFormat,
    pub(crate) bytes: Bytes,
}

impl From<Refused> for ShopError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Mislabelled => Self::ImageMislabelled,
            Refused::TooLarge => Self::ImageTooLarge,
            Refused::Animated => Self::ImageAnimated,
            Refused::Unreadable => Self::ImageUnreadable,
        }
    }
}

fn check_variant(product: &Product, variant: Option<VariantId>) -> Result<()> {
    match variant {
        Some(id) if product.variant(id).is_none() => Err(ShopError::VariantNotFound),
        _ => Ok(()),
    }
}

impl Shop {
    /// Takes a picture behind those that are there. One with this id that is there is the first
    /// answer to the same request. Answers with the product's new version.
    pub(crate) async fn add_image(&self, actor: &Actor, new: NewImage) -> Result<(Image, u32)> {
        let drawn = self.draw(new.format, new.bytes).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, new.product, &IfMatch::Any).await?;
        check_variant(&product, new.variant)?;
        let known = store::of_product(&tx, product.id).await?;
        if let Some(made) = known.iter().find(|it| it.id == new.id) {
            return Ok((made.clone(), product.version));
        }
        if known.len() >= IMAGES_MAX {
            return Err(ShopError::ImagesTooMany);
        }
        let largest = drawn.first().ok_or(ShopError::Corrupt("a picture of no size"))?;
        let image = Image {
            id: new.id,
            product: product.id,
            variant: new.variant,
            position: known.iter().map(|it| it.position).max().map_or(0, |last| last + 1),
            alt: new.alt,
            width: largest.width.cast_signed(),
            height: largest.height.cast_signed(),
            created_at: self.clock.now(),
        };
        store::insert(&tx, &image, &drawn).await?;
        let data = json!({ "image": image.id });
        self.save_product(&tx, actor, &mut product, "shop.image.added", data).await?;
        tx.commit().await?;
        Ok((image, product.version))
    }

    /// Draws on a thread, of which only a few do that at a time: a picture takes much memory.
    async fn draw(&self, format: ImageFormat, bytes: Bytes) -> Result<Vec<Drawn>> {
        let _permit = self.drawing.acquire().await.map_err(|_| ShopError::ImageUnreadable)?;
        let drawn = spawn_blocking(move || drawing::draw(format, &bytes)).await;
        // A decoder that panics is given up with its picture.
        Ok(drawn.map_err(|_| ShopError::ImageUnreadable)??)
    }

    pub(crate) async fn update_image(
        &self,
        actor: &Actor,
        (product, image): (ProductId, ImageId),
        expected: &IfMatch,
        patch: ImagePatch,
    ) -> Result<(Image, u32)> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, product, expected).await?;
        let known = store::of_product(&tx, product.id).await?;
        let known = known.into_iter().find(|it| it.id == image);
        let mut image = known.ok_or(ShopError::ImageNotFound)?;
        image.variant = patch.variant.unwrap_or(image.variant);
        image.position = patch.position.unwrap_or(image.position);
        image.alt = patch.alt.unwrap_or(image.alt);
        check_variant(&product, image.variant)?;
        store::update(&tx, &image).await?;
        let data = json!({ "image": image.id });
        self.save_product(&tx, actor, &mut product, "shop.image.updated", data).await?;
        tx.commit().await?;
        Ok((image, product.version))
    }

    /// Puts the pictures of a product in this order, which has each of them once.
    pub(crate) async fn reorder_images(
        &self,
        actor: &Actor,
        product: ProductId,
        expected: &IfMatch,
        order: &[ImageId],
    ) -> Result<(Vec<Image>, u32)> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, product, expected).await?;
        let mut known: Vec<ImageId> =
            store::of_product(&tx, product.id).await?.iter().map(|it| it.id).collect();
        let mut given = order.to_vec();
        known.sort_unstable();
        given.sort_unstable();
        if known != given {
            return Err(ShopError::ImageOrderDiffers);
        }
        store::put_order(&tx, order).await?;
        let data = json!({ "images": order });
        self.save_product(&tx, actor, &mut product, "shop.image.reordered", data).await?;
        let images = store::of_product(&tx, product.id).await?;
        tx.commit().await?;
        Ok((images, product.version))
    }

    /// Removes a picture. Who kept it has it still.
    pub(crate) async fn delete_image(
        &self,
        actor: &Actor,
        (product, image): (ProductId, ImageId),
    ) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, product, &IfMatch::Any).await?;
        let known = store::of_product(&tx, product.id).await?;
        if !known.iter().any(|it| it.id == image) {
            return Err(ShopError::ImageNotFound);
        }
        store::delete(&tx, image).await?;
        let data = json!({ "image": image });
        self.save_product(&tx, actor, &mut product, "shop.image.deleted", data).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A picture in a size.
    pub(crate) async fn image_file(&self, id: ImageId, size: u32) -> Result<(String, Vec<u8>)> {
        let client = self.database.client().await?;
        store::file(&client, id, size).await?.ok_or(ShopError::ImageNotFound)
    }
}
