"""A provider of short messages with Twilio's API, for the tests. What it signs is signed by Twilio's
own library. Each message that it takes is a line of JSON on stdout. Commands are lines of JSON on
stdin:

  {"behave": "take"}      takes messages (as at the start)
  {"behave": "slow"}      gets the message and says nothing
  {"behave": "500"}       answers 500; likewise any other status
  {"behave": "21211"}     answers 400 with this code
  {"sign": {"url": "...", "fields": {...}}}
                          what a callback to this address has in its header

It ends with its stdin.
"""

import argparse
import base64
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

from twilio.request_validator import RequestValidator

behaviour = "take"
taken = 0


def tell(**event):
    # In one piece: requests are answered side by side.
    print(json.dumps(event) + "\n", end="", flush=True)


class Provider(BaseHTTPRequestHandler):
    def do_POST(self):
        global taken
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        login = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        tell(event="message", form=form, login=login, path=self.path, behaviour=behaviour)
        if behaviour == "slow":
            time.sleep(30)
        elif login != f"{arguments.account}:{arguments.token}":
            self.answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
        elif behaviour == "take":
            taken += 1
            self.answer(201, {"sid": f"SM{taken:032x}", "status": "queued", "error_code": None})
        elif len(behaviour) > 3:
            message = f"The 'To' number {form['To']} is not a valid phone number."
            self.answer(400, {"code": int(behaviour), "message": message, "status": 400})
        else:
            self.answer(int(behaviour), {})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    global behaviour
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    tell(event="ready", port=server.server_port)
    for line in sys.stdin:
        command = json.loads(line)
        if "behave" in command:
            behaviour = command["behave"]
            tell(event="obeyed")
        else:
            asked = command["sign"]
            validator = RequestValidator(arguments.token)
            signature = validator.compute_signature(asked["url"], asked["fields"])
            tell(event="signed", signature=signature)


parser = argparse.ArgumentParser()
parser.add_argument("--account", default="AC1")
parser.add_argument("--token", default="t0k/en")
arguments = parser.parse_args()
main()
