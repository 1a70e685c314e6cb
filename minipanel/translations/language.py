"""The language for a person at a terminal: Chinese if the locale is Chinese, otherwise English."""

import os
from collections.abc import Callable, Mapping

from minipanel.sentence import Sentence
from minipanel.translations.catalogue import in_chinese

Translate = Callable[..., str]

_CONSOLE = "linux"
"""TERM on the kernel's own console, also over a management controller: its font has no Chinese."""

_COERCED = "C.UTF-8"
"""Python itself sets LC_CTYPE to this if the locale is C (PEP 538): it says nothing about the terminal."""


def is_chinese(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether messages are wanted in Chinese, on a terminal that can show it.

    The rules are gettext's: the first of LC_ALL, LC_MESSAGES and LANG that is set counts; unless it is C or POSIX, the
    languages in LANGUAGE come before it. An empty variable counts as not set. deploy/install-agent.sh and the other
    scripts decide in the same way.
    """
    if environ.get("TERM") == _CONSOLE or not speaks_utf8(environ):
        return False
    locale = _first(environ, "LC_ALL", "LC_MESSAGES", "LANG")
    if locale in ("", "C", "POSIX"):
        return False
    wanted = [name for name in environ.get("LANGUAGE", "").split(":") if name]
    # The first of the wanted languages that exists here.
    known = (name for name in (wanted or [locale]) if name[:2].lower() in ("zh", "en") or name in ("C", "POSIX"))
    return next(known, "").lower().startswith("zh")


def speaks_utf8(environ: Mapping[str, str]) -> bool:
    """Return whether the locale's charset is UTF-8, by the first of LC_ALL, LC_CTYPE and LANG that is set (POSIX)."""
    kept = {name: value for name, value in environ.items() if (name, value) != ("LC_CTYPE", _COERCED)}
    charset = _first(kept, "LC_ALL", "LC_CTYPE", "LANG").partition(".")[2].partition("@")[0]
    return charset.lower().replace("-", "") == "utf8"


def _first(environ: Mapping[str, str], *names: str) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def in_english(sentence: str | Sentence, /, **values: object) -> str:
    """Return a sentence in English, with its values filled in."""
    return str(sentence if isinstance(sentence, Sentence) else Sentence(sentence, **values))


def translator(environ: Mapping[str, str] = os.environ) -> Translate:
    """Return a function t(english, **values): it returns the sentence in the reader's language, with its values.

    t = translator({"LANG": "zh_CN.UTF-8"})
    t("{count} nodes", count=3) -> "3 个节点"
    """
    return in_chinese if is_chinese(environ) else in_english


def say(sentence: str | Sentence, /, **values: object) -> str:
    """Return a sentence in the language of the user who runs this process."""
    return translator()(sentence, **values)
