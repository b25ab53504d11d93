//! What the cells of a row say of a product and one of its variants. A column that isn't there
//! leaves what is; an empty cell takes away what can be taken away, and leaves the rest.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use kernel::{Amount, Timestamp};

use super::Column;
use crate::custom_fields::FieldSubject;
use crate::products::fields::{
    Barcode, CatalogueHandle, HandleOrId, Name, Price, Sku, Tag, Text, Title,
};
use crate::products::{
    BACKORDER_MAX, CATEGORIES_MAX, OPTIONS_MAX, POSITION_MAX, ProductStatus, PutProduct,
    PutVariant, QUANTITY_MAX, TAGS_MAX, Tiers, WEIGHT_G_MAX,
};

/// A row: what it says of its product, and of the variant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) product: PutProduct,
    pub(crate) variant: PutVariant,
}

/// A cell that can't be what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misread {
    pub(crate) column: String,
    pub(crate) detail: String,
}

/// The columns of a file; a name that isn't one, is there twice, or is missing.
pub(crate) fn columns_of(names: &[String]) -> Result<Vec<Column>, Misread> {
    let misread = |column: &str, detail: &str| Misread {
        column: column.to_owned(),
        detail: detail.to_owned(),
    };
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for name in names {
        let column = Column::from_name(name.trim());
        let column = column.ok_or_else(|| misread(name, "there is no such column"))?;
        if columns.contains(&column) {
            return Err(misread(name, "the column is there twice"));
        }
        columns.push(column);
    }
    for (column, name) in [(Column::Handle, "handle"), (Column::Sku, "sku")] {
        if !columns.contains(&column) {
            return Err(misread(name, "the column is missing"));
        }
    }
    Ok(columns)
}

/// Reads all cells; every one that is wrong is named. `subject_of` knows the custom fields.
pub(crate) fn read(
    cells: &[(Column, String)],
    subject_of: impl Fn(&str) -> Option<FieldSubject>,
) -> Result<Row, Vec<Misread>> {
    let (mut row, mut wrong) = (Row::default(), Vec::new());
    for (column, cell) in cells {
        let put = if let Column::Field(handle) = column {
            put_field(&mut row, handle, cell, subject_of(handle))
        } else if is_of_product(column) {
            put_product(&mut row.product, column, cell)
        } else {
            put_variant(&mut row.variant, column, cell)
        };
        if let Err(detail) = put {
            wrong.push(Misread { column: column.name(), detail });
        }
    }
    for (column, is_missing) in
        [("handle", row.product.handle.is_empty()), ("sku", row.variant.sku.is_empty())]
    {
        if is_missing && wrong.iter().all(|it| it.column != column) {
            wrong.push(Misread { column: column.to_owned(), detail: "is missing".to_owned() });
        }
    }
    if wrong.is_empty() { Ok(row) } else { Err(wrong) }
}

const fn is_of_product(column: &Column) -> bool {
    matches!(
        column,
        Column::Handle
            | Column::Title
            | Column::Description
            | Column::Status
            | Column::Vendor
            | Column::Tags
            | Column::TaxClass
            | Column::Categories
            | Column::TitleIn(_)
            | Column::DescriptionIn(_)
    )
}

fn put_field(
    row: &mut Row,
    handle: &str,
    cell: &str,
    subject: Option<FieldSubject>,
) -> Result<(), String> {
    let values = match subject {
        Some(FieldSubject::Product) => &mut row.product.custom_fields,
        Some(FieldSubject::Variant) => &mut row.variant.custom_fields,
        None => return Err("there is no such custom field".to_owned()),
    };
    values.insert(handle.to_owned(), some(cell).map(str::to_owned));
    Ok(())
}

fn put_product(it: &mut PutProduct, column: &Column, cell: &str) -> Result<(), String> {
    match column {
        Column::Handle => {
            it.handle = checked::<CatalogueHandle>(cell)?.map(String::from).unwrap_or_default();
        }
        Column::Title => it.title = checked::<Title>(cell)?.map(String::from),
        Column::Description => it.description = Some(text::<Text>(cell)?.into()),
        Column::Status => {
            it.status = optional(cell, |cell| {
                ProductStatus::from_name(cell).ok_or("expected draft, active or archived")
            })?
        }
        Column::Vendor => it.vendor = Some(checked::<Name>(cell)?.map(String::from)),
        Column::Tags => it.tags = Some(list::<Tag>(cell, TAGS_MAX)?),
        Column::TaxClass => it.tax_class = checked::<CatalogueHandle>(cell)?.map(String::from),
        Column::Categories => it.categories = Some(list::<HandleOrId>(cell, CATEGORIES_MAX)?),
        Column::TitleIn(language) => {
            let texts = it.translations.entry(language.clone()).or_default();
            texts.title = Some(checked::<Title>(cell)?);
        }
        Column::DescriptionIn(language) => {
            let texts = it.translations.entry(language.clone()).or_default();
            texts.description = Some(checked::<Text>(cell)?);
        }
        _ => {}
    }
    Ok(())
}

