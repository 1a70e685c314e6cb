"""Whether a silent node answers at all. A connection to its sshd shows that, and needs no privilege."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping

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
        self._found: dict[int, str] = {}
        self._asked_at: dict[int, float] = {}
        """When each node was last asked; infinite while it waits for that."""

        self._queue: deque[Node] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def reasons(self) -> Mapping[int, str]:
        """Return why nodes are silent, by the last results."""
        return self._found

    def due(self, node_ids: Iterable[int]) -> list[int]:
        """Return the nodes without a recent result that do not wait for one either."""
        asked_at, latest = self._asked_at, self._uptime() - KEPT_SECONDS
        return [node_id for node_id in node_ids if asked_at.get(node_id, latest) <= latest]

    def ask(self, nodes: Iterable[Node]) -> None:
        """Begin to ask these nodes. They must be due."""
        for node in nodes:
            self._asked_at[node.id] = math.inf
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
            if self._asked_at.get(node_id) != math.inf:  # otherwise it waits to be asked again
                self._asked_at.pop(node_id, None)

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
        except BaseException:
            del self._asked_at[node.id]
            raise
        self._found[node.id] = AGENT if answers else NO_ANSWER
        self._asked_at[node.id] = self._uptime()
