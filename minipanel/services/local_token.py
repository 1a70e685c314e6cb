"""The token of this machine's own commands. Whoever may read config.toml can sign one.

A token without a name can only read. One with a name acts for that person, and only on routes that let commands act.
Whoever can read config.toml can do far more anyway, but a leaked token can't.
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
    """Return a token valid for LIFE_SECONDS: mpl_ + its end (Unix seconds) + _ + hex HMAC-SHA256.

    The name in `who` comes before the HMAC, as UTF-8 in hex, shortened if it is too long.
    """
    return _signed(jwt_secret, int(now) + LIFE_SECONDS, who.encode("utf-8", "replace")[:MAX_NAME_BYTES].hex())


def is_local(token: str) -> bool:
    """Return whether a token has this form. A session's token is a JWT and contains dots."""
    return _TOKEN.fullmatch(token) is not None


def good_until(token: str, jwt_secret: str, now: float) -> int | None:
    """Return when a token expires, in Unix seconds; None if it has expired or its signature is wrong.

    A token valid for longer than LIFE_SECONDS is refused too.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    expires_at = int(found[1])
    is_signed = hmac.compare_digest(token, _signed(jwt_secret, expires_at, found[2] or ""))
    return expires_at if is_signed and 0 < expires_at - now <= LIFE_SECONDS else None


def acts_for(token: str) -> str:
    """Return the name in a token, "" for one that only reads. Check the signature first, with good_until."""
    found = _TOKEN.fullmatch(token)
    return "" if found is None else bytes.fromhex(found[2] or "").decode("utf-8", "replace")


def _signed(jwt_secret: str, expires_at: int, name: str) -> str:
    # Distinct from anything else signed with jwt_secret: a JWT begins with its header in base64.
    text = f"command:{expires_at}:{name}" if name else f"local:{expires_at}"
    signature = hmac.new(jwt_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"mpl_{expires_at}_{f'{name}_' if name else ''}{signature}"
