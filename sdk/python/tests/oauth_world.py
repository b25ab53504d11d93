"""One face for the fake's authorization server and the real one's, and programs that ask there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx
from bank import Bank

import bushel
from bushel.oauth import AuthorizationCode, DeviceCode, DeviceFlow, TokenSet, TokenStore
from bushel.testing import FakeBushel

SCOPES = "openid profile email offline_access profile.read wallet.read wallet.write"
# What most programs ask for.
SCOPE = "openid profile email offline_access wallet.read wallet.write"
REDIRECT_URI = "http://127.0.0.1/callback"


@dataclass(frozen=True)
class Program:
    """An application that was registered."""

    client_id: str
    client_secret: str | None
    owner: Any


def _revocation(program: Program, token: str) -> dict[str, str]:
    form = {"client_id": program.client_id, "token": token}
    return form if program.client_secret is None else {**form, "client_secret": program.client_secret}


class OAuthWorld(Protocol):
    url: str

    def person(self, name: str) -> Any: ...
    def program(self, is_public: bool = False) -> Program: ...
    def approve(self, what: str, person: Any) -> str:
        """Somebody lets in what asks; where the browser goes then."""
        ...

    def deny(self, what: str, person: Any) -> str: ...
    def take_back(self, person: Any, program: Program) -> None: ...
    def end(self, program: Program, access_token: str) -> None:
        """Lets an access token end before its time."""
        ...

    def http(self) -> httpx.Client:
        """For requests that the SDK never sends."""
        ...

    def client(self, auth: bushel.Credential) -> bushel.Bushel: ...
    def async_transport(self) -> httpx.AsyncBaseTransport: ...
    def async_client(self, auth: bushel.Credential) -> bushel.AsyncBushel: ...


class RealOAuthWorld:
    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.url = bank.issuer
        self._clients: list[bushel.Bushel] = []

    def person(self, name: str) -> Any:
        return self.bank.rich(name, 100)

    def program(self, is_public: bool = False) -> Program:
        owner = self.person("dev")
        grant_types: list[bushel.params.ApplicationGrantType] = ["authorization_code", "device_code"]
        if not is_public:
            grant_types.append("client_credentials")
        with owner.signed_in() as client:
            made = client.oauth.applications.create(
                name="Orchard Books",
                kind="public" if is_public else "confidential",
                redirect_uris=[REDIRECT_URI],
                grant_types=grant_types,
                scopes=SCOPES.split(),
            )
        return Program(made.id, made.client_secret, owner)

    def approve(self, what: str, person: Any) -> str:
        return self._decide(what, person, "approve")

    def deny(self, what: str, person: Any) -> str:
        return self._decide(what, person, "deny")

    def _decide(self, what: str, person: Any, verb: str) -> str:
        """As the page does it, with the person's session."""
        with person.signed_in() as client:
            oauth = client.oauth
            if "://" not in what:
                assert oauth.device_requests.get(what).application.name == "Orchard Books"
                getattr(oauth.device_requests, verb)(what)
                return ""
            sent = httpx.get(what)
            assert sent.status_code == 303, sent.text
            page = urlsplit(sent.headers["location"])
            if page.path != "/consent":
                return sent.headers["location"]
            (request,) = parse_qs(page.query)["request"]
            asked = oauth.requests.get(request)
            assert (asked.application.name, asked.is_consent_needed) == ("Orchard Books", True)
            decision: bushel.models.AuthorizationDecision = getattr(oauth.requests, verb)(request)
            return decision.redirect_to

    def take_back(self, person: Any, program: Program) -> None:
        with person.signed_in() as client:
            (consent,) = client.oauth.consents.list().consents
            assert consent.application.id == program.client_id
            client.oauth.consents.revoke(program.client_id)
            assert client.oauth.consents.list().consents == []

    def end(self, program: Program, access_token: str) -> None:
        assert httpx.post(f"{self.url}/oauth/revoke", data=_revocation(program, access_token)).is_success

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url)

    def client(self, auth: bushel.Credential) -> bushel.Bushel:
        self._clients.append(bushel.Bushel(auth=auth, base_url=self.url))
        return self._clients[-1]

    def async_transport(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport()

    def async_client(self, auth: bushel.Credential) -> bushel.AsyncBushel:
        return bushel.AsyncBushel(auth=auth, base_url=self.url)

    def close(self) -> None:
        for client in self._clients:
            client.close()


class FakeOAuthWorld:
    url = "http://fake"

    def __init__(self, fake: FakeBushel) -> None:
        self.fake = fake
        self._people = 0
        self._applications: dict[str, Any] = {}

    def person(self, name: str) -> Any:
        self._people += 1
        person = self.fake.person(f"{name}{self._people}")
        self.fake.give(person, "APPLE", 100)
        return person

    def program(self, is_public: bool = False) -> Program:
        owner = self.person("dev")
        made = self.fake.application(owner, scope=SCOPES, is_public=is_public)
        self._applications[made.client_id] = made
        return Program(made.client_id, made.client_secret, owner)

    def approve(self, what: str, person: Any) -> str:
        return self.fake.approve(what, person)

    def deny(self, what: str, person: Any) -> str:
        return self.fake.deny(what)

    def take_back(self, person: Any, program: Program) -> None:
        self.fake.take_back(person, self._applications[program.client_id])

    def end(self, program: Program, access_token: str) -> None:
        with httpx.Client(transport=self.fake) as client:
            assert client.post(f"{self.url}/oauth/revoke", data=_revocation(program, access_token)).is_success

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, transport=self.fake)

    def client(self, auth: bushel.Credential) -> bushel.Bushel:
        return bushel.Bushel(auth=auth, base_url=self.url, transport=self.fake)

    def async_transport(self) -> httpx.AsyncBaseTransport:
        return self.fake

    def async_client(self, auth: bushel.Credential) -> bushel.AsyncBushel:
        return bushel.AsyncBushel(auth=auth, base_url=self.url, transport=self.fake)


# --- What programs do -----------------------------------------------------------------------------


class Clock:
    """The program's time, which can be ahead of the server's."""

    ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


def held(client: bushel.Bushel) -> int | None:
    return client.wallet.accounts.list().data[0].total


def kept(store: TokenStore) -> TokenSet:
    tokens = store.load()
    assert tokens is not None
    return tokens


def device(world: OAuthWorld, program: Program, person: Any, **options: Any) -> DeviceFlow:
    """A device that a person lets in at once."""

    def on_code(code: DeviceCode) -> None:
        world.approve(code.user_code, person)

    options = {"scope": SCOPE, **options}
    return DeviceFlow(program.client_id, program.client_secret, on_code=on_code, **options)


def browser(
    world: OAuthWorld, program: Program, person: Any, decide: str = "approve", **options: Any
) -> AuthorizationCode:
    """A program whose browser a person sits at."""

    def on_url(url: str) -> None:
        assert httpx.get(getattr(world, decide)(url, person)).status_code == 200

    options = {"scope": SCOPE, **options}
    return AuthorizationCode(program.client_id, program.client_secret, on_url=on_url, **options)


def first_tokens(world: OAuthWorld, program: Program, person: Any, store: TokenStore) -> TokenSet:
    held(world.client(device(world, program, person, store=store)))
    return kept(store)
