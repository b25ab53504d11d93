"""An authorization server in memory, as far as the programs see one that people let in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

from ._problem import refusal
from ._state import FakePerson, State

LIFE_S = 900
_POLLS_MAX = 100
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# What a scope is needed for, by the first part of a path; where there is none any token will do.
_SCOPES = {"identity": "profile", "wallet": "wallet", "payments": "payments"}

Answer = tuple[int, dict[str, Any], dict[str, str]]


@dataclass(frozen=True)
class FakeApplication:
    """A program in the fake that people may let in."""

    client_id: str
    client_secret: str | None = field(repr=False)
    """None for a public one."""
    owner: FakePerson
    scopes: tuple[str, ...]


@dataclass
class Grant:
    """What somebody lets a program do, until that ends."""

    application: FakeApplication
    person: FakePerson
    scopes: frozenset[str]
    is_open: bool = True


@dataclass
class Asked:
    """What a device or a browser came with."""

    grant: Grant | None
    application: FakeApplication
    scopes: frozenset[str]
    parameters: dict[str, str] = field(default_factory=dict)
    is_denied: bool = False
    polls: int = 0


class OAuthRefusal(Exception):  # noqa: N818 an answer, not an error
    """What ends a request to the protocol's addresses (RFC 6749, 5.2)."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.answer: Answer = (status, {"error": error, "error_description": "as the fake sees it"}, {})


