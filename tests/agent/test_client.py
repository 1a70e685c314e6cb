"""POSTs to a real HTTP server: kept-alive and dead connections, slow and strange answers."""

import json
import shutil
import socket
import subprocess
import time
import unittest

from minipanel_agent import __version__
from minipanel_agent.client import LONGEST_RETRY_SECONDS, USUAL_ANSWER, Client
from minipanel_agent.credential import TokenCredential
from minipanel_agent.errors import SendError
from minipanel_agent.munge import MungeError
from minipanel_agent.url import parse_url
from minipanel_agent.worker import Worker

try:
    import ssl
except ImportError:  # built without it
    ssl = None

from tests.agent.receiver import Receiver, answer, raw, silence, stored_and_closed
from tests.agent.trees import Tree

BODY = b'{"node_id":"node001","timestamp":1640995200}'


class CountingCredential:
    """Makes credentials with a count, so that each differs, as munged's do."""

    def __init__(self):
        self.count = 0

    def header(self, body, deadline):
        self.count += 1
        return f"Test {self.count}"


class ClientTest(unittest.TestCase):
    def client(self, url, credential=None, ca_file=""):
        client = Client(parse_url(url), credential or TokenCredential("dGVzdA"), Worker(), ca_file)
        self.addCleanup(client.close)
        return client

    def receiver(self, **options):
        receiver = Receiver(**options)
        receiver.__enter__()
        self.addCleanup(receiver.__exit__)
        return receiver

    def refused(self, *answers, seconds=5):
        """Return the error of a POST with this answer."""
        receiver = self.receiver()
        receiver.answers = list(answers)
        with self.assertRaises(SendError) as caught:
            self.client(receiver.url).post(BODY, seconds)
        return caught.exception


class RequestTest(ClientTest):
    def test_a_post_is_what_the_contract_says(self):
        receiver = self.receiver()
        before = time.time()
        self.client(receiver.url).post(BODY, 5)
        (request,) = receiver.requests
        self.assertEqual((request.path, request.body), ("/api/metrics", BODY))
        self.assertEqual(request.headers["Host"], f"127.0.0.1:{receiver.port}")
        self.assertEqual(request.headers["Content-Type"], "application/json")
        self.assertEqual(request.headers["Authorization"], "Bearer dGVzdA")
        self.assertEqual(request.headers["User-Agent"], "minipanel-agent/" + __version__)
        self.assertRegex(request.headers["X-MiniPanel-Sent"], r"^\d{10}\.\d{3}$")
        self.assertAlmostEqual(float(request.headers["X-MiniPanel-Sent"]), before, delta=1)

    def test_headers_of_the_run_go_with_each_post(self):
        receiver = self.receiver()
        client = Client(parse_url(receiver.url), TokenCredential("x"), Worker(), headers="X-A: 1\r\nX-B: 2\r\n")
        self.addCleanup(client.close)
        client.post(BODY, 5)
        client.post(BODY, 5)
        for request in receiver.requests:
            self.assertEqual((request.headers["X-A"], request.headers["X-B"], request.body), ("1", "2", BODY))

    def test_the_sensor_is_named_as_it_is_now(self):
        receiver = self.receiver()
        client = self.client(receiver.url)
        for name in ("", "k10temp Tctl", "k10temp Tctl", "acpitz", ""):
            client.tell("Sensor", name)
            client.tell("Limit", name and "100")
            client.post(BODY, 5)
        told = [request.headers["X-MiniPanel-Sensor"] for request in receiver.requests]
        self.assertEqual(told, [None, "k10temp Tctl", "k10temp Tctl", "acpitz", None])
        limits = [request.headers["X-MiniPanel-Limit"] for request in receiver.requests]
        self.assertEqual(limits, [None, "100", "100", "100", None])
        self.assertEqual({request.body for request in receiver.requests}, {BODY})

    def test_a_path_before_the_route_is_kept(self):
        receiver = self.receiver()
        self.client(receiver.url + "/mini/").post(BODY, 5)
        self.assertEqual(receiver.requests[0].path, "/mini/api/metrics")

    def test_an_ipv6_address_is_reached(self):
        receiver = self.receiver(host="::1")
        self.client(receiver.url).post(BODY, 5)
        self.assertEqual(receiver.requests[0].headers["Host"], f"[::1]:{receiver.port}")

    def test_a_name_is_resolved(self):
        receiver = self.receiver()
        self.client(f"http://localhost:{receiver.port}").post(BODY, 5)
        self.assertEqual(len(receiver.requests), 1)

    def test_a_megabyte_is_sent_whole(self):
        receiver = self.receiver()
        body = b"[" + b"1," * 500000 + b"1]"
        self.client(receiver.url).post(body, 5)
        self.assertEqual(receiver.requests[0].body, body)


