"""The language a person at a terminal reads: Chinese where the locale is Chinese, English elsewhere."""

import os
from collections.abc import Callable, Mapping

Translate = Callable[..., str]

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def is_chinese(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether messages are wanted in Chinese: the first of LC_ALL, LC_MESSAGES, LANG that is set begins with zh.

    The order is POSIX's (XBD 8.2, Internationalization Variables); an empty value counts as not set.
    """
    locale = next((environ[name] for name in LOCALE_VARIABLES if environ.get(name)), "")
    return locale.lower().startswith("zh")


def translator(catalogue: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> Translate:
    """Return t(english, **values): the sentence in the reader's language with its {names} filled in.

    The catalogue maps each English sentence to its Chinese; a sentence it lacks stays English.

        t = translator({"Hello {name}": "你好 {name}"}, {"LANG": "zh_CN.UTF-8"})
        t("Hello {name}", name="node001") -> "你好 node001"
    """
    known = catalogue if is_chinese(environ) else {}

    def translate(english: str, **values: object) -> str:
        sentence = known.get(english, english)
        return sentence.format(**values) if values else sentence

    return translate


IN_ENGLISH = translator({}, {})
"""For what is said in English whatever the locale."""
