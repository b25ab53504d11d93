//! A transfer as callers ask for it. Its kind says which fields it has: one table holds that for
//! the check and for the API document.

use hashbrown::HashMap;
use kernel::{Amount, Metadata, Problem, Timestamp};
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, Object, ObjectBuilder, OneOfBuilder, Schema, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::engine::{AMOUNT_MAX, Extra, NewTransfer, TransferFlags};
use crate::http::fields::{AmountInput, AmountOrAll, UserData64, stored};
use crate::http::invalid_field;
use crate::ids::{GroupId, TransferId};
use crate::ledger::Ledger;
use crate::text::{AccountRef, AssetCode, Kind, Reference, Sides, unknown_account};

/// A number that no asset has.
pub(crate) const UNKNOWN_ASSET: u32 = u32::MAX;
const CODE_DEFAULT: u16 = 1;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferItem {
    /// The caller's id makes the request repeatable. Without it the id follows from the
    /// `Idempotency-Key`, or is made by the server.
    pub(crate) id: Option<TransferId>,
    pub(crate) kind: Option<Kind>,
    /// The account that value leaves.
    pub(crate) debit_account: Option<AccountRef>,
    /// The account that value reaches.
    pub(crate) credit_account: Option<AccountRef>,
    /// How much. `max` (or nothing) means all there is, for posts, reversals and balancing
    /// transfers.
    pub(crate) amount: Option<AmountOrAll>,
    pub(crate) asset: Option<AssetCode>,
    /// The caller's category, 1 to 65535; 1 unless given.
    #[schema(minimum = 0, maximum = 65535)]
    pub(crate) code: Option<u16>,
    /// Move at most the amount: what the debit account has, what the credit account takes.
    pub(crate) balancing: Option<Sides>,
    /// Close these accounts until the transfer is voided or expires.
    pub(crate) closing: Option<Sides>,
    /// The pending transfer that is meant.
    pub(crate) pending_id: Option<TransferId>,
    /// The transfer that is taken back, wholly or in part.
    pub(crate) reverses: Option<TransferId>,
    /// Keep the rest reserved for further posts.
    pub(crate) partial: Option<bool>,
    /// Seconds from now after which the pending transfer expires; 0 or nothing: never.
    #[schema(minimum = 0, maximum = 4294967295_u32)]
    pub(crate) timeout_s: Option<u32>,
    /// Pending transfers of one group can be posted or voided together.
    pub(crate) group: Option<GroupId>,
    /// When the transfer took effect in the caller's world, if not at its own time.
    pub(crate) effective_at: Option<Timestamp>,
    pub(crate) reference: Option<Reference>,
    pub(crate) metadata: Option<Metadata>,
    /// The caller's own 128 bits, such as an id of theirs. 0 means "not given".
    #[schema(value_type = Option<AmountInput>)]
    pub(crate) user_data_128: Option<Amount>,
    /// The caller's own 64 bits. 0 means "not given".
    pub(crate) user_data_64: Option<UserData64>,
    /// The caller's own 32 bits. 0 means "not given".
    #[schema(minimum = 0, maximum = 4294967295_u32)]
    pub(crate) user_data_32: Option<u32>,
    /// Succeeds or fails together with the next transfer of the list.
    pub(crate) linked: Option<bool>,
    /// The time is given in `timestamp`; then it has to be given for every transfer of the list.
    pub(crate) imported: Option<bool>,
    /// The time of an imported transfer: in the past, and later than every transfer before it.
    pub(crate) timestamp: Option<Timestamp>,
}

/// What a kind of transfer has beside the fields that all have.
struct Rule {
    kind: Kind,
    needs: &'static [&'static str],
    may_have: &'static [&'static str],
}

const FOR_ALL: [&str; 11] = [
    "id",
    "kind",
    "effective_at",
    "reference",
    "metadata",
    "user_data_128",
    "user_data_64",
    "user_data_32",
    "linked",
    "imported",
    "timestamp",
];

const RULES: [Rule; 6] = [
    Rule {
        kind: Kind::Single,
        needs: &["debit_account", "credit_account", "asset"],
        may_have: &["amount", "code", "balancing"],
    },
    Rule {
        kind: Kind::Pending,
        needs: &["debit_account", "credit_account", "asset"],
        may_have: &["amount", "code", "balancing", "closing", "timeout_s", "group"],
    },
    Rule { kind: Kind::Post, needs: &["pending_id"], may_have: &["amount", "partial"] },
    Rule { kind: Kind::Void, needs: &["pending_id"], may_have: &[] },
    Rule { kind: Kind::Extend, needs: &["pending_id", "timeout_s"], may_have: &[] },
    Rule { kind: Kind::Reverse, needs: &["reverses"], may_have: &["amount", "code"] },
];

