"""Waits for a webhook of a kind, verifies its signature with the standardwebhooks library, and prints
it.

usage: check_webhook.py FOLDER SECRET KIND
"""

import json
import pathlib
import sys
import time

from standardwebhooks.webhooks import Webhook

folder, secret, kind = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
for _ in range(200):
    for path in sorted(folder.glob("*.json")):
        try:
            received = json.loads(path.read_text())
        except json.JSONDecodeError:
            continue  # it is being written
        if json.loads(received["body"])["type"] == kind:
            Webhook(secret).verify(received["body"], received["headers"])
            print(received["body"])
            sys.exit()
    time.sleep(0.1)
sys.exit(f"no webhook of the kind {kind}")
