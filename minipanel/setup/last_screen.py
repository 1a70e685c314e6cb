"""The last screen: where the page is, the account, what is left to do, how to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minipanel.alerts.config import ALERTS
from minipanel.config import Config
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.ask.present import Change, change_table
from minipanel.setup.screen import Screen
from minipanel.translations.columns import align


@dataclass(frozen=True, slots=True)
class Done:
    """What was done. `before`: the previous configuration, None in a first installation.

    `is_agents`: agents need a new configuration. `is_rolled_out`: whether all nodes report, None if no roll-out was
    wanted. `reported`: the number of nodes of which the panel has ever stored a sample. `is_mail_taken`: whether the
    mail server accepted the test message, None if none was sent.
    """

    config: Config
    answers: Answers
    changed: Sequence[Change]
    before: Config | None
    is_agents: bool
    is_rolled_out: bool | None
    reported: int
    is_mail_taken: bool | None = None


def last_screen(done: Done, screen: Screen) -> list[str]:
    """Return its lines."""
    t, config = screen.t, done.config
    rows = [(t("page"), config.server.url), (t("account"), config.admin.username), *_password_row(done.answers, screen)]
    rows += _alerts_row(done, screen)
    lines = [t("MiniPanel is running."), *align(rows), ""]
    if done.changed:
        lines += [t("Changed:"), *change_table(done.changed), ""]
    if done.is_rolled_out is None and done.is_agents:
        lines.append(_agents_line(done, screen))
    elif done.is_rolled_out is False:
        lines.append(t("Some nodes do not report yet, see above. Once that is fixed: minipanel rollout --only-failed"))
    if done.before is not None and done.before.database.path != config.database.path:
        old = done.before.database.path
        lines.append(t("The old database is still there; when all is well, delete it: rm {path}", path=old))
    if config.server.tls_certificate is not None and (config.path.parent / places.CA).exists():
        lines.append(
            t("Browsers trust the page once they have imported {ca}.", ca=f"{places.CONFIG_FOLDER}/{places.CA}")
        )
    return [
        *lines,
        t("Check the state: minipanel status"),
        t("Undo: minipanel rollout --remove (the agents), then minipanel setup --uninstall (the panel)"),
    ]


def _agents_line(done: Done, screen: Screen) -> str:
    """Return what is known about the agents without connecting to the nodes."""
    config, reported = done.config, done.reported
    if any(change.is_agents for change in done.changed):
        return screen.t("The agents keep their samples until a roll-out brings them the change: minipanel rollout")
    if reported == 0:
        return screen.t("No node has reported yet. To install the agents on the nodes: minipanel rollout")
    total = sum(node.enabled for node in config.nodes)
    return screen.t(
        "{reported} of {total} nodes have reported. To install this version's agent on all of them: minipanel rollout",
        reported=reported,
        total=total,
    )


def _password_row(answers: Answers, screen: Screen) -> list[tuple[str, str]]:
    """Return what to say about the password: a random one is shown here and nowhere else."""
    t = screen.t
    if answers.password is None:
        return [(t("password"), t("unchanged; minipanel access passwd sets another"))]
    if answers.is_random:
        return [(t("password"), t("{password} (shown only here)", password=answers.password))]
    return [(t("password"), t("as given"))]


def _alerts_row(done: Done, screen: Screen) -> list[tuple[str, str]]:
    """Return a row on where alerts go; no row if alerts and mail are off, or if they go only to other channels."""
    t, alerts = screen.t, done.config.of(ALERTS)
    if not alerts.enabled:
        return [(t("alerts"), t("off: [alerts] enabled is false"))] if alerts.mail else []
    if not alerts.reaches_somebody:
        return [(t("alerts"), t("go nowhere: set [alerts] mail"))]
    addresses = ", ".join(alerts.mail)
    if done.is_mail_taken is False:
        return [(t("alerts"), t("mail to {addresses}: the test message failed, see above", addresses=addresses))]
    return [(t("alerts"), t("mail to {addresses}", addresses=addresses))] if alerts.mail else []