impl TransferItem {
    fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Single)
    }

    /// The fields that depend on the kind, and whether they are given.
    fn special(&self) -> [(&'static str, bool); 12] {
        [
            ("debit_account", self.debit_account.is_some()),
            ("credit_account", self.credit_account.is_some()),
            ("amount", self.amount.is_some()),
            ("asset", self.asset.is_some()),
            ("code", self.code.is_some()),
            ("balancing", self.balancing.is_some()),
            ("closing", self.closing.is_some()),
            ("pending_id", self.pending_id.is_some()),
            ("reverses", self.reverses.is_some()),
            ("partial", self.partial.is_some()),
            ("timeout_s", self.timeout_s.is_some()),
            ("group", self.group.is_some()),
        ]
    }

    /// Refuses fields that the kind doesn't have, and the lack of those that it needs.
    pub(crate) fn check(&self, pointer: impl Fn(&str) -> String) -> Result<(), Problem> {
        let kind = self.kind();
        let rule = RULES.iter().find(|rule| rule.kind == kind).expect("every kind has a rule");
        for (name, is_given) in self.special() {
            let is_needed = rule.needs.contains(&name);
            if is_needed && !is_given {
                let detail =
                    format!("missing field: a transfer of kind `{}` needs it", kind.as_str());
                return Err(invalid_field(pointer(name), detail));
            }
            if is_given && !is_needed && !rule.may_have.contains(&name) {
                let detail = format!("a transfer of kind `{}` has no such field", kind.as_str());
                return Err(invalid_field(pointer(name), detail));
            }
        }
        let is_moving = matches!(kind, Kind::Single | Kind::Pending);
        if is_moving && self.balancing.is_none() {
            match self.amount {
                Some(AmountOrAll::Amount(_)) => {}
                Some(AmountOrAll::All) => {
                    let detail = "`max` needs `balancing`: without it there is no \"all\"";
                    return Err(invalid_field(pointer("amount"), detail));
                }
                None => return Err(invalid_field(pointer("amount"), "missing field")),
            }
        }
        Ok(())
    }

    /// The engine's command.
    pub(crate) fn into_command(self, id: u128, linked: bool, names: &Names) -> NewTransfer {
        let kind = self.kind();
        let flags = self.flags(kind, linked);
        let amount = match (kind, self.amount) {
            (Kind::Void | Kind::Extend, _) => 0,
            (_, amount) => amount.map_or(AMOUNT_MAX, AmountOrAll::get),
        };
        let is_moving = matches!(kind, Kind::Single | Kind::Pending);
        let code = self.code.unwrap_or(if is_moving { CODE_DEFAULT } else { 0 });
        NewTransfer {
            id,
            debit_account: self.debit_account.as_ref().map_or(0, |account| names.account(account)),
            credit_account: self
                .credit_account
                .as_ref()
                .map_or(0, |account| names.account(account)),
            amount,
            asset: self.asset.as_ref().map_or(0, |code| names.asset(code)),
            code,
            flags,
            timestamp: self.timestamp.map_or(0, Timestamp::as_micros),
            extra: self.extra(),
        }
    }

    fn flags(&self, kind: Kind, linked: bool) -> TransferFlags {
        let mut flags = kind.flag();
        let mut set = |is_set: bool, flag: u16| flags |= if is_set { flag } else { 0 };
        set(linked || self.linked == Some(true), TransferFlags::LINKED);
        set(self.imported == Some(true), TransferFlags::IMPORTED);
        set(self.partial == Some(true), TransferFlags::PARTIAL);
        let (debit, credit) = (TransferFlags::BALANCING_DEBIT, TransferFlags::BALANCING_CREDIT);
        flags |= self.balancing.map_or(0, |sides| sides.flags(debit, credit));
        let (debit, credit) = (TransferFlags::CLOSING_DEBIT, TransferFlags::CLOSING_CREDIT);
        flags |= self.closing.map_or(0, |sides| sides.flags(debit, credit));
        TransferFlags(flags)
    }

    fn extra(self) -> Option<Box<Extra>> {
        let extra = Extra {
            pending_id: self.pending_id.map_or(0, TransferId::as_u128),
            released: None,
            timeout_s: self.timeout_s.unwrap_or(0),
            user_data_128: self.user_data_128.map_or(0, Amount::get),
            user_data_64: self.user_data_64.map_or(0, |value| value.0),
            user_data_32: self.user_data_32.unwrap_or(0),
            group: self.group.map_or(0, GroupId::as_u128),
            reverses: self.reverses.map_or(0, TransferId::as_u128),
            effective_at: self.effective_at.map(Timestamp::as_micros),
            reference: self.reference.map(Reference::into_inner),
            metadata: stored(self.metadata),
        };
        (extra != Extra::default()).then(|| Box::new(extra))
    }
}

