"""The bodies of requests to the API, apart from samples and logins."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from minipanel.models.caller import SCOPES

# These limits are for the OpenAPI document. The code that makes a key checks them, and refuses with a sentence.
_Name = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 64})]
_Days = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": 3650})]


class TokenRequest(Struct, forbid_unknown_fields=True):
    """A new API token. `scope`: `metrics` may read only GET /metrics, `read` everything."""

    name: _Name
    scope: Annotated[str, Meta(extra_json_schema={"enum": list(SCOPES)})]
    days: _Days = 365


class KioskRequest(Struct, forbid_unknown_fields=True):
    """A new wall screen."""

    name: _Name
    days: _Days = 1825


class KioskSecret(Struct, forbid_unknown_fields=True):
    """The part after the # of a wall screen's link."""

    secret: str


class AckRequest(Struct, forbid_unknown_fields=True):
    """Alerts to acknowledge, by their ids: nothing more is sent about them until they are over."""

    ids: Annotated[list[int], Meta(extra_json_schema={"minItems": 1, "maxItems": 100_000})]
    note: Annotated[str, Meta(extra_json_schema={"maxLength": 200})] = ""


class SilenceRequest(Struct, forbid_unknown_fields=True):
    """A silence: no messages about these nodes until a time (Unix seconds). `rules`: only these, [] for all."""

    nodes: str
    until: int
    why: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200})]
    rules: list[str] = []


class TestRequest(Struct, forbid_unknown_fields=True):
    """A request to send a test message to a channel."""

    channel: str


REQUESTS = (TokenRequest, KioskRequest, KioskSecret, AckRequest, SilenceRequest, TestRequest)
