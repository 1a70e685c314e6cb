"""The binding to libmunge, against a real munged, and what it reports if it cannot be used."""

import gc
import hashlib
import os
import signal
import threading
import time
import unittest

from minipanel_agent import munge
from minipanel_agent.credential import MungeCredential, TokenCredential
from minipanel_agent.deadline import Deadline
from minipanel_agent.munge import Credential, MungeError
from minipanel_agent.worker import Worker

from tests.munged import missing_munged, process_id, running_munged

WITHOUT_CTYPES = munge.ctypes is None

BODY = b'{"node_id":"node001"}'


class PayloadTest(unittest.TestCase):
    def test_a_payload_is_the_purpose_and_the_hash_of_the_body(self):
        expected = b"minipanel/1 " + hashlib.sha256(BODY).hexdigest().encode()
        self.assertEqual(munge.payload_of(BODY), expected)


class TokenTest(unittest.TestCase):
    def test_a_token_is_borne_as_it_is(self):
        self.assertEqual(TokenCredential("dGVzdA==").header(BODY, Deadline(5)), "Bearer dGVzdA==")


@unittest.skipIf(WITHOUT_CTYPES or missing_munged(), "needs ctypes and munged")
class MungeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.running = running_munged()
        cls.socket = cls.running.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.running.__exit__(None, None, None)

    def encode(self, payload=b"payload"):
        return munge.encode(payload, self.socket)

    def decode(self, credential):
        return munge.decode(credential, self.socket)

    def test_a_credential_has_its_payload_and_who_made_it_when_and_where(self):
        got = self.decode(self.encode(b"pay\0load"))
        self.assertEqual((got.status, got.message, got.payload), (munge.OK, "", b"pay\0load"))
        self.assertEqual((got.uid, got.gid), (os.getuid(), os.getgid()))
        self.assertAlmostEqual(got.encode_time, time.time(), delta=5)
        self.assertAlmostEqual(got.decode_time, time.time(), delta=5)

    def test_an_empty_payload_comes_back_empty(self):
        got = self.decode(self.encode(b""))
        self.assertEqual((got.status, got.payload), (munge.OK, b""))

    def test_a_second_decode_is_a_replay_and_still_says_who_made_it(self):
        credential = self.encode()
        self.decode(credential)
        got = self.decode(credential)
        self.assertEqual((got.status, got.payload, got.uid), (munge.REPLAYED, b"payload", os.getuid()))
        self.assertIn("Replayed", got.message)

    def test_two_credentials_for_one_payload_differ(self):
        self.assertNotEqual(self.encode(), self.encode())

    def test_a_changed_credential_reveals_nothing(self):
        credential = self.encode()
        got = self.decode(credential[:60] + ("A" if credential[60] != "A" else "B") + credential[61:])
        self.assertNotEqual(got.status, munge.OK)
        self.assert_unknown(got)

    def test_an_invalid_credential_is_not_a_failure_of_the_call(self):
        for text in ("", "MUNGE:", "MUNGE:AAAA:", "Bearer x", "凭证", "x" * 100000, "MUNGE:\udc80:"):
            got = self.decode(text)
            self.assertNotEqual(got.status, munge.OK, text[:20])
            self.assertTrue(got.message)
            self.assert_unknown(got)

    def test_nothing_may_follow_a_credential_behind_a_zero_byte(self):
        self.assertEqual(self.decode(self.encode() + "\0x").status, munge.BAD_CREDENTIAL)

    def test_another_clusters_credential_is_worth_nothing(self):
        with running_munged() as other:
            got = self.decode(munge.encode(b"payload", other))
        self.assertEqual(got.status, 14)
        self.assert_unknown(got)

    def test_without_munged_encoding_names_the_missing_socket(self):
        with self.assertRaises(MungeError) as caught:
            munge.encode(b"x", "/nowhere/munge.socket")
        self.assertEqual(caught.exception.code, munge.NO_DAEMON)
        self.assertRegex(str(caught.exception), r'^MUNGE made no credential: .*"/nowhere/munge.socket".*\.$')

    def test_without_munged_decoding_has_a_status_and_words(self):
        got = munge.decode(self.encode(), "/nowhere/munge.socket")
        self.assertEqual(got.status, munge.NO_DAEMON)
        self.assertIn("/nowhere/munge.socket", got.message)
        self.assert_unknown(got)

    def test_many_calls_do_not_grow_the_process(self):
        for _ in range(300):
            self.decode(self.encode())
        before = resident_kib()
        for _ in range(3000):
            self.decode(self.encode(b"x" * 1000))
        self.assertLess(resident_kib() - before, 1024)

    def test_threads_make_credentials_at_once_and_leave_nothing_behind(self):
        self.encode()
        before = encoders()
        credentials = []
        for _ in range(20):
            threads = [threading.Thread(target=lambda: credentials.append(self.encode())) for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual({self.decode(credential).status for credential in credentials}, {munge.OK})
        self.assertEqual(len(set(credentials)), 100)
        self.assertEqual(encoders(), before)

    def test_after_a_failure_the_next_credential_is_good(self):
        with self.assertRaises(MungeError):
            munge.encode(b"x", "/nowhere/munge.socket")
        self.assertEqual(self.decode(self.encode()).payload, b"payload")

    def test_a_munged_that_was_away_is_used_again(self):
        with running_munged() as socket:
            munge.encode(b"x", socket)
            moved = socket + ".away"
            os.rename(socket, moved)
            with self.assertRaisesRegex(MungeError, "^MUNGE made no credential: "):
                munge.encode(b"x", socket)
            os.rename(moved, socket)
            self.assertEqual(munge.decode(munge.encode(b"x", socket), socket).payload, b"x")

    def test_a_header_is_fresh_and_covers_the_body(self):
        credential = MungeCredential(Worker(), self.socket)
        headers = [credential.header(BODY, Deadline(5)) for _ in range(2)]
        self.assertNotEqual(headers[0], headers[1])
        for header in headers:
            scheme, _, text = header.partition(" ")
            self.assertEqual((scheme, self.decode(text).payload), ("MUNGE", munge.payload_of(BODY)))

    def test_a_munged_that_hangs_is_given_up_in_time(self):
        with running_munged() as socket:
            process = process_id(socket)
            credential = MungeCredential(Worker(), socket)
            os.kill(process, signal.SIGSTOP)
            began = time.monotonic()
            try:
                with self.assertRaisesRegex(MungeError, "^MUNGE made no credential: munged did not answer in time.$"):
                    credential.header(BODY, Deadline(0.2))
                self.assertLess(time.monotonic() - began, 1)
            finally:
                os.kill(process, signal.SIGCONT)
            self.assertTrue(credential.header(BODY, Deadline(5)).startswith("MUNGE "))

    def assert_unknown(self, got):
        expected = (b"", munge.UNKNOWN_ID, munge.UNKNOWN_ID, 0, 0)
        self.assertEqual((got.payload, got.uid, got.gid, got.encode_time, got.decode_time), expected)


class WithoutLibraryTest(unittest.TestCase):
    def setUp(self):
        munge._library.cache_clear()
        self.addCleanup(munge._library.cache_clear)

    def test_a_python_without_ctypes_is_reported(self):
        kept, munge.ctypes = munge.ctypes, None
        self.addCleanup(setattr, munge, "ctypes", kept)
        for call in (lambda: munge.encode(b"x"), lambda: munge.decode("MUNGE:x:")):
            with self.assertRaises(MungeError) as caught:
                call()
            self.assertIsNone(caught.exception.code)
            self.assertRegex(str(caught.exception), "^MUNGE needs Python's ctypes, which this Python lacks")

    @unittest.skipIf(WITHOUT_CTYPES, "needs ctypes")
    def test_a_node_without_the_library_is_reported(self):
        kept, munge._LIBRARY = munge._LIBRARY, "libno-such-munge.so.2"
        self.addCleanup(setattr, munge, "_LIBRARY", kept)
        with self.assertRaises(MungeError) as caught:
            munge.encode(b"x")
        self.assertIsNone(caught.exception.code)
        self.assertRegex(str(caught.exception), "^MUNGE's library cannot be loaded .*no-such-munge.*install the munge")


class CredentialTest(unittest.TestCase):
    def test_a_credential_shows_itself_without_its_payload(self):
        credential = Credential(17, "Replayed credential")
        credential.payload = b"secret"
        self.assertEqual(repr(credential), "Credential(status=17, message='Replayed credential', uid=-1)")


def resident_kib():
    with open("/proc/self/status") as file:
        return int(file.read().split("VmRSS:")[1].split()[0])


def encoders():
    """Return how many are alive, of this thread and of those that tests left."""
    return sum(isinstance(found, munge._Encoder) for found in gc.get_objects())