/// What the names in a request stand for.
#[derive(Debug, Default)]
pub(crate) struct Names {
    accounts: HashMap<Box<str>, u128>,
    assets: HashMap<Box<str>, u32>,
}

impl Names {
    /// Looks up what the items name; ids need no look.
    pub(crate) async fn find(ledger: &Ledger, items: &[TransferItem]) -> Result<Self, Problem> {
        let mut names = Self::default();
        for item in items {
            for account in [&item.debit_account, &item.credit_account].into_iter().flatten() {
                if let AccountRef::Address(address) = account
                    && !names.accounts.contains_key(address.as_str())
                {
                    names.accounts.insert(address.as_str().into(), 0);
                }
            }
            if let Some(code) = &item.asset
                && !names.assets.contains_key(code.as_str())
            {
                names.assets.insert(code.as_str().into(), UNKNOWN_ASSET);
            }
        }
        names.find_accounts(ledger).await?;
        names.find_assets(ledger).await?;
        Ok(names)
    }

    async fn find_accounts(&mut self, ledger: &Ledger) -> Result<(), Problem> {
        if self.accounts.is_empty() {
            return Ok(());
        }
        let addresses: Vec<&str> = self.accounts.keys().map(|address| &**address).collect();
        let found = ledger.account_ids(&addresses).await?;
        let ids = addresses.iter().zip(found);
        let ids: Vec<u128> =
            ids.map(|(address, id)| id.unwrap_or_else(|| unknown_account(address))).collect();
        for (slot, id) in self.accounts.values_mut().zip(ids) {
            *slot = id;
        }
        Ok(())
    }

    /// An unknown asset keeps a number that no account has, so that the engine refuses the item.
    async fn find_assets(&mut self, ledger: &Ledger) -> Result<(), Problem> {
        let codes: Vec<&str> = self.assets.keys().map(|code| &**code).collect();
        let found = ledger.asset_numbers(&codes).await?;
        for (no, found) in self.assets.values_mut().zip(found) {
            *no = found.unwrap_or(*no);
        }
        Ok(())
    }

    fn account(&self, account: &AccountRef) -> u128 {
        match account {
            AccountRef::Id(id) => id.as_u128(),
            AccountRef::Address(address) => self.accounts[address.as_str()],
        }
    }

    fn asset(&self, code: &AssetCode) -> u32 {
        self.assets[code.as_str()]
    }
}

/// The schema of [`TransferItem`]: one shape for each kind.
#[derive(Debug)]
pub(crate) struct TransferItemShapes;

impl PartialSchema for TransferItemShapes {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(all)) = TransferItem::schema() else {
            unreachable!("a struct's schema is an object")
        };
        let shapes = RULES.iter().fold(OneOfBuilder::new(), |shapes, rule| {
            shapes.item(Schema::Object(rule.shape(&all)))
        });
        shapes.description(Some("A transfer to make.")).into()
    }
}

impl ToSchema for TransferItemShapes {
    fn name() -> std::borrow::Cow<'static, str> {
        "NewTransfer".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        TransferItem::schemas(schemas);
    }
}

impl Rule {
    fn shape(&self, all: &Object) -> Object {
        let name = self.kind.as_str();
        let kind = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([name]));
        let mut shape = ObjectBuilder::new()
            .title(Some(format!("{name} transfer")))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .property("kind", kind);
        if self.kind != Kind::Single {
            shape = shape.required("kind");
        }
        for field in FOR_ALL.iter().chain(self.needs).chain(self.may_have) {
            if *field != "kind" {
                shape = shape.property(*field, all.properties[*field].clone());
            }
        }
        shape = self.needs.iter().fold(shape, |shape, field| shape.required(*field));
        shape.build()
    }
}

#[cfg(test)]
#[path = "item_tests.rs"]
mod tests;
