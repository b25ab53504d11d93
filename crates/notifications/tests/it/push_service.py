"""A push service and a browser for the tests of Web Push, made of other people's libraries: py-vapid
verifies who sends (RFC 8292), http-ece decrypts (RFC 8291). Each thing that happens is a line of
JSON on stdout. Commands are lines of JSON on stdin:

  {"subscribe": "name"}                    makes a browser; answers with its subscription
  {"answer": [404, 429, ...], "headers": {"Retry-After": "7"}}
                                           the statuses of the next messages; then 201 again

It ends with its stdin.
"""

import base64
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

browsers = {}
answers = []
more_headers = {}
origin = ""


def tell(**event):
    # In one piece: requests are answered side by side.
    print(json.dumps(event) + "\n", end="", flush=True)


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def subscribe(name):
    key, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    browsers[name] = (key, secret)
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    keys = {"p256dh": encoded(point), "auth": encoded(secret)}
    subscription = {"endpoint": f"{origin}/push/{name}", "expirationTime": None, "keys": keys}
    tell(event="subscribed", subscription=subscription)


def claims(authorization):
    """What the sender says of itself, once its signature was verified."""
    if not Vapid02.verify(authorization):
        return None
    token = authorization.split("t=")[1].split(",")[0]
    return json.loads(decoded(token.split(".")[1]))


class PushService(BaseHTTPRequestHandler):
    def do_POST(self):
        name = self.path.rsplit("/", 1)[1]
        key, secret = browsers[name]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        text = http_ece.decrypt(body, private_key=key, auth_secret=secret, version="aes128gcm")
        authorization = self.headers["Authorization"]
        status = answers.pop(0) if answers else 201
        self.send_response(status)
        for header, value in more_headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", "0")
        self.end_headers()
        tell(
            event="message",
            browser=name,
            status=status,
            payload=json.loads(text),
            length=len(body),
            claims=claims(authorization),
            key=authorization.split("k=")[1],
            headers={name.lower(): value for name, value in self.headers.items()},
        )

    def log_message(self, *_):
        pass


def main():
    global origin
    server = ThreadingHTTPServer(("127.0.0.1", 0), PushService)
    origin = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    tell(event="ready", port=server.server_port)
    for line in sys.stdin:
        command = json.loads(line)
        if "subscribe" in command:
            subscribe(command["subscribe"])
        else:
            answers[:] = command["answer"]
            more_headers.clear()
            more_headers.update(command.get("headers", {}))
            tell(event="obeyed")


main()
