//! Reading the whole catalogue, some products at a time.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use hashbrown::HashMap;
use uuid::Uuid;

use crate::categories;
use crate::custom_fields;
use crate::error::{Result, ShopError};
use crate::ids::CategoryId;
use crate::product_rows::{Column, FileFormat, csv_line, json_line, row};
use crate::products;
use crate::products::fields::Language;
use crate::shop::Shop;

/// Products that are read at once.
const CHUNK: i64 = 200;

/// How far an export is.
struct Export {
    shop: Shop,
    format: FileFormat,
    columns: Arc<[Column]>,
    names: Arc<[String]>,
    categories: Arc<HashMap<CategoryId, String>>,
    /// The last product that was read; `None`: the names of columns are to be written yet.
    after: Option<Uuid>,
}

impl Shop {
    /// The lines of all products, drafts and archived ones too, in the order in which they were
    /// made.
    pub(crate) async fn export_products(
        &self,
        format: FileFormat,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        let client = self.database.client().await?;
        let columns = columns(&client).await?;
        let all = categories::store::all(&client).await?;
        drop(client);
        let export = Export {
            shop: self.clone(),
            format,
            names: columns.iter().map(Column::name).collect(),
            columns: columns.into(),
            categories: Arc::new(all.into_iter().map(|it| (it.id, it.handle)).collect()),
            after: None,
        };
        Ok(stream::try_unfold(export, Export::next))
    }
}

/// Those that every file has, and those of what is there.
async fn columns(client: &deadpool_postgres::Object) -> Result<Vec<Column>> {
    let mut columns: Vec<Column> = Column::fixed().collect();
    let languages = products::store::languages(client).await?;
    let languages: Vec<Language> =
        languages.into_iter().filter_map(|it| Language::try_from(it).ok()).collect();
    columns.extend(languages.iter().cloned().map(Column::TitleIn));
    columns.extend(languages.into_iter().map(Column::DescriptionIn));
    let fields = custom_fields::store::all(client).await?;
    columns.extend(fields.into_iter().map(|it| Column::Field(it.handle)));
    let currencies = products::store::currencies(client).await?;
    columns.extend(currencies.into_iter().map(Column::Price));
    Ok(columns)
}

impl Export {
    /// The next lines, if there are more.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let Some(after) = self.after else {
            self.after = Some(Uuid::nil());
            let header = match self.format {
                FileFormat::Csv => csv_line(&self.names),
                FileFormat::JsonLines => String::new(),
            };
            return Ok(Some((Bytes::from(header), self)));
        };
        let client = self.shop.database.client().await?;
        let products = products::store::after(&client, after, CHUNK).await?;
        drop(client);
        let Some(last) = products.last() else { return Ok(None) };
        self.after = Some(last.id.as_uuid());
        let mut lines = String::new();
        for product in &products {
            for variant in &product.variants {
                let cells = row(product, variant, &self.columns, &self.categories);
                lines.push_str(&match self.format {
                    FileFormat::Csv => csv_line(&cells),
                    FileFormat::JsonLines => json_line(&self.names, &cells),
                });
            }
        }
        Ok::<_, ShopError>(Some((Bytes::from(lines), self)))
    }
}
