"""TLS to the panel. A module of its own, loaded only for https: OpenSSL takes 4 MB resident."""

import socket
import ssl


class Tls:
    """Wraps connections and checks the panel's certificate: name, validity, and a trusted CA."""

    def __init__(self, ca_file: str = "") -> None:
        """ca_file: the CA in PEM, "" for those that the system trusts. Raises OSError, also for a bad file."""
        self._context = ssl.create_default_context(cafile=ca_file or None)

    def wrap(self, connection: socket.socket, host: str) -> socket.socket:
        """Return the connection with TLS on it. Raises OSError: the handshake failed or the certificate is refused."""
        try:
            return self._context.wrap_socket(connection, server_hostname=host)
        except ValueError as error:  # ssl.CertificateError was a ValueError until Python 3.7
            raise OSError(str(error))
