//! What an installation says of a provider: a file of JSON each.

use serde::Deserialize;
use url::{Host, Url};

/// A provider, as it is configured. `Debug` does not show the secret.
#[derive(Clone)]
pub struct SignInProvider {
    /// In addresses: lower case, digits and hyphens.
    pub name: String,
    /// On the button.
    pub label: String,
    /// Exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    /// Without one we are a public client to the provider.
    pub client_secret: Option<String>,
    pub scopes: Vec<String>,
}

/// What is wrong with a provider's file, and how to put it right.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("it is not the JSON of a provider: {0}")]
    Malformed(String),
    #[error("`name` has 1 to 30 of a-z, 0-9 and `-`, and `label` 1 to 60 characters")]
    Name,
    #[error(
        "`issuer` is an https address without query, as the provider's documentation says; http is for loopback only"
    )]
    Issuer,
    #[error("`scopes` needs `openid`, and no scope has spaces")]
    Scopes,
    #[error("the variable {0}, which `client_secret_env` names, is not set")]
    SecretMissing(String),
    #[error("two providers have the name {0}")]
    Twice(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    label: String,
    issuer: String,
    client_id: String,
    /// The environment variable that has the secret.
    client_secret_env: Option<String>,
    #[serde(default = "default_scopes")]
    scopes: Vec<String>,
}

fn default_scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

impl SignInProvider {
    /// Reads a provider's file; `variable` reads an environment variable.
    pub fn try_parse(
        text: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ProviderError> {
        let file: File = serde_json::from_str(text)
            .map_err(|error| ProviderError::Malformed(error.to_string()))?;
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = (1..=30).contains(&file.name.len()) && file.name.chars().all(is_word);
        if !is_name || !kernel::text::is_line(&file.label, 1..=60) {
            return Err(ProviderError::Name);
        }
        if !is_issuer(&file.issuer) {
            return Err(ProviderError::Issuer);
        }
        let has_openid = file.scopes.iter().any(|scope| scope == "openid");
        if !has_openid || file.scopes.iter().any(|scope| scope.contains(char::is_whitespace)) {
            return Err(ProviderError::Scopes);
        }
        let secret = |name: String| variable(&name).ok_or(ProviderError::SecretMissing(name));
        Ok(Self {
            name: file.name,
            label: file.label,
            issuer: file.issuer,
            client_id: file.client_id,
            client_secret: file.client_secret_env.map(secret).transpose()?,
            scopes: file.scopes,
        })
    }
}

impl std::fmt::Debug for SignInProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInProvider").field("name", &self.name).finish_non_exhaustive()
    }
}

fn is_issuer(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| is_safe(&url) && url.query().is_none() && url.fragment().is_none())
}

/// Whether nobody can listen or answer on the way there.
pub(super) fn is_safe(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_bare && (url.scheme() == "https" || url.scheme() == "http" && is_loopback)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(change: serde_json::Value) -> Result<SignInProvider, String> {
        let mut file = json!({ "name": "orchard", "label": "Orchard ID", "issuer": "https://id.example",
            "client_id": "bushel", "client_secret_env": "SECRET" });
        for (name, value) in change.as_object().unwrap() {
            file[name] = value.clone();
        }
        let variable = |name: &str| (name == "SECRET").then(|| "apple".to_owned());
        SignInProvider::try_parse(&file.to_string(), variable).map_err(|error| error.to_string())
    }

    #[test]
    fn files_say_what_is_wrong_with_them() {
        let good = parse(json!({})).unwrap();
        assert_eq!(good.client_secret.as_deref(), Some("apple"));
        assert_eq!(good.scopes, ["openid", "profile", "email"]);
        assert!(!format!("{good:?}").contains("apple"));
        assert!(parse(json!({ "issuer": "http://127.0.0.1:4000/x" })).is_ok());
        let check = |change: serde_json::Value, part: &str| {
            let error = parse(change.clone()).err().unwrap();
            assert!(error.contains(part), "{change}: {error}");
        };
        check(json!({ "name": "Or/chard" }), "`name`");
        check(json!({ "label": "" }), "`label`");
        for issuer in
            ["http://id.example", "id.example", "https://a:b@id.example", "https://id.example?x"]
        {
            check(json!({ "issuer": issuer }), "`issuer`");
        }
        check(json!({ "scopes": ["email"] }), "`openid`");
        check(json!({ "client_secret_env": "NOTHING" }), "NOTHING");
        check(json!({ "client_secret": "x" }), "unknown field");
    }
}
