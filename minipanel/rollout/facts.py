"""What a look at a node found: parses look.sh's lines, and judges whether the agent can run there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from minipanel_agent import munge
from minipanel_agent.munge import Credential

from minipanel.models.faults import MAX_AHEAD_SECONDS
from minipanel.models.quote import escape
from minipanel.rollout.outcome import Word
from minipanel.rollout.step import Answer

Say = Callable[..., str]
Fault = tuple[Word, str]
"""An outcome's word and sentence."""

UNIT = "minipanel-agent.service"
SENTENCE_CHARACTERS = 300

_PLACES = {"opt": "/opt", "var": "/var/lib", "etc": "/etc/systemd/system"}
_LINE = re.compile(r"^minipanel:([a-z_][a-z_.-]*)=(.*)$", re.MULTILINE)

_YES, _NUMBER, _SUM, _UNIT_STATE = r"yes", r"[0-9]{1,15}", r"[0-9a-f]{64}", r"[a-z-]{1,32}"
_SENTENCE = r"[^\r\n]{1,1000}"
_FORMS = {
    **dict.fromkeys(("systemd", "is_there", "looked"), _YES),
    **dict.fromkeys(("clock", "uid", *(f"free_{place}" for place in _PLACES)), _NUMBER),
    **dict.fromkeys((f"sum_{name}" for name in ("minipanel-agent", "config.toml", "ca.pem", UNIT)), _SUM),
    **dict.fromkeys(("is_active", "is_enabled"), _UNIT_STATE),
    **dict.fromkeys(("python", "python_hidden"), r"/[!-~]{1,255}"),
    "credential": r"MUNGE:[A-Za-z0-9+/=]{1,4000}:",
    **dict.fromkeys(("munge_trouble", "panel_trouble", *(f"write_{place}" for place in _PLACES)), _SENTENCE),
}
"""The form of each value, by key. A node may be under foreign control: a value of another form is dropped."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The values that look.sh printed.

    `skew_seconds`: the node's clock minus this machine's; 0 if the difference is within the time that the look took,
    None if the node gave no time.
    """

    values: Mapping[str, str]
    skew_seconds: int | None

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    @property
    def is_complete(self) -> bool:
        """Whether the look ran to its end."""
        return self["looked"] == "yes"


def parse_facts(answer: Answer) -> Facts:
    """Return the facts in a look's answer; other output, such as that of login scripts, is skipped."""
    said = ((key, value.strip()) for key, value in _LINE.findall(answer.stdout))
    values = {
        key: escape(value, SENTENCE_CHARACTERS) if _FORMS[key] is _SENTENCE else value
        for key, value in said
        if key in _FORMS and re.fullmatch(_FORMS[key], value)
    }
    clock = values.get("clock")
    return Facts(values, None if clock is None else _skew(int(clock), answer))


def _skew(clock: int, answer: Answer) -> int:
    """Return how far a node's time, in whole seconds, lies outside the span in which it was read.

    `date` cuts off the fraction of the second.
    """
    earliest, latest = answer.ended_at - answer.seconds - 1, answer.ended_at
    if clock > latest:
        return round(clock - latest)
    return -round(earliest - clock) if clock < earliest else 0


def fault_of(
    facts: Facts, needed_kib: Mapping[str, int], auth: str, munge_socket: str | None, url: str, say: Say
) -> Fault | None:
    """Return the first reason why the agent can't run on this node, None if it can."""
    return (
        _fault_of_system(facts, say)
        or _fault_of_clock(facts, say)
        or (_fault_of_munge(facts, munge_socket, say) if auth == "munge" else None)
        or fault_of_writing(facts, say)
        or _fault_of_space(facts, needed_kib, say)
        or _fault_of_way(facts, url, say)
    )


def _fault_of_system(facts: Facts, say: Say) -> Fault | None:
    if facts["systemd"] != "yes":
        return Word.NO_SYSTEMD, say("the node does not run systemd, which starts the agent")
    if not facts["python"] and facts["python_hidden"]:
        template = "{python} is in a home folder, which the agent can't see; install the package python3"
        return Word.NO_PYTHON, say(template, python=facts["python_hidden"])
    if not facts["python"]:
        return Word.NO_PYTHON, say("no Python 3.6 or newer found; install the package python3")
    return None


def _fault_of_clock(facts: Facts, say: Say) -> Fault | None:
    skew = facts.skew_seconds
    if skew is None:
        return Word.WRONG_CLOCK, say("the node reports no time")
    # The panel refuses samples that are further ahead.
    if abs(skew) <= MAX_AHEAD_SECONDS:
        return None
    if skew > 0:
        sentence = say("the clock is {seconds} s ahead of the panel's; at most {limit} s are allowed", **_clock(skew))
    else:
        sentence = say("the clock is {seconds} s behind the panel's; at most {limit} s are allowed", **_clock(skew))
    return Word.WRONG_CLOCK, sentence


def _clock(skew: int) -> dict[str, int]:
    return {"seconds": abs(skew), "limit": MAX_AHEAD_SECONDS}


def _fault_of_munge(facts: Facts, socket: str | None, say: Say) -> Fault | None:
    if facts["munge_trouble"] or not facts["credential"]:
        return Word.NO_MUNGE, say(
            "no munge credential: {reason}", reason=facts["munge_trouble"] or say("no reason was given")
        )
    # Decoded by this machine's munged, as the panel will decode the agent's: this panel must accept it.
    credential = munge.decode(facts["credential"], socket)
    if credential.status != munge.OK:
        return Word.MUNGE_REFUSED, _refusal(credential, say)
    return None


def _refusal(credential: Credential, say: Say) -> str:
    if credential.status == 14:  # EMUNGE_CRED_INVALID
        return say("the panel does not accept the credential: the node's munge key is not the panel's")
    return say("the panel does not accept the credential: {reason}", reason=credential.message)


def fault_of_writing(facts: Facts, say: Say) -> Fault | None:
    """Return where the node can't be written, None if it can."""
    for key, place in _PLACES.items():
        reason = facts[f"write_{key}"]
        if reason:
            word = Word.NO_SPACE if reason == "No space left on device" else Word.NOT_WRITABLE
            return word, say("{place} can't be written: {reason}", place=place, reason=reason)
    return None


def _fault_of_space(facts: Facts, needed_kib: Mapping[str, int], say: Say) -> Fault | None:
    for place, needed in needed_kib.items():
        free = facts[f"free_{place}"]
        if free and int(free) < needed:
            return Word.NO_SPACE, say(
                "{place} has {free} KiB free; {needed} are needed", place=_PLACES[place], free=free, needed=needed
            )
    return None


def _fault_of_way(facts: Facts, url: str, say: Say) -> Fault | None:
    if not facts["panel_trouble"]:
        return None
    return Word.PANEL_UNREACHABLE, say(
        "the node can't reach the panel at {url}: {reason}; check the firewall",
        url=url,
        reason=facts["panel_trouble"],
    )
