"""How a client proves who it is."""

from __future__ import annotations

import os

from ._errors import ConfigurationError
from ._http import Flow

__all__ = ["Anonymous", "Credential", "Token"]


class Credential:
    """Gives the token that goes with each request. Pass one as `auth=`."""

    def token(self, base_url: str) -> Flow[str | None]:
        """The token to send now; may ask the authorization server for one."""
        raise NotImplementedError

    def rejected(self, token: str | None) -> bool:
        """Told that the server didn't take a token. True if it is worth to ask for another one."""
        return False

    def give_back(self, base_url: str) -> Flow[None]:
        """Ends what it got from the authorization server."""
        raise ConfigurationError("only tokens of bushel.oauth can be given back")
        yield  # what makes this a flow


class Anonymous(Credential):
    """Nobody. Enough to register, to sign in, and to ask whether the server is well."""

    def token(self, base_url: str) -> Flow[str | None]:
        return None
        yield  # what makes this a flow

    def __repr__(self) -> str:
        return "Anonymous()"


class Token(Credential):
    """A token that stays the same: an API key, an access token, the operator's token."""

    def __init__(self, token: str) -> None:
        token = token.strip()
        if not token or not all("!" <= char <= "~" for char in token):
            raise ConfigurationError("a token is visible ASCII characters without spaces, and not empty")
        self._token = token

    def token(self, base_url: str) -> Flow[str | None]:
        return self._token
        yield  # what makes this a flow

    def __repr__(self) -> str:
        return "Token(…)"


def credential(
    api_key: str | None, access_token: str | None, operator_token: str | None, auth: Credential | None
) -> Credential:
    """What a client's arguments and the environment come to."""
    given = [one for one in (api_key, access_token, operator_token, auth) if one is not None]
    if len(given) > 1:
        raise ConfigurationError("give one of api_key, access_token, operator_token and auth")
    chosen = given[0] if given else os.environ.get("BUSHEL_API_KEY")
    if chosen is None:
        raise ConfigurationError(
            "there are no credentials: give api_key=…, set BUSHEL_API_KEY, "
            "or say auth=bushel.Anonymous() to have none"
        )
    return Token(chosen) if isinstance(chosen, str) else chosen
