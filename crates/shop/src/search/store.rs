//! SQL of finding products: what the index is fed with, and what answers while there is none.

use deadpool_postgres::{GenericClient, Object, Transaction};
use kernel::Timestamp;
use kernel::db::Statements as _;
use serde_json::{Value, json};
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{Asked, Chosen, Document, Hit, Place};
use crate::availability::Availability;
use crate::error::Result;
use crate::products::{ProductStatus, Translations};

/// Products for sale behind an id, in the order of ids.
pub(super) async fn ids_after(client: &Object, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let sql = "select id from shop.products where status = 'active' and id > $1 \
               order by id limit $2";
    let rows = client.query_prepared(sql, &[&after, &limit]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What the index is to know of those of the products that are for sale.
pub(super) async fn documents(
    client: &Object,
    ids: &[Uuid],
    own_language: &str,
) -> Result<Vec<Document>> {
    let sql = "select p.id, p.created_at, p.title, p.description, p.vendor, p.tags, \
           p.translations, p.availability, \
           array(select v.sku from shop.variants v \
                 where v.product_id = p.id and v.is_active order by v.position, v.id), \
           array(select distinct o.key || E'\\x1f' || o.value \
                 from shop.variants v, jsonb_each_text(v.options) o \
                 where v.product_id = p.id and v.is_active), \
           array(select r.currency || ' ' || min(r.amount)::text \
                 from shop.variants v join shop.price_history r on r.variant_id = v.id \
                 where v.product_id = p.id and v.is_active and r.until_at is null \
                 group by r.currency), \
           array(with recursive above as ( \
                   select c.id, c.parent_id from shop.category_products k \
                     join shop.categories c on c.id = k.category_id where k.product_id = p.id \
                   union select c.id, c.parent_id from shop.categories c \
                     join above on above.parent_id = c.id) \
                 select id from above), \
           array(select k.collection_id from shop.collection_products k where k.product_id = p.id), \
           array(select distinct e.key || E'\\x1f' || e.value from ( \
                   select p.custom_fields as own union all \
                   select v.custom_fields from shop.variants v \
                   where v.product_id = p.id and v.is_active) given, \
                 jsonb_each_text(given.own) e join shop.custom_fields f \
                   on f.handle = e.key and f.is_filterable) \
         from shop.products p where p.id = any($1) and p.status = 'active'";
    let rows = client.query_prepared(sql, &[&ids]).await?;
    Ok(rows.iter().map(|row| document(row, own_language)).collect())
}

fn document(row: &Row, own_language: &str) -> Document {
    let (title, description): (String, String) = (row.get(2), row.get(3));
    let Json(translations) = row.get::<_, Json<Translations>>(6);
    let mut texts = vec![(own_language.to_owned(), title.clone(), description.clone())];
    for (language, it) in translations {
        let title = it.title.map_or_else(|| title.clone(), String::from);
        let description = it.description.map_or_else(|| description.clone(), String::from);
        texts.push((language.into(), title, description));
    }
    let pair = |text: &String| {
        let (name, value) = text.split_once('\u{1f}')?;
        Some((name.to_owned(), value.to_owned()))
    };
    let price = |text: &String| {
        let (currency, amount) = text.rsplit_once(' ')?;
        Some((currency.to_owned(), amount.parse().ok()?))
    };
    Document {
        id: row.get(0),
        created_at: row.get::<_, Timestamp>(1).as_micros(),
        title,
        texts,
        vendor: row.get(4),
        tags: row.get(5),
        availability: Availability::from_name(row.get(7)),
        skus: row.get(8),
        options: row.get::<_, Vec<String>>(9).iter().filter_map(pair).collect(),
        prices: row.get::<_, Vec<String>>(10).iter().filter_map(price).collect(),
        categories: row.get(11),
        collections: row.get(12),
        fields: row.get::<_, Vec<String>>(13).iter().filter_map(pair).collect(),
    }
}

/// Products of a status, the newest first.
pub(super) async fn newest(
    client: &Object,
    status: ProductStatus,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let sql = "select id, created_at from shop.products \
               where status = $1 and (created_at, id) < ($2, $3) \
               order by created_at desc, id desc limit $4";
    let (at, id) = after.map_or((Timestamp::MAX, Uuid::max()), moment);
    let rows = client.query_prepared(sql, &[&status.as_str(), &at, &id, &limit]).await?;
    Ok(rows.iter().map(hit).collect())
}

/// Lets no statement of this transaction take long.
pub(super) async fn limit_time(tx: &Transaction<'_>) -> Result<()> {
    tx.execute_prepared("set local statement_timeout = '3s'", &[]).await?;
    Ok(())
}

/// What the database finds by itself, the newest first: parts of words, in the texts of the rows.
pub(super) async fn matching(
    client: &impl GenericClient,
    asked: &Asked,
    status: ProductStatus,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let sql = "select p.id, p.created_at from shop.products p \
         where p.status = $1 and (p.created_at, p.id) < ($2, $3) \
         and not exists (select from unnest($4::text[]) as word where concat_ws(' ', p.title, \
             p.description, p.vendor, array_to_string(p.tags, ' ')) not ilike word) \
         and ($5::text[] is null or p.tags && $5) \
         and ($6::text[] is null or p.vendor = any($6)) \
         and ($7::text[] is null or p.availability = any($7)) \
         and not exists (select from jsonb_array_elements($8::jsonb) as any_of \
             where not exists (select from shop.variants v, jsonb_array_elements(any_of) as one \
                 where v.product_id = p.id and v.is_active and v.options @> one)) \
         and ($10::numeric is null and $11::numeric is null or exists ( \
             select from shop.variants v join shop.price_history r on r.variant_id = v.id \
             where v.product_id = p.id and v.is_active and r.currency = $9 and r.until_at is null \
             having min(r.amount) between coalesce($10, 0) and coalesce($11, min(r.amount)))) \
         and ($13::uuid[] is null or exists ( \
             with recursive below as ( \
                 select id from shop.categories where id = any($13) \
                 union select c.id from shop.categories c join below on c.parent_id = below.id) \
             select from shop.category_products k join below on below.id = k.category_id \
             where k.product_id = p.id)) \
         and ($14::uuid[] is null or exists (select from shop.collection_products k \
             where k.product_id = p.id and k.collection_id = any($14))) \
         and not exists (select from jsonb_array_elements($15::jsonb) as any_of \
             where not exists (select from jsonb_array_elements(any_of) as one \
                 where p.custom_fields @> one or exists (select from shop.variants v \
                     where v.product_id = p.id and v.is_active and v.custom_fields @> one))) \
         order by p.created_at desc, p.id desc limit $12";
    let (at, id) = after.map_or((Timestamp::MAX, Uuid::max()), moment);
    let it = &asked.filters;
    let some = |values: &Vec<String>| (!values.is_empty()).then(|| values.clone());
    let availability = it.availability.iter().map(|it| it.as_str().to_owned()).collect();
    let price = |price: Option<u64>| price.map(kernel::Amount::from);
    let by_hand: Vec<Uuid> = it.collections.iter().filter_map(Chosen::by_hand).collect();
    let rows = client
        .query_prepared(
            sql,
            &[
                &status.as_str(),
                &at,
                &id,
                &patterns(asked),
                &some(&it.tags),
                &some(&it.vendors),
                &some(&availability),
                &choices(&it.options),
                &asked.currency,
                &price(it.price_min),
                &price(it.price_max),
                &limit,
                &(!it.categories.is_empty()).then(|| it.categories.clone()),
                &(!by_hand.is_empty()).then_some(by_hand),
                &choices(&it.fields),
            ],
        )
        .await?;
    Ok(rows.iter().map(hit).collect())
}

fn hit(row: &Row) -> Hit {
    let (id, at): (Uuid, Timestamp) = (row.get(0), row.get(1));
    Hit { id, place: super::newest_place(at, id) }
}

/// The moment and the product of a place in the order of time.
pub(super) fn moment(place: &Place) -> (Timestamp, Uuid) {
    match place {
        Place::Key(key, id) => (Timestamp::from_micros((key ^ (1 << 63)).cast_signed()), *id),
        Place::Title(_, id) => (Timestamp::MAX, *id),
    }
}

/// For each word, what a text must be like to have it.
fn patterns(asked: &Asked) -> Vec<String> {
    const WORDS_MAX: usize = 8;
    let words = asked.words.as_deref().unwrap_or_default().split_whitespace().take(WORDS_MAX);
    let escaped = |word: &str| word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    words.map(|word| format!("%{}%", escaped(word))).collect()
}

/// For each option, the values of which a variant must have one.
fn choices(options: &[(String, Vec<String>)]) -> Value {
    let one = |name: &String, value: &String| json!({ name: value });
    let any = |(name, values): &(String, Vec<String>)| -> Value {
        values.iter().map(|value| one(name, value)).collect()
    };
    options.iter().map(any).collect()
}
