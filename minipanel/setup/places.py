"""Where everything is on the management node."""

from __future__ import annotations

from minipanel.config.values import DEFAULT_PATH

USER = "minipanel"
SERVICE = "minipanel.service"

HOME = "/opt/minipanel"
RELEASES = f"{HOME}/releases"
"""One folder per installed version: a virtual environment `venv`, the agent file, the unit, the launcher."""

CURRENT = f"{HOME}/current"
"""A link to the release that runs."""

LAUNCHER = f"{HOME}/minipanel"
COMMAND = "/usr/local/bin/minipanel"
OPENED_PORT = f"{HOME}/opened-port"
"""What the set-up opened in firewalld, so that uninstalling closes exactly that."""

CONFIG = str(DEFAULT_PATH)
CONFIG_FOLDER = str(DEFAULT_PATH.parent)
TLS_FOLDER = f"{CONFIG_FOLDER}/tls"

# Below /etc/minipanel.
CERTIFICATE = "tls/panel.pem"
KEY = "tls/panel-key.pem"
CA = "ca.pem"
CA_KEY = "tls/ca-key.pem"

UNFINISHED = f"{CONFIG_FOLDER}/unfinished"
"""Exists from the first config.toml until the panel has answered: until then the answers can be changed."""

STAGE = f"{CONFIG_FOLDER}.new"
"""The new /etc/minipanel, while it is being checked."""

DATA = "/var/lib/minipanel"
DATABASE = f"{DATA}/data.db"

RUNTIME = "/run/minipanel"
"""In memory: what the service keeps from one start to the next."""

UNIT = f"/etc/systemd/system/{SERVICE}"
DROP_IN_FOLDER = f"{UNIT}.d"
DROP_IN = f"{DROP_IN_FOLDER}/setup.conf"

AGENT_HOME = "/opt/minipanel-agent"

AGENT = "minipanel-agent"
"""The agent's file, in each release."""
