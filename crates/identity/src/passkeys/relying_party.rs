//! The rules of WebAuthn, which webauthn-rs knows: what to ask an authenticator, and whether its
//! answer is right. What the library keeps goes in and out as JSON.

use std::net::IpAddr;

use serde_json::{Value, json};
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::ANSWER_MAX;
use crate::ids::UserId;

const NAME: &str = "Bushel";

/// This bank in the words of WebAuthn. Its id is the name of the public address, to which every
/// passkey is bound for ever.
#[derive(Clone)]
pub(crate) struct RelyingParty(Option<Webauthn>);

/// What to ask an authenticator, and what its answer is checked against.
pub(super) struct Question {
    pub(super) options: Value,
    pub(super) state: Value,
}

/// A credential that an authenticator made.
pub(super) struct Registered {
    pub(super) credential_id: Vec<u8>,
    pub(super) credential: Value,
    pub(super) is_synced: bool,
}

/// Whose credential an answer claims to be.
pub(super) struct Claimed {
    pub(super) user: UserId,
    pub(super) credential_id: Vec<u8>,
    answer: PublicKeyCredential,
}

/// Why an answer is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Invalid,
    /// The counter went back.
    Copied,
}

impl RelyingParty {
    /// From the public address. WebAuthn has no ids for bare addresses; this host, which browsers
    /// also reach by its name, becomes `localhost`.
    pub(crate) fn new(issuer: &str) -> Self {
        let Ok(mut origin) = Url::parse(issuer) else { return Self(None) };
        let is_local = |host: &str| {
            let host = host.trim_matches(['[', ']']);
            host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        };
        if origin.host_str().is_some_and(is_local) && origin.set_host(Some("localhost")).is_err() {
            return Self(None);
        }
        let Some(domain) = origin.domain().map(str::to_owned) else { return Self(None) };
        let builder = WebauthnBuilder::new(&domain, &origin);
        Self(builder.and_then(|it| it.rp_name(NAME).timeout(ANSWER_MAX).build()).ok())
    }

    pub(super) const fn is_available(&self) -> bool {
        self.0.is_some()
    }

    /// Asks for a new credential that finds its user by itself. `others` can't be used again.
    pub(super) fn ask_to_register(
        &self,
        user: UserId,
        email: &str,
        name: &str,
        others: Vec<Vec<u8>>,
    ) -> Option<Question> {
        let (options, state) = self
            .0
            .as_ref()?
            .start_passkey_registration(user.as_uuid(), email, name, Some(others))
            .inspect_err(|error| tracing::error!(%error, "no passkey can be asked for"))
            .ok()?;
        let mut options = to_json(&options);
        // The library leaves this to the authenticator; a sign-in without a name needs it.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
        Some(Question { options, state: to_json(&state) })
    }

    /// Checks the new credential.
    pub(super) fn register(&self, state: Value, answer: Value) -> Result<Registered, Refusal> {
        let state: PasskeyRegistration = from_json(state)?;
        let answer: RegisterPublicKeyCredential = from_json(answer)?;
        let library = self.0.as_ref().ok_or(Refusal::Invalid)?;
        let passkey = library.finish_passkey_registration(&answer, &state).map_err(refuse)?;
        let credential = to_json(&passkey);
        let is_synced = credential["cred"]["backup_eligible"].as_bool().unwrap_or(false);
        Ok(Registered { credential_id: passkey.cred_id().to_vec(), credential, is_synced })
    }

    /// Asks whoever is there for a credential of this bank.
    pub(super) fn ask_to_sign_in(&self) -> Option<Question> {
        let (options, state) = self
            .0
            .as_ref()?
            .start_discoverable_authentication()
            .inspect_err(|error| tracing::error!(%error, "no passkey can be asked for"))
            .ok()?;
        // Whether the browser waits in a field or asks at once is for the page to say.
        let options = json!({ "publicKey": to_json(&options)["publicKey"] });
        Some(Question { options, state: to_json(&state) })
    }