fn put_variant(it: &mut PutVariant, column: &Column, cell: &str) -> Result<(), String> {
    match column {
        Column::Sku => it.sku = checked::<Sku>(cell)?.map(String::from).unwrap_or_default(),
        Column::VariantTitle => it.title = Some(checked::<Title>(cell)?.map(String::from)),
        Column::OptionName(place) => {
            option(it, *place).0 = checked::<Name>(cell)?.map(String::from);
        }
        Column::OptionValue(place) => {
            option(it, *place).1 = checked::<Name>(cell)?.map(String::from);
        }
        Column::Position => {
            it.position = number::<u32>(cell, POSITION_MAX)?.map(u32::cast_signed);
        }
        Column::Barcode => it.barcode = Some(checked::<Barcode>(cell)?.map(String::from)),
        Column::WeightG => it.weight_g = number(cell, WEIGHT_G_MAX)?,
        Column::NeedsShipping => it.needs_shipping = boolean(cell)?,
        Column::TracksStock => it.tracks_stock = boolean(cell)?,
        Column::BackorderMax => it.backorder_max = number(cell, BACKORDER_MAX)?,
        Column::AvailableFrom => it.available_from = Some(optional(cell, Timestamp::from_str)?),
        Column::IsActive => it.is_active = boolean(cell)?,
        Column::Price(currency) => {
            it.prices.insert(currency.clone(), optional(cell, tiers)?);
        }
        _ => {}
    }
    Ok(())
}

fn option(it: &mut PutVariant, place: usize) -> &mut (Option<String>, Option<String>) {
    let options = it.options.get_or_insert_with(|| vec![(None, None); OPTIONS_MAX]);
    &mut options[place.min(OPTIONS_MAX - 1)]
}

/// A cell with something in it.
fn some(cell: &str) -> Option<&str> {
    Some(cell).filter(|cell| !cell.is_empty())
}

fn optional<T, E: Display>(
    cell: &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, String> {
    some(cell).map(read).transpose().map_err(|error| error.to_string())
}

fn text<T: TryFrom<String, Error = &'static str>>(cell: &str) -> Result<T, String> {
    T::try_from(cell.to_owned()).map_err(str::to_owned)
}

fn checked<T: TryFrom<String, Error = &'static str>>(cell: &str) -> Result<Option<T>, String> {
    some(cell).map(text).transpose()
}

/// Words with commas between them, each once.
fn list<T>(cell: &str, max: usize) -> Result<Vec<String>, String>
where
    T: TryFrom<String, Error = &'static str> + Into<String>,
{
    let mut words: Vec<String> = Vec::new();
    for word in cell.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let word = text::<T>(word)?.into();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() > max { Err(format!("at most {max} are taken")) } else { Ok(words) }
}

fn number<T: FromStr + PartialOrd + Display>(cell: &str, max: T) -> Result<Option<T>, String> {
    let Some(cell) = some(cell) else { return Ok(None) };
    let number = cell.parse().ok().filter(|number| *number <= max);
    number.map(Some).ok_or_else(|| format!("expected a whole number up to {max}"))
}

/// As spreadsheets write it, too.
fn boolean(cell: &str) -> Result<Option<bool>, String> {
    optional(cell, |cell| match cell.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("expected true or false"),
    })
}

/// `1250 10:1100`: one piece, and each piece from a quantity on.
fn tiers(cell: &str) -> Result<Tiers, String> {
    let expected = || "expected a price in minor units, and maybe others as 10:1100".to_owned();
    let mut tiers: BTreeMap<u32, Amount> = BTreeMap::new();
    for (index, word) in cell.split_ascii_whitespace().enumerate() {
        let (from, amount) = match word.split_once(':') {
            Some((from, amount)) if index > 0 => (from.parse().map_err(|_| expected())?, amount),
            None if index == 0 => (1, word),
            _ => return Err(expected()),
        };
        let amount: Amount = amount.parse().map_err(|_| expected())?;
        let price = Price::try_from(amount).map_err(str::to_owned)?;
        if from > QUANTITY_MAX || tiers.insert(from, price.amount()).is_some() {
            return Err(expected());
        }
    }
    Tiers::try_new(tiers.into_iter().collect()).ok_or_else(expected)
}
