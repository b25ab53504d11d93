"""Takes webhooks on a free port, which it prints, and writes each to a file of a folder: its headers
and body as they came.

usage: receiver.py FOLDER
"""

import json
import pathlib
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        name = headers["webhook-id"] + ".json"
        (folder / name).write_text(json.dumps({"headers": headers, "body": body}))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
