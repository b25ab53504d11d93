"""The way to tokens over the person's browser: a code, with PKCE, to a loopback address (RFC 8252)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import httpx
from typing_extensions import Unpack

from .._errors import ConfigurationError, OAuthError
from .._http import Blocking, Flow
from ._authority import StoringOptions
from ._grants import AskingCredential
from ._tokens import TokenSet

_PAGE = "<!doctype html><meta charset=utf-8><title>{0}</title><p>{0}</p>"
_DONE, _WRONG = "You can close this page; the program goes on.", "Nothing is waiting for this."


def _open_browser(url: str) -> None:
    if not webbrowser.open(url):
        raise ConfigurationError("there is no browser: give on_url=…, or use DeviceFlow")


class AuthorizationCode(AskingCredential):
    """A program on the person's own device, which they let in with their browser.

    `on_url` opens the browser. It comes back to the loopback address at which the program listens
    meanwhile, for `wait_s` seconds at most. Without a port in `redirect_uri` that is any free one, which a
    Bushel allows public applications. With a store and the scope `offline_access` this happens once, and
    after that only when the person takes it back.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        redirect_uri: str = "http://127.0.0.1/callback",
        on_url: Callable[[str], object] = _open_browser,
        wait_s: float = 300.0,
        **options: Unpack[StoringOptions],
    ) -> None:
        super().__init__(client_id, client_secret, **options)
        address = httpx.URL(redirect_uri)
        if address.scheme != "http" or address.host not in ("127.0.0.1", "::1") or address.fragment:
            raise ConfigurationError("a redirect_uri is like http://127.0.0.1/callback, or with [::1]")
        self._address = address
        self._on_url = on_url
        self._wait_s = wait_s

    def _begin(self, base_url: str) -> Flow[TokenSet]:
        endpoint = yield from self._endpoint(base_url, "authorization_endpoint")
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        listener: _Listener = yield Blocking(lambda: _Listener(self._address, state))
        try:
            url = self._url(endpoint, listener.redirect_uri, state, verifier)
            yield Blocking(lambda: self._on_url(url))
            until = self._clock() + self._wait_s
            while not (yield Blocking(listener.wait)):
                if self._clock() >= until:
                    raise OAuthError("expired_token", "nobody has let the program in")
        finally:
            listener.close()
        metadata = yield from self._discover(base_url)
        form = {
            "grant_type": "authorization_code",
            "code": _code(listener.answer, metadata),
            "redirect_uri": listener.redirect_uri,
            "code_verifier": verifier,
        }
        return (yield from self._ask(base_url, form, is_repeatable=False))

    def _url(self, endpoint: str, redirect_uri: str, state: str, verifier: str) -> str:
        digest = hashlib.sha256(verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if self._scope:
            parameters["scope"] = self._scope
        return str(httpx.URL(endpoint).copy_merge_params(parameters))


def _code(answer: dict[str, str], metadata: dict[str, object]) -> str:
    """The code of an answer whose state was right, if it is this authorization server's (RFC 9207)."""
    says_who = "iss" in answer or bool(metadata.get("authorization_response_iss_parameter_supported"))
    if says_who and answer.get("iss") != metadata["issuer"]:
        raise OAuthError("invalid_request", "the answer is another authorization server's")
    if "code" not in answer:
        raise OAuthError(answer.get("error", "invalid_request"), answer.get("error_description"))
    return answer["code"]


class _Listener(ThreadingTCPServer):
    """Waits on a loopback address for the one request that knows the state."""

    daemon_threads = True
    # Elsewhere that would let another program listen on the same port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, address: httpx.URL, state: str) -> None:
        self.address_family = socket.AF_INET6 if address.host == "::1" else socket.AF_INET
        super().__init__((address.host, address.port or 0), _Handler)
        self.redirect_uri = str(address.copy_with(port=self.server_address[1]))
        self.answer: dict[str, str] = {}
        self._path = address.path
        self._state = state
        self._has_come = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def is_answer(self, target: str) -> bool:
        """Whether a request is for this. Others change nothing: any page may send the browser here."""
        parts = urlsplit(target)
        given = dict(parse_qsl(parts.query)).get("state", "")
        return parts.path == self._path and hmac.compare_digest(given.encode(), self._state.encode())

    def take(self, target: str) -> None:
        self.answer = self.answer or dict(parse_qsl(urlsplit(target).query))
        self._has_come.set()

    def wait(self) -> bool:
        """Waits a moment only, so that the program can be ended meanwhile."""
        return self._has_come.wait(0.2)

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    # Browsers open connections that they don't use.
    timeout = 10

    def do_GET(self) -> None:
        listener = cast(_Listener, self.server)
        is_answer = listener.is_answer(self.path)
        page = _PAGE.format(_DONE if is_answer else _WRONG).encode()
        self.send_response(200 if is_answer else 404)
        for name, value in (
            ("content-type", "text/html; charset=utf-8"),
            ("content-length", str(len(page))),
            ("content-security-policy", "default-src 'none'"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)
        # Only now, because the program may end at once.
        if is_answer:
            listener.take(self.path)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 as the base class calls it
        """Nothing: the address has the code."""
