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
    """Somebody who is signed in, with an API key."""

    def __init__(self, bank: Bank, handle: str) -> None:
        self.bank = bank
        self.handle = handle
        self.email = f"{handle}@example.org"
        self.password = f"crisp {handle[::-1]}-ish autumn orchard"
        self.session = self._sign_up()
        signed_in = bushel.Bushel(access_token=self.session.access_token, base_url=bank.url)
        scopes = ["profile.read", "profile.write", "wallet.read", "wallet.write"]
        scopes += ["payments.read", "payments.write", "notifications.read", "notifications.write"]
        with signed_in:
            self.api_key = signed_in.identity.api_keys.create(name="tests", scopes=scopes).key

    def client(self, **options: Any) -> bushel.Bushel:
        return bushel.Bushel(self.api_key, base_url=self.bank.url, **options)

    def async_client(self, **options: Any) -> bushel.AsyncBushel:
        return bushel.AsyncBushel(self.api_key, base_url=self.bank.url, **options)

    def _sign_up(self) -> bushel.models.SignInResultSignedIn:
        anyone = self.bank.anyone.identity
        anyone.users.create(
            email=self.email, name=f"{self.handle.title()} Apple", handle=self.handle, password=self.password
        )
        token = self._mailed("challenge.verify_email", r"verify[?#]\S*token=([A-Za-z0-9_.~-]+)")
        anyone.email_verifications.create(token=token)
        pending = anyone.sign_ins.create(login=self.handle, password=self.password)
        assert isinstance(pending, bushel.models.SignInResultConfirmationRequired)
        code = self._mailed("challenge.sign_in", r"\b([0-9]{8})\b")
        session = anyone.sign_ins.confirm(pending.sign_in, code=code)
        assert isinstance(session, bushel.models.SignInResultSignedIn)
        return session

    def _mailed(self, kind: str, pattern: str) -> str:
        mailbox = self.bank.operator.notifications.mailbox

        def look() -> str | None:
            mails = [mail for mail in mailbox.list(to=self.email) if mail.kind == kind]
            found = re.search(pattern, mailbox.get(mails[0].id).text) if mails else None
            return found[1] if found else None

        return until(f"a mail {kind} to {self.email}", look)


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

    def stop(self) -> None:
        self.operator.close()
        self.anyone.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)

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
