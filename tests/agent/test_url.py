"""The panel's address."""

import unittest

from minipanel_agent.url import parse_url


class UrlTest(unittest.TestCase):
    def test_an_address_is_taken_apart(self):
        cases = {
            "http://10.0.0.1:8080": ("http", "10.0.0.1", 8080, "10.0.0.1:8080", ""),
            "http://head": ("http", "head", 80, "head", ""),
            "https://head.cluster/": ("https", "head.cluster", 443, "head.cluster", ""),
            "https://head:8443/mini/panel/": ("https", "head", 8443, "head:8443", "/mini/panel"),
            "http://[fd00::1]:8080/": ("http", "fd00::1", 8080, "[fd00::1]:8080", ""),
            "http://[::1]": ("http", "::1", 80, "[::1]", ""),
        }
        for text, parts in cases.items():
            url = parse_url(text)
            self.assertEqual((url.scheme, url.host, url.port, url.authority, url.path), parts, text)

    def test_an_invalid_address_is_refused(self):
        for text in (
            "",
            "head",
            "head:8080",
            "ftp://head",
            "http:/head",
            "http://",
            "http://:8080",
            "http://head:",
            "http://head:0",
            "http://head:65536",
            "http://head:80a",
            "http://head:-1",
            "http://head:80:80",
            "http://user@head",
            "http://head?x=1",
            "http://head/#top",
            "http://head/a b",
            "http://head/\n",
            "http://hëad",
            "http://[fd00::1",
            "http://[fd00::1]8080",
            "http://[head]:80",
            "http://head]:80",
            "http://[]:80",
            "HTTP ://head",
        ):
            with self.assertRaises(ValueError, msg=text):
                parse_url(text)
