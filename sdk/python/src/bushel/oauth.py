"""`bushel.oauth`: tokens from an authorization server: client credentials, device flow, refresh.

By RFC 6749 (client credentials, refresh), RFC 8628 (device flow) and OpenID Connect discovery. Nothing here
is special to Bushel but that the issuer is the server itself unless another one is given.
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlencode

import httpx

from ._auth import Credential
from ._errors import APIConnectionError, ConfigurationError, OAuthError, UnexpectedAnswerError
from ._http import Blocking, Flow, Send, Sleep
from ._retries import is_not_sent

__all__ = [
    "ClientCredentials",
    "DeviceCode",
    "DeviceFlow",
    "FileTokenStore",
    "MemoryTokenStore",
    "RefreshToken",
    "TokenSet",
    "TokenStore",
]

# A token is exchanged this long before it ends, or a tenth of its life if that is less.
_LEEWAY_S = 30.0
_ASSUMED_LIFE_S = 300.0
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_TIMEOUT_S = 30.0
_ATTEMPTS = 4

ClientAuthentication = Literal["client_secret_basic", "client_secret_post", "none"]


@dataclass(frozen=True)
class TokenSet:
    """What an authorization server gave."""

    access_token: str
    expires_at: float
    """When the access token is to be exchanged: seconds since 1970."""
    refresh_token: str | None = None
    scope: str | None = None

    def __repr__(self) -> str:
        return f"TokenSet(expires_at={self.expires_at}, scope={self.scope!r})"


class TokenStore(Protocol):
    """Where tokens are kept between two runs of a program."""

    def load(self) -> TokenSet | None: ...

    def save(self, tokens: TokenSet | None) -> None:
        """Returns after what it wrote can't be lost any more; None removes it."""


class MemoryTokenStore:
    """Forgets everything when the program ends."""

    def __init__(self, tokens: TokenSet | None = None) -> None:
        self._tokens = tokens

    def load(self) -> TokenSet | None:
        return self._tokens

    def save(self, tokens: TokenSet | None) -> None:
        self._tokens = tokens


class FileTokenStore:
    """A file that only its owner may read. It is replaced as a whole, so it is never half written."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()

    def load(self) -> TokenSet | None:
        try:
            return TokenSet(**json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{self.path} holds no tokens; remove it to begin anew") from error

    def save(self, tokens: TokenSet | None) -> None:
        if tokens is None:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Such a file is made with the mode 600.
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(tokens), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@dataclass(frozen=True)
class DeviceCode:
    """What a person has to be shown, so that they can let the program in (RFC 8628)."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    """With the code in it, for a QR code or a link."""
    expires_in_s: float


class _OAuth(Credential):
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
            tokens = self._tokens = yield from self._renew(base_url, tokens)
            yield Blocking(lambda: self._store.save(tokens))
        return tokens.access_token

    def rejected(self, token: str | None) -> bool:
        """The token ended early: revoked, or the clocks differ."""
        # If another call has a new one already, that one is left alone.
        self._refused = token
        return True

    def _is_good(self, tokens: TokenSet | None) -> bool:
        if tokens is None or tokens.access_token == self._refused:
            return False
        return self._clock() < tokens.expires_at

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        raise NotImplementedError

    def _refresh(self, base_url: str, refresh_token: str) -> Flow[TokenSet]:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        # Never sent twice when the answer got lost: the server takes a second use for a theft.
        tokens = yield from self._ask(base_url, form, is_repeatable=False)
        return tokens if tokens.refresh_token else replace(tokens, refresh_token=refresh_token)

    def _ask(self, base_url: str, form: Mapping[str, str], is_repeatable: bool) -> Flow[TokenSet]:
        """A token request."""
        url = yield from self._endpoint(base_url, "token_endpoint")
        response = yield from self._post(url, form, is_repeatable)
        return self._tokens_of(response)

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
        return (yield from _send(Send("POST", url, headers, body=body, timeout=_TIMEOUT_S), is_repeatable))

    def _endpoint(self, base_url: str, name: str) -> Flow[str]:
        if self._metadata is None:
            issuer = (self._issuer or base_url).rstrip("/")
            url = f"{issuer}/.well-known/openid-configuration"
            headers = {"accept": "application/json"}
            response = yield from _send(Send("GET", url, headers, timeout=_TIMEOUT_S), True)
            metadata = _json_of(response)
            # What another issuer says is worth nothing (RFC 8414, 3.3).
            if str(metadata.get("issuer", "")).rstrip("/") != issuer:
                raise UnexpectedAnswerError(f"{url} describes another issuer", response)
            self._metadata = metadata
        endpoint = self._metadata.get(name)
        if not isinstance(endpoint, str):
            raise ConfigurationError(f"the authorization server has no {name}")
        return endpoint

    def _tokens_of(self, response: httpx.Response) -> TokenSet:
        body = _json_of(response)
        token, kind = body.get("access_token"), str(body.get("token_type", "")).lower()
        if not isinstance(token, str) or kind != "bearer":
            raise UnexpectedAnswerError("the token endpoint gave no bearer token", response)
        life = float(body.get("expires_in") or _ASSUMED_LIFE_S)
        expires_at = self._clock() + life - min(_LEEWAY_S, life / 10)
        return TokenSet(token, expires_at, body.get("refresh_token"), body.get("scope", self._scope))


class ClientCredentials(_OAuth):
    """A program that acts for itself: `auth=ClientCredentials(id, secret, scope="wallet.read")`.

    It gets a token before the first request and a new one shortly before that ends.
    """

    def __init__(self, client_id: str, client_secret: str, **options: Any) -> None:
        super().__init__(client_id, client_secret, **options)

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        form = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        return (yield from self._ask(base_url, form, is_repeatable=True))


class RefreshToken(_OAuth):
    """A program that a person let in before; the store has the refresh token.

    Each exchange gives a new refresh token, which is in the store before it is used. Only one process at
    a time should work with a store.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        store: TokenStore,
        refresh_token: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(client_id, client_secret, store=store, **options)
        # For the first run only: what is in the store is newer.
        self._first = refresh_token

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        refresh_token = old.refresh_token if old is not None else self._first
        if refresh_token is None:
            raise ConfigurationError("there is no refresh token in the store; let the person sign in again")
        return (yield from self._refresh(base_url, refresh_token))


