"""The roll-out from end to end: plan it, check this machine, visit the nodes, remember which failed, report."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from minipanel.config import Config
from minipanel.database.newest import heard_by_hostname
from minipanel.errors import CommandError, DatabaseError
from minipanel.machine.addresses import LocalAddresses
from minipanel.machine.uptime import this_moment
from minipanel.models.node import Heard, state_of
from minipanel.rollout.drift import tell_drift
from minipanel.rollout.engine import Engine, Running
from minipanel.rollout.facts import Say
from minipanel.rollout.failed import remember, remembered
from minipanel.rollout.image import clear_image, only_node, write_image
from minipanel.rollout.kit import SCRIPT, Kit, agent_config, gather_kit
from minipanel.rollout.login import Login, choose_login
from minipanel.rollout.options import RolloutOptions
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.plan import Nodes, Plan, Target, check_this_machine, make_plan, spread_seconds
from minipanel.rollout.progress import watcher
from minipanel.rollout.report import RolloutReport
from minipanel.rollout.ssh import write_ssh_config
from minipanel.rollout.step import Visit
from minipanel.rollout.visit import LOOK_SCRIPT, Visitor
from minipanel.services.agent_config import AGENTS_NODE
from minipanel.services.demo_config import is_demo
from minipanel.translations.language import translator

_PORTS = {"http": 80, "https": 443}


def run_rollout(
    config: Config, node_set: Nodes = None, options: RolloutOptions | None = None, say: Say | None = None
) -> RolloutReport:
    """Install the agent on the nodes, or remove it, as the options say; progress goes to stderr.

    node_set: None for all enabled nodes. say: translates; into the reader's language by default. After Ctrl-C or
    SIGTERM, the report has the unfinished nodes as interrupted. Raises CommandError if no node can be visited at all,
    BadInput for a malformed node set.
    """
    options = options or RolloutOptions()
    say = say or translator()
    if is_demo(config):
        raise CommandError("{path} belongs to a demo: agents can't be installed on simulated nodes.", path=config.path)
    options.refuse_idle()
    is_own = LocalAddresses().__contains__
    plan = make_plan(config, node_set, options, remembered(config.database.path), is_own)
    if options.root is not None:
        return RolloutReport((_do_image(config, options, plan, node_set, say),), (), say)
    login = choose_login(config, options)
    check_this_machine(config, plan, options.remove)
    outcomes = _visit_all(config, plan, gather_kit(config, options), options, login, say)
    notes = tell_drift(config, is_own, say) if outcomes and options.drift else []
    if not options.dry_run:
        notes += _remember(config.database.path, outcomes, options.remove, say)
    return RolloutReport(tuple(outcomes), tuple(notes), say)


def _do_image(config: Config, options: RolloutOptions, plan: Plan, node_set: Nodes, say: Say) -> Outcome:
    root = (options.root or Path("/")).absolute()
    if not (root / "etc").is_dir():
        why = say("{folder} is not the image of a node: it has no etc", folder=root)
        return Outcome(str(root), Word.INSTALL_FAILED, why)
    kit = gather_kit(config, options)
    if options.dry_run:
        return Outcome(str(root), Word.WOULD_REMOVE if options.remove else Word.WOULD_INSTALL)
    if options.remove:
        return clear_image(root, kit, say)
    return write_image(config, root, kit, only_node(plan, node_set), say)


def _visit_all(config: Config, plan: Plan, kit: Kit, options: RolloutOptions, login: Login, say: Say) -> list[Outcome]:
    """Visit this machine, then all others. Returns an outcome for each target and each unknown name."""
    sentence = say("not in config.toml; add it with minipanel nodes add NAME ADDRESS")
    unknown = [Outcome(name, Word.UNKNOWN_NODE, sentence) for name in plan.unknown]
    ended: dict[str, Outcome] = {}
    visits = _visits(config, plan, kit, options, login, say)
    waves = [[one for one in visits if one.is_local], [one for one in visits if not one.is_local]]
    with (
        _ssh_config(plan.targets, login) as ssh_config,
        watcher(len(visits), say) as watching,
        _terminate_as_interrupt(),
    ):

        def end(outcome: Outcome) -> None:
            ended[outcome.hostname] = outcome
            watching.ended(outcome)

        try:
            for wave in waves:
                Engine(ssh_config, partial(_newest, config), options.fanout, end, login).run(wave)
        except KeyboardInterrupt:
            pass  # unfinished nodes are reported below
    interrupted = say("not done; run the roll-out again")
    return [
        ended.get(target.hostname, Outcome(target.hostname, Word.INTERRUPTED, interrupted)) for target in plan.targets
    ] + unknown


def _visits(config: Config, plan: Plan, kit: Kit, options: RolloutOptions, login: Login, say: Say) -> list[Running]:
    own = _visitor(config, options, say)
    remote = replace(own, login=login)
    up = _up_nodes(config)

    def visit(target: Target) -> Visit:
        visitor = own if target.is_local else remote
        if options.remove:
            return visitor.remove(target.hostname, target.address, kit.files[SCRIPT])
        text = agent_config(config, target.hostname, kit)
        is_up = target.hostname.lower() in up
        return visitor.install(target.hostname, target.address, kit.for_node(text), is_up)

    return [Running(target.hostname, target.is_local, visit(target)) for target in plan.targets]


def _visitor(config: Config, options: RolloutOptions, say: Say) -> Visitor:
    url = urlsplit(config.server.url)
    return Visitor(
        say=say,
        look=LOOK_SCRIPT.read_text("utf-8"),
        agents=config.agents,
        nodes_munge_socket=config.of(AGENTS_NODE).munge_socket,
        url=config.server.url,
        panel_host=url.hostname or "",
        panel_port=url.port or _PORTS[url.scheme],
        spread_seconds=spread_seconds(config),
        step_seconds=options.timeout_seconds,
        force=options.force,
        dry_run=options.dry_run,
    )


def _up_nodes(config: Config) -> set[str]:
    """Return the hostnames, in lower case, of the nodes that are up."""
    return {
        name
        for name, heard in _heard(config).items()
        if state_of(True, heard.last_seen, heard.silent_seconds, config.agents.interval) == "up"
    }


def _newest(config: Config) -> dict[str, int]:
    return {name: heard.last_seen for name, heard in _heard(config).items() if heard.last_seen is not None}


def _heard(config: Config) -> dict[str, Heard]:
    try:
        return heard_by_hostname(config.database.path, this_moment(), config.agents.interval)
    except DatabaseError:  # not created yet, or locked at the moment: nothing new is known
        return {}


@contextmanager
def _ssh_config(targets: Sequence[Target], login: Login) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="minipanel-rollout-") as folder:
        path = Path(folder) / "ssh_config"
        write_ssh_config(path, [(target.hostname, target.address) for target in targets], login.user)
        yield path


@contextmanager
def _terminate_as_interrupt() -> Iterator[None]:
    """Make SIGTERM end the roll-out cleanly, as Ctrl-C does."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _remember(database: Path, outcomes: Sequence[Outcome], removes: bool, say: Say) -> list[str]:
    try:
        remember(database, outcomes, removes)
    except OSError as error:
        return [say("The failed nodes could not be saved for --only-failed: {reason}", reason=error.strerror)]
    return []
