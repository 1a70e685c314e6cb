"""Every sentence of the panel beside its Chinese: where a sentence that keeps its values is looked up."""

from minipanel.sentence import Sentence
from minipanel.translations import (
    access,
    alerts,
    archive,
    backup,
    doctor,
    hosts,
    keeping,
    nodes,
    prometheus,
    rollout,
    setup,
    status,
    top,
    troubles,
)

CHINESE = {
    **access.CHINESE,
    **alerts.CHINESE,
    **archive.CHINESE,
    **backup.CHINESE,
    **doctor.CHINESE,
    **hosts.CHINESE,
    **keeping.CHINESE,
    **nodes.CHINESE,
    **prometheus.CHINESE,
    **rollout.CHINESE,
    **setup.CHINESE,
    **status.CHINESE,
    **top.CHINESE,
    **troubles.CHINESE,
}
"""English with {names} for its values -> Chinese with the same."""


def in_chinese(sentence: Sentence) -> str:
    """Return the sentence in Chinese, its values too where they are sentences or known words."""
    values = {name: in_chinese(_sentence(value)) for name, value in sentence.values.items()}
    known = CHINESE.get(sentence.english, sentence.english)
    return known.format(**values) if values else known


def _sentence(value: object) -> Sentence:
    return value if isinstance(value, Sentence) else Sentence(str(value))
