#!/usr/bin/env python3
"""Load on a Bushel server while something goes wrong, and the proof afterwards that nothing was
lost and nothing doubled. Only the standard library is needed.

  load.py run   --url URL --token TOKEN --ids FILE [--clients 8] [--seconds 10]
  load.py check --url URL --token TOKEN --ids FILE

`run` makes single transfers of 1 from `faults/source` to `faults/sink`, each with an id of its
own; whatever is not acknowledged is sent again with the same id. Acknowledged ids go to FILE.
`check` asks for every acknowledged id and compares the sink's balance with their number.
"""

import argparse
import http.client
import json
import os
import threading
import time
import urllib.parse
import uuid

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def transfer_id():
    """A `tr_…` id: the UUID as 26 characters of Crockford's base 32."""
    bits = (int(time.time() * 1000) << 80) | (uuid.uuid4().int & ((1 << 80) - 1))
    text = "".join(ALPHABET[(bits >> (5 * shift)) & 31] for shift in range(25, -1, -1))
    return "tr_" + text


class Api:
    def __init__(self, url, token):
        self.address = urllib.parse.urlsplit(url).netloc
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.connection = None

    def call(self, method, path, body=None):
        """Status and JSON of an answer; status 0 if there is none."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, timeout=10)
            payload = None if body is None else json.dumps(body)
            self.connection.request(method, path, payload, self.headers)
            response = self.connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return 0, None


def prepare(api):
    api.call("POST", "/v1/ledger/assets", {"code": "FAULT", "scale": 0, "kind": "points"})
    accounts = [{"address": f"faults/{name}", "asset": "FAULT"} for name in ("source", "sink")]
    for account in accounts:
        status, answer = api.call("POST", "/v1/ledger/accounts", {"accounts": [account]})
        assert status == 200, (status, answer)


class Client(threading.Thread):
    def __init__(self, url, token, until, ids):
        super().__init__()
        self.api, self.until, self.ids = Api(url, token), until, ids
        self.acknowledged, self.statuses, self.slowest = 0, {}, 0.0

    def run(self):
        while time.monotonic() < self.until:
            self.one(transfer_id())

    def one(self, identifier):
        transfer = {
            "id": identifier,
            "debit_account": "faults/source",
            "credit_account": "faults/sink",
            "amount": "1",
            "asset": "FAULT",
        }
        # A transfer that was begun is finished, even after the time is over.
        for _ in range(600):
            started = time.monotonic()
            status, answer = self.api.call("POST", "/v1/ledger/transfers", {"transfers": [transfer]})
            self.slowest = max(self.slowest, time.monotonic() - started)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == 200:
                result = answer["results"][0]["status"]
                if result in ("created", "exists"):
                    # Written at once: this program may be killed as well.
                    os.write(self.ids, f"{identifier}\n".encode())
                    self.acknowledged += 1
                elif result not in ("debit_account_not_found", "credit_account_not_found"):
                    raise SystemExit(f"unexpected result: {answer}")
                return
            time.sleep(0.05)


def run(arguments):
    prepare(Api(arguments.url, arguments.token))
    until = time.monotonic() + arguments.seconds
    ids = os.open(arguments.ids, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    clients = [Client(arguments.url, arguments.token, until, ids) for _ in range(arguments.clients)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    statuses = {}
    for client in clients:
        for status, count in client.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    names = {0: "no answer", 200: "200"}
    shown = ", ".join(f"{names.get(s, s)}: {c}" for s, c in sorted(statuses.items()))
    acknowledged = sum(client.acknowledged for client in clients)
    slowest = max(client.slowest for client in clients)
    print(f"load: {acknowledged} acknowledged ({shown}), slowest answer {slowest:.2f} s", flush=True)


def check(arguments):
    api = Api(arguments.url, arguments.token)
    with open(arguments.ids, encoding="utf-8") as file:
        ids = [line.strip() for line in file]
    assert len(ids) == len(set(ids)), "an id was acknowledged twice"
    missing = []
    for identifier in ids:
        status, _ = api.call("GET", f"/v1/ledger/transfers/{identifier}")
        if status != 200:
            missing.append((identifier, status))
    status, sink = api.call("GET", "/v1/ledger/accounts/faults%2Fsink")
    assert status == 200, (status, sink)
    posted = int(sink["balances"]["credits_posted"])
    print(f"check: {len(ids)} acknowledged, {len(missing)} missing, balance {posted}", flush=True)
    # What was sent but never acknowledged may be there too; each id at most once.
    if missing or posted < len(ids):
        raise SystemExit(f"LOST: {missing[:5]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["run", "check"])
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", default=os.environ.get("BUSHEL_TOKEN"))
    parser.add_argument("--ids", required=True)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    {"run": run, "check": check}[arguments.command](arguments)


if __name__ == "__main__":
    main()
