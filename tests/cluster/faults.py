"""Faults of nodes. Each lasts for a `with` block and is undone after it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.node import Node

# systemd limits how often a service may restart; reset-failed lifts that.
AGAIN = 'again() { systemctl reset-failed "$@"; systemctl restart "$@"; }'


@contextmanager
def powered_off(node: Node) -> Iterator[None]:
    """No power."""
    node.power_off()
    try:
        yield
    finally:
        node.power_on()


@contextmanager
def ssh_key_refused(node: Node) -> Iterator[None]:
    """Root's key is not among the authorized ones."""
    with _changed(node, "mv ~/.ssh/authorized_keys ~/kept", "mv ~/kept ~/.ssh/authorized_keys"):
        yield


@contextmanager
def no_root_login(node: Node, user: str) -> Iterator[None]:
    """Root may not log in over ssh. This user may, with root's key, and becomes root with sudo."""
    sshd = "/etc/ssh/sshd_config.d/no-root.conf"
    change = (
        f"useradd --create-home {user}; cp -r ~/.ssh /home/{user}/; chown -R {user}: /home/{user}/.ssh; "
        f"echo '{user} ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/{user}; echo PermitRootLogin no >{sshd}; again ssh"
    )
    with _changed(
        node, change, f"rm {sshd} /etc/sudoers.d/{user}; again ssh; userdel --force --remove {user} 2>/dev/null"
    ):
        yield


@contextmanager
def host_key_changed(node: Node) -> Iterator[None]:
    """Sshd has a new host key, as after a new installation of the node."""
    key = "/etc/ssh/ssh_host_ed25519_key"
    new = f"mv {key} /root/kept; ssh-keygen -q -t ed25519 -N '' -f {key}; again ssh"
    with _changed(node, new, f"mv /root/kept {key}; ssh-keygen -y -f {key} >{key}.pub; again ssh"):
        yield


@contextmanager
def no_sshd(node: Node) -> Iterator[None]:
    """The node is up, and nothing listens on ssh's port."""
    with _changed(node, "systemctl stop ssh", "again ssh"):
        yield


@contextmanager
def ssh_hangs(node: Node) -> Iterator[None]:
    """The login works and then nothing happens, as when one of the node's file systems hangs."""
    line = "ForceCommand sleep 100"
    file = "/etc/ssh/sshd_config.d/hang.conf"
    with _changed(node, f"echo {line} >{file}; again ssh", f"rm {file}; again ssh"):
        yield


@contextmanager
def no_python(node: Node) -> Iterator[None]:
    """No Python under any of its names."""
    away = "mkdir /root/kept; mv /usr/bin/python3* /root/kept/"
    with _changed(node, away, "mv /root/kept/* /usr/bin/; rmdir /root/kept"):
        yield


@contextmanager
def munged_stopped(node: Node) -> Iterator[None]:
    """Munged does not run."""
    with _changed(node, "systemctl stop munge", "again munge"):
        yield


@contextmanager
def other_munge_key(node: Node) -> Iterator[None]:
    """Munged runs with a key that is not the cluster's."""
    key = "/etc/munge/munge.key"
    new = f"cp -p {key} /root/kept; head -c 1024 /dev/urandom >{key}; again munge"
    with _changed(node, new, f"cp -p /root/kept {key}; rm /root/kept; again munge"):
        yield


@contextmanager
def clock_off(node: Node, seconds: int, *services: str) -> Iterator[None]:
    """Another time for all ssh sessions, for munged and for these services, with libfaketime.

    The nodes share this machine's clock. Everything else on the node has the right time.
    """
    library = node.shell("find /usr/lib -name libfaketime.so.1").strip()
    sshd, units = "/etc/ssh/sshd_config.d/clock.conf", " ".join(("munge", *services))
    variables = f"LD_PRELOAD={library} FAKETIME={seconds:+d}s DONT_FAKE_MONOTONIC=1"
    own = "/run/systemd/system/$unit.service.d"
    change = (
        f"echo SetEnv {variables} >{sshd}; for unit in {units}; do mkdir -p {own}; "
        f"printf '[Service]\\nEnvironment=%s\\n' {shlex.quote(variables)} >{own}/clock.conf; done"
    )
    back = f"rm {sshd}; for unit in {units}; do rm {own}/clock.conf; done"
    again = f"systemctl daemon-reload; again ssh {units}"
    with _changed(node, f"{change}; {again}", f"{back}; {again}"):
        yield


@contextmanager
def agent_stopped(node: Node) -> Iterator[None]:
    """The node is up, and its agent does not run."""
    with _changed(node, "systemctl stop minipanel-agent", "again minipanel-agent"):
        yield


@contextmanager
def small_disk(node: Node, folder: str, options: str) -> Iterator[None]:
    """A tmpfs with these mount options on a folder of the node."""
    mount = f"mkdir -p {folder}; mount -t tmpfs -o {options} tmpfs {folder}"
    with _changed(node, mount, f"umount --lazy {folder}"):
        yield


@contextmanager
def noexec_tmp(node: Node) -> Iterator[None]:
    """Nothing in /tmp can be run."""
    with _changed(node, "mount -o remount,noexec /tmp", "mount -o remount,exec /tmp"):
        yield


@contextmanager
def firewalled(node: Node, port: int) -> Iterator[None]:
    """Packets to this port are silently dropped on their way out of the node."""
    rules = f"table inet t {{ chain c {{ type filter hook output priority 0; tcp dport {port} drop; }}; }}"
    with _changed(node, f"nft '{rules}'", "nft delete table inet t"):
        yield


@contextmanager
def _changed(node: Node, change: str, back: str) -> Iterator[None]:
    node.shell(f"{AGAIN}\n{change}")
    try:
        yield
    finally:
        node.shell(f"{AGAIN}\n{back}")
