"""`bushel.oauth`: tokens of an authorization server, for programs that act for themselves or for people.

By RFC 6749 (client credentials, code, refresh), RFC 7636 (PKCE), RFC 8252 (loopback addresses), RFC 8628
(device flow) and OpenID Connect discovery. Nothing here is special to Bushel but that the issuer is the
server itself unless another one is given.
"""

from __future__ import annotations

from ._authority import ClientAuthentication
from ._code import AuthorizationCode
from ._grants import ClientCredentials, DeviceCode, DeviceFlow, RefreshToken
from ._tokens import FileTokenStore, MemoryTokenStore, TokenSet, TokenStore

__all__ = [
    "AuthorizationCode",
    "ClientAuthentication",
    "ClientCredentials",
    "DeviceCode",
    "DeviceFlow",
    "FileTokenStore",
    "MemoryTokenStore",
    "RefreshToken",
    "TokenSet",
    "TokenStore",
]
