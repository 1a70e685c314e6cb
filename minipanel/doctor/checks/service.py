"""The panel's service, as systemd reports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from minipanel.doctor.subject import Subject
from minipanel.setup import places
from minipanel.setup.change.service import drop_in
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import Translate

FACTS = ("LoadState", "ActiveState", "SubState", "UnitFileState", "NRestarts", "Result", "NeedDaemonReload")
RESTARTS_TO_SEE = 3
LOG = "journalctl -u minipanel -n 50"


def look_at_service(subject: Subject) -> Iterator[Check]:
    """Ask systemd about the unit, and compare its drop-in with what the configuration needs."""
    system, t = subject.system, subject.t
    if not system.path("/run/systemd/system").is_dir() or not system.has("systemctl"):
        yield Check(t("service"), Verdict.WARNING, t("this machine does not run systemd, which the panel needs"))
        return
    shown = system.run("systemctl", "show", places.SERVICE, f"--property={','.join(FACTS)}")
    if not shown.is_done:
        detail = t("systemd does not answer: {reason}", reason=shown.last_words)
        yield Check(t("service"), Verdict.WARNING, detail, "systemctl status minipanel")
        return
    yield from judge_service(dict(line.partition("=")[::2] for line in shown.stdout.splitlines()), t)
    if subject.trouble is None and system.path(places.UNIT).exists():
        yield from judge_addition(system.read(places.DROP_IN), drop_in(subject.config), t)


def judge_service(facts: Mapping[str, str], t: Translate) -> Iterator[Check]:
    """Yield the unit's state, and what may cause trouble later. facts: as `systemctl show` prints them (systemd(1))."""
    state = facts.get("ActiveState", "")
    if facts.get("LoadState") != "loaded":
        detail = t("there is no {unit}: {state}", unit=places.SERVICE, state=facts.get("LoadState", "?"))
        yield Check(t("service"), Verdict.FIX, detail, "sudo ./install.sh")
        return
    if state in ("active", "reloading"):
        yield Check(t("service"), Verdict.OK, f"{state} ({facts.get('SubState', '')})")
    elif state == "activating" and facts.get("SubState") != "auto-restart":
        yield Check(t("service"), Verdict.WARNING, t("it is starting; a large database may take minutes"), LOG)
    elif state == "inactive":
        yield Check(t("service"), Verdict.FIX, t("it is stopped"), "systemctl start minipanel")
    else:
        detail = t("it does not stay up: {state}, {result}", state=state, result=facts.get("Result", ""))
        yield Check(t("service"), Verdict.FIX, detail, LOG)
    restarts = facts.get("NRestarts", "")
    if state == "active" and restarts.isdigit() and int(restarts) >= RESTARTS_TO_SEE:
        detail = t("systemd had to start it again {count} times", count=restarts)
        yield Check(t("service"), Verdict.WARNING, detail, LOG)
    if facts.get("UnitFileState") not in ("enabled", "enabled-runtime", "", None):
        detail = t("it does not start with the machine: {state}", state=facts["UnitFileState"])
        yield Check(t("service"), Verdict.WARNING, detail, "systemctl enable minipanel")
    if facts.get("NeedDaemonReload") == "yes":
        detail = t("its unit was changed and not reloaded")
        yield Check(t("service"), Verdict.WARNING, detail, "systemctl daemon-reload && systemctl restart minipanel")


def judge_addition(there: str, needed: str, t: Translate) -> Iterator[Check]:
    """Yield a warning if the drop-in is not the needed one. A port below 1024, or a database elsewhere, needs one."""
    if there != needed:
        detail = t("its unit does not match config.toml: {path}",
                   path=places.DROP_IN)  # fmt: skip
        yield Check(t("service"), Verdict.WARNING, detail, "minipanel setup")
