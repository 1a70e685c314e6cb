"""A real vmauth in front of the engine, for tests: it requires a token and gives a tenant its own addresses."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

START_SECONDS = 30
MISSING = "vmauth is missing; Debian has it in the package victoria-metrics."


@contextmanager
def running_vmauth(folder: Path, token: str, insert: str, select: str) -> Iterator[str]:
    """Run it while the block runs; yield its address. `token` may write and read as tenant 7.

    A cluster itself has addresses with that prefix; for a single node vmauth removes it. `token` followed by "-single"
    is for a single node at vmauth's own address.
    """
    program = shutil.which("vmauth")
    if program is None:
        raise FileNotFoundError(MISSING)
    routes = [
        {"src_paths": [f"/{way}/7/prometheus/.*"], "url_prefix": url, "drop_src_path_prefix_parts": 3}
        for way, url in (("insert", insert), ("select", select))
    ]
    config = folder / "vmauth.yml"
    # JSON is YAML too.
    single = {"bearer_token": f"{token}-single", "url_prefix": insert}
    config.write_text(json.dumps({"users": [{"bearer_token": token, "url_map": routes}, single]}))
    url = f"http://127.0.0.1:{(port := free_port())}"
    with (folder / "vmauth.log").open("wb") as output:
        process = subprocess.Popen(
            [program, f"-auth.config={config}", f"-httpListenAddr=127.0.0.1:{port}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise TimeoutError(f"vmauth does not answer: {(folder / 'vmauth.log').read_text()}")
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()