class ConnectionTest(ClientTest):
    def test_the_connection_is_kept(self):
        receiver = self.receiver()
        client = self.client(receiver.url)
        for _ in range(5):
            client.post(BODY, 5)
        self.assertEqual(len({request.connection for request in receiver.requests}), 1)

    def test_a_kept_connection_that_died_is_replaced_at_once_with_a_fresh_credential(self):
        receiver = self.receiver()
        receiver.answers = [stored_and_closed]
        credential = CountingCredential()
        client = self.client(receiver.url, credential)
        client.post(BODY, 5)
        time.sleep(0.05)
        client.post(BODY, 5)
        self.assertEqual([request.headers["Authorization"] for request in receiver.requests], ["Test 1", "Test 3"])
        self.assertEqual(len({request.connection for request in receiver.requests}), 2)

    def test_a_kept_connection_that_is_closed_instead_of_an_answer_is_replaced_at_once(self):
        receiver = self.receiver()
        receiver.answers = [answer(200, {"status": "ok"}), raw(b"")]
        client = self.client(receiver.url)
        client.post(BODY, 5)
        client.post(BODY, 5)
        self.assertEqual(len(receiver.requests), 3)

    def test_a_panel_that_restarts_is_found_again(self):
        with Receiver() as first:
            client = self.client(first.url)
            client.post(BODY, 5)
            port = first.port
        time.sleep(0.05)
        second = self.receiver(port=port)
        client.post(BODY, 5)
        self.assertEqual(len(second.requests), 1)

    def test_a_new_connection_that_is_closed_is_not_tried_for_ever(self):
        error = self.refused(raw(b""), raw(b""), raw(b""))
        self.assertRegex(str(error), r"^The panel at http://127.* cannot be reached: the connection was closed before")

    def test_an_announced_end_of_the_connection_is_heeded(self):
        receiver = self.receiver()
        receiver.answers = [answer(200, {"status": "ok"}, Connection="close")]
        client = self.client(receiver.url, CountingCredential())
        client.post(BODY, 5)
        client.post(BODY, 5)
        self.assertEqual([request.headers["Authorization"] for request in receiver.requests], ["Test 1", "Test 2"])

    def test_a_late_answer_is_not_taken_for_the_next_one(self):
        receiver = self.receiver()
        receiver.answers = [silence(0.3)]
        client = self.client(receiver.url)
        with self.assertRaises(SendError):
            client.post(BODY, 0.1)
        client.post(BODY, 5)
        self.assertEqual(len({request.connection for request in receiver.requests}), 2)


