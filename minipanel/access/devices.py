"""Recognizes browsers that have logged in before, so that a flood of failed logins does not lock them out.

This is OWASP's device cookie ("Slow Down Online Guessing Attacks with Device Cookies"): it proves an earlier login and
gives no access.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_COOKIE = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")


def new_device(secret: str, username: str) -> str:
    """Return a cookie for a browser that has just logged in: a random name and its signature."""
    name = secrets.token_urlsafe(16)
    return f"{name}.{_signature(secret, username, name)}"


def known_device(cookie: str | None, secret: str, username: str) -> str | None:
    """Return the name in a cookie that `new_device` made for this user; None for anything else."""
    parts = _COOKIE.fullmatch(cookie or "")
    if parts is None or not hmac.compare_digest(parts[2], _signature(secret, username, parts[1])):
        return None
    return parts[1]


def _signature(secret: str, username: str, name: str) -> str:
    return hmac.new(secret.encode(), f"device:{username}:{name}".encode(), hashlib.sha256).hexdigest()
