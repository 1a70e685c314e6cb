"""A logged-in user of the panel, over a kept-alive connection."""

from __future__ import annotations

import http.client
import json

USER, PASSWORD = "bench", "benchmark"


class Session:
    """Sends requests to the panel on a port."""

    def __init__(self, port: int, *, takes_gzip: bool = False) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        login = json.dumps({"username": USER, "password": PASSWORD})
        self.token: str = json.loads(self.request("POST", "/api/auth/login", login))["token"]
        self._headers["Authorization"] = f"Bearer {self.token}"
        if takes_gzip:
            self._headers["Accept-Encoding"] = "gzip"

    def request(self, method: str, path: str, body: str | None = None) -> bytes:
        """Return an answer's body, compressed if the client takes gzip. Raises RuntimeError for a bad status."""
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the panel answers {answer.status}: {content[:200]!r}")
        return content
