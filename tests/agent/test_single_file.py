"""The built agent: one file that finds a Python on its own and contains what an old one lacks."""

import os
import subprocess
import sys
import unittest
import zipfile

if sys.version_info < (3, 11):
    raise unittest.SkipTest("the agent is built with Python 3.11 or newer")

from pathlib import Path
from unittest import mock

from minipanel_agent import __version__

from agent.build import HEAD, LARGEST_BYTES, build_agent, bundled_tomli, installed_tomli, main
from tests.agent.trees import Tree

try:
    installed_tomli()
except ValueError as error:
    raise unittest.SkipTest(str(error)) from None

FIXED_PLACES = ("/usr/libexec/platform-python", "/usr/bin/python3")


class TreeTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)

    def run_file(self, *words, **options):
        result = subprocess.run([*words], capture_output=True, text=True, timeout=20, cwd=self.tree.root, **options)
        return result.returncode, result.stdout, result.stderr


class SingleFileTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.file = Path(self.tree.path("minipanel-agent"))
        build_agent(self.file, installed_tomli())

    def test_it_is_small_executable_and_the_same_each_time(self):
        again = Path(self.tree.path("folder/again"))
        build_agent(again, installed_tomli())
        self.assertLess(self.file.stat().st_size, LARGEST_BYTES)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o755)
        self.assertEqual(self.file.read_bytes(), again.read_bytes())

    def test_it_contains_the_agent_and_tomli_with_their_licences(self):
        with zipfile.ZipFile(self.file) as archive:
            names = archive.namelist()
            self.assertIsNone(archive.testzip())
            self.assertIn("Taneli Hukkinen", archive.read("minipanel_agent/_tomli/LICENSE").decode())
        for name in ("__main__.py", "LICENSE", "minipanel_agent/munge.py", "minipanel_agent/_tomli/_parser.py"):
            self.assertIn(name, names)

    def test_it_runs_by_itself_from_anywhere(self):
        expected = (0, f"minipanel-agent {__version__}\n", "")
        self.assertEqual(self.run_file("./minipanel-agent", "--version"), expected)
        self.assertEqual(self.run_file("sh", str(self.file), "--version"), expected)
        path = {"PATH": f"{self.tree.root}:/usr/bin:/bin"}
        self.assertEqual(self.run_file("minipanel-agent", "--version", env=path), expected)

    def test_it_passes_on_its_options_and_its_exit_code(self):
        code, _, errors = self.run_file(str(self.file), "--config", "/no where/config.toml")
        self.assertEqual((code, errors.count("\n")), (2, 1))
        self.assertIn("/no where/config.toml cannot be read", errors)

    def test_a_folder_with_its_modules_does_not_lead_it_astray(self):
        self.tree.write("json.py", "raise SystemExit('not this one')\n")
        code, _, _ = self.run_file(str(self.file), "--version", env={**os.environ, "PYTHONPATH": self.tree.root})
        self.assertEqual(code, 0)


class HeadTest(TreeTest):
    """Only the head, with the test's own Pythons on the PATH."""

    def head(self, *minors):
        """Run the head with no Python in the usual places; return what it does."""
        text = HEAD.replace("/usr/bin:/usr/local/bin", "/nowhere")
        for place in FIXED_PLACES:
            text = text.replace(place, "/nowhere/python")
        self.tree.write("head", text)
        for minor in minors:
            self.tree.write(f"bin/python3.{minor}", f'#!/bin/sh\n[ "$3" = -c ] || echo "3.{minor}" "$@"\n')
        os.makedirs(self.tree.path("bin"), exist_ok=True)
        for path in Path(self.tree.path("bin")).iterdir():
            path.chmod(0o755)
        return self.run_file("/bin/sh", "head", "--once", "a b", env={"PATH": self.tree.path("bin")})

    def test_the_newest_python_on_the_path_is_taken(self):
        self.assertEqual(self.head(6, 9, 12, 11), (0, "3.12 -I -S head --once a b\n", ""))

    def test_a_python_that_does_not_run_is_passed_over(self):
        self.tree.write("bin/python3.13", "#!/bin/sh\nexit 1\n")
        self.assertEqual(self.head(8), (0, "3.8 -I -S head --once a b\n", ""))

    def test_without_python_the_error_says_what_was_looked_for(self):
        code, output, errors = self.head(5)
        self.assertEqual((code, output), (127, ""))
        self.assertRegex(errors, "^minipanel-agent: found no Python 3.6 or newer .*; install the package python3")

    def test_the_usual_places_go_first(self):
        places = [line for line in HEAD.splitlines() if line.startswith("for python in")]
        self.assertEqual(places, [f"for python in {' '.join(FIXED_PLACES)}; do"])


class BuildTest(unittest.TestCase):
    def test_another_tomli_is_refused(self):
        tree = Tree(self)
        tree.write("tomli/__init__.py", '__version__ = "2.0.1"\n')
        with self.assertRaisesRegex(ValueError, "does not hold tomli 1.2.3"):
            bundled_tomli(Path(tree.path("tomli")))

    def test_an_import_that_would_break_in_the_zip_is_refused(self):
        tree = Tree(self)
        tree.write("tomli/__init__.py", '__version__ = "1.2.3"\nimport tomli._re\n')
        with self.assertRaisesRegex(ValueError, "cannot be made relative"):
            bundled_tomli(Path(tree.path("tomli")))

    def test_wrong_words_end_with_2_and_a_failure_with_1(self):
        with mock.patch("sys.stderr"):
            self.assertEqual(main([]), 2)
            self.assertEqual(main(["/nowhere/agent", "/nowhere"]), 1)
