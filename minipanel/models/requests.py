"""The shapes of what is sent to the API, beside samples and logins."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from minipanel.models.caller import SCOPES

# What is allowed is for the API's document here; who makes a key checks it, and says it in a sentence.
_Name = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 64})]
_Days = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 3650})]


class TokenRequest(Struct, forbid_unknown_fields=True):
    """An API token that is wanted: `metrics` may read GET /metrics alone, `read` all that can be read."""

    name: _Name
    scope: Annotated[str, Meta(extra_json_schema={"enum": list(SCOPES)})]
    days: _Days = 365


class KioskRequest(Struct, forbid_unknown_fields=True):
    """A wall screen that is wanted."""

    name: _Name
    days: _Days = 1825


class KioskSecret(Struct, forbid_unknown_fields=True):
    """What follows the # in the link of a wall screen."""

    secret: str


class AckRequest(Struct, forbid_unknown_fields=True):
    """Alerts to acknowledge, by their ids: nothing more is sent about them until they are over."""

    ids: Annotated[list[int], Meta(extra_json_schema={"minItems": 1, "maxItems": 100_000})]
    note: Annotated[str, Meta(extra_json_schema={"maxLength": 200})] = ""


class SilenceRequest(Struct, forbid_unknown_fields=True):
    """Nodes about which nothing is to be sent until a time (Unix seconds); `rules`: only of these, [] for all."""

    nodes: str
    until: int
    why: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200})]
    rules: list[str] = []


class TestRequest(Struct, forbid_unknown_fields=True):
    """A message that is to be sent to try a channel."""

    channel: str


REQUESTS = (TokenRequest, KioskRequest, KioskSecret, AckRequest, SilenceRequest, TestRequest)
