"""Scrapes a panel every five seconds as Prometheus does, OpenMetrics and gzip, until it is ended."""

from __future__ import annotations

import http.client
import sys
import time

HEADERS = {
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    "Accept-Encoding": "gzip",
}
AFTER_TICK_SECONDS = 2
"""In the middle of the agents' posts."""


def scrape(port: int, token: str) -> None:
    """Scrape, for ten minutes at most."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(120):
        time.sleep(5 - (time.time() - AFTER_TICK_SECONDS) % 5)
        connection.request("GET", "/metrics", headers={**HEADERS, "Authorization": f"Bearer {token}"})
        connection.getresponse().read()


if __name__ == "__main__":
    scrape(int(sys.argv[1]), sys.argv[2])
