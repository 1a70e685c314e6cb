"""MUNGE credentials through libmunge: made by the agent, checked by the panel.

The calls and their codes are those of libmunge's munge.h (munge(3), munge_ctx(3), munge_enum(3)).
"""

try:
    import ctypes
except ImportError:  # some small builds of Python lack it; encode() and decode() then say so
    ctypes = None  # type: ignore[assignment]
from _thread import _local
from functools import lru_cache
from typing import Any, Optional

try:  # The plain C module of Python 3.6 to 3.11: hashlib would load OpenSSL, 5 MB resident on every node.
    from _sha256 import sha256  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    try:
        from _sha2 import sha256  # type: ignore[import-not-found,no-redef,unused-ignore]  # from Python 3.12
    except ImportError:
        from hashlib import sha256  # a Python built without the plain modules

OK = 0
NO_DAEMON = 6
BAD_CREDENTIAL = 8
EXPIRED = 15
REWOUND = 16
REPLAYED = 17

UNKNOWN_ID = -1
"""uid and gid of a credential that could not be read."""

_ENCODE_TIME, _DECODE_TIME, _SOCKET = 6, 7, 8
_LIBRARY = "libmunge.so.2"

_kept = _local()
"""Each thread's encoder, as libmunge does not lock its contexts. It ends with the thread."""


class MungeError(Exception):
    """A credential could not be made or read; str() is one sentence. `code` is libmunge's, None without the library."""

    def __init__(self, sentence: str, code: Optional[int] = None) -> None:
        super().__init__(sentence)
        self.code = code


class Credential:
    """A credential as munged decoded it.

    status is 0, or libmunge's code. An expired (15), rewound (16) or replayed (17) credential still has its payload,
    uid, gid and times, so check status first. Otherwise payload is b"", uid and gid are UNKNOWN_ID, and the times are
    0.
    """

    __slots__ = ("decode_time", "encode_time", "gid", "message", "payload", "status", "uid")

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        self.payload = b""
        self.uid = UNKNOWN_ID
        self.gid = UNKNOWN_ID
        self.encode_time = 0
        self.decode_time = 0
        """Unix seconds, each by the clock of the node where it happened."""

    def __repr__(self) -> str:
        return f"Credential(status={self.status}, message={self.message!r}, uid={self.uid})"


def payload_of(body: bytes) -> bytes:
    """Return what a credential for this request body must hold: b"minipanel/1 " and the body's SHA-256 in hex."""
    digest: str = sha256(body).hexdigest()
    return b"minipanel/1 " + digest.encode("ascii")


def encode(payload: bytes, socket: Optional[str] = None) -> str:
    """Return a fresh credential for the payload: "MUNGE:...:". socket: munged's, if it is not the default.

    Raises MungeError. Thread-safe. Blocks for up to several seconds if munged does not answer.
    """
    encoder: Optional[_Encoder] = getattr(_kept, "encoder", None)
    if encoder is None or encoder.socket != socket:
        encoder = _kept.encoder = _Encoder(socket)
    return encoder.encode(payload)


class _Encoder:
    """Makes credentials with a context that is kept: opening one each time took a third as long as the credential."""

    def __init__(self, socket: Optional[str]) -> None:
        self.socket = socket
        self._library = _library()
        self._context = _open_context(self._library, socket)

    def __del__(self) -> None:
        if hasattr(self, "_context"):
            self._library.munge_ctx_destroy(self._context)

    def encode(self, payload: bytes) -> str:
        credential = ctypes.c_char_p()
        code = self._library.munge_encode(ctypes.byref(credential), self._context, payload, len(payload))
        try:
            if code != OK:
                raise MungeError(f"MUNGE made no credential: {_message(self._library, self._context, code)}.", code)
            return (credential.value or b"").decode("ascii")
        finally:
            self._library.minipanel_free(credential)


def decode(credential: str, socket: Optional[str] = None) -> Credential:
    """Return a decoded credential, valid or not; each is valid only once. socket: as for encode.

    Raises MungeError only if libmunge cannot be called. Thread-safe.
    """
    decoder: Optional[_Decoder] = getattr(_kept, "decoder", None)
    if decoder is None or decoder.socket != socket:
        decoder = _kept.decoder = _Decoder(socket)
    return decoder.decode(credential)


