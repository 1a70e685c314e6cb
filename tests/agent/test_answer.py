"""HTTP/1.1 answers as they arrive over a connection: whole, in pieces, chunked, torn."""

import unittest

from minipanel_agent.answer import AnswerReader, NoAnswer, TornAnswer

OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"ok"}'


def reader(*pieces):
    """Return a reader of a connection that delivers these pieces and then ends."""
    waiting = list(pieces)
    return AnswerReader(lambda size: waiting.pop(0) if waiting else b"")


class WholeTest(unittest.TestCase):
    def test_an_answer_with_a_length(self):
        answer = reader(OK).read()
        self.assertEqual((answer.status, answer.body, answer.is_last), (200, b'{"status":"ok"}', False))
        self.assertEqual(answer.header(b"content-type"), b"application/json")
        self.assertEqual(answer.header(b"type"), b"")

    def test_an_answer_that_comes_byte_by_byte(self):
        pieces = [OK[place : place + 1] for place in range(len(OK))]
        self.assertEqual(reader(*pieces).read().body, b'{"status":"ok"}')

    def test_two_answers_on_one_connection(self):
        both = reader(OK + OK.replace(b"200 OK", b"429 Slow down"))
        self.assertEqual([both.read().status, both.read().status], [200, 429])

    def test_a_status_without_words(self):
        self.assertEqual(reader(b"HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n").read().status, 503)
        self.assertEqual(reader(b"HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n").read().status, 503)

    def test_a_header_is_found_however_it_is_written(self):
        for line in (b"Retry-After: 7", b"retry-after:7", b"RETRY-AFTER: \t7  "):
            text = b"HTTP/1.1 503 Busy\r\nX-Retry-After: 9\r\n" + line + b"\r\nContent-Length: 0\r\n\r\n"
            self.assertEqual(reader(text).read().header(b"retry-after"), b"7", line)

    def test_a_body_in_chunks(self):
        text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        text += b'4\r\n{"st\r\nb;x=1\r\natus":"ok"}\r\n0\r\nX: y\r\n\r\n'
        both = reader(text + OK)
        self.assertEqual(both.read().body, b'{"status":"ok"}')
        self.assertEqual(both.read().status, 200)

    def test_a_body_that_ends_with_the_connection(self):
        answer = reader(b"HTTP/1.0 200 OK\r\n\r\nab", b"cd").read()
        self.assertEqual((answer.body, answer.is_last), (b"abcd", True))

    def test_a_connection_that_the_panel_will_close_is_not_used_again(self):
        for text in (OK.replace(b"HTTP/1.1", b"HTTP/1.0"), OK.replace(b"\r\n\r\n", b"\r\nConnection: Close\r\n\r\n")):
            self.assertTrue(reader(text).read().is_last)

    def test_an_answer_without_a_body(self):
        both = reader(b"HTTP/1.1 204 No Content\r\n\r\n" + OK)
        self.assertEqual((both.read().body, both.read().status), (b"", 200))

    def test_interim_answers_are_passed_over(self):
        self.assertEqual(reader(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\nA: b\r\n\r\n" + OK).read().status, 200)


class TornTest(unittest.TestCase):
    def test_an_end_before_the_first_byte_is_not_an_answer(self):
        with self.assertRaises(NoAnswer):
            reader().read()

    def test_an_end_anywhere_later_is_a_torn_answer(self):
        for length in range(1, len(OK)):
            with self.assertRaises(TornAnswer) as caught:
                reader(OK[:length]).read()
            self.assertNotIsInstance(caught.exception, NoAnswer, length)

    def test_what_is_not_an_http_answer_is_torn(self):
        for text in (
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"\r\n\r\n",
            b"HTTP/2 200 OK\r\n\r\n",
            b"HTTP/1.1 2x0 OK\r\n\r\n",
            b"HTTP/1.1 20 OK\r\n\r\n",
            b"HTTP/1.1 2000 OK\r\n\r\n",
            b"HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        ):
            with self.assertRaises(TornAnswer, msg=text):
                reader(text).read()

    def test_answers_without_end_are_given_up(self):
        head = b"HTTP/1.1 200 OK\r\n"
        for text in (
            b"x" * 20000,
            head + b"A: " + b"x" * 20000,
            head + b"A: b\r\n" * 200,
            head + b"Content-Length: 9999999999\r\n\r\n",
            head + b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 3,
            head + b"\r\n" + b"x" * 100000,
        ):
            pieces = [text[place : place + 8192] for place in range(0, len(text), 8192)]
            with self.assertRaises(TornAnswer):
                reader(*pieces).read()
