"""[demo] of config.toml: how many nodes are simulated, and their addresses. `minipanel try --demo` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from minipanel.config import Config, kinds
from minipanel.config.section import Key, Section
from minipanel.errors import CommandError
from minipanel.translations.language import Translate

MOST_NODES: Final = 2000
USUAL_NODES: Final = 200

_NETWORK: Final = "127.77."
"""The network of simulated nodes. It is loopback, so nothing sent there leaves this machine."""


@dataclass(frozen=True, slots=True)
class DemoConfig:
    """`simulated` 0: all nodes are real. `since`: when the past was made, in Unix seconds; 0 until it is."""

    simulated: Annotated[
        int,
        Key(
            kinds.whole_number(0, MOST_NODES),
            "How many nodes are simulated. `minipanel try --demo` writes this section into a folder of its own.",
            "模拟节点的数量。本节由 `minipanel try --demo` 写入其独立的目录，无需手动修改。",
        ),
    ] = 0
    since: Annotated[
        int,
        Key(
            kinds.whole_number(0, 2**32),
            "When their past was made, Unix seconds.",
            "历史数据的生成时间（Unix 秒）。",
        ),
    ] = 0


DEMO = Section("demo", DemoConfig)


def is_demo(config: Config) -> bool:
    """Return whether the panel of this configuration shows simulated nodes."""
    return config.of(DEMO).simulated > 0


def refuse_demo(config: Config, t: Translate) -> None:
    """Raise CommandError if this is the configuration of a demo: real and simulated nodes never mix."""
    if is_demo(config):
        raise CommandError(
            t("{path} belongs to a demo: its nodes are simulated and can't be changed.", path=config.path)
        )


def demo_address(place: int) -> str:
    """Return the address of a simulated node by its index: demo_address(0) -> 127.77.0.1"""
    return f"{_NETWORK}{(place + 1) >> 8}.{(place + 1) & 255}"


def is_demo_address(ip: str) -> bool:
    """Return whether this is the address of a simulated node."""
    return ip.startswith(_NETWORK)
