"""The agent's config.toml: what it accepts, and the message for anything else."""

import os
import unittest

from minipanel_agent import config
from minipanel_agent.config import parse_config, read_config
from minipanel_agent.errors import ConfigError

from tests.agent.trees import Tree

URL = 'server_url = "http://10.0.0.1:8080"\n'


@unittest.skipIf(config.toml is None, "this Python has no TOML reader; the built agent brings one")
class ConfigTest(unittest.TestCase):
    def refused(self, text, sentence):
        with self.assertRaises(ConfigError) as caught:
            parse_config(text)
        self.assertEqual(str(caught.exception), sentence)

    def test_the_address_alone_is_enough(self):
        got = parse_config(URL)
        self.assertEqual((got.server_url.host, got.server_url.port), ("10.0.0.1", 8080))
        self.assertEqual((got.node_id, got.interval, got.spread_seconds), (os.uname().nodename, 5, 0.0))
        self.assertEqual((got.auth, got.token, got.munge_socket, got.ca_file), ("munge", "", "", ""))

    def test_every_key_is_taken(self):
        got = parse_config(
            'server_url = "https://head.cluster:8443/minipanel"\nnode_id = "node001"\ninterval = 10\n'
            'auth = "token"\ntoken = "dGVzdA=="\nspread_seconds = 1.5\nca_file = "/etc/pki/ca.pem"\n'
        )
        self.assertEqual((got.server_url.scheme, got.server_url.path), ("https", "/minipanel"))
        self.assertEqual((got.node_id, got.interval, got.spread_seconds), ("node001", 10, 1.5))
        self.assertEqual((got.auth, got.token, got.ca_file), ("token", "dGVzdA==", "/etc/pki/ca.pem"))

    def test_a_munge_socket_can_be_set(self):
        self.assertEqual(parse_config(URL + 'munge_socket = "/run/m"\n').munge_socket, "/run/m")

    def test_a_missing_address_is_reported(self):
        self.refused(
            'node_id = "node001"\n',
            "server_url is missing; it must be the panel's address, as http://10.0.0.1:8080 or https://head.cluster.",
        )

    def test_an_unknown_key_is_named(self):
        self.refused(
            URL + "intervall = 5\n",
            "intervall is no key of this file; there are server_url, node_id, interval, spread_seconds, auth, token, "
            "munge_socket, ca_file, spool_path, spool_hours.",
        )

    def test_by_default_a_spool_is_kept_for_a_day_below_var(self):
        got = parse_config(URL)
        self.assertEqual((got.spool_path, got.spool_hours), ("/var/lib/minipanel-agent/spool", 24))
        got = parse_config(URL + 'spool_path = "/run/minipanel-agent/spool"\nspool_hours = 6\n')
        self.assertEqual((got.spool_path, got.spool_hours), ("/run/minipanel-agent/spool", 6))

    def test_spool_hours_are_whole_and_end_at_30_days(self):
        for value in ("0", "721", "-1", "1.5", "true", '"24"'):
            with self.assertRaisesRegex(ConfigError, "^spool_hours is .*; it must be a whole number of hours from 1"):
                parse_config(URL + f"spool_hours = {value}\n")

    def test_an_interval_must_be_a_multiple_of_5(self):
        for value in ("0", "3", "7", "65", "-5", "5.0", "true", '"5"'):
            with self.assertRaisesRegex(ConfigError, "^interval is .*; it must be a multiple of 5 from 5 to 60"):
                parse_config(URL + f"interval = {value}\n")

    def test_a_spread_must_leave_time_to_post(self):
        self.refused(
            URL + "spread_seconds = 4.5\n", "spread_seconds is 4.5; it must be from 0 to 4, one below interval."
        )
        self.assertEqual(parse_config(URL + "spread_seconds = 4\n").spread_seconds, 4.0)
        for value in ("-1", "nan", "inf", "true", '"1"'):
            with self.assertRaisesRegex(ConfigError, "^spread_seconds is .*; it must be a number of seconds from 0"):
                parse_config(URL + f"spread_seconds = {value}\n")

    def test_an_address_must_be_one(self):
        for value in ("10.0.0.1:8080", "ftp://head", "http://", "http://head:0", "http://head:99999", "http://a b", ""):
            with self.assertRaisesRegex(ConfigError, "^server_url is .*; it must be the panel's address"):
                parse_config(f'server_url = "{value}"\n')

    def test_a_node_id_must_be_a_hostname(self):
        for value in ("", "node 1", "node\\n1", "n" * 254, "节点", "a/b"):
            with self.assertRaisesRegex(ConfigError, "^node_id is .*; it must be the node's hostname"):
                parse_config(URL + f'node_id = "{value}"\n')

    def test_auth_is_one_of_two(self):
        self.refused(URL + 'auth = "none"\n', 'auth is \'none\'; it must be "munge" or "token".')

    def test_a_token_is_needed_and_is_never_shown(self):
        self.refused(URL + 'auth = "token"\n', 'token is missing; with auth = "token" it must be this node\'s token.')
        self.refused(
            URL + 'auth = "token"\ntoken = "secret secret"\n',
            "token is not acceptable; it must be the node's token, 1 to 1000 signs of ASCII without spaces.",
        )

    def test_keys_that_would_be_of_no_use_are_refused(self):
        self.refused(URL + 'token = "x"\n', 'token is set, but auth is "munge"; it goes with auth = "token" alone.')
        self.refused(
            URL + 'auth = "token"\ntoken = "x"\nmunge_socket = "/run/m"\n',
            'munge_socket is set, but auth is "token"; it goes with auth = "munge" alone.',
        )
        self.refused(
            URL + 'ca_file = "/etc/ca.pem"\n', "ca_file is set, but server_url is not https; it goes with https alone."
        )

    def test_paths_are_absolute(self):
        with self.assertRaisesRegex(ConfigError, "^ca_file is 'ca.pem'; it must be the absolute path"):
            parse_config('server_url = "https://head"\nca_file = "ca.pem"\n')
        with self.assertRaisesRegex(ConfigError, "^spool_path is 'spool'; it must be the absolute path"):
            parse_config(URL + 'spool_path = "spool"\n')

    def test_invalid_toml_is_reported_with_its_place(self):
        with self.assertRaisesRegex(ConfigError, r"^this is not TOML: .*line 1"):
            parse_config("server_url = http://10.0.0.1:8080\n")

    def test_endless_nesting_gives_no_traceback(self):
        with self.assertRaisesRegex(ConfigError, "^this is not TOML: "):
            parse_config("a = " + "[" * 100000)

    def test_control_signs_of_the_file_are_shown_escaped(self):
        with self.assertRaises(ConfigError) as caught:
            parse_config(URL + '"a\\u001b[31m" = 1\n')
        self.assertIn("a\\x1b[31m is no key", str(caught.exception))

    def test_a_file_that_cannot_be_read_is_reported_with_its_name(self):
        tree = Tree(self)
        with self.assertRaisesRegex(ConfigError, r"/config.toml cannot be read: No such file or directory\.$"):
            read_config(tree.path("config.toml"))
        with self.assertRaisesRegex(ConfigError, r"cannot be read: Is a directory\.$"):
            read_config(tree.root)

    def test_a_file_that_is_not_text_is_reported_with_its_name(self):
        tree = Tree(self)
        with open(tree.path("config.toml"), "wb") as file:
            file.write(b"\xff\xfe")
        with self.assertRaisesRegex(ConfigError, r"/config.toml cannot be read: .*utf-8"):
            read_config(tree.path("config.toml"))

    def test_an_error_in_a_file_is_reported_with_the_files_name(self):
        tree = Tree(self)
        tree.write("config.toml", URL + "interval = 0\n")
        with self.assertRaisesRegex(ConfigError, r"/config.toml: interval is 0; it must be"):
            read_config(tree.path("config.toml"))


class WithoutTomlTest(unittest.TestCase):
    def test_without_a_toml_reader_the_error_says_what_to_do(self):
        kept, config.toml = config.toml, None
        self.addCleanup(setattr, config, "toml", kept)
        with self.assertRaisesRegex(ConfigError, "use the built minipanel-agent, which brings one"):
            read_config("/nowhere")
