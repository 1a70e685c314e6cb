"""The command line."""

import unittest

from minipanel_agent.arguments import parse_arguments
from minipanel_agent.errors import ConfigError


class ArgumentsTest(unittest.TestCase):
    def test_without_options_all_is_default(self):
        got = parse_arguments([])
        self.assertEqual((got.config, got.root, got.once, got.version, got.help), (None, "/", False, False, False))

    def test_a_value_follows_a_space_or_an_equals_sign(self):
        self.assertEqual(parse_arguments(["--config", "/a=b.toml"]).config, "/a=b.toml")
        self.assertEqual(parse_arguments(["--config=/a=b.toml", "--root=/x"]).config, "/a=b.toml")

    def test_all_options_are_taken(self):
        got = parse_arguments(["--once", "--root", "/x", "--version", "--help"])
        self.assertEqual((got.once, got.root, got.version, got.help), (True, "/x", True, True))

    def test_a_missing_value_is_reported(self):
        with self.assertRaisesRegex(ConfigError, "^--config needs a value"):
            parse_arguments(["--once", "--config"])

    def test_an_unknown_option_is_named(self):
        for word in ("--onse", "-v", "run", "--once=yes", "", "--conf=x"):
            with self.assertRaisesRegex(ConfigError, "is no option of minipanel-agent; --help shows them"):
                parse_arguments([word])
