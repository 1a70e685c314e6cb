"""Builds the agent's single file: a shell script that finds a Python, followed by a zip of the agent and of tomli.

python agent/build.py OUTPUT [TOMLI_FOLDER]
"""

import io
import re
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent / "minipanel_agent"
LICENSE = Path(__file__).resolve().parent.parent / "LICENSE"

TOMLI_VERSION = "1.2.3"
"""The last version that runs on Python 3.6."""

LARGEST_BYTES = 200_000

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The same for every file, so that the same source gives the same bytes."""

MAIN = """\
import sys

from minipanel_agent.__main__ import main

sys.exit(main())
"""

HEAD = r"""#!/bin/sh
# MiniPanel's agent: this head finds a Python, 3.6 or newer, which then runs the zip that follows it in this file.
# Options: FILE --help. What is inside: unzip -l FILE.
runs() {
    "$1" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null
}
newest() {
    PATH="$PATH:/usr/bin:/usr/local/bin"
    minor=40
    while [ "$minor" -ge 6 ]; do
        if candidate=$(command -v "python3.$minor") && runs "$candidate"; then
            echo "$candidate"
            return
        fi
        minor=$((minor - 1))
    done
}
for python in /usr/libexec/platform-python /usr/bin/python3; do
    if runs "$python"; then
        exec "$python" -I -S "$0" "$@"
    fi
done
python=$(newest)
if [ -n "$python" ]; then
    exec "$python" -I -S "$0" "$@"
fi
echo "minipanel-agent: found no Python 3.6 or newer (looked for /usr/libexec/platform-python," \
    "/usr/bin/python3 and python3.* on the PATH); install the package python3." >&2
exit 127
"""


def build_agent(output: Path, tomli_folder: Path) -> None:
    """Write the single-file agent. tomli_folder: the package tomli 1.2.3 as pip installs it.

    Raises ValueError, OSError.
    """
    files = {"__main__.py": MAIN, "LICENSE": LICENSE.read_text("utf-8")}
    files.update({f"minipanel_agent/{path.name}": path.read_text("utf-8") for path in PACKAGE.glob("*.py")})
    files.update({f"minipanel_agent/_tomli/{name}": text for name, text in bundled_tomli(tomli_folder).items()})
    content = HEAD.encode() + zipped(files, len(HEAD.encode()))
    if len(content) >= LARGEST_BYTES:
        raise ValueError(f"the agent has {len(content)} bytes; it must stay under {LARGEST_BYTES}")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(content)
    output.chmod(0o755)


def bundled_tomli(folder: Path) -> dict[str, str]:
    """Return tomli's files by name, with relative imports so that they work inside another package."""
    files = {path.name: path.read_text("utf-8") for path in folder.glob("*.py")}
    if f'__version__ = "{TOMLI_VERSION}"' not in files.get("__init__.py", ""):
        raise ValueError(f"{folder} does not hold tomli {TOMLI_VERSION}")
    files = {name: re.sub(r"^from tomli\.", "from .", text, flags=re.MULTILINE) for name, text in files.items()}
    for name, text in files.items():
        if re.search(r"^\s*(from|import)\s+tomli\b", text, flags=re.MULTILINE):
            raise ValueError(f"{folder / name} imports tomli in a way that cannot be made relative")
    files["LICENSE"] = (folder.parent / f"tomli-{TOMLI_VERSION}.dist-info" / "LICENSE").read_text("utf-8")
    return files


def zipped(files: dict[str, str], offset: int) -> bytes:
    """Return a zip of the files that starts `offset` bytes into another file.

    Not compressed, so that a Python without zlib can run it, and every zlib gives the same bytes.
    """
    buffer = io.BytesIO(b"\0" * offset)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()[offset:]


def main(words: list[str]) -> int:
    """Build to the OUTPUT of the command line; without TOMLI_FOLDER, use this Python's own tomli."""
    if len(words) not in (1, 2):
        sys.stderr.write("Usage: python agent/build.py OUTPUT [TOMLI_FOLDER]\n")
        return 2
    try:
        build_agent(Path(words[0]), Path(words[1]) if len(words) == 2 else installed_tomli())
    except (OSError, ValueError) as error:
        sys.stderr.write(f"agent/build.py: {error}.\n")
        return 1
    sys.stdout.write(f"{words[0]}: {Path(words[0]).stat().st_size} bytes\n")
    return 0


def installed_tomli() -> Path:
    """Return the folder of the tomli that this Python imports. Raises ValueError."""
    spec = find_spec("tomli")
    if spec is None or spec.origin is None:
        raise ValueError(f"tomli is not installed; pip install tomli=={TOMLI_VERSION}")
    return Path(spec.origin).parent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
