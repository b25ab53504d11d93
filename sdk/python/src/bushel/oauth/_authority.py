"""The authorization server: where it is, how the program proves who it is there, what it answers."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import quote, urlencode

import httpx
from typing_extensions import TypedDict

from .._auth import Credential
from .._errors import (
    APIConnectionError,
    ConfigurationError,
    OAuthError,
    UnexpectedAnswerError,
    retry_after,
)
from .._http import Blocking, Flow, Send, Shielded, Sleep
from .._retries import is_not_sent
from ._tokens import MemoryTokenStore, TokenSet, TokenStore

# A token is exchanged this long before it ends, or a tenth of its life if that is less.
_LEEWAY_S = 30.0
_ASSUMED_LIFE_S = 300.0
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_ATTEMPTS = 4
_RETRY_AFTER_MAX_S = 60.0

ClientAuthentication = Literal["client_secret_basic", "client_secret_post", "none"]


class Options(TypedDict, total=False):
    """What can be said of every credential."""

    scope: str
    """What it asks for: names with spaces between them. The server decides if it is left out."""
    issuer: str
    """The authorization server, if it isn't at the client's `base_url`."""
    client_authentication: ClientAuthentication
    clock: Callable[[], float]


class StoringOptions(Options, total=False):
    """The same for a credential that can outlive its program."""

    store: TokenStore


class OAuthCredential(Credential):
    """What the grants have in common: discovery, the client's authentication, the current token."""

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        scope: str | None = None,
        issuer: str | None = None,
        client_authentication: ClientAuthentication | None = None,
        store: TokenStore | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not client_id:
            raise ConfigurationError("an OAuth client has a client_id")
        self.client_id = client_id
        self._secret = client_secret
        self._scope = scope
        self._issuer = issuer
        self._how = client_authentication or ("client_secret_basic" if client_secret else "none")
        if (self._how == "none") != (client_secret is None):
            raise ConfigurationError(f"{self._how} and the client_secret don't go together")
        self._store = store or MemoryTokenStore()
        self._clock = clock
        self._tokens: TokenSet | None = None
        self._refused: str | None = None
        self._metadata: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(client_id={self.client_id!r})"

    def token(self, base_url: str) -> Flow[str | None]:
        if not self._is_good(self._tokens):
            # Another process may have exchanged it; the old refresh token is worth nothing then.
            self._tokens = (yield Blocking(self._store.load)) or self._tokens
        tokens = self._tokens
        if tokens is None or not self._is_good(tokens):
            tokens = yield from self._renew(base_url, tokens)
        return tokens.access_token

    def rejected(self, token: str | None) -> bool:
        """The token ended early: revoked, or the clocks differ."""
        # If another call has a new one already, that one is left alone.
        self._refused = token
        return True

    def give_back(self, base_url: str) -> Flow[None]:
        tokens: TokenSet | None = (yield Blocking(self._store.load)) or self._tokens
        if tokens is not None:
            url = yield from self._endpoint(base_url, "revocation_endpoint")
            # With a refresh token ends all that came of it.
            form = {"token": tokens.refresh_token or tokens.access_token}
            response = yield from self._post(url, form, is_repeatable=True)
            if not response.is_success:
                json_of(response)
        yield Blocking(lambda: self._store.save(None))
        self._tokens = None

    def _is_good(self, tokens: TokenSet | None) -> bool:
        if tokens is None or tokens.access_token == self._refused:
            return False
        return self._clock() < tokens.expires_at

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        raise NotImplementedError

    def _refresh(self, base_url: str, refresh_token: str) -> Flow[TokenSet]:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        # Never sent twice when the answer got lost: the server takes a second use for a theft.
        return (yield from self._ask(base_url, form, is_repeatable=False))

    def _ask(self, base_url: str, form: Mapping[str, str], is_repeatable: bool) -> Flow[TokenSet]:
        """A token request. What it gives is in the store before it is used."""
        url = yield from self._endpoint(base_url, "token_endpoint")
        # Once it was sent, what was exchanged is worth nothing: a task that is cancelled must not lose
        # what came for it.
        tokens: TokenSet = yield Shielded(lambda: self._exchange(url, form, is_repeatable))
        return tokens

    def _exchange(self, url: str, form: Mapping[str, str], is_repeatable: bool) -> Flow[TokenSet]:
        response = yield from self._post(url, form, is_repeatable)
        tokens = self._tokens_of(response)
        if tokens.refresh_token is None:
            tokens = replace(tokens, refresh_token=form.get("refresh_token"))
        self._tokens = tokens
        yield Blocking(lambda: self._store.save(tokens))
        return tokens

    def _post(self, url: str, form: Mapping[str, str], is_repeatable: bool) -> Flow[httpx.Response]:
        headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        form = dict(form)
        if self._how == "client_secret_basic":
            pair = f"{quote(self.client_id, safe='')}:{quote(self._secret or '', safe='')}"
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = self.client_id
            if self._how == "client_secret_post":
                form["client_secret"] = self._secret or ""
        body = urlencode(form).encode()
        return (yield from _send(Send("POST", url, headers, body=body, timeout=_TIMEOUT), is_repeatable))

    def _endpoint(self, base_url: str, name: str) -> Flow[str]:
        metadata = yield from self._discover(base_url)
        endpoint = metadata.get(name)
        if not isinstance(endpoint, str):
            raise ConfigurationError(f"the authorization server has no {name}")
        return endpoint

    def _discover(self, base_url: str) -> Flow[dict[str, Any]]:
        """What the authorization server says of itself."""
        if self._metadata is None:
            issuer = (self._issuer or base_url).rstrip("/")
            url = f"{issuer}/.well-known/openid-configuration"
            headers = {"accept": "application/json"}
            response = yield from _send(Send("GET", url, headers, timeout=_TIMEOUT), True)
            metadata = json_of(response)
            # What another issuer says is worth nothing (RFC 8414, 3.3).
            found = str(metadata.get("issuer", ""))
            if found.rstrip("/") != issuer:
                message = f"{url} describes another issuer, {found!r}: use its own address"
                raise UnexpectedAnswerError(message, response)
            self._metadata = metadata
        return self._metadata

    def _tokens_of(self, response: httpx.Response) -> TokenSet:
        body = json_of(response)
        token, kind = body.get("access_token"), str(body.get("token_type", "")).lower()
        if not isinstance(token, str) or kind != "bearer":
            raise UnexpectedAnswerError("the token endpoint gave no bearer token", response)
        life = float(body.get("expires_in") or _ASSUMED_LIFE_S)
        expires_at = self._clock() + life - min(_LEEWAY_S, life / 10)
        return TokenSet(token, expires_at, body.get("refresh_token"), body.get("scope", self._scope))


def _send(send: Send, is_repeatable: bool) -> Flow[httpx.Response]:
    """Sends something to the authorization server, a few times if that is safe."""
    attempt = 0
    while True:
        attempt += 1
        pause = 0.0
        try:
            response: httpx.Response = yield send
        except httpx.RequestError as error:
            if attempt == _ATTEMPTS or not (is_repeatable or is_not_sent(error)):
                message = f"the authorization server gave no answer: {error or type(error).__name__}"
                unknown = not is_not_sent(error)
                raise APIConnectionError(message, is_outcome_unknown=unknown, idempotency_key=None) from error
        else:
            pause = retry_after(response) or 0.0
            is_busy = response.status_code in (429, 502, 503, 504)
            if not is_busy or attempt == _ATTEMPTS or pause > _RETRY_AFTER_MAX_S:
                return response
        yield Sleep(max(pause, 0.125 * 2**attempt))


def json_of(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise UnexpectedAnswerError("the authorization server didn't answer with JSON", response)
    if response.status_code >= 400 or "error" in body:
        raise OAuthError(str(body.get("error", response.status_code)), body.get("error_description"))
    return body
