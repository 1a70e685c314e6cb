"""Tokens: how agents authenticate without MUNGE."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}=?")


def agent_token(secret: str, node_id: str) -> str:
    """Return the token of a node: base64url(HMAC-SHA256(secret, "agent:" + node_id)), 43 characters, unpadded.

    `secret` is `agents.secret` of config.toml. A node's token is useless for other nodes; the panel stores no tokens.
    """
    digest = hmac.digest(secret.encode(), b"agent:" + node_id.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def is_token(text: str) -> bool:
    """Return whether a text has the form of a token, with or without base64 padding."""
    return _TOKEN.fullmatch(text) is not None
