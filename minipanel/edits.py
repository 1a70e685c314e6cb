"""The functions by which commands edit config.toml, with the sections of all rooms. The panel never edits it."""

from __future__ import annotations

from functools import partial

from minipanel.config import editing
from minipanel.sections import ROOMS

add_nodes = partial(editing.add_nodes, rooms=ROOMS)
remove_nodes = partial(editing.remove_nodes, rooms=ROOMS)
change_nodes = partial(editing.change_nodes, rooms=ROOMS)
set_password_hash = partial(editing.set_password_hash, rooms=ROOMS)
set_values = partial(editing.set_values, rooms=ROOMS)
add_user = partial(editing.add_user, rooms=ROOMS)
remove_user = partial(editing.remove_user, rooms=ROOMS)
set_user_hash = partial(editing.set_user_hash, rooms=ROOMS)
