use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use kernel::Timestamp;
use kernel::rate_limit::{Quota, RateLimiter};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::config::is_safe;
use super::id_token::{self, Expected};
use super::outside::Outside;
use super::{Claims, OutsideError, ProviderError, SignInProvider};

/// What a provider says of itself is asked for again after this.
const METADATA_MAX: Duration = Duration::from_secs(3_600);
/// A token with a key that isn't known makes us ask for the keys again, but not for ever: whoever
/// brings made-up tokens must not make us call a provider without end.
const KEYS_ASKED: Quota = Quota { burst: 5, per_period: 10, period_s: 60 };

/// All that are configured.
pub(crate) struct Providers(Vec<Arc<Provider>>);

impl Providers {
    pub(crate) fn new(all: &[SignInProvider]) -> Self {
        let outside = Outside::new();
        Self(all.iter().map(|it| Arc::new(Provider::new(it.clone(), outside.clone()))).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Provider>> {
        self.0.iter().find(|provider| provider.config.name == name).cloned()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &SignInProvider> {
        self.0.iter().map(|provider| &provider.config)
    }
}

impl SignInProvider {
    /// Whether all of them have names of their own.
    pub fn check_all(all: &[Self]) -> Result<(), ProviderError> {
        for (place, provider) in all.iter().enumerate() {
            if all[..place].iter().any(|before| before.name == provider.name) {
                return Err(ProviderError::Twice(provider.name.clone()));
            }
        }
        Ok(())
    }
}

/// One provider, with what is remembered of it.
pub(crate) struct Provider {
    pub(crate) config: SignInProvider,
    outside: Outside,
    metadata: Mutex<Option<(Instant, Arc<Metadata>)>>,
    keys: Mutex<Arc<Vec<Jwk>>>,
    keys_asked: RateLimiter<()>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Option<String>,
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Userinfo {
    sub: String,
    email: Option<String>,
    #[serde(default, deserialize_with = "id_token::truth")]
    email_verified: bool,
    name: Option<String>,
}

/// What was asked of a provider, and with which secrets.
pub(crate) struct Asked {
    pub(crate) redirect_uri: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

impl Provider {
    fn new(config: SignInProvider, outside: Outside) -> Self {
        let keys_asked = RateLimiter::new(KEYS_ASKED);
        Self { config, outside, metadata: Mutex::default(), keys: Mutex::default(), keys_asked }
    }

    /// Where the browser goes to sign in.
    pub(crate) async fn authorization_url(
        &self,
        asked: &Asked,
        (state, challenge): (&str, &str),
    ) -> Result<String, OutsideError> {
        let metadata = self.metadata().await?;
        let mut url = address(&metadata.authorization_endpoint)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &asked.redirect_uri)
            .append_pair("scope", &self.config.scopes.join(" "))
            .append_pair("state", state)
            .append_pair("nonce", &asked.nonce)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Where the browser goes to sign out there, if the provider has such a place.
    pub(crate) async fn end_session_url(&self, back: &str) -> Result<Option<String>, OutsideError> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = &metadata.end_session_endpoint else { return Ok(None) };
        let mut url = address(endpoint)?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.config.client_id)
            .append_pair("post_logout_redirect_uri", back);
        Ok(Some(url.into()))
    }

    /// Who has signed in, from the code that the browser brought back.
    pub(crate) async fn identify(
        &self,
        (code, iss): (&str, Option<&str>),
        asked: &Asked,
        now: Timestamp,
    ) -> Result<Claims, OutsideError> {
        let metadata = self.metadata().await?;
        // Another provider's answer must not be taken to this one (RFC 9207).
        let is_named = match iss {
            Some(iss) => iss == metadata.issuer,
            None => !metadata.authorization_response_iss_parameter_supported,
        };
        if !is_named {
            return Err(OutsideError::Refused("the answer is another issuer's"));
        }
        let tokens = self.exchange(&metadata, code, asked).await?;
        let token = tokens.id_token.ok_or(OutsideError::Unusable("there is no id_token"))?;
        let header = id_token::read_header(&token)?;
        let key = self.key(&metadata, &header, now).await?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &self.config.client_id,
            nonce: &asked.nonce,
            access_token: tokens.access_token.as_deref(),
        };
        let claims = id_token::check(&token, &key, &expected, now)?;
        self.with_userinfo(&metadata, claims, tokens.access_token).await
    }

    async fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        asked: &Asked,
    ) -> Result<Tokens, OutsideError> {
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        let by_header = methods.is_none_or(|all| all.iter().any(|it| it == "client_secret_basic"));
        let config = &self.config;
        let basic = config.client_secret.as_deref().filter(|_| by_header);
        let basic = basic.map(|secret| (encoded(&config.client_id), encoded(secret)));
        let basic = basic.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
        let form = self.exchange_form(code, asked, basic.is_some());
        self.outside.post(&metadata.token_endpoint, basic, form).await
    }

    /// What is posted for a code; who we are is in it unless it is in the header.
    fn exchange_form(&self, code: &str, asked: &Asked, is_authenticated: bool) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &asked.redirect_uri)
            .append_pair("code_verifier", &asked.verifier);
        if !is_authenticated {
            form.append_pair("client_id", &self.config.client_id);
            if let Some(secret) = &self.config.client_secret {
                form.append_pair("client_secret", secret);
            }
        }
        form.finish()
    }

    /// Some providers say name and address only when they are asked.
    async fn with_userinfo(
        &self,
        metadata: &Metadata,
        claims: Claims,
        access_token: Option<String>,
    ) -> Result<Claims, OutsideError> {
        let (Some(endpoint), Some(token), None) =
            (&metadata.userinfo_endpoint, access_token, &claims.email)
        else {
            return Ok(claims);
        };
        let info: Userinfo = self.outside.get(endpoint, Some(&token)).await?;
        if info.sub != claims.subject {
            return Err(OutsideError::Refused("userinfo is about somebody else"));
        }
        Ok(Claims {
            subject: claims.subject,
            is_email_verified: info.email.is_some() && info.email_verified,
            email: info.email,
            name: claims.name.or(info.name),
        })
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, OutsideError> {
        let known = self.metadata.lock().clone();
        if let Some((read_at, metadata)) = known
            && read_at.elapsed() < METADATA_MAX
        {
            return Ok(metadata);
        }
        let base = self.config.issuer.trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let metadata: Metadata = self.outside.get(&address, None).await?;
        if metadata.issuer != self.config.issuer {
            return Err(OutsideError::Unusable("it names another issuer than the configuration"));
        }
        let endpoints = [
            Some(&metadata.authorization_endpoint),
            Some(&metadata.token_endpoint),
            Some(&metadata.jwks_uri),
            metadata.userinfo_endpoint.as_ref(),
            metadata.end_session_endpoint.as_ref(),
        ];
        for endpoint in endpoints.into_iter().flatten() {
            self::address(endpoint)?;
        }
        let metadata = Arc::new(metadata);
        *self.metadata.lock() = Some((Instant::now(), Arc::clone(&metadata)));
        Ok(metadata)
    }

    /// The key that a token is to be checked with; the keys are read again if it isn't known.
    async fn key(
        &self,
        metadata: &Metadata,
        header: &jsonwebtoken::Header,
        now: Timestamp,
    ) -> Result<Jwk, OutsideError> {
        let known = Arc::clone(&self.keys.lock());
        if let Some(key) = id_token::key_of(header, &known) {
            return Ok(key.clone());
        }
        if !self.keys_asked.take((), now).is_allowed {
            return Err(OutsideError::Refused("the key of the id_token isn't known"));
        }
        let set: Value = self.outside.get(&metadata.jwks_uri, None).await?;
        let keys = Arc::new(usable(&set));
        *self.keys.lock() = Arc::clone(&keys);
        let key = id_token::key_of(header, &keys).cloned();
        key.ok_or(OutsideError::Refused("the key of the id_token isn't known"))
    }
}

/// The keys of a set that can be used; one of a kind that we don't know spoils no other.
fn usable(set: &Value) -> Vec<Jwk> {
    let keys = set["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let read = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).ok();
    JwkSet { keys: keys.iter().filter_map(read).collect() }.keys
}

fn address(text: &str) -> Result<Url, OutsideError> {
    let url = Url::parse(text).ok().filter(is_safe);
    url.ok_or(OutsideError::Unusable("one of its addresses is not safe"))
}

/// As in a form, which is how id and secret go into the header (RFC 6749, 2.3.1).
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