class Authority:
    """Applications, and who lets them in."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._applications: dict[str, FakeApplication] = {}
        self._grants: list[Grant] = []
        self._access: dict[str, tuple[Grant, datetime]] = {}
        self._refresh: dict[str, Grant] = {}
        self._used: set[str] = set()
        self._devices: dict[str, Asked] = {}
        self._codes: dict[str, Asked] = {}
        self._asked = 0

    # --- What a test does --------------------------------------------------------------------------

    def add(self, owner: FakePerson, scopes: tuple[str, ...], is_public: bool) -> FakeApplication:
        client_id = self._state.new_id("app")
        secret = None if is_public else f"bshl_app_fake_{client_id}"
        self._applications[client_id] = FakeApplication(client_id, secret, owner, scopes)
        return self._applications[client_id]

    def decide(self, what: str, person: FakePerson | None) -> str:
        """Lets a device (by its code) or a browser (by its address) in; nobody refuses it."""
        if "://" in what:
            return self._decide_browser(httpx.URL(what), person)
        asked = self._devices[what]
        asked.is_denied = person is None
        asked.grant = self._grant(asked.application, person, asked.scopes) if person else None
        return ""

    def _decide_browser(self, address: httpx.URL, person: FakePerson | None) -> str:
        query = dict(address.params)
        application = self._applications[query["client_id"]]
        back = {"state": query.get("state", ""), "iss": _issuer(address)}
        try:
            scopes = _within(query.get("scope", ""), application.scopes)
            if query.get("code_challenge_method") != "S256":
                raise OAuthRefusal("invalid_request")
            if person is None:
                raise OAuthRefusal("access_denied")
            code = self._state.new_id("bshl_ac_fake")
            grant = self._grant(application, person, scopes)
            self._codes[code] = Asked(grant, application, scopes, query)
            back["code"] = code
        except OAuthRefusal as refused:
            back["error"] = str(refused)
        return str(httpx.URL(query["redirect_uri"]).copy_merge_params(back))

    def take_back(self, person: FakePerson, application: FakeApplication) -> None:
        for grant in self._grants:
            if (grant.person, grant.application) == (person, application):
                grant.is_open = False

    # --- What requests ask -------------------------------------------------------------------------

    def caller(self, token: str, request: httpx.Request) -> FakePerson | None:
        """Whose token it is, if it is one of an application that may do this."""
        if token not in self._access:
            return None
        grant, expires_at = self._access[token]
        if not grant.is_open:
            return None
        if expires_at <= self._state.now:
            raise refusal("request.token.expired")
        context = f"{request.url.path}//".split("/")[2]
        verb = "read" if request.method == "GET" else "write"
        if context in _SCOPES and f"{_SCOPES[context]}.{verb}" not in grant.scopes:
            raise refusal("request.forbidden")
        return grant.person

    def answer(self, request: httpx.Request) -> Answer:
        known = {
            ("GET", "/.well-known/openid-configuration"): self._metadata,
            ("GET", "/oauth/userinfo"): self._userinfo,
            ("POST", "/oauth/device_authorization"): self._device_authorization,
            ("POST", "/oauth/revoke"): self._revoke,
            ("POST", "/oauth/token"): self._token,
        }
        handler = known.get((request.method, request.url.path))
        if handler is None:
            raise NotImplementedError(f"FakeBushel doesn't know {request.method} {request.url.path}")
        try:
            return handler(request)
        except OAuthRefusal as refused:
            return refused.answer

    def _metadata(self, request: httpx.Request) -> Answer:
        issuer = _issuer(request.url)
        found: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "device_authorization_endpoint": f"{issuer}/oauth/device_authorization",
            "revocation_endpoint": f"{issuer}/oauth/revoke",
            "userinfo_endpoint": f"{issuer}/oauth/userinfo",
            "authorization_response_iss_parameter_supported": True,
        }
        return 200, found, {}

    def _userinfo(self, request: httpx.Request) -> Answer:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        grant, expires_at = self._access.get(token, (None, self._state.now))
        if grant is None or not grant.is_open or expires_at <= self._state.now:
            raise OAuthRefusal("invalid_token", 401)
        person, scopes = grant.person, grant.scopes
        if "openid" not in scopes:
            raise OAuthRefusal("insufficient_scope", 403)
        claims: dict[str, Any] = {"sub": person.id}
        if "profile" in scopes:
            claims |= {"name": person.name, "preferred_username": person.handle, "locale": "en"}
        if "email" in scopes:
            claims |= {"email": person.email, "email_verified": True}
        return 200, claims, {}

    def _device_authorization(self, request: httpx.Request) -> Answer:
        application, form = self._client(request)
        self._asked += 1
        # Letters that codes of the real server have, too.
        letters = "BCDFGHJKLMNPQRSTVWXZ"
        user_code = f"FKFK-{''.join(letters[self._asked // 20**place % 20] for place in range(4))}"
        asked = Asked(None, application, _within(form.get("scope"), application.scopes))
        self._devices[user_code] = asked
        page = f"{_issuer(request.url)}/device"
        codes = {
            "device_code": f"bshl_dc_fake_{user_code}",
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": 600,
            # Nobody waits in tests.
            "interval": 0,
        }
        return 200, codes, {}

    def _client(self, request: httpx.Request) -> tuple[FakeApplication, dict[str, str]]:
        form = dict(parse_qsl(request.content.decode()))
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            client_id, secret = (unquote(one) for one in base64.b64decode(encoded).decode().split(":"))
        application = self._applications.get(client_id)
        if application is None or application.client_secret != secret:
            raise OAuthRefusal("invalid_client", 401)
        return application, form

    def _token(self, request: httpx.Request) -> Answer:
        application, form = self._client(request)
        known = {
            "authorization_code": self._exchange_code,
            "client_credentials": self._client_credentials,
            "refresh_token": self._exchange_refresh,
            _DEVICE_GRANT: self._exchange_device,
        }
        handler = known.get(form.get("grant_type", ""))
        if handler is None:
            raise OAuthRefusal("unsupported_grant_type")
        return handler(application, form)

    def _client_credentials(self, application: FakeApplication, form: dict[str, str]) -> Answer:
        if application.client_secret is None:
            raise OAuthRefusal("unauthorized_client")
        operations = tuple(one for one in application.scopes if "." in one)
        scopes = _within(form.get("scope"), operations)
        return self._give(self._grant(application, application.owner, scopes))

    def _revoke(self, request: httpx.Request) -> Answer:
        application, form = self._client(request)
        token = form.get("token", "")
        grant = self._refresh.get(token)
        if grant is not None and grant.application == application:
            grant.is_open = False
        if token in self._access and self._access[token][0].application == application:
            del self._access[token]
        return 200, {}, {}

    def _exchange_refresh(self, application: FakeApplication, form: dict[str, str]) -> Answer:
        token = form.get("refresh_token", "")
        grant = self._refresh.get(token)
        if grant is None or grant.application != application or not grant.is_open:
            raise OAuthRefusal("invalid_grant")
        if token in self._used:
            # Somebody has a copy, and nobody can tell who.
            grant.is_open = False
            raise OAuthRefusal("invalid_grant")
        self._used.add(token)
        return self._give(grant)

    def _exchange_code(self, application: FakeApplication, form: dict[str, str]) -> Answer:
        code = form.get("code", "")
        asked = self._codes.get(code)
        if asked is None or asked.grant is None or asked.application != application:
            raise OAuthRefusal("invalid_grant")
        if code in self._used:
            asked.grant.is_open = False
            raise OAuthRefusal("invalid_grant")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        given = (challenge, form.get("redirect_uri"))
        if given != (asked.parameters.get("code_challenge"), asked.parameters["redirect_uri"]):
            raise OAuthRefusal("invalid_grant")
        self._used.add(code)
        return self._give(asked.grant)

    def _exchange_device(self, application: FakeApplication, form: dict[str, str]) -> Answer:
        user_code = form.get("device_code", "").removeprefix("bshl_dc_fake_")
        asked = self._devices.get(user_code)
        if asked is None or asked.application != application:
            raise OAuthRefusal("invalid_grant")
        if asked.is_denied:
            raise OAuthRefusal("access_denied")
        if asked.grant is None:
            # A test in which nobody decides should end.
            asked.polls += 1
            raise OAuthRefusal("authorization_pending" if asked.polls < _POLLS_MAX else "expired_token")
        del self._devices[user_code]
        return self._give(asked.grant)

    def _grant(self, application: FakeApplication, person: FakePerson, scopes: frozenset[str]) -> Grant:
        grant = Grant(application, person, scopes)
        self._grants.append(grant)
        return grant

    def _give(self, grant: Grant) -> Answer:
        access = self._state.new_id("bshl_at_fake")
        self._access[access] = (grant, self._state.now + timedelta(seconds=LIFE_S))
        order = [one for one in grant.application.scopes if one in grant.scopes]
        tokens: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": LIFE_S,
            "scope": " ".join(order),
        }
        if "offline_access" in grant.scopes:
            tokens["refresh_token"] = self._state.new_id("bshl_ar_fake")
            self._refresh[tokens["refresh_token"]] = grant
        return 200, tokens, {"cache-control": "no-store"}


def _issuer(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"


def _within(scope: str | None, allowed: tuple[str, ...]) -> frozenset[str]:
    """What is asked for, if that is allowed; all of it if nothing is said."""
    asked = frozenset(allowed if scope is None else scope.split())
    if not asked or not asked <= set(allowed):
        raise OAuthRefusal("invalid_scope")
    return asked
