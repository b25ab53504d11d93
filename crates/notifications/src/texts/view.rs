//! The facts of an event or a mail as the values of a text.

use std::collections::{BTreeMap, HashMap};

use identity::UserId;
use kernel::{Amount, Timestamp};
use serde_json::Value;

use super::{Catalogue, amounts};

/// The names of the people in some events; who isn't there any more has none.
pub(crate) type Names = HashMap<UserId, String>;

/// Values for [`Texts::fill`](super::Texts::fill).
pub(crate) struct View<'c> {
    catalogue: &'c Catalogue,
    /// How what people wrote is made fit to be shown.
    clean: fn(&str) -> String,
    values: BTreeMap<&'static str, String>,
}

/// Texts that are taken over as they are, once they are clean.
const WRITTEN: [&str; 18] = [
    "role",
    "message",
    "reference",
    "device",
    "ip",
    "credential_name",
    "old_email",
    "new_email",
    "counterparty_name",
    "webhook_host",
    "phone_hint",
    "application_name",
    "provider",
    "carrier",
    "tracking",
    "invoice",
    "credit_note",
    "decision",
];

/// What is so or isn't; there if it is so.
const FLAGS: [&str; 3] = ["is_paid", "is_partly", "is_exchange"];

/// Who is named in an event.
pub(crate) fn people(data: &Value) -> impl Iterator<Item = UserId> + '_ {
    data.get("counterparty").and_then(Value::as_str).and_then(|text| text.parse().ok()).into_iter()
}

/// Where the web pages show what a kind is about.
pub(crate) fn link_path(kind: &str, data: &Value) -> String {
    let page = |folder: &str, id: &str| match data.get(id).and_then(Value::as_str) {
        Some(id) => format!("/{folder}/{id}"),
        None => format!("/{folder}"),
    };
    match kind.split('.').next().unwrap_or_default() {
        "transfer" => page("transfers", "transfer_id"),
        "request" => page("requests", "request_id"),
        "schedule" => page("schedules", "schedule_id"),
        "deposit" => page("deposits", "deposit_id"),
        "withdrawal" => page("withdrawals", "withdrawal_id"),
        "invite" => "/invites".to_owned(),
        // A guest's has what opens it beside.
        "order" | "return" => page("shop/orders", "order_id"),
        "security" => "/settings/security".to_owned(),
        "webhook" => "/settings/webhooks".to_owned(),
        _ => "/".to_owned(),
    }
}

impl<'c> View<'c> {
    pub(crate) fn new(catalogue: &'c Catalogue, clean: fn(&str) -> String) -> Self {
        let values = BTreeMap::from([
            ("someone", catalogue.words["someone"].clone()),
            ("something", catalogue.words["something"].clone()),
        ]);
        Self { catalogue, clean, values }
    }

    /// Everything that the data holds and a text can use.
    #[must_use]
    pub(crate) fn with_data(mut self, data: &Value, names: &Names) -> Self {
        for key in WRITTEN {
            self.set_written(key, data.get(key).and_then(Value::as_str));
        }
        for key in FLAGS {
            if data.get(key).and_then(Value::as_bool) == Some(true) {
                self.values.insert(key, key.to_owned());
            }
        }
        if let Some(number) = data.get("order_number").and_then(Value::as_i64) {
            self.values.insert("order_number", number.to_string());
        }
        self.set_counterparty(data, names);
        self.set_amount(data);
        if let Some(credential) = data.get("credential").and_then(Value::as_str) {
            let known = &self.catalogue.credentials;
            let text = known.get(credential).unwrap_or_else(|| &known["other"]).clone();
            self.values.insert("credential_text", text);
        }
        let reason = data.get("reason").and_then(Value::as_str);
        // A code that has no text says nothing to a person, so it isn't shown.
        if let Some(text) = reason.and_then(|reason| self.catalogue.reasons.get(reason)) {
            self.values.insert("reason_text", text.clone());
        }
        self
    }

    #[must_use]
    pub(crate) fn with_moment(mut self, key: &'static str, at: Timestamp) -> Self {
        self.values.insert(key, amounts::moment(self.catalogue, at));
        self
    }

    /// A text of ours.
    #[must_use]
    pub(crate) fn with(mut self, key: &'static str, text: impl Into<String>) -> Self {
        self.values.insert(key, text.into());
        self
    }

    /// A text that somebody wrote.
    #[must_use]
    pub(crate) fn with_written(mut self, key: &'static str, text: &str) -> Self {
        self.set_written(key, Some(text));
        self
    }

    pub(crate) const fn values(&self) -> &BTreeMap<&'static str, String> {
        &self.values
    }

    fn set_written(&mut self, key: &'static str, text: Option<&str>) {
        let text = text.map(self.clean).filter(|text| !text.is_empty());
        if let Some(text) = text {
            self.values.insert(key, text);
        }
    }

    fn set_counterparty(&mut self, data: &Value, names: &Names) {
        let id = people(data).next();
        let written = data.get("counterparty_name").and_then(Value::as_str);
        let former = self.catalogue.words["former_user"].clone();
        let name = match (id, written) {
            (Some(id), _) => names.get(&id).map(|name| (self.clean)(name)).or(Some(former)),
            (None, Some(written)) => Some((self.clean)(written)),
            (None, None) => None,
        };
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            self.values.insert("counterparty", name);
        }
    }

    fn set_amount(&mut self, data: &Value) {
        let amount = data.get("amount").and_then(Value::as_str).and_then(|text| text.parse().ok());
        let scale = data.get("scale").and_then(Value::as_u64).and_then(|it| u8::try_from(it).ok());
        let asset = data.get("asset").and_then(Value::as_str);
        if let (Some(amount), Some(scale), Some(asset)) = (amount, scale, asset) {
            let text = amounts::amount(self.catalogue, Amount::new(amount), scale, asset);
            self.values.insert("amount", text);
        }
    }
}
