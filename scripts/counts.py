"""Summarises JUnit reports: prints "passed failed skipped" of one; with --failed its failed tests; with --slowest the
ten slowest tests of all.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SLOWEST = 10


def counts(path: str) -> tuple[int, int, int]:
    """Return the numbers of passed, failed and skipped tests in the report at `path`, of Pytest or Vitest."""
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    tests = sum(int(suite.get("tests", 0)) for suite in suites)
    failed = sum(int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites)
    skipped = sum(int(suite.get("skipped", 0)) for suite in suites)
    return tests - failed - skipped, failed, skipped


def failed(path: str) -> list[str]:
    """Return the names of the tests in the report at `path` that failed, in their order."""
    cases = ElementTree.parse(path).getroot().iter("testcase")
    return [name_of(case) for case in cases if case.find("failure") is not None or case.find("error") is not None]


def name_of(case: ElementTree.Element) -> str:
    """Return a test's name in the output."""
    return f"{case.get('classname')} {case.get('name')}"


def slowest(paths: list[str]) -> list[tuple[float, str]]:
    """Return seconds and names of the slowest tests in all reports, the slowest first."""
    found = []
    for path in paths:
        if Path(path).exists():  # a run that died wrote none
            cases = ElementTree.parse(path).getroot().iter("testcase")
            found += [(float(case.get("time", 0)), name_of(case)) for case in cases]
    return sorted(found, reverse=True)[:SLOWEST]


if __name__ == "__main__":
    if sys.argv[1] == "--slowest":
        for seconds, name in slowest(sys.argv[2:]):
            print(f"{seconds:6.1f} s  {name}")
    elif sys.argv[1] == "--failed":
        for name in failed(sys.argv[2]):
            print(f"  {name}")
    else:
        print(*counts(sys.argv[1]))
