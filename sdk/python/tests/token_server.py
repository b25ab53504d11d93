"""An authorization server, small and strict: RFC 6749, RFC 8628, OpenID Connect discovery."""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx

ISSUER = "https://bank.example"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class TokenServer:
    """Answers for a whole server: tokens, and one resource that wants them."""

    def __init__(self, clock: Clock, client: str = "cli:ent", secret: str = "s3:cr&et") -> None:
        self.clock = clock
        self.client = client
        self.secret = secret
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "token_endpoint": f"{ISSUER}/oauth/token",
            "device_authorization_endpoint": f"{ISSUER}/oauth/device_authorization",
        }
        self.access: dict[str, float] = {}
        self.refresh: dict[str, bool] = {"first-refresh": True}
        self.grants: list[str] = []
        self.polls: list[str] = []
        self.life_s = 600
        self.lose: str | None = None
        self._numbers = itertools.count(1)
        self.authentications: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/.well-known/openid-configuration":
            return httpx.Response(200, json=self.metadata)
        if path == "/oauth/token":
            return self._token(request)
        if path == "/oauth/device_authorization":
            self._client(request)
            return httpx.Response(200, json=self._device_codes())
        return self._resource(request)

    def _device_codes(self) -> dict[str, Any]:
        return {
            "device_code": "secret-device-code",
            "user_code": "WDJB-MJHT",
            "verification_uri": f"{ISSUER}/device",
            "verification_uri_complete": f"{ISSUER}/device?user_code=WDJB-MJHT",
            "expires_in": 60,
            "interval": 5,
        }

    def _resource(self, request: httpx.Request) -> httpx.Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.access.get(token, 0) <= self.clock():
            return httpx.Response(401, json={"code": "request.token.expired", "title": "T"})
        asset = {"code": "APPLE", "scale": 0, "kind": "goods", "created_at": "2026-11-21T10:00:00Z"}
        return httpx.Response(200, json=asset)

    def _client(self, request: httpx.Request) -> dict[str, str]:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        header = request.headers.get("authorization", "")
        if header.startswith("Basic "):
            pair = base64.b64decode(header.removeprefix("Basic ")).decode()
            client, secret = (unquote(part) for part in pair.split(":"))
            self.authentications.append("basic")
        else:
            client, secret = form.get("client_id", ""), form.get("client_secret", "")
            self.authentications.append("post" if secret else "none")
        assert client == self.client
        form["is_known"] = str(secret == self.secret)
        return form

    def _token(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        form = self._client(request)
        kind = form["grant_type"].rsplit(":", 1)[-1]
        self.grants.append(kind)
        answer = {
            "client_credentials": self._client_credentials,
            "refresh_token": self._refresh,
            "device_code": self._device,
        }[kind](form)
        if self.lose == kind:
            self.lose = None
            raise httpx.ReadError("the answer got lost", request=request)
        return answer

    def _client_credentials(self, form: dict[str, str]) -> httpx.Response:
        if form["is_known"] != "True":
            return refused("invalid_client", 401, "who are you?")
        return self._give(with_refresh=False, scope=form.get("scope"))

    def _refresh(self, form: dict[str, str]) -> httpx.Response:
        token = form["refresh_token"]
        if not self.refresh.get(token):
            # A second use is a theft: the whole family ends.
            self.refresh.clear()
            return refused("invalid_grant")
        self.refresh[token] = False
        return self._give(with_refresh=True)

    def _device(self, form: dict[str, str]) -> httpx.Response:
        assert form["device_code"] == "secret-device-code"
        verdict = self.polls.pop(0)
        return self._give(with_refresh=True) if verdict == "ok" else refused(verdict)

    def _give(self, with_refresh: bool, scope: str | None = None) -> httpx.Response:
        number = next(self._numbers)
        access = f"secret-access-{number}"
        self.access[access] = self.clock() + self.life_s
        body = {"access_token": access, "token_type": "Bearer", "expires_in": self.life_s}
        if with_refresh:
            self.refresh[f"secret-refresh-{number}"] = True
            body["refresh_token"] = f"secret-refresh-{number}"
        if scope:
            body["scope"] = scope
        return httpx.Response(200, content=json.dumps(body), headers={"cache-control": "no-store"})


def refused(error: str, status: int = 400, description: str | None = None) -> httpx.Response:
    body = {"error": error} | ({"error_description": description} if description else {})
    return httpx.Response(status, json=body)
