"""Whether a silent node answers at all. A connection to its sshd shows that, and needs no privilege."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Set

from minipanel.alerts.rules.silent import AGENT, NO_ANSWER
from minipanel.models.node import Node
from minipanel.services.demo_config import is_demo_address

PORT = 22
TIMEOUT_SECONDS = 3.0
AT_ONCE = 64
KEPT_SECONDS = 60.0
"""A node that is still silent is asked again after this time, while its reason matters."""

Connect = Callable[[str, int], Awaitable[bool]]


async def connect(ip: str, port: int) -> bool:
    """Return whether a machine answers at this address: it accepts or refuses the connection itself.

    Addresses of simulated nodes are not asked, as this machine itself would answer.
    """
    if is_demo_address(ip):
        return False
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            _, writer = await asyncio.open_connection(ip, port)
    except ConnectionRefusedError:
        return True
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True


class Probe:
    """Asks nodes, at most AT_ONCE in parallel, and remembers the results."""

    def __init__(self, uptime: Callable[[], float], connect: Connect = connect) -> None:
        self._uptime = uptime
        self._connect = connect
        self._found: dict[int, tuple[float, str]] = {}
        self._waiting: set[int] = set()
        self._queue: deque[Node] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def reason(self, node_id: int) -> str | None:
        """Return why a node is silent, by the last result; None before there is one."""
        found = self._found.get(node_id)
        return None if found is None else found[1]

    def ask(self, nodes: Iterable[Node]) -> None:
        """Begin to ask these nodes, unless their answer is known and recent."""
        now = self._uptime()
        for node in nodes:
            found = self._found.get(node.id)
            if node.id in self._waiting or (found is not None and now - found[0] < KEPT_SECONDS):
                continue
            self._waiting.add(node.id)
            self._queue.append(node)
        # No task for each node: 10,000 that fall silent at once would hold the event loop.
        for _ in range(min(AT_ONCE - len(self._tasks), len(self._queue))):
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def forget(self, node_ids: Iterable[int]) -> None:
        """Forget the results for nodes that are back."""
        for node_id in node_ids:
            self._found.pop(node_id, None)

    def known(self) -> Set[int]:
        """Return the nodes with a result."""
        return self._found.keys()

    async def close(self) -> None:
        """Stop asking."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self) -> None:
        while self._queue:
            await self._ask(self._queue.popleft())

    async def _ask(self, node: Node) -> None:
        try:
            answers = await self._connect(node.ip, PORT)
            self._found[node.id] = (self._uptime(), AGENT if answers else NO_ANSWER)
        finally:
            self._waiting.discard(node.id)
