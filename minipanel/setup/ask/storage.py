"""Where the database may be: on a local disk, where the service may write and its sandbox can see."""

from __future__ import annotations

import re
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.models.quote import quote
from minipanel.setup import places
from minipanel.setup.change.account import find_account
from minipanel.setup.system import System
from minipanel.translations.language import Translate

HIDDEN = ("/home", "/root", "/run", "/tmp", "/var/tmp", "/proc", "/sys", "/dev")
"""Folders that the service's sandbox hides or empties, and those that a reboot empties."""

NETWORK = re.compile(r"nfs4?|cifs|smb3?|lustre|gpfs|beegfs\w*|ceph|9p|afs|orangefs|panfs|glusterfs|fuse\..+")
"""File systems without the shared memory that SQLite's write-ahead log needs (sqlite.org/wal.html)."""


def parse_database(text: str, system: System, t: Translate) -> Path:
    """Return the database's path. Raises CommandError, a sentence, if it can't be there."""
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts or not text.isprintable():
        raise CommandError(t("{text} is not the absolute path of a file.", text=quote(text)))
    if any(path.is_relative_to(folder) for folder in HIDDEN):
        raise CommandError(t("The service can't see {folder}; name a path such as {example}.",
                             folder=path.parent, example=places.DATABASE))  # fmt: skip
    if system.path(path).is_dir():
        raise CommandError(t("{path} is a folder; name a file in a folder of its own.", path=path))
    kind = file_system(path.parent, system.read("/proc/self/mountinfo"))
    if NETWORK.fullmatch(kind):
        raise CommandError(t("{folder} is on a network file system ({kind}), which SQLite can't use; "
                             "name a disk of this machine.", folder=path.parent, kind=kind))  # fmt: skip
    _refuse_others_folder(path.parent, system, t)
    return path


def _refuse_others_folder(folder: Path, system: System, t: Translate) -> None:
    """Raise CommandError unless the folder is the service's own or new: SQLite creates files beside the database."""
    place = system.path(folder)
    if not place.exists() or str(folder) == places.DATA:
        return
    account = find_account(system)
    if account is None or place.stat().st_uid != account.uid:
        raise CommandError(t("{folder} is not {user}'s own; name a folder that does not exist yet, such as {example}.",
                             folder=folder, user=places.USER, example=folder / "minipanel" / "data.db"))  # fmt: skip


def file_system(folder: Path, mountinfo: str) -> str:
    """Return the type of the file system that holds a folder, or will hold it; "" if unknown.

    Fields of /proc/self/mountinfo: the mount point is the fifth, the type follows " - " (proc_pid_mountinfo(5)).
    """
    best, kind = Path("/"), ""
    for line in mountinfo.splitlines():
        words, _, rest = line.partition(" - ")
        fields = words.split()
        if len(fields) < 5 or not rest:
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), fields[4]))
        # Of two mounted on one place, the later one is on top.
        if folder.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, rest.split()[0]
    return kind
