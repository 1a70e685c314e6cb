"""The settings of an installed panel and their changes. Pure functions, except for checks which files exist."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from minipanel.alerts.config import ALERTS
from minipanel.config import Config
from minipanel.models.names import parse_address
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers, Certificates, Front, Kept, SelfMade, kind_of
from minipanel.translations.columns import align
from minipanel.translations.language import Translate

_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Change:
    """A changed setting, in the reader's language. `is_agents`: agents can't report until they know it."""

    what: str
    old: str
    new: str
    is_agents: bool = False


def present_answers(config: Config) -> Answers:
    """Return the answers that would lead to this configuration."""
    url = urlsplit(config.server.url)
    is_direct = (
        url.scheme == ("http" if config.server.tls_certificate is None else "https")
        and (url.port or _USUAL_PORTS[url.scheme]) == config.server.port
        and not url.path
    )
    return Answers(
        admin=config.admin.username,
        password=None,
        is_random=False,
        nodes=config.nodes,
        database=config.database.path,
        port=config.server.port,
        address=url.hostname or "",
        auth=config.agents.auth,
        tls=_kept(config),
        ignored=config.hosts.ignore,
        retention_days=config.database.retention_days,
        front=None if is_direct else Front(url.scheme, url.port, url.path),
        mail=config.of(ALERTS).mail,
    )


def _kept(config: Config) -> Kept | None:
    certificate, key = config.server.tls_certificate, config.server.tls_key
    if certificate is None or key is None:
        return None
    folder = config.path.parent
    is_own = certificate != folder / places.CERTIFICATE or not (folder / places.CA_KEY).exists()
    ca = folder / places.CA
    return Kept("own" if is_own else "self-made", Certificates(certificate, key, ca if ca.exists() else None))


def changes(old: Answers, new: Answers, t: Translate) -> list[Change]:
    """Return the differences, in the order of the questions."""
    found = [
        Change(t("account"), old.admin, new.admin),
        Change(t("password"), "", "" if new.password is None else t("another one; all sessions end")),
        Change(t("database"), str(old.database), str(new.database)),
        Change(t("days that records are kept"), str(old.retention_days), str(new.retention_days)),
        Change(t("port"), str(old.port), str(new.port)),
        Change(t("HTTPS"), kind_of(old.tls), _https(old, new, t), is_agents=True),
        Change(t("agents report to"), old.url, new.url, is_agents=True),
        Change(t("agents authenticate with"), _proof(old, t), _proof(new, t), is_agents=True),
        Change(t("mail alerts to"), _mail(old, t), _mail(new, t)),
    ]
    return [change for change in found if change.old != change.new]


def change_table(changes: Sequence[Change]) -> list[str]:
    """Return changes as lines: setting, old value, new value."""
    return align([(change.what, change.old, "→", change.new) for change in changes])


def warnings(old: Answers, new: Answers, local: Container[str], t: Translate) -> list[str]:
    """Return what may be unexpected about these changes, one sentence each. `local`: this machine's addresses."""
    lines = []
    if new.retention_days < old.retention_days:
        lines.append(t("Records older than {days} days will be deleted.", days=new.retention_days))
    if new.front is not None and (new.port != old.port or kind_of(new.tls) != kind_of(old.tls)):
        lines.append(t("Agents keep reporting to {url}, which is not the panel's own port.", url=new.url))
    if new.address != old.address and parse_address(new.address) is not None and new.address not in local:
        lines.append(t("{address} is not an address of this machine; the nodes must still reach the panel there.",
                       address=new.address))  # fmt: skip
    return lines


def settings(answers: Answers, t: Translate) -> list[tuple[str, str]]:
    """Return the settings that can be changed, each with its value."""
    return [
        (t("account"), answers.admin),
        (t("database"), str(answers.database)),
        (t("days that records are kept"), str(answers.retention_days)),
        (t("port"), str(answers.port)),
        (t("HTTPS"), kind_of(answers.tls)),
        (t("agents report to"), answers.url),
        (t("agents authenticate with"), _proof(answers, t)),
        (t("mail alerts to"), _mail(answers, t)),
    ]


def _https(old: Answers, new: Answers, t: Translate) -> str:
    match new.tls:
        case Certificates(certificate) if kind_of(old.tls) == "own":
            return t("own, {path}", path=certificate)
        case SelfMade() if kind_of(old.tls) == "self-made":
            return t("self-made, a new certificate")
    return kind_of(new.tls)


def _proof(answers: Answers, t: Translate) -> str:
    return "MUNGE" if answers.auth == "munge" else t("one token each")


def _mail(answers: Answers, t: Translate) -> str:
    return ", ".join(answers.mail) or t("nobody")
