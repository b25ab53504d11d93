//! Changing an account's limits and metadata.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use kernel::http::{IfMatch, etag};
use kernel::{ErrorKind, Json, Metadata, Path, Problem, SignedAmount};
use serde::{Deserialize, Deserializer, de};
use utoipa::ToSchema;

use super::json::AccountJson;
use super::{find, not_found};
use crate::engine::{Account, AccountUpdate, UpdateStatus};
use crate::http::documents::WriteProblems;
use crate::http::fields::{SignedAmountInput, stored};
use crate::http::{invalid_field, refusal};
use crate::ledger::Ledger;
use crate::text::{AccountRef, update_detail};

/// How often a change without a version is tried when another one comes between.
const TRIES_MAX: usize = 5;

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountPatch)]
pub(crate) struct AccountPatch {
    /// `available` never falls below this by a debit. Null: no floor.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<SignedAmountInput>)]
    floor: Option<Option<SignedAmount>>,
    /// All credits, holds counted, minus posted debits never rise above this. Null: no ceiling.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<SignedAmountInput>)]
    ceiling: Option<Option<SignedAmount>>,
    /// Keys to set, or with null to remove. Null instead of an object removes all.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<std::collections::HashMap<String, Option<String>>>)]
    metadata: Option<Option<MetadataPatch>>,
}

/// `Some(None)` is null, `None` is left out.
fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Keys to set or remove.
#[derive(Debug, Clone, Default)]
struct MetadataPatch(BTreeMap<String, Option<String>>);

impl<'de> Deserialize<'de> for MetadataPatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MetadataPatchVisitor)
    }
}

struct MetadataPatchVisitor;

impl<'de> de::Visitor<'de> for MetadataPatchVisitor {
    type Value = MetadataPatch;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of strings and nulls")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut pairs: A) -> Result<MetadataPatch, A::Error> {
        let mut patch = BTreeMap::new();
        while let Some((key, value)) = pairs.next_entry::<String, Option<String>>()? {
            // Whatever is removed had to be a key once; so this is what no metadata can be.
            let mut probe = Metadata::new();
            let checked = probe.insert(key.clone(), value.clone().unwrap_or_default());
            checked.map_err(de::Error::custom)?;
            if patch.len() == 2 * kernel::metadata::KEYS_MAX {
                return Err(de::Error::custom("too many keys at once"));
            }
            if patch.insert(key, value).is_some() {
                return Err(de::Error::custom("a metadata key appears twice"));
            }
        }
        Ok(MetadataPatch(patch))
    }
}

impl AccountPatch {
    fn update(&self, account: &Account, version: u32) -> Result<AccountUpdate, Problem> {
        let metadata = match &self.metadata {
            None => None,
            Some(None) => Some(None),
            Some(Some(patch)) => Some(patch.apply(account)?),
        };
        Ok(AccountUpdate {
            id: account.id,
            expected_version: Some(version),
            floor: self.floor.map(|floor| floor.map(SignedAmount::get)),
            ceiling: self.ceiling.map(|ceiling| ceiling.map(SignedAmount::get)),
            metadata,
        })
    }
}

impl MetadataPatch {
    fn apply(&self, account: &Account) -> Result<Option<Box<str>>, Problem> {
        let text = account.details.as_ref().and_then(|details| details.metadata.as_deref());
        let mut pairs: BTreeMap<String, String> = match text {
            Some(text) => serde_json::from_str(text).map_err(|error| Problem::internal(&error))?,
            None => BTreeMap::new(),
        };
        for (key, value) in &self.0 {
            match value {
                Some(value) => drop(pairs.insert(key.clone(), value.clone())),
                None => drop(pairs.remove(key)),
            }
        }
        let metadata = Metadata::try_from(pairs)
            .map_err(|error| invalid_field("/metadata".to_owned(), error.to_string()))?;
        Ok(stored(Some(metadata)))
    }
}

/// Changes limits or metadata of an account. What is left out stays, null clears.
#[utoipa::path(
    patch,
    path = "/v1/ledger/accounts/{id}",
    operation_id = "ledger_accounts_update",
    tag = "ledger",
    params(
        ("id" = AccountRef, Path, description = "The account's id or its address, percent-encoded (`users%2F7%2FEUR`)."),
        ("If-Match" = String, Header, description = "The account's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (AccountPatch = "application/json", example = json!({ "floor": "-5000", "metadata": { "name": null } })),
        (AccountPatch = "application/merge-patch+json", example = json!({ "ceiling": null })),
    )),
    responses(
        (status = 200, description = "The account as it is now.", body = AccountJson,
         headers(("ETag" = String, description = "The account's version."))),
        (status = 404, description = "There is no such account.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The account has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The limits contradict each other.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(ledger): State<Ledger>,
    Path(id): Path<AccountRef>,
    headers: HeaderMap,
    Json(patch): Json<AccountPatch>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    for _ in 0..TRIES_MAX {
        let account = find(&ledger, &id).await?;
        if !expected.allows(account.version) {
            return Err(refuse(UpdateStatus::VersionConflict));
        }
        let update = patch.update(&account, account.version)?;
        match ledger.update_account(update).await? {
            (UpdateStatus::Updated, Some(account)) => return answer(&ledger, account).await,
            (UpdateStatus::VersionConflict, _) if expected == IfMatch::Any => {}
            (UpdateStatus::AccountNotFound, _) => return Err(not_found()),
            (status, _) => return Err(refuse(status)),
        }
    }
    Err(refuse(UpdateStatus::VersionConflict))
}

async fn answer(ledger: &Ledger, account: Account) -> Result<Response, Problem> {
    let (asset, version) = (ledger.known_asset(account.asset).await?, account.version);
    Ok(([(ETAG, etag(version))], Json(AccountJson::new(account, asset))).into_response())
}

fn refuse(status: UpdateStatus) -> Problem {
    let kind = match status {
        UpdateStatus::VersionConflict => ErrorKind::PreconditionFailed,
        _ => ErrorKind::Unprocessable,
    };
    refusal::problem(kind, "account", status.as_str(), update_detail(status))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patch_tells_null_from_nothing() {
        let patch: AccountPatch = serde_json::from_value(json!({ "floor": null })).unwrap();
        assert_eq!((patch.floor, patch.ceiling), (Some(None), None));
        assert!(serde_json::from_value::<AccountPatch>(json!({ "code": 1 })).is_err());
    }

    #[test]
    fn metadata_is_merged_key_by_key() {
        let mut account = crate::http::tests::account();
        let patch = json!({ "metadata": { "a": null, "b": "2" } });
        let patch: AccountPatch = serde_json::from_value(patch).unwrap();
        account.details.get_or_insert_default().metadata = Some(r#"{"a":"1","c":"3"}"#.into());
        let update = patch.update(&account, 7).unwrap();
        assert_eq!(update.metadata, Some(Some(r#"{"b":"2","c":"3"}"#.into())));
        assert_eq!(update.expected_version, Some(7));
        let clear: AccountPatch = serde_json::from_value(json!({ "metadata": null })).unwrap();
        assert_eq!(clear.update(&account, 1).unwrap().metadata, Some(None));
    }

    #[test]
    fn duplicate_and_impossible_keys_are_refused() {
        for text in [
            r#"{"metadata":{"a":"1","a":null}}"#,
            r#"{"metadata":{"":"1"}}"#,
            r#"{"metadata":{"a":"\u0000"}}"#,
            r#"{"metadata":{"a":1}}"#,
        ] {
            assert!(serde_json::from_str::<AccountPatch>(text).is_err(), "{text}");
        }
    }
}
