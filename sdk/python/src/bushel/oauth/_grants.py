"""The ways to tokens that need no address to come back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from typing_extensions import Unpack

from .._errors import ConsentNeededError, OAuthError, UnexpectedAnswerError
from .._http import Blocking, Flow, Sleep
from ._authority import OAuthCredential, Options, StoringOptions, json_of
from ._tokens import TokenSet, TokenStore

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class DeviceCode:
    """What a person has to be shown, so that they can let the program in (RFC 8628)."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    """With the code in it, for a QR code or a link."""
    expires_in_s: float


class ClientCredentials(OAuthCredential):
    """A program that acts for itself: `auth=ClientCredentials(id, secret, scope="wallet.read")`.

    It gets a token before the first request and a new one shortly before that ends.
    """

    def __init__(self, client_id: str, client_secret: str, **options: Unpack[StoringOptions]) -> None:
        super().__init__(client_id, client_secret, **options)

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        form = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        return (yield from self._ask(base_url, form, is_repeatable=True))


class RefreshToken(OAuthCredential):
    """A program that a person let in before; the store has the refresh token.

    Each exchange gives a new refresh token, which is in the store before it is used. Only one process at
    a time should work with a store. When nobody lets it in any more, that is a `ConsentNeededError`.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        store: TokenStore,
        refresh_token: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(client_id, client_secret, store=store, **options)
        # For the first run only: what is in the store is newer.
        self._first = refresh_token

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        refresh_token = old.refresh_token if old is not None else self._first
        if refresh_token is None:
            raise ConsentNeededError("consent_required", "there is no refresh token in the store")
        try:
            return (yield from self._refresh(base_url, refresh_token))
        except OAuthError as error:
            if error.error == "invalid_grant":
                raise ConsentNeededError(error.error, error.description) from error
            raise


class AskingCredential(OAuthCredential):
    """A program that asks a person to let it in, whenever nobody does."""

    def _renew(self, base_url: str, old: TokenSet | None) -> Flow[TokenSet]:
        if old is not None and old.refresh_token is not None:
            try:
                return (yield from self._refresh(base_url, old.refresh_token))
            except OAuthError as error:
                if error.error != "invalid_grant":
                    raise
        return (yield from self._begin(base_url))

    def _begin(self, base_url: str) -> Flow[TokenSet]:
        """Asks."""
        raise NotImplementedError


class DeviceFlow(AskingCredential):
    """A program without a browser, such as a command line, that a person lets in with another device.

    `on_code` shows the person where to go and what to enter; then the program waits until they have
    decided. With a store and the scope `offline_access` this happens once, and after that only when the
    person takes it back.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        *,
        on_code: Callable[[DeviceCode], object],
        **options: Unpack[StoringOptions],
    ) -> None:
        super().__init__(client_id, client_secret, **options)
        self._on_code = on_code

    def _begin(self, base_url: str) -> Flow[TokenSet]:
        url = yield from self._endpoint(base_url, "device_authorization_endpoint")
        response = yield from self._post(url, {"scope": self._scope} if self._scope else {}, True)
        body = json_of(response)
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
