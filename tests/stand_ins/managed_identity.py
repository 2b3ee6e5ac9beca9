"""A machine's managed identity endpoint, as a process: App Service's and the VM's (IMDS), on loopback.

    python managed_identity.py ANSWER.json LOG

ANSWER.json says which identity is there and which token it gets; each query is appended to LOG.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ANSWER, LOG = Path(sys.argv[1]), Path(sys.argv[2])


class Endpoint(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        told = json.loads(ANSWER.read_text(encoding="utf-8"))
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        with LOG.open("a", encoding="utf-8") as log:
            log.write(json.dumps({"path": urlsplit(self.path).path, **query}) + "\n")
        asked = {name: query[name] for name in ("client_id", "object_id", "mi_res_id", "msi_res_id") if name in query}
        if self.headers.get("X-IDENTITY-HEADER", "") != told["header"] and not self.headers.get("Metadata"):
            self._answer(401, {"statusCode": 401, "message": "the identity header is wrong"})
        elif asked != told["identity"]:
            said = "Identity not found"
            self._answer(
                400, {"error": "invalid_request", "error_description": said, "statusCode": 400, "message": said}
            )
        else:
            ends = int(time.time()) + 86400
            self._answer(
                200,
                {
                    "access_token": told["token"],
                    "expires_on": str(ends),
                    "expires_in": "86400",
                    "resource": query.get("resource", ""),
                    "token_type": "Bearer",
                },
            )

    def _answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
