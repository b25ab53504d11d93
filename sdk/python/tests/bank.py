"""A real Bushel with people in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import bushel

T = TypeVar("T")

PASSWORD = "crisp autumn orchard"
# Of that password; a cheap one, because the server makes it one of today anyway.
PASSWORD_HASH = "$2b$05$abcdefghijklmnopqrstuueBIHcy3na1TxkeCxxGFIO4mweKTKPF2"
ROOT = Path(__file__).resolve().parents[3]
SOON_S = 30.0


def binary() -> str:
    """The program under test: `BUSHEL_BINARY`, or what cargo built last."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    path = os.environ.get("BUSHEL_BINARY") or str(target / "debug" / "bushel")
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"there is no {path}: build it (cargo build -p server), or set BUSHEL_BINARY")
    return path


def until(what: str, attempt: Callable[[], T | None]) -> T:
    """Tries again until there is something."""
    deadline = time.monotonic() + SOON_S
    while (found := attempt()) is None:
        assert time.monotonic() < deadline, f"still not there: {what}"
        time.sleep(0.02)
    return found


class Person:
    """Somebody who is signed in, with an API key.

    They are imported, as people of another system are: the server lets only a few an hour register from
    one address.
    """

    def __init__(self, bank: Bank, handle: str) -> None:
        self.bank = bank
        self.handle = handle
        self.email = f"{handle}@example.org"
        bank.operator.operator.user_imports.create(content=self._line())
        self.session = self._sign_in()
        scopes = ["profile.read", "profile.write", "wallet.read", "wallet.write"]
        scopes += ["payments.read", "payments.write", "notifications.read", "notifications.write"]
        with self.signed_in() as client:
            self.api_key = client.identity.api_keys.create(name="tests", scopes=scopes).key

    def client(self, **options: Any) -> bushel.Bushel:
        return bushel.Bushel(self.api_key, base_url=self.bank.url, **options)

    def async_client(self, **options: Any) -> bushel.AsyncBushel:
        return bushel.AsyncBushel(self.api_key, base_url=self.bank.url, **options)

    def signed_in(self) -> bushel.Bushel:
        """With a session instead of a key: what only people do themselves."""
        return bushel.Bushel(access_token=self.session.access_token, base_url=self.bank.url)

    def _line(self) -> str:
        fields = {
            "email": self.email,
            "name": f"{self.handle.title()} Apple",
            "handle": self.handle,
            "password_hash": PASSWORD_HASH,
            "email_verified": "true",
        }
        return ",".join(fields) + "\n" + ",".join(fields.values()) + "\n"

    def _sign_in(self) -> bushel.models.SignInResultSignedIn:
        sign_ins = self.bank.anyone.identity.sign_ins
        pending = sign_ins.create(login=self.handle, password=PASSWORD)
        assert isinstance(pending, bushel.models.SignInResultConfirmationRequired)
        code = self.bank.mailed(self.email, "challenge.sign_in", r"\b([0-9]{8})\b")
        session = sign_ins.confirm(pending.sign_in, code=code)
        assert isinstance(session, bushel.models.SignInResultSignedIn)
        return session


class Bank:
    """A server on a folder of its own, and its operator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Postgres runs as another user if we are root, and has to be able to enter.
        folder.chmod(0o755)
        self._people = 0
        self._process = self._start()
        token = (folder / "data" / "token").read_text().strip()
        self.operator = bushel.Bushel(operator_token=token, base_url=self.url)
        self.anyone = bushel.Bushel(auth=bushel.Anonymous(), base_url=self.url)

    def _start(self) -> subprocess.Popen[bytes]:
        out, log = self.folder / "server.out", self.folder / "server.log"
        options = ["--listen", "127.0.0.1:0", "--webhook-allow", "127.0.0.0/8", "--rate-limit", "0"]
        command = [binary(), "serve", "--data", str(self.folder / "data"), *options]
        with out.open("wb") as stdout, log.open("wb") as stderr:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)

        def ready() -> str | None:
            assert process.poll() is None, f"the server did not start: {log.read_text()}"
            found = re.search(r"^ready (\S+)", out.read_text(), re.MULTILINE)
            return found[1] if found else None

        try:
            self.url = until("the server", ready)
        except BaseException:
            process.kill()
            raise
        return process

    @property
    def issuer(self) -> str:
        """What the server calls itself: at a loopback address its name."""
        return self.url.replace("127.0.0.1", "localhost")

    def stop(self) -> None:
        self.operator.close()
        self.anyone.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)

    def mailed(self, to: str, kind: str, pattern: str) -> str:
        """What is in the newest mail of a kind to somebody, once it has come."""
        mailbox = self.operator.notifications.mailbox

        def look() -> str | None:
            mails = [mail for mail in mailbox.list(to=to) if mail.kind == kind]
            found = re.search(pattern, mailbox.get(mails[0].id).text) if mails else None
            return found[1] if found else None

        return until(f"a mail {kind} to {to}", look)

    def person(self, name: str) -> Person:
        """Somebody new."""
        self._people += 1
        return Person(self, f"{name}{self._people}")

    def rich(self, name: str, amount: int, asset: str = "APPLE") -> Person:
        """Somebody new who holds something."""
        person = self.person(name)
        with person.client() as client:
            account = client.wallet.accounts.open(asset=asset)
        self.give(account.id, amount, asset)
        return person

    def give(self, account: str, amount: int, asset: str = "APPLE") -> None:
        """Value out of nowhere, as the operator can make it."""
        made = self.operator.ledger.transfers.create(
            transfers=[
                {
                    "kind": "single",
                    "debit_account": f"orchard/{asset}",
                    "credit_account": account,
                    "amount": amount,
                    "asset": asset,
                }
            ]
        )
        assert made.created == 1, made

    def asset(self, code: str, scale: int) -> None:
        ledger = self.operator.ledger
        ledger.assets.create(code=code, scale=scale, kind="goods")
        ledger.accounts.create(accounts=[{"address": f"orchard/{code}", "asset": code}])
