"""Refuses requests that change something, unless they come from the panel's own page or from a script.

Another site's page can make a browser post to the panel with the user's cookies. But it can't choose the Origin and
Sec-Fetch-Site that the browser sends (Fetch, 3.1; Fetch Metadata, 2), nor send JSON without a preflight request (Fetch,
3.2.2). Against DNS rebinding, where an attacker's name resolves to the panel's address, the panel accepts only its own
names as the Host.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from minipanel.config import ServerConfig
from minipanel.errors import BadInput, NotAllowed
from minipanel.machine.own_names import OwnNames
from minipanel.models.names import parse_address
from minipanel.models.quote import escape, quote
from minipanel.sentence import Sentence

_REQUEST = Sentence("request")


def refuse_form(request: Request) -> None:
    """Raise BadInput for a body that an HTML form may have sent: anything but JSON."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise BadInput("The Content-Type is {media_type}; it must be application/json.", media_type=quote(media_type))


def refuse_foreign(request: Request, server: ServerConfig, own_names: OwnNames, what: Sentence = _REQUEST) -> None:
    """Raise NotAllowed if another site's page may have sent the request. `what`: the word for it, login or request."""
    headers = request.headers
    host = headers.get("Host", "")
    name = _name_in(host)
    if not _is_own(name, server, own_names):
        raise NotAllowed(
            "This panel is not known as {name}; if it should be, add the line hosts = "
            '["{plain}"] to [server] in its config.toml.',
            name=quote(name),
            plain=escape(name),
        )
    site = headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none"):
        raise NotAllowed(
            "The {what} was sent by a page of another site (Sec-Fetch-Site is {site}).", what=what, site=quote(site)
        )
    origin = headers.get("Origin")
    if origin is not None and not _is_same(origin, host, server):
        raise NotAllowed(
            "The {what} was sent by the page of {origin}, which is not this panel's.", what=what, origin=quote(origin)
        )


def _is_own(name: str, server: ServerConfig, own_names: OwnNames) -> bool:
    if parse_address(name) is not None or name == "localhost":
        return True
    return name in (urlsplit(server.url).hostname, *server.hosts) or name in own_names


def _is_same(origin: str, host: str, server: ServerConfig) -> bool:
    """Return whether a page's origin is the host of the request, or the panel's name before a proxy replaced it."""
    try:
        parts = urlsplit(origin)
        name = parts.hostname or ""
    except ValueError:
        return False
    return parts.netloc.lower() in (host.lower(), urlsplit(server.url).netloc.lower()) or name in server.hosts


def _name_in(host: str) -> str:
    """Return the name or address in a Host header, in lower case: "[::1]:8080" -> "::1". "" if it can't be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
