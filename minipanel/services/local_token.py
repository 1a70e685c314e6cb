"""The token of this machine's own commands: whoever may read config.toml can sign one, and it only reads."""

from __future__ import annotations

import hashlib
import hmac
import re

LIFE_SECONDS = 60
"""A command signs a new one each time it connects."""

_TOKEN = re.compile(r"mpl_(\d{1,12})_([0-9a-f]{64})", re.ASCII)


def local_token(jwt_secret: str, now: float) -> str:
    """Return a token that is good for LIFE_SECONDS: mpl_ + when it ends (Unix seconds) + _ + hex HMAC-SHA256."""
    return _signed(jwt_secret, int(now) + LIFE_SECONDS)


def is_local(token: str) -> bool:
    """Tell whether a token has this form; a session's is a JWT, which has points."""
    return _TOKEN.fullmatch(token) is not None


def good_until(token: str, jwt_secret: str, now: float) -> int | None:
    """Return until when a token is good, Unix seconds; None for one that is not: signed otherwise, or its time is over.

    One that would be good for longer than LIFE_SECONDS is no good either.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    expires_at = int(found[1])
    is_signed = hmac.compare_digest(token, _signed(jwt_secret, expires_at))
    return expires_at if is_signed and 0 < expires_at - now <= LIFE_SECONDS else None


def _signed(jwt_secret: str, expires_at: int) -> str:
    # Begins otherwise than what jwt_secret signs elsewhere: a JWT begins with its head in base64.
    signature = hmac.new(jwt_secret.encode(), f"local:{expires_at}".encode(), hashlib.sha256).hexdigest()
    return f"mpl_{expires_at}_{signature}"
