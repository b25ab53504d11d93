//! A product's variant as the cells of a row.

use hashbrown::HashMap;

use super::Column;
use crate::ids::CategoryId;
use crate::products::{Product, Tiers, Variant};

/// The cells of these columns. `categories` knows the handles of all there are.
pub(crate) fn row(
    product: &Product,
    variant: &Variant,
    columns: &[Column],
    categories: &HashMap<CategoryId, String>,
) -> Vec<String> {
    columns.iter().map(|column| cell(product, variant, column, categories)).collect()
}

fn cell(
    product: &Product,
    variant: &Variant,
    column: &Column,
    categories: &HashMap<CategoryId, String>,
) -> String {
    let option = |place: usize| product.options.get(place);
    match column {
        Column::Handle => product.handle.clone(),
        Column::Title => product.title.clone(),
        Column::Description => product.description.clone(),
        Column::Status => product.status.as_str().to_owned(),
        Column::Vendor => product.vendor.clone().unwrap_or_default(),
        Column::Tags => product.tags.join(","),
        Column::TaxClass => product.tax_class.clone(),
        Column::Categories => {
            let handles = product.categories.iter().filter_map(|id| categories.get(id));
            let mut handles: Vec<&str> = handles.map(String::as_str).collect();
            handles.sort_unstable();
            handles.join(",")
        }
        Column::OptionName(place) => option(*place).map(|it| it.name.clone()).unwrap_or_default(),
        Column::OptionValue(place) => {
            let value = option(*place).and_then(|it| variant.options.get(&it.name));
            value.cloned().unwrap_or_default()
        }
        Column::Sku => variant.sku.clone(),
        Column::VariantTitle => variant.title.clone().unwrap_or_default(),
        Column::Position => variant.position.to_string(),
        Column::Barcode => variant.barcode.clone().unwrap_or_default(),
        Column::WeightG => variant.weight_g.to_string(),
        Column::NeedsShipping => variant.needs_shipping.to_string(),
        Column::TracksStock => variant.tracks_stock.to_string(),
        Column::BackorderMax => variant.backorder_max.to_string(),
        Column::AvailableFrom => {
            variant.available_from.map(|at| at.to_string()).unwrap_or_default()
        }
        Column::IsActive => variant.is_active.to_string(),
        Column::TitleIn(language) => {
            let title = product.translations.get(language).and_then(|it| it.title.clone());
            title.map(String::from).unwrap_or_default()
        }
        Column::DescriptionIn(language) => {
            let text = product.translations.get(language).and_then(|it| it.description.clone());
            text.map(String::from).unwrap_or_default()
        }
        Column::Field(handle) => {
            let own = variant.custom_fields.get(handle);
            own.or_else(|| product.custom_fields.get(handle)).cloned().unwrap_or_default()
        }
        Column::Price(currency) => variant.prices.get(currency).map(price).unwrap_or_default(),
    }
}

/// `1250 10:1100`
fn price(tiers: &Tiers) -> String {
    let word = |(index, (from, amount)): (usize, &(u32, kernel::Amount))| match index {
        0 => amount.to_string(),
        _ => format!("{from}:{amount}"),
    };
    tiers.0.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}
