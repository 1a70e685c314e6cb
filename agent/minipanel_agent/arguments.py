"""The command line."""

from typing import List, Optional

from minipanel_agent.errors import ConfigError

USAGE = """\
Usage: minipanel-agent [--config FILE] [--once] [--version]

Measures CPU, memory and CPU temperature of this node every few seconds and
reports to the panel.

  --config FILE  config.toml to use (default: /opt/minipanel-agent/config.toml)
  --once         measure for one second, print the sample as JSON, send nothing
  --root DIR     read /proc and /sys below DIR, for tests and diagnosis
  --version      print the version
  --help         print this text
"""

WITH_VALUE = ("--config", "--root")
WITHOUT_VALUE = ("--once", "--version", "--help")


class Arguments:
    """config: the file given, None if none was; root: where proc and sys are; once, version, help."""

    def __init__(self) -> None:
        self.config: Optional[str] = None
        self.root = "/"
        self.once = False
        self.version = False
        self.help = False


def parse_arguments(words: List[str]) -> Arguments:
    """Return the options. Raises ConfigError. Not by argparse, which costs 2 MB resident."""
    arguments = Arguments()
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in WITH_VALUE:
            if not equals and not rest:
                raise ConfigError(f"{name} needs a value.")
            setattr(arguments, name[2:], value if equals else rest.pop(0))
        elif name in WITHOUT_VALUE and not equals:
            setattr(arguments, name[2:], True)
        else:
            raise ConfigError(f"{name} is no option of minipanel-agent; --help shows them.")
    return arguments
