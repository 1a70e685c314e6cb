"""The command minipanel-agent: reads options and config, assembles the agent, and runs until it is stopped."""

import os
import sys
import time
from typing import List, Optional

from minipanel_agent import __version__
from minipanel_agent.agent import Agent, turn_seconds
from minipanel_agent.arguments import USAGE, Arguments, parse_arguments
from minipanel_agent.backfill import Backfill, first_seconds
from minipanel_agent.boot import run_headers
from minipanel_agent.client import Client
from minipanel_agent.collector import Collector
from minipanel_agent.config import DEFAULT_PATH, Config, read_config
from minipanel_agent.credential import MungeCredential, TokenCredential
from minipanel_agent.disk import Disk
from minipanel_agent.errors import ConfigError, MeasureError
from minipanel_agent.log import write_line
from minipanel_agent.schedule import Ticks
from minipanel_agent.segments import Segments
from minipanel_agent.spool import Spool
from minipanel_agent.stop import Stopped, raise_on_signals
from minipanel_agent.worker import Worker

ONCE_SECONDS = 1.0

OPEN_SECONDS = 1.0
"""The disk must return within this time what an earlier run left in the spool."""


def main(words: Optional[List[str]] = None) -> int:
    """Run the command and return its exit code: 0 done or stopped, 1 nothing to measure, 2 bad options or config."""
    try:
        return _run(parse_arguments(sys.argv[1:] if words is None else words))
    except ConfigError as error:
        sys.stderr.write(f"minipanel-agent: {error}\n")
        return 2
    except MeasureError as error:
        sys.stderr.write(f"minipanel-agent: {error}\n")
        return 1


def _run(arguments: Arguments) -> int:
    if arguments.help:
        sys.stdout.write(USAGE)
    elif arguments.version:
        sys.stdout.write(f"minipanel-agent {__version__}\n")
    elif arguments.once:
        _print_one_sample(arguments)
    else:
        _report_by_file(arguments.config or DEFAULT_PATH, arguments.root)
    return 0


def _report_by_file(path: str, root: str) -> None:
    config = read_config(path)
    try:
        report(config, root)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}")


def report(config: Config, root: str = "/") -> None:
    """Measure and post until SIGTERM or SIGINT. root: the folder that holds proc and sys. Raises as assemble does."""
    try:
        raise_on_signals()
        _report(assemble(config, root), config)
    except Stopped:
        write_line("Stopped.")


def _report(agent: Agent, config: Config) -> None:
    write_line(
        f"minipanel-agent {__version__} reports {config.node_id} to {config.server_url.text} "
        f"every {config.interval} s, auth {config.auth}."
    )
    agent.run()


def assemble(config: Config, root: str = "/") -> Agent:
    """Return the agent for a config. Raises ConfigError and MeasureError."""
    client = _client(config, root)
    collector = Collector(config.node_id, root, tell=client.tell)
    spool = _spool(config)
    backfill = Backfill(spool, client, first_seconds(config.spread_seconds))
    turn = turn_seconds(config.node_id, config.spread_seconds)
    return Agent(collector, client, spool, backfill, Ticks(config.interval), turn)


def _client(config: Config, root: str) -> Client:
    worker = Worker()
    is_token = config.auth == "token"
    credential = TokenCredential(config.token) if is_token else MungeCredential(worker, config.munge_socket)
    headers = run_headers(int(time.time()), root)
    try:
        return Client(config.server_url, credential, worker, config.ca_file, headers)
    except ImportError:
        raise ConfigError("server_url is https, which needs Python's ssl, and this Python lacks it; use http.")
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"ca_file is {config.ca_file!r}, which holds no usable certificate: {reason}.")


def _spool(config: Config) -> Spool:
    """Return the spool with what an earlier run left in it."""
    capacity = config.spool_hours * 3600 // config.interval
    spool = Spool(config.spool_path, Segments(config.spool_path, config.node_id, capacity), Disk())
    spool.open(OPEN_SECONDS)
    if spool.count:
        write_line(f"The spool holds {spool.count} samples that the panel has not stored yet.")
    return spool


def _print_one_sample(arguments: Arguments) -> None:
    """Print what this node would report, measured over one second."""
    collector = Collector(_node_id(arguments), arguments.root)
    collector.start()
    time.sleep(ONCE_SECONDS)
    sample = collector.sample(int(time.time()))
    if sample is None:
        raise MeasureError("/proc/stat did not change in one second.")
    sys.stdout.write(sample.decode("ascii") + "\n")


def _node_id(arguments: Arguments) -> str:
    """Return the name to measure under: the hostname if there is no config yet. Raises ConfigError."""
    if arguments.config is None and not os.path.exists(DEFAULT_PATH):
        return os.uname().nodename
    return read_config(arguments.config or DEFAULT_PATH).node_id


if __name__ == "__main__":
    sys.exit(main())
