//! Where a browser arrives with a request. First who asks and where the browser would go back to:
//! only when both are known may an error be sent there.

use std::collections::BTreeSet;
use std::time::Duration;

use identity::{ApplicationId, SessionId, UserId};
use kernel::Timestamp;
use kernel::http::ClientInfo;
use kernel::text::is_line;

use super::{AuthorizationRequest, REQUEST_LIFE, with_parameters};
use crate::applications::{Application, GrantType};
use crate::error::OauthError;
use crate::ids::AuthorizationRequestId;
use crate::oauth::Oauth;
use crate::protocol::{Form, ProtocolError};
use crate::scopes::Scopes;
use crate::tokens::is_challenge;

/// Longest `state` and `nonce`.
const TEXT_CHARS_MAX: usize = 2_000;

/// Whose browser it is, as far as that is known.
pub(crate) struct Visitor {
    pub(crate) person: Option<(UserId, SessionId)>,
    pub(crate) client: ClientInfo,
}

/// Where the browser goes next.
#[derive(Debug)]
pub(crate) enum Begun {
    /// To our own page, where the user decides.
    Page(String),
    /// Back to the application.
    Back(String),
}

/// Errors that only a redirect can have: name and text (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0,
/// 3.1.2.6).
type Refusal = (&'static str, &'static str);

/// What the parameter `prompt` and `max_age` ask for.
struct Prompt {
    is_none: bool,
    is_consent_forced: bool,
    signed_in_after: Option<Timestamp>,
}

impl Oauth {
    /// Takes a request in, or says why not.
    pub(crate) async fn begin(
        &self,
        query: &Form,
        visitor: &Visitor,
    ) -> Result<Begun, ProtocolError> {
        let application = self.asking(query).await?;
        let redirect_uri = query.get("redirect_uri").unwrap_or_default();
        if !application.redirects_to(redirect_uri) {
            let detail = "redirect_uri is missing, or none of those that were registered";
            return Err(ProtocolError::InvalidRequest(detail));
        }
        let state = query.get("state").filter(|state| is_line(state, 0..=TEXT_CHARS_MAX));
        let now = self.clock.now();
        let read = read(query, &application, now);
        let (request, is_silent) = match read {
            Ok(read) => read,
            Err(refusal) => return Ok(self.back_with(redirect_uri, state, refusal)),
        };
        if !is_silent {
            let client = self.database.client().await.map_err(OauthError::from)?;
            super::store::insert(&client, &request, now).await?;
            let id = request.id.to_string();
            let page = format!("{}/consent", self.issuer);
            return Ok(Begun::Page(with_parameters(&page, &[("request", Some(&id))])));
        }
        match self.approve_silently(&application, &request, visitor).await? {
            Ok(address) => Ok(Begun::Back(address)),
            Err(refusal) => Ok(self.back_with(redirect_uri, state, refusal)),
        }
    }

    async fn asking(&self, query: &Form) -> Result<Application, ProtocolError> {
        let id = query.get("client_id").and_then(|text| text.parse::<ApplicationId>().ok());
        let found = match id {
            Some(id) => self.usable_application(id).await?,
            None => None,
        };
        found.ok_or(ProtocolError::InvalidRequest("client_id is missing or unknown"))
    }

    /// Without a page: only who is signed in and has allowed all of it gets a code.
    async fn approve_silently(
        &self,
        application: &Application,
        request: &AuthorizationRequest,
        visitor: &Visitor,
    ) -> Result<Result<String, Refusal>, ProtocolError> {
        let Some((user, session)) = visitor.person else {
            return Ok(Err(("login_required", "nobody is signed in")));
        };
        let view = self.view_of(application, request.clone(), (user, session)).await?;
        if view.is_sign_in_needed {
            return Ok(Err(("login_required", "the sign-in is too old")));
        }
        if view.is_consent_needed {
            return Ok(Err(("consent_required", "the user has to allow it first")));
        }
        let client = self.database.client().await.map_err(OauthError::from)?;
        super::store::insert(&client, request, self.clock.now()).await?;
        drop(client);
        Ok(Ok(self.approve(request.id, (user, session), &visitor.client).await?))
    }

    fn back_with(&self, redirect_uri: &str, state: Option<&str>, refusal: Refusal) -> Begun {
        let (error, description) = refusal;
        Begun::Back(with_parameters(
            redirect_uri,
            &[
                ("error", Some(error)),
                ("error_description", Some(description)),
                ("state", state),
                ("iss", Some(&self.issuer)),
            ],
        ))
    }
}

/// The request, and whether no page may be shown.
fn read(
    query: &Form,
    application: &Application,
    now: Timestamp,
) -> Result<(AuthorizationRequest, bool), Refusal> {
    for (name, error) in
        [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")]
    {
        if query.get(name).is_some() {
            return Err((error, "give the parameters themselves"));
        }
    }
    if query.get("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type must be code"));
    }
    if query.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(("invalid_request", "response_mode must be query"));
    }
    if !application.may_use(GrantType::AuthorizationCode) {
        return Err(("unauthorized_client", "the application may not use codes"));
    }
    let challenge = query.get("code_challenge").filter(|text| is_challenge(text));
    if query.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "PKCE is required: code_challenge_method must be S256"));
    }
    let challenge = challenge
        .ok_or(("invalid_request", "PKCE is required: code_challenge is missing or malformed"))?;
    let scopes = Scopes::parse(query.get("scope").unwrap_or_default());
    let scopes = scopes.filter(|it| !it.is_empty() && it.is_within(&application.details.scopes));
    let scopes = scopes.ok_or((
        "invalid_scope",
        "a scope is missing, unknown, or more than the application may ask for",
    ))?;
    let text = |name| match query.get(name) {
        Some(text) if !is_line(text, 0..=TEXT_CHARS_MAX) => {
            Err(("invalid_request", "state or nonce is too long, or has characters of control"))
        }
        other => Ok(other.map(str::to_owned)),
    };
    let prompt = read_prompt(query, now)?;
    let request = AuthorizationRequest {
        id: AuthorizationRequestId::generate(),
        application: application.id,
        redirect_uri: query.get("redirect_uri").unwrap_or_default().to_owned(),
        scopes,
        state: text("state")?,
        nonce: text("nonce")?,
        code_challenge: challenge.to_owned(),
        is_consent_forced: prompt.is_consent_forced,
        signed_in_after: prompt.signed_in_after,
        expires_at: now.saturating_add(REQUEST_LIFE),
    };
    Ok((request, prompt.is_none))
}

fn read_prompt(query: &Form, now: Timestamp) -> Result<Prompt, Refusal> {
    let words: BTreeSet<&str> =
        query.get("prompt").unwrap_or_default().split_whitespace().collect();
    let known = ["none", "login", "consent", "select_account"];
    let is_none = words.contains("none");
    if !words.iter().all(|word| known.contains(word)) || is_none && words.len() > 1 {
        return Err((
            "invalid_request",
            "prompt is none, or some of login, consent and select_account",
        ));
    }
    let age_s = query.get("max_age").map(|text| text.parse::<u32>());
    let age_s =
        age_s.transpose().map_err(|_| ("invalid_request", "max_age is a number of seconds"))?;
    // Another account is chosen by signing in to it.
    let is_fresh = words.contains("login") || words.contains("select_account");
    let oldest = age_s.map(|age_s| now.saturating_sub(Duration::from_secs(age_s.into())));
    Ok(Prompt {
        is_none,
        is_consent_forced: words.contains("consent"),
        signed_in_after: if is_fresh { Some(now) } else { oldest },
    })
}
