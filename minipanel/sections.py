"""config.toml with the sections of all rooms: what everything above the rooms reads and changes it by."""

from __future__ import annotations

from functools import partial

from minipanel import config
from minipanel.config import editing
from minipanel.config.values import Rooms
from minipanel.services.agent_config import AGENTS_NODE

ROOMS: Rooms = (AGENTS_NODE,)
"""Each room's own sections. One that is not in here is refused as unknown."""

load_config = partial(config.load_config, rooms=ROOMS)
check_config = partial(config.check_config, rooms=ROOMS)
add_nodes = partial(editing.add_nodes, rooms=ROOMS)
remove_nodes = partial(editing.remove_nodes, rooms=ROOMS)
set_password_hash = partial(editing.set_password_hash, rooms=ROOMS)
set_values = partial(editing.set_values, rooms=ROOMS)
