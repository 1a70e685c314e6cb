"""The token of this machine's own commands: whoever may read config.toml can sign one.

One of nobody only reads. One that names somebody acts for them, and only where a route lets commands act: who may read
config.toml may do far more, but a token that is lost on its way shall not.
"""

from __future__ import annotations

import hashlib
import hmac
import re

LIFE_SECONDS = 60
"""A command signs a new one each time it connects."""

MAX_NAME_BYTES = 64

_TOKEN = re.compile(rf"mpl_(\d{{1,12}})_(?:((?:[0-9a-f]{{2}}){{1,{MAX_NAME_BYTES}}})_)?([0-9a-f]{{64}})", re.ASCII)


def local_token(jwt_secret: str, now: float, who: str = "") -> str:
    """Return a token that is good for LIFE_SECONDS: mpl_ + when it ends (Unix seconds) + _ + hex HMAC-SHA256.

    Before the HMAC stands the name of `who` acts by it, UTF-8 in hex; its end is cut where it is too long.
    """
    return _signed(jwt_secret, int(now) + LIFE_SECONDS, who.encode("utf-8", "replace")[:MAX_NAME_BYTES].hex())


def is_local(token: str) -> bool:
    """Return whether a token has this form; a session's is a JWT, which has points."""
    return _TOKEN.fullmatch(token) is not None


def good_until(token: str, jwt_secret: str, now: float) -> int | None:
    """Return until when a token is good, Unix seconds; None for one that is not: signed otherwise, or its time is over.

    One that would be good for longer than LIFE_SECONDS is no good either.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    expires_at = int(found[1])
    is_signed = hmac.compare_digest(token, _signed(jwt_secret, expires_at, found[2] or ""))
    return expires_at if is_signed and 0 < expires_at - now <= LIFE_SECONDS else None


def acts_for(token: str) -> str:
    """Return whom a token names, "" for one that only reads. It is the token of whoever signed it: see good_until."""
    found = _TOKEN.fullmatch(token)
    return "" if found is None else bytes.fromhex(found[2] or "").decode("utf-8", "replace")


def _signed(jwt_secret: str, expires_at: int, name: str) -> str:
    # Begins otherwise than what jwt_secret signs elsewhere: a JWT begins with its head in base64.
    text = f"command:{expires_at}:{name}" if name else f"local:{expires_at}"
    signature = hmac.new(jwt_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"mpl_{expires_at}_{f'{name}_' if name else ''}{signature}"
