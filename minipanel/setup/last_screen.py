"""The last screen: where the page is, the account, what is left to do, how to undo."""

from __future__ import annotations

from minipanel.config import Config
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.change.certificates import CA
from minipanel.setup.screen import Screen
from minipanel.translations.columns import align


def last_screen(
    config: Config, answers: Answers | None, is_rolled_out: bool | None, reported: int, screen: Screen
) -> list[str]:
    """Return its lines. `is_rolled_out`: whether all nodes report, None when no roll-out was wanted.

    `reported`: how many nodes the panel has ever stored a sample of.
    """
    t = screen.t
    rows = [(t("page"), config.server.url), (t("account"), config.admin.username), *_password_row(answers, screen)]
    lines = [t("MiniPanel runs."), *align(rows), ""]
    if is_rolled_out is None:
        lines.append(_agents_line(config, reported, screen))
    elif not is_rolled_out:
        lines.append(
            t("Some nodes do not report yet, see above. When that is put right: minipanel rollout --only-failed")
        )
    if config.server.tls_certificate is not None and (config.path.parent / CA).exists():
        lines.append(t("Browsers trust the page once they know {ca}.", ca=f"{places.CONFIG_FOLDER}/{CA}"))
    return [
        *lines,
        t("How things stand: minipanel status"),
        t("Undo: minipanel rollout --remove (the agents), then minipanel setup --uninstall (the panel)"),
    ]


def _agents_line(config: Config, reported: int, screen: Screen) -> str:
    """Return what is known of the agents without having looked at the nodes."""
    if reported == 0:
        return screen.t("No node has reported yet. To bring the agents onto the nodes: minipanel rollout")
    total = sum(node.enabled for node in config.nodes)
    return screen.t(
        "{reported} of {total} nodes have reported. To bring all of them this version's agent: minipanel rollout",
        reported=reported,
        total=total,
    )


def _password_row(answers: Answers | None, screen: Screen) -> list[tuple[str, str]]:
    """Return what to tell of the password: a random one is shown here and nowhere else."""
    t = screen.t
    if answers is None:
        return [(t("password"), t("as before; minipanel access passwd sets another"))]
    if answers.is_random:
        return [(t("password"), t("{password} (shown only here)", password=answers.password))]
    return [(t("password"), t("as given"))]