class _Decoder:
    """Decodes credentials with a context that is kept: libmunge clears it at the beginning of each call."""

    def __init__(self, socket: Optional[str]) -> None:
        self.socket = socket
        self._library = _library()
        self._context = _open_context(self._library, socket)
        self._payload, self._length = ctypes.c_void_p(), ctypes.c_int()
        self._uid, self._gid = ctypes.c_uint32(), ctypes.c_uint32()
        self._time = ctypes.c_long()  # time_t
        self._into = [ctypes.byref(each) for each in (self._payload, self._length, self._uid, self._gid)]

    def __del__(self) -> None:
        if hasattr(self, "_context"):
            self._library.munge_ctx_destroy(self._context)

    def decode(self, credential: str) -> Credential:
        text = credential.encode("ascii", "replace")
        if b"\0" in text:  # C would stop reading here, and not see what follows as part of the credential
            return Credential(BAD_CREDENTIAL, "Invalid credential format")
        self._payload.value = None
        try:
            code = self._library.munge_decode(text, self._context, *self._into)
            return self._read(code)
        finally:
            self._library.minipanel_free(self._payload)

    def _read(self, code: int) -> Credential:
        if code == OK:
            credential = Credential(code, "")
        else:
            credential = Credential(code, _message(self._library, self._context, code))
        if code in (OK, EXPIRED, REWOUND, REPLAYED):
            payload = self._payload
            credential.payload = ctypes.string_at(payload, self._length.value) if payload else b""
            credential.uid, credential.gid = self._uid.value, self._gid.value
            # Its origin proves nothing, and is not read: munged states whatever --origin was set to.
            credential.encode_time, credential.decode_time = self._moment(_ENCODE_TIME), self._moment(_DECODE_TIME)
        return credential

    def _moment(self, option: int) -> int:
        self._library.munge_ctx_get(self._context, option, ctypes.byref(self._time))
        return self._time.value


def _open_context(library: Any, socket: Optional[str]) -> Any:
    """Return a new context: libmunge does not lock contexts, so threads must not share one."""
    context = ctypes.c_void_p(library.munge_ctx_create())
    if not context:
        raise MungeError("MUNGE could not be called: out of memory.")
    if socket is None:
        return context
    code = library.munge_ctx_set(context, _SOCKET, ctypes.c_char_p(socket.encode()))
    if code != OK:
        library.munge_ctx_destroy(context)
        raise MungeError(f"MUNGE's socket {socket!r} cannot be used: {_strerror(library, code)}.", code)
    return context


def _message(library: Any, context: Any, code: int) -> str:
    """Return libmunge's words for a failure: the context's names the socket, the code's is the same for all."""
    detail = library.munge_ctx_strerror(context)
    return detail.decode("utf-8", "replace") if detail else _strerror(library, code)


def _strerror(library: Any, code: int) -> str:
    text = library.munge_strerror(code)
    return text.decode("utf-8", "replace") if text else f"error {code}"


@lru_cache(maxsize=None)
def _library() -> Any:
    """Return libmunge with its signatures declared, loaded at the first call. Raises MungeError."""
    if ctypes is None:
        raise MungeError("MUNGE needs Python's ctypes, which this Python lacks; use another Python, or token.")
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        raise MungeError(f"MUNGE's library cannot be loaded ({error}); install the munge libraries.")
    return _declared(library)


def _declared(library: Any) -> Any:
    """Return the functions to call.

    Other threads run while munged is asked, but not during calls that return at once.
    """
    quick = ctypes.PyDLL(_LIBRARY)
    pointer, text, integer = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures = {
        "munge_ctx_create": (pointer, []),
        "munge_ctx_destroy": (None, [pointer]),
        "munge_ctx_strerror": (text, [pointer]),
        "munge_strerror": (text, [integer]),
        # Both take one more argument whose type depends on the option: C varargs, which some processors pass
        # differently.
        "munge_ctx_get": (integer, [pointer, integer]),
        "munge_ctx_set": (integer, [pointer, integer]),
        "munge_encode": (integer, [pointer, pointer, text, integer]),
        "munge_decode": (integer, [text, pointer, pointer, pointer, pointer, pointer]),
    }
    for name, (result, arguments) in signatures.items():
        asks = name in ("munge_encode", "munge_decode")
        function = getattr(library if asks else quick, name)
        function.restype, function.argtypes = result, arguments
        setattr(library, name, function)
    # Memory from libmunge is freed by the libc that allocated it.
    library.minipanel_free = ctypes.PyDLL(None).free
    library.minipanel_free.restype, library.minipanel_free.argtypes = None, [pointer]
    return library
