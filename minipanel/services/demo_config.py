"""[demo] of config.toml: how many nodes are simulated, and how those are known. `minipanel try --demo` writes it."""

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
"""Addresses of simulated nodes. They are this machine's own: nothing that goes there leaves it."""


@dataclass(frozen=True, slots=True)
class DemoConfig:
    """`simulated` 0: all nodes are real. `since`: Unix seconds, when the past was made; 0 while it is not."""

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
    """Raise CommandError where this configuration is that of a demo: real nodes and simulated ones never mix."""
    if is_demo(config):
        raise CommandError(
            t("{path} is that of a demo: its nodes are simulated, and stay as they are.", path=config.path)
        )


def demo_address(place: int) -> str:
    """Return the address of the simulated node at a place, from 0: demo_address(0) -> 127.77.0.1"""
    return f"{_NETWORK}{(place + 1) >> 8}.{(place + 1) & 255}"


def is_demo_address(ip: str) -> bool:
    """Return whether a node of this address is simulated."""
    return ip.startswith(_NETWORK)
