"""A server for tests of how servers are run: answers on a port, reads its file again when it is asked to.

``python -m tests.lab.pretender PORT FILE``. A file that says ``refuse`` is refused; ``die`` ends it at once.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PORT, FILE = int(sys.argv[1]), Path(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    text = FILE.read_text()

    def do_GET(self) -> None:
        self._answer(200, Handler.text)

    def do_POST(self) -> None:
        new = FILE.read_text()
        if new == "refuse":
            self._answer(500, "the file says no")
            return
        Handler.text = new
        self._answer(200, "")

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


if Handler.text == "die":
    print("the file says die", flush=True)
    os._exit(3)
HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
