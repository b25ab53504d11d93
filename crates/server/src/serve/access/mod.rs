//! Who is calling and whether they may. Found out once for each request, before anything else is
//! done for it; what handlers have to know of the caller goes into the request's extensions.
//!
//! Reading order: `table` (who may do what), `routes` (which line a request falls under),
//! `origin` (cookies), `rates` (how much).

mod origin;
mod rates;
mod routes;
mod table;

pub(crate) use origin::check as check_origin;
pub(super) use origin::of_url as origin_of;
pub(super) use rates::Rate;
pub(crate) use rates::Rates;
pub(crate) use routes::Routes;
pub(crate) use table::{Access, TABLE, access_of};

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use identity::{Actor, AuthError, Credential, Identity};
use kernel::http::{CallerKey, ClientInfo};
use oauth::Oauth;

use super::forward::is_forwarded;
use super::refusal::Refusal;
use crate::operator::token::{self, Guard};

const OPERATOR_PREFIX: &str = "bshl_op_";
const SESSION_COOKIE: &str = "__Host-bushel_session";

/// Lets requests pass, or not.
pub(super) struct Gate {
    guard: Arc<Guard>,
    identity: Identity,
    oauth: Oauth,
    routes: Routes,
    rates: Rates,
    /// The origins of our own pages, such as `https://bushel.example`.
    origins: Vec<String>,
}

impl Gate {
    pub(super) fn new(
        guard: Arc<Guard>,
        (identity, oauth): (Identity, Oauth),
        routes: Routes,
        rates: Rates,
        origins: Vec<String>,
    ) -> Self {
        Self { guard, identity, oauth, routes, rates, origins }
    }

    /// Checks who is calling, whether they may, and how often they did. What is known of the
    /// caller is put into the request's extensions.
    pub(super) async fn check(&self, request: &mut Request) -> Result<Rate, Refusal> {
        let client = request.extensions().get::<ClientInfo>().cloned().unwrap_or_default();
        let access = self.routes.access(request.method(), request.uri().path());
        let actor = self.actor(request.method(), request.headers(), &client, access).await?;
        let rate = match is_forwarded(request) && self.rates.are_shared() {
            // The process that passed it on has counted it for all.
            true => Rate::NONE,
            false => self.rates.take(actor.as_ref(), client.ip).await?,
        };
        if let Some(actor) = actor {
            request.extensions_mut().insert(CallerKey(actor.caller_key()));
            request.extensions_mut().insert(actor);
        }
        Ok(rate)
    }

    async fn actor(
        &self,
        method: &Method,
        headers: &HeaderMap,
        client: &ClientInfo,
        access: Access,
    ) -> Result<Option<Actor>, Refusal> {
        let actor = match self.authenticate(method, headers, client).await {
            Ok(actor) => actor,
            // An old token doesn't keep anybody from signing in again.
            Err(_) if access == Access::Public => None,
            Err(refusal) => return Err(self.counted(refusal, client).await),
        };
        match (access, &actor) {
            (Access::Public, _) => Ok(actor),
            (_, None) => Err(self.counted(Refusal::TokenMissing, client).await),
            (Access::SignedIn, Some(_)) => Ok(actor),
            (Access::Needs(needed), Some(known)) if known.permissions.has(needed) => Ok(actor),
            (Access::Operator, Some(known)) if *known == Actor::OPERATOR => Ok(actor),
            _ => Err(Refusal::Forbidden),
        }
    }

    /// Whoever tries tokens is slowed down like everybody without one.
    async fn counted(&self, refusal: Refusal, client: &ClientInfo) -> Refusal {
        match self.rates.take(None, client.ip).await {
            Ok(_) => refusal,
            Err(limited) => limited,
        }
    }

    /// `None`: there is no credential.
    async fn authenticate(
        &self,
        method: &Method,
        headers: &HeaderMap,
        client: &ClientInfo,
    ) -> Result<Option<Actor>, Refusal> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let credential = match (values.next(), values.next()) {
            (None, _) => match cookie(headers)? {
                None => return Ok(None),
                Some(session) => {
                    origin::check(&self.origins, method, headers)?;
                    Credential::Cookie(session)
                }
            },
            (Some(value), None) => {
                let token = value.to_str().ok().and_then(bearer).ok_or(Refusal::TokenWrong)?;
                if token.starts_with(OPERATOR_PREFIX) {
                    return self.operator(token).await.map(Some);
                }
                Credential::Bearer(token)
            }
            (Some(_), Some(_)) => return Err(Refusal::TokenWrong),
        };
        let known = match credential {
            Credential::Bearer(token) if oauth::is_access_token(token) => {
                self.oauth.authenticate(token).await
            }
            _ => self.identity.authenticate(credential, client).await,
        };
        match known {
            Ok(actor) => Ok(Some(actor)),
            Err(AuthError::Expired) => Err(Refusal::TokenExpired),
            Err(AuthError::Unavailable) => Err(Refusal::TokenUnknown),
            Err(_) => Err(Refusal::TokenWrong),
        }
    }

    async fn operator(&self, token: &str) -> Result<Actor, Refusal> {
        match self.guard.check(token).await {
            Ok(()) => Ok(Actor::OPERATOR),
            Err(token::Refusal::Wrong) => Err(Refusal::TokenWrong),
            Err(token::Refusal::Unavailable) => Err(Refusal::TokenUnknown),
        }
    }
}

/// The token of `Bearer <token>`; the scheme's case doesn't matter (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

/// The session's cookie. Two of them can only come from somebody who put one there.
fn cookie(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs =
        texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut sessions = pairs.filter(|(name, _)| *name == SESSION_COOKIE).map(|(_, value)| value);
    match (sessions.next(), sessions.next()) {
        (session, None) => Ok(session),
        (_, Some(_)) => Err(Refusal::TokenWrong),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn scheme_is_bearer_in_any_case() {
        assert_eq!(bearer("Bearer a"), Some("a"));
        assert_eq!(bearer("bEARER  a"), Some("a"));
        assert_eq!(bearer("Basic a"), None);
        assert_eq!(bearer("Bearer"), None);
    }

    #[test]
    fn session_is_one_cookie_among_others() {
        let check = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(text));
            cookie(&headers).map(|found| found.map(str::to_owned)).ok()
        };
        assert_eq!(check("a=1; __Host-bushel_session=s; b=2"), Some(Some("s".to_owned())));
        assert_eq!(check("bushel_session=s; x__Host-bushel_session=t"), Some(None));
        assert_eq!(check("__Host-bushel_session=s; __Host-bushel_session=t"), None);
    }
}
