"""How the agent authenticates: the value of the Authorization header of each POST."""

from minipanel_agent import munge
from minipanel_agent.deadline import Deadline
from minipanel_agent.worker import Worker


class MungeCredential:
    """A fresh MUNGE credential for each POST: the panel accepts each one once."""

    def __init__(self, worker: Worker, socket: str = "") -> None:
        """worker: calls libmunge. socket: munged's, "" for the default."""
        self._worker = worker
        self._socket = socket or None

    def header(self, body: bytes, deadline: Deadline) -> str:
        """Return the header for this body. Raises MungeError."""
        try:
            return "MUNGE " + str(self._worker.call(deadline, munge.encode, munge.payload_of(body), self._socket))
        except TimeoutError:
            raise munge.MungeError("MUNGE made no credential: munged did not answer in time.")


class TokenCredential:
    """The node's own token, the same for each POST."""

    def __init__(self, token: str) -> None:
        self._header = "Bearer " + token

    def header(self, _body: bytes, _deadline: Deadline) -> str:
        return self._header