    /// Reads whose credential an answer claims to be; nothing is proved yet.
    pub(super) fn identify(&self, answer: Value) -> Result<Claimed, Refusal> {
        let answer: PublicKeyCredential = from_json(answer)?;
        let library = self.0.as_ref().ok_or(Refusal::Invalid)?;
        let (user, id) = library.identify_discoverable_authentication(&answer).map_err(refuse)?;
        let (user, credential_id) = (UserId::from_u128(user.as_u128()), id.to_vec());
        Ok(Claimed { user, credential_id, answer })
    }

    /// Checks an answer against the stored credential, and gives back what to store instead.
    pub(super) fn sign_in(
        &self,
        state: Value,
        claimed: &Claimed,
        stored: Value,
    ) -> Result<Value, Refusal> {
        let state: DiscoverableAuthentication = from_json(state)?;
        let mut passkey: Passkey = from_json(stored)?;
        let library = self.0.as_ref().ok_or(Refusal::Invalid)?;
        let result = library
            .finish_discoverable_authentication_v2(&claimed.answer, state, &passkey)
            .map_err(refuse)?;
        passkey.update_credential(&result).ok_or(Refusal::Invalid)?;
        Ok(to_json(&passkey))
    }
}

fn refuse(error: WebauthnError) -> Refusal {
    tracing::debug!(%error, "a passkey's answer was refused");
    match error {
        WebauthnError::CredentialPossibleCompromise => Refusal::Copied,
        _ => Refusal::Invalid,
    }
}

fn to_json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("the library's types are plain JSON")
}

fn from_json<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|error| {
        tracing::debug!(%error, "a passkey's answer can't be read");
        Refusal::Invalid
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: UserId = UserId::from_u128(1);

    fn registration(issuer: &str) -> Option<Value> {
        let question = RelyingParty::new(issuer).ask_to_register(
            ANN,
            "ann@example.org",
            "Ann",
            vec![vec![7; 16]],
        );
        question.map(|question| question.options["publicKey"].clone())
    }

    #[test]
    fn id_is_the_name_of_the_public_address() {
        let check = |issuer: &str, expected: Option<&str>| {
            let id = registration(issuer).map(|options| options["rp"]["id"].clone());
            assert_eq!(id.as_ref().and_then(Value::as_str), expected, "{issuer}");
        };
        for (issuer, expected) in [
            ("https://bank.example", Some("bank.example")),
            ("https://bank.example:8443/app", Some("bank.example")),
            ("http://localhost:8080", Some("localhost")),
            ("http://127.0.0.1:8080", Some("localhost")),
            ("http://[::1]:8080", Some("localhost")),
            ("http://192.0.2.7:8080", None),
            ("bank", None),
        ] {
            check(issuer, expected);
        }
    }

    #[test]
    fn a_new_passkey_has_to_know_its_user_and_verify_them() {
        let options = registration("https://bank.example").unwrap();
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "required");
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(options["excludeCredentials"][0]["id"], "BwcHBwcHBwcHBwcHBwcHBw");
        assert_eq!(options["timeout"], 300_000);
        assert_eq!(options["attestation"], "none");
    }

    #[test]
    fn a_sign_in_names_nobody_and_asks_for_verification() {
        let party = RelyingParty::new("https://bank.example");
        let options = party.ask_to_sign_in().unwrap().options;
        assert_eq!(options["publicKey"]["userVerification"], "required");
        assert_eq!(options["publicKey"]["allowCredentials"], json!([]));
        assert_eq!(options.get("mediation"), None);
        let other = party.ask_to_sign_in().unwrap().options;
        assert_ne!(options["publicKey"]["challenge"], other["publicKey"]["challenge"]);
    }

    #[test]
    fn nonsense_is_refused() {
        let party = RelyingParty::new("https://bank.example");
        let state = party.ask_to_sign_in().unwrap().state;
        assert!(matches!(party.register(state, json!({})), Err(Refusal::Invalid)));
        assert!(party.identify(json!({ "id": 7 })).is_err());
    }
}
