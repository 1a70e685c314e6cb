"""One node of a test cluster: a root folder in layers, and a systemd that boots from it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.keys import Keys
from tests.cluster.leftovers import control_group, end_group, forget_machine, unmount
from tests.cluster.network import Network

BOOT_SECONDS = 60
STOP_SECONDS = 15
ENVIRONMENT = {
    "HOME": "/root",
    "TERM": "dumb",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}


class Node:
    """One node. Its disk, an overlay over the image, survives power-off and reboot; wipe() gives it a new one."""

    def __init__(self, name: str, folder: Path, image: Path, network: Network, keys: Keys) -> None:
        self.name = name
        self.address = network.addresses[name]
        self.folder = folder
        self.root = folder / "root"
        """The node's file system as this machine sees it; /run and /tmp are mounted inside the node only."""
        self._image = image
        self._network = network
        self._keys = keys
        self._process: subprocess.Popen[bytes] | None = None
        self._group = control_group(f"{network.prefix}{name}")

    # --- power and cable ---

    def wipe(self) -> None:
        """Give the stopped node a fresh disk: the image, with its own name, keys and hosts file."""
        self.unmount()
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in ("root", "upper", "work"):
            (self.folder / part).mkdir(parents=True)
        layers = f"lowerdir={self._image},upperdir={self.folder}/upper,workdir={self.folder}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], check=True, capture_output=True)
        self._keys.lay_into(self.root, self.name)

    def start(self) -> None:
        """Begin to boot; wait_until_ready() waits for the end."""
        self._group.mkdir(exist_ok=True)
        environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        # With --keep-unit, nspawn puts the node's control groups below its own, so each nspawn gets a group.
        entered = f'echo $$ > {self._group}/cgroup.procs && exec "$@"'
        with (self.folder / "console.log").open("ab") as console:
            self._process = subprocess.Popen(
                ["sh", "-c", entered, "sh", *self._boot_command()],
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return once systemd has started everything. Raises RuntimeError with the console's end if it does not."""
        deadline = time.monotonic() + BOOT_SECONDS
        state = ""
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            if self._leader() is not None:
                state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.05)
        console = (self.folder / "console.log").read_text(errors="replace")
        raise RuntimeError(f"{self.name} did not boot (systemd says {state!r}): {console[-2000:]}")

    def begin_stop(self) -> None:
        """Ask for an orderly shutdown, without waiting for it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Shut down cleanly, by force if that takes too long. Does nothing if the node is off."""
        self.begin_stop()
        if self._process is not None:
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        end_group(self._group)
        forget_machine(self._group.name)

    def kill(self) -> None:
        """Kill the node and all that runs there."""
        if self._process is not None:
            self._process.kill()
        self.stop()

    def power_off(self) -> None:
        """Shut down and leave the network; the namespace of a stopped node would still answer ping."""
        self._network.cut(self.name)
        self.stop()

    def power_on(self) -> None:
        """Boot on the same disk and wait until the node is ready."""
        self._network.mend(self.name)
        self.start()
        self.wait_until_ready()

    def reboot(self) -> None:
        """Shut down cleanly and boot on the same disk."""
        self.power_off()
        self.power_on()

    def cut(self) -> None:
        """Pull the cable: the node keeps running, and packets are lost."""
        self._network.cut(self.name)

    def mend(self) -> None:
        """Plug the cable in again."""
        self._network.mend(self.name)

    def unmount(self) -> None:
        """Unmount the stopped node's disk."""
        unmount(self.root)

    # --- work inside ---

    def command(self, *words: str, environment: Mapping[str, str] | None = None) -> list[str]:
        """Return the command that runs `words` inside the node as root. For a terminal, start it on a pty."""
        leader = self._leader()
        if leader is None:
            raise RuntimeError(f"{self.name} is off")
        variables = [f"{name}={value}" for name, value in {**ENVIRONMENT, **(environment or {})}.items()]
        spaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wdns=/"]
        return ["nsenter", "-t", str(leader), *spaces, "env", "-i", *variables, *words]

    def run(
        self,
        *words: str,
        check: bool = True,
        seconds: float = 60,
        stdin: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside the node as root, with text output. check: a failure raises RuntimeError."""
        command = self.command(*words, environment=environment)
        source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, **source)
        if check and done.returncode != 0:
            output = done.stdout + done.stderr
            raise RuntimeError(f"{self.name}: {' '.join(words)} ended with {done.returncode}: {output}")
        return done

    def shell(self, script: str, **options: bool | float | str) -> str:
        """Run a shell script inside the node and return its stdout. Options as in run()."""
        return self.run("sh", "-ec", script, **options).stdout  # type: ignore[arg-type]

    def put(self, source: Path, target: str) -> None:
        """Copy a file or a folder from this machine to a path on the node's disk. Keeps modes; root owns the copy."""
        place = self.root / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, place)

    def get(self, source: str, target: Path) -> None:
        """Copy a file or a folder from the node's disk to this machine, the reverse of put()."""
        _copy(self.root / source.lstrip("/"), target)

    def write(self, target: str, text: str, mode: int = 0o644) -> None:
        """Write a file on the node's disk."""
        place = self.root / target.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)

    # --- how it is started ---

    def _boot_command(self) -> list[str]:
        command = ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}", f"--machine={self._group.name}"]
        command += [f"--hostname={self.name}", "--register=no", "--keep-unit", "--console=read-only"]
        command += [f"--network-namespace-path={self._network.namespace(self.name)}", "--resolv-conf=off"]
        # In its own network only: for firewalld.
        command += ["--capability=CAP_NET_ADMIN"]
        return [*command, "--timezone=off", "--link-journal=no", "--private-users=no"]

    def _leader(self) -> int | None:
        """Return this machine's process id of the node's PID 1, None while there is none."""
        if self._process is None:
            return None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        try:
            found = [int(child) for child in children.read_text().split()]
            return next((pid for pid in found if Path(f"/proc/{pid}/comm").read_text() == "systemd\n"), None)
        except OSError:  # it has just ended
            return None


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-rT", "--preserve=mode,timestamps,links", source, target], check=True)
