//! Products as rows of a file: one row for each variant, as CSV (RFC 4180) or as JSON lines, with
//! the same columns. What is written can be read again as it is.
//!
//! Reading order: here (the columns), `text` (records and cells), `read`, `write`. Pure.

mod read;
#[cfg(test)]
mod tests;
mod text;
mod write;

pub(crate) use read::{Misread, Row, columns_of, read};
pub(crate) use text::{Malformed, Scanner, cells, csv_line, json_line, objects};
pub(crate) use write::row;

use crate::products::fields::Language;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Csv,
    JsonLines,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Handle,
    Title,
    Description,
    Status,
    Vendor,
    Tags,
    TaxClass,
    Categories,
    /// The name of the first, second or third option.
    OptionName(usize),
    OptionValue(usize),
    Sku,
    VariantTitle,
    Position,
    Barcode,
    WeightG,
    NeedsShipping,
    TracksStock,
    BackorderMax,
    AvailableFrom,
    IsActive,
    TitleIn(Language),
    DescriptionIn(Language),
    /// Of the custom field with this handle.
    Field(String),
    /// In this currency.
    Price(String),
}

/// The columns that every file may have, in the order in which they are written.
const FIXED: [(&str, Column); 24] = [
    ("handle", Column::Handle),
    ("title", Column::Title),
    ("description", Column::Description),
    ("status", Column::Status),
    ("vendor", Column::Vendor),
    ("tags", Column::Tags),
    ("tax_class", Column::TaxClass),
    ("categories", Column::Categories),
    ("option1_name", Column::OptionName(0)),
    ("option1_value", Column::OptionValue(0)),
    ("option2_name", Column::OptionName(1)),
    ("option2_value", Column::OptionValue(1)),
    ("option3_name", Column::OptionName(2)),
    ("option3_value", Column::OptionValue(2)),
    ("sku", Column::Sku),
    ("variant_title", Column::VariantTitle),
    ("position", Column::Position),
    ("barcode", Column::Barcode),
    ("weight_g", Column::WeightG),
    ("needs_shipping", Column::NeedsShipping),
    ("tracks_stock", Column::TracksStock),
    ("backorder_max", Column::BackorderMax),
    ("available_from", Column::AvailableFrom),
    ("is_active", Column::IsActive),
];

impl FileFormat {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Csv, Self::JsonLines].into_iter().find(|it| it.as_str() == name)
    }
}

impl Column {
    /// The fixed ones, in order.
    pub(crate) fn fixed() -> impl Iterator<Item = Self> {
        FIXED.into_iter().map(|(_, column)| column)
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if let Some((_, column)) = FIXED.iter().find(|(known, _)| *known == name) {
            return Some(column.clone());
        }
        let (kind, of) = name.split_once('.')?;
        let language = || Language::try_from(of.to_owned()).ok();
        match kind {
            "title" => language().map(Self::TitleIn),
            "description" => language().map(Self::DescriptionIn),
            "field" if crate::products::fields::is_handle(of) => Some(Self::Field(of.to_owned())),
            "price" if ledger::is_asset_code(of) => Some(Self::Price(of.to_owned())),
            _ => None,
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::TitleIn(language) => format!("title.{}", language.as_str()),
            Self::DescriptionIn(language) => format!("description.{}", language.as_str()),
            Self::Field(handle) => format!("field.{handle}"),
            Self::Price(currency) => format!("price.{currency}"),
            fixed => {
                let known = FIXED.iter().find(|(_, column)| column == fixed);
                known.map_or_else(String::new, |(name, _)| (*name).to_owned())
            }
        }
    }
}