class DeviceFlow(_OAuth):
    """A program without a browser, such as a command line, that a person lets in with another device.

    `on_code` shows the person where to go and what to enter; then the program waits until they have
    decided. With a store this happens once, and after that only when the person takes it back.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        on_code: Callable[[DeviceCode], object],
        **options: Any,
    ) -> None:
        super().__init__(client_id, client_secret, **options)
        self._on_code = on_code

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        if old is not None and old.refresh_token is not None:
            try:
                return (yield from self._refresh(base_url, old.refresh_token))
            except OAuthError as error:
                if error.error != "invalid_grant":
                    raise
        return (yield from self._begin(base_url))

    def _begin(self, base_url: str) -> Flow[TokenSet]:
        url = yield from self._endpoint(base_url, "device_authorization_endpoint")
        response = yield from self._post(url, {"scope": self._scope} if self._scope else {}, True)
        body = _json_of(response)
        try:
            device_code, life = str(body["device_code"]), float(body["expires_in"])
            complete = body.get("verification_uri_complete")
            shown = DeviceCode(str(body["user_code"]), str(body["verification_uri"]), complete, life)
            interval = float(body.get("interval", 5))
        except (KeyError, TypeError, ValueError):
            raise UnexpectedAnswerError("the device endpoint gave no code", response) from None
        yield Blocking(lambda: self._on_code(shown))
        return (yield from self._poll(base_url, device_code, interval, self._clock() + life))

    def _poll(self, base_url: str, device_code: str, interval: float, until: float) -> Flow[TokenSet]:
        form = {"grant_type": _DEVICE_GRANT, "device_code": device_code}
        while self._clock() < until:
            yield Sleep(interval)
            try:
                return (yield from self._ask(base_url, form, is_repeatable=True))
            except OAuthError as error:
                if error.error == "slow_down":
                    interval += 5
                elif error.error != "authorization_pending":
                    raise
        raise OAuthError("expired_token", "nobody has let the program in")


def _send(send: Send, is_repeatable: bool) -> Flow[httpx.Response]:
    """Sends something to the authorization server, a few times if that is safe."""
    attempt = 0
    while True:
        attempt += 1
        try:
            response: httpx.Response = yield send
        except httpx.RequestError as error:
            if attempt == _ATTEMPTS or not (is_repeatable or is_not_sent(error)):
                message = f"the authorization server gave no answer: {error or type(error).__name__}"
                unknown = not is_not_sent(error)
                raise APIConnectionError(message, is_outcome_unknown=unknown, idempotency_key=None) from error
        else:
            if response.status_code not in (429, 502, 503, 504) or attempt == _ATTEMPTS:
                return response
        yield Sleep(0.125 * 2**attempt)


def _json_of(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise UnexpectedAnswerError("the authorization server didn't answer with JSON", response)
    if response.status_code >= 400 or "error" in body:
        raise OAuthError(str(body.get("error", response.status_code)), body.get("error_description"))
    return body
