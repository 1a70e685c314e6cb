"""Posts samples to the panel. A failure becomes an error with a sentence that says why."""

import json
import socket
import time
from typing import Any, Callable, Dict

from minipanel_agent import __version__
from minipanel_agent.answer import Answer, NoAnswer, TornAnswer
from minipanel_agent.connection import Connection
from minipanel_agent.deadline import Deadline
from minipanel_agent.errors import SendError, reason_of
from minipanel_agent.munge import MungeError
from minipanel_agent.url import Url
from minipanel_agent.worker import Worker

ROUTE = "/api/metrics"

USUAL_ANSWER = b'{"status":"ok","stored":1,"ignored":0}'
"""The answer to a live sample. Parsing it as JSON would take 20 us at each POST to load that code from memory."""

LONGEST_RETRY_SECONDS = 60
"""A panel that asks for longer is asked again after this time."""


class Client:
    """Posts to one panel over a persistent connection."""

    def __init__(
        self,
        url: Url,
        credential: Any,
        worker: Worker,
        ca_file: str = "",
        headers: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """credential: has header(body, deadline). headers: lines of each POST's head, with their ends.

        clock: Unix seconds. Raises OSError for a bad ca_file.
        """
        self._url = url
        self._credential = credential
        self._clock = clock
        self._connection = Connection(url, worker, ca_file)
        self._fixed = (
            f"POST {url.path}{ROUTE} HTTP/1.1\r\nHost: {url.authority}\r\nUser-Agent: minipanel-agent/{__version__}\r\n"
            f"Content-Type: application/json\r\n{headers}"
        )
        self._facts: Dict[str, str] = {}
        self._head = self._fixed

    def tell(self, fact: str, value: str) -> None:
        """Send a fact with each POST: "Sensor" becomes X-MiniPanel-Sensor. value: printable ASCII, "" for none."""
        self._facts[fact] = f"X-MiniPanel-{fact}: {value}\r\n" if value else ""
        self._head = self._fixed + "".join(self._facts.values())

    def post(self, body: bytes, seconds: float) -> None:
        """Send one request body, JSON, within some seconds; return once the panel has stored it. Raises SendError."""
        deadline = Deadline(seconds)
        try:
            answer = self._ask(body, deadline)
        except MungeError as error:
            raise SendError(str(error))
        except (TimeoutError, socket.timeout):  # two classes until Python 3.10
            raise SendError(f"The panel at {self._url.text} did not answer within {seconds:.1f} s.")
        except (OSError, TornAnswer) as error:
            raise SendError(f"The panel at {self._url.text} cannot be reached: {reason_of(error)}.")
        raise_unless_stored(answer)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, body: bytes, deadline: Deadline) -> Answer:
        if self._connection.is_open:
            try:
                return self._connection.exchange(self._request(body, deadline), deadline)
            except (TimeoutError, socket.timeout):
                raise
            except (OSError, NoAnswer):
                # The panel closed the kept connection, perhaps just as this was sent. Sending again is safe: a
                # sample that arrives twice is counted once.
                pass
        self._connection.open(deadline)
        return self._connection.exchange(self._request(body, deadline), deadline)

    def _request(self, body: bytes, deadline: Deadline) -> bytes:
        """Return the request with a new credential: the panel refuses one that it has seen."""
        credential = self._credential.header(body, deadline)
        head = (
            f"{self._head}Content-Length: {len(body)}\r\nAuthorization: {credential}\r\n"
            f"X-MiniPanel-Sent: {self._clock():.3f}\r\n\r\n"
        )
        return head.encode("ascii") + body


def raise_unless_stored(answer: Answer) -> None:
    """Return if the panel has stored what it was sent. Raises SendError."""
    if answer.status == 200 and answer.body == USUAL_ANSWER:
        return
    said = _json_object(answer.body)
    if answer.status == 200 and said.get("status") == "ok":
        return
    if answer.status == 200:
        sentence = "What answers at server_url is not a MiniPanel panel."
    elif 300 <= answer.status < 400:
        sentence = f"What answers at server_url is a redirect ({answer.status}); name the panel's own address there."
    elif isinstance(said.get("error"), str):
        sentence = f"The panel did not store the sample ({answer.status}): {said['error']}"
    else:
        sentence = f"The panel did not store the sample: it answered {answer.status}."
    raise SendError(sentence, answer.status, _retry_after(answer))


def _json_object(body: bytes) -> Any:
    """Return the JSON object in a body, an empty one if there is none."""
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _retry_after(answer: Answer) -> int:
    """Return the seconds that a busy panel asks for, 0 if it gives none or a date (RFC 9110 section 10.2.3)."""
    text = answer.header(b"retry-after")
    is_number = answer.status in (429, 503) and text.isdigit() and len(text) < 10
    return min(int(text), LONGEST_RETRY_SECONDS) if is_number else 0
