"""The functions that read config.toml with the sections of all rooms, for everything above the rooms."""

from __future__ import annotations

from functools import partial

from minipanel import config
from minipanel.alerts.config import ALERTS, SMTP
from minipanel.archive.config import STORAGE
from minipanel.config.lenient import read_what_can_be as _read_what_can_be
from minipanel.config.values import Rooms
from minipanel.services.agent_config import AGENTS_NODE
from minipanel.services.backup_config import BACKUP
from minipanel.services.demo_config import DEMO
from minipanel.services.rollout_config import ROLLOUT

ROOMS: Rooms = (AGENTS_NODE, ALERTS, SMTP, BACKUP, ROLLOUT, STORAGE, DEMO)
"""The sections that rooms declare. A section that is not listed here is refused as unknown."""

load_config = partial(config.load_config, rooms=ROOMS)
check_config = partial(config.check_config, rooms=ROOMS)
read_what_can_be = partial(_read_what_can_be, rooms=ROOMS)
