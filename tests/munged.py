"""Starts a real munged for a test, with its own key and socket, apart from the machine's."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from typing import Iterator, Optional, Sequence

START_SECONDS = 10


def missing_munged() -> Optional[str]:
    """Return why munged can't be started here, None if it can."""
    if find_munged() is None:
        return "munged is not installed"
    return None


@contextlib.contextmanager
def running_munged(
    folder: Optional[str] = None, key: Optional[bytes] = None, options: Sequence[str] = ()
) -> Iterator[str]:
    """Run munged while the block runs; yield its socket's path.

    folder: where its files go; by default a new one, removed afterwards. All users must be able to enter it and all
    folders above (pytest's tmp_path is closed to others, and munged refuses it). key: 32 to 1024 bytes, random by
    default; two munged may share one. options: more options of munged, such as "--origin=127.0.0.2" or "--max-ttl=60".
    If root starts it, it runs as user munge. Raises RuntimeError with munged's message if it does not start.
    """
    own = tempfile.mkdtemp(prefix="minipanel-munged-", dir="/tmp") if folder is None else None
    place = os.path.abspath(str(own or folder))
    try:
        _prepare(place, key or os.urandom(128))
        process = _start(place, options)
        try:
            _wait_until_ready(process, place)
            yield os.path.join(place, "munge.socket")
        finally:
            _stop(process)
    finally:
        if own:
            shutil.rmtree(own)


def process_id(socket: str) -> int:
    """Return the process id of the munged with this socket."""
    with open(os.path.join(os.path.dirname(socket), "munged.pid")) as file:
        return int(file.read())


def find_munged() -> Optional[str]:
    """Return the program's path, None if it is not installed."""
    return shutil.which("munged", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _prepare(folder: str, key: bytes) -> None:
    """Make folder and key so that munged accepts them: owned by its user, the key closed, the folder open to enter."""
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    for name in ("munge.key", "munged.pid"):  # from a munged that ran here before
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(folder, name))
    path = os.path.join(folder, "munge.key")
    with open(path, "wb") as file:
        file.write(key)
    os.chmod(path, 0o400)
    if os.geteuid() == 0:
        user = pwd.getpwnam("munge")
        for name in (folder, path):
            os.chown(name, user.pw_uid, user.pw_gid)


def _start(folder: str, options: Sequence[str]) -> "subprocess.Popen[bytes]":
    program = find_munged()
    if program is None:
        raise RuntimeError("munged is not installed")
    files = {"key": "munge.key", "log": "munged.log", "pid": "munged.pid", "seed": "munged.seed"}
    command = [program, "--foreground", "--socket=" + os.path.join(folder, "munge.socket")]
    command += [f"--{what}-file={os.path.join(folder, name)}" for what, name in files.items()]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups"] + command
    with open(os.path.join(folder, "stderr.log"), "wb") as output:
        return subprocess.Popen(command + list(options), stdout=output, stderr=output, cwd="/")


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: str) -> None:
    """Return once it has written its process id, the last thing munged does before it accepts requests."""
    deadline = time.monotonic() + START_SECONDS
    while not _has_text(os.path.join(folder, "munged.pid")):
        if process.poll() is not None or time.monotonic() > deadline:
            with open(os.path.join(folder, "stderr.log"), errors="replace") as output:
                raise RuntimeError("munged did not start: " + output.read())
        time.sleep(0.01)


def _has_text(path: str) -> bool:
    return os.path.exists(path) and os.path.getsize(path) > 0


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
