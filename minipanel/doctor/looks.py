"""All looks of `minipanel doctor`, in the order of its lines. To add one, write it in checks/ and name it here."""

from __future__ import annotations

from minipanel.doctor.checks.alerts import look_at_open
from minipanel.doctor.checks.archive import look_at_engine
from minipanel.doctor.checks.backup import look_at_copies
from minipanel.doctor.checks.certificate import look_at_certificate
from minipanel.doctor.checks.configuration import look_at_configuration
from minipanel.doctor.checks.database import look_at_file
from minipanel.doctor.checks.disk import look_at_leftovers, look_at_room
from minipanel.doctor.checks.munge import look_at_clock, look_at_munge, look_at_munge_version
from minipanel.doctor.checks.network import look_at_firewall, look_at_way
from minipanel.doctor.checks.nodes import look_at_last_rollout, look_at_states
from minipanel.doctor.checks.panel import look_at_answer
from minipanel.doctor.checks.rights import look_at_rights
from minipanel.doctor.checks.service import look_at_service
from minipanel.doctor.checks.versions import look_at_hardware, look_at_user, look_at_versions
from minipanel.doctor.looking import Look
from minipanel.translations.language import Translate

LOOKS: dict[str, Look] = {
    "versions": look_at_versions,
    "user": look_at_user,
    "hardware": look_at_hardware,
    "configuration": look_at_configuration,
    "rights": look_at_rights,
    "service": look_at_service,
    "panel": look_at_answer,
    "address": look_at_way,
    "firewall": look_at_firewall,
    "certificate": look_at_certificate,
    "munge": look_at_munge,
    "munge_version": look_at_munge_version,
    "clock": look_at_clock,
    "database": look_at_file,
    "backup": look_at_copies,
    "archive": look_at_engine,
    "disk": look_at_room,
    "alerts": look_at_open,
    "nodes": look_at_states,
    "rollout": look_at_last_rollout,
    "leftovers": look_at_leftovers,
}
"""The looks, by a name that is the same in every language."""

REMEDIES_OF_HANGING = {
    "munge": "systemctl restart munge",
    "firewall": "systemctl restart firewalld",
    "panel": "systemctl restart minipanel",
    "service": "systemctl status minipanel",
    "clock": "systemctl restart systemd-timedated",
}
"""What helps if a look gets no answer."""


def titles(t: Translate) -> dict[str, str]:
    """Return the title of each look in the reader's language, for a look that returns no line of its own."""
    return {
        "versions": "MiniPanel",
        "user": t("user"),
        "hardware": t("system"),
        "configuration": t("configuration"),
        "rights": t("rights"),
        "service": t("service"),
        "panel": t("panel"),
        "address": t("address"),
        "firewall": "firewalld",
        "certificate": t("certificate"),
        "munge": "MUNGE",
        "munge_version": "MUNGE",
        "clock": t("clock"),
        "database": t("database"),
        "backup": t("backup"),
        "archive": t("archive"),
        "disk": t("disk"),
        "alerts": t("alerts"),
        "nodes": t("nodes"),
        "rollout": t("roll-out"),
        "leftovers": t("leftovers"),
    }
