"""`minipanel alerts ack`, `test`, `silence`, `unsilence`: what people do about alerts. The running panel does it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from minipanel.commands.alerts_list import finding_lines
from minipanel.commands.alerts_seen import look
from minipanel.commands.alerts_words import beside, moment, number_of, plain, rule_of, seconds_of
from minipanel.commands.node_sets import known_set
from minipanel.errors import CommandError
from minipanel.exits import DONE, FAILED
from minipanel.machine.who import command_user
from minipanel.models.access_answers import Ended
from minipanel.models.alert_answers import AckAnswer, ChannelsAnswer, Finding, SilenceAnswer, TestAnswer
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.services.panel_client import PanelClient, Refused
from minipanel.translations.language import say, translator

TEST_SECONDS = 120.0
"""A mail server may take long for each of its answers."""

Answer = TypeVar("Answer")


def acknowledge(config_path: Path, id: str, note: str, nodes: str | None) -> None:
    """Acknowledge the alerts that `list` shows under this id, or only those about some nodes.

    Raises ConfigError; CommandError if no open alert has the id, all have just ended, or the panel does not answer.
    """
    config, alert_id = load_config(config_path), number_of(id)
    t = translator()
    whole = _asked(config_path, "GET", "/api/alerts/findings", _Findings).findings
    found = next((each for each in whole if alert_id in each.alerts), None)
    if found is None:
        raise CommandError(t("No alert {id} is open; minipanel alerts list shows those that are.", id=alert_id))
    if nodes is not None:
        parts = [
            each for each in look(config, known_set(config, nodes)).findings if set(each.alerts) <= set(found.alerts)
        ]
        if not parts:
            raise CommandError(t("Alert {id} is not about {nodes}.", id=alert_id, nodes=quote(nodes)))
        found = parts[0]
    acked = _asked(config_path, "POST", "/api/alerts/ack", AckAnswer, {"ids": found.alerts, "note": note}).acked
    if not acked:
        raise CommandError(t("Alert {id} has just ended: nothing is left to acknowledge.", id=alert_id))
    who = plain(command_user())
    print(t("{who} acknowledged this; only its end will be sent:", who=who))
    print("\n".join(finding_lines(found, int(time.time()))))
    ended = len(found.alerts) - acked
    if ended:
        print(t("{count} of these {all} alerts had just ended.", count=ended, all=len(found.alerts)))


class _Findings(msgspec.Struct):
    """The only part of the answer that is used here."""

    findings: list[Finding]


def test_channels(config_path: Path, name: str | None) -> int:
    """Send a test message through a channel, or through all, and show the result. Returns 1 if one was not accepted.

    Raises ConfigError; CommandError if there is no such channel, or the panel does not answer.
    """
    t = translator()
    known = [each.name for each in _asked(config_path, "GET", "/api/alerts/channels", ChannelsAnswer).channels]
    if not known:
        raise CommandError(t("Alerts go nowhere: set mail in [alerts] of {path}, and reload the panel.",
                             path=config_path))  # fmt: skip
    if name is not None and name not in known:
        raise CommandError(t("There is no channel {name}; known channels: {known}.", name=quote(name),
                             known=", ".join(map(plain, known))))  # fmt: skip
    code = DONE
    for channel in known if name is None else [name]:
        try:
            body: dict[str, object] = {"channel": channel}
            said = _asked(config_path, "POST", "/api/alerts/test", TestAnswer, body, TEST_SECONDS).said
            print(t("{channel}: accepted. {said}", channel=plain(channel), said=plain(said or "")).rstrip())
        except Refused as error:
            code = FAILED
            print(t("{channel}: failed. {why}", channel=plain(channel), why=say(error.said)))
    return code


def silence(config_path: Path, nodes: str, lasting: str, why: str, rules: Sequence[str]) -> None:
    """Send nothing about some nodes for a time. Raises ConfigError, CommandError."""
    names = [rule_of("--rules", name.strip()) for each in rules for name in each.split(",")]
    until = int(time.time()) + seconds_of("--for", lasting)
    body: dict[str, object] = {"nodes": nodes, "until": until, "why": why, "rules": names}
    kept = _asked(config_path, "POST", "/api/silences", SilenceAnswer, body)
    print("\n".join(_silence_lines(kept)))
    print(say("To end it: minipanel alerts unsilence {id}", id=kept.id))


def list_silences(config_path: Path, as_json: bool) -> None:
    """Print the silences that have not ended. Raises ConfigError, CommandError."""
    kept = silences_of(config_path)
    if as_json:
        print(json.dumps(msgspec.to_builtins(kept), indent=2, ensure_ascii=False))
    else:
        lines = [line for each in kept for line in _silence_lines(each)]
        print("\n".join(lines) if lines else say("Nothing is silenced."))


def end_silence(config_path: Path, id: str) -> None:
    """End a silence now. Raises ConfigError; CommandError if none with this id lasts."""
    silence_id = number_of(id)
    _asked(config_path, "DELETE", f"/api/silences/{silence_id}", Ended)
    print(say("Silence {id} has ended. Alerts that are still open and were not sent are sent now.", id=silence_id))


def silences_of(config_path: Path) -> list[SilenceAnswer]:
    """Return the silences that have not ended. Raises ConfigError, CommandError."""
    return _asked(config_path, "GET", "/api/silences", list[SilenceAnswer])


def silence_sentence(silence: SilenceAnswer) -> str:
    """Return a sentence: until when, which rules, by whom and why."""
    t = translator()
    values = {"time": moment(silence.until), "who": plain(silence.who), "why": plain(silence.why)}
    if silence.rules:
        return t("until {time}, only {rules}, by {who}: {why}", rules=plain(", ".join(silence.rules)), **values)
    return t("until {time}, by {who}: {why}", **values)


def _silence_lines(silence: SilenceAnswer) -> list[str]:
    head = str(silence.id)
    return [*beside(head, plain(silence.nodes), 6), *beside("", silence_sentence(silence), 6)]


def _asked(
    config_path: Path,
    method: str,
    path: str,
    kind: type[Answer],
    body: dict[str, object] | None = None,
    seconds: float = 10.0,
) -> Answer:
    """Return the panel's answer. Raises Refused in the reader's language."""
    client = PanelClient(load_config(config_path), who=command_user())
    try:
        return client.send(method, path, kind, body, seconds)
    except Refused as error:
        raise Refused(say(error.said), error.said) from None
