"""Tokens, and where they are kept."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from .._errors import ConfigurationError


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
        _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    """Makes a new name in it outlast a loss of power, where folders can be opened."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
