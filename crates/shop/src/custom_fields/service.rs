//! Defining custom fields, and checking values.

use deadpool_postgres::Transaction;
use identity::Actor;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::{
    CustomField, CustomFieldPatch, FIELDS_MAX, FieldChanges, FieldSubject, VALUES_MAX, store,
};
use crate::error::{Result, ShopError};
use crate::ids::CustomFieldId;
use crate::products::changes;
use crate::shop::Shop;

/// Values that somebody gives, to be put into their form.
pub(crate) struct Filled<'a> {
    pub(crate) subject: FieldSubject,
    /// Where they stand in a body: `/variants/3`.
    pub(crate) at: String,
    pub(crate) values: &'a mut FieldChanges,
}

/// Checks values against their fields, which stay until the transaction ends.
pub(crate) async fn check_in_tx(tx: &Transaction<'_>, all: &mut [Filled<'_>]) -> Result<()> {
    let mut handles: Vec<String> = all.iter().flat_map(|it| it.values.keys().cloned()).collect();
    handles.sort_unstable();
    handles.dedup();
    if handles.is_empty() {
        return Ok(());
    }
    let handles: Vec<&str> = handles.iter().map(String::as_str).collect();
    let known = store::keep_in_tx(tx, &handles).await?;
    for filled in all {
        let at = format!("{}/custom_fields", filled.at);
        if filled.values.len() > VALUES_MAX {
            let detail = format!("at most {VALUES_MAX} values are taken");
            return Err(ShopError::CustomFieldInvalid { at, detail });
        }
        for (handle, value) in filled.values.iter_mut() {
            let wrong = |detail: &str| {
                let (at, detail) = (format!("{at}/{handle}"), detail.to_owned());
                ShopError::CustomFieldInvalid { at, detail }
            };
            let field = known.iter().find(|it| it.handle == *handle);
            let field = field.filter(|it| it.subject == filled.subject);
            let field = field.ok_or_else(|| wrong("there is no such custom field here"))?;
            if let Some(text) = value {
                *text = field.read(text).map_err(wrong)?;
            }
        }
    }
    Ok(())
}

impl Shop {
    pub(crate) async fn custom_fields(&self) -> Result<Vec<CustomField>> {
        store::all(&self.database.client().await?).await
    }

    /// A field by its id or handle.
    pub(crate) async fn custom_field(&self, name: &str) -> Result<CustomField> {
        let client = self.database.client().await?;
        let found = store::get(&client, name.parse().ok(), name).await?;
        found.ok_or(ShopError::CustomFieldNotFound)
    }

    /// Defines a field. One with this id that is there is the first answer to the same request.
    pub(crate) async fn create_custom_field(
        &self,
        actor: &Actor,
        new: CustomField,
    ) -> Result<CustomField> {
        if !new.has_right_choices() {
            return Err(ShopError::CustomFieldChoices);
        }
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let all = store::all(&tx).await?;
        if let Some(made) = all.iter().find(|it| it.id == new.id) {
            return Ok(made.clone());
        }
        if all.len() >= FIELDS_MAX {
            return Err(ShopError::CustomFieldsTooMany);
        }
        store::insert_in_tx(&tx, &new).await?;
        self.record_field(&tx, actor, "shop.custom_field.created", &new).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub(crate) async fn update_custom_field(
        &self,
        actor: &Actor,
        id: CustomFieldId,
        expected: &IfMatch,
        patch: CustomFieldPatch,
    ) -> Result<CustomField> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let before = store::lock_in_tx(&tx, id).await?.ok_or(ShopError::CustomFieldNotFound)?;
        if !expected.allows(before.version) {
            return Err(ShopError::VersionChanged);
        }
        let mut field = before.clone();
        field.title = patch.title.unwrap_or(field.title);
        field.translations = patch.translations.unwrap_or(field.translations);
        field.choices = patch.choices.unwrap_or(field.choices);
        field.is_filterable = patch.is_filterable.unwrap_or(field.is_filterable);
        if !field.has_right_choices() {
            return Err(ShopError::CustomFieldChoices);
        }
        field.version += 1;
        field.updated_at = self.clock.now();
        store::update_in_tx(&tx, &field).await?;
        if field.is_found_otherwise(&before) {
            let products = store::products_with_in_tx(&tx, &field.handle, i64::MAX).await?;
            changes::tell_in_tx(&tx, &*self.clock, &products).await?;
        }
        self.record_field(&tx, actor, "shop.custom_field.updated", &field).await?;
        tx.commit().await?;
        Ok(field)
    }

    /// Removes a field that has no values.
    pub(crate) async fn delete_custom_field(&self, actor: &Actor, id: CustomFieldId) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let field = store::lock_in_tx(&tx, id).await?.ok_or(ShopError::CustomFieldNotFound)?;
        if !store::products_with_in_tx(&tx, &field.handle, 1).await?.is_empty() {
            return Err(ShopError::CustomFieldInUse);
        }
        store::delete_in_tx(&tx, id).await?;
        self.record_field(&tx, actor, "shop.custom_field.deleted", &field).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn record_field(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        action: &'static str,
        it: &CustomField,
    ) -> Result<()> {
        let data = json!({ "handle": it.handle, "is_filterable": it.is_filterable });
        let entry = NewEntry::new(actor.audit(), action).object(it.id).data(data);
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }
}
