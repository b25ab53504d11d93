"""Prints what a regular expression finds in the newest kept mail of a kind to an address, waiting for
it.

usage: mail.py URL OPERATOR_TOKEN TO KIND PATTERN
"""

import json
import re
import sys
import time
import urllib.parse
import urllib.request

url, token, to, kind, pattern = sys.argv[1:]


def get(path):
    request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


for _ in range(200):
    for mail in get("/v1/notifications/mailbox?to=" + urllib.parse.quote(to))["data"]:
        if mail["kind"] != kind:
            continue
        text = get("/v1/notifications/mailbox/" + mail["id"])["text"]
        if found := re.search(pattern, text):
            print(found.group(1))
            sys.exit()
    time.sleep(0.1)
sys.exit(f"no mail to {to} of the kind {kind} with {pattern}")