class FailureTest(ClientTest):
    def test_a_port_where_nobody_listens_is_reported(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            with self.assertRaises(SendError) as caught:
                self.client(url).post(BODY, 5)
        self.assertEqual(str(caught.exception), f"The panel at {url} cannot be reached: Connection refused.")
        self.assertEqual((caught.exception.status, caught.exception.retry_after), (0, 0))

    def test_an_unknown_host_name_is_reported(self):
        with self.assertRaisesRegex(SendError, "^The panel at http://no-such-node.invalid cannot be reached: "):
            self.client("http://no-such-node.invalid").post(BODY, 5)

    def test_a_silent_panel_is_given_up_in_time(self):
        began = time.monotonic()
        error = self.refused(silence(2), seconds=0.2)
        self.assertLess(time.monotonic() - began, 1)
        self.assertRegex(str(error), r"^The panel at http://.* did not answer within 0\.2 s\.$")

    def test_an_answer_that_trickles_in_is_given_up_in_time(self):
        def trickle(handler):
            for sign in b"HTTP/1.1 200 OK\r\n" * 10:
                handler.wfile.write(bytes([sign]))
                handler.wfile.flush()
                time.sleep(0.02)

        began = time.monotonic()
        self.assertIn("did not answer within", str(self.refused(trickle, seconds=0.2)))
        self.assertLess(time.monotonic() - began, 1)

    def test_without_time_nothing_is_sent(self):
        receiver = self.receiver()
        for seconds in (0, -3):
            with self.assertRaisesRegex(SendError, "did not answer within"):
                self.client(receiver.url).post(BODY, seconds)
        self.assertEqual(receiver.requests, [])

    def test_a_torn_answer_is_reported(self):
        error = self.refused(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"))
        self.assertIn("cannot be reached: the connection was closed within the answer.", str(error))

    def test_a_service_that_is_not_an_http_server_is_reported(self):
        self.assertIn("what came is no HTTP answer", str(self.refused(raw(b"SSH-2.0-OpenSSH_9.2\r\n"))))

    def test_a_credential_that_cannot_be_made_is_reported_and_nothing_is_sent(self):
        class Broken:
            def header(self, body, deadline):
                raise MungeError("MUNGE made no credential: no daemon.", 6)

        receiver = self.receiver()
        with self.assertRaisesRegex(SendError, "^MUNGE made no credential: no daemon.$"):
            self.client(receiver.url, Broken()).post(BODY, 5)
        self.assertEqual(receiver.requests, [])


class AnswerTest(ClientTest):
    def test_a_chunked_answer_is_understood(self):
        receiver = self.receiver()
        chunked = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{"status":"ok"}\r\n0\r\n\r\n'
        receiver.answers = [raw(chunked, closes=False)]
        client = self.client(receiver.url)
        client.post(BODY, 5)
        client.post(BODY, 5)
        self.assertEqual(len({request.connection for request in receiver.requests}), 1)

    def test_a_refusal_is_reported_in_the_panels_words(self):
        for status in (400, 401, 403, 413, 429, 503):
            error = self.refused(answer(status, {"error": "There is no node named 'node001'."}))
            expected = f"The panel did not store the sample ({status}): There is no node named 'node001'."
            self.assertEqual((str(error), error.status), (expected, status))

    def test_a_refusal_without_words_is_reported_with_its_status(self):
        for content in (None, [], {"error": 5}, "x", {"detail": "x"}):
            error = self.refused(answer(502, content))
            self.assertEqual(str(error), "The panel did not store the sample: it answered 502.")

    def test_a_busy_panel_says_for_how_long(self):
        cases = {"7": 7, "100000": LONGEST_RETRY_SECONDS, "-1": 0, "soon": 0, "9" * 5000: 0}
        for text, seconds in cases.items():
            for status in (429, 503):
                self.assertEqual(self.refused(answer(status, {}, Retry_After=text)).retry_after, seconds, text)
        self.assertEqual(self.refused(answer(403, {}, Retry_After="7")).retry_after, 0)

    def test_the_answer_to_a_live_sample_is_understood_however_it_is_written(self):
        receiver = self.receiver()
        client = self.client(receiver.url)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
        for body in (USUAL_ANSWER, b'{"ignored": 1, "stored": 0, "status": "ok"}'):
            receiver.answers = [raw(head % len(body) + body, closes=False)]
            client.post(BODY, 5)
        self.assertEqual(
            str(self.refused(raw(head.replace(b"200", b"500") % len(USUAL_ANSWER) + USUAL_ANSWER))),
            "The panel did not store the sample: it answered 500.",
        )

    def test_a_redirect_is_not_followed(self):
        other = self.receiver()
        error = self.refused(answer(307, {}, Location=other.url + "/api/metrics"))
        self.assertIn("is a redirect (307)", str(error))
        self.assertEqual(other.requests, [])

    def test_another_service_that_answers_200_has_stored_nothing(self):
        for action in (raw(b"HTTP/1.1 200 OK\r\n\r\n<html>Log in</html>"), answer(200, {"status": "error"})):
            self.assertEqual(str(self.refused(action)), "What answers at server_url is not a MiniPanel panel.")

    def test_an_answer_of_endlessly_nested_lists_gives_no_traceback(self):
        text = b"HTTP/1.1 500 X\r\nContent-Length: 60000\r\n\r\n" + b"[" * 60000
        self.assertEqual(str(self.refused(raw(text))), "The panel did not store the sample: it answered 500.")


@unittest.skipIf(ssl is None or shutil.which("openssl") is None, "needs the module ssl, and openssl")
class TlsTest(ClientTest):
    def setUp(self):
        tree = Tree(self)
        self.certificate, key = tree.path("cert.pem"), tree.path("key.pem")
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-keyout", key, "-out", self.certificate, "-days", "2", "-subj", "/CN=panel"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.check_call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.tls = self.receiver(tls=context)

    def test_a_panel_with_a_known_certificate_is_reached(self):
        client = self.client(self.tls.url, ca_file=self.certificate)
        for _ in range(3):
            client.post(BODY, 5)
        self.assertEqual(json.loads(self.tls.requests[0].body.decode())["node_id"], "node001")
        self.assertEqual(len({request.connection for request in self.tls.requests}), 1)

    def test_a_kept_connection_that_died_is_replaced_at_once(self):
        self.tls.answers = [stored_and_closed]
        client = self.client(self.tls.url, ca_file=self.certificate)
        client.post(BODY, 5)
        time.sleep(0.05)
        client.post(BODY, 5)
        self.assertEqual(len(self.tls.requests), 2)

    def test_an_unknown_certificate_is_refused(self):
        with self.assertRaisesRegex(SendError, "(?i)cannot be reached: .*certificate verify failed"):
            self.client(self.tls.url).post(BODY, 5)
        self.assertEqual(self.tls.requests, [])

    def test_a_certificate_for_another_name_is_refused(self):
        url = f"https://localhost:{self.tls.port}"
        with self.assertRaisesRegex(SendError, "(?i)cannot be reached: .*(mismatch|match)"):
            self.client(url, ca_file=self.certificate).post(BODY, 5)

    def test_a_panel_without_tls_is_reported(self):
        plain = self.receiver()
        with self.assertRaisesRegex(SendError, "cannot be reached: "):
            self.client(f"https://127.0.0.1:{plain.port}", ca_file=self.certificate).post(BODY, 5)

    def test_a_file_without_a_certificate_is_an_error_at_once(self):
        with self.assertRaises(OSError):
            self.client(self.tls.url, ca_file="/dev/null")
